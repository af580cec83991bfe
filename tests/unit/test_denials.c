// SPDX-License-Identifier: BSD-2-Clause
#include "record/denials.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static struct denial denial(int64_t nr, enum denial_action action, int error, uint64_t count)
{
	return (struct denial){.call = {.arch = ARCH_X86_64, .nr = nr},
			       .action = action,
			       .error = error,
			       .count = count};
}

static void add(struct denials *denials, struct denial row)
{
	cr_assert_eq(denials_add(denials, &row), 0);
}

Test(denials, names)
{
	for (enum denial_action a = 0; a < DENIAL_ACTION_COUNT; a++) {
		enum denial_action parsed;

		cr_assert(denial_action_parse(denial_action_name(a), &parsed));
		cr_expect_eq(parsed, a);
	}
	cr_expect_not(denial_action_parse("allow", &(enum denial_action){0}));
	cr_expect_not(denial_action_parse("", &(enum denial_action){0}));
}

Test(denials, the_same_folds)
{
	struct denials own_denials denials = {0};
	struct denial known = denial(1, DENIAL_ERRNO, 1, 3);

	add(&denials, denial(1, DENIAL_ERRNO, 1, 2));
	known.pid = 7;
	strcpy(known.comm, "first");
	known.args_known = true;
	known.args[5] = 5;
	add(&denials, known);
	known.pid = 6; /* whatever its number is */
	strcpy(known.comm, "second");
	known.args[5] = 4;
	add(&denials, known);
	cr_assert_eq(denials.len, 1);
	cr_expect_eq(denials.rows[0].count, 8);
	cr_expect_eq(denials.rows[0].pid, 7);
	cr_expect_str_eq(denials.rows[0].comm, "first");
	cr_expect_eq(denials.rows[0].args[5], 5);
	add(&denials, denial(1, DENIAL_ERRNO, 1, UINT64_MAX));
	cr_expect_eq(denials.rows[0].count, INT64_MAX, "a count stays what a recording can hold");
}

/* In either order it is the same one, and pid, name and arguments are of one process. */
Test(denials, joined)
{
	struct denial rows[] = {denial(1, DENIAL_ERRNO, 1, 2), denial(1, DENIAL_ERRNO, 1, 3),
				denial(1, DENIAL_ERRNO, 1, 4)};
	static const int orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}};

	rows[1].pid = 20;
	strcpy(rows[1].comm, "twenty");
	rows[1].args_known = true;
	rows[1].args[0] = 2;
	rows[2] = rows[1];
	rows[2].pid = 10;
	strcpy(rows[2].comm, "ten");
	rows[2].args[0] = 16;
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		struct denials own_denials denials = {0};

		for (size_t k = 0; k < 3; k++)
			cr_assert_eq(denials_join(&denials, &rows[orders[i][k]]), 0);
		cr_assert_eq(denials.len, 1);
		cr_expect_eq(denials.rows[0].count, 8);
		cr_expect_eq(denials.rows[0].pid, 10);
		cr_expect_str_eq(denials.rows[0].comm, "ten");
		cr_expect_eq(denials.rows[0].args[0], 16);
	}
}

Test(denials, others_do_not)
{
	struct denials own_denials denials = {0};
	struct denial subcall = denial(NR_SOCKETCALL, DENIAL_ERRNO, 1, 1);

	add(&denials, denial(2, DENIAL_ERRNO, 38, 1));
	add(&denials, denial(2, DENIAL_KILL_PROCESS, 0, 1));
	add(&denials, denial(2, DENIAL_ERRNO, 1, 1));
	add(&denials, denial(1, DENIAL_ERRNO, 1, 1));
	subcall.call.arch = ARCH_X86;
	subcall.call.sub = 2;
	add(&denials, subcall);
	subcall.call.sub = 1;
	add(&denials, subcall);
	cr_assert_eq(denials.len, 6);
	denials_sort(&denials);
	for (size_t i = 1; i < denials.len; i++)
		cr_expect_leq(syscall_compare(&denials.rows[i - 1].call, &denials.rows[i].call), 0);
	cr_expect_eq(denials.rows[0].call.nr, 1);
	cr_expect_eq(denials.rows[1].error, 1);
	cr_expect_eq(denials.rows[2].error, 38);
	cr_expect_eq(denials.rows[3].action, DENIAL_KILL_PROCESS);
}

Test(denials, many)
{
	struct denials own_denials denials = {0};
	struct denial more = denial(DENIALS_MAX, DENIAL_ERRNO, 1, 1);

	denials_sort(&denials);
	for (int nr = 0; nr < DENIALS_MAX; nr++)
		add(&denials, denial(nr, DENIAL_ERRNO, 1, 1));
	cr_assert_eq(denials.len, DENIALS_MAX);
	cr_expect_eq(denials_add(&denials, &more), -ENOSPC);
	add(&denials, denial(0, DENIAL_ERRNO, 1, 1));
	cr_expect_eq(denials.rows[0].count, 2);
	denials_clear(&denials);
	cr_expect_null(denials.rows);
}

// SPDX-License-Identifier: BSD-2-Clause
/* Recordings as a fleet folds them: random ones, in any order and any groups. */
#include "cli/recording_read.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 200

static const char *const targets[] = {"container docker:a", "unit b; cgroup /c", "", "cgroup /c",
				      "pid 7"};
static const char *const kernels[] = {"6.1.0", "6.12.3", "6.18.0"};

static uint64_t some(uint64_t end)
{
	return (uint64_t)random() % end;
}

/* Few values each, so that they meet often. */
static void fill(struct recording *r)
{
	*r = (struct recording){.hook = some(2) ? "tp_btf" : "raw_tp",
				.native = ARCH_X86_64,
				.whole = some(2),
				.started = some(4),
				.elapsed = some(5),
				.timed = some(2),
				.losses = {.late = some(3),
					   .calls = some(3),
					   .misses = some(9) ? 0 : INT64_MAX}};
	strcpy(r->kernel, kernels[some(ARRAY_LEN(kernels))]);
	strcpy(r->machine, "x86_64");
	strcpy(r->libseccomp, some(2) ? "2.5.4" : "2.6.0");
	r->target = strdup(targets[some(ARRAY_LEN(targets))]);
	for (size_t n = some(12); n; n--) {
		struct observed o = {.call = {.arch = some(4) ? ARCH_X86_64 : ARCH_X86,
					      .nr = some(6)},
				     .class = OBSERVED_WORKLOAD + some(OBSERVED_CLASS_COUNT - 1),
				     .calls = some(9) ? some(5) : INT64_MAX,
				     .first_ns = some(3),
				     .first = {.known = some(2)}};

		if (o.first.known) {
			o.first.pid = some(2);
			o.first.args[0] = some(2);
			strcpy(o.first.comm, some(2) ? "a" : "b");
		}
		cr_assert_eq(recording_add(r, &o), 0);
	}
	for (size_t n = some(3); n; n--) {
		struct moved moved = {.pid = some(2), .calls = 1 + some(2), .comm = "m"};

		cr_assert_eq(recording_add_moved(r, &moved), 0);
	}
	recording_sort(r);
	recording_sort_moved(r);
}

static char *text_of(const struct recording *r)
{
	struct buf text = BUF_INIT;
	struct err err = {0};

	cr_assert_eq(recording_to_json(r, &text, &err), 0, "%s", err.text);
	return text.data;
}

/* A copy by the way that files go. */
static struct recording copy(const struct recording *r)
{
	struct recording out = {0};
	char *own_ptr text = text_of(r);
	struct err err = {0};

	cr_assert_eq(recording_parse("copy", text, strlen(text), &out, &err), 0, "%s", err.text);
	return out;
}

static struct recording joined(const struct recording *a, const struct recording *b)
{
	struct recording out = copy(a), own_recording from = copy(b);

	cr_assert_eq(recording_join(&out, &from), 0);
	return out;
}

static void expect_same(const struct recording *a, const struct recording *b, const char *law)
{
	char *own_ptr x = text_of(a), *own_ptr y = text_of(b);

	cr_assert_str_eq(x, y, "not %s", law);
}

Test(join, commutative_and_associative)
{
	srandom(6);
	for (int round = 0; round < ROUNDS; round++) {
		struct recording own_recording a, own_recording b, own_recording c;

		fill(&a);
		fill(&b);
		fill(&c);
		struct recording own_recording ab = joined(&a, &b),
					       own_recording ba = joined(&b, &a);
		struct recording own_recording bc = joined(&b, &c);
		struct recording own_recording left = joined(&ab, &c),
					       own_recording right = joined(&a, &bc);

		expect_same(&ab, &ba, "commutative");
		expect_same(&left, &right, "associative");
	}
}

/* All but sums: with these left out a recording joined once more changes nothing. */
Test(join, idempotent_in_its_sets)
{
	srandom(7);
	for (int round = 0; round < ROUNDS; round++) {
		struct recording own_recording a, own_recording b;

		fill(&a);
		fill(&b);
		struct recording own_recording ab = joined(&a, &b),
					       own_recording sums = joined(&ab, &b);
		struct recording own_recording bare = copy(&b);

		recording_forget_sums(&bare);
		struct recording own_recording again = joined(&ab, &bare);

		expect_same(&ab, &again, "idempotent without sums");
		recording_forget_sums(&ab);
		recording_forget_sums(&sums);
		expect_same(&ab, &sums, "idempotent in its sets");
	}
}

Test(join, nothing_is_left_out)
{
	srandom(8);
	for (int round = 0; round < ROUNDS; round++) {
		struct recording own_recording a, own_recording b;

		fill(&a);
		fill(&b);
		struct recording own_recording ab = joined(&a, &b);
		struct syscall_set needed, part;
		struct syscall call = {0};

		recording_needed(&ab, &needed);
		recording_needed(round % 2 ? &a : &b, &part);
		while (syscall_set__next(&part, &call))
			cr_assert(syscall_set__has(&needed, &call));
	}
}

// SPDX-License-Identifier: BSD-2-Clause
/* Recordings as a fleet folds them: random ones, in any order and any groups. */
#include "cli/recording_read.h"
#include "record/recording_join.h"
#include "effort.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS EFFORT(500)

static const char *const targets[] = {"container docker:a", "unit b; cgroup /c", "", "cgroup /c",
				      "pid 7"};
static const char *const kernels[] = {"6.1.0", "6.12.3", "6.18.0"};

static uint64_t some(uint64_t end)
{
	return (uint64_t)random() % end;
}

/* Numbers that no table knows, too: any program can call them. */
static struct syscall some_call(void)
{
	static const int64_t numbers[] = {0, 1, 2, 41, -1, 999, INT64_MAX};

	return (struct syscall){.arch = some(4) ? ARCH_X86_64 : ARCH_X86,
				.nr = numbers[some(ARRAY_LEN(numbers))]};
}

static void some_comm(char comm[RECORDING_COMM_LEN])
{
	strcpy(comm, some(2) ? "a" : "b");
}

static void fill_denied(struct recording *r)
{
	for (size_t n = some(6); n; n--) {
		struct denial denial = {.call = some_call(),
					.action = some(DENIAL_ACTION_COUNT),
					.error = some(3),
					.count = some(9) ? some(5) : INT64_MAX,
					.pid = some(3),
					.args_known = some(2)};

		if (denial.pid)
			some_comm(denial.comm);
		if (denial.args_known)
			denial.args[some(6)] = some(2) ? some(3) : UINT64_MAX;
		cr_assert_eq(denials_add(&r->denied, &denial), 0);
	}
	denials_sort(&r->denied);
}

/*
 * Of calls that were made and of others, and not of each that was made. Masks that overlap, that do not, and that look at
 * nothing; as a recorder may leave them, and as a file may say.
 */
static void fill_arguments(struct recording *r)
{
	static const uint64_t masks[] = {0xf, 0x3, 0xc, 0xf0, UINT64_MAX, 0};

	for (size_t n = some(5); n; n--) {
		struct syscall call = some_call();
		uint64_t looked[TUPLE_ARGS] = {masks[some(ARRAY_LEN(masks))]};
		struct tuples *set;

		looked[5] = some(3) ? 0 : masks[some(ARRAY_LEN(masks))];
		if (tuples_find(&r->arguments, &call))
			continue;
		set = tuples_make(&r->arguments, &call, looked);
		cr_assert_not_null(set);
		if (!some(4))
			tuples_open(set, 1 + some(OPEN_COUNT - 1));
		for (size_t k = some(4); k; k--) {
			const uint64_t values[TUPLE_ARGS] = {some(32), [5] = some(8)};

			cr_assert_eq(tuples_add(set, values), 0);
		}
	}
}

/* Few values each, so that they meet often. */
static void fill(struct recording *r)
{
	*r = (struct recording){.hook = some(2) ? "tp_btf" : "raw_tp",
				.native = ARCH_X86_64,
				.whole = some(2),
				.started = some(4),
				.elapsed = some(5),
				.longest = some(2) ? some(5) : 0,
				.container = some(2),
				.timed = some(2),
				.losses = {.late = some(3),
					   .calls = some(3),
					   .left = some(3),
					   .misses = some(9) ? 0 : INT64_MAX}};
	strcpy(r->kernel, kernels[some(ARRAY_LEN(kernels))]);
	strcpy(r->machine, "x86_64");
	strcpy(r->libseccomp, some(2) ? "2.5.4" : "2.6.0");
	r->target = strdup(targets[some(ARRAY_LEN(targets))]);
	for (size_t n = some(12); n; n--) {
		struct observed o = {.call = some_call(),
				     .class = OBSERVED_WORKLOAD + some(OBSERVED_CLASS_COUNT - 1),
				     .calls = some(9) ? some(5) : INT64_MAX,
				     .first_ns = some(3),
				     .first = {.known = some(2)}};

		if (o.first.known) {
			o.first.pid = some(2);
			o.first.args[0] = some(2);
			some_comm(o.first.comm);
		}
		cr_assert_eq(recording_add(r, &o), 0);
	}
	for (size_t n = some(3); n; n--) {
		struct moved moved = {.pid = some(2), .calls = 1 + some(2), .comm = "m"};

		cr_assert_eq(recording_add_moved(r, &moved), 0);
	}
	fill_denied(r);
	fill_arguments(r);
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

/* More of them than a recording has room for are counted, and no reason to fail. */
Test(join, many_moved_and_denied)
{
	struct recording own_recording into = {0}, own_recording from = {0};

	fill(&into);
	fill(&from);
	into.losses.moved = from.losses.moved = into.losses.denials = from.losses.denials = 0;
	into.moved_len = from.moved_len = into.denied.len = from.denied.len = 0;
	for (uint32_t i = 1; i <= RECORDING_MOVED_MAX; i++) {
		const struct moved one = {.pid = i, .calls = 1}, other = {.pid = i * 2, .calls = 1};

		cr_assert_eq(recording_add_moved(&into, &one), 0);
		cr_assert_eq(recording_add_moved(&from, &other), 0);
	}
	for (int i = 0; i < DENIALS_MAX; i++) {
		const struct denial one = {.call = {ARCH_X86_64, i, 0}, .count = 2};
		const struct denial other = {.call = {ARCH_X86_64, i + 10, 0}, .count = 2};

		cr_assert_eq(denials_add(&into.denied, &one), 0);
		cr_assert_eq(denials_add(&from.denied, &other), 0);
	}
	cr_assert_eq(recording_join(&into, &from), 0);
	cr_expect_eq(into.moved_len, RECORDING_MOVED_MAX);
	/* half of them are the same */
	cr_expect_eq(into.losses.moved, RECORDING_MOVED_MAX / 2);
	cr_expect_eq(into.denied.len, DENIALS_MAX);
	cr_expect_eq(into.losses.denials, 10 * 2);
}

/* More values than are kept, beside one that says why it has none: the same reason in any order. */
Test(join, many_values)
{
	static const struct syscall call = {ARCH_X86_64, 41, 0};
	static const uint64_t masks[TUPLE_ARGS] = {UINT64_MAX};
	static const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {2, 1, 0}};

	for (enum open_reason open = OPEN_NOT; open < OPEN_COUNT; open++) {
		for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
			struct tuples_list own_tuples_list into = {0};
			struct syscall_set calls = {0};

			syscall_set__add(&calls, &call);
			for (size_t k = 0; k < 3; k++) {
				struct tuples_list own_tuples_list from = {0};
				struct tuples *set = tuples_make(&from, &call, masks);
				struct syscall_set before = {0};

				for (uint64_t n = 0; n < TUPLES_MAX * 2 / 3; n++)
					cr_assert_eq(tuples_add(set,
								(uint64_t[TUPLE_ARGS]){
									n * 3 + orders[i][k]}),
						     0);
				if (open && orders[i][k] == 2)
					tuples_open(set, open);
				cr_assert_eq(tuples_join(&into, k ? &calls : &before, &from,
							 &calls),
					     0);
			}
			cr_assert_eq(into.len, 1);
			cr_expect_eq(into.calls[0].open, open ? open : OPEN_MANY,
				     "order %zu: %s instead of %s", i,
				     open_reason_name(into.calls[0].open), open_reason_name(open));
		}
	}
}

/* As many digits as whoever wrote it likes. */
Test(recording, when_it_started)
{
	static const struct {
		const char *started;
		uint64_t ns;
	} rows[] = {{"2023-11-14T22:13:20Z", 0},
		    {"2023-11-14T22:13:20.5Z", 500000000},
		    {"2023-11-14T22:13:20.05Z", 50000000},
		    {"2023-11-14T22:13:20.123Z", 123000000},
		    {"2023-11-14T22:13:20.123456789123Z", 123456789}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct recording own_recording recording = {0};
		struct err err = {0};
		char text[512];

		snprintf(text, sizeof(text),
			 "{\"format\": \"whittle-recording\", \"version\": 1, \"host\": {\"kernel\": \"6.1\", \"machine\": \"x86_64\","
			 " \"libseccomp\": \"2.5.4\"}, \"target\": \"a\", \"hook\": \"tp_btf\", \"started\": \"%s\", \"elapsed_ns\": 1,"
			 " \"whole\": true, \"losses\": {}, \"syscalls\": [], \"moved\": []}",
			 rows[i].started);
		cr_assert_eq(recording_parse("f", text, strlen(text), &recording, &err), 0, "%s",
			     err.text);
		cr_expect_eq(recording.started, 1700000000 * 1000000000ULL + rows[i].ns, "%s: %lu",
			     rows[i].started, (unsigned long)recording.started);
	}
}

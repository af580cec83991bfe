// SPDX-License-Identifier: BSD-2-Clause
/* From arguments to conditions: what the compiled filter allows is exactly what was seen, under the masks. */
#include "calls.h"
#include "profile/compile.h"
#include "profile/derive.h"
#include "syscalls/args.h"

#include <criterion/criterion.h>
#include <sys/mman.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 60
#define PROBES 300

#define IOCTL   16
#define SOCKET  41
#define CLONE   56
#define FUTEX   202
#define MADVISE 28

#define LOW 0xffffffffULL

static const struct looked_at {
	int64_t nr;
	uint64_t masks[TUPLE_ARGS];
} looked_at[] = {
	{SOCKET, {LOW, LOW & ~02004000ULL, LOW}}, {IOCTL, {0, LOW}},          {CLONE, {0x7e020080}},
	{FUTEX, {0, 0x7f, 0, 0, 0, LOW}},         {MADVISE, {0, UINT64_MAX}},
};

static uint64_t some_bits(void)
{
	return (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^ (uint64_t)random();
}

/* Few values, near each other and at the ends, so that tuples meet. */
static uint64_t some_value(void)
{
	static const uint64_t values[] = {0,         1,          2,          3,    4,
					  7,         8,          0x10,       0x80, 0x5401,
					  0x5413,    0x7fffffff, 0x80000000, LOW,  0x100000001ULL,
					  UINT64_MAX};

	return random() % 8 ? values[(size_t)random() % ARRAY_LEN(values)] : some_bits();
}

static bool seen(const struct tuples *set, const uint64_t args[TUPLE_ARGS])
{
	for (size_t i = 0; i < set->len; i++) {
		bool same = true;

		for (size_t a = 0; a < TUPLE_ARGS; a++)
			same &= (args[a] & set->masks[a]) == (set->values[i][a] & set->masks[a]);
		if (same)
			return true;
	}
	return false;
}

static bool allows(const struct filter *filter, int64_t nr, const uint64_t args[TUPLE_ARGS])
{
	struct seccomp_data data = {.nr = (int)nr, .arch = arch_scmp_token(ARCH_X86_64)};

	memcpy(data.args, args, sizeof(data.args));
	return filter_run(filter, &data) == SECCOMP_RET_ALLOW;
}

/* A tuple that was seen, with what does not count made up, and with one bit that may count turned round; or anything. */
static void probe(const struct tuples *set, uint64_t args[TUPLE_ARGS])
{
	size_t t = (size_t)random() % set->len;

	for (size_t a = 0; a < TUPLE_ARGS; a++)
		args[a] = set->values[t][a] | (some_bits() & ~set->masks[a]);
	switch (random() % 4) {
	case 0:
		break;
	case 1:
	case 2:
		args[random() % TUPLE_ARGS] ^= 1ULL << random() % 64;
		break;
	default:
		for (size_t a = 0; a < TUPLE_ARGS; a++)
			args[a] = some_value();
	}
}

static void fill(struct tuples_list *list, struct syscall_set *needed)
{
	for (size_t i = 0; i < ARRAY_LEN(looked_at); i++) {
		struct syscall call = {ARCH_X86_64, looked_at[i].nr, 0};
		struct tuples *set = tuples_make(list, &call, looked_at[i].masks);
		size_t len = 1 + (size_t)random() % 12;

		cr_assert(set);
		cr_assert(syscall_set__add(needed, &call));
		for (size_t t = 0; t < len; t++) {
			uint64_t values[TUPLE_ARGS];

			for (size_t a = 0; a < TUPLE_ARGS; a++)
				values[a] = some_value();
			cr_assert_eq(tuples_add(set, values), 0);
		}
	}
}

static void make_filter(const struct tuples_list *list, const struct syscall_set *needed,
			struct constraints *constraints, struct profile *profile,
			struct filter *filter)
{
	struct derive_options options = {.constraints = constraints};
	struct buf own_buf unknown = BUF_INIT;
	struct err err = {0};

	cr_assert_eq(constraints_make(list, needed, constraints), 0);
	cr_assert_eq(derive_profile(needed, &options, profile, NULL, &err), 0, "%s", err.text);
	cr_assert_eq(compile_filter(profile, compile_machine(profile), filter, &unknown, &err), 0,
		     "%s", err.text);
}

/* No runtime agrees with another about an argument that one rule names twice, nor libseccomp with itself about NE and order. */
static void expect_plain(const struct profile *profile)
{
	for (size_t r = 0; r < profile->rules_len; r++) {
		const struct rule *rule = &profile->rules[r];
		unsigned int indexes = 0;

		for (size_t c = 0; c < rule->conditions_len; c++) {
			const struct condition *condition = &rule->conditions[c];

			cr_expect(!(indexes & 1U << condition->index), "an argument twice");
			indexes |= 1U << condition->index;
			cr_expect(condition->compare == COMPARE_EQ ||
				  condition->compare == COMPARE_MASKED_EQ);
		}
	}
}

Test(constrain, exactly_what_was_seen)
{
	size_t allowed = 0, refused = 0;

	srandom(20261128);
	for (int round = 0; round < ROUNDS; round++) {
		struct tuples_list list = {0};
		struct syscall_set needed = {0};
		struct constraints own_constraints constraints = {0};
		struct profile own_profile profile = {0};
		struct filter own_filter filter = {0};

		fill(&list, &needed);
		make_filter(&list, &needed, &constraints, &profile, &filter);
		expect_plain(&profile);
		for (int i = 0; i < PROBES; i++) {
			const struct tuples *set = &list.calls[(size_t)random() % list.len];
			uint64_t args[TUPLE_ARGS];
			bool must;

			probe(set, args);
			must = seen(set, args);
			cr_assert_eq(allows(&filter, set->call.nr, args), must,
				     "round %d: call %lld (%llx, %llx, %llx, ...): %s", round,
				     (long long)set->call.nr, (unsigned long long)args[0],
				     (unsigned long long)args[1], (unsigned long long)args[2],
				     must ? "seen and refused" : "allowed and not seen");
			allowed += must;
			refused += !must;
		}
		tuples_list_clear(&list);
	}
	cr_expect(allowed > ROUNDS * PROBES / 5 && refused > ROUNDS * PROBES / 5,
		  "%zu allowed, %zu refused: the probes are not good", allowed, refused);
}

/* Whatever is not known of a call leaves it open: a profile must not be tighter than what was called. */
Test(constrain, in_doubt_open)
{
	static const enum open_reason reasons[] = {OPEN_NOT, OPEN_UNKNOWN, OPEN_MANY, OPEN_ROOM};
	static const uint64_t other[TUPLE_ARGS] = {99, 99, 99, 99, 99, 99};

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		struct tuples_list list = {0};
		struct syscall_set needed = {0};
		struct constraints own_constraints constraints = {0};
		struct profile own_profile profile = {0};
		struct filter own_filter filter = {0};

		srandom(1);
		fill(&list, &needed);
		if (reasons[i] != OPEN_NOT)
			tuples_open(&list.calls[0], reasons[i]);
		make_filter(&list, &needed, &constraints, &profile, &filter);
		cr_expect_eq(allows(&filter, list.calls[0].call.nr, other), reasons[i] != OPEN_NOT,
			     "%s", open_reason_name(reasons[i]) ?: "not open");
		cr_expect(!allows(&filter, list.calls[1].call.nr, other));
		tuples_list_clear(&list);
	}
}

/* A name is one rule for all architectures: called on one of them without arguments, it is open on all. */
/* mmap is looked at for PROT_WRITE and PROT_EXEC: with all four of them there is nothing to hold it to, which is no loss of the recording. */
Test(constrain, every_value_was_seen)
{
	const struct syscall mmap = {ARCH_X86_64, 9, 0};
	struct constraints own_constraints constraints = {0};
	struct tuples_list list = {0};
	struct syscall_set needed = {0};
	static const uint64_t masks[TUPLE_ARGS] = {0, 0, PROT_WRITE | PROT_EXEC};
	struct tuples *tuples = tuples_make(&list, &mmap, masks);

	cr_assert_not_null(tuples);
	syscall_set__add(&needed, &mmap);
	for (uint64_t prot = 0; prot < 8; prot++) {
		const uint64_t values[TUPLE_ARGS] = {0, 0, prot & masks[2]};

		cr_assert_eq(tuples_add(tuples, values), 0);
	}
	cr_assert_eq(constraints_make(&list, &needed, &constraints), 0);
	cr_assert_eq(constraints.len, 1);
	cr_expect_eq(constraints.list[0].open, OPEN_EVERY, "%s",
		     open_reason_name(constraints.list[0].open));
	tuples_list_clear(&list);
}

Test(constrain, another_architecture)
{
	static const uint64_t masks[TUPLE_ARGS] = {LOW}, values[TUPLE_ARGS] = {2};
	static const uint64_t other[TUPLE_ARGS] = {10};
	const struct syscall native = {ARCH_X86_64, SOCKET, 0}, compat = {ARCH_X86, 359, 0};
	struct tuples_list list = {0};
	struct syscall_set needed = {0};
	struct constraints own_constraints constraints = {0};
	struct profile own_profile profile = {0};
	struct filter own_filter filter = {0};
	struct tuples *set = tuples_make(&list, &native, masks);

	cr_assert(set && !tuples_add(set, values));
	cr_assert(syscall_set__add(&needed, &native) && syscall_set__add(&needed, &compat));
	make_filter(&list, &needed, &constraints, &profile, &filter);
	cr_expect(allows(&filter, SOCKET, other));
	tuples_list_clear(&list);
}

static bool has(const struct syscall_set *set, const struct syscall *call)
{
	return syscall_set__has(set, call);
}

/* Joining in any order gives the same; what one side called without arguments becomes open. */
Test(constrain, joined)
{
	static const uint64_t masks[TUPLE_ARGS] = {LOW, LOW}, narrow[TUPLE_ARGS] = {LOW};
	static const uint64_t a[TUPLE_ARGS] = {1, 5}, b[TUPLE_ARGS] = {2, 6};
	const struct syscall call = {ARCH_X86_64, SOCKET, 0};
	const struct syscall_set calls = set_of(&call, 1), none = {0};
	struct tuples_list left = {0}, right = {0}, bare = {0};

	cr_assert(has(&calls, &call));
	cr_assert_eq(tuples_add(tuples_make(&left, &call, masks), a), 0);
	cr_assert_eq(tuples_add(tuples_make(&right, &call, narrow), b), 0);
	cr_assert_eq(tuples_join(&left, &calls, &right, &calls), 0);
	cr_assert_eq(left.len, 1);
	cr_expect_eq(left.calls[0].open, OPEN_NOT);
	cr_expect_eq(left.calls[0].masks[0], LOW);
	cr_expect_eq(left.calls[0].masks[1], 0, "only one of them looked at it");
	cr_assert_eq(left.calls[0].len, 2);
	cr_expect_eq(left.calls[0].values[0][0], 1);
	cr_expect_eq(left.calls[0].values[1][0], 2);
	/* one that never called it changes nothing */
	cr_assert_eq(tuples_join(&left, &calls, &bare, &none), 0);
	cr_expect_eq(left.calls[0].open, OPEN_NOT);
	/* one that did, and did not look */
	cr_assert_eq(tuples_join(&left, &calls, &bare, &calls), 0);
	cr_expect_eq(left.calls[0].open, OPEN_UNKNOWN);
	tuples_list_clear(&left);
	tuples_list_clear(&right);
}

/* Each row can be what it says: a name, masks, no argument twice. */
Test(constrain, table)
{
	const struct arg_row *row;
	size_t rows = 0;

	for (; (row = args_row_at(rows)); rows++) {
		unsigned int indexes = 0;
		size_t args = 0;

		for (; args < ARG_ROW_ARGS && row->args[args].mask; args++) {
			cr_expect_lt(row->args[args].index, TUPLE_ARGS, "%s", row->name);
			cr_expect(!(indexes & 1U << row->args[args].index), "%s", row->name);
			indexes |= 1U << row->args[args].index;
		}
		cr_expect(row->memory != (args > 0), "%s: arguments, or in memory", row->name);
	}
	cr_expect_gt(rows, 35);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "syscalls/set.h"
#include "base/own.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* All calls that a set can hold, in order; which those are is stated here once more. */
static struct syscall members[25000];
static size_t members_len;

static void add_member(enum arch arch, int64_t nr, uint32_t sub)
{
	cr_assert_lt(members_len, ARRAY_LEN(members));
	members[members_len++] = (struct syscall){arch, nr, sub};
}

static bool multiplexes(enum arch arch)
{
	static const enum arch list[] = {ARCH_X86,   ARCH_M68K, ARCH_MIPS,    ARCH_MIPSEL,
					 ARCH_PPC64, ARCH_PPC,  ARCH_PPC64LE, ARCH_S390X,
					 ARCH_S390,  ARCH_SH,   ARCH_SHEB};

	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		if (list[i] == arch)
			return true;
	return false;
}

static void list_members(void)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		for (int64_t n = 0; n < 1024; n++)
			if (!multiplexes(a) || (n != 102 && n != 117))
				add_member(a, n, 0);
		for (int64_t n = 0xf0000; a == ARCH_ARM && n < 0xf0020; n++)
			add_member(a, n, 0);
		for (uint32_t sub = 0; multiplexes(a) && sub < 32; sub++)
			add_member(a, 102, sub);
		for (uint32_t sub = 0; multiplexes(a) && sub < 32; sub++)
			add_member(a, 117, sub);
	}
	cr_assert_eq(members_len, 23 * 1024 + 32 + 11 * (64 - 2));
}

TestSuite(set, .init = list_members);

static void expect_is(const struct syscall *it, const struct syscall *want)
{
	cr_assert_eq(syscall_compare(it, want), 0, "%s %ld.%u instead of %s %ld.%u",
		     arch_token(it->arch), (long)it->nr, it->sub, arch_token(want->arch),
		     (long)want->nr, want->sub);
}

Test(set, empty)
{
	struct syscall_set set = {0};
	struct syscall it = {0};

	cr_expect_eq(syscall_set__count(&set), 0);
	cr_expect_not(syscall_set__next(&set, &it));
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		cr_expect_not(syscall_set__has_arch(&set, a));
	for (size_t i = 0; i < members_len; i++)
		cr_assert_not(syscall_set__has(&set, &members[i]));
}

/* Each alone: it is in, it is all that is in, and it comes out as it went in. */
Test(set, round_trip_of_every_member)
{
	for (size_t i = 0; i < members_len; i++) {
		struct syscall_set set = {0};
		struct syscall it = {0};

		cr_assert(syscall_set__add(&set, &members[i]));
		cr_assert(syscall_set__has(&set, &members[i]));
		cr_assert_eq(syscall_set__count(&set), 1);
		cr_assert(syscall_set__next(&set, &it));
		expect_is(&it, &members[i]);
		cr_assert_not(syscall_set__next(&set, &it));
		for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
			cr_assert_eq(syscall_set__has_arch(&set, a), a == members[i].arch);
	}
}

/* No two members share a bit. */
Test(set, members_are_distinct)
{
	struct syscall_set set = {0};

	for (size_t i = 0; i < members_len; i++) {
		cr_assert_not(syscall_set__has(&set, &members[i]), "%s %ld.%u",
			      arch_token(members[i].arch), (long)members[i].nr, members[i].sub);
		cr_assert(syscall_set__add(&set, &members[i]));
		cr_assert(syscall_set__add(&set, &members[i]), "a second time");
		cr_assert_eq(syscall_set__count(&set), i + 1);
	}
}

/* Any subset comes out in the order of the list, whatever the order in which it went in. */
Test(set, iterates_in_order)
{
	srandom(1);
	for (int round = 0; round < 50; round++) {
		struct syscall_set set = {0};
		static bool in[ARRAY_LEN(members)];
		struct syscall it = {0};
		size_t n = 0;

		memset(in, 0, sizeof(in));
		for (int k = 0; k < 160 * round + 1; k++) {
			size_t i = random() % members_len;

			n += !in[i];
			in[i] = true;
			cr_assert(syscall_set__add(&set, &members[i]));
		}
		cr_assert_eq(syscall_set__count(&set), n);
		for (size_t i = 0; i < members_len; i++) {
			cr_assert_eq(syscall_set__has(&set, &members[i]), in[i]);
			if (!in[i])
				continue;
			cr_assert(syscall_set__next(&set, &it));
			expect_is(&it, &members[i]);
		}
		cr_assert_not(syscall_set__next(&set, &it));
	}
}

Test(set, joins)
{
	struct syscall_set a = {0}, b = {0};
	const struct syscall first = {ARCH_X86_64, 0, 0}, both = {ARCH_X86, 102, 3},
			     last = {ARCH_AARCH64, SET_NUMBERS - 1, 0};

	cr_assert(syscall_set__add(&a, &first) && syscall_set__add(&a, &both));
	cr_assert(syscall_set__add(&b, &both) && syscall_set__add(&b, &last));
	syscall_set__join(&a, &b);
	cr_expect_eq(syscall_set__count(&a), 3);
	cr_expect_eq(syscall_set__count(&b), 2, "what is joined stays as it is");
	cr_expect(syscall_set__has(&a, &first) && syscall_set__has(&a, &both) &&
		  syscall_set__has(&a, &last));
}

Test(set, copies_by_assignment)
{
	struct syscall_set set = {0}, copy;

	cr_assert(syscall_set__add(&set, &members[0]));
	copy = set;
	cr_assert(syscall_set__add(&copy, &members[1]));
	cr_expect_not(syscall_set__has(&set, &members[1]));
	cr_expect(syscall_set__has(&copy, &members[0]));
}

Test(set, refuses_what_it_cannot_hold)
{
	static const struct syscall rows[] = {
		{ARCH_X86_64, -1, 0},        {ARCH_X86_64, 1024, 0},
		{ARCH_X86_64, 0xf0000, 0},   {ARCH_X86_64, INT64_MIN, 0},
		{ARCH_X86_64, INT64_MAX, 0}, {ARCH_X86_64, 1LL << 32, 0},
		{ARCH_X32, 0x40000000, 0},   {ARCH_X86, 0xf0000, 0},
		{ARCH_X86, 102, 32},         {ARCH_X86, 102, UINT32_MAX},
		{ARCH_X86, 117, 32},         {ARCH_X86, 117, (1 << 16) + 1},
		{ARCH_AARCH64, 0xf0002, 0},  {ARCH_ARM, 1024, 0},
		{ARCH_S390X, 102, 32},       {ARCH_MIPS, 4003, 0},
		{ARCH_ARM, 0xf0000 - 1, 0},  {ARCH_ARM, 0xf0020, 0},
		{ARCH_INVALID, 0, 0},        {ARCH_INVALID, 102, 0},
		{ARCH_COUNT, 0, 0},          {ARCH_COUNT + 1000, 0, 0},
		{(enum arch) - 1, 0, 0},
	};
	struct syscall_set set = {0};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cr_expect_not(syscall_set__add(&set, &rows[i]), "row %zu", i);
		cr_expect_not(syscall_set__has(&set, &rows[i]), "row %zu", i);
	}
	cr_expect_eq(syscall_set__count(&set), 0);
}

/* What an argument is matters for multiplexers alone. */
Test(set, subcall_of_others_is_ignored)
{
	struct syscall_set set = {0};
	struct syscall it = {0};

	cr_assert(syscall_set__add(&set, &(struct syscall){ARCH_X86_64, 102, 7}));
	cr_expect(syscall_set__has(&set, &(struct syscall){ARCH_X86_64, 102, 0}));
	cr_assert(syscall_set__next(&set, &it));
	expect_is(&it, &(struct syscall){ARCH_X86_64, 102, 0});
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * Rules of which libseccomp makes something else, or never ends: they are told, and never compiled. What is taken is compared with what the
 * filter of it answers.
 */
#include "profile/compile.h"
#include "profile/evaluate.h"
#include "profile/hazard.h"
#include "profile/merge.h"
#include "effort.h"
#include "random_profile.h"

#include <string.h>
#include <time.h>

#define RULES_MAX 3

struct row {
	const char *what;
	bool whole; /* behind them a rule without conditions */
	struct condition rules[RULES_MAX][2];
};

static const struct row rows[] = {
	{"one argument is compared with another's value",
	 false,
	 {{{0, COMPARE_GE, 100, 0}}, {{1, COMPARE_EQ, 8, 0}, {0, COMPARE_LE, 5, 0}}}},
	{"a rule inside of others",
	 false,
	 {{{0, COMPARE_GT, 131072, 0}},
	  {{1, COMPARE_LE, UINT32_MAX, 0}},
	  {{1, COMPARE_LE, 8, 0}, {0, COMPARE_LT, 0x7e020000, 0}}}},
	{"a rule inside of another, without an end",
	 false,
	 {{{1, COMPARE_LT, 16, 0}, {0, COMPARE_LT, 3, 0}},
	  {{0, COMPARE_LT, 3, 0}, {1, COMPARE_EQ, 0, 0}}}},
	{"without an end",
	 false,
	 {{{0, COMPARE_LT, 8, 0}, {1, COMPARE_LT, 5, 0}},
	  {{1, COMPARE_NE, 2, 0}, {0, COMPARE_LT, 8, 0}},
	  {{0, COMPARE_LE, 0, 0}}}},
	{"without an end, and for nothing",
	 true,
	 {{{0, COMPARE_LT, 8, 0}, {1, COMPARE_LT, 5, 0}},
	  {{1, COMPARE_NE, 2, 0}, {0, COMPARE_LT, 8, 0}},
	  {{0, COMPARE_LE, 0, 0}}}},
};

static void add_rule_for(struct profile *profile, const char *name, struct outcome outcome,
			 const struct condition conditions[2])
{
	struct rule *rule = profile_add_rule(profile, outcome.action, outcome.errno_value);

	cr_assert_not_null(rule);
	cr_assert_eq(names_add(&rule->names, name), 0);
	for (size_t i = 0; conditions && i < 2; i++)
		if (conditions[i].compare != COMPARE_INVALID)
			cr_assert_eq(rule_add_condition(rule, &conditions[i]), 0);
}

static void add_rule(struct profile *profile, const struct condition conditions[2])
{
	add_rule_for(profile, "getppid", (struct outcome){ACTION_ALLOW, 0}, conditions);
}

/* By the rules and by the filter: one call with these arguments. */
static void expect_same_call(const struct profile *profile, const struct filter *filter,
			     const struct syscall *call, const uint64_t args[6], const char *what)
{
	struct seccomp_data data = {.nr = (int)call->nr, .arch = arch_audit(call->arch)};

	memcpy(data.args, args, sizeof(data.args));
	cr_assert(outcome_equal(outcome_from_return(filter_run(filter, &data)),
				evaluate(profile, call, args).outcome),
		  "%s: %#llx, %#llx, %#llx", what, (unsigned long long)args[0],
		  (unsigned long long)args[1], (unsigned long long)args[2]);
}

static void expect_same(const struct profile *profile, const uint64_t values[], size_t len,
			const char *what)
{
	struct filter own_filter filter = {0};
	struct buf own_buf unknown = BUF_INIT;
	struct syscall call = {.arch = ARCH_X86_64};
	struct err err = {0};

	cr_assert(syscall_resolve(ARCH_X86_64, "getppid", &call.nr));
	cr_assert_eq(compile_filter(profile, ARCH_X86_64, &filter, &unknown, &err), 0, "%s: %s",
		     what, err.text);
	for (size_t i = 0; i < len * len; i++)
		expect_same_call(profile, &filter, &call,
				 (const uint64_t[6]){values[i % len], values[i / len]}, what);
}

static const uint64_t values[] = {0,          1,          2,          3,          4,
				  5,          6,          7,          8,          9,
				  15,         16,         99,         100,        131072,
				  131073,     0x7e01ffff, 0x7e020000, UINT32_MAX, 1ULL << 32,
				  1ULL << 60, UINT64_MAX};

Test(hazard, is_told, .timeout = 20)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct profile own_profile profile = {.default_action = ACTION_ERRNO,
						      .default_errno = EPERM};
		struct profile own_profile safe = {0};
		struct err err = {0};

		profile.arches[ARCH_X86_64] = true;
		for (size_t r = 0; r < RULES_MAX; r++)
			if (rows[i].rules[r][0].compare != COMPARE_INVALID)
				add_rule(&profile, rows[i].rules[r]);
		if (rows[i].whole)
			add_rule(&profile, NULL);
		cr_expect_eq(profile_check_hazards(&profile, &err), -ENOTSUP, "%s", rows[i].what);
		cr_assert_eq(profile_canonical(&profile, &safe, &err), 0, "%s: %s", rows[i].what,
			     err.text);
		expect_same(&safe, values, ARRAY_LEN(values), rows[i].what);
	}
}

/* Of a mask that has none of the bits that are compared there is no condition: the rules decide as the filter does, and where that is another one on 32 bits it is told. */
Test(hazard, empty_mask)
{
	static const struct {
		struct condition conditions[2];
		enum arch arch;
		bool kills, told;
	} rows[] = {
		{{{0, COMPARE_MASKED_EQ, 0, 0}}, ARCH_X86_64, true, false},
		{{{0, COMPARE_MASKED_EQ, 0, 0}}, ARCH_X86, true, false},
		{{{0, COMPARE_MASKED_EQ, 0, 0}, {1, COMPARE_EQ, 9, 0}}, ARCH_X86_64, false, false},
		{{{0, COMPARE_EQ, 9, 0}, {0, COMPARE_MASKED_EQ, 0, 0}}, ARCH_X86_64, true, false},
		{{{0, COMPARE_MASKED_EQ, ~(uint64_t)UINT32_MAX, 0}}, ARCH_X86_64, false, true},
		{{{0, COMPARE_MASKED_EQ, ~(uint64_t)UINT32_MAX, 0}}, ARCH_X86, true, true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct profile own_profile profile = {.default_action = ACTION_ERRNO,
						      .default_errno = EPERM};
		struct filter own_filter filter = {0};
		struct buf own_buf unknown = BUF_INIT;
		struct syscall call = {.arch = rows[i].arch};
		struct seccomp_data data = {.arch = arch_audit(call.arch)};
		const enum action action = rows[i].kills ? ACTION_KILL_PROCESS : ACTION_ALLOW;
		struct err err = {0};

		add_rule(&profile, rows[i].conditions);
		profile.rules[0].action = ACTION_KILL_PROCESS;
		add_rule(&profile, NULL);
		profile.arches[ARCH_X86_64] = profile.arches[ARCH_X86] = true;
		cr_expect_eq(profile_check_hazards(&profile, &err) != 0, rows[i].told, "row %zu",
			     i);
		cr_assert_eq(compile_unchecked(&profile, ARCH_X86_64, &filter, &unknown, &err), 0);
		cr_assert(syscall_resolve(call.arch, "getppid", &call.nr));
		data.nr = (int)call.nr;
		cr_expect_eq(outcome_from_return(filter_run(&filter, &data)).action, action,
			     "row %zu", i);
		cr_expect_eq(evaluate(&profile, &call, (uint64_t[6]){0}).outcome.action, action,
			     "row %zu", i);
		profile.arches[ARCH_X86] = false;
		cr_expect_eq(profile_check_hazards(&profile, &err), 0, "row %zu", i);
	}
}

/* One or two arguments, compared in any way: what is taken as it stands is right. */
static void random_ranges(struct profile *profile)
{
	static const uint64_t some[] = {0, 1, 2, 3, 5, 8, 16, 100};

	for (uint32_t rules = 2 + any(2); rules; rules--) {
		struct condition conditions[2] = {{0}};
		bool both = any(2);

		for (unsigned int i = 0; i < 2; i++)
			if (both || i == rules % 2)
				conditions[i] =
					(struct condition){i,
							   COMPARE_EQ + any(COMPARE_MASKED_EQ -
									    COMPARE_EQ),
							   some[any(ARRAY_LEN(some))], 0};
		add_rule(profile, conditions);
	}
}

Test(hazard, what_is_taken_is_right, .timeout = 120)
{
	size_t taken = 0;

	random_state = 88172645463325252;
	for (int p = 0; p < EFFORT(3000); p++) {
		struct profile own_profile profile = {.default_action = ACTION_ERRNO,
						      .default_errno = EPERM};

		profile.arches[ARCH_X86_64] = true;
		random_ranges(&profile);
		if (profile_check_hazards(&profile, NULL))
			continue;
		taken++;
		expect_same(&profile, values, ARRAY_LEN(values), "at random");
	}
	cr_expect_gt(taken, EFFORT(3000) / 10, "%zu", taken);
}

/* Where socketcall makes the call as well, libseccomp puts both's conditions into one place. */
Test(hazard, a_multiplexer_beside_its_call)
{
	for (int x86 = 0; x86 < 2; x86++) {
		struct profile own_profile profile = {.default_action = ACTION_ERRNO,
						      .default_errno = EPERM};
		static const struct condition conditions[] = {{2, COMPARE_GE, 1, 0},
							      {0, COMPARE_NE, 5, 0},
							      {2, COMPARE_EQ, 3, 0}};
		struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);

		cr_assert(rule && !names_add(&rule->names, "socket") &&
			  !rule_add_condition(rule, &conditions[0]));
		rule = profile_add_rule(&profile, ACTION_ALLOW, 0);
		cr_assert(rule && !names_add(&rule->names, "socketcall") &&
			  !rule_add_condition(rule, &conditions[1]) &&
			  !rule_add_condition(rule, &conditions[2]));
		profile.arches[ARCH_X86_64] = true;
		profile.arches[ARCH_X86] = x86;
		cr_expect_eq(profile_check_hazards(&profile, NULL), x86 ? -ENOTSUP : 0);
	}
}

/*
 * Rules of which only the filter tells that they are right. It is asked if they are a decision of their own: not where those for the other
 * of socket and socketcall go into the same place, unless these leave no argument to look at.
 */
Test(hazard, a_call_apart_from_its_multiplexer)
{
	static const struct condition doubtful[][2] = {{{1, COMPARE_EQ, 1, 0},
							{2, COMPARE_EQ, 2, 0}},
						       {{1, COMPARE_GE, 5, 0}}};
	static const struct outcome allow = {ACTION_ALLOW, 0}, deny = {ACTION_ERRNO, EPERM};
	static const struct {
		enum arch arch;
		const char *name, *other;   /* `other` NULL: it has no rules */
		struct condition condition; /* of a first rule of the other; none: there is no such */
		struct outcome outcome;     /* of one without conditions behind it */
		bool taken;
	} rows[] = {
		{ARCH_X86_64, "socket", NULL, {0}, {0}, true},
		{ARCH_X86, "socket", NULL, {0}, {0}, false},
		{ARCH_X86, "socket", "socketcall", {0}, {ACTION_ALLOW, 0}, true},
		{ARCH_X86, "socket", "socketcall", {0}, {ACTION_TRAP, 0}, true},
		{ARCH_X86, "socket", "socketcall", {0}, {ACTION_ERRNO, EPERM}, false},
		{ARCH_X86, "socket", "socketcall", {1, COMPARE_GE, 5, 0}, {ACTION_ALLOW, 0}, true},
		{ARCH_X86,
		 "socket",
		 "socketcall",
		 {1, COMPARE_GE, 5, 0},
		 {ACTION_ERRNO, EPERM},
		 false},
		{ARCH_X86, "socketcall", NULL, {0}, {0}, true},
		{ARCH_X86, "socketcall", "socket", {0}, {ACTION_ALLOW, 0}, false},
		{ARCH_X86, "socketcall", "socket", {0}, {ACTION_TRAP, 0}, false},
	};
	static const char *const calls[] = {"socket", "socketcall"};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct profile own_profile profile = {.default_action = deny.action,
						      .default_errno = deny.errno_value};
		struct filter own_filter filter = {0};
		struct buf own_buf unknown = BUF_INIT;
		struct syscall call = {.arch = rows[i].arch};

		profile.arches[rows[i].arch] = true;
		for (size_t r = 0; r < ARRAY_LEN(doubtful); r++)
			add_rule_for(&profile, rows[i].name, allow, doubtful[r]);
		if (rows[i].condition.compare != COMPARE_INVALID)
			add_rule_for(&profile, rows[i].other, allow,
				     (struct condition[2]){rows[i].condition});
		if (rows[i].other)
			add_rule_for(&profile, rows[i].other, rows[i].outcome, NULL);
		cr_expect_eq(profile_check_hazards(&profile, NULL), rows[i].taken ? 0 : -ENOTSUP,
			     "row %zu", i);
		if (!rows[i].taken)
			continue;
		cr_assert_eq(compile_filter(&profile, arch_host(call.arch), &filter, &unknown,
					    NULL),
			     0);
		for (uint64_t n = 0; n < 2 * 4 * 8 * 4; n++)
			if (syscall_resolve(call.arch, calls[n % 2], &call.nr))
				expect_same_call(&profile, &filter, &call,
						 (const uint64_t[6]){n / 2 % 4, n / 8 % 8, n / 64},
						 calls[n % 2]);
	}
}

/* 400 calls in 3,000 rules of eight each, in a second of CPU: with a look at all rules for each name of each it takes minutes. */
Test(hazard, many_rules_take_no_time)
{
	struct profile own_profile profile = {.default_action = ACTION_ERRNO, .default_errno = 1};
	struct err err = {0};
	clock_t start;

	profile.arches[ARCH_X86_64] = profile.arches[ARCH_X86] = true;
	for (unsigned int i = 0; i < 3000; i++) {
		const struct condition condition = {i % 3, COMPARE_EQ, i, 0};
		struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);

		cr_assert(rule && !rule_add_condition(rule, &condition));
		for (unsigned int n = 0; n < 8; n++) {
			char name[16];

			snprintf(name, sizeof(name), "n%u", (i * 8 + n) % 400);
			cr_assert_eq(names_add(&rule->names, name), 0);
		}
	}
	start = clock();
	cr_expect_eq(profile_check_hazards(&profile, &err), 0, "%s", err.text);
	cr_expect_lt((clock() - start) / CLOCKS_PER_SEC, 2);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/profile.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Names as OCI spells them; which actions carry an errno, as crun has it. */
Test(profile, actions)
{
	static const struct {
		enum action action;
		const char *name;
		bool has_errno;
	} rows[] = {
		{ACTION_ALLOW, "SCMP_ACT_ALLOW", false},
		{ACTION_LOG, "SCMP_ACT_LOG", false},
		{ACTION_ERRNO, "SCMP_ACT_ERRNO", true},
		{ACTION_TRACE, "SCMP_ACT_TRACE", true},
		{ACTION_NOTIFY, "SCMP_ACT_NOTIFY", false},
		{ACTION_TRAP, "SCMP_ACT_TRAP", false},
		{ACTION_KILL_THREAD, "SCMP_ACT_KILL_THREAD", false},
		{ACTION_KILL_PROCESS, "SCMP_ACT_KILL_PROCESS", false},
	};
	static const char *const none[] =
		{"", "invalid", "ALLOW", "scmp_act_allow", "SCMP_ACT_ALLOW ", "SCMP_ACT_"};

	cr_assert_eq(ARRAY_LEN(rows), ACTION_COUNT - 1, "a row is missing here");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cr_expect_str_eq(action_scmp_name(rows[i].action), rows[i].name);
		cr_expect_eq(action_from_scmp_name(rows[i].name), rows[i].action);
		cr_expect_eq(action_has_errno(rows[i].action), rows[i].has_errno, "%s",
			     rows[i].name);
	}
	cr_expect_eq(action_from_scmp_name("SCMP_ACT_KILL"), ACTION_KILL_THREAD);
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		cr_expect_eq(action_from_scmp_name(none[i]), ACTION_INVALID, "%s", none[i]);
}

Test(profile, compares)
{
	static const struct {
		enum compare compare;
		const char *name;
	} rows[] = {
		{COMPARE_EQ, "SCMP_CMP_EQ"},
		{COMPARE_NE, "SCMP_CMP_NE"},
		{COMPARE_LT, "SCMP_CMP_LT"},
		{COMPARE_LE, "SCMP_CMP_LE"},
		{COMPARE_GE, "SCMP_CMP_GE"},
		{COMPARE_GT, "SCMP_CMP_GT"},
		{COMPARE_MASKED_EQ, "SCMP_CMP_MASKED_EQ"},
	};

	cr_assert_eq(ARRAY_LEN(rows), COMPARE_COUNT - 1, "a row is missing here");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cr_expect_str_eq(compare_scmp_name(rows[i].compare), rows[i].name);
		cr_expect_eq(compare_from_scmp_name(rows[i].name), rows[i].compare);
	}
	cr_expect_eq(compare_from_scmp_name("SCMP_CMP"), COMPARE_INVALID);
	cr_expect_eq(compare_from_scmp_name("invalid"), COMPARE_INVALID);
}

/* Names come in any order and more than once. */
Test(profile, names_are_sorted_and_unique)
{
	srandom(9);
	for (int round = 0; round < 20; round++) {
		struct profile own_profile profile = {0};
		struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);
		bool in[500] = {false};
		size_t n = 0;

		for (int k = 0; k < 40 * round; k++) {
			int i = random() % 500;
			char name[16];

			n += !in[i];
			in[i] = true;
			snprintf(name, sizeof(name), "name%d", i);
			cr_assert_eq(names_add(&rule->names, name), 0);
			memset(name, 'x', sizeof(name)); /* it was copied */
		}
		cr_assert_eq(rule->names.len, n);
		for (size_t i = 1; i < n; i++)
			cr_assert_lt(strcmp(rule->names.list[i - 1], rule->names.list[i]), 0);
		for (int i = 0; i < 500; i++) {
			char name[16];

			snprintf(name, sizeof(name), "name%d", i);
			cr_assert_eq(names_has(&rule->names, name), in[i]);
		}
	}
}

Test(profile, many_rules)
{
	struct profile own_profile profile = {0};

	for (int i = 0; i < 1000; i++) {
		struct rule *rule = profile_add_rule(&profile, ACTION_ERRNO, i);

		cr_assert_not_null(rule);
		cr_assert_eq(names_add(&rule->names, "a"), 0);
	}
	cr_assert_eq(profile.rules_len, 1000);
	for (int i = 0; i < 1000; i++) {
		cr_assert_eq(profile.rules[i].errno_value, i);
		cr_assert(names_has(&profile.rules[i].names, "a"));
		cr_assert_not(names_has(&profile.rules[i].names, "b"));
	}
	profile_clear(&profile);
	cr_expect_eq(profile.rules_len, 0);
	cr_expect_null(profile.rules);
	profile_clear(&profile);
}

Test(profile, conditions)
{
	static const struct {
		unsigned int indices[4];
		size_t len;
		bool alternatives;
	} rows[] = {
		{{0}, 0, false},      {{0}, 1, false},         {{5}, 1, false},
		{{0, 1}, 2, false},   {{5, 0, 3}, 3, false},   {{0, 0}, 2, true},
		{{0, 1, 0}, 3, true}, {{5, 1, 2, 5}, 4, true}, {{0, 1, 2, 3}, 4, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct profile own_profile profile = {0};
		struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);

		for (size_t k = 0; k < rows[i].len; k++)
			cr_assert_eq(rule_add_condition(rule,
							&(struct condition){.index = rows[i].indices
											     [k],
									    .compare = COMPARE_NE,
									    .value = k,
									    .value_two = 9}),
				     0);
		cr_assert_eq(rule->conditions_len, rows[i].len);
		for (size_t k = 0; k < rows[i].len; k++) {
			cr_expect_eq(rule->conditions[k].index, rows[i].indices[k]);
			cr_expect_eq(rule->conditions[k].compare, COMPARE_NE);
			cr_expect_eq(rule->conditions[k].value, k);
			cr_expect_eq(rule->conditions[k].value_two, 9);
		}
		cr_expect_eq(rule_conditions_are_alternatives(rule), rows[i].alternatives,
			     "row %zu", i);
	}
}

Test(profile, too_many_conditions)
{
	struct profile own_profile profile = {0};
	struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);
	const struct condition condition = {.index = 1, .compare = COMPARE_EQ};

	for (size_t k = 0; k < CONDITIONS_MAX; k++)
		cr_assert_eq(rule_add_condition(rule, &condition), 0);
	cr_expect_eq(rule_add_condition(rule, &condition), -E2BIG);
	cr_expect_eq(rule->conditions_len, CONDITIONS_MAX);
}

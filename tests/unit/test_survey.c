// SPDX-License-Identifier: BSD-2-Clause
/* What random profiles let through, against asking about call after call. */
#include "profile/evaluate.h"
#include "profile/survey.h"
#include "effort.h"
#include "random_profile.h"

#define PROFILES EFFORT(1000)
#define PROBES   200

/* Some rules say what the default action says. */
static void add_more(struct profile *profile)
{
	for (size_t i = profile->rules_len; i && any(2); i--) {
		struct rule *rule =
			profile_add_rule(profile, profile->default_action, profile->default_errno);

		cr_assert(rule && !names_add(&rule->names, harmless[any(ARRAY_LEN(harmless))]));
	}
}

static void check_call(const struct profile *profile, const char *name, size_t counts[REACH_COUNT])
{
	struct syscall call = {.arch = ARCH_X86_64};
	bool some = false, all = true;
	enum reach reach;

	cr_assert(syscall_resolve(call.arch, name, &call.nr));
	for (int p = 0; p < PROBES; p++) {
		uint64_t args[6];
		bool allows;

		random_args(args);
		allows = outcome_allows(evaluate(profile, &call, args).outcome);
		some |= allows;
		all &= allows;
	}
	if (profile_reach(profile, name, &reach)) {
		cr_assert(profile_allows(profile, name),
			  "what is too much to tell may get through");
		return;
	}
	cr_assert_eq(profile_allows(profile, name), reach != REACH_NONE);
	/* what a probe has found is told; what is told may be too rare for the probes */
	cr_assert(reach != REACH_ALL || all);
	cr_assert(reach != REACH_NONE || !some);
	counts[some ? all ? REACH_ALL : REACH_SOME : REACH_NONE]++;
}

Test(survey, brute_force)
{
	size_t counts[REACH_COUNT] = {0};

	random_state = 88172645463325252ULL;
	for (int i = 0; i < PROFILES; i++) {
		struct profile own_profile profile = {0};

		random_profile(&profile);
		add_more(&profile);
		for (size_t n = 0; n < ARRAY_LEN(harmless); n++)
			check_call(&profile, harmless[n], counts);
	}
	for (size_t i = 0; i < REACH_COUNT; i++)
		cr_expect_gt(counts[i], PROFILES / 10, "%zu: %zu", i, counts[i]);
}

static struct rule *add(struct profile *profile, enum action action, int errno_value)
{
	struct rule *rule = profile_add_rule(profile, action, errno_value);

	cr_assert(rule && !names_add(&rule->names, "execve"));
	return rule;
}

static void when(struct rule *rule, enum compare compare, uint64_t value)
{
	const struct condition c = {0, compare, value, 0};

	cr_assert_eq(rule_add_condition(rule, &c), 0);
}

/* A rule that says what the default action says is none; one without conditions decides wherever it stands. */
Test(survey, rules_that_decide)
{
	struct profile own_profile none = {.default_action = ACTION_ERRNO, .default_errno = EPERM};
	struct profile own_profile later = {.default_action = ACTION_ERRNO, .default_errno = EPERM};
	struct profile own_profile all = {.default_action = ACTION_ALLOW};

	add(&none, ACTION_ERRNO, EPERM);
	cr_expect_not(profile_allows(&none, "execve"));
	add(&none, ACTION_ALLOW, 0);
	cr_expect(profile_allows(&none, "execve"));

	when(add(&later, ACTION_ALLOW, 0), COMPARE_EQ, 5);
	cr_expect(profile_allows(&later, "execve"));
	add(&later, ACTION_KILL_PROCESS, 0);
	cr_expect_not(profile_allows(&later, "execve"));

	when(add(&all, ACTION_ERRNO, EPERM), COMPARE_LT, 5);
	cr_expect(profile_allows(&all, "execve"));
	when(add(&all, ACTION_ERRNO, EPERM), COMPARE_GE, 5);
	cr_expect_not(profile_allows(&all, "execve"), "nothing is left for the default action");
}

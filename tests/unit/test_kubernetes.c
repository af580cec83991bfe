// SPDX-License-Identifier: BSD-2-Clause
/* SeccompProfiles of random profiles, read again, against asking both about call after call. */
#include "profile/emit.h"
#include "profile/evaluate.h"
#include "profile/parse.h"
#include "effort.h"
#include "random_profile.h"

#include <string.h>

#define PROFILES EFFORT(600)
#define PROBES   300

/* Of what a SeccompProfile lacks there is some in most of them. */
static void random_lacks(struct profile *profile)
{
	if (any(4) == 0 && profile->default_action == ACTION_ERRNO)
		profile->default_errno = ENOSYS;
	for (size_t i = 0; i < profile->rules_len; i++) {
		struct rule *rule = &profile->rules[i];

		if (any(8) == 0) {
			rule->action = ACTION_TRACE;
			rule->errno_value = (int)any(3);
		}
		if (any(8) == 0 && rule->conditions_len)
			rule->conditions[0].value |= 1ULL << 63;
	}
}

static int written(const struct profile *profile, bool lossy, struct buf *warnings,
		   struct profile *out)
{
	const struct emit_options emit = {.lossy = lossy, .warnings = warnings};
	const struct parse_options parse = {.arch = ARCH_X86_64};
	struct buf own_buf text = BUF_INIT;
	struct err err = {0};
	int rc = emit_kubernetes(profile, &emit, &text, &err);

	if (!rc)
		cr_assert_eq(profile_parse("it", buf__text(&text), text.len, &parse, out, &err), 0,
			     "%s", err.text);
	return rc;
}

/* There every errno is EPERM. */
static struct outcome wanted(struct outcome outcome)
{
	if (outcome.action == ACTION_ERRNO || outcome.action == ACTION_TRACE)
		outcome.errno_value = EPERM;
	return outcome;
}

Test(kubernetes, allows_no_more)
{
	size_t exact = 0, less = 0, lossless = 0;

	random_state = 88172645463325252ULL;
	for (int i = 0; i < PROFILES; i++) {
		struct profile own_profile profile = {0}, own_profile lossy = {0},
					   own_profile strict = {0};
		struct buf own_buf warnings = BUF_INIT;
		bool drops;

		random_profile(&profile);
		random_lacks(&profile);
		if (written(&profile, true, &warnings, &lossy))
			continue;
		drops = warnings.len && strstr(warnings.data, "2^63");
		lossless += !written(&profile, false, NULL, &strict);
		for (int p = 0; p < PROBES; p++) {
			struct syscall call = random_named_call();
			struct outcome was, is;
			uint64_t args[6];

			random_args(args);
			was = evaluate(&profile, &call, args).outcome;
			is = evaluate(&lossy, &call, args).outcome;
			cr_assert(outcome_compare(is, wanted(was)) <= 0);
			cr_assert(drops || outcome_equal(is, wanted(was)));
			if (strict.rules_len)
				cr_assert(
					outcome_equal(evaluate(&strict, &call, args).outcome, was));
			exact += outcome_equal(is, wanted(was));
			less += !outcome_equal(is, wanted(was));
		}
	}
	/* it has looked at what it is for */
	cr_expect_gt(exact, PROFILES * PROBES / 3, "%zu", exact);
	cr_expect_gt(less, 0);
	cr_expect_gt(lossless, PROFILES / 20, "%zu", lossless);
}

/* The resource's definition takes 6: more than there are arguments, any of them is enough, so they may stand apart. */
Test(kubernetes, many_conditions)
{
	struct profile own_profile profile = {.default_action = ACTION_ERRNO,
					      .default_errno = EPERM};
	struct profile own_profile again = {0};
	struct syscall call = {.arch = ARCH_X86_64};
	struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);

	profile.arches[ARCH_X86_64] = true;
	cr_assert(syscall_resolve(call.arch, "getppid", &call.nr));
	cr_assert(rule && !names_add(&rule->names, "getppid"));
	for (unsigned int i = 0; i < 7; i++) {
		const struct condition c = {i % 6, COMPARE_EQ, 2 * i + 1, 0};

		cr_assert_eq(rule_add_condition(rule, &c), 0);
	}
	cr_assert_eq(written(&profile, false, NULL, &again), 0);
	for (size_t i = 0; i < again.rules_len; i++)
		cr_expect_leq(again.rules[i].conditions_len, 6);
	for (uint64_t value = 0; value < 16; value++) {
		for (unsigned int i = 0; i < 6; i++) {
			uint64_t args[6] = {0};

			args[i] = value;
			cr_expect(outcome_equal(evaluate(&profile, &call, args).outcome,
						evaluate(&again, &call, args).outcome));
		}
	}
}

/* A tracer gets the number. */
Test(kubernetes, trace)
{
	struct profile own_profile profile = {.default_action = ACTION_TRACE, .default_errno = 7};
	struct profile own_profile again = {0};
	struct buf own_buf warnings = BUF_INIT;
	struct rule *rule = profile_add_rule(&profile, ACTION_TRACE, 5);

	profile.arches[ARCH_X86_64] = true;
	cr_assert(rule && !names_add(&rule->names, "mount"));
	cr_expect_eq(written(&profile, false, NULL, &again), -EOPNOTSUPP);
	profile.default_errno = 1;
	cr_expect_eq(written(&profile, false, NULL, &again), -EOPNOTSUPP);
	profile.default_errno = 7;
	cr_expect_eq(written(&profile, true, &warnings, &again), 0);
	cr_expect(strstr(buf__text(&warnings), "default action's number is 1"));
	cr_expect(strstr(buf__text(&warnings), "rule 1 (mount)"));
}

Test(kubernetes, names)
{
	static const struct {
		const char *name;
		bool valid;
	} rows[] = {
		{"whittle", true}, {"a", true},         {"1", true},     {"my-app.v2", true},
		{"a--b", true},    {"", false},         {"My", false},   {"my_app", false},
		{"-a", false},     {"a-", false},       {"a..b", false}, {".a", false},
		{"a.", false},     {"a.-b", false},     {"a-.b", false}, {"a b", false},
		{"a\nb", false},   {"\xc3\xa4", false},
	};
	char longest[255] = {0};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		cr_expect_eq(kubernetes_name_is_valid(rows[i].name), rows[i].valid, "'%s'",
			     rows[i].name);
	memset(longest, 'a', 253);
	cr_expect(kubernetes_name_is_valid(longest));
	longest[253] = 'a';
	cr_expect_not(kubernetes_name_is_valid(longest));
}

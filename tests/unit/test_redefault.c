// SPDX-License-Identifier: BSD-2-Clause
/* Another default action for random profiles, against asking about call after call before and after it. */
#include "profile/emit_oci.h"
#include "profile/evaluate.h"
#include "profile/redefault.h"
#include "effort.h"
#include "random_profile.h"

#include <string.h>

#define PROFILES EFFORT(1000)
#define PROBES   400

static const struct outcome outcomes[] = {
	{ACTION_ALLOW, 0},      {ACTION_LOG, 0},          {ACTION_ERRNO, EPERM},
	{ACTION_ERRNO, ENOSYS}, {ACTION_KILL_PROCESS, 0}, {ACTION_TRAP, 0},
};

/* The same random numbers make the same profile. */
static void same_profile(uint64_t state, struct profile *out)
{
	random_state = state;
	random_profile(out);
}

Test(redefault, keeps_what_rules_decide)
{
	size_t kept = 0, changed = 0, hard = 0;

	random_state = 88172645463325252ULL;
	for (int i = 0; i < PROFILES; i++) {
		struct profile own_profile before = {0}, own_profile after = {0},
					   own_profile naive = {0};
		const struct outcome outcome = outcomes[any(ARRAY_LEN(outcomes))];
		uint64_t state = random_state;
		struct err err = {0};
		int rc;

		same_profile(state, &before);
		same_profile(state, &after);
		same_profile(state, &naive);
		rc = profile_change(&after, NULL, outcome, &err);
		cr_assert(rc == 0 || rc == -E2BIG, "%s", err.text);
		if (rc)
			continue;
		naive.default_action = outcome.action;
		naive.default_errno = outcome.errno_value;
		for (int p = 0; p < PROBES; p++) {
			struct syscall call = random_named_call();
			struct verdict was;
			struct outcome wanted, is;
			uint64_t args[6];

			random_args(args);
			was = evaluate(&before, &call, args);
			wanted = was.rule == NO_RULE ? outcome : was.outcome;
			is = evaluate(&after, &call, args).outcome;
			cr_assert(outcome_equal(is, wanted));
			hard += !outcome_equal(evaluate(&naive, &call, args).outcome, wanted);
			kept += was.rule != NO_RULE;
			changed += was.rule == NO_RULE;
		}
	}
	/* it has looked at what it is for */
	cr_expect_gt(hard, PROFILES * PROBES / 50, "%zu", hard);
	cr_expect_gt(kept, PROFILES * PROBES / 10);
	cr_expect_gt(changed, PROFILES * PROBES / 10);
}

static void add(struct profile *profile, struct outcome outcome, const char *name)
{
	struct rule *rule = profile_add_rule(profile, outcome.action, outcome.errno_value);

	cr_assert(rule && !names_add(&rule->names, name));
}

/* Where nothing comes in place of anything, all stays as it is written, in its order. */
Test(redefault, leaves_the_rest_alone)
{
	static const struct outcome eperm = {ACTION_ERRNO, EPERM}, allow = {ACTION_ALLOW, 0},
				    kill = {ACTION_KILL_PROCESS, 0};
	struct profile own_profile profile = {.default_action = ACTION_KILL_PROCESS};
	struct buf own_buf before = BUF_INIT, own_buf after = BUF_INIT;

	profile.arches[ARCH_X86_64] = true;
	add(&profile, allow, "write");
	add(&profile, eperm, "mount");
	add(&profile, allow, "read");
	profile.rules[0].comment = strdup("because");
	cr_assert_eq(emit_oci(&profile, &before, NULL), 0);
	cr_assert_eq(profile_change(&profile, NULL, kill, NULL), 0);
	cr_assert_eq(profile_change(&profile, NULL, eperm, NULL), 0);
	cr_expect_str_eq(profile.rules[0].comment, "because");
	profile.default_action = ACTION_KILL_PROCESS;
	profile.default_errno = 0;
	cr_assert_eq(emit_oci(&profile, &after, NULL), 0);
	cr_expect_str_eq(buf__text(&after), buf__text(&before));
}

/* socket by socketcall is decided by the rules for both, in their order: no canonical form has that. */
Test(redefault, multiplexers)
{
	static const struct outcome eperm = {ACTION_ERRNO, EPERM}, allow = {ACTION_ALLOW, 0};
	struct profile own_profile profile = {.default_action = ACTION_KILL_PROCESS};
	struct err err = {0};

	profile.arches[ARCH_X86_64] = profile.arches[ARCH_X86] = true;
	add(&profile, eperm, "socketcall");
	add(&profile, allow, "socket");
	cr_expect_eq(profile_change(&profile, NULL, eperm, &err), -ENOTSUP);
	cr_expect(strstr(err.text, "socket"), "%s", err.text);
	cr_expect(profile.arches[ARCH_X86]);
	profile.arches[ARCH_X86] = false;
	cr_expect_eq(profile_change(&profile, NULL, eperm, &err), 0);
	cr_expect_eq(profile.default_action, ACTION_ERRNO);
}

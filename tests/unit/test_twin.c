// SPDX-License-Identifier: BSD-2-Clause
/* The twin of random profiles, against asking both about call after call: by their rules, and by the compiled filter. */
#include "profile/compile.h"
#include "profile/decision.h"
#include "profile/evaluate.h"
#include "profile/hazard.h"
#include "profile/twin.h"
#include "effort.h"
#include "random_profile.h"

#include <string.h>

#define PROFILES EFFORT(600)
#define PROBES   400

static struct outcome simulated(const struct filter *filter, const struct syscall *call,
				const uint64_t args[6])
{
	struct seccomp_data data = {.nr = (int)call->nr, .arch = arch_scmp_token(call->arch)};

	memcpy(data.args, args, sizeof(data.args));
	return outcome_from_return(filter_run(filter, &data));
}

/* Some rules refuse in other ways, and so do some profiles by default. */
static void refuse_otherwise(struct profile *profile)
{
	static const enum action actions[] = {ACTION_KILL_PROCESS, ACTION_KILL_THREAD, ACTION_TRAP,
					      ACTION_TRACE, ACTION_NOTIFY};

	if (profile->default_action == ACTION_ERRNO && any(3) == 0) {
		profile->default_action = any(2) ? ACTION_KILL_PROCESS : ACTION_LOG;
		profile->default_errno = 0;
	}
	for (size_t i = 0; i < profile->rules_len; i++) {
		if (profile->rules[i].action != ACTION_ERRNO || any(3))
			continue;
		profile->rules[i].action = actions[any(ARRAY_LEN(actions))];
		profile->rules[i].errno_value = 0;
	}
}

static void check_probe(const struct profile *profile, const struct profile *twin,
			const struct filter *filter, uint64_t counts[2])
{
	struct syscall call = random_named_call();
	struct outcome original, found;
	enum action wanted;
	uint64_t args[6];

	random_args(args);
	original = evaluate(profile, &call, args).outcome;
	wanted = original.action == ACTION_ALLOW ? ACTION_ALLOW : ACTION_LOG;
	found = evaluate(twin, &call, args).outcome;
	cr_assert_eq(found.action, wanted, "the twin's rules");
	counts[wanted == ACTION_LOG]++;
	if (!filter->len)
		return;
	found = simulated(filter, &call, args);
	cr_assert_eq(found.action, wanted, "the twin's filter");
}

Test(twin, logs_what_is_refused)
{
	uint64_t counts[2] = {0}, filters = 0;

	random_state = 88172645463325252ULL;
	for (int i = 0; i < PROFILES; i++) {
		struct profile own_profile profile = {0}, own_profile twin = {0};
		struct filter own_filter filter = {0};
		struct buf own_buf unknown = BUF_INIT;
		struct err err = {0};
		int rc;

		random_profile(&profile);
		refuse_otherwise(&profile);
		rc = profile_twin(&profile, &twin, &err);
		cr_assert(rc == 0 || rc == -E2BIG, "%s", err.text);
		if (rc)
			continue;
		if (twin.rules_len <= 60 && !profile_check_hazards(&twin, NULL))
			cr_assert_eq(compile_filter(&twin, compile_machine(&twin), &filter,
						    &unknown, &err),
				     0, "%s", err.text);
		filters += filter.len > 0;
		for (int p = 0; p < PROBES; p++)
			check_probe(&profile, &twin, &filter, counts);
	}
	/* it has looked at what it is for */
	cr_assert_gt(filters, PROFILES / 4);
	cr_assert_gt(counts[0], PROFILES * PROBES / 20);
	cr_assert_gt(counts[1], PROFILES * PROBES / 20);
}

/* The one that leaving rules out gets wrong. */
Test(twin, refused_whatever_the_arguments)
{
	struct profile own_profile profile = {.default_action = ACTION_ERRNO, .default_errno = 1};
	struct profile own_profile twin = {0};
	struct condition condition = {.compare = COMPARE_EQ, .value = 1};
	struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);
	uint64_t args[6] = {1};
	struct syscall call = {.arch = ARCH_X86_64};
	struct err err = {0};

	profile.arches[ARCH_X86_64] = true;
	cr_assert_eq(names_add(&rule->names, "getppid"), 0);
	cr_assert_eq(rule_add_condition(rule, &condition), 0);
	rule = profile_add_rule(&profile, ACTION_ERRNO, ENOSYS);
	cr_assert_eq(names_add(&rule->names, "getppid"), 0);
	cr_assert_eq(profile_twin(&profile, &twin, &err), 0, "%s", err.text);
	cr_assert(syscall_resolve(call.arch, "getppid", &call.nr));
	cr_assert_eq(evaluate(&twin, &call, args).outcome.action, ACTION_LOG);
}

/* The kernel takes no WAIT_KILLABLE_RECV of a filter that asks nobody. */
Test(twin, asks_nobody)
{
	struct profile own_profile profile = {.default_action = ACTION_NOTIFY};
	struct profile own_profile twin = {0};

	for (enum flag flag = 0; flag < FLAG_COUNT; flag++)
		profile.flags[flag] = true;
	profile.listener_path = strdup("/listener");
	profile.listener_metadata = strdup("of it");
	cr_assert_eq(profile_twin(&profile, &twin, NULL), 0);
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++)
		cr_expect_eq(twin.flags[flag], flag != FLAG_WAIT_KILLABLE_RECV, "%s",
			     flag_name(flag));
	cr_expect_null(twin.listener_path);
	cr_expect_null(twin.listener_metadata);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/twin.h"
#include "profile/merge.h"

static enum action twin_action(enum action action)
{
	return action == ACTION_ALLOW ? ACTION_ALLOW : ACTION_LOG;
}

/*
 * In canonical form no two rules hold for the same call and arguments, so that each can change its action alone. Taking the rules
 * as they stand would not do: a rule that refuses whatever the arguments makes those with conditions void, and without it they
 * would allow.
 */
int profile_twin(const struct profile *profile, struct profile *out, struct err *err)
{
	struct profile own_profile twin = {0};
	int rc = profile_canonical(profile, &twin, err);
	size_t n = 0;

	if (rc)
		return rc;
	twin.default_action = twin_action(twin.default_action);
	twin.default_errno = 0;
	for (size_t i = 0; i < twin.rules_len; i++) {
		struct rule *rule = &twin.rules[i];

		rule->action = twin_action(rule->action);
		rule->errno_value = 0;
		if (rule->action == twin.default_action)
			rule_clear(rule);
		else
			twin.rules[n++] = *rule;
	}
	twin.rules_len = n;
	/* nobody is asked any more: the kernel takes neither without NOTIFY */
	twin.flags[FLAG_WAIT_KILLABLE_RECV] = false;
	free(twin.listener_path);
	free(twin.listener_metadata);
	twin.listener_path = twin.listener_metadata = NULL;
	*out = twin;
	twin = (struct profile){0};
	return 0;
}

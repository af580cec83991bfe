// SPDX-License-Identifier: BSD-2-Clause
#include "profile/survey.h"

#include <errno.h>

int profile_reach(const struct profile *profile, const char *name, enum reach *out)
{
	struct decision own_decision decision = {0};
	struct outcome outcome;
	struct region own_region rest = {0};
	bool some = false, all = true;
	int rc;

	if (decision_is_simple(profile, name, &outcome)) {
		*out = outcome_allows(outcome) ? REACH_ALL : REACH_NONE;
		return 0;
	}
	rc = decision_make(profile, name, &decision);
	if (rc)
		return rc;
	rc = decision_add_rest(&decision, &rest);
	if (rc && rc != -E2BIG)
		return rc;
	/* what is too much to tell is not nothing */
	if (rc || rest.len)
		some = all = outcome_allows(decision.rest);
	for (size_t i = 0; i < decision.len; i++) {
		bool allows = decision.parts[i].region.len &&
			      outcome_allows(decision.parts[i].outcome);

		some |= allows;
		all &= allows || !decision.parts[i].region.len;
	}
	*out = all ? REACH_ALL : some ? REACH_SOME : REACH_NONE;
	return 0;
}

bool profile_allows(const struct profile *profile, const char *name)
{
	enum reach reach;

	return profile_reach(profile, name, &reach) || reach != REACH_NONE;
}

int profile_survey(const struct profile *profile, enum arch arch, struct survey *out,
		   struct err *err)
{
	char name[SYSCALL_NAME_LEN];
	int64_t nr = -1;

	*out = (struct survey){0};
	while (syscall_next(arch, &nr, name)) {
		struct outcome outcome;
		enum reach reach;
		int rc = profile_reach(profile, name, &reach);

		if (rc)
			return decision_refuse(rc, name, err);
		out->known++;
		out->reach[reach]++;
		if (decision_is_simple(profile, name, &outcome))
			out->actions[outcome.action]++;
	}
	return 0;
}

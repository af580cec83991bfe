// SPDX-License-Identifier: BSD-2-Clause
#include "profile/extend.h"

#include <errno.h>

static bool is_named(const struct profile *profile, size_t rules, const char *name)
{
	for (size_t r = 0; r < rules; r++)
		if (rule_has_name(&profile->rules[r], name))
			return true;
	return false;
}

/* Adds a copy of the rule with those of its names that the first `known` rules do not have. */
static int add_rule(struct profile *profile, size_t known, const struct rule *from)
{
	struct rule *to = NULL;
	int rc = 0;

	for (size_t i = 0; !rc && i < from->names_len; i++) {
		if (is_named(profile, known, from->names[i]))
			continue;
		if (!to)
			to = profile_add_rule(profile, from->action, from->errno_value);
		rc = to ? rule_add_name(to, from->names[i]) : -ENOMEM;
	}
	for (size_t i = 0; !rc && to && i < from->conditions_len; i++)
		rc = rule_add_condition(to, &from->conditions[i]);
	return rc;
}

int profile_extend(struct profile *profile, const struct profile *more)
{
	size_t known = profile->rules_len;
	int rc = 0;

	for (size_t r = 0; !rc && r < more->rules_len; r++)
		rc = add_rule(profile, known, &more->rules[r]);
	for (enum arch a = 0; a < ARCH_COUNT; a++)
		profile->arches[a] |= more->arches[a];
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++)
		profile->flags[flag] |= more->flags[flag];
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/extend.h"

#include <errno.h>
#include <string.h>

/* What rules say of a name; bits. */
enum saying {
	SAYS_ALLOW = 1, /* whatever the arguments */
	SAYS_LIMIT = 2, /* allow, on some arguments */
	SAYS_REFUSE = 4,
};

static bool passes(enum action action)
{
	return action == ACTION_ALLOW || action == ACTION_LOG;
}

static unsigned int sayings(const struct profile *profile, size_t rules, const char *name)
{
	unsigned int said = 0;

	for (size_t r = 0; r < rules; r++) {
		const struct rule *rule = &profile->rules[r];

		if (!names_has(&rule->names, name))
			continue;
		if (!passes(rule->action))
			said |= SAYS_REFUSE;
		else
			said |= rule->conditions_len ? SAYS_LIMIT : SAYS_ALLOW;
	}
	return said;
}

static bool has_conditions(const struct rule *rule, const struct rule *of)
{
	return rule->conditions_len == of->conditions_len &&
	       !memcmp(rule->conditions, of->conditions,
		       of->conditions_len * sizeof(*of->conditions));
}

static bool is_there(const struct profile *profile, size_t rules, const char *name,
		     const struct rule *from)
{
	for (size_t r = 0; r < rules; r++)
		if (names_has(&profile->rules[r].names, name) &&
		    has_conditions(&profile->rules[r], from))
			return true;
	return false;
}

/* Is the name to be added as this rule has it? If the first `known` rules are in its way, and it passes, that is noted. */
static int judge(const struct profile *profile, size_t known, const char *name,
		 const struct rule *from, bool *add, struct extension *kept)
{
	unsigned int said = sayings(profile, known, name);

	*add = !said;
	if (!said || said & SAYS_ALLOW || !passes(from->action))
		return 0;
	/* one subcall of a multiplexer, beside others: it widens nothing but itself */
	if (from->conditions_len && said == SAYS_LIMIT) {
		*add = !is_there(profile, known, name, from);
		return 0;
	}
	return names_add(said & SAYS_LIMIT ? &kept->limited : &kept->refused, name);
}

/* Adds a copy of the rule with those of its names that the first `known` rules leave open. */
static int add_rule(struct profile *profile, size_t known, const struct rule *from,
		    struct extension *kept)
{
	struct rule *to = NULL;
	int rc = 0;

	for (size_t i = 0; !rc && i < from->names.len; i++) {
		bool add;

		rc = judge(profile, known, from->names.list[i], from, &add, kept);
		if (rc || !add)
			continue;
		if (!to)
			to = profile_add_rule(profile, from->action, from->errno_value);
		rc = to ? names_add(&to->names, from->names.list[i]) : -ENOMEM;
	}
	for (size_t i = 0; !rc && to && i < from->conditions_len; i++)
		rc = rule_add_condition(to, &from->conditions[i]);
	return rc;
}

void extension_clear(struct extension *extension)
{
	names_clear(&extension->refused);
	names_clear(&extension->limited);
}

int profile_extend(struct profile *profile, const struct profile *more, struct extension *kept)
{
	size_t known = profile->rules_len;
	int rc = 0;

	for (size_t r = 0; !rc && r < more->rules_len; r++)
		rc = add_rule(profile, known, &more->rules[r], kept);
	for (enum arch a = 0; a < ARCH_COUNT; a++)
		profile->arches[a] |= more->arches[a];
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++)
		profile->flags[flag] |= more->flags[flag];
	return rc;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/why.h"
#include "profile/families.h"

#include <errno.h>
#include <string.h>

/* include/uapi/linux/sched.h: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET */
#define NEW_NAMESPACES 0x7e020000

static bool is_only(const struct rule *rule, const char *name)
{
	return rule->names.len == 1 && !strcmp(rule->names.list[0], name);
}

static bool is_equal(const struct rule *rule, unsigned int index)
{
	return rule->conditions_len == 1 && rule->conditions[0].index == index &&
	       rule->conditions[0].compare == COMPARE_EQ;
}

/* clone has its flags in the second argument there. A rule says itself where it holds, or the profile does. */
static bool is_for_s390(const struct profile *profile, const struct rule *rule)
{
	for (size_t i = 0; i < rule->circumstances_len; i++) {
		const struct circumstance *c = &rule->circumstances[i];

		if (c->kind == CIRCUMSTANCE_ARCH && !strncmp(c->text, "s390", 4))
			return !c->excluded;
	}
	return profile->arches[ARCH_S390X] || profile->arches[ARCH_S390];
}

static bool is_without_namespaces(const struct profile *profile, const struct rule *rule)
{
	const struct condition *c = rule->conditions;

	return rule->conditions_len == 1 && c->compare == COMPARE_MASKED_EQ &&
	       c->index == (is_for_s390(profile, rule) ? 1 : 0) &&
	       (c->value & NEW_NAMESPACES) == NEW_NAMESPACES && !c->value_two;
}

static void about_conditions(const struct profile *profile, const struct rule *rule,
			     struct buf *out)
{
	const char *family = NULL;

	if (is_only(rule, "socket") && is_equal(rule, 0) && rule->conditions[0].value <= UINT32_MAX)
		family = family_name(rule->conditions[0].value);
	if (family)
		buf__addf(out, "the address family %s", family);
	else if (is_only(rule, "clone") && is_without_namespaces(profile, rule))
		buf__addf(out, "processes and threads, but no new namespaces");
	else if (is_only(rule, "personality") && is_equal(rule, 0))
		buf__addf(out, "%s",
			  rule->conditions[0].value == 0xffffffff ? "asking for the personality" :
								    "this personality");
	else if (is_only(rule, "socketcall") || is_only(rule, "ipc"))
		buf__addf(out, "one of the calls that are made through %s", rule->names.list[0]);
	else
		buf__addf(out, "these arguments only");
}

void rule_why(const struct profile *profile, const struct rule *rule, struct buf *out)
{
	if (rule->comment)
		buf__addf(out, "%s", rule->comment);
	else if (rule->action == ACTION_ERRNO && rule->errno_value == ENOSYS)
		buf__addf(out, "libraries fall back to older calls when these do not exist");
	else if (rule->conditions_len)
		about_conditions(profile, rule, out);
	else if (rule->action == ACTION_ALLOW)
		buf__addf(out, "allowed, whatever the arguments");
	else if (rule->action == ACTION_LOG)
		buf__addf(out, "allowed and logged");
}

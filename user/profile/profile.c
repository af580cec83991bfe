// SPDX-License-Identifier: BSD-2-Clause
#include "profile/profile.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *scmp_name;
	bool has_errno;
} actions[ACTION_COUNT] = {
	[ACTION_INVALID] = {"invalid", false},
	[ACTION_ALLOW] = {"SCMP_ACT_ALLOW", false},
	[ACTION_LOG] = {"SCMP_ACT_LOG", false},
	[ACTION_ERRNO] = {"SCMP_ACT_ERRNO", true},
	[ACTION_TRACE] = {"SCMP_ACT_TRACE", true},
	[ACTION_NOTIFY] = {"SCMP_ACT_NOTIFY", false},
	[ACTION_TRAP] = {"SCMP_ACT_TRAP", false},
	[ACTION_KILL_THREAD] = {"SCMP_ACT_KILL_THREAD", false},
	[ACTION_KILL_PROCESS] = {"SCMP_ACT_KILL_PROCESS", false},
};

static const char *const compares[COMPARE_COUNT] = {
	[COMPARE_INVALID] = "invalid", [COMPARE_EQ] = "SCMP_CMP_EQ",
	[COMPARE_NE] = "SCMP_CMP_NE",  [COMPARE_LT] = "SCMP_CMP_LT",
	[COMPARE_LE] = "SCMP_CMP_LE",  [COMPARE_GE] = "SCMP_CMP_GE",
	[COMPARE_GT] = "SCMP_CMP_GT",  [COMPARE_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
};

const char *action_scmp_name(enum action action)
{
	return actions[action].scmp_name;
}

enum action action_from_scmp_name(const char *name)
{
	if (!strcmp(name, "SCMP_ACT_KILL"))
		return ACTION_KILL_THREAD;
	for (enum action a = ACTION_INVALID + 1; a < ACTION_COUNT; a++)
		if (!strcmp(actions[a].scmp_name, name))
			return a;
	return ACTION_INVALID;
}

bool action_has_errno(enum action action)
{
	return actions[action].has_errno;
}

const char *compare_scmp_name(enum compare compare)
{
	return compares[compare];
}

enum compare compare_from_scmp_name(const char *name)
{
	for (enum compare c = COMPARE_INVALID + 1; c < COMPARE_COUNT; c++)
		if (!strcmp(compares[c], name))
			return c;
	return COMPARE_INVALID;
}

struct condition condition_of_subcall(const struct syscall *call)
{
	uint32_t mask = syscall_subcall_mask(call);

	if (mask == UINT32_MAX)
		return (struct condition){.compare = COMPARE_EQ, .value = call->sub};
	return (struct condition){.compare = COMPARE_MASKED_EQ,
				  .value = mask,
				  .value_two = call->sub};
}

static const char *const flags[FLAG_COUNT] = {
	[FLAG_TSYNC] = "SECCOMP_FILTER_FLAG_TSYNC",
	[FLAG_LOG] = "SECCOMP_FILTER_FLAG_LOG",
	[FLAG_SPEC_ALLOW] = "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
	[FLAG_WAIT_KILLABLE_RECV] = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
};

const char *flag_name(enum flag flag)
{
	return flags[flag];
}

enum flag flag_from_name(const char *name)
{
	enum flag flag = 0;

	while (flag < FLAG_COUNT && strcmp(flags[flag], name))
		flag++;
	return flag;
}

void rule_clear(struct rule *rule)
{
	names_clear(&rule->names);
	free(rule->conditions);
	for (size_t c = 0; c < rule->circumstances_len; c++)
		free(rule->circumstances[c].text);
	free(rule->circumstances);
	free(rule->comment);
	*rule = (struct rule){0};
}

void profile_clear(struct profile *profile)
{
	for (size_t r = 0; r < profile->rules_len; r++)
		rule_clear(&profile->rules[r]);
	free(profile->rules);
	free(profile->listener_path);
	free(profile->listener_metadata);
	*profile = (struct profile){0};
}

struct rule *profile_add_rule(struct profile *profile, enum action action, int errno_value)
{
	if (profile->rules_len == profile->rules_room) {
		size_t room = profile->rules_room ? profile->rules_room * 2 : 8;
		struct rule *rules = reallocarray(profile->rules, room, sizeof(*rules));

		if (!rules)
			return NULL;
		profile->rules = rules;
		profile->rules_room = room;
	}
	profile->rules[profile->rules_len] =
		(struct rule){.action = action, .errno_value = errno_value};
	return &profile->rules[profile->rules_len++];
}

/* *to is owned; NULL is copied as NULL. */
static int copy_text(const char *from, char **to)
{
	char *copy = from ? strdup(from) : NULL;

	if (from && !copy)
		return -ENOMEM;
	free(*to);
	*to = copy;
	return 0;
}

int profile_copy_flags(const struct profile *from, struct profile *to)
{
	memcpy(to->flags, from->flags, sizeof(to->flags));
	return copy_text(from->listener_path, &to->listener_path) ||
			       copy_text(from->listener_metadata, &to->listener_metadata) ?
		       -ENOMEM :
		       0;
}

bool profile_has_flags(const struct profile *profile)
{
	return memchr(profile->flags, true, sizeof(profile->flags)) || profile->listener_path ||
	       profile->listener_metadata;
}

void profile_drop_empty_rules(struct profile *profile)
{
	size_t n = 0;

	for (size_t i = 0; i < profile->rules_len; i++) {
		if (profile->rules[i].names.len)
			profile->rules[n++] = profile->rules[i];
		else
			rule_clear(&profile->rules[i]);
	}
	profile->rules_len = n;
}

int rule_add_condition(struct rule *rule, const struct condition *condition)
{
	if (rule->conditions_len == CONDITIONS_MAX)
		return -E2BIG;
	if (rule->conditions_len == rule->conditions_room) {
		size_t room = rule->conditions_room ? rule->conditions_room * 2 : 1;
		struct condition *conditions =
			reallocarray(rule->conditions, room, sizeof(*conditions));

		if (!conditions)
			return -ENOMEM;
		rule->conditions = conditions;
		rule->conditions_room = room;
	}
	rule->conditions[rule->conditions_len++] = *condition;
	return 0;
}

bool rule_conditions_are_alternatives(const struct rule *rule)
{
	unsigned int seen = 0;

	for (size_t i = 0; i < rule->conditions_len; i++) {
		unsigned int bit = 1U << rule->conditions[i].index;

		if (seen & bit)
			return true;
		seen |= bit;
	}
	return false;
}

void profile_list_arch_map(struct profile *profile)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		for (enum arch b = ARCH_INVALID + 1; b < ARCH_COUNT; b++)
			profile->arches[b] |= (profile->arch_map[a] & ARCH_BIT(b)) != 0;
		profile->arch_map[a] = 0;
	}
}

size_t rule_number(const struct profile *profile, const struct rule *rule)
{
	return rule->number ? rule->number : (size_t)(rule - profile->rules) + 1;
}

int profile_names(const struct profile *profile, struct names *names)
{
	const char **own_ptr all = NULL;
	size_t len = 0;

	for (size_t i = 0; i < profile->rules_len; i++)
		len += profile->rules[i].names.len;
	all = calloc(len + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	len = 0;
	for (size_t i = 0; i < profile->rules_len; i++)
		for (size_t n = 0; n < profile->rules[i].names.len; n++)
			all[len++] = profile->rules[i].names.list[n];
	return names_add_all(names, all, len);
}

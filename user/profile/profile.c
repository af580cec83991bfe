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
	[ACTION_ERRNO] = {"SCMP_ACT_ERRNO", true},
};

const char *action_scmp_name(enum action action)
{
	return actions[action].scmp_name;
}

bool action_has_errno(enum action action)
{
	return actions[action].has_errno;
}

void profile_clear(struct profile *profile)
{
	for (size_t r = 0; r < profile->rules_len; r++) {
		for (size_t n = 0; n < profile->rules[r].names_len; n++)
			free(profile->rules[r].names[n]);
		free(profile->rules[r].names);
	}
	free(profile->rules);
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
	struct rule *rule = &profile->rules[profile->rules_len++];

	*rule = (struct rule){.action = action, .errno_value = errno_value};
	return rule;
}

/* The index of the first name that is not before `name`. */
static size_t place_of(const struct rule *rule, const char *name)
{
	size_t low = 0, high = rule->names_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(rule->names[middle], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool rule_has_name(const struct rule *rule, const char *name)
{
	size_t place = place_of(rule, name);

	return place < rule->names_len && !strcmp(rule->names[place], name);
}

int rule_add_name(struct rule *rule, const char *name)
{
	size_t place = place_of(rule, name);
	char *own_ptr copy = NULL;

	if (place < rule->names_len && !strcmp(rule->names[place], name))
		return 0;
	if (rule->names_len == rule->names_room) {
		size_t room = rule->names_room ? rule->names_room * 2 : 16;
		char **names = reallocarray(rule->names, room, sizeof(*names));

		if (!names)
			return -ENOMEM;
		rule->names = names;
		rule->names_room = room;
	}
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	memmove(rule->names + place + 1, rule->names + place,
		(rule->names_len - place) * sizeof(*rule->names));
	rule->names[place] = steal_ptr(&copy);
	rule->names_len++;
	return 0;
}

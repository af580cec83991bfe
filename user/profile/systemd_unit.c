// SPDX-License-Identifier: BSD-2-Clause
#include "profile/systemd_unit.h"
#include "profile/decision.h"
#include "profile/families.h"
#include "profile/systemd_groups.h"

#include <errno.h>
#include <string.h>

void unit_list_reset(struct unit_list *list)
{
	profile_clear(&list->listed);
	*list = (struct unit_list){0};
}

void unit_clear(struct unit *unit)
{
	unit_list_reset(&unit->calls);
	unit_list_reset(&unit->logged);
}

static struct rule *rule_of(struct profile *listed, int number)
{
	for (size_t i = 0; i < listed->rules_len; i++)
		if (listed->rules[i].errno_value == number)
			return &listed->rules[i];
	return profile_add_rule(listed, ACTION_ERRNO, number);
}

static int put(struct unit_list *list, const char *name, int number)
{
	struct rule *rule = rule_of(&list->listed, number);

	if (!rule || names_add(&rule->names, name))
		return -ENOMEM;
	for (size_t i = 0; i < list->listed.rules_len; i++)
		if (list->listed.rules[i].errno_value != number)
			names_remove(&list->listed.rules[i].names, name);
	return 0;
}

static void take(struct unit_list *list, const char *name)
{
	for (size_t i = 0; i < list->listed.rules_len; i++)
		names_remove(&list->listed.rules[i].names, name);
}

/*
 * As systemd does it: what the kind of the list asks for is put in, the opposite takes out; but what a list of allowed calls is to refuse
 * with an errno of its own goes in.
 */
int unit_list_add(struct unit_list *list, bool inverted, const struct names *names, int number)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < names->len; i++) {
		if (inverted != list->allows || (inverted && list->allows && number != UNIT_PLAIN))
			rc = put(list, names->list[i], number);
		else
			take(list, names->list[i]);
	}
	return rc;
}

int unit_list_begin(struct unit_list *list, bool inverted, bool with_default)
{
	struct names own_names names = {0};
	int rc;

	list->is_set = true;
	list->allows = !inverted;
	if (inverted || !with_default)
		return 0;
	/* what systemd allows with every list */
	rc = systemd_group_names("@default", &names);
	return rc ? rc : unit_list_add(list, false, &names, UNIT_PLAIN);
}

static struct outcome refusal_of(const struct unit *unit, int number)
{
	if (number == UNIT_PLAIN)
		number = unit->refusal;
	return number == UNIT_KILL ? (struct outcome){ACTION_KILL_PROCESS, 0} :
				     (struct outcome){ACTION_ERRNO, number};
}

static struct outcome outcome_of(const struct unit *unit, int number)
{
	if (number == UNIT_PLAIN && unit->calls.allows)
		return (struct outcome){ACTION_ALLOW, 0};
	return refusal_of(unit, number);
}

/* Are all calls logged but those that are listed? Not if none is: systemd makes no filter for that. */
static bool logs_others(const struct unit_list *logged)
{
	bool some = false;

	for (size_t i = 0; i < logged->listed.rules_len; i++)
		some |= logged->listed.rules[i].names.len > 0;
	return logged->is_set && !logged->allows && some;
}

static bool logs(const struct unit_list *logged, const char *name)
{
	bool listed = false;

	for (size_t i = 0; i < logged->listed.rules_len; i++)
		listed |= names_has(&logged->listed.rules[i].names, name);
	return listed ? logged->is_set && logged->allows : logs_others(logged);
}

/* Its only name is that of no call. */
static bool logs_everything(const struct unit_list *logged)
{
	size_t names = 0;

	for (size_t i = 0; i < logged->listed.rules_len; i++)
		names += logged->listed.rules[i].names.len;
	return logs_others(logged) && names == 1 && !logs(logged, SYSTEMD_NO_CALL);
}

static struct rule *rule_for(struct profile *profile, struct outcome outcome)
{
	for (size_t i = 0; i < profile->rules_len; i++)
		if (outcome_equal(rule_outcome(&profile->rules[i]), outcome))
			return &profile->rules[i];
	return profile_add_rule(profile, outcome.action, outcome.errno_value);
}

static int add_name(const struct unit *unit, struct profile *profile, const char *name,
		    struct outcome outcome)
{
	struct rule *rule;

	if (outcome.action == ACTION_ALLOW && logs(&unit->logged, name))
		outcome.action = ACTION_LOG;
	if (outcome_equal(outcome, profile_default(profile)))
		return 0;
	rule = rule_for(profile, outcome);
	return rule ? names_add(&rule->names, name) : -ENOMEM;
}

/* What the filter does not list but the log does. */
static int add_logged(const struct unit *unit, struct profile *profile)
{
	const struct outcome rest = unit->calls.is_set && unit->calls.allows ?
					    refusal_of(unit, UNIT_PLAIN) :
					    (struct outcome){ACTION_ALLOW, 0};
	int rc = 0;

	if (logs_everything(&unit->logged))
		return 0;
	for (size_t i = 0; !rc && i < unit->logged.listed.rules_len; i++) {
		const struct rule *rule = &unit->logged.listed.rules[i];

		for (size_t n = 0; !rc && n < rule->names.len; n++) {
			bool listed = false;

			for (size_t k = 0; k < unit->calls.listed.rules_len; k++)
				listed |= names_has(&unit->calls.listed.rules[k].names,
						    rule->names.list[n]);
			if (!listed)
				rc = add_name(unit, profile, rule->names.list[n], rest);
		}
	}
	return rc;
}

static int add_calls(const struct unit *unit, struct profile *profile)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < unit->calls.listed.rules_len; i++) {
		const struct rule *rule = &unit->calls.listed.rules[i];

		for (size_t n = 0; !rc && n < rule->names.len; n++)
			rc = add_name(unit, profile, rule->names.list[n],
				      outcome_of(unit, rule->errno_value));
	}
	return rc ? rc : add_logged(unit, profile);
}

/* socket gets through with some families only. In a profile that refuses by default the others get the default. */
static int add_families(const struct unit *unit, struct profile *profile)
{
	struct families through = {unit->families_deny, unit->families};
	struct families refused = {!unit->families_deny, unit->families};
	struct outcome outcome;
	int rc = 0;

	if (!unit->families_set)
		return 0;
	(void)decision_is_simple(profile, "socket", &outcome);
	if (!outcome_allows(outcome))
		return 0;
	for (size_t i = 0; i < profile->rules_len; i++)
		names_remove(&profile->rules[i].names, "socket");
	if (!outcome_equal(outcome, profile_default(profile)))
		rc = families_add(profile, &through, outcome.action, outcome.errno_value);
	if (!rc && outcome_allows(profile_default(profile)))
		rc = families_add(profile, &refused, ACTION_ERRNO, EAFNOSUPPORT);
	return rc;
}

int unit_profile(const struct unit *unit, enum arch host, struct profile *out)
{
	struct profile own_profile profile = {0};
	struct outcome rest = {ACTION_ALLOW, 0};
	int rc;

	if (unit->calls.is_set && unit->calls.allows)
		rest = refusal_of(unit, UNIT_PLAIN);
	else if (logs_others(&unit->logged))
		rest.action = ACTION_LOG;
	profile.default_action = rest.action;
	profile.default_errno = rest.errno_value;
	/* without a list of them there is a filter for all of the machine's */
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		profile.arches[a] = unit->arches_set ? unit->arches[a] : arch_host(a) == host;
	rc = add_calls(unit, &profile);
	if (!rc)
		rc = add_families(unit, &profile);
	profile_drop_empty_rules(&profile);
	if (rc)
		return rc;
	*out = profile;
	profile = (struct profile){0};
	return 0;
}

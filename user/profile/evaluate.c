// SPDX-License-Identifier: BSD-2-Clause
#include "profile/evaluate.h"

#include <string.h>

bool profile_lists_arches(const struct profile *profile)
{
	bool some = false;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		some |= profile->arches[a];
	return some;
}

bool profile_has_arch(const struct profile *profile, enum arch arch)
{
	return profile->arches[arch] || !profile_lists_arches(profile);
}

bool profile_is_for(const struct profile *profile, enum arch arch, enum arch machine)
{
	return profile->arches[arch] || (arch == machine && !profile_lists_arches(profile));
}

void profile_settle_arches(struct profile *profile, enum arch machine)
{
	if (!profile_lists_arches(profile))
		profile->arches[machine] = true;
}

bool condition_holds(const struct condition *condition, bool is_32bit, const uint64_t args[6])
{
	uint64_t width = is_32bit ? UINT32_MAX : UINT64_MAX;
	uint64_t x = args[condition->index] & width, value = condition->value & width;

	switch (condition->compare) {
	case COMPARE_EQ:
		return x == value;
	case COMPARE_NE:
		return x != value;
	case COMPARE_LT:
		return x < value;
	case COMPARE_LE:
		return x <= value;
	case COMPARE_GE:
		return x >= value;
	case COMPARE_GT:
		return x > value;
	case COMPARE_MASKED_EQ:
		return (x & value) == (condition->value_two & width);
	default:
		return false;
	}
}

bool condition_is_empty_mask(const struct condition *condition, bool is_32bit)
{
	return condition->compare == COMPARE_MASKED_EQ &&
	       !(condition->value & (is_32bit ? UINT32_MAX : UINT64_MAX));
}

/* `direct`: the call is made directly, so that its first argument is its own, and not the number of a subcall. */
static bool rule_holds(const struct rule *rule, enum arch arch, bool direct, const uint64_t args[6])
{
	bool any = rule_conditions_are_alternatives(rule);

	for (size_t i = 0; i < rule->conditions_len; i++) {
		const struct condition *condition = &rule->conditions[i];
		bool holds = (!direct && condition->index == 0) ||
			     condition_holds(condition, arch_compares_32bit(arch), args);

		if (holds == any)
			return any;
	}
	return !any;
}

bool rule_counts(const struct profile *profile, const struct rule *rule)
{
	return !outcome_equal(rule_outcome(rule), profile_default(profile));
}

static bool has_no_conditions(const struct rule *rule, bool is_32bit)
{
	bool any = rule_conditions_are_alternatives(rule);

	for (size_t i = 0; i < rule->conditions_len; i++)
		if (condition_is_empty_mask(&rule->conditions[i], is_32bit) == any)
			return any;
	return !any;
}

size_t find_whole_rule(const struct profile *profile, const char *name, bool is_32bit)
{
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		if (names_has(&rule->names, name) && rule_counts(profile, rule) &&
		    has_no_conditions(rule, is_32bit))
			return i;
	}
	return NO_RULE;
}

struct verdict evaluate(const struct profile *profile, const struct syscall *call,
			const uint64_t args[6])
{
	struct syscall chosen = {call->arch, call->nr, (uint32_t)args[0]};
	/* the kernel looks at 32 bits there, a 64-bit filter at all: what has more chooses nothing by it */
	bool fits = args[0] <= UINT32_MAX || arch_compares_32bit(call->arch);
	const char *subname = fits ? syscall_subname(&chosen) : NULL;
	struct verdict verdict = {profile_default(profile), NO_RULE};
	char name[SYSCALL_NAME_LEN];

	if (!profile_has_arch(profile, call->arch)) {
		verdict.outcome = (struct outcome){ACTION_KILL_THREAD, 0};
		return verdict;
	}
	if (!syscall_name(call, name))
		return verdict;
	verdict.rule = find_whole_rule(profile, name, arch_compares_32bit(call->arch));
	for (size_t i = 0; verdict.rule == NO_RULE && i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		if (!rule_counts(profile, rule))
			continue;
		if ((names_has(&rule->names, name) && rule_holds(rule, call->arch, true, args)) ||
		    (subname && names_has(&rule->names, subname) &&
		     rule_holds(rule, call->arch, false, args)))
			verdict.rule = i;
	}
	if (verdict.rule != NO_RULE)
		verdict.outcome = rule_outcome(&profile->rules[verdict.rule]);
	return verdict;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/decision.h"
#include "profile/evaluate.h"

#include <errno.h>

void decision_clear(struct decision *decision)
{
	for (size_t i = 0; i < decision->len; i++)
		region_clear(&decision->parts[i].region);
	free(decision->parts);
	*decision = (struct decision){0};
}

static struct part *part_of(struct decision *decision, struct outcome outcome)
{
	struct part *parts;

	for (size_t i = 0; i < decision->len; i++)
		if (outcome_equal(decision->parts[i].outcome, outcome))
			return &decision->parts[i];
	parts = reallocarray(decision->parts, decision->len + 1, sizeof(*parts));
	if (!parts)
		return NULL;
	decision->parts = parts;
	parts[decision->len] = (struct part){.outcome = outcome};
	return &parts[decision->len++];
}

/* The first of the rules that decides without conditions; whether there are any with. */
static const struct rule *whole_rule(const struct profile *profile, const char *name,
				     bool *conditional)
{
	const struct rule *whole = NULL;

	*conditional = false;
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		if (!names_has(&rule->names, name) || !rule_counts(profile, rule))
			continue;
		if (rule->conditions_len)
			*conditional = true;
		else if (!whole)
			whole = rule;
	}
	return whole;
}

bool decision_is_simple(const struct profile *profile, const char *name, struct outcome *out)
{
	bool conditional;
	const struct rule *whole = whole_rule(profile, name, &conditional);

	*out = whole ? rule_outcome(whole) : profile_default(profile);
	return whole || !conditional;
}

/* What of `region` no other outcome has taken yet. */
static int add_free(struct decision *decision, struct outcome outcome, const struct region *region)
{
	struct region own_region taken = {0}, own_region left = {0};
	struct part *part;
	int rc = 0;

	for (size_t i = 0; !rc && i < decision->len; i++)
		if (!outcome_equal(decision->parts[i].outcome, outcome))
			rc = region_meet(&decision->parts[i].region, region, &taken);
	if (rc)
		return rc;
	if (taken.len)
		decision->hazard = HAZARD_OVERLAP;
	part = part_of(decision, outcome);
	if (!part)
		return -ENOMEM;
	if (!taken.len)
		return region_add(&part->region, region);
	left.work = taken.work;
	rc = region_minus(region, &taken, &left);
	/* one rule after the other: it is the whole that must not take too long */
	part->region.work += left.work;
	return rc ? rc : region_add(&part->region, &left);
}

/* What of a call's rules may go wrong together. */
struct shape {
	size_t terms;
	bool ranges, several, wide;
};

/* `conditions`: of which all must hold. */
static void shape_add(struct shape *shape, const struct condition *conditions, size_t len)
{
	size_t some = 0;

	for (size_t i = 0; i < len; i++) {
		const struct condition *c = &conditions[i];

		if (c->compare == COMPARE_INVALID)
			continue;
		some++;
		shape->ranges |= condition_is_range(c);
		shape->wide |= (c->value | c->value_two) > UINT32_MAX;
	}
	shape->several |= some > 1;
	shape->terms++;
}

static bool shape_is_hazardous(const struct shape *shape)
{
	return shape->terms > 1 && shape->ranges && (shape->several || shape->wide);
}

bool condition_is_range(const struct condition *condition)
{
	return condition->compare != COMPARE_INVALID && condition->compare != COMPARE_EQ &&
	       condition->compare != COMPARE_MASKED_EQ;
}

bool decision_has_hazardous_ranges(const struct decision *decision)
{
	struct shape shape = {0};

	for (size_t i = 0; i < decision->len; i++) {
		const struct region *region = &decision->parts[i].region;

		for (size_t k = 0; k < region->len; k++)
			shape_add(&shape, region->terms[k].conditions, CONDITION_ARGS);
	}
	return shape_is_hazardous(&shape);
}

/* As libseccomp gets them, each, and also where one says what another has said. Behind a rule without conditions it looks at none. */
static bool rules_have_hazardous_ranges(const struct profile *profile, const char *name)
{
	struct shape shape = {0};

	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		if (!names_has(&rule->names, name) || !rule_counts(profile, rule))
			continue;
		if (!rule->conditions_len)
			break;
		if (!rule_conditions_are_alternatives(rule))
			shape_add(&shape, rule->conditions, rule->conditions_len);
		else
			for (size_t k = 0; k < rule->conditions_len; k++)
				shape_add(&shape, &rule->conditions[k], 1);
	}
	return shape_is_hazardous(&shape);
}

static int split(const struct profile *profile, const char *name, struct decision *decision)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];
		struct region own_region region = {0};

		if (!names_has(&rule->names, name) || !rule_counts(profile, rule))
			continue;
		rc = region_add_rule(&region, rule);
		if (!rc)
			rc = add_free(decision, rule_outcome(rule), &region);
	}
	return rc;
}

int decision_make(const struct profile *profile, const char *name, struct decision *out)
{
	struct decision own_decision decision = {.rest = profile_default(profile)};
	bool conditional;
	const struct rule *whole = whole_rule(profile, name, &conditional);
	int rc = 0;

	if (whole) {
		struct part *part = part_of(&decision, rule_outcome(whole));

		rc = part ? region_add_everything(&part->region) : -ENOMEM;
		decision.lost = conditional;
	} else if (conditional) {
		rc = split(profile, name, &decision);
	}
	if (rc)
		return rc;
	if (decision.hazard == HAZARD_NONE && rules_have_hazardous_ranges(profile, name))
		decision.hazard = HAZARD_RANGES;
	*out = decision;
	decision = (struct decision){0};
	return 0;
}

int decision_refuse(int rc, const char *name, struct err *err)
{
	return rc == -E2BIG ?
		       err_set(err, rc, "the rules for %s are too many to put together", name) :
		       err_errno(err, rc, "cannot tell what the rules for %s mean", name);
}

int decision_add_rest(const struct decision *decision, struct region *out)
{
	struct region own_region all = {0}, own_region covered = {0};
	int rc = region_add_everything(&all);

	for (size_t i = 0; !rc && i < decision->len; i++)
		rc = region_add(&covered, &decision->parts[i].region);
	return rc ? rc : region_minus(&all, &covered, out);
}

bool condition_wants_high_bits(const struct condition *condition)
{
	/* a mask alone may have them: that none of these bits is set holds on 32 bits */
	return (condition->compare == COMPARE_MASKED_EQ ? condition->value_two : condition->value) >
	       UINT32_MAX;
}

static bool wants_high_bits(const struct rule *rule)
{
	for (size_t i = 0; i < rule->conditions_len; i++)
		if (condition_wants_high_bits(&rule->conditions[i]))
			return true;
	return false;
}

static bool compares_32bit(const struct profile *profile)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (profile->arches[a] && arch_compares_32bit(a))
			return true;
	return false;
}

bool profile_wants_high_bits(const struct profile *profile)
{
	bool narrow = compares_32bit(profile);

	for (size_t i = 0; narrow && i < profile->rules_len; i++)
		if (wants_high_bits(&profile->rules[i]))
			return true;
	return false;
}

static bool has_condition(const struct rule *rule, const struct condition *condition)
{
	for (size_t i = 0; i < rule->conditions_len; i++)
		if (condition_equal(&rule->conditions[i], condition))
			return true;
	return false;
}

/* Conditions that must all hold, as a rule of the profile has them. */
static bool has_conditions(const struct profile *profile, const char *name, const struct rule *made)
{
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];
		bool any = rule_conditions_are_alternatives(rule);
		bool all = made->conditions_len == (any ? 1 : rule->conditions_len);

		if (!names_has(&rule->names, name))
			continue;
		for (size_t k = 0; all && k < made->conditions_len; k++)
			all = has_condition(rule, &made->conditions[k]);
		if (all)
			return true;
	}
	return false;
}

static bool any_has_conditions(const struct profile *list, size_t len, const char *name,
			       const struct rule *made)
{
	for (size_t i = 0; i < len; i++)
		if (has_conditions(&list[i], name, made))
			return true;
	return false;
}

bool profile_gains_high_bits(const struct profile *made, const struct profile *list, size_t len)
{
	bool narrow = compares_32bit(made);

	for (size_t i = 0; narrow && i < made->rules_len; i++) {
		const struct rule *rule = &made->rules[i];

		for (size_t n = 0; wants_high_bits(rule) && n < rule->names.len; n++)
			if (!any_has_conditions(list, len, rule->names.list[n], rule))
				return true;
	}
	return false;
}

/* As decision_is_simple(), where 32 bits are compared as well. */
static bool is_simple(const struct profile *profile, const char *name, struct outcome *out)
{
	size_t narrow;

	if (!decision_is_simple(profile, name, out))
		return false;
	narrow = find_whole_rule(profile, name, true);
	return narrow == NO_RULE || outcome_equal(rule_outcome(&profile->rules[narrow]), *out);
}

static bool differs_on_32bit(const struct condition *condition)
{
	return condition_wants_high_bits(condition) || condition_is_empty_mask(condition, true);
}

/* Is all of the call what one of these profiles by itself makes of it? */
static bool is_decided(const struct profile *made, const char *name, const struct profile *list,
		       size_t len)
{
	struct outcome all, outcome;
	bool simple = decision_is_simple(made, name, &all);

	for (size_t i = 0; simple && i < len; i++)
		if (is_simple(&list[i], name, &outcome) && outcome_equal(outcome, all))
			return true;
	return false;
}

static bool keeps_conditions(const struct profile *made, const char *name, const struct rule *rule)
{
	bool any = rule_conditions_are_alternatives(rule);

	for (size_t i = 0; i < rule->conditions_len; i++) {
		const struct rule one = {.conditions = &rule->conditions[i], .conditions_len = 1};

		if (differs_on_32bit(&rule->conditions[i]) &&
		    !has_conditions(made, name, any ? &one : rule))
			return false;
	}
	return true;
}

/* Conditions that decide nothing need not be kept: neither in their own profile, nor where another one decides all of the call. */
static bool loses_rule(const struct profile *made, const struct rule *rule,
		       const struct profile *from, const struct profile *list, size_t len)
{
	struct outcome outcome;
	bool differs = false;

	for (size_t c = 0; rule_counts(from, rule) && c < rule->conditions_len; c++)
		differs |= differs_on_32bit(&rule->conditions[c]);
	for (size_t n = 0; differs && n < rule->names.len; n++) {
		const char *name = rule->names.list[n];

		if (!keeps_conditions(made, name, rule) && !is_simple(from, name, &outcome) &&
		    !is_decided(made, name, list, len))
			return true;
	}
	return false;
}

bool profile_loses_high_bits(const struct profile *made, const struct profile *list, size_t len)
{
	bool narrow = compares_32bit(made);

	for (size_t i = 0; narrow && i < len; i++)
		for (size_t k = 0; k < list[i].rules_len; k++)
			if (loses_rule(made, &list[i].rules[k], &list[i], list, len))
				return true;
	return false;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/merge.h"
#include "profile/named.h"
#include "profile/resolve.h"
#include "profile/evaluate.h"

#include <errno.h>
#include <string.h>

static struct outcome choose(enum merge how, struct outcome a, struct outcome b)
{
	bool a_is_stricter = outcome_compare(a, b) < 0;

	return a_is_stricter == (how == MERGE_INTERSECTION) ? a : b;
}

/* The rule of that outcome and these conditions; a new one if there is none. */
static struct rule *rule_for(struct profile *out, struct outcome outcome, const struct term *term)
{
	struct rule *rule;

	for (size_t i = 0; i < out->rules_len; i++)
		if (outcome_equal(rule_outcome(&out->rules[i]), outcome) &&
		    rule_has_term(&out->rules[i], term))
			return &out->rules[i];
	rule = profile_add_rule(out, outcome.action, outcome.errno_value);
	for (size_t i = 0; rule && i < CONDITION_ARGS; i++)
		if (term->conditions[i].compare != COMPARE_INVALID &&
		    rule_add_condition(rule, &term->conditions[i]))
			return NULL;
	return rule;
}

static int add_region(struct profile *out, const char *name, struct outcome outcome,
		      const struct region *region)
{
	if (outcome_equal(outcome, profile_default(out)))
		return 0;
	for (size_t i = 0; i < region->len; i++) {
		struct rule *rule = rule_for(out, outcome, &region->terms[i]);

		if (!rule || names_add(&rule->names, name))
			return -ENOMEM;
	}
	return 0;
}

static int add_simple(struct profile *out, const char *name, struct outcome outcome)
{
	struct term everything = {.conditions = {{0}}};
	struct region whole = {.terms = &everything, .len = 1, .room = 1};

	return add_region(out, name, outcome, &whole);
}

/* `safe`: in terms that libseccomp gets right. */
static int add_decision(struct profile *out, const char *name, const struct decision *decision,
			bool safe)
{
	bool hazard = safe && decision_has_hazardous_ranges(decision);
	int rc = 0;

	for (size_t i = 0; !rc && i < decision->len; i++) {
		const struct part *part = &decision->parts[i];
		struct region own_region masks = {0};

		if (hazard)
			rc = region_to_masks(&part->region, &masks);
		if (!rc)
			rc = add_region(out, name, part->outcome, hazard ? &masks : &part->region);
	}
	return rc;
}

/* Is an outcome at least as far from the middle as `limit`: above it, as permissive; below, as strict? */
static bool reaches(struct outcome outcome, struct outcome limit, bool above)
{
	int order = outcome_compare(outcome, limit);

	return above ? order >= 0 : order <= 0;
}

/* The arguments whose outcome reaches `limit`. */
static int reaching(const struct decision *decision, struct outcome limit, bool above,
		    struct region *out)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < decision->len; i++)
		if (reaches(decision->parts[i].outcome, limit, above))
			rc = region_add(out, &decision->parts[i].region);
	if (!rc && reaches(decision->rest, limit, above))
		rc = decision_add_rest(decision, out);
	return rc;
}

/* Above the result's default the union lets through what either does, below it refuses what both do; the intersection the other way. */
static int reaching_both(const struct decision *a, const struct decision *b, enum merge how,
			 struct outcome limit, bool above, struct region *out)
{
	struct region own_region x = {0}, own_region y = {0};
	int rc = reaching(a, limit, above, &x);

	if (!rc)
		rc = reaching(b, limit, above, &y);
	if (rc)
		return rc;
	if (above == (how == MERGE_INTERSECTION))
		return region_meet(&x, &y, out);
	rc = region_add(out, &x);
	return rc ? rc : region_add(out, &y);
}

/* Appends `outcome`'s part: what reaches it, less what goes further, which other parts have. */
static int add_part(struct decision *out, struct outcome outcome, const struct region *region)
{
	struct region own_region further = {0};
	struct part *part = &out->parts[out->len];
	int rc = 0;

	for (size_t i = 0; !rc && i < out->len; i++)
		if ((outcome_compare(out->parts[i].outcome, out->rest) > 0) ==
		    (outcome_compare(outcome, out->rest) > 0))
			rc = region_add(&further, &out->parts[i].region);
	*part = (struct part){.outcome = outcome};
	out->len++;
	if (rc)
		return rc;
	return further.len ? region_minus(region, &further, &part->region) :
			     region_add(&part->region, region);
}

static void collect(const struct decision *from, struct outcome *list, size_t *len)
{
	for (size_t i = 0; i <= from->len; i++) {
		struct outcome outcome = i < from->len ? from->parts[i].outcome : from->rest;
		bool known = false;

		for (size_t k = 0; k < *len; k++)
			known |= outcome_equal(list[k], outcome);
		if (!known)
			list[(*len)++] = outcome;
	}
}

static int compare_outcomes(const void *a, const void *b)
{
	return outcome_compare(*(const struct outcome *)a, *(const struct outcome *)b);
}

/* The outcomes that are furthest from the default come first: what they have is not the others'. */
static int combine(const struct decision *a, const struct decision *b, enum merge how,
		   struct decision *out)
{
	struct outcome *own_ptr list = calloc(a->len + b->len + 2, sizeof(*list));
	size_t len = 0;
	int rc = 0;

	out->rest = choose(how, a->rest, b->rest);
	out->parts = calloc(a->len + b->len + 2, sizeof(*out->parts));
	if (!out->parts || !list)
		return -ENOMEM;
	collect(a, list, &len);
	collect(b, list, &len);
	qsort(list, len, sizeof(*list), compare_outcomes);
	for (size_t pass = 0; !rc && pass < 2; pass++) {
		bool above = pass == 0;

		for (size_t i = 0; !rc && i < len; i++) {
			struct outcome outcome = list[above ? len - 1 - i : i];
			struct region own_region region = {0};
			int order = outcome_compare(outcome, out->rest);

			if (above ? order <= 0 : order >= 0)
				break;
			rc = reaching_both(a, b, how, outcome, above, &region);
			if (!rc)
				rc = add_part(out, outcome, &region);
		}
	}
	return rc;
}

static int merge_name(const struct profile *a, const struct profile *b, enum merge how,
		      const char *name, bool safe, struct profile *out)
{
	struct decision own_decision x = {0}, own_decision y = {0}, own_decision both = {0};
	struct outcome p, q;
	int rc;

	if (decision_is_simple(a, name, &p) && decision_is_simple(b, name, &q))
		return add_simple(out, name, choose(how, p, q));
	rc = decision_make(a, name, &x);
	if (!rc)
		rc = decision_make(b, name, &y);
	if (!rc)
		rc = combine(&x, &y, how, &both);
	return rc ? rc : add_decision(out, name, &both, safe);
}

static int compare_conditions(const struct rule *a, const struct rule *b)
{
	for (size_t i = 0; i < a->conditions_len && i < b->conditions_len; i++) {
		const struct condition *x = &a->conditions[i], *y = &b->conditions[i];

		if (x->index != y->index)
			return x->index < y->index ? -1 : 1;
		if (x->compare != y->compare)
			return x->compare < y->compare ? -1 : 1;
		if (x->value != y->value)
			return x->value < y->value ? -1 : 1;
		if (x->value_two != y->value_two)
			return x->value_two < y->value_two ? -1 : 1;
	}
	return (a->conditions_len > b->conditions_len) - (a->conditions_len < b->conditions_len);
}

/* Rules without conditions first, the permissive ones first; those with by their names and values. */
static int compare_rules(const void *p, const void *q)
{
	const struct rule *a = p, *b = q;
	int order = !!a->conditions_len - !!b->conditions_len;

	if (!order && !a->conditions_len)
		order = -outcome_compare(rule_outcome(a), rule_outcome(b));
	if (!order && a->names.len && b->names.len)
		order = strcmp(a->names.list[0], b->names.list[0]);
	if (!order)
		order = -outcome_compare(rule_outcome(a), rule_outcome(b));
	return order ? order : compare_conditions(a, b);
}

static int merge_arches(const struct profile *a, const struct profile *b, enum merge how,
			struct profile *out, struct err *err)
{
	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++)
		out->arches[arch] = how == MERGE_UNION ? a->arches[arch] || b->arches[arch] :
							 a->arches[arch] && b->arches[arch];
	return profile_lists_arches(out) || (!profile_lists_arches(a) && !profile_lists_arches(b)) ?
		       0 :
		       err_set(err, -EINVAL, "the profiles have no architecture in common");
}

/* Nobody can listen for two. What opens more (SPEC_ALLOW) is the union's, as everything that the one of them needs. */
static int merge_flags(const struct profile *a, const struct profile *b, enum merge how,
		       struct profile *out, struct err *err)
{
	const char *x = a->listener_path, *y = b->listener_path;
	int rc;

	if (x && y && strcmp(x, y))
		return err_set(err, -EINVAL,
			       "the profiles have different listeners: '%.100s' and '%.100s'", x,
			       y);
	rc = profile_copy_flags(x ? a : b, out);
	if (rc)
		return err_errno(err, rc, "cannot merge");
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++)
		out->flags[flag] = how == MERGE_INTERSECTION && flag == FLAG_SPEC_ALLOW ?
					   a->flags[flag] && b->flags[flag] :
					   a->flags[flag] || b->flags[flag];
	return 0;
}

static int merge_two(const struct profile *a, const struct profile *b, enum merge how, bool safe,
		     struct profile *out, struct err *err)
{
	struct outcome outcome = choose(how, profile_default(a), profile_default(b));
	struct profile own_profile merged = {.default_action = outcome.action,
					     .default_errno = outcome.errno_value};
	struct named own_named x = {0}, own_named y = {0};
	struct names own_names names = {0};
	int rc = profile_needs_no_host(a, err);

	if (!rc)
		rc = profile_needs_no_host(b, err);
	if (!rc)
		rc = merge_arches(a, b, how, &merged, err);
	if (!rc)
		rc = merge_flags(a, b, how, &merged, err);
	if (rc)
		return rc;
	rc = profile_names(a, &names);
	if (!rc)
		rc = profile_names(b, &names);
	if (!rc)
		rc = named_make(a, &x);
	if (!rc)
		rc = named_make(b, &y);
	if (rc)
		return err_errno(err, rc, "cannot merge");
	for (size_t i = 0; i < names.len; i++) {
		const struct profile *p = named_view(&x, names.list[i]);
		const struct profile *q = named_view(&y, names.list[i]);

		rc = merge_name(p, q, how, names.list[i], safe, &merged);
		if (rc == -E2BIG)
			return decision_refuse(rc, names.list[i], err);
		if (rc)
			return err_errno(err, rc, "cannot merge the rules for %s", names.list[i]);
	}
	if (merged.rules_len)
		qsort(merged.rules, merged.rules_len, sizeof(*merged.rules), compare_rules);
	*out = merged;
	merged = (struct profile){0};
	return 0;
}

static int compare_texts(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : !!a - !!b;
}

static int compare_names(const struct names *a, const struct names *b)
{
	int order = (a->len > b->len) - (a->len < b->len);

	for (size_t i = 0; !order && i < a->len; i++)
		order = strcmp(a->list[i], b->list[i]);
	return order;
}

/* Any order will do, of what makes a difference to what is put together. */
static int compare_profiles(const void *p, const void *q)
{
	const struct profile *a = *(const struct profile *const *)p;
	const struct profile *b = *(const struct profile *const *)q;
	int order = outcome_compare(profile_default(a), profile_default(b));

	if (!order)
		order = (a->rules_len > b->rules_len) - (a->rules_len < b->rules_len);
	for (size_t i = 0; !order && i < a->rules_len; i++) {
		const struct rule *x = &a->rules[i], *y = &b->rules[i];

		order = outcome_compare(rule_outcome(x), rule_outcome(y));
		if (!order)
			order = compare_names(&x->names, &y->names);
		if (!order)
			order = compare_conditions(x, y);
	}
	return order ? order : compare_texts(a->listener_metadata, b->listener_metadata);
}

/*
 * In an order of their own: one meaning may be said in many ways, and which one it comes to depends on what meets first. Terms that
 * libseccomp gets right are made last, they are many, and what comes later may make do without.
 */
int profile_merge_all(const struct profile *list, size_t len, enum merge how, struct profile *out,
		      struct err *err)
{
	const struct profile **own_ptr sorted = calloc(len, sizeof(*sorted));
	struct profile own_profile merged = {0};
	int rc = 0;

	if (!sorted)
		return err_errno(err, -ENOMEM, "cannot merge");
	for (size_t i = 0; i < len; i++)
		sorted[i] = &list[i];
	qsort(sorted, len, sizeof(*sorted), compare_profiles);
	/* one alone is put together with itself */
	for (size_t i = len > 1; !rc && i < len; i++) {
		struct profile own_profile next = {0};

		rc = merge_two(i > 1 ? &merged : sorted[0], sorted[i], how, i + 1 == len, &next,
			       err);
		profile_clear(&merged);
		merged = next;
		next = (struct profile){0};
	}
	if (rc)
		return rc;
	*out = merged;
	merged = (struct profile){0};
	return 0;
}

int profile_merge(const struct profile *a, const struct profile *b, enum merge how,
		  struct profile *out, struct err *err)
{
	const struct profile both[] = {*a, *b};

	return profile_merge_all(both, ARRAY_LEN(both), how, out, err);
}

int profile_canonical(const struct profile *profile, struct profile *out, struct err *err)
{
	return profile_merge_all(profile, 1, MERGE_UNION, out, err);
}

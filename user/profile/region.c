// SPDX-License-Identifier: BSD-2-Clause
#include "profile/region.h"
#include "profile/evaluate.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

void region_clear(struct region *region)
{
	free(region->terms);
	*region = (struct region){0};
}

static bool has(const struct term *term, size_t index)
{
	return term->conditions[index].compare != COMPARE_INVALID;
}

size_t term_count(const struct term *term)
{
	size_t n = 0;

	for (size_t i = 0; i < CONDITION_ARGS; i++)
		n += has(term, i);
	return n;
}

bool term_is_everything(const struct term *term)
{
	return !term_count(term);
}

bool term_holds(const struct term *term, const uint64_t args[6])
{
	for (size_t i = 0; i < CONDITION_ARGS; i++)
		if (has(term, i) && !condition_holds(&term->conditions[i], false, args))
			return false;
	return true;
}

bool region_holds(const struct region *region, const uint64_t args[6])
{
	for (size_t i = 0; i < region->len; i++)
		if (term_holds(&region->terms[i], args))
			return true;
	return false;
}

/* Is `a` inside of `b`? */
static bool term_implies(const struct term *a, const struct term *b)
{
	for (size_t i = 0; i < CONDITION_ARGS; i++) {
		if (!has(b, i))
			continue;
		if (!has(a, i) || !condition_implies(&a->conditions[i], &b->conditions[i]))
			return false;
	}
	return true;
}

int region_add_term(struct region *region, const struct term *term)
{
	size_t n = 0;

	region->work += 1 + region->len;
	if (region->work > REGION_WORK_MAX)
		return -E2BIG;
	for (size_t i = 0; i < region->len; i++)
		if (term_implies(term, &region->terms[i]))
			return 0;
	/* those that the new one covers go */
	for (size_t i = 0; i < region->len; i++)
		if (!term_implies(&region->terms[i], term))
			region->terms[n++] = region->terms[i];
	region->len = n;
	if (region->len == REGION_TERMS_MAX)
		return -E2BIG;
	if (region->len == region->room) {
		size_t room = region->room ? region->room * 2 : 2;
		struct term *terms = reallocarray(region->terms, room, sizeof(*terms));

		if (!terms)
			return -ENOMEM;
		region->terms = terms;
		region->room = room;
	}
	region->terms[region->len++] = *term;
	return 0;
}

int region_add(struct region *region, const struct region *from)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < from->len; i++)
		rc = region_add_term(region, &from->terms[i]);
	return rc;
}

int region_add_everything(struct region *region)
{
	return region_add_term(region, &(struct term){.conditions = {{0}}});
}

/* Narrows the term; false: nothing is left of it. */
static bool put(struct term *term, const struct condition *condition)
{
	struct condition *place = &term->conditions[condition->index];

	if (condition_is_nothing(condition))
		return false;
	if (condition_is_everything(condition))
		return true;
	*place = *condition;
	if (condition->compare != COMPARE_MASKED_EQ)
		place->value_two = 0;
	return true;
}

int region_add_rule(struct region *region, const struct rule *rule)
{
	struct term all = {0};
	bool possible = true;

	if (rule_conditions_are_alternatives(rule)) {
		for (size_t i = 0; i < rule->conditions_len; i++) {
			struct term one = {0};
			int rc = put(&one, &rule->conditions[i]) ? region_add_term(region, &one) :
								   0;

			if (rc)
				return rc;
		}
		return 0;
	}
	for (size_t i = 0; i < rule->conditions_len; i++)
		possible &= put(&all, &rule->conditions[i]);
	return possible ? region_add_term(region, &all) : 0;
}

/* Appends `term` with each of the choices for the argument. */
static int add_choices(struct region *out, const struct term *term, size_t index,
		       const struct choices *choices)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < choices->len; i++) {
		struct term one = *term;

		memset(&one.conditions[index], 0, sizeof(one.conditions[index]));
		if (put(&one, &choices->list[i]))
			rc = region_add_term(out, &one);
	}
	return rc;
}

/* Replaces one argument of all terms of `*region` by what `narrow` makes of it. */
static int each(struct region *region, size_t index, const struct term *with,
		int (*narrow)(const struct term *term, size_t index, const struct term *with,
			      struct choices *out))
{
	struct region own_region next = {.work = region->work};
	int rc = 0;

	for (size_t i = 0; !rc && i < region->len; i++) {
		struct choices own_choices choices = {0};

		rc = narrow(&region->terms[i], index, with, &choices);
		if (!rc)
			rc = add_choices(&next, &region->terms[i], index, &choices);
	}
	if (!rc) {
		region_clear(region);
		*region = next;
		next = (struct region){0};
	}
	return rc;
}

static int meet_argument(const struct term *term, size_t index, const struct term *with,
			 struct choices *out)
{
	return condition_meet(&term->conditions[index], &with->conditions[index], out);
}

static int mask_argument(const struct term *term, size_t index, const struct term *with,
			 struct choices *out)
{
	(void)with;
	return condition_to_masks(&term->conditions[index], out);
}

static int meet_terms(const struct term *a, const struct term *b, struct region *out)
{
	struct region own_region both = {0};
	struct term start = *a;
	int rc;

	for (size_t i = 0; i < CONDITION_ARGS; i++)
		if (!has(a, i) && has(b, i))
			start.conditions[i] = b->conditions[i];
	rc = region_add_term(&both, &start);
	for (size_t i = 0; !rc && i < CONDITION_ARGS; i++)
		if (has(a, i) && has(b, i))
			rc = each(&both, i, b, meet_argument);
	/* memory that comes and goes takes as long as to look at some terms */
	out->work += both.work + 8;
	return rc ? rc : region_add(out, &both);
}

int region_meet(const struct region *a, const struct region *b, struct region *out)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < a->len; i++)
		for (size_t k = 0; !rc && k < b->len; k++)
			rc = meet_terms(&a->terms[i], &b->terms[k], out);
	return rc;
}

/* What is in `a` and not in `b`: on one argument of b's at least it is outside. */
static int term_minus(const struct term *a, const struct term *b, struct region *out)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < CONDITION_ARGS; i++) {
		struct choices own_choices outside = {0};

		if (!has(b, i))
			continue;
		rc = condition_negate(&b->conditions[i], &outside);
		for (size_t k = 0; !rc && k < outside.len; k++) {
			struct term limit = {0};

			limit.conditions[i] = outside.list[k];
			rc = meet_terms(a, &limit, out);
		}
	}
	return rc;
}

int region_minus(const struct region *a, const struct region *b, struct region *out)
{
	struct region own_region left = {0};
	int rc = region_add(&left, a);

	for (size_t k = 0; !rc && k < b->len; k++) {
		struct region own_region next = {.work = left.work};

		for (size_t i = 0; !rc && i < left.len; i++)
			rc = term_minus(&left.terms[i], &b->terms[k], &next);
		region_clear(&left);
		left = next;
		next = (struct region){0};
	}
	out->work += left.work;
	return rc ? rc : region_add(out, &left);
}

int region_to_masks(const struct region *region, struct region *out)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < region->len; i++) {
		struct region own_region one = {0};

		rc = region_add_term(&one, &region->terms[i]);
		for (size_t k = 0; !rc && k < CONDITION_ARGS; k++)
			if (has(&region->terms[i], k))
				rc = each(&one, k, NULL, mask_argument);
		if (!rc)
			rc = region_add(out, &one);
	}
	return rc;
}

static void add_value(struct buf *out, uint64_t value)
{
	buf__addf(out, value < 4096 ? "%" PRIu64 : "%#" PRIx64, value);
}

static void add_condition(struct buf *out, const struct condition *c)
{
	static const char *const words[COMPARE_COUNT] = {
		[COMPARE_EQ] = "==", [COMPARE_NE] = "!=", [COMPARE_LT] = "<",
		[COMPARE_LE] = "<=", [COMPARE_GE] = ">=", [COMPARE_GT] = ">",
	};

	buf__addf(out, "arg%u ", c->index);
	if (c->compare == COMPARE_MASKED_EQ) {
		buf__addf(out, "& %#" PRIx64 " == %#" PRIx64, c->value, c->value_two);
		return;
	}
	buf__addf(out, "%s ", words[c->compare]);
	add_value(out, c->value);
}

void region_text(const struct region *region, struct buf *out)
{
	for (size_t i = 0; i < region->len; i++) {
		const char *before = i ? " or " : "";

		for (size_t k = 0; k < CONDITION_ARGS; k++) {
			if (!has(&region->terms[i], k))
				continue;
			buf__addf(out, "%s", before);
			add_condition(out, &region->terms[i].conditions[k]);
			before = " and ";
		}
	}
}

int region_sentence(const struct region *region, struct buf *out)
{
	struct region own_region all = {0}, own_region rest = {0};
	int rc = region_add_everything(&all);

	if (!rc)
		rc = region_minus(&all, region, &rest);
	if (rc && rc != -E2BIG)
		return rc;
	if (!rc && !rest.len)
		return 0;
	if (!rc && rest.len < region->len) {
		buf__addf(out, "unless ");
		region_text(&rest, out);
		return 0;
	}
	buf__addf(out, "where ");
	region_text(region, out);
	return 0;
}

void rule_conditions_text(const struct rule *rule, struct buf *out)
{
	const char *between = rule_conditions_are_alternatives(rule) ? " or " : " and ";

	for (size_t i = 0; i < rule->conditions_len; i++) {
		buf__addf(out, "%s", i ? between : "");
		add_condition(out, &rule->conditions[i]);
	}
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/region.h"
#include "profile/evaluate.h"
#include "syscalls/args.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Memory that comes and goes takes as long as to look at some terms. */
#define ALLOCATION_WORK 8
/* What one of many terms gets of REGION_WORK_MAX. */
#define WHOLE_WORK_MAX (REGION_WORK_MAX >> 10)

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

bool rule_has_term(const struct rule *rule, const struct term *term)
{
	size_t n = 0;

	if (rule->conditions_len != term_count(term))
		return false;
	for (size_t i = 0; i < CONDITION_ARGS; i++)
		if (term->conditions[i].compare != COMPARE_INVALID &&
		    !condition_equal(&rule->conditions[n++], &term->conditions[i]))
			return false;
	return true;
}

static bool term_holds(const struct term *term, const uint64_t args[6])
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
	out->work += both.work + ALLOCATION_WORK;
	return rc ? rc : region_add(out, &both);
}

/* Calls `use` with the term narrowed in one argument, in each way there is, as long as it returns 0. */
static int each_narrowed(const struct term *term, const struct condition *to,
			 int (*use)(const struct term *narrowed, void *data), void *data)
{
	struct choices own_choices choices = {0};
	struct term one = *term;
	int rc = 0;

	if (!has(term, to->index)) {
		one.conditions[to->index] = *to;
		return use(&one, data);
	}
	rc = condition_meet(&term->conditions[to->index], to, &choices);
	for (size_t i = 0; !rc && i < choices.len; i++) {
		one.conditions[to->index] = choices.list[i];
		rc = use(&one, data);
	}
	return rc;
}

/* FOUND, 0 or an error. */
#define FOUND 1

static int is_there(const struct term *narrowed, void *data)
{
	(void)narrowed;
	(void)data;
	return FOUND;
}

static int terms_meet(const struct term *a, const struct term *b)
{
	int rc = FOUND;

	for (size_t i = 0; rc == FOUND && i < CONDITION_ARGS; i++)
		if (has(a, i) && has(b, i))
			rc = each_narrowed(a, &b->conditions[i], is_there, NULL);
	return rc;
}

int region_apart(const struct region *a, const struct region *b, bool *out)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < a->len; i++)
		for (size_t k = 0; !rc && k < b->len; k++)
			rc = terms_meet(&a->terms[i], &b->terms[k]);
	*out = rc != FOUND;
	return rc < 0 ? rc : 0;
}

/* A search for arguments that none of these terms holds for. */
struct search {
	const struct term *terms;
	size_t len;
	size_t *left; /* terms that may yet be looked at */
};

static int find_outside(const struct term *term, void *data);

/* To what comes to several terms it is not narrowed: that is looked at twice then. */
static int narrow(struct term *term, const struct condition *to)
{
	struct condition *place = &term->conditions[to->index];
	struct choices own_choices both = {0};
	int rc;

	if (!has(term, to->index)) {
		*place = *to;
		return 0;
	}
	rc = condition_meet(place, to, &both);
	if (!rc && both.len == 1)
		*place = both.list[0];
	return rc;
}

/* Where `term` is outside of the first one of the search: in an argument in which it is not, and inside in those before it. */
static int leave_first(const struct term *term, const struct search *search)
{
	const struct term *first = search->terms;
	struct search next = {first + 1, search->len - 1, search->left};
	struct term inside = *term;
	int rc = 0;

	for (size_t i = 0; !rc && i < CONDITION_ARGS; i++) {
		struct choices own_choices outside = {0};

		if (!has(first, i))
			continue;
		rc = condition_negate(&first->conditions[i], &outside);
		for (size_t k = 0; !rc && k < outside.len; k++)
			rc = each_narrowed(&inside, &outside.list[k], find_outside, &next);
		if (!rc)
			rc = narrow(&inside, &first->conditions[i]);
	}
	return rc;
}

static int spend(const struct search *search, size_t work)
{
	if (*search->left < work)
		return -E2BIG;
	*search->left -= work;
	return 0;
}

static int find_outside(const struct term *term, void *data)
{
	struct search search = *(const struct search *)data;
	int rc = spend(&search, 1 + search.len);

	for (size_t i = 0; !rc && i < search.len; i++)
		if (term_implies(term, &search.terms[i]))
			return 0;
	for (; !rc && search.len; search.terms++, search.len--) {
		rc = spend(&search, ALLOCATION_WORK);
		if (!rc)
			rc = terms_meet(term, search.terms);
		if (rc == FOUND)
			return leave_first(term, &search);
	}
	return rc ? rc : FOUND;
}

static int term_within(const struct term *term, const struct region *region, size_t *left,
		       bool *out)
{
	struct search search = {region->terms, region->len, left};
	int rc = find_outside(term, &search);

	*out = !rc;
	return rc < 0 ? rc : 0;
}

int region_within(const struct region *a, const struct region *b, bool *out)
{
	size_t left = REGION_WORK_MAX;
	int rc = 0;

	*out = true;
	for (size_t i = 0; !rc && *out && i < a->len; i++)
		rc = term_within(&a->terms[i], b, &left, out);
	return rc;
}

/* Adds the terms that lie in `in` whole, as they are, and marks them. One for which that is too long to find out does not. */
static int add_whole(const struct region *from, const struct region *in, bool *whole,
		     struct region *out)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < from->len; i++) {
		size_t left = WHOLE_WORK_MAX;

		rc = term_within(&from->terms[i], in, &left, &whole[i]);
		out->work += WHOLE_WORK_MAX - left;
		if (rc == -E2BIG)
			rc = 0;
		else if (!rc && whole[i])
			rc = region_add_term(out, &from->terms[i]);
	}
	return rc;
}

int region_meet(const struct region *a, const struct region *b, struct region *out)
{
	bool *own_ptr whole = calloc(a->len + b->len + 1, sizeof(*whole));
	int rc = whole ? add_whole(a, b, whole, out) : -ENOMEM;

	if (!rc)
		rc = add_whole(b, a, whole + a->len, out);
	for (size_t i = 0; !rc && i < a->len; i++)
		for (size_t k = 0; !rc && k < b->len; k++)
			if (!whole[i] && !whole[a->len + k])
				rc = meet_terms(&a->terms[i], &b->terms[k], out);
	return rc;
}

/* What is in `a` and not in `b`: on one argument of b's at least it is outside. */
static int term_minus(const struct term *a, const struct term *b, struct region *out)
{
	int rc = terms_meet(a, b);

	if (rc != FOUND)
		return rc ? rc : region_add_term(out, a);
	rc = 0;
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

static void add_condition(struct buf *out, const struct condition *c, const struct syscall *call)
{
	static const char *const words[COMPARE_COUNT] = {
		[COMPARE_EQ] = "==", [COMPARE_NE] = "!=", [COMPARE_LT] = "<",
		[COMPARE_LE] = "<=", [COMPARE_GE] = ">=", [COMPARE_GT] = ">",
	};
	bool masked = c->compare == COMPARE_MASKED_EQ;
	struct buf own_buf names = BUF_INIT;

	buf__addf(out, "arg%u ", c->index);
	if (masked) {
		buf__addf(out, "& %#" PRIx64 " == %#" PRIx64, c->value, c->value_two);
	} else {
		buf__addf(out, "%s ", words[c->compare]);
		add_value(out, c->value);
	}
	if (call)
		args_match_text(call, c->index, masked ? c->value : UINT64_MAX,
				masked ? c->value_two : c->value, &names);
	if (names.len)
		buf__addf(out, " (%s)", buf__text(&names));
}

void region_text(const struct region *region, const struct syscall *call, struct buf *out)
{
	for (size_t i = 0; i < region->len; i++) {
		const char *before = i ? " or " : "";

		for (size_t k = 0; k < CONDITION_ARGS; k++) {
			if (!has(&region->terms[i], k))
				continue;
			buf__addf(out, "%s", before);
			add_condition(out, &region->terms[i].conditions[k], call);
			before = " and ";
		}
	}
}

const struct syscall *rule_call(const struct rule *rule, const bool arches[ARCH_COUNT],
				struct syscall *call)
{
	return rule->names.len == 1 && args_call(arches, rule->names.list[0], call) ? call : NULL;
}

void rule_conditions_text(const struct rule *rule, const struct syscall *call, struct buf *out)
{
	const char *between = rule_conditions_are_alternatives(rule) ? " or " : " and ";

	for (size_t i = 0; i < rule->conditions_len; i++) {
		buf__addf(out, "%s", i ? between : "");
		add_condition(out, &rule->conditions[i], call);
	}
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/filter_size.h"

#include <stdlib.h>

/* Each argument is compared in two halves, the upper one first, or in its lower one alone. */
#define HALVES (2 * CONDITION_ARGS)

struct half {
	uint32_t mask, value; /* no mask where the whole argument is free */
	bool compared;
};

static struct half half_of(const struct term *term, unsigned int i, bool lower_alone)
{
	const struct condition *condition = &term->conditions[i / 2];
	const bool masked = condition->compare == COMPARE_MASKED_EQ, upper = i % 2 == 0;
	const uint64_t mask = masked ? condition->value : UINT64_MAX;
	const uint64_t value = masked ? condition->value_two : condition->value;

	if (condition->compare == COMPARE_INVALID || (upper && lower_alone))
		return (struct half){0};
	return upper ? (struct half){mask >> 32, value >> 32, true} :
		       (struct half){mask, value, true};
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Those that begin alike stand together. */
static int compare_terms(const void *a, const void *b)
{
	const struct term *x = *(const struct term *const *)a, *y = *(const struct term *const *)b;
	int order = 0;

	for (size_t i = 0; !order && i < CONDITION_ARGS; i++) {
		const struct condition *c = &x->conditions[i], *d = &y->conditions[i];

		order = compare_numbers(c->compare, d->compare);
		if (!order)
			order = compare_numbers(c->value, d->value);
		if (!order)
			order = compare_numbers(c->value_two, d->value_two);
	}
	return order;
}

static unsigned int last_half(const struct term *term)
{
	unsigned int last = 0;

	for (unsigned int i = 0; i < HALVES; i++)
		if (half_of(term, i, false).compared)
			last = i;
	return last;
}

/* The first half in which they differ. */
static unsigned int first_difference(const struct term *a, const struct term *b, bool lower_alone)
{
	for (unsigned int i = 0; i < HALVES; i++) {
		struct half x = half_of(a, i, lower_alone), y = half_of(b, i, lower_alone);

		if (x.mask != y.mask || x.value != y.value || x.compared != y.compared)
			return i;
	}
	return HALVES;
}

/* Load it, mask it, compare it. */
static size_t instructions(struct half half)
{
	return half.compared ? half.mask == UINT32_MAX ? 2 : 3 : 0;
}

size_t filter_size_of_region(const struct region *region, enum arch arch)
{
	const bool lower_alone = arch_compares_32bit(arch);
	const struct term *terms[REGION_TERMS_MAX], *before = NULL;
	size_t size = 0;

	for (size_t i = 0; i < region->len; i++)
		terms[i] = &region->terms[i];
	qsort(terms, region->len, sizeof(*terms), compare_terms);
	for (size_t i = 0; i < region->len; before = terms[i++]) {
		unsigned int first = before ? first_difference(before, terms[i], lower_alone) : 0;
		unsigned int last = last_half(terms[i]);

		/* what was loaded for the last comparison of the term before is there still */
		if (before && first == last && last_half(before) == last &&
		    half_of(before, last, lower_alone).mask ==
			    half_of(terms[i], last, lower_alone).mask) {
			size++;
			continue;
		}
		for (unsigned int k = first; k <= last; k++)
			size += instructions(half_of(terms[i], k, lower_alone));
	}
	return size;
}

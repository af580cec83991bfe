// SPDX-License-Identifier: BSD-2-Clause
/* What two regions have in common and what one has beyond the other: told at once, and listed, against asking for every value near their edges. */
#include "profile/region.h"
#include "effort.h"
#include "random_profile.h"

#define EDGES (3 * 8) /* of one argument */

static uint64_t edge(size_t i)
{
	return (uint64_t)(i / 8) << 32 | i % 8;
}

static void random_region(struct region *out)
{
	for (uint32_t terms = 1 + any(4); terms; terms--) {
		struct term term = {0};

		for (unsigned int i = 0; i < 2; i++) {
			struct condition c = random_condition(i);

			if (any(4) && !condition_is_nothing(&c) && !condition_is_everything(&c))
				term.conditions[i] = c;
		}
		cr_assert_eq(region_add_term(out, &term), 0);
	}
}

/* False: the list would be too long. */
static bool listed(int rc)
{
	cr_assert(rc == 0 || rc == -E2BIG);
	return rc == 0;
}

/* Conditions are on values under 6, some with 1 or 2 in the upper half. What lies beside may be no edge: a list has it. */
Test(region, brute_force, .timeout = 120)
{
	size_t aparts = 0, withins = 0, lists = 0;

	random_state = 88172645463325252;
	for (int n = 0; n < EFFORT(2000); n++) {
		struct region own_region a = {0}, own_region b = {0};
		struct region own_region both = {0}, own_region left = {0};
		bool apart, within, lists_both, lists_left;

		random_region(&a);
		random_region(&b);
		cr_assert_eq(region_apart(&a, &b, &apart), 0);
		cr_assert_eq(region_within(&a, &b, &within), 0);
		lists_both = listed(region_meet(&a, &b, &both));
		lists_left = listed(region_minus(&a, &b, &left));
		for (size_t i = 0; i < EDGES * EDGES; i++) {
			uint64_t args[6] = {edge(i % EDGES), edge(i / EDGES)};
			bool in_a = region_holds(&a, args), in_b = region_holds(&b, args);

			cr_assert(!apart || !(in_a && in_b));
			cr_assert(!within || !in_a || in_b);
			if (lists_both)
				cr_assert_eq(region_holds(&both, args), in_a && in_b);
			if (lists_left)
				cr_assert_eq(region_holds(&left, args), in_a && !in_b);
		}
		cr_assert(!lists_both || apart == !both.len);
		cr_assert(!lists_left || within == !left.len);
		lists += lists_both && lists_left;
		aparts += apart;
		withins += within;
	}
	cr_expect_gt(lists, EFFORT(2000) / 2, "%zu", lists);
	cr_expect(aparts > EFFORT(2000) / 50 && withins > EFFORT(5000) / 50, "%zu and %zu", aparts,
		  withins);
}

static void add(struct region *out, const struct condition *condition)
{
	struct term term = {0};

	term.conditions[condition->index] = *condition;
	cr_assert_eq(region_add_term(out, &term), 0);
}

/* A list of what is in the one and not in the other would have thousands of terms. */
Test(region, needs_no_list)
{
	static const uint64_t low = UINT32_MAX;
	struct region own_region ranges = {0}, own_region two = {0}, own_region left = {0};
	bool yes;

	add(&ranges, &(struct condition){0, COMPARE_LT, 38, 0});
	add(&ranges, &(struct condition){0, COMPARE_EQ, 39, 0});
	add(&ranges, &(struct condition){0, COMPARE_GT, 40, 0});
	add(&two, &(struct condition){0, COMPARE_MASKED_EQ, low, 2});
	cr_assert_eq(region_minus(&ranges, &two, &left), -E2BIG);
	cr_assert(!region_within(&ranges, &two, &yes) && !yes);
	cr_assert(!region_within(&two, &ranges, &yes) && yes);
	cr_assert(!region_apart(&two, &ranges, &yes) && !yes);
	/* of these but those with bits above */
	add(&two, &(struct condition){0, COMPARE_MASKED_EQ, low, 40});
	cr_assert(!region_within(&two, &ranges, &yes) && !yes);
	add(&ranges, &(struct condition){0, COMPARE_EQ, 40, 0});
	cr_assert(!region_within(&two, &ranges, &yes) && yes);
}

/* It is all of it, in as many terms as there may be: every value of eight bits, in each of two arguments. */
Test(region, within_many)
{
	struct region own_region all = {0}, own_region tiles = {0};
	bool yes;

	cr_assert_eq(region_add_everything(&all), 0);
	for (uint64_t i = 0; i < REGION_TERMS_MAX; i++) {
		struct term term = {0};

		cr_assert(!region_within(&all, &tiles, &yes) && !yes);
		term.conditions[0] = (struct condition){0, COMPARE_MASKED_EQ, 0xf, i % 16};
		term.conditions[1] = (struct condition){1, COMPARE_MASKED_EQ, 0xf0, i / 16 << 4};
		cr_assert_eq(region_add_term(&tiles, &term), 0);
	}
	cr_assert_eq(region_within(&all, &tiles, &yes), 0);
	cr_assert(yes);
}

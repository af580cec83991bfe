// SPDX-License-Identifier: BSD-2-Clause
/* Few cubes for the same arguments, and never for long. */
#include "profile/cubes.h"

#include <criterion/criterion.h>

static void add(struct cubes *cubes, uint64_t value)
{
	struct cube cube = {.masks = {UINT64_MAX}, .values = {value}};

	cr_assert_eq(cubes_add(cubes, &cube), 0);
}

static bool holds(const struct cubes *cubes, uint64_t value)
{
	for (size_t i = 0; i < cubes->len; i++)
		if ((value & cubes->list[i].masks[0]) == cubes->list[i].values[0])
			return true;
	return false;
}

/* Six corners of a cube, all but two that lie opposite: no one of its six edges is needed more than the others. */
#define CORNERS 6

static uint64_t corner(size_t copy, unsigned int k)
{
	/* copies differ in two bits at least, so that they have nothing in common */
	return ((uint64_t)copy << 40 | (uint64_t)copy << 20) | (k + 1);
}

static void add_corners(struct cubes *cubes, size_t copies)
{
	for (size_t copy = 0; copy < copies; copy++)
		for (unsigned int k = 0; k < CORNERS; k++)
			add(cubes, corner(copy, k));
}

Test(cubes, fewest)
{
	struct cubes own_cubes cubes = {0};

	for (uint64_t value = 0; value < 16; value++)
		add(&cubes, value << 8);
	add(&cubes, 1);
	cr_assert_eq(cubes_reduce(&cubes, 100), 0);
	cr_assert_eq(cubes.len, 2);
	for (uint64_t value = 0; value < 16; value++)
		cr_assert(holds(&cubes, value << 8));
	cr_assert(holds(&cubes, 1));
	cr_assert_not(holds(&cubes, 0x101));
	cr_assert_not(holds(&cubes, 0x1000));
}

Test(cubes, none_is_needed_most)
{
	struct cubes own_cubes cubes = {0};

	add_corners(&cubes, 30);
	cr_assert_eq(cubes_reduce(&cubes, 30 * 4), 0);
	cr_assert_leq(cubes.len, 30 * 4);
	cr_assert_geq(cubes.len, 30 * 3);
	for (size_t copy = 0; copy < 30; copy++) {
		for (unsigned int k = 0; k < CORNERS; k++)
			cr_assert(holds(&cubes, corner(copy, k)));
		cr_assert_not(holds(&cubes, corner(copy, 6)));
		cr_assert_not(holds(&cubes, corner(copy, 0) - 1));
	}
}

Test(cubes, more_than_the_limit)
{
	struct cubes own_cubes cubes = {0};

	add_corners(&cubes, 30);
	cr_assert_eq(cubes_reduce(&cubes, 50), 0);
	cr_assert_eq(cubes.len, 30 * CORNERS, "as they were");
}

/* As many as are looked at, all of which must be chosen from. */
Test(cubes, most)
{
	struct cubes own_cubes cubes = {0};

	add_corners(&cubes, 170);
	cr_assert_eq(cubes_reduce(&cubes, SIZE_MAX), 0);
	cr_assert_leq(cubes.len, 170 * 4);
}

/* Dense: a block has more cubes inside it than are looked at. By hand: one for each bit of the number. */
Test(cubes, dense, .timeout = 30)
{
	static const struct {
		size_t values, cubes;
	} rows[] = {{64, 1}, {127, 7}, {128, 1}, {256, 1}, {300, 4}, {4096, 1}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct cubes own_cubes cubes = {0};

		for (uint64_t value = 0; value < rows[i].values; value++)
			add(&cubes, value);
		cr_assert_eq(cubes_reduce(&cubes, 192), 0);
		cr_expect_leq(cubes.len, rows[i].cubes, "%zu: %zu", rows[i].values, cubes.len);
		for (uint64_t value = 0; value < 2 * rows[i].values; value++)
			cr_assert_eq(holds(&cubes, value), value < rows[i].values);
		cr_assert_not(holds(&cubes, 1ULL << 32));
	}
}

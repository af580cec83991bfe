// SPDX-License-Identifier: BSD-2-Clause
#include "profile/names.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SOME 40

static void name_of(size_t number, char out[16])
{
	snprintf(out, 16, "n%zx", number);
}

static void check(const struct names *names, const bool in[SOME])
{
	size_t len = 0;
	char name[16];

	for (size_t i = 0; i < SOME; i++) {
		name_of(i, name);
		cr_assert_eq(names_has(names, name), in[i], "%s", name);
		len += in[i];
	}
	cr_assert_eq(names->len, len);
	for (size_t i = 1; i < names->len; i++)
		cr_assert_lt(strcmp(names->list[i - 1], names->list[i]), 0);
}

/* One by one, many at once, and away again, beside a plain table. */
Test(names, are_a_set)
{
	unsigned int seed = 1;

	for (int round = 0; round < 300; round++) {
		struct names own_names names = {0};
		bool in[SOME] = {false};

		for (int step = 0; step < 30; step++) {
			char many[2 * SOME][16];
			const char *list[2 * SOME];
			size_t number = rand_r(&seed) % SOME, len = rand_r(&seed) % (2 * SOME);

			name_of(number, many[0]);
			if (rand_r(&seed) % 2) {
				cr_assert_eq(names_add(&names, many[0]), 0);
				in[number] = true;
			} else {
				names_remove(&names, many[0]);
				in[number] = false;
			}
			for (size_t i = 0; i < len; i++) {
				number = rand_r(&seed) % SOME;
				name_of(number, many[i]);
				list[i] = many[i];
				in[number] |= step % 5 == 0;
			}
			if (step % 5 == 0)
				cr_assert_eq(names_add_all(&names, list, len), 0);
			check(&names, in);
		}
	}
}

Test(names, of_none)
{
	struct names own_names names = {0};

	cr_expect_not(names_has(&names, "read"));
	names_remove(&names, "read");
	cr_expect_eq(names_add_all(&names, NULL, 0), 0);
	cr_expect_eq(names.len, 0);
	cr_expect_eq(names_add(&names, ""), 0);
	cr_expect(names_has(&names, ""));
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of 400,000 names in the worst order the last to come may not cost more than the first: one by one they take a minute. */
Test(names, many_take_no_time)
{
	enum {
		MANY = 400000
	};
	struct names own_names names = {0}, own_names again = {0};
	char(*own_ptr texts)[16] = calloc(MANY, sizeof(*texts));
	const char **own_ptr list = calloc(MANY, sizeof(*list));
	double start = seconds();

	cr_assert(texts && list);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(texts[i], sizeof(texts[i]), "n%06zu", MANY - 1 - i);
		list[i] = texts[i];
	}
	cr_assert_eq(names_add_all(&names, list, MANY), 0);
	for (size_t i = 0; i < MANY; i++)
		cr_assert_eq(names_add(&again, names.list[i]), 0);
	cr_expect_eq(again.len, MANY);
	cr_expect_lt(seconds() - start, 5);
}

// SPDX-License-Identifier: BSD-2-Clause
/* What is said of a filter's length without compiling it, and the filter. */
#include "profile/compile.h"
#include "profile/filter_size.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define ROUNDS 40

/* Values with nothing in common but their upper halves, or of all bits that the architecture compares; under a mask, or not. */
static void make_region(struct region *region, size_t terms, unsigned int args, enum arch arch)
{
	const uint64_t all = arch_compares_32bit(arch) ? UINT32_MAX : UINT64_MAX;
	const uint64_t few = random() % 2 ? 0xffff : all;
	const uint64_t mask = random() % 2 ? UINT32_MAX : 0x7f00ffff0fUL & all;
	const bool masked = random() % 2;

	for (size_t i = 0; i < terms; i++) {
		struct term term = {0};

		for (unsigned int a = 0; a < args; a++) {
			uint64_t value = ((uint64_t)random() << 32 | random()) & few;

			term.conditions[a] = masked ? (struct condition){a, COMPARE_MASKED_EQ, mask,
									 value & mask} :
						      (struct condition){a, COMPARE_EQ, value, 0};
		}
		cr_assert_eq(region_add_term(region, &term), 0);
	}
}

static size_t compiled(const struct region *region, enum arch arch)
{
	struct profile own_profile profile = {.default_action = ACTION_ERRNO, .default_errno = 1};
	struct buf own_buf unknown = BUF_INIT;
	struct filter own_filter filter = {0};

	profile.arches[arch] = true;
	for (size_t i = 0; i < region->len; i++) {
		struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);

		cr_assert(rule && !names_add(&rule->names, "read"));
		for (size_t a = 0; a < CONDITION_ARGS; a++)
			if (region->terms[i].conditions[a].compare != COMPARE_INVALID)
				cr_assert_eq(rule_add_condition(rule,
								&region->terms[i].conditions[a]),
					     0);
	}
	cr_assert_eq(compile_filter(&profile, compile_machine(&profile), &filter, &unknown, NULL),
		     0);
	return filter.len;
}

Test(filter_size, is_about_that_of_the_filter)
{
	static const enum arch arches[] = {ARCH_X86_64, ARCH_AARCH64, ARCH_ARM};

	srandom(5);
	for (int i = 0; i < ROUNDS; i++) {
		const enum arch arch = arches[i % ARRAY_LEN(arches)];
		struct region own_region region = {0};
		size_t want, said;

		/* of one argument the instructions for both architectures would be the same */
		make_region(&region, 1 + random() % 150, (arch == ARCH_ARM ? 2 : 1) + random() % 4,
			    arch);
		want = compiled(&region, arch);
		said = filter_size_of_region(&region, arch);
		/* every filter has the machine's architecture */
		if (arch == ARCH_ARM)
			said += filter_size_of_region(&region, ARCH_AARCH64);
		cr_expect_geq(said + said / 10 + 20, want, "round %d: %zu for %zu", i, said, want);
	}
}

// SPDX-License-Identifier: BSD-2-Clause
/* A profile for other architectures: where a condition would be on another argument it is refused. */
#include "profile/relist.h"

#include <criterion/criterion.h>
#include <errno.h>

static const struct row {
	const char *name;
	unsigned int index;
	enum arch from, to;
	bool refused;
} rows[] = {
	{"clone", 0, ARCH_X86_64, ARCH_S390X, true},
	{"clone", 0, ARCH_X86_64, ARCH_S390, true},
	{"clone", 1, ARCH_S390X, ARCH_X86_64, true},
	{"clone", 1, ARCH_S390X, ARCH_S390, false},
	{"clone", 1, ARCH_X86_64, ARCH_S390X, false},
	{"clone", 0, ARCH_X86_64, ARCH_AARCH64, false},
	/* on these it takes a pointer to its arguments */
	{"mmap", 2, ARCH_X86_64, ARCH_X86, true},
	{"mmap", 2, ARCH_X86_64, ARCH_AARCH64, false},
	{"ioctl", 1, ARCH_X86_64, ARCH_S390X, false},
	/* which it does not have */
	{"arch_prctl", 0, ARCH_X86_64, ARCH_S390X, false},
};

Test(relist, arguments)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct condition condition = {rows[i].index, COMPARE_EQ, 1, 0};

		for (int listed = 0; listed < 2; listed++) {
			struct profile own_profile profile = {.default_action = ACTION_ERRNO};
			struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);
			bool arches[ARCH_COUNT] = {0};
			struct err err = {0};

			cr_assert_not_null(rule);
			cr_assert_eq(names_add(&rule->names, rows[i].name), 0);
			cr_assert_eq(rule_add_condition(rule, &condition), 0);
			arches[rows[i].to] = true;
			profile.arches[rows[i].from] = listed;
			cr_expect_eq(profile_relist(&profile, arches, rows[i].from, &err),
				     rows[i].refused ? -ENOTSUP : 0, "%s %u: %s", rows[i].name,
				     rows[i].index, err.text);
			cr_expect_eq(profile.arches[rows[i].to], !rows[i].refused);
		}
	}
}

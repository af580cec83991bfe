/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Profiles made at random, the same ones everywhere: from a seed. Calls that do no harm whatever their arguments, so that a
 * child can make them under the filter; conditions of every kind, small and large values, several rules for a call.
 */
#pragma once

#include "profile/profile.h"

#include <criterion/criterion.h>
#include <errno.h>

/* xorshift64 */
static uint64_t random_state;

static uint32_t any(uint32_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 32) % below;
}

static const char *const harmless[] = {"getppid", "getuid", "geteuid", "getgid",
				       "getegid", "gettid", "getpgrp", "sched_yield"};

/* Values that are near one another, so that conditions and probes meet. */
static uint64_t random_value(void)
{
	uint64_t value = any(6);

	if (any(4) == 0)
		value |= (uint64_t)any(3) << 32;
	return value;
}

static struct condition random_condition(unsigned int index)
{
	struct condition c = {.index = index,
			      .compare = COMPARE_INVALID + 1 + any(COMPARE_COUNT - 1),
			      .value = random_value()};

	if (c.compare == COMPARE_MASKED_EQ) {
		c.value |= 1U << any(3);
		c.value_two = random_value() & c.value;
	}
	return c;
}

static void random_rule(struct profile *profile)
{
	static const struct {
		enum action action;
		int errno_value;
	} actions[] = {{ACTION_ALLOW, 0}, {ACTION_ALLOW, 0},  {ACTION_ERRNO, ENOSYS},
		       {ACTION_LOG, 0},   {ACTION_ERRNO, 99}, {ACTION_ERRNO, EPERM}};
	uint32_t action = any(ARRAY_LEN(actions)), conditions = any(4);
	bool equal = conditions > 1 && any(8);
	struct rule *rule =
		profile_add_rule(profile, actions[action].action, actions[action].errno_value);

	cr_assert_not_null(rule);
	for (uint32_t n = 1 + any(3); n; n--)
		cr_assert_eq(names_add(&rule->names, harmless[any(ARRAY_LEN(harmless))]), 0);
	/*
	 * Several conditions are equalities as a rule: what libseccomp gets right of the others comes to thousands of rules.
	 * In order: an index that comes twice makes alternatives, now and then.
	 */
	for (unsigned int i = 0; conditions && i < 3; i++) {
		struct condition c = random_condition(any(8) ? i : 0);

		if (any(2))
			continue;
		if (equal && c.compare != COMPARE_MASKED_EQ)
			c.compare = COMPARE_EQ;
		cr_assert_eq(rule_add_condition(rule, &c), 0);
		conditions--;
	}
}

__attribute__((unused)) static void random_profile(struct profile *out)
{
	*out = (struct profile){.default_action = any(4) ? ACTION_ERRNO : ACTION_ALLOW};
	out->default_errno = out->default_action == ACTION_ERRNO ? EPERM : 0;
	out->arches[ARCH_X86_64] = true;
	out->arches[ARCH_AARCH64] = any(3) == 0;
	for (uint32_t n = 1 + any(8); n; n--)
		random_rule(out);
}

__attribute__((unused)) static void random_args(uint64_t args[6])
{
	for (size_t i = 0; i < 6; i++)
		args[i] = random_value();
}

/* The calls that rules name, and one that none does. */
__attribute__((unused)) static struct syscall random_named_call(void)
{
	struct syscall call = {.arch = ARCH_X86_64};
	uint32_t which = any(ARRAY_LEN(harmless) + 1);

	cr_assert(syscall_resolve(call.arch,
				  which < ARRAY_LEN(harmless) ? harmless[which] : "uname",
				  &call.nr));
	return call;
}

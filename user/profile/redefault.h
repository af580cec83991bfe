/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another default action for a profile, and other actions for its rules: calls that a rule decides get what becomes of its outcome,
 * all others get the new default.
 */
#pragma once

#include "profile/outcome.h"

typedef struct outcome (*outcome_map)(struct outcome outcome);

/**
 * Rules that said what the old default action said were none, and go. Those that say what the new one says become none: where others
 * would decide in their place the profile is brought into canonical form, else it stays as it is written. `map`: what becomes of
 * the rules' outcomes, and those that become none go; NULL: they stay. -EINVAL: canonical form is needed, and rules depend on the container; -ENOTSUP: no rules say
 * the same; -E2BIG: the conditions of a call come to too many rules.
 */
int profile_change(struct profile *profile, outcome_map map, struct outcome rest,
		   struct err *err) must_check;

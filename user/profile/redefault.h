/* SPDX-License-Identifier: BSD-2-Clause */
/* Another default action for a profile: calls that a rule decides keep what they get, all others get the new one. */
#pragma once

#include "profile/outcome.h"

/** If rules of this outcome were none, would another one decide about a call in their place? Told by name. */
bool profile_relies_on(const struct profile *profile, struct outcome outcome);

/**
 * Rules that said what the old default action says were none, and go. Those that say what the new one says become none: where others
 * would decide in their place the profile is brought into canonical form, else it stays as it is written. -EINVAL: that is needed,
 * and rules depend on the container; -ENOTSUP: no rules say the same; -E2BIG: the conditions of a call come to too many rules.
 */
int profile_set_default(struct profile *profile, struct outcome outcome,
			struct err *err) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/* Several recordings as one: the union that a fleet is folded with, in any order and any groups. */
#pragma once

#include "record/recording.h"

/** Sets all that adds up to nothing: what is left are sets. For a recording that was joined before. */
void recording_forget_sums(struct recording *recording);

/**
 * Adds all that `from` has observed: calls add up, the earlier first sighting stays, what one may lack the whole may lack. Associative and
 * commutative; and idempotent in all but what adds up: calls, errors, times, losses. -ENOMEM.
 */
int recording_join(struct recording *into, const struct recording *from) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of values of one argument, as conditions that a rule can hold. What two of them have in common, and what one
 * leaves out, is a list of conditions again, any of which may hold; exact, on 64 bits.
 */
#pragma once

#include "profile/profile.h"

/* Any of these; none: no value at all. Owned. */
struct choices {
	struct condition *list;
	size_t len, room;
};

void choices_clear(struct choices *choices);
#define own_choices own_with(choices_clear)

/** Do they say the same in the same words? */
bool condition_equal(const struct condition *a, const struct condition *b);

/** A condition that always holds. */
bool condition_is_everything(const struct condition *condition);

/** A condition that never holds, such as "less than 0". The functions below do not take one. */
bool condition_is_nothing(const struct condition *condition);

/** Does `b` hold for all that `a` holds for? */
bool condition_implies(const struct condition *a, const struct condition *b);

/** What both hold for; both have the same index. Appends. -ENOMEM. */
int condition_meet(const struct condition *a, const struct condition *b,
		   struct choices *out) must_check;

/** What the condition does not hold for. Appends. -ENOMEM. */
int condition_negate(const struct condition *condition, struct choices *out) must_check;

/** The same values, as EQ and MASKED_EQ only. Appends. -ENOMEM. */
int condition_to_masks(const struct condition *condition, struct choices *out) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that a profile says about one call, by name: for each outcome of its rules the arguments that get it, without overlaps;
 * the rest gets the default. The same reading of the rules as evaluate.h, over 64 bits.
 */
#pragma once

#include "profile/outcome.h"
#include "profile/region.h"

struct part {
	struct outcome outcome;
	struct region region;
};

/*
 * What libseccomp (2.5.4 and its neighbours) compiles into another filter than the rules say, or never finishes with.
 * Measured: filters of rules made at random, run on all arguments.
 */
enum hazard {
	HAZARD_NONE = 0,
	HAZARD_OVERLAP, /* rules with different actions hold for the same arguments */
	HAZARD_RANGES, /* several rules, and some compare by order or NE, some two arguments or values above 32 bits */
};

struct decision {
	struct part *parts; /* owned; each outcome once */
	size_t len;
	struct outcome rest; /* of all other arguments; no part has it */
	enum hazard hazard;
	bool lost; /* rules with conditions that a rule without makes void */
};

void decision_clear(struct decision *decision);
#define own_decision own_with(decision_clear)

/** -ENOMEM; -E2BIG: too many conditions to tell. *out was zeroed. */
int decision_make(const struct profile *profile, const char *name, struct decision *out) must_check;

/** Says why decision_make() gave none: `rc`. */
int decision_refuse(int rc, const char *name, struct err *err) must_check;

/** Does it compare by order or NE? */
bool condition_is_range(const struct condition *condition);

/** HAZARD_RANGES, of parts that somebody has put together and writes as they are. Rules that say the same twice are no less hazardous: decision_make() judges them as they stand. */
bool decision_has_hazardous_ranges(const struct decision *decision);

/** Adds the arguments that no part has. */
int decision_add_rest(const struct decision *decision, struct region *out) must_check;

/** True and *out if arguments do not matter for the call. Cheap. */
bool decision_is_simple(const struct profile *profile, const char *name, struct outcome *out);

/** Does a condition compare with a value of more than 32 bits? Where but 32 are compared libseccomp drops the others, and it means something else. */
bool condition_wants_high_bits(const struct condition *condition);

/** Has a rule such a condition, where one of the profile's architectures compares 32 bits? */
bool profile_wants_high_bits(const struct profile *profile);

/**
 * Has `made`, put together anew from all of the list and for an architecture that compares 32 bits, a rule with such a condition that none of
 * them has with these same conditions? Rules may come to such where those that they are made of did not, and mean something else there.
 */
bool profile_gains_high_bits(const struct profile *made, const struct profile *list, size_t len);

/**
 * Does it lack such a condition of theirs, on a call that none of them decides alone? What implies another one on 64 bits does not on 32:
 * "at least 2^63" is "at least 0" there.
 */
bool profile_loses_high_bits(const struct profile *made, const struct profile *list, size_t len);

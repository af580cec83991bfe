/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libseccomp makes something else of than the rules say. Some shapes of rules are known for it (decision.h); where the rules for a
 * call are few, have no masks, and compare by order or NE one argument each, the filter shows whether it did. It compares arguments by halves with
 * what stands in the rules, though perhaps one argument with another's value, so values on each such half and on both sides of it, for each
 * argument, stand for all there are: the filter is run on them, beside the rules. Of all others libseccomp is not asked: of some it never ends.
 */
#pragma once

#include "profile/profile.h"

/**
 * Besides the hazards of single calls there is one of the whole: on an architecture of whose calls only some with conditions
 * have rules, beside calls that it does not have, libseccomp forgets to look at the number (x86-64 and x32 always look). And what the rules
 * say is one thing for all architectures, so that where 32 bits are compared no other one may decide all of a call.
 * -ENOTSUP: a call of which libseccomp makes something else than the rules say, or may; the sentence names it and the remedy. */
int profile_check_hazards(const struct profile *profile, struct err *err) must_check;

/**
 * Of calls whose rules have none: does the filter answer as they say, as far as some ten thousand arguments show? -ENOTSUP with a sentence: it
 * does not for this one. libseccomp 2.5.4 takes EQ beside MASKED_EQ for something else, now and then, where x86 or x32 are there as well.
 */
int profile_probe(const struct profile *profile, const struct names *calls,
		  struct err *err) must_check;

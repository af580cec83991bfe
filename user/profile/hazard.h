/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libseccomp makes something else of than the rules say. Some shapes of rules are known for it (decision.h); where the rules for a
 * call are few and have no masks, the filter shows whether it did. It compares an argument by halves with what stands in the rules, so
 * values on each such half and on both sides of it stand for all there are: the filter is run on them, beside the rules.
 */
#pragma once

#include "profile/profile.h"

/**
 * Besides the hazards of single calls there is one of the whole: on an architecture of whose calls only some with conditions
 * have rules, beside calls that it does not have, libseccomp forgets to look at the number (x86-64 and x32 always look).
 * -ENOTSUP: a call of which libseccomp makes something else than the rules say, or may; the sentence names it and the remedy. */
int profile_check_hazards(const struct profile *profile, struct err *err) must_check;

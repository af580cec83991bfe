/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Adding to a profile that somebody wrote by hand: what it names stays as it is, allowed or refused, on whatever condition; only
 * names that occur nowhere in it are added.
 */
#pragma once

#include "profile/profile.h"

/** Adds rules of `more` for the names that `profile` does not have, and its architectures. -ENOMEM. */
int profile_extend(struct profile *profile, const struct profile *more) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Adding to a profile that somebody wrote by hand: what it says of a call stays as it is, allowed or refused, on whatever condition.
 * Added are names that occur nowhere in it, and subcalls of socketcall and ipc beside those that it allows.
 */
#pragma once

#include "profile/profile.h"

/* Where what the profile says is in the way of what was to be allowed: rules that serve as lists of names. */
struct extension {
	struct names refused;
	struct names limited; /* allowed, but on some arguments only */
};

void extension_clear(struct extension *extension);
#define own_extension own_with(extension_clear)

/** Adds rules of `more` for what `profile` says nothing of, its architectures and its flags. *kept was zeroed. -ENOMEM. */
int profile_extend(struct profile *profile, const struct profile *more,
		   struct extension *kept) must_check;

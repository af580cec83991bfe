/* SPDX-License-Identifier: BSD-2-Clause */
/* A profile for other architectures than those that it lists: its rules go with it, as far as they mean the same there. */
#pragma once

#include "profile/profile.h"

/**
 * Lists these architectures in place of the profile's; `machine`: what one that lists none means. -ENOTSUP: a condition is on an argument
 * that is another one there, or in memory (args.h: clone of s390x has the stack where others have the flags), so that it would hold for
 * anything.
 */
int profile_relist(struct profile *profile, const bool arches[ARCH_COUNT], enum arch machine,
		   struct err *err) must_check;

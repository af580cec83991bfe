/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The twin of a profile that is for finding out what it would refuse: it lets everything through, and logs exactly what the profile
 * does not allow: by default, by a rule with an errno, ENOSYS among them, or by asking a supervisor.
 */
#pragma once

#include "profile/profile.h"

/**
 * *out was zeroed. What is allowed stays so, all else is logged, on the architectures that the profile lists; calls of others
 * still end their process: rules hold for all architectures, so that a list with more would allow more. -E2BIG: the
 * conditions of a call come to too many rules.
 */
int profile_twin(const struct profile *profile, struct profile *out, struct err *err) must_check;

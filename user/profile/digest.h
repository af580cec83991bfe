/* SPDX-License-Identifier: BSD-2-Clause */
/* A name for what a profile says: SHA-256 of its canonical form, written as OCI JSON. Order, comments and format of the file do not matter. */
#pragma once

#include "profile/profile.h"

#define DIGEST_LEN 65 /* 64 digits and a NUL */

/**
 * Profiles with the same digest mean the same. The other way round holds as long as their conditions do not overlap. -E2BIG: too many
 * conditions to tell; -EINVAL: it depends on container and host (resolve.h).
 */
int profile_digest(const struct profile *profile, char out[DIGEST_LEN], struct err *err) must_check;

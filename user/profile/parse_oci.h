/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads OCI JSON profiles: what runc and crun read. Strict about what would silently change the meaning: Docker's archMap,
 * includes and excludes are refused, because they depend on a host and a container that nobody here knows.
 */
#pragma once

#include "profile/profile.h"

/** A profile file is a few tens of KiB; this is plenty. */
#define PROFILE_FILE_MAX (4 << 20)

/**
 * Parses `len` bytes. `name` is what errors call the file: "NAME:LINE:COLUMN: ..." for JSON, "NAME: ..." for its meaning.
 * *out was cleared or zeroed, and is untouched on failure. -EINVAL: it is no profile, or one that whittle cannot take.
 */
int parse_oci(const char *name, const char *text, size_t len, struct profile *out,
	      struct err *err) must_check;

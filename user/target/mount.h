/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the cgroup v2 hierarchy is mounted, and how its paths map to directories. */
#pragma once

#include "base/err.h"

#include <limits.h>

struct mount {
	char point[PATH_MAX]; /* its directory */
	char root[PATH_MAX]; /* what of the hierarchy is mounted there, "/" for all that this namespace shows */
};

/**
 * The first cgroup2 mount of /proc/self/mountinfo (given as text). -ENOENT: there is none.
 */
int mount_parse(const char *mountinfo, struct mount *out, struct err *err) must_check;

/** The same, read from /proc. */
int mount_find(struct mount *out, struct err *err) must_check;

/**
 * The directory of a hierarchy path, as /proc/PID/cgroup shows it. -ENOENT: it lies outside of what is mounted.
 */
int mount_directory(const struct mount *mount, const char *path, char out[PATH_MAX],
		    struct err *err) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the cgroup v2 hierarchy is mounted, or one of v1, and how their paths map to directories. */
#pragma once

#include "base/err.h"

#include <limits.h>
#include <stdbool.h>

struct mount {
	char point[PATH_MAX]; /* its directory */
	char root[PATH_MAX]; /* what of the hierarchy is mounted there, "/" for all that this namespace shows */
};

/**
 * The cgroup2 mount to use of those in the text of /proc/self/mountinfo: the first that `usable` accepts (NULL: any),
 * but one that was made outside this cgroup namespace (root "/..") only if there is no other. -ENOENT: there is none.
 */
int mount_parse(const char *mountinfo, bool (*usable)(const struct mount *mount), struct mount *out,
		struct err *err) must_check;

/** The same, read from /proc: usable is one that no other mount hides. */
int mount_find(struct mount *out, struct err *err) must_check;

/** The mount of the v1 hierarchy with this controller. -ENOENT: there is none. */
int mount_find_v1(const char *controller, struct mount *out, struct err *err) must_check;

/**
 * The mount of a v1 hierarchy that containers have cgroups in, and a controller of it: the first such one after the controller `after` (NULL:
 * of all). NULL: there is none, or no further one.
 */
const char *mount_find_any_v1(const char *after, struct mount *out);

/**
 * Calls fn with the directory, but for its first `skip` bytes, and the name of each cgroup of this mount, parents first. Stops when fn
 * returns non-zero, and returns that.
 */
int mount_each(const struct mount *mount, size_t skip,
	       int (*fn)(const char *path, const char *name, void *context), void *context,
	       struct err *err) must_check;

/**
 * The directory of a hierarchy path, as /proc/PID/cgroup shows it. -ENOENT: it lies outside of what is mounted.
 */
int mount_directory(const struct mount *mount, const char *path, char out[PATH_MAX],
		    struct err *err) must_check;

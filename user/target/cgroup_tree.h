/* SPDX-License-Identifier: BSD-2-Clause */
/* A cgroup and all that lies below it: walking, counting, killing and removing that. */
#pragma once

#include "target/cgroup.h"

/**
 * Calls fn with the id of the cgroup and of each one below it. Those that vanish meanwhile are passed over. Stops when fn
 * returns non-zero, and returns that. Calls `gone` with the id of one that was removed before fn returned: whoever is told of removals
 * may have been told of this one before fn was called.
 */
int cgroup_walk(const struct cgroup *cgroup, int (*fn)(uint64_t id, void *context),
		void (*gone)(uint64_t id, void *context), void *context,
		struct err *err) must_check;

/* A cgroup below another one. */
struct cgroup_below {
	uint64_t id, parent; /* ids */
	const char *name;    /* of its directory: any bytes; borrowed */
};

/** As cgroup_walk(), without the cgroup itself; parents before what lies in them. */
int cgroup_walk_below(const struct cgroup *cgroup,
		      int (*fn)(const struct cgroup_below *below, void *context),
		      void (*gone)(uint64_t id, void *context), void *context,
		      struct err *err) must_check;

/** How many are below it? 0 where that cannot be told. */
size_t cgroup_descendants(const struct cgroup *cgroup);

/**
 * Sends a signal to each process in it and below, once: what they fork meanwhile may be missed. `spared`: not to those of this process group; 0:
 * to all.
 */
int cgroup_signal(const struct cgroup *cgroup, int signo, pid_t spared, struct err *err) must_check;

/** Kills all processes in it and below (SIGKILL); before Linux 5.14 one by one: -EBUSY, if they fork faster than that. */
int cgroup_kill(const struct cgroup *cgroup, struct err *err) must_check;

/**
 * Removes the cgroups of the same path in the v1 hierarchies, where runtimes make one each and leave it. False: there are
 * processes in one.
 */
bool cgroup_remove_twins(const struct cgroup *cgroup);

/** May this process remove it, as far as permissions go? Only in the root cgroup's directory nobody may write by them. */
bool cgroup_can_remove(const struct cgroup *cgroup);

/** Removes a cgroup and those below it. -EBUSY: there are processes in it. */
int cgroup_remove(struct cgroup *cgroup, struct err *err) must_check;

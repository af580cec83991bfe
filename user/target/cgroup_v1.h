/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hierarchies of cgroups v1, one for each controller or few: which one a directory lies in, and where in them a process is. What has no
 * controller ("name=systemd") is passed over: programs cannot find a task's cgroup in it.
 */
#pragma once

#include "target/cgroup.h"

/** Where a process is in one of them: a line of /proc/PID/cgroup. */
struct membership {
	uint32_t hierarchy;              /* the kernel's number of it */
	char controller[CONTROLLER_LEN]; /* the first of its controllers, as v1 calls it */
	char path[PATH_MAX];             /* in the hierarchy; "/" is everybody's */
};

/** Which hierarchy does an open directory of v1 lie in? Fills in hierarchy and controller. -EOPNOTSUPP: it has no controller. */
int cgroup_v1_identify(struct cgroup *cgroup, struct err *err) must_check;

/**
 * Opens a cgroup that a process is in: of the first membership that is `wanted`, which may cut its path. -ENOENT: none is, or is not mounted
 * here; -ESRCH: no such process.
 */
int cgroup_v1_open_pid(pid_t pid, bool (*wanted)(struct membership *membership, void *context),
		       void *context, struct cgroup *out, struct err *err) must_check;

/** Opens the cgroup that a process is in, of that hierarchy: 0 is v2. */
int cgroup_open_pid_in(pid_t pid, uint32_t hierarchy, struct cgroup *out,
		       struct err *err) must_check;

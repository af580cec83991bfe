/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keeper of a command's cgroup: a process that does nothing but wait until whittle lets go of it, or dies, and the
 * cgroup is empty, and stays so where an engine may start a container in it again; then it removes the cgroup. So no cgroup stays behind, whatever happens to whittle, and whittle itself needs
 * no privilege to remove it.
 */
#pragma once

#include "target/cgroup.h"

struct keeper {
	pid_t pid; /* 0: none */
	int alive; /* open as long as the cgroup is needed; a byte in it: nothing comes back into the cgroup */
};

#define KEEPER_NONE ((struct keeper){.alive = -1})

/**
 * Starts a keeper for a cgroup that cgroup_make() made. On failure the cgroup is removed. `pause`: for so many ms it may be empty, and be
 * entered again then.
 */
int keeper_start(struct keeper *keeper, struct cgroup *cgroup, int pause,
		 struct err *err) must_check;

/**
 * Lets go. With `wait` the cgroup is empty, nothing comes back into it, and it is gone when this returns; -EBUSY: it could not be removed. Without, the
 * keeper waits on its own.
 */
int keeper_release(struct keeper *keeper, bool wait, struct err *err) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How each cgroup below one gets a slot of its own, of a session of each cgroup (session_each.h), and none is missed: those that are made
 * from some moment on by the programs, and those that were made before by walking through them.
 */
#pragma once

#include "record/session_each.h"
#include "target/cgroup_tree.h"

/* Cgroups that there can be room for: the none slot is nobody's, and PATH has one. */
#define EACH_START_MOST (EACH_SLOTS_MAX - 3)

/*
 * Room for news, in bytes: first calls of some thousand new cgroups, which nobody takes while one file is written, and with `start`
 * nobody ever takes.
 */
#define EACH_START_RING (4 << 20)

struct each_start {
	struct session *session; /* borrowed */
	__u32 next, end;         /* slots that are nobody's, for those that are there */
	__u32 flags;             /* enum slot_flags of these */
	__u32 newborn_flags;     /* and of others */
};

/** Opens PATH. -EXDEV: it is one of cgroups v1. */
int each_start_open(const char *path, struct cgroup *top, struct err *err) must_check;

/** How many slots it takes (struct session_options.each): for those that are there, and more that may come; `wanted` cgroups, if it is not 0 and enough. */
__u32 each_start_slots(const struct cgroup *top, uint64_t wanted);

/** Before the programs follow cgroups: whatever is made below `top` from then on has a slot. */
void each_start_prepare(struct each_start *start, struct session *session, const struct cgroup *top,
			bool count_moved);

/** When the programs follow cgroups: whatever was made before has one, too, if there is room. Who is inside is found by session__inventory(). */
int each_start_walk(struct each_start *start, const struct cgroup *top, struct err *err) must_check;

/** Whoever comes from here on is in set-up. */
void each_start_arm(struct each_start *start);

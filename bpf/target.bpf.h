/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Is this cgroup a target, and of which slot? An open-addressed table of cgroup v2 ids: one load and one
 * compare for a target in its own place and for nearly every outsider, the same for one target and for ten
 * thousand. A hash map costs ten times as much (110 instructions or more).
 *
 * Two writers: user space, through mmap, and the programs. Both claim a place by compare-and-swap of its id, see
 * struct target. user/record/targets.c is the other writer: hash, probe length and order of stores are the same there.
 */
#ifndef WHITTLE_TARGET_BPF_H
#define WHITTLE_TARGET_BPF_H

#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>

/* The cgroup that whittle gave an engine as the parent of its containers; 0: there is none. User space writes. */
__u64 engine_parent;

struct target targets[TARGETS_LEN];

/* cold: the rows of an id that was displaced from its own place; 0 if it is no target */
static __noinline __u32 target_probe(__u64 id)
{
	__u32 place = target_hash(id);

	for (int i = 0; i < TARGETS_PROBES; i++) {
		struct target *t = &targets[bounded(place + i, TARGETS_LEN)];

		if (t->id == id)
			return t->rows;
		if (!t->displaced)
			return 0;
	}
	return 0;
}

/* The slot that rows are of: SLOT_NONE for 0. */
static __always_inline __u32 slot_of_rows(__u32 rows)
{
	return rows / cfg_cpus;
}

/* Where it is, if nobody was in the way. */
static __always_inline struct target *target_place(__u64 id)
{
	return &targets[target_hash(id)];
}

/* The first row of cgroup `id`, 0 if it is no target. */
static __always_inline __u32 target_rows(__u64 id)
{
	struct target *t = target_place(id);

	if (t->id == id)
		return t->rows;
	if (!t->displaced)
		return 0;
	return target_probe(id);
}

/* The slot of cgroup `id`, SLOT_NONE if it is no target. */
static __always_inline __u32 target_slot(__u64 id)
{
	return slot_of_rows(target_rows(id));
}

/* TARGET_FREE or TARGET_REMOVED, in one branch: the verifier follows each, TARGETS_PROBES times. */
static __always_inline bool target_is_vacant(__u64 id)
{
	return id + 1 <= 1;
}

/* Makes cgroup `id` a target of `slot`. */
static __noinline void target_add(__u64 id, __u32 slot)
{
	__u32 place = target_hash(id);

	for (int i = 0; i < TARGETS_PROBES; i++) {
		struct target *t = &targets[bounded(place + i, TARGETS_LEN)];
		__u64 old = t->id;

		if (old == id)
			return; /* user space found the new directory first */
		if (target_is_vacant(old) && compare_exchange(&t->id, old, id) == old) {
			t->rows = slot * cfg_cpus;
			return;
		}
		t->displaced = 1;
	}
	atomic_add(&slot_of(slot)->lost_cgroups, 1);
}

/* Cgroup `id` of `slot` is gone: its place may be taken. */
static __noinline void target_remove(__u64 id, __u32 slot)
{
	__u32 place = target_hash(id), rows = slot * cfg_cpus;

	for (int i = 0; i < TARGETS_PROBES; i++) {
		struct target *t = &targets[bounded(place + i, TARGETS_LEN)];

		if (t->id != id)
			continue;
#ifdef LINUX_5_10 /* what user space does in between is left to chance: nobody else removes, the kernel holds a lock */
		if (t->rows != rows)
			return;
		t->rows = 0;
#else /* user space may be as fast */
		if (compare_exchange(&t->rows, rows, 0) != rows)
			return;
#endif
		t->id = TARGET_REMOVED;
		return;
	}
}

/* The id of a task's cgroup in the hierarchy of this session, through any pointer. */
static __always_inline __u64 cgroup_id_read(struct task_struct *task)
{
	struct css_set *cgroups = BPF_CORE_READ(task, cgroups);
	struct cgroup_subsys_state *state = NULL;
	void *states;

	if (!cfg_hierarchy)
		return BPF_CORE_READ(cgroups, dfl_cgrp, kn, id);
	states = (void *)cgroups + bpf_core_field_offset(cgroups->subsys);
	bpf_probe_read_kernel(&state, sizeof(state), states + cfg_controller * sizeof(state));
	return BPF_CORE_READ(state, cgroup, kn, id);
}

/*
 * Is a new cgroup that of Podman's monitor, conmon? It lies beside its container's: "conmon", or with systemd
 * "libpod-conmon-ID.scope". Only there: a container may run containers itself, and what watches these is workload.
 */
static __noinline bool target_is_monitor(__u64 parent, const char *text)
{
	union {
		char text[16];
		__u64 words[2];
	} name = {0}, plain = {.text = "conmon"}, scope = {.text = "libpod-conmon-"};

	if (!engine_parent || parent != engine_parent)
		return false;
	/* cut off where the id begins */
	bpf_probe_read_kernel_str(name.text, sizeof("libpod-conmon-"), text);
	return (name.words[0] == plain.words[0] && name.words[1] == plain.words[1]) ||
	       (name.words[0] == scope.words[0] && name.words[1] == scope.words[1]);
}

#endif

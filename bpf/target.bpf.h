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

struct target targets[TARGETS_LEN];

/* cold: the place of an id that was displaced from its own */
static __noinline __u32 target_probe(__u64 id)
{
	__u32 place = target_hash(id);

	for (int i = 0; i < TARGETS_PROBES; i++) {
		struct target *t = &targets[bounded(place + i, TARGETS_LEN)];

		if (t->id == id)
			return t->slot;
		if (!t->displaced)
			return SLOT_NONE;
	}
	return SLOT_NONE;
}

/* The slot of cgroup `id`, SLOT_NONE if it is no target. */
static __always_inline __u32 target_slot(__u64 id)
{
	struct target *t = &targets[target_hash(id)];

	if (t->id == id)
		return t->slot;
	if (!t->displaced)
		return SLOT_NONE;
	return target_probe(id);
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
		if (target_is_vacant(old) && __sync_val_compare_and_swap(&t->id, old, id) == old) {
			t->slot = slot;
			return;
		}
		t->displaced = 1;
	}
	__sync_fetch_and_add(&slot_of(slot)->lost_cgroups, 1);
}

/* Cgroup `id` of `slot` is gone: its place may be taken. */
static __noinline void target_remove(__u64 id, __u32 slot)
{
	__u32 place = target_hash(id);

	for (int i = 0; i < TARGETS_PROBES; i++) {
		struct target *t = &targets[bounded(place + i, TARGETS_LEN)];

		if (t->id != id)
			continue;
		if (__sync_val_compare_and_swap(&t->slot, slot, SLOT_NONE) == slot)
			t->id = TARGET_REMOVED;
		return;
	}
}

#endif

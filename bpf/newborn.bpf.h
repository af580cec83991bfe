/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Cgroups that are made outside of all targets, while user space waits for one that does not exist yet: each gets a vacant slot
 * before any task can enter it, and user space is told. It keeps the one that it waits for and gives the slots of the
 * others back.
 */
#ifndef WHITTLE_NEWBORN_BPF_H
#define WHITTLE_NEWBORN_BPF_H

#include "target.bpf.h"
#include <bpf/bpf_core_read.h>

/* slot -> 1: a newborn cgroup may have it. Both worlds write. */
__u32 vacant[SLOTS_MAX];
/* Is anybody waiting? User space writes. */
__u32 newborns_welcome;
/*
 * Only names of so many bytes at least are looked at, NEWBORN_NAME_MAX at most: where containers are waited for, those that have room for an id.
 * Others would take the slots while engines are asked. User space writes.
 */
__u32 newborns_name_min;
/* Newborn cgroups that found no vacant slot. */
__u64 newborns_missed;

/* SLOT_NONE: there is none. */
static __always_inline __u32 newborn_take_slot(void)
{
	for (__u32 slot = 1; slot < SLOTS_MAX; slot++)
		if (compare_exchange(&vacant[slot], 1, 0) == 1)
			return slot;
	return SLOT_NONE;
}

static __noinline void newborn_add(__u64 id, const char *name, __u32 parent_slot, __u64 parent)
{
	char text[NEWBORN_NAME_MAX + 1];
	struct ev_born *ev;
	__u32 slot;

	/* the length that it returns is with the NUL */
	if (newborns_name_min &&
	    bpf_probe_read_kernel_str(text, sizeof(text), name) <= (long)newborns_name_min) {
		/* inside of what is looked at already it is a part of that */
		if (parent_slot == SLOT_NONE)
			return;
		target_add(id, parent_slot);
		/* dismissed meanwhile */
		if (target_slot(parent) != parent_slot)
			target_remove(id, parent_slot);
		return;
	}
	slot = newborn_take_slot();
	if (slot == SLOT_NONE) {
		atomic_add(&newborns_missed, 1);
		return;
	}
	ev = bpf_ringbuf_reserve(&ring, sizeof(*ev), 0);
	if (!ev) {
		atomic_add(&newborns_missed, 1);
		vacant[bounded(slot, SLOTS_MAX)] = 1;
		return;
	}
	target_add(id, slot);
	ev->kind = EV_BORN;
	ev->slot = slot;
	ev->parent_slot = parent_slot;
	ev->pad = 0;
	ev->id = id;
	if (bpf_probe_read_kernel_str(ev->name, sizeof(ev->name), name) < 0)
		ev->name[0] = 0;
	bpf_ringbuf_submit(ev, 0);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Targets that are made anew: a service that is restarted, a container that is started again. A cgroup of the same path, or of the same name below the
 * same parent, joins the slot before any task can enter it, so that its first instruction is recorded, though no process of
 * whittle's may be there to see it. Names are exact: patterns are for user space.
 */
#ifndef WHITTLE_FOLLOW_BPF_H
#define WHITTLE_FOLLOW_BPF_H

#include "target.bpf.h"
#include <bpf/bpf_core_read.h>

/* Is there anybody to follow? Set at load. */
const volatile bool cfg_follow = false;

/* User space writes, `slot` last. */
struct follow follows[FOLLOWS_MAX];

static __always_inline bool follow_is(const struct follow *follow, const struct follow_name *name)
{
	for (int i = 0; i < FOLLOW_WORDS; i++)
		if (follow->name.words[i] != name->words[i])
			return false;
	return true;
}

/* The slot that a new cgroup of this name or path belongs to, SLOT_NONE if it is nobody's. `parent` 0: wherever it lies. */
static __noinline __u32 follow_slot(__u64 parent, const char *text)
{
	struct follow_name name = {0};
	__u32 found = FOLLOWS_MAX;
	__u64 hash;

	if (bpf_probe_read_kernel_str(name.text, sizeof(name.text), text) < 0)
		return SLOT_NONE;
	hash = follow_hash(&name);
	/* the name itself is compared once, behind the loop: the verifier walks through each turn */
	for (__u32 i = 0; i < FOLLOW_PROBES; i++) {
		__u32 place = follow_place(parent, hash, i);
		struct follow *f = &follows[bounded(place, FOLLOWS_MAX)];

		if (f->parent == parent && f->hash == hash && f->slot) {
			found = place;
			break;
		}
	}
	if (found == FOLLOWS_MAX || !follow_is(&follows[bounded(found, FOLLOWS_MAX)], &name))
		return SLOT_NONE;
	return follows[bounded(found, FOLLOWS_MAX)].slot;
}

#endif

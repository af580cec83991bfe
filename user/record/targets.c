// SPDX-License-Identifier: BSD-2-Clause
#include "record/targets.h"

enum targets_result targets_add(struct target *table, uint64_t id, __u32 slot)
{
	__u32 place = target_hash(id);

	for (__u32 i = 0; i < TARGETS_PROBES; i++) {
		struct target *t = &table[(place + i) & (TARGETS_LEN - 1)];
		__u64 old = __sync_val_compare_and_swap(&t->id, 0, id);

		if (old == id)
			return TARGETS_PRESENT;
		if (old == 0) {
			__atomic_store_n(&t->slot, slot, __ATOMIC_RELEASE);
			return TARGETS_ADDED;
		}
		__atomic_store_n(&t->displaced, 1, __ATOMIC_RELEASE);
	}
	return TARGETS_FULL;
}

__u32 targets_slot(const struct target *table, uint64_t id)
{
	__u32 place = target_hash(id);

	for (__u32 i = 0; i < TARGETS_PROBES; i++) {
		const struct target *t = &table[(place + i) & (TARGETS_LEN - 1)];

		if (t->id == id)
			return t->slot;
		if (!t->displaced)
			break;
	}
	return SLOT_NONE;
}

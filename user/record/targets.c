// SPDX-License-Identifier: BSD-2-Clause
#include "record/targets.h"

#include <stddef.h>

enum targets_result targets_add(struct target *table, uint64_t id, __u32 rows)
{
	__u32 place = target_hash(id);

	if (id == TARGET_FREE || id == TARGET_REMOVED)
		return TARGETS_FULL; /* no cgroup has it */
	for (__u32 i = 0; i < TARGETS_PROBES; i++) {
		struct target *t = &table[(place + i) & (TARGETS_LEN - 1)];
		__u64 old = __atomic_load_n(&t->id, __ATOMIC_RELAXED);

		if ((old == TARGET_FREE || old == TARGET_REMOVED) &&
		    __atomic_compare_exchange_n(&t->id, &old, id, false, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST)) {
			__atomic_store_n(&t->rows, rows, __ATOMIC_RELEASE);
			return TARGETS_ADDED;
		}
		if (old == id)
			return TARGETS_PRESENT;
		__atomic_store_n(&t->displaced, 1, __ATOMIC_RELEASE);
	}
	return TARGETS_FULL;
}

/* The place of a target, NULL if it is none. */
static struct target *find(struct target *table, uint64_t id)
{
	__u32 place = target_hash(id);

	for (__u32 i = 0; i < TARGETS_PROBES && id != TARGET_FREE && id != TARGET_REMOVED; i++) {
		struct target *t = &table[(place + i) & (TARGETS_LEN - 1)];

		if (t->id == id)
			return t;
		if (!t->displaced)
			break;
	}
	return NULL;
}

bool targets_move(struct target *table, uint64_t id, __u32 rows)
{
	struct target *t = find(table, id);

	if (t)
		__atomic_store_n(&t->rows, rows, __ATOMIC_RELEASE);
	return t != NULL;
}

/* The programs may remove it now, and somebody else take its place. */
static void remove_target(struct target *t, __u32 rows)
{
	if (rows && __atomic_compare_exchange_n(&t->rows, &rows, 0, false, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST))
		__atomic_store_n(&t->id, TARGET_REMOVED, __ATOMIC_RELEASE);
}

void targets_remove(struct target *table, uint64_t id)
{
	struct target *t = find(table, id);

	if (t)
		remove_target(t, __atomic_load_n(&t->rows, __ATOMIC_ACQUIRE));
}

void targets_remove_slot(struct target *table, __u32 rows)
{
	for (__u32 i = 0; i < TARGETS_LEN; i++)
		if (table[i].rows == rows)
			remove_target(&table[i], rows);
}

bool targets_any(const struct target *table, __u32 rows)
{
	for (__u32 i = 0; i < TARGETS_LEN; i++)
		if (table[i].rows == rows)
			return true;
	return false;
}

__u32 targets_rows(const struct target *table, uint64_t id)
{
	const struct target *t = find((struct target *)table, id);

	return t ? t->rows : 0;
}

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Rows that CPUs share, where one for each CPU would take too much memory: in a session of each cgroup, and in a resident one of a machine with
 * many CPUs. They have counters of native calls; all other calls are counted in `apart`. Atomic, and so each costs twice as much as that of a CPU's own row
 * as soon as two CPUs count in one without a pause; which processes are workload is known to each CPU by itself.
 */
#ifndef WHITTLE_SHARED_BPF_H
#define WHITTLE_SHARED_BPF_H

#include "args.bpf.h"
#include "maps.bpf.h"

/* Rows a slot has, a power of two: CPUs share them. */
const volatile __u32 cfg_shared_rows = 1;
/* Is it kept when calls were first made? Where nobody takes the news, that is: a resident session. */
const volatile bool cfg_shared_times = false;

/* slot x rows -> calls of workload. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set at load: slots x rows */
	__type(key, __u32);
	__type(value, struct shared_row);
} shared_rows SEC(".maps");

/* CPU -> processes that are workload. Only the programs use it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* set at load: CPUs */
	__type(key, __u32);
	__type(value, struct shared_known);
} shared_known SEC(".maps");

static __always_inline struct shared_row *shared_row_of(__u32 slot, __u32 cpu)
{
	__u32 key = slot * cfg_shared_rows + (cpu & (cfg_shared_rows - 1));

	return bpf_map_lookup_elem(&shared_rows, &key);
}

/* Is this process of workload, on this CPU? `group` is what count_group() says of it. */
static __always_inline bool shared_is_known(__u32 slot, __u32 cpu, __u32 tgid, __u64 group)
{
	__u32 place = bounded(tgid, SHARED_KNOWN_LEN);
	struct shared_known *known = bpf_map_lookup_elem(&shared_known, &cpu);

	return known && known->groups[place].group == group && known->groups[place].slot == slot;
}

static __always_inline void shared_know(__u32 slot, __u32 tgid, __u64 group)
{
	__u32 cpu = bpf_get_smp_processor_id(), place = bounded(tgid, SHARED_KNOWN_LEN);
	struct shared_known *known = bpf_map_lookup_elem(&shared_known, &cpu);

	if (known) {
		known->groups[place].group = group;
		known->groups[place].slot = slot;
	}
}

/* In `first_seen`, of which a slot has SHARED_ROW_LEN here; false: it was there. */
static __always_inline bool shared_note_time(__u32 slot, __u32 row)
{
	__u32 key = slot * SHARED_ROW_LEN + bounded(row, SHARED_ROW_LEN);
	__u64 *first = bpf_map_lookup_elem(&first_seen, &key);

	if (!first || *first)
		return false;
	*first = bpf_ktime_get_ns();
	return true;
}

/* Counts a native call of workload; true if it is the first, of its row or of its slot. */
static __always_inline bool shared_count_row(__u32 slot, __u32 row)
{
	struct shared_row *counters = shared_row_of(slot, bpf_get_smp_processor_id());
	__u64 *calls;

	if (!counters) {
		atomic_add(&slot_of(slot)->lost_calls, 1);
		return false;
	}
	calls = &counters->calls[bounded(row, SHARED_ROW_LEN)];
	if (cfg_args && !*calls && cfg_arg_rows[bounded(row, ROW_LEN)])
		__sync_fetch_and_or(calls, COUNT_ARGS);
	if (__sync_fetch_and_add(calls, 1) & ~COUNT_ARGS)
		return false;
	return !cfg_shared_times || shared_note_time(slot, row);
}

#endif

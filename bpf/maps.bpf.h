/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The state that programs and user space share: for each map its key, value, writer, reader, and why it
 * has its size. User space reads them through mmap while it records, never through bpf(2): a map call
 * raises bpf_prog_active, and preempted there it blinds perf-layer programs of that CPU.
 */
#ifndef WHITTLE_MAPS_BPF_H
#define WHITTLE_MAPS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "atomic.bpf.h"
#include "event.h"

#ifndef NULL
#define NULL ((void *)0)
#endif

/* newer libbpf has these */
#ifndef likely
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

/*
 * A function that is not static, and takes and returns numbers alone: the verifier looks at it once in each program, not once for each state
 * in which it may be called.
 */
#define verified_once __attribute__((noinline))

/*
 * x modulo a power of two, where the verifier sees it: the compiler drops a mask that it can prove useless, and older
 * verifiers forget bounds that were proved before an "or".
 */
#define bounded(x, len)                                                                            \
	({                                                                                         \
		__u64 x_ = (x);                                                                    \
                                                                                                   \
		asm volatile("%0 &= %1" : "+r"(x_) : "i"((len)-1));                                \
		x_;                                                                                \
	})

/* Slots in use, the none slot included; the arrays below are sized with it at load. */
const volatile __u32 cfg_slots = 2;
/* Possible CPUs: rows in `counts` that a slot has. */
const volatile __u32 cfg_cpus = 1;
/* The kernel's number of the hierarchy that all cgroups here are of: 0 is v2. Of one of v1 the index of a controller as well. */
const volatile __u32 cfg_hierarchy = 0;
const volatile __u32 cfg_controller = 0;
/* Are cgroups that are made outside of all targets looked at? See newborn.bpf.h. */
const volatile bool cfg_newborns = false;
/* Is user space told of cgroups that are removed? Nobody takes the news of a resident session off the ring. */
const volatile bool cfg_tell_gone = true;
/* Of a task's stack in the kernel; for tracer_5_10.bpf.o. */
const volatile __u32 cfg_stack_bytes = 16384;
/* The kernel's numbers of perf events; set where the programs there are used. */
const volatile __u32 cfg_events[PERF_EVENTS] = {0};
/* The process that whittle has forked for its own ends, as whittle's pid namespace numbers it; 0: there is none. */
const volatile __u32 cfg_helper = 0;
/* slot number -> its state. Both worlds write: see struct slot. */
struct slot slots[SLOTS_MAX];

/* User space writes them, each time that a recording begins: they may have been upgraded since the last one. */
struct launcher launchers[LAUNCHERS_MAX];

/* Is it a session of each cgroup? See each.bpf.h. */
const volatile bool cfg_each = false;
/* Do CPUs share rows? See shared.bpf.h. */
const volatile bool cfg_shared = false;
#ifdef LINUX_5_10
#define cfg_each   false
#define cfg_shared false /* they never do: such counters must tell what was there */
#endif

/* slot -> its state, in such a session. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set at load: slots */
	__type(key, __u32);
	__type(value, struct slot);
} each_slots SEC(".maps");

/* Of any other session: for hot paths that this one has not. */
static __always_inline struct slot *slot_plain(__u32 slot)
{
	return &slots[bounded(slot, SLOTS_MAX)];
}

static __always_inline struct slot *slot_of(__u32 slot)
{
	struct slot *each = cfg_each ? bpf_map_lookup_elem(&each_slots, &slot) : NULL;

	return each ? each : slot_plain(slot);
}

/*
 * (slot, cpu) -> calls. The truth that profiles are made of. One row a CPU, because counters that
 * CPUs share cost twice the whole program: of a row that two CPUs count in without a pause, 246 ns a run instead of 112, and 75 to 90 here. Written by
 * sys_enter, read through mmap. 16 KiB a CPU and slot: of a resident session, which has SLOTS_MAX, 2 MiB with 2 CPUs. Where it would be more
 * than 16 MiB there are those of shared.bpf.h instead.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set at load: slots x cpus, unless they are few */
	__type(key, __u32);
	__type(value, struct count_row);
} counts SEC(".maps");

/* The same, where there are at most FEW_ROWS of them: without the lookup, which is a quarter of the hot path. */
struct count_row few_rows[FEW_ROWS] __attribute__((aligned(4096)));
const volatile bool cfg_few_rows = false;

/*
 * (slot, row) -> time of the first call, 0 if none. Two CPUs may both find 0 and both announce the call:
 * user space keeps the earlier one. Where CPUs share rows, a slot has SHARED_ROW_LEN of them, if they are kept.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, ROW_LEN); /* set at load: slots x that */
	__type(key, __u32);
	__type(value, __u64);
} first_seen SEC(".maps");

/* Keys that a slot may have in `apart`, and those that it has: nobody who calls what numbers there are takes the room of others. */
const volatile __u32 cfg_apart_quota = APART_LEN;
__u32 apart_len[SLOTS_MAX];

/*
 * Calls that have no counter in a row, see struct apart_key. Small: a container start leaves some 30 entries,
 * each image of a provisional group some 80. What finds no room is counted in slot.lost_calls.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, APART_LEN); /* set at load, where slots share it */
	__type(key, struct apart_key);
	__type(value, struct apart_calls);
} apart SEC(".maps");

/*
 * The news: struct ev_*. Never the truth: a full ring costs who was first, not the call. Its size is set at load.
 */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} ring SEC(".maps");

/*
 * (cpu, slot, row) -> time and errors, for --stats; one entry where that is off. A row a CPU, like counts.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct timing);
} timings SEC(".maps");

/* slot -> what is recorded there (in a session of each cgroup: in all). Only of a resident session, and only for user space: programs do not know it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set at load: session__entries() */
	__type(key, __u32);
	__type(value, struct entry);
} entries SEC(".maps");

/* Records that were on the ring. As above: of a resident session, and for user space. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set at load: as many as the ring has room for */
	__type(key, __u32);
	__type(value, struct kept_record);
} kept SEC(".maps");

/*
 * The same of what is counted in `apart`, whose key and size it has: of provisional calls nobody knows yet whose time theirs is.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, APART_LEN);
	__type(key, struct apart_key);
	__type(value, struct timing);
} timings_apart SEC(".maps");

/* The call that a thread is in, for --stats. */
struct entered {
	__u64 time; /* 0: it is in none, or in one of set-up */
	__u32 row;  /* ROW_OUTSIDE: it is counted apart */
	__u32 pad;
	struct apart_key key;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct entered);
} entered SEC(".maps");

#endif

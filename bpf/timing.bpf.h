/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Time and errors of each call, for --stats: wall time from enter to exit, as `strace -c -w` gives it. Programs
 * of their own, so that the hot path of a recording without statistics knows nothing of it.
 */
#ifndef WHITTLE_TIMING_BPF_H
#define WHITTLE_TIMING_BPF_H

#include "count.bpf.h"

#define MAX_ERRNO 4095

/* Do the programs that count calls take the time, too? Where the kernel may skip programs: from 7.2 on. */
const volatile bool cfg_timing = false;

/* The class that the call was counted in, just before, and its image; negative: it was not, or as the runtime's. */
static __always_inline int timing_class(struct task_struct *task, __u32 *image)
{
	__u32 tgid = task->tgid;
	struct group *group = bpf_map_lookup_elem(&groups, &tgid);

	if (tgid == self)
		return -1;
	if (!group || group_is_workload(group))
		return CLASS_WORKLOAD;
	if (group->state == GROUP_SETUP || group->state == GROUP_GONE)
		return -1;
	*image = group->image;
	return group_filters(task) > group->filters ? CLASS_PROVISIONAL_FILTERED :
						      CLASS_PROVISIONAL;
}

static __always_inline void timing_begin(struct task_struct *task, __u32 slot, __s64 nr,
					 struct pt_regs *regs)
{
	struct entered *in =
		bpf_task_storage_get(&entered, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	__u32 image = 0;
	struct call call;
	int class;

	if (!in)
		return;
	in->time = 0;
	class = timing_class(task, &image);
	if (class < 0)
		return;
	abi_decode(&call, nr, task_is_compat(task), regs);
	in->row = class == CLASS_WORKLOAD ? call.row : ROW_OUTSIDE;
	in->key = (struct apart_key){
		.slot = slot,
		.nr = call.nr,
		.sub = call.sub,
		.abi = call.abi,
		.call_class = class,
		.image = image,
	};
	in->time = bpf_ktime_get_ns();
}

/* What is not in `timings` lies where other CPUs add to it, too. */
static __noinline void timing_add_apart(struct entered *in, __u64 ns, bool error)
{
	struct apart_key key = in->key;
	struct timing none = {0};
	struct timing *timing = bpf_map_lookup_elem(&timings_apart, &key);

	if (!timing) {
		bpf_map_update_elem(&timings_apart, &key, &none, BPF_NOEXIST);
		timing = bpf_map_lookup_elem(&timings_apart, &key);
	}
	if (!timing) /* then there was no room to count it either */
		return;
	atomic_add(&timing->ns, ns);
	atomic_add(&timing->errors, error);
}

static __always_inline void timing_end(struct task_struct *task, long ret)
{
	struct entered *in = bpf_task_storage_get(&entered, task, 0, 0);
	bool error = ret < 0 && ret >= -MAX_ERRNO;
	struct timing *timing;
	__u64 ns;
	__u32 key;

	if (!in || !in->time)
		return;
	ns = bpf_ktime_get_ns() - in->time;
	in->time = 0;
	if (in->row == ROW_OUTSIDE) {
		timing_add_apart(in, ns, error);
		return;
	}
	key = (bpf_get_smp_processor_id() * cfg_slots + in->key.slot) * ROW_LEN + in->row;
	timing = bpf_map_lookup_elem(&timings, &key);
	if (timing) {
		timing->ns += ns;
		timing->errors += error;
	}
}

#endif

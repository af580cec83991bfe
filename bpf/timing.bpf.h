/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Time and errors of each call, for --stats: wall time from enter to exit, as `strace -c -w` gives it. Programs
 * of their own, so that the hot path of a recording without statistics knows nothing of it.
 */
#ifndef WHITTLE_TIMING_BPF_H
#define WHITTLE_TIMING_BPF_H

#include "count.bpf.h"

#define MAX_ERRNO 4095

static __always_inline void timing_begin(struct task_struct *task, __u32 slot, __s64 nr,
					 struct pt_regs *regs)
{
	struct entered *in =
		bpf_task_storage_get(&entered, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	__u32 tgid = task->tgid;
	struct group *group;

	if (!in)
		return;
	in->row = abi_row(nr, task_is_compat(task), regs);
	in->slot = slot;
	in->time = bpf_ktime_get_ns();
	/* provisional calls are timed, for most turn out to be workload */
	group = bpf_map_lookup_elem(&groups, &tgid);
	if (group && group->state == GROUP_SETUP)
		in->row = ROW_OUTSIDE;
}

static __always_inline void timing_end(struct task_struct *task, long ret)
{
	struct entered *in = bpf_task_storage_get(&entered, task, 0, 0);
	struct timing *timing;
	__u32 key;

	if (!in || !in->time)
		return;
	key = (bpf_get_smp_processor_id() * cfg_slots + in->slot) * ROW_LEN + in->row;
	timing = bpf_map_lookup_elem(&timings, &key);
	if (timing) {
		timing->ns += bpf_ktime_get_ns() - in->time;
		timing->errors += ret < 0 && ret >= -MAX_ERRNO;
	}
	in->time = 0;
}

#endif

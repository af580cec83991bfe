/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What was inside before recording began. Processes are workload, except known launchers: a created but not
 * yet started container waits in one. The call that a thread is blocked in fires no enter any more: it is read
 * from the thread's saved registers. (/proc/PID/syscall shows the same, without the ABI.)
 */
#ifndef WHITTLE_INVENTORY_BPF_H
#define WHITTLE_INVENTORY_BPF_H

#include "count.bpf.h"

#define PF_KTHREAD 0x00200000

static __always_inline void inventory_group(struct task_struct *task, __u32 slot)
{
	struct file_id exe = image_of_task(task);
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct group *group;

	if (bpf_map_lookup_elem(&groups, &tgid))
		return;
	if (!image_is_known(&exe)) {
		group_of(task, slot); /* not armed yet: it becomes workload */
		return;
	}
	group = group_enter_setup(task, slot);
	if (group)
		group->filters = 0; /* it may have loaded its filter already */
}

static __always_inline void inventory_call(struct task_struct *task, __u32 slot)
{
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	struct apart_key key = {.slot = slot, .call_class = CLASS_IN_FLIGHT};
	__s64 nr = abi_blocked_in(regs);
	struct call call;

	if (nr < 0)
		return;
	abi_decode(&call, nr, task_is_compat_core(task), regs);
	key.nr = call.nr;
	key.sub = call.sub;
	key.abi = call.abi;
	count_apart(&key);
}

static __always_inline void inventory_task(struct task_struct *task, __u32 slot)
{
	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return;
	inventory_group(task, slot);
	/*
	 * A thread on a CPU is in user space, where its saved registers are those of a call that is over, or
	 * about to return there: whatever it calls next fires an enter.
	 */
	if (!BPF_CORE_READ(task, on_cpu))
		inventory_call(task, slot);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What was inside before recording began. Processes are workload, except known launchers: a created but not
 * yet started container waits in one. The call that a thread is in fires no enter any more: it is read
 * from the thread's saved registers. (/proc/PID/syscall shows the same, without the ABI, and nothing for a thread on a CPU.)
 */
#ifndef WHITTLE_INVENTORY_BPF_H
#define WHITTLE_INVENTORY_BPF_H

#include "count.bpf.h"

#define PF_KTHREAD 0x00200000

/* What a task has entered the kernel with. */
#ifdef LINUX_5_10 /* the helper came with 5.15: on top of its stack */
#define task_regs(task)                                                                            \
	((struct pt_regs *)((void *)BPF_CORE_READ(task, stack) + cfg_stack_bytes -                 \
			    bpf_core_type_size(struct pt_regs)))
#else
#define task_regs(task) ((struct pt_regs *)bpf_task_pt_regs(task))
#endif

/* Is the task's group workload? */
static __always_inline bool inventory_group(struct task_struct *task, __u32 slot)
{
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct file_id exe = image_of_file(file);
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct group *group = bpf_map_lookup_elem(&groups, &tgid);
	bool known = group && (group->slot == slot || group_is_apart(task));

	/* if it is known, then as one in another recording's target, and it is in none any more, or in this one's by now */
	if (!known && image_is_launcher(exe.ino, exe.dev, (__u64)file) &&
	    (!group || group_forget(group))) {
		group = group_put(task, slot, GROUP_SETUP, group, PUT_TOLD);
		if (group)
			group->filters = 0; /* it may have loaded its filter already */
	} else {
		group = group_of(task, slot, false); /* not armed yet: it becomes workload */
	}
	/* it has ended by now, maybe before that was stored; its number will be another's */
	if (!BPF_CORE_READ(task, signal, live.counter)) {
		group_exit(tgid);
		return false;
	}
	return !group || group_is_workload(group);
}

/* A call of just before is the workload's as well: better that than one that is missing. */
static __always_inline void inventory_call(struct task_struct *task, __u32 slot)
{
	struct pt_regs *regs = task_regs(task);
	struct apart_key key = {.slot = slot, .call_class = CLASS_IN_FLIGHT};
	__s64 nr = abi_in_call(regs);
	struct call call;

	if (nr < 0)
		return;
	abi_decode(&call, nr, task_is_compat_core(task), regs);
	key.nr = call.nr;
	key.sub = call.sub;
	key.abi = call.abi;
	count_apart(&key);
	if (cfg_args)
		args_note(&key, call.row, regs);
}

static __always_inline bool inventory_is_ours(struct task_struct *task)
{
	return (__u32)BPF_CORE_READ(task, tgid) == self || group_is_helper(task);
}

/*
 * A process came to a cgroup of `slot`. If it is workload from there on, so is the call that its first thread is in; of the others nothing
 * is known.
 */
static __always_inline void inventory_joined(struct task_struct *task, __u32 slot)
{
	struct slot *s = slot_of(slot);

	if (s->armed && s->flags & SLOT_COUNT_MOVED && !inventory_is_ours(task) &&
	    task != (void *)bpf_get_current_task())
		inventory_call(task, slot);
}

static __always_inline void inventory_task(struct task_struct *task, __u32 slot)
{
	/* an armed slot is past its beginning: it shares a resident session with the one that is not */
	if (slot_of(slot)->armed)
		return;
	if (BPF_CORE_READ(task, flags) & (PF_KTHREAD | PF_EXITING) || inventory_is_ours(task))
		return;
	if (cfg_each)
		each_note_inside(slot);
	if (inventory_group(task, slot))
		inventory_call(task, slot);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * What was found of the task that called last on a CPU: whether its cgroup is a target, and which process it is. It calls again, most
 * of the time, and then no helper has to be called to find the current task: kernels do not inline that on x86, and where they
 * return safely (SRSO: AMD up to Zen 4) each call costs 11 ns, the first one 19; all else that a call of a target takes is 3. The number of the CPU
 * costs nothing, from 6.10 on.
 *
 * A task is known by the place of its registers, on top of its stack, which comes with the tracepoint. That place is another task's, or the task in
 * another cgroup, only after a fork or a move: the programs there void what is remembered on all CPUs, of a fork before the new task runs, of a move before
 * whoever asked for it is told that it is done (a task that others move while it runs calls from where it was until then). User space does when it
 * changes the table of targets. Programs on sys_enter must run to their end on their CPU; where they do not, this is not used.
 */
#ifndef WHITTLE_VERDICT_BPF_H
#define WHITTLE_VERDICT_BPF_H

#include "abi.bpf.h"
#include "target.bpf.h"

struct verdict verdicts[VERDICTS_MAX] __attribute__((aligned(4096)));

/* Both worlds add to it, to void what is remembered. */
__u64 verdicts_epoch;

static __always_inline void verdicts_void(void)
{
	atomic_add(&verdicts_epoch, 1);
}

static __always_inline bool verdict_holds(const struct verdict *verdict, __u64 regs)
{
	return verdict->regs == regs && verdict->epoch == verdicts_epoch;
}

/*
 * It is the current one, while the verdict holds. Objects for kernels that have no such function, which came with 6.2, do not look for it: libbpf
 * 1.1 takes it for an error that it may not look through modules (CAP_SYS_ADMIN), though nothing needs it.
 */
#if defined(__TARGET_ARCH_x86) && !defined(LINUX_5_10) && !defined(LINUX_6_1)
void *bpf_rdonly_cast(const void *object, __u32 type) __ksym __weak;

static __always_inline struct task_struct *verdict_task(const struct verdict *verdict)
{
	return bpf_rdonly_cast((void *)verdict->task, bpf_core_type_id_kernel(struct task_struct));
}
#else
#define verdict_task(verdict) bpf_get_current_task_btf()
#endif

#endif

// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * The programs: each only takes its context apart and says what happened; what follows from it is in the
 * headers. User space loads one of the sys_enter programs, by what the kernel offers (user/record/session_hooks.c).
 */
#include "count.bpf.h"
#include "denied.bpf.h"
#include "follow.bpf.h"
#include "inventory.bpf.h"
#include "newborn.bpf.h"
#include "timing.bpf.h"
#include "verdict.bpf.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * Plain loads, for the hot path. The others read through a helper: each typed pointer that a program loads lets the verifier
 * search the kernel's BTF from end to end, a millisecond or two of whittle's start.
 */
#define cgroup2_id_of(task) ((task)->cgroups->dfl_cgrp->kn->id)

/* The id of a task's cgroup in the hierarchy of this session, through a typed pointer. */
static __always_inline __u64 cgroup_id_of(struct task_struct *task)
{
	return cfg_hierarchy ? cgroup_id_read(task) : cgroup2_id_of(task);
}

/* All hierarchies fire the same tracepoints, and an id of one can equal that of another. */
#define is_ours(cgrp) ((__u32)BPF_CORE_READ(cgrp, root, hierarchy_id) == cfg_hierarchy)

/*
 * HOT PATH of most recordings where verdicts (below) are not used: those of few rows in cgroup v2, on kernels that hand out the current task as a BTF-typed pointer and have
 * its CPU in thread_info (5.16). No register is kept over a call, for whoever keeps one saves it first, and an outsider would pay for
 * it as well.
 */
static __always_inline int enter_few(__u64 *context, bool args)
{
	__u64 *volatile ctx = context;
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 id = cgroup2_id_of(task);
	struct target *target = target_place(id);
	__u32 rows;

	if (likely(target->id != id)) {
		if (likely(!target->displaced))
			return 0;
		rows = target_probe(id);
		if (!rows)
			return 0;
	} else {
		rows = target->rows;
		if (likely(count_few(task, rows, &ctx, args) >= 0))
			return 0;
	}
	return count_rest(rows, ctx);
}

SEC("tp_btf/sys_enter")
int sys_enter_few(__u64 *ctx)
{
	return enter_few(ctx, false);
}

/* The same where arguments are kept. */
SEC("tp_btf/sys_enter")
int sys_enter_few_args(__u64 *ctx)
{
	return enter_few(ctx, true);
}

#ifdef __TARGET_ARCH_x86
/* The current task is not the one that called last here, or it may be somewhere else by now. */
static __noinline __u32 verdict_find(struct verdict *verdict, __u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!verdict)
		return 0;
	/* before its cgroup is looked at: it may be moved in between */
	verdict->epoch = *(volatile __u64 *)&verdicts_epoch;
	verdict->rows = target_rows(cgroup2_id_of(task));
	verdict->row = verdict->rows + bpf_get_smp_processor_id();
	verdict->regs = ctx[0];
	verdict->task = (__u64)task;
	verdict->tgid = task->tgid;
	return verdict->rows;
}

static __always_inline struct verdict *verdict_here(void)
{
	struct verdict *verdict = &verdicts[bounded(bpf_get_smp_processor_id(), VERDICTS_MAX)];

	asm volatile("" : "+r"(verdict)); /* as in count_few() */
	return verdict;
}

/*
 * HOT PATH of most recordings, where the one above calls a helper for the current task, and needs not: on x86, from 6.10 on. No register is kept
 * over a call here, either.
 */
static __always_inline int enter_last_few(__u64 *context, bool args)
{
	__u64 *volatile ctx = context;
	struct verdict *verdict = verdict_here(), *volatile kept;
	struct count_row *row;
	__u32 rows;

	if (unlikely(!verdict_holds(verdict, ctx[0]))) {
		rows = verdict_find(verdict, ctx);
		return rows ? count_rest(rows, ctx) : 0;
	}
	if (likely(!verdict->rows))
		return 0;
	kept = verdict;
	if (unlikely(!task_is_plain(verdict_task(verdict))))
		return count_rest(kept->rows, ctx);
	verdict = kept;
	row = &few_rows[bounded(verdict->row, FEW_ROWS)];
	asm volatile("" : "+r"(row));
	if (likely(row->group == count_group(verdict->tgid, true) &&
		   count_known(row, verdict->rows, &ctx, args) >= 0))
		return 0;
	return count_rest(kept->rows, ctx);
}

SEC("tp_btf/sys_enter")
int sys_enter_last_few(__u64 *ctx)
{
	return enter_last_few(ctx, false);
}

SEC("tp_btf/sys_enter")
int sys_enter_last_few_args(__u64 *ctx)
{
	return enter_last_few(ctx, true);
}

/* The same for other recordings. */
SEC("tp_btf/sys_enter")
int sys_enter_last(__u64 *ctx)
{
	struct verdict *verdict = verdict_here();

	if (unlikely(!verdict_holds(verdict, ctx[0])))
		verdict_find(verdict, ctx);
	if (likely(!verdict->rows))
		return 0;
	return count_target(verdict->rows, verdict->tgid, ctx[1],
			    task_is_compat(verdict_task(verdict)), (void *)ctx[0], true, false);
}

/* ... and where CPUs share rows. */
SEC("tp_btf/sys_enter")
int sys_enter_last_shared(__u64 *ctx)
{
	struct verdict *verdict = verdict_here();

	if (unlikely(!verdict_holds(verdict, ctx[0])))
		verdict_find(verdict, ctx);
	if (likely(!verdict->rows))
		return 0;
	return count_shared(slot_of_rows(verdict->rows), verdict->tgid, ctx[1],
			    task_is_compat(verdict_task(verdict)), (void *)ctx[0]);
}
#endif

/* HOT PATH for other recordings of cgroup v2, where verdicts are not used, and from 5.15 on. */
SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long nr)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 rows = target_rows(cgroup2_id_of(task));

	if (likely(!rows))
		return 0;
	return count_target(rows, task->tgid, nr, task_is_compat(task), regs, true, false);
}

/* ... and where CPUs share rows. */
SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter_shared, struct pt_regs *regs, long nr)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 slot = target_slot(cgroup2_id_of(task));

	if (likely(slot == SLOT_NONE))
		return 0;
	return count_shared(slot, task->tgid, nr, task_is_compat(task), regs);
}

/* HOT PATH for the others. */
SEC("raw_tp/sys_enter")
int sys_enter_raw(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 id = cfg_hierarchy ? cgroup_id_read(task) : bpf_get_current_cgroup_id();
	__u32 rows = target_rows(id);

	if (likely(!rows))
		return 0;
	if (cfg_shared)
		return count_shared(slot_of_rows(rows), bpf_get_current_pid_tgid() >> 32, ctx[1],
				    task_is_compat_core(task), (void *)ctx[0]);
	return count_target(rows, bpf_get_current_pid_tgid() >> 32, ctx[1],
			    task_is_compat_core(task), (void *)ctx[0], false, false);
}

/*
 * The slot of the current task, if denied calls are looked for there: it has a filter, and has been since recording began or has come
 * in by what is followed; else SLOT_NONE.
 */
static __always_inline __u32 denied_slot(struct task_struct *task)
{
	__u32 slot;

	if (likely(task->seccomp.mode < SECCOMP_FILTER))
		return SLOT_NONE;
	slot = target_slot(cgroup_id_of(task));
	return slot != SLOT_NONE && slot_plain(slot)->armed ? slot : SLOT_NONE;
}

/* A call is over, wherever that was seen. */
static __always_inline int denied_leaving(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 slot = denied_slot(task);
	struct pt_regs *regs;

	if (likely(slot == SLOT_NONE))
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	return denied_left(task, slot, regs, abi_result(regs));
}

#ifndef WITHOUT_FENTRY /* for tests/live/verifier.sh: bpftool fails over programs that some kernels do not take */
/* What a filter decided is logged. Its arguments: syscall, signr, code. */
SEC("?fentry/audit_seccomp")
int denied_logged(__u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 slot = denied_slot(task);

	return slot == SLOT_NONE ? 0 : denied_log(task, slot, ctx[2]);
}
#endif

/* A directory made below a target joins it before any task can enter. */
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_mkdir, struct cgroup *cgrp, const char *path)
{
	__u64 parent;
	__u32 slot;

	if (!is_ours(cgrp))
		return 0;
	parent = BPF_CORE_READ(cgrp, self.parent, cgroup, kn, id);
	slot = target_slot(parent);
	if (cfg_each && slot != SLOT_NONE && slot_of(slot)->flags & SLOT_EACH) {
		each_add(BPF_CORE_READ(cgrp, kn, id), BPF_CORE_READ(cgrp, kn, name), slot);
		return 0;
	}
	if (cfg_follow && slot == SLOT_NONE) {
		slot = follow_slot(parent, BPF_CORE_READ(cgrp, kn, name));
		if (slot == SLOT_NONE)
			slot = follow_slot(0, BPF_CORE_READ(cgrp, kn, name));
		if (slot == SLOT_NONE)
			slot = follow_slot(0, path);
		if (slot != SLOT_NONE)
			atomic_add(&slot_of(slot)->remade, 1);
	}
	if (cfg_newborns && newborns_welcome &&
	    (slot == SLOT_NONE || slot_of(slot)->flags & SLOT_UNDECIDED))
		newborn_add(BPF_CORE_READ(cgrp, kn, id), BPF_CORE_READ(cgrp, kn, name), slot,
			    parent);
	else if (slot != SLOT_NONE && !target_is_monitor(parent, BPF_CORE_READ(cgrp, kn, name)))
		target_add(BPF_CORE_READ(cgrp, kn, id), slot);
	return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(cgroup_rmdir, struct cgroup *cgrp, const char *path)
{
	struct ev_gone *ev;
	__u32 slot;
	__u64 id;

	if (!is_ours(cgrp))
		return 0;
	id = BPF_CORE_READ(cgrp, kn, id);
	slot = target_slot(id);
	if (slot == SLOT_NONE)
		return 0;
	target_remove(id, slot);
	if (cfg_each)
		each_remove(id, slot);
	if (!cfg_tell_gone)
		return 0;
	/* only to wake user space: without room it is awake anyway */
	ev = bpf_ringbuf_reserve(&ring, sizeof(*ev), 0);
	if (ev) {
		*ev = (struct ev_gone){.kind = EV_GONE, .slot = slot};
		bpf_ringbuf_submit(ev, 0);
	}
	return 0;
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(cgroup_attach_task, struct cgroup *dst, const char *path, struct task_struct *task,
	     bool threadgroup)
{
	__u32 slot;

	if (!is_ours(dst))
		return 0;
	verdicts_void();
	slot = target_slot(BPF_CORE_READ(dst, kn, id));
	if (group_move(task, slot, threadgroup) && slot != SLOT_NONE)
		inventory_joined(task, slot);
	return 0;
}

static __always_inline int process_forked(struct task_struct *parent, struct task_struct *child)
{
	__u32 slot;

	if (child->pid != child->tgid)
		return 0; /* a thread */
	slot = target_slot(cgroup_id_read(child));
	if (slot != SLOT_NONE)
		group_fork(parent, child, slot, target_slot(cgroup_id_read(parent)));
	return 0;
}

/* `other`: it was not the first thread of its process that called, and which is the first now. */
static __always_inline int process_execed(struct task_struct *task, struct file *file, bool other)
{
	__u32 slot = target_slot(cgroup_id_read(task));
	__u32 image = 0;
	char comm[COMM_LEN] = {0};
	struct call call;
	int class;

	if (slot == SLOT_NONE)
		return 0;
	class = group_exec(task, slot, file, &call, comm, &image, other);
	if (class >= 0)
		count_exec(slot, &call, class, image, comm);
	return 0;
}

/* do_exit() has already taken this thread off signal->live. */
static __always_inline bool task_is_last(struct task_struct *task)
{
	return BPF_CORE_READ(task, signal, live.counter) == 0;
}

static __always_inline int task_exits(struct task_struct *task)
{
	if (task_is_last(task))
		group_exit(task->tgid);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(sched_process_fork, struct task_struct *parent, struct task_struct *child)
{
	verdicts_void();
	return process_forked(parent, child);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(sched_process_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	return process_execed(task, BPF_CORE_READ(bprm, file), old_pid != task->pid);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(sched_process_exit, struct task_struct *task)
{
	return task_exits(task);
}

/* Run by reading it, between attaching and arming: who is inside, in which calls, and who reads it: whittle. */
SEC("iter/task")
int inventory(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u32 slot;

	self = bpf_get_current_pid_tgid() >> 32;
	if (!task)
		return 0;
	group_find_helper(task);
	slot = target_slot(cgroup_id_read(task));
	if (slot != SLOT_NONE)
		inventory_task(task, slot);
	return 0;
}

/* The two programs of --stats. */
SEC("tp_btf/sys_enter")
int BPF_PROG(timing_enter, struct pt_regs *regs, long nr)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 slot = target_slot(cgroup_id_of(task));

	if (likely(slot == SLOT_NONE))
		return 0;
	timing_begin(task, slot, nr, regs);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(timing_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (likely(target_slot(cgroup_id_of(task)) == SLOT_NONE))
		return 0;
	timing_end(task, ret);
	return 0;
}

/* The same where the arguments of the tracepoint are not at hand. */
static __noinline int timing_leaving(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (likely(target_slot(cgroup_id_of(task)) == SLOT_NONE))
		return 0;
	timing_end(task, abi_result((struct pt_regs *)bpf_task_pt_regs(task)));
	return 0;
}

/* The programs of denials, and what others do for them. */
SEC("tp_btf/sys_enter")
int BPF_PROG(denied_enter, struct pt_regs *regs, long nr)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (denied_slot(task) != SLOT_NONE)
		denied_passed(task);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(denied_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 slot = denied_slot(task);

	return slot == SLOT_NONE ? 0 : denied_left(task, slot, regs, ret);
}

static __always_inline int denied_exits(struct task_struct *task)
{
	struct passing *passing;
	__u32 slot;

	if (likely(task->seccomp.mode < SECCOMP_FILTER))
		return 0;
	passing = bpf_task_storage_get(&passings, task, 0, 0);
	slot = target_slot(cgroup_id_read(task));
	if (slot != SLOT_NONE && slot_plain(slot)->armed)
		denied_death(task, slot, passing);
	if (task_is_last(task))
		denied_end(task->tgid);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(denied_last, struct task_struct *task)
{
	return denied_exits(task);
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(denied_leave, struct cgroup *dst, const char *path, struct task_struct *task)
{
	if (is_ours(dst))
		denied_move(task, target_slot(BPF_CORE_READ(dst, kn, id)));
	return 0;
}

/*
 * From 7.2 on tracepoints are preemptible, and while a program at one is preempted, the kernel skips it for all other tasks of that
 * CPU. What must not be missed is seen elsewhere there: at perf tracepoints, which still turn preemption off, and at that of a new task,
 * where a lock does. (That of a cgroup, above, is under a lock as well, which turns it off unless the kernel is a real-time one.)
 */

/* Under the lock of the run queue: the parent is who runs. Workers of the kernel for a process are threads of it. */
SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(sched_wakeup_new, struct task_struct *child)
{
	return process_forked(bpf_get_current_task_btf(), child);
}

/* Set once perf_fentry is attached: the others leave all to it. */
__u32 by_fentry;
/*
 * Set while calls are to be seen, and deaths by them: between attaching and detaching the perf tracepoints' programs, for perf_fentry
 * is run as long as anybody has a program at one of them.
 */
__u32 calls_seen;

/* Not inlined either: see timing_current(). */
static __noinline int perf_exec(struct trace_event_raw_sched_process_exec *event)
{
	struct task_struct *task = bpf_get_current_task_btf();
	bool other = BPF_CORE_READ(event, old_pid) != BPF_CORE_READ(event, pid);

	return process_execed(task, BPF_CORE_READ(task, mm, exe_file), other);
}

static __noinline int perf_task_exits(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (cfg_denials && calls_seen)
		denied_exits(task);
	return task_exits(task);
}

static __always_inline int perf_sys_exit(void)
{
	if (cfg_timing)
		timing_leaving();
	return cfg_denials ? denied_leaving() : 0;
}

/* Not inlined: the stack of what counts is as large as it may be. */
static __noinline int timing_current(__u32 slot)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	timing_begin(task, slot, regs_number(regs), regs);
	return 0;
}

static __always_inline int count_current(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 rows = target_rows(cgroup_id_of(task));
	struct pt_regs *regs;

	if (likely(!rows))
		return 0;
	if (cfg_denials && task->seccomp.mode >= SECCOMP_FILTER &&
	    slot_plain(slot_of_rows(rows))->armed)
		denied_passed(task);
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	if (cfg_shared)
		count_shared(slot_of_rows(rows), task->tgid, regs_number(regs),
			     task_is_compat(task), regs);
	else
		count_target(rows, task->tgid, regs_number(regs), task_is_compat(task), regs, false,
			     false);
	return cfg_timing ? timing_current(slot_of_rows(rows)) : 0;
}

/* What a program at a perf tracepoint returns: 0 would keep the event from whoever counts or samples it by perf. */
#define PERF_GOES_ON 1

/* HOT PATH there, and the others beside it. */
SEC("tp/raw_syscalls/sys_enter")
int sys_enter_perf(void *ctx)
{
	if (!by_fentry)
		count_current();
	return PERF_GOES_ON;
}

SEC("tp/raw_syscalls/sys_exit")
int sys_exit_perf(void *ctx)
{
	if (!by_fentry)
		perf_sys_exit();
	return PERF_GOES_ON;
}

SEC("tp/sched/sched_process_exec")
int process_exec_perf(void *ctx)
{
	if (!by_fentry)
		perf_exec(ctx);
	return PERF_GOES_ON;
}

SEC("tp/sched/sched_process_exit")
int process_exit_perf(void *ctx)
{
	if (!by_fentry)
		perf_task_exits();
	return PERF_GOES_ON;
}

#ifndef WITHOUT_FENTRY
/*
 * HOT PATH there as well: what runs the programs above, before it looks whether it may (it may not where a task was preempted inside bpf(2)).
 * Its arguments: raw_data, size, rctx, call, count, regs, head, task.
 */
SEC("?fentry/perf_trace_run_bpf_submit")
int perf_fentry(__u64 *ctx)
{
	struct trace_event_call *call = (void *)ctx[3];
	__u32 type = call->event.type;

	if (type == cfg_events[PERF_SYS_ENTER])
		return calls_seen ? count_current() : 0;
	if (type == cfg_events[PERF_SYS_EXIT])
		return calls_seen ? perf_sys_exit() : 0;
	if (type == cfg_events[PERF_PROCESS_EXEC])
		return perf_exec((void *)ctx[0]);
	if (type == cfg_events[PERF_PROCESS_EXIT])
		return perf_task_exits();
	return 0;
}
#endif

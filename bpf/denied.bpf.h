/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Calls that a seccomp filter stopped. The filter comes before sys_enter, so there is no event of its own for them; but
 * sys_exit fires all the same: an exit without an enter is such a call. Each thread that has a filter notes its enters. The missing
 * enter decides, never the value returned: TRAP and KILL exit with the number of the call itself, ERRNO with 0 if it
 * wants to.
 *
 * Innocent are a thread's first exit here (it was inside before, moved in, or is the new child's from clone), one after
 * the process had left the targets, number -1 (a tracer has taken the call away), what PTRACE_SYSEMU emulates, and the call in front of
 * which a thread was stopped by its tracer, and killed.
 * RET_LOG lets a call through: it is seen where the kernel writes its audit record. Where no program can be attached there,
 * user space reads the records instead: user/record/audit_stream.h.
 *
 * Programs of their own, attached only where denials are wanted: the hot path of a recording knows nothing of it. But from 7.2 on the kernel
 * may skip such a program, and each enter that is skipped would be a denied call: there the programs that count note the enters
 * (cfg_denials), which are run always, or skipped for both, and what sees threads end looks for the denied calls that they end of.
 */
#ifndef WHITTLE_DENIED_BPF_H
#define WHITTLE_DENIED_BPF_H

#include "abi.bpf.h"
#include "args.bpf.h"
#include "comm.bpf.h"
#include "group.bpf.h"
#include "target.bpf.h"

#define SECCOMP_FILTER  2 /* of seccomp.mode; above it: 3, a filter has killed the thread (5.17) */
#define RET_LOG         0x7ffc0000
#define SIGKILL         9
#define SIGSYS          31
#define ENOSYS_MAX      4095
#define GROUP_EXIT      4 /* SIGNAL_GROUP_EXIT: the whole process ends */
#define PTRACE_EMULATED 3 /* SYSCALL_WORK_BIT_SYSCALL_EMU */

/* Do the programs that count calls note the enters, too? */
const volatile bool cfg_denials = false;

/* What is known of a thread with a filter. Made by its first exit. */
struct passing {
	__u64 since;    /* when it was made, or began anew */
	__u64 notified; /* how far its filter's supervisor was */
	__u32 inside;   /* it has passed the filter, and has not come back yet */
	__u32 emulated; /* its last call was the tracer's */
	__u32 killed;   /* it dies of a call that was counted */
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct passing);
} passings SEC(".maps");

/* Keys that a slot may have in `denials`, and those that it has. */
const volatile __u32 cfg_denials_quota = DENIALS_LEN;
__u32 denials_len[SLOTS_MAX];

/* Which calls were stopped, how, and how often. What finds no room is counted in denials_lost. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DENIALS_LEN); /* set at load, where slots share it */
	__type(key, struct denied_key);
	__type(value, __u64);
} denials SEC(".maps");

/*
 * pid or tid -> when something was missed of it: its process left the targets, or its enter could not be noted. What came
 * before says nothing about the next exit.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} doubts SEC(".maps");

/* tgid modulo FILTERED_LEN -> a process with a filter, for user space: whose is a line of the kernel's log? */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, FILTERED_LEN);
	__type(key, __u32);
	__type(value, struct filtered);
} filtered SEC(".maps");

__u64 denials_lost[SLOTS_MAX];
/* When a slot was armed, if that was not its first time (CLOCK_MONOTONIC, ns): what is known of threads from before says nothing. */
__u64 denials_since[SLOTS_MAX];

static __noinline void denied_doubt(__u32 pid)
{
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&doubts, &pid, &now, BPF_ANY);
}

static __always_inline bool denied_is_doubted(__u32 pid, const struct passing *passing)
{
	__u64 *when = bpf_map_lookup_elem(&doubts, &pid);

	return when && *when >= passing->since;
}

/* How many calls the supervisor of the thread's filter was asked about; 0: it has none. */
static __noinline __u64 denied_notified(struct task_struct *task)
{
	struct seccomp_filter *filter = BPF_CORE_READ(task, seccomp.filter);

	for (int i = 0; i < 32 && filter; i++) {
		struct notification *notif = BPF_CORE_READ(filter, notif);

		if (notif) /* it begins anywhere: of another filter it is another */
			return BPF_CORE_READ(notif, next_id) ?: 1;
		filter = BPF_CORE_READ(filter, prev);
	}
	return 0;
}

static __noinline void denied_note_process(struct task_struct *task, __u32 slot)
{
	__u32 tgid = BPF_CORE_READ(task, tgid), key = tgid & (FILTERED_LEN - 1);
	struct filtered *f = bpf_map_lookup_elem(&filtered, &key);

	if (!f || (f->tgid == tgid && f->slot == slot && !f->until))
		return;
	f->left = f->tgid == tgid && f->slot == slot ? f->until : 0;
	f->tgid = 0;
	f->slot = slot;
	f->since = bpf_ktime_get_ns();
	f->until = 0;
	f->tgid = tgid;
}

/* A thread's first exit with a filter. */
static __noinline void denied_begin(struct task_struct *task, struct passing *passing, __u32 slot)
{
	passing->since = bpf_ktime_get_ns();
	passing->notified = denied_notified(task);
	denied_note_process(task, slot);
}

static __always_inline void denied_announce(const struct denied_key *key, struct pt_regs *regs)
{
	struct ev_denied *ev = bpf_ringbuf_reserve(&ring, sizeof(*ev), 0);
	__u64 id = bpf_get_current_pid_tgid();

	if (!ev) {
		atomic_add(&slot_of(key->slot)->late, 1);
		return;
	}
	*ev = (struct ev_denied){
		.kind = EV_DENIED,
		.slot = key->slot,
		.time = bpf_ktime_get_ns(),
		.key = *key,
		.pid = id >> 32,
		.tid = id,
	};
	abi_args(ev->args, key->abi, regs);
	comm_of((void *)bpf_get_current_task(), ev->comm);
	bpf_ringbuf_submit(ev, 0);
}

static __noinline void denied_note_args(const struct denied_key *key, __u32 row,
					struct pt_regs *regs)
{
	const struct apart_key call = {.slot = key->slot,
				       .nr = key->nr,
				       .sub = key->sub,
				       .call_class = CLASS_DENIED,
				       .image = key->error == ENOSYS,
				       .abi = key->abi};

	if (row < ROW_OUTSIDE)
		args_note(&call, row, regs);
}

static __noinline void denied_count(const struct denied_key *key, __u32 row, struct pt_regs *regs)
{
	__u32 *len = &denials_len[bounded(key->slot, SLOTS_MAX)];
	__u64 one = 1;
	__u64 *n = bpf_map_lookup_elem(&denials, key);

	if (cfg_denied_args)
		denied_note_args(key, row, regs);
	if (!n) {
		if (*len < cfg_denials_quota &&
		    !bpf_map_update_elem(&denials, key, &one, BPF_NOEXIST)) {
			atomic_add(len, 1);
			denied_announce(key, regs);
			return;
		}
		n = bpf_map_lookup_elem(&denials, key); /* another CPU was faster, or it is full */
	}
	if (n)
		atomic_add(n, 1);
	else
		atomic_add(&denials_lost[bounded(key->slot, SLOTS_MAX)], 1);
}

/* The call that the current task is in, and how it was stopped. */
static __always_inline void denied_call(struct task_struct *task, __u32 slot, __u32 action,
					__s32 error, struct pt_regs *regs)
{
	bool compat = task_is_compat_core(task);
	struct call call;
	struct denied_key key = {.slot = slot, .action = action, .error = error};

	abi_decode(&call, abi_number(regs), compat, regs);
	key.nr = call.nr;
	key.sub = call.sub;
	key.abi = call.abi;
	denied_count(&key, call.row, regs);
}

/* A filter has had the current task's call logged; `action`: what it decided. */
static __always_inline int denied_log(struct task_struct *task, __u32 slot, __u32 action)
{
	if (action == RET_LOG && bpf_get_current_pid_tgid() >> 32 != self)
		denied_call(task, slot, DENIED_LOG, 0, (void *)bpf_task_pt_regs(task));
	return 0;
}

static __always_inline bool denied_is_killed(struct task_struct *task)
{
	return BPF_CORE_READ(task, seccomp.mode) > SECCOMP_FILTER;
}

static __always_inline bool denied_has_pending(struct task_struct *task, int signal)
{
	return BPF_CORE_READ(task, pending.signal.sig[0]) & (1UL << (signal - 1));
}

static __always_inline bool denied_is_trapped(struct task_struct *task)
{
	return denied_has_pending(task, SIGSYS);
}

/* The tracer's call: bit and place of it are the architecture's. */
static __always_inline bool denied_is_emulated(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return BPF_CORE_READ(task, thread_info.syscall_work) & (1UL << PTRACE_EMULATED);
#else
	return BPF_CORE_READ(task, thread_info.flags) & (1UL << 12); /* TIF_SYSCALL_EMU */
#endif
}

/* Is it an exit without an enter that no filter has caused? */
static __always_inline bool denied_is_innocent(struct task_struct *task, struct passing *passing,
					       struct pt_regs *regs, long ret)
{
	bool emulated = denied_is_emulated(task), before = passing->emulated;
	__u64 id = bpf_get_current_pid_tgid();

	passing->emulated = emulated;
	/* killed at a tracer's stop in front of the call, which is then not made: it has no result */
	if ((__s32)ret == -ENOSYS && denied_has_pending(task, SIGKILL))
		return true;
	/* the last one of them may be let go without the bit */
	if (emulated || before || abi_number(regs) == -1 || id >> 32 == self)
		return true;
	if (denied_is_doubted(id >> 32, passing) || denied_is_doubted(id, passing)) {
		passing->since = bpf_ktime_get_ns();
		return true;
	}
	return false;
}

/* Cold: the current task comes back from a call that it did not enter. */
static __noinline int denied_stopped(struct task_struct *task, __u32 slot, struct passing *passing,
				     struct pt_regs *regs, long ret)
{
	__u64 notified;
	bool asked;
	__s32 code = ret;

	/* that is certain, whatever is known of the thread. Of a process with one thread both kinds of kill look alike */
	if (denied_is_killed(task)) {
		passing->killed = 1;
		denied_call(task, slot, DENIED_KILL_PROCESS, 0, regs);
		return 0;
	}
	if (denied_is_innocent(task, passing, regs, ret))
		return 0;
	notified = denied_notified(task);
	asked = notified != passing->notified;
	passing->notified = notified;
	if (denied_is_trapped(task))
		denied_call(task, slot, DENIED_TRAP, 0, regs);
	/* a signal has interrupted the wait for the supervisor: the call comes again */
	else if (asked && code <= -ERESTARTSYS && code >= -ERESTART_LAST)
		return 0;
	else
		denied_call(task, slot, asked ? DENIED_NOTIFY : DENIED_ERRNO,
			    code < 0 && code >= -ENOSYS_MAX ? -code : 0, regs);
	return 0;
}

/* The current task, which has a filter, enters a call: the filter let it. */
static __always_inline void denied_passed(struct task_struct *task)
{
	struct passing *passing = bpf_task_storage_get(&passings, task, 0, 0);

	if (likely(passing)) {
		passing->inside = 1;
		if (unlikely(passing->notified)) /* it may have been let go on */
			passing->notified = denied_notified(task);
	} else { /* it has had no exit yet; or, up to 6.1, its storage could not be looked at */
		denied_doubt(task->pid);
	}
}

/* It comes back from a call. */
static __always_inline int denied_left(struct task_struct *task, __u32 slot, struct pt_regs *regs,
				       long ret)
{
	struct passing *passing =
		bpf_task_storage_get(&passings, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (unlikely(!passing))
		return 0;
	if (likely(passing->inside)) {
		passing->inside = 0;
		return 0;
	}
	if (passing->since <= denials_since[bounded(slot, SLOTS_MAX)]) {
		denied_begin(task, passing, slot);
		if (task->seccomp.mode == SECCOMP_FILTER)
			return 0;
	}
	return denied_stopped(task, slot, passing, regs, ret);
}

/*
 * A thread ends. A filter that kills one of several threads leaves no exit, only the death; older kernels do not mark such a
 * thread, but its process goes on.
 */
static __always_inline void denied_death(struct task_struct *task, __u32 slot,
					 const struct passing *passing)
{
	bool alone = !(BPF_CORE_READ(task, signal, flags) & GROUP_EXIT);

	if ((passing && passing->killed) || (BPF_CORE_READ(task, exit_code) & 0x7f) != SIGSYS)
		return;
	if (denied_is_killed(task) || (passing && alone))
		denied_call(task, slot, DENIED_KILL_THREAD, 0, (void *)bpf_task_pt_regs(task));
}

static __always_inline struct filtered *denied_process(__u32 tgid)
{
	__u32 key = tgid & (FILTERED_LEN - 1);
	struct filtered *f = bpf_map_lookup_elem(&filtered, &key);

	return f && f->tgid == tgid ? f : NULL;
}

/* The last thread of a process ends, or it leaves the targets. */
static __always_inline void denied_end(__u32 tgid)
{
	struct filtered *f = denied_process(tgid);

	if (f && !f->until)
		f->until = bpf_ktime_get_ns();
}

/* A process was moved to a cgroup of `slot`; SLOT_NONE: out of the targets. */
static __always_inline void denied_move(struct task_struct *task, __u32 slot)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);

	if (slot != SLOT_NONE) {
		if (denied_process(tgid))
			denied_note_process(task, slot);
		return;
	}
	denied_end(tgid);
	/* who is no workload is no group any more by now, but then it has been seen with its filter */
	if (denied_process(tgid) || bpf_map_lookup_elem(&groups, &tgid))
		denied_doubt(tgid);
}

#endif

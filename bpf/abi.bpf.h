/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Which call is this? A number means nothing without the ABI that it came by. x86 says so in
 * thread_info.status (TS_COMPAT, set on int 0x80 and on 32-bit sysenter and syscall, in 64-bit processes
 * too) and in bit 30 of the number (x32); arm64 in the TIF_32BIT flag.
 */
#ifndef WHITTLE_ABI_BPF_H
#define WHITTLE_ABI_BPF_H

#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>

#define ENOSYS 38
/* what a call that was interrupted returns inside of the kernel: user space never sees these */
#define ERESTARTSYS   512
#define ERESTART_LAST 516

#if defined(__TARGET_ARCH_x86)

#define TS_COMPAT 0x0002
#define NR_EXECVE 59
#define X32_BIT   0x40000000

/* reads through a BTF-typed pointer: a plain load */
#define task_is_compat(task) ((task)->thread_info.status & TS_COMPAT)
/* surely not compat: other flags go with that one */
#define task_is_plain(task) (!(task)->thread_info.status)
/* the number of the call that is about to be made, through a typed pointer, as the tracepoint has it */
#define regs_number(regs) ((__s64)(__s32)(regs)->orig_ax)
/* reads through any pointer */
#define task_is_compat_core(task) (BPF_CORE_READ(task, thread_info.status) & TS_COMPAT)

static __always_inline void abi_subcall(struct call *call, __u32 sub, __u32 base)
{
	call->sub = sub;
	call->row = sub < ROW_SUBCALLS ? base + sub : ROW_OUTSIDE;
}

static __always_inline void abi_decode(struct call *call, __s64 nr, bool compat,
				       struct pt_regs *regs)
{
	*call = (struct call){.nr = nr, .row = ROW_OUTSIDE, .abi = ABI_NATIVE};
	if (compat) {
		call->abi = ABI_COMPAT;
		if (nr == I386_SOCKETCALL)
			abi_subcall(call, BPF_CORE_READ(regs, bx), ROW_SOCKETCALL);
		else if (nr == I386_IPC) /* the upper half is the version of the call's layout */
			abi_subcall(call, BPF_CORE_READ(regs, bx) & 0xffff, ROW_IPC);
		else if ((__u64)nr < ROW_ABI_NUMBERS)
			call->row = ROW_COMPAT + nr;
		return;
	}
	if (nr >= X32_BIT && nr < 2LL * X32_BIT) {
		call->abi = ABI_X32;
		call->nr = nr - X32_BIT;
		if ((__u64)call->nr < ROW_X32_NUMBERS)
			call->row = ROW_X32 + call->nr;
		return;
	}
	if ((__u64)nr < ROW_ABI_NUMBERS)
		call->row = ROW_NATIVE + nr;
}

static __always_inline bool abi_is_exec(const struct call *call)
{
	if (call->abi == ABI_COMPAT)
		return call->nr == 11 || call->nr == 358;
	if (call->abi == ABI_X32)
		return call->nr == 520 || call->nr == 545;
	return call->nr == 59 || call->nr == 322;
}

static __always_inline void abi_args(__u64 args[6], __u32 abi, struct pt_regs *regs)
{
	if (abi == ABI_COMPAT) {
		args[0] = (__u32)BPF_CORE_READ(regs, bx);
		args[1] = (__u32)BPF_CORE_READ(regs, cx);
		args[2] = (__u32)BPF_CORE_READ(regs, dx);
		args[3] = (__u32)BPF_CORE_READ(regs, si);
		args[4] = (__u32)BPF_CORE_READ(regs, di);
		args[5] = (__u32)BPF_CORE_READ(regs, bp);
		return;
	}
	args[0] = BPF_CORE_READ(regs, di);
	args[1] = BPF_CORE_READ(regs, si);
	args[2] = BPF_CORE_READ(regs, dx);
	args[3] = BPF_CORE_READ(regs, r10);
	args[4] = BPF_CORE_READ(regs, r8);
	args[5] = BPF_CORE_READ(regs, r9);
}

/* The same through a BTF-typed pointer: plain loads. */
static __always_inline void abi_args_typed(__u64 args[6], bool compat, struct pt_regs *regs)
{
	if (compat) {
		args[0] = (__u32)regs->bx;
		args[1] = (__u32)regs->cx;
		args[2] = (__u32)regs->dx;
		args[3] = (__u32)regs->si;
		args[4] = (__u32)regs->di;
		args[5] = (__u32)regs->bp;
		return;
	}
	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->r10;
	args[4] = regs->r8;
	args[5] = regs->r9;
}

/*
 * The number of the call that a thread returns from; negative when it is in none. The kernel, and filters, look at 32 bits: whatever the
 * caller has in the upper half.
 */
static __always_inline __s64 abi_number(struct pt_regs *regs)
{
	return (__s32)BPF_CORE_READ(regs, orig_ax);
}

/* what a call that is over returns */
static __always_inline long abi_result(struct pt_regs *regs)
{
	return (long)BPF_CORE_READ(regs, ax);
}

/*
 * The number of the call that a thread is in; negative when it is in none. Each way into a call stores -ENOSYS where the result
 * will be, which is there until there is one; a call that was interrupted and is to be restarted has its code there. The number
 * alone does not tell: exceptions and interrupts store their error code or vector in its place for a moment, and on some
 * hypervisors that stays.
 */
static __always_inline __s64 abi_in_call(struct pt_regs *regs)
{
	__s64 nr = abi_number(regs);
	__s64 result = (__s64)BPF_CORE_READ(regs, ax);

	if (result == -ENOSYS || (result <= -ERESTARTSYS && result >= -ERESTART_LAST))
		return nr;
	return -1;
}

#elif defined(__TARGET_ARCH_arm64)

#define TIF_32BIT_MASK (1UL << 22)
#define NR_EXECVE      221

#define task_is_compat(task)      ((task)->thread_info.flags & TIF_32BIT_MASK)
#define task_is_plain(task)       (!task_is_compat(task))
#define regs_number(regs)         ((__s64)(regs)->syscallno)
#define task_is_compat_core(task) (BPF_CORE_READ(task, thread_info.flags) & TIF_32BIT_MASK)

static __always_inline void abi_decode(struct call *call, __s64 nr, bool compat,
				       struct pt_regs *regs)
{
	*call = (struct call){.nr = nr,
			      .row = ROW_OUTSIDE,
			      .abi = compat ? ABI_COMPAT : ABI_NATIVE};
	if ((__u64)nr < ROW_ABI_NUMBERS)
		call->row = (compat ? ROW_COMPAT : ROW_NATIVE) + nr;
}

static __always_inline bool abi_is_exec(const struct call *call)
{
	if (call->abi == ABI_COMPAT)
		return call->nr == 11 || call->nr == 387;
	return call->nr == 221 || call->nr == 281;
}

static __always_inline void abi_args(__u64 args[6], __u32 abi, struct pt_regs *regs)
{
	/* x0 has been overwritten by the return value of a restarted call: orig_x0 has not */
	args[0] = BPF_CORE_READ(regs, orig_x0);
	args[1] = BPF_CORE_READ(regs, user_regs.regs[1]);
	args[2] = BPF_CORE_READ(regs, user_regs.regs[2]);
	args[3] = BPF_CORE_READ(regs, user_regs.regs[3]);
	args[4] = BPF_CORE_READ(regs, user_regs.regs[4]);
	args[5] = BPF_CORE_READ(regs, user_regs.regs[5]);
}

static __always_inline void abi_args_typed(__u64 args[6], bool compat, struct pt_regs *regs)
{
	args[0] = regs->orig_x0;
	args[1] = regs->user_regs.regs[1];
	args[2] = regs->user_regs.regs[2];
	args[3] = regs->user_regs.regs[3];
	args[4] = regs->user_regs.regs[4];
	args[5] = regs->user_regs.regs[5];
}

static __always_inline __s64 abi_number(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, syscallno);
}

static __always_inline long abi_result(struct pt_regs *regs)
{
	return (long)BPF_CORE_READ(regs, user_regs.regs[0]);
}

/* Exceptions store -1 there, at once. A thread in user space may show its last call. */
static __always_inline __s64 abi_in_call(struct pt_regs *regs)
{
	return abi_number(regs);
}

#else
#error "whittle's BPF side knows x86 and arm64: build with -D__TARGET_ARCH_x86 or -D__TARGET_ARCH_arm64"
#endif

/* The native execve, where the call itself was not seen. */
#define ABI_EXECVE                                                                                 \
	{                                                                                          \
		.nr = NR_EXECVE, .row = ROW_NATIVE + NR_EXECVE, .abi = ABI_NATIVE                  \
	}

/* Cold: the row of a call that is not a plain native one. */
static __noinline __u32 abi_row(__s64 nr, bool compat, struct pt_regs *regs)
{
	struct call call;

	abi_decode(&call, nr, compat, regs);
	return call.row;
}

#endif

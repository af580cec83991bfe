/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Counting calls: `count_few` and `count_target`, behind the target table, are the hot path of the whole program, and this file is
 * all of it. Designs were measured in instructions; this one is: id table, then a full row of counters a CPU and slot, which also
 * remembers the process whose calls were counted last. Everything that is not "the same workload process, or a thread of
 * it, calls again what was called on this CPU before" is cold.
 *
 * That the process is looked at for each call is what keeps counts exact while a runtime moves a running process
 * in: the kernel tells of a move only after it, and what the newcomer calls in between must not pass for workload. (With verdict.bpf.h
 * that is called from where it was.)
 *
 * Where the instructions of a call go, on top of an empty program (6.12: 45 traced, 23 outside; 6.1: 86 and 46, where each load through a
 * typed pointer checks the address, for 4 or 5 more): current task and its cgroup id 10, table 10, whose row 5, number, ABI and
 * bounds 8, whose calls 5, counter 5. What made it so, each measured there:
 *   - rows in global data: the lookup of an array map, though inlined, costs 8, and what must be kept over it 4 more; so that is for
 *     sessions of more rows;
 *   - a table that holds the first row in place of a slot: no multiplication, 8 less; and rows that are voided one by one where they are
 *     few, in place of an epoch that each call looks at: 3 less, and a page of memory less (see struct count_row);
 *   - no register that outlives a call of a helper: who uses one saves and restores it for outsiders as well, 2 each;
 *   - a program of its own: a constant that is looked at leaves its two loads behind when the verifier drops the branch.
 * A process whose turn comes after that of another one of its target makes one cold call, some 800 (6.12): a sixth of what the kernel
 * takes to let them change places.
 * That is without verdict.bpf.h, which is in front of it on x86 from 6.10 on.
 * Not taken: the id by a helper is 8 less on 6.1, 20 more on 6.12, and dearer in time; shared counters cost no instruction and twice
 * the time; a write-back cache of counters saves memory and not one instruction.
 */
#ifndef WHITTLE_COUNT_BPF_H
#define WHITTLE_COUNT_BPF_H

#include "abi.bpf.h"
#include "args.bpf.h"
#include "comm.bpf.h"
#include "each.bpf.h"
#include "group.bpf.h"
#include "shared.bpf.h"
#include "target.bpf.h"

/* Adds a call to `apart`; true if it is the first of its key. */
static __always_inline bool count_apart(const struct apart_key *key)
{
	__u32 *len = &apart_len[bounded(key->slot, SLOTS_MAX)];
	struct apart_calls one = {.calls = 1}, *n;
	int first = cfg_each ? each_count_apart(key) : -1;

	if (first >= 0)
		return first;
	n = bpf_map_lookup_elem(&apart, key);

	if (!n) {
		one.first = bpf_ktime_get_ns();
		if (*len < cfg_apart_quota &&
		    !bpf_map_update_elem(&apart, key, &one, BPF_NOEXIST)) {
			atomic_add(len, 1);
			return true;
		}
		n = bpf_map_lookup_elem(&apart, key); /* another CPU was faster, or it is full */
	}
	if (n)
		atomic_add(&n->calls, 1);
	else
		atomic_add(&slot_of(key->slot)->lost_calls, 1);
	return false;
}

/* This CPU's row of a slot, whose rows begin at `rows`. `few`: cfg_few_rows, where it is not known before. */
static __always_inline struct count_row *count_row_at(__u32 rows, bool few)
{
	__u32 key = rows + bpf_get_smp_processor_id();

	if (few)
		return &few_rows[bounded(key, FEW_ROWS)];
	return bpf_map_lookup_elem(&counts, &key);
}

/* What count_row.group says of a process; `few` as above. */
static __always_inline __u64 count_group(__u32 tgid, bool few)
{
	return few ? tgid : groups_epoch + tgid;
}

/* Adds a call to this CPU's row; true if it is the first of its slot. */
static __always_inline bool count_row(__u32 slot, __u32 row)
{
	__u32 key = slot * ROW_LEN + row;
	struct count_row *counters;
	__u64 *first, *calls;

	if (cfg_shared)
		return shared_count_row(slot, row);
	counters = count_row_at(slot * cfg_cpus, cfg_few_rows);
	first = bpf_map_lookup_elem(&first_seen, &key);
	if (!counters || !first) {
		atomic_add(&slot_of(slot)->lost_calls, 1);
		return false;
	}
	calls = &counters->calls[bounded(row, ROW_LEN)];
	if (cfg_args && !*calls && cfg_arg_rows[bounded(row, ROW_LEN)])
		*calls = COUNT_ARGS;
	++*calls;
	if (*first)
		return false;
	*first = bpf_ktime_get_ns();
	return true;
}

/* Has a call of workload a counter in the rows? Else it is counted apart. */
static __always_inline bool count_has_row(__u32 row)
{
	return cfg_shared ? row < ROW_KEPT : row != ROW_OUTSIDE;
}

/* regs NULL: the arguments are gone; comm NULL: the current one. */
static __always_inline void count_announce(const struct call *call, const struct apart_key *key,
					   struct pt_regs *regs, const char *comm)
{
	struct ev_first *ev = bpf_ringbuf_reserve(&ring, sizeof(*ev), 0);
	__u64 id = bpf_get_current_pid_tgid();

	if (!ev) {
		atomic_add(&slot_of(key->slot)->late, 1);
		return;
	}
	*ev = (struct ev_first){
		.kind = EV_FIRST,
		.slot = key->slot,
		.time = bpf_ktime_get_ns(),
		.nr = key->nr,
		.sub = key->sub,
		.image = key->image,
		.pid = id >> 32,
		.tid = id,
		.call_class = key->call_class,
		.abi = key->abi,
	};
	if (regs)
		abi_args(ev->args, call->abi, regs);
	if (comm && comm[0])
		__builtin_memcpy(ev->comm, comm, COMM_LEN);
	else
		comm_of((void *)bpf_get_current_task(), ev->comm);
	bpf_ringbuf_submit(ev, 0);
}

/*
 * The current process is workload, and this CPU's row remembers that: as of `epoch`, which was read before the process was looked at. It may have been
 * moved since.
 */
static __always_inline void count_know(struct count_row *counters, __u32 slot, __u64 epoch)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	__u64 before;

	if (!counters) {
		shared_know(slot, tgid, epoch + tgid);
		return;
	}
	counters->slot = slot;
	if (!cfg_few_rows) {
		counters->group = epoch + tgid;
		return;
	}
	/* an exchange, so that the epoch is read behind it */
	before = counters->group;
	if (compare_exchange(&counters->group, before, (__u64)tgid) != before ||
	    *(volatile __u64 *)&groups_epoch != epoch)
		counters->group = 0;
}

/* Cold: whose call is it, was it there before, and tell. */
static __noinline int count_slow(__u32 slot, __s64 nr, bool compat, struct pt_regs *regs)
{
	struct count_row *counters = cfg_shared ? NULL :
						  count_row_at(slot * cfg_cpus, cfg_few_rows);
	struct apart_key key = {.slot = slot};
	__u64 epoch = *(volatile __u64 *)&groups_epoch;
	struct call decoded, call;
	int class;
	bool first;

	if (slot == SLOT_NONE)
		return 0; /* a cgroup that becomes a target at this moment */
	abi_decode(&decoded, nr, compat, regs);
	/* a copy of which the verifier knows nothing: it would follow each ABI through all that comes */
	bpf_probe_read_kernel(&call, sizeof(call), &decoded);
	class = group_class(slot, &call, &key.image);
	/* provisional calls are of a class of their own */
	if (class == CLASS_WORKLOAD && (counters || cfg_shared))
		count_know(counters, slot, epoch);
	if (class < 0)
		return 0; /* set-up */
	key.nr = call.nr;
	key.sub = call.sub;
	key.abi = call.abi;
	key.call_class = class;
	if (cfg_args)
		args_note(&key, call.row, regs);
	first = class == CLASS_WORKLOAD && count_has_row(call.row) ? count_row(slot, call.row) :
								     count_apart(&key);
	if (first)
		count_announce(&call, &key, regs, NULL);
	return 0;
}

/* The exec call that ended set-up. Its arguments are gone with the old program; `comm` is that one's. */
static __always_inline void count_exec(__u32 slot, const struct call *call, int class, __u32 image,
				       const char *comm)
{
	struct apart_key key = {
		.slot = slot,
		.call_class = class,
		.nr = call->nr,
		.abi = call->abi,
		.image = image,
	};

	if (class == CLASS_WORKLOAD && count_has_row(call->row) ? count_row(slot, call->row) :
								  count_apart(&key))
		count_announce(call, &key, NULL, comm);
}

/* The hot path where CPUs share rows. Of calls whose arguments are kept each is looked at. */
static __always_inline int count_shared(__u32 slot, __u32 tgid, __s64 nr, bool compat,
					struct pt_regs *regs)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct shared_row *counters;

	if (likely((__u64)nr < ROW_KEPT && !compat &&
		   shared_is_known(slot, cpu, tgid, count_group(tgid, false)))) {
		counters = shared_row_of(slot, cpu);
		/* none, or with COUNT_ARGS */
		if (likely(counters && (__s64)counters->calls[bounded(nr, SHARED_ROW_LEN)] > 0)) {
			atomic_add(&counters->calls[bounded(nr, SHARED_ROW_LEN)], 1);
			return 0;
		}
	}
	return count_slow(slot, nr, compat, regs);
}

/* Every call of a target's tasks, of any ABI. `typed`: regs may be read directly. */
static __always_inline int count_target(__u32 rows, __u32 tgid, __s64 nr, bool compat,
					struct pt_regs *regs, bool typed, bool few)
{
	__u32 row = likely((__u64)nr < ROW_ABI_NUMBERS && !compat) ? ROW_NATIVE + nr :
								     abi_row(nr, compat, regs);
	struct count_row *counters = count_row_at(rows, few);

	if (likely(counters && counters->group == count_group(tgid, few))) {
		/* the counter of ROW_OUTSIDE stays 0, so that such a call is always cold */
		__u64 *calls = &counters->calls[bounded(row, ROW_LEN)];

		if (likely(*calls && (!cfg_args || !(*calls & COUNT_ARGS) ||
				      args_known(counters, row, compat, regs, typed)))) {
			++*calls;
			return 0;
		}
	}
	return count_slow(slot_of_rows(rows), nr, compat,
			  regs); /* one place: the verifier walks through it once for each */
}

/* Cold: what count_few leaves. */
static __noinline int count_rest(__u32 rows, __u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return count_target(rows, task->tgid, ctx[1], task_is_compat(task), (void *)ctx[0], true,
			    true);
}

/*
 * A native call of a process that is known, in a session that keeps the arguments of such calls. Not inlined: a call of whatever else
 * would save the registers of it.
 */
static __noinline int count_args(struct count_row *row, __u64 *calls, __u32 rows, __u64 *ctx)
{
	if (!*calls || !args_met(row, ROW_NATIVE + ctx[1], (void *)ctx[0]))
		return count_rest(rows, ctx);
	++*calls;
	return 0;
}

/* The process has called on this CPU before, and this is a native call of its. */
static __always_inline int count_known(struct count_row *row, __u32 rows, __u64 *volatile *ctx,
				       bool args)
{
	__u64 nr = (*ctx)[1], *calls;

	if (unlikely(nr >= ROW_ABI_NUMBERS))
		return -1;
	calls = &row->calls[ROW_NATIVE + nr];
	if (unlikely((__s64)*calls <= 0)) /* none, or with COUNT_ARGS */
		return args ? count_args(row, calls, rows, *ctx) : -1;
	++*calls;
	return 0;
}

/*
 * The same for a session of few rows. Counts a native call that the process is known for, and then returns 0; below 0 if it is for count_rest. `args`: the
 * session keeps arguments of some calls.
 */
static __always_inline int count_few(struct task_struct *task, __u32 rows, __u64 *volatile *ctx,
				     bool args)
{
	struct count_row *row = &few_rows[bounded(rows + task->thread_info.cpu, FEW_ROWS)];

	asm volatile("" : "+r"(row)); /* else the compiler adds it up anew for each use */
	if (unlikely(!task_is_plain(task) || row->group != count_group(task->tgid, true)))
		return -1;
	return count_known(row, rows, ctx, args);
}

#endif

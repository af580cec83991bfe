/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session: the BPF programs, loaded and attached, and their maps. It knows libbpf so that nobody else must, and gives out
 * bytes and counters; what they mean is for decode and recorder.
 *
 * Life: open, add_cgroup for each target, attach, inventory, arm, poll ... , detach, read, free. One thread.
 */
#pragma once

#include "base/err.h"
#include "event.h"
#include "syscalls/args.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct session;

struct session_options {
	unsigned int features; /* enum feature */
	size_t ring_bytes;     /* rounded up to a power of two of pages */
	bool timing;           /* attach the programs of --stats */
	bool denials; /* attach those that see what filters stop, see session__sees_denials() */
	const struct arg_plan *
		args; /* calls whose arguments are kept; NULL: none; borrowed for the session's life */
	bool args_denied; /* of those that filters stop, and of no others; with `denials` */
	__u32 newborns; /* slots more, for cgroups that are made outside of all targets; 0: they are not looked at */
	bool follow;  /* cgroups may be made anew, see session__follow() */
	bool entries; /* make room for what recordings without a process are, see session__entry() */
	__u32 hierarchy;        /* that all cgroups are of, as struct cgroup has it; 0: v2 */
	const char *controller; /* of one of v1: what the kernel calls one of its controllers */
	__u32 slots;            /* recordings, at most SLOTS_MAX - 1 */
	pid_t helper; /* a child of this process whose calls, and those of all that it starts, count nowhere; 0: there is none */
	__u32 each; /* slots of a session of each cgroup (session_each.h), less than EACH_SLOTS_MAX; 0: it is none. Without `slots`, timing, denials, args, follow */
	/* a record as it came off the ring; borrowed for the call */
	void (*on_record)(const void *data, size_t len, void *context);
	void *context;
};

/** Loads the programs, if features_check() has no objection; the options are copied. *out is owned: session__free(). */
int session__open(const struct session_options *options, struct session **out,
		  struct err *err) must_check;
/** Opens what another process has pinned; `slots`, `ring_bytes` and the like are as it chose. -EPROTO: of another whittle, or not whole. */
int session__open_pinned(const char *dir, const struct session_options *options,
			 struct session **out, struct err *err) must_check;
/** Pins maps and links into a bpffs directory: they stay when the session is freed. It was opened with `entries`. */
int session__pin(struct session *session, const char *dir, struct err *err) must_check;
/** Of a pinned session: lets go of it and leaves it to itself. Of any other: detaches. */
void session__free(struct session *session);
static inline void own_session_(struct session **session)
{
	session__free(*session);
}
#define own_session own_with(own_session_)

/** The state of a slot from 1 on, shared with the programs; lives as long as the session. */
volatile struct slot *session__slot(struct session *session, __u32 slot);

/**
 * Makes a cgroup a target of a slot; one that is a target already stays as it is. Safe while cgroups are being made and
 * removed: the table has two writers. When there is no room it is counted in slot.lost_cgroups.
 */
void session__add_cgroup(struct session *session, __u32 slot, uint64_t id);

/** The same, but one that is a target of another slot, because it lies below one, becomes one of this slot. */
void session__take_cgroup(struct session *session, __u32 slot, uint64_t id);

/**
 * A cgroup that was removed before it was made a target, or just then: nobody else takes it out of the table again, for its removal may have been
 * seen before. Looking whether it is there comes after session__add_cgroup().
 */
void session__remove_cgroup(struct session *session, uint64_t id);

/** A cgroup (its id) that an engine makes containers in, and cgroups for what watches them, which are no targets. */
void session__set_engine_parent(struct session *session, uint64_t id);

/**
 * A cgroup of this name that is made below `parent` (an id; 0: anywhere) from here on is a target of the slot; where `parent` is 0, `name`
 * may be a path from the top of the hierarchy. Of a session with `follow`.
 * -ENOSPC: there is no room for more; -EBUSY: another slot waits for it; -EINVAL: not a directory's name.
 */
int session__follow(struct session *session, __u32 slot, uint64_t parent, const char *name,
		    struct err *err) must_check;

/** A recording begins: which container runtimes are installed now? Whoever opens a session, and not a pinned one, need not ask. */
void session__renew_launchers(struct session *session);

/** All slots, the none slot included. */
__u32 session__slots(const struct session *session);

/** The slots that may be recordings, the none slot included; of a session of each cgroup all that is recorded is one. */
__u32 session__entries(const struct session *session);
/** Of a session with entries: what the recording in a slot is. Shared with all who opened it. */
struct entry *session__entry(struct session *session, __u32 slot);
/** Ends the recording of a slot: none of its cgroups is a target any more, and none becomes one. What was counted stays. */
void session__stop_slot(struct session *session, __u32 slot);
/** Frees a slot, which was stopped or never used, and forgets all that was counted in it. */
int session__clear_slot(struct session *session, __u32 slot, struct err *err) must_check;
/** Is a cgroup a target of the slot? */
bool session__has_targets(const struct session *session, __u32 slot);
/** The slot that a cgroup is a target of, or SLOT_NONE. */
__u32 session__slot_of(const struct session *session, uint64_t id);

/**
 * From here on each cgroup that is made outside of all targets, with a name of `name_min` bytes at least (at most NEWBORN_NAME_MAX counts), is
 * recorded in a slot of its own, and told of (EV_BORN).
 */
void session__welcome_newborns(struct session *session, size_t name_min);
/** It is what is waited for: what is made below it from here on belongs to it. */
void session__keep_newborn(struct session *session, __u32 slot);
/** Nobody waits for it: what was recorded in its slot is forgotten, and the next one may have it. */
int session__dismiss_newborn(struct session *session, __u32 slot, struct err *err) must_check;
/** Nobody waits for any other: what is in slots already stays. */
void session__ignore_newborns(struct session *session);
/** Newborn cgroups that there was no slot for. */
uint64_t session__newborns_missed(const struct session *session);

/** Attaches what follows cgroups and processes, so that nothing that happens from here on is missed. */
int session__attach_followers(struct session *session, struct err *err) must_check;
/** Attaches what counts calls: none counts before. */
int session__attach_counters(struct session *session, struct err *err) must_check;
/**
 * Marks who is inside the targets of slots that are not armed, and the calls that they are in; and makes whittle's own process known to the programs, so
 * that its calls count nowhere: once before the counters are attached, again between attaching and arming.
 */
int session__inventory(struct session *session, struct err *err) must_check;

/**
 * The next child that this process forks is a helper of its, as struct session_options has it, until it is told otherwise. Of a
 * pinned session, after session__inventory().
 */
void session__expect_helper(struct session *session, bool expect);

/** A file that polls readable when there is news; owned by the session, which is not pinned. */
int session__poll_fd(const struct session *session);
/** Hands what is on the ring to on_record; of a pinned session what recordings of today wait for, and it stays there. */
int session__drain(struct session *session, struct err *err) must_check;

/** Detaches all programs. What was counted stays readable. */
void session__detach(struct session *session);

/** Calls counted so far in one counter of a slot, over all CPUs. */
uint64_t session__count(const struct session *session, __u32 slot, __u32 row);
/** When it was first called (CLOCK_MONOTONIC, ns); 0: never. */
uint64_t session__first_seen(const struct session *session, __u32 slot, __u32 row);
/** Time and errors of one counter; zeroes without `timing`. */
struct timing session__timing(const struct session *session, __u32 slot, __u32 row);
/** The same of an entry of the `apart` map. Only after detach. */
struct timing session__timing_apart(const struct session *session, const struct apart_key *key);

/** Calls fn for each entry of the `apart` map. Only after detach: it makes bpf(2) calls. */
int session__each_apart(const struct session *session,
			int (*fn)(const struct apart_key *key, const struct apart_calls *calls,
				  void *context),
			void *context, struct err *err) must_check;

/** The slot's recording begins now: what was seen before of threads that may be denied a call says nothing. Before it is armed. */
void session__renew_denials(struct session *session, __u32 slot);
/** What arguments are kept of, NULL: of nothing. */
const struct arg_plan *session__args(const struct session *session);
/** The same of calls that filters stop. */
const struct arg_plan *session__denied_args(const struct session *session);

/** The counter of a call in a row, ROW_OUTSIDE if it has none or no arguments. */
__u32 session__row(const struct syscall *call);
/** Distinct tuples that a call was made with in a slot, of all classes: above the plan's cap, or above TUPLES_LOST, some are not kept. */
__u64 session__tuple_count(const struct session *session, __u32 slot, __u32 row);

/** Calls fn for each tuple that was kept. Only after detach. */
int session__each_tuple(const struct session *session,
			int (*fn)(const struct tuple *tuple, void *context), void *context,
			struct err *err) must_check;

/** Calls fn for each lineage that still has groups in set-up. Only after detach. */
int session__each_lineage(const struct session *session,
			  int (*fn)(const struct lineage *lineage, void *context), void *context,
			  struct err *err) must_check;

/** Are they attached? They need BTF-typed programs. */
bool session__sees_denials(const struct session *session);
/** -ENOTSUP: it does not see them. */
int session__need_denials(const struct session *session, struct err *err) must_check;
/** Does it see calls that a filter only logs, too? Else the kernel's audit records tell of them: record/audit_stream.h. */
bool session__sees_logged(const struct session *session);
/** Calls fn for each entry of the `denials` map. Only after detach. */
int session__each_denial(const struct session *session,
			 int (*fn)(const struct denied_key *key, uint64_t count, void *context),
			 void *context, struct err *err) must_check;
/** How often an enter was not noted, because the kernel skipped the program: up to so many calls that pass for denied are none. */
uint64_t session__enters_missed(const struct session *session);
/** Denied calls of a slot that there was no room to count. */
uint64_t session__denials_lost(const struct session *session, __u32 slot);
/** What is known of a process that had a filter in one of the targets lately; false: nothing. */
bool session__filtered(const struct session *session, __u32 tgid, struct filtered *out);

/** Can maps still be read with what is effective now? Kernels before 5.19 want CAP_BPF for that as for everything. */
bool session__can_read(const struct session *session);

/** Runs of programs that the kernel skipped because one was running already; each may be a lost call. */
uint64_t session__misses(const struct session *session);

/** Does this kernel skip programs under load, and can the hook not help it? session__misses() then tells how often. */
bool session__may_be_skipped(const struct session *session);
/** Which way the calls are counted: "tp_btf", "raw_tp", "fentry" or "tracepoint". */
const char *session__hook(const struct session *session);

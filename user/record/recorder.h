/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recorder turns what a session says about some slots into one recording, their union: news as it comes, the truth at
 * the end. It borrows the session.
 */
#pragma once

#include "record/audit_stream.h"
#include "record/lineages.h"
#include "record/recording.h"
#include "record/session.h"

struct recorder;

/** For `slots` slots from `first` on. *out is owned: recorder__free(). */
int recorder__new(__u32 first, __u32 slots, struct recorder **out, struct err *err) must_check;
void recorder__free(struct recorder *recorder);
static inline void own_recorder_(struct recorder **recorder)
{
	recorder__free(*recorder);
}
#define own_recorder own_with(own_recorder_)

/** One slot more is its. */
void recorder__adopt(struct recorder *recorder, __u32 slot);

/** Is the slot one of its? */
bool recorder__has(const struct recorder *recorder, __u32 slot);

struct newborn {
	__u32 slot;
	uint64_t id;
	const char *name; /* of its directory; borrowed */
	bool below_ours;  /* it lies below one that was adopted, and so it must be, too */
};

/**
 * A cgroup was made outside of all targets and is recorded in a slot that nobody has: recorder__adopt() and session__keep_newborn()
 * keep it, session__dismiss_newborn() does not.
 */
typedef void recorder_newborn_fn(const struct newborn *newborn, void *context);
void recorder__on_newborn(struct recorder *recorder, recorder_newborn_fn *fn, void *context);

/** Is called for the first of each kind of denied calls, as it happens. */
typedef void recorder_denial_fn(const struct denial *denial, void *context);
void recorder__on_denial(struct recorder *recorder, enum arch native, recorder_denial_fn *fn,
			 void *context);

/**
 * A filter has logged a call of some process of the machine: keeps it if the process is in one of the recorder's slots.
 * is_inside is asked about a process that the programs do not know; NULL: then it is none.
 */
void recorder__take_logged(struct recorder *recorder, const struct session *session,
			   const struct logged_call *record,
			   bool (*is_inside)(uint32_t pid, void *context), void *context);
/** Records were lost. */
void recorder__lose_logged(struct recorder *recorder, uint64_t records);

/** The session's on_record; context is the recorder. Records that are damaged are counted as late. */
void recorder__take(const void *data, size_t len, void *context);

/** Recording begins now: times are counted from here. */
void recorder__begin(struct recorder *recorder);

/** Recording began in another process, as the entry has it; of a session of each cgroup: all of them count their times from there. */
void recorder__resume(struct recorder *recorder, const struct entry *entry);

/* What a live line shows. */
struct progress {
	uint64_t elapsed; /* ns */
	uint64_t calls;
	size_t distinct;
	uint64_t since_new;       /* ns since the last call that was new */
	uint64_t calls_since_new; /* calls since whittle was told of it */
};

/** To be called when news have been taken: keeps how many calls there were when the last one came. */
void recorder__note_news(struct recorder *recorder, const struct session *session);

struct progress recorder__progress(const struct recorder *recorder, const struct session *session);

/**
 * Has whittle been told of any call? Also of one that counts in no progress yet, since it may turn out to be a launcher's: all that a
 * container without a filter calls is that for ten seconds, unless it forks.
 */
bool recorder__has_news(const struct recorder *recorder);

/**
 * Reads the truth of a session that is detached, or whose slots are stopped, and fills the recording in: everything but target and `whole`, which the caller
 * knows: `whole` becomes false if what came in had started elsewhere. The recording was initialised with recording_init().
 */
int recorder__finish(struct recorder *recorder, struct session *session,
		     struct recording *recording, struct err *err) must_check;

/** For a slot of a session of each cgroup. *out is owned: recorder__free(). */
int recorder__new_of(__u32 slot, struct recorder **out, struct err *err) must_check;

/** Recording began at that time (CLOCK_MONOTONIC, ns), which is past; 0: it begins now. */
void recorder__begin_at(struct recorder *recorder, uint64_t time);

/**
 * As recorder__finish(), for a slot of a session of each cgroup: at any time, if its cgroup is gone, whose news have been taken, and which has not
 * spilled; then `lineages` is empty. After detach for any, and so of a resident session. May be called again. Misses, which are of the session, are the caller's.
 */
int recorder__close(struct recorder *recorder, struct session *session,
		    const struct lineages *lineages, struct recording *recording,
		    struct err *err) must_check;

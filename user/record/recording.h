/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recording: what was observed, and everything that says how far it can be trusted. Written as JSON (version 1,
 * whittle-recording(5)). It knows nothing of BPF and nothing of profiles; sets of syscalls are taken out of it.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "record/denials.h"
#include "syscalls/set.h"
#include "syscalls/tuples.h"

#define RECORDING_VERSION 1

enum observed_class {
	OBSERVED_INVALID = 0,
	OBSERVED_WORKLOAD,
	OBSERVED_IN_FLIGHT, /* a thread was in it, or had just made it, when recording began */
	OBSERVED_RUNTIME,   /* by the container runtime, with the filter already loaded */
	OBSERVED_LAUNCHER,  /* by a launcher that ran inside: not the workload's */
	OBSERVED_CLASS_COUNT,
};

/** "workload", "in_flight", ... */
const char *observed_class_name(enum observed_class class);

/* Who called first; known unless the ring was full (recording.late). */
struct first_call {
	bool known;
	uint32_t pid;
	char comm[RECORDING_COMM_LEN];
	uint64_t args[6];
};

struct observed {
	struct syscall call;
	enum observed_class class;
	uint64_t calls;
	uint64_t first_ns; /* since recording began; 0: before, or unknown */
	struct first_call first;
	uint64_t total_ns; /* with recording.timed */
	uint64_t errors;
};

/* Processes that moved in and ran no exec: not counted. */
struct moved {
	uint32_t pid;
	uint64_t calls;
	char comm[RECORDING_COMM_LEN];
};

struct losses {
	uint64_t late;    /* first sightings without detail: no loss of a call */
	uint64_t cgroups; /* not recorded at all: no room for them */
	uint64_t groups;  /* processes that could not be marked: counted as workload */
	uint64_t calls;   /* no room to count them */
	uint64_t left; /* processes that left while they ran: what they called since is not recorded */
	uint64_t moved;   /* processes that moved in and ran no exec, beside those that are named */
	uint64_t misses;  /* runs of a program that the kernel skipped: up to so many calls */
	uint64_t denials; /* denied calls that there was no room to count */
	uint64_t log;     /* messages about logged calls that were lost */
};

struct recording {
	char kernel[65], machine[65], libseccomp[32];
	enum arch native;
	const char *hook; /* borrowed: a literal */
	char *target;     /* what was recorded, in the words of the command line; owned */
	uint64_t started; /* wall clock, ns since 1970 */
	uint64_t elapsed; /* ns; of several their sum */
	uint64_t longest; /* ns: of the longest of those that were joined; 0: it is one alone */
	bool timed;
	bool calls_since_known;
	uint64_t calls_since_new; /* calls after whittle had been told of, or had looked and found, the last new one */
	uint64_t joined; /* processes that came in as workload and had started elsewhere; of this process's recording only */
	uint64_t remade; /* times that a target was made meanwhile; of this process's recording only */
	bool container; /* the target is known to be one, of several one */
	bool whole;     /* from the first instruction of the target on: nothing was inside before */
	bool incomplete; /* the file that it was read from says so, for whatever reason */
	struct observed *observed;
	size_t observed_len, observed_room;
	struct moved *moved;
	size_t moved_len, moved_room;
	struct denials denied;
	struct losses losses;
	struct tuples_list arguments; /* of calls that a profile must allow */
};

void recording_clear(struct recording *recording);
#define own_recording own_with(recording_clear)

/** Fills in the facts of this host. -ENOTSUP: a machine whose syscalls whittle does not know. */
int recording_init(struct recording *recording, struct err *err) must_check;

/** Copies. */
int recording_add(struct recording *recording, const struct observed *observed) must_check;
int recording_add_moved(struct recording *recording, const struct moved *moved) must_check;

/** Canonical order; one entry for each call and class (calls add up, the earlier first sighting stays). */
void recording_sort(struct recording *recording);

/** Leaves out what other architectures called. How many calls came since the last new one is not known of one alone. */
void recording_keep_arch(struct recording *recording, enum arch arch);

/** The sum of two counts, at most what a recording can hold: INT64_MAX. */
uint64_t recording_sum(uint64_t a, uint64_t b);

/** Canonical order of the moved processes; those that are the same in all are one. */
void recording_sort_moved(struct recording *recording);

/* Processes that moved in: so many of a joined recording are named. */
#define RECORDING_MOVED_MAX 1000

/** ns: how long it was, or the longest of those that were joined; that is what the times of first calls are within. */
uint64_t recording_length(const struct recording *recording);

/** Calls, of all classes that a profile needs, and when each was called first: what the saturation curve is drawn of. */
struct saturation {
	uint64_t *first; /* ns since the beginning, one a distinct call, ascending; 0: before, or unknown */
	size_t distinct;
	uint64_t calls;     /* of the same classes */
	uint64_t since_new; /* ns between the last new one and the end */
};

/** *out is owned: saturation_clear(). */
int recording_saturation(const struct recording *recording, struct saturation *out) must_check;
void saturation_clear(struct saturation *saturation);
#define own_saturation own_with(saturation_clear)

/** Was something lost, so that a call may be missing? */
bool recording_is_incomplete(const struct recording *recording);

/** Does the class belong to what a profile must allow? */
bool observed_is_needed(enum observed_class class);

/** Was there any workload? What a runtime calls to start it is needed by nobody else. */
bool recording_has_workload(const struct recording *recording);

/** Can a profile name the call? */
bool recording_can_name(const struct syscall *call);

/** The calls that a profile must allow; those that it cannot name are left out. */
void recording_needed(const struct recording *recording, struct syscall_set *set);

/** Adds the calls that a filter denied, but for those that it answered with ENOSYS. */
void recording_denied(const struct recording *recording, struct syscall_set *set);

/** JSON, one line an observed call, newline at the end. */
int recording_to_json(const struct recording *recording, struct buf *out,
		      struct err *err) must_check;

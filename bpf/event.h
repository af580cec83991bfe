/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The contract between the BPF programs and user space, written once: how a call is numbered in a count
 * row, the classes of calls, the keys of the maps, and the records on the ring. All fields have a
 * fixed width, and all sizes are asserted. This is the only header that both worlds include.
 */
#ifndef WHITTLE_EVENT_H
#define WHITTLE_EVENT_H

#ifndef __bpf__
#include <linux/types.h>
#endif

#define COMM_LEN 16

/* By which entry a call came in; what its number means depends on it. */
enum abi {
	ABI_NATIVE = 0,
	ABI_COMPAT = 1, /* i386 on x86-64, 32-bit arm on arm64 */
	ABI_X32 = 2,    /* numbers without their bit 30 */
};

/*
 * A count row: one counter for each call that the kernels of today have, of all ABIs.
 * i386 socketcall and ipc have a counter for each subcall. What lies outside goes to the `apart` map,
 * so nothing is ever folded together.
 *
 *   0        510    512      1024        1600        1632   1664          2048
 *   | native | kept | compat | x32 (548) | socketcall | ipc | known, unused |
 */
enum row {
	ROW_NATIVE = 0,
	ROW_KEPT = 510, /* no counters: what is kept of the row itself */
	ROW_COMPAT = 512,
	ROW_X32 = 1024,
	ROW_SOCKETCALL = 1600,
	ROW_IPC = 1632,
	ROW_OUTSIDE = 1664, /* not a counter: this call is counted in `apart` */
	ROW_LEN = 2048,
};

/* see groups_void() in group.bpf.h */
#define GROUPS_EPOCH_STEP (1ULL << 32)

/* In a counter that is not 0: the arguments of that call are kept, so each call is looked at. */
#define COUNT_ARGS (1ULL << 63)

/* Arguments of workload that were met on a CPU, under their masks, of calls that are kept by these alone. Direct-mapped. */
#define KNOWN_TUPLES 64
#define KNOWN_VALUES 3

struct known_tuple {
	__u64 spec; /* of which call, as an index into the masks; 0: an empty place */
	__u64 values[KNOWN_VALUES];
};

#define ROW_ABI_NUMBERS 510 /* native and compat numbers that have a counter */
#define ROW_X32_NUMBERS 548
#define ROW_SUBCALLS    32

/*
 * The counters of one CPU and slot. A power of two, so that the programs can mask an index. What each call looks at lies in the page of
 * the native counters: where the kernel forgets its translations at each change to user space, a page more is dearer than ten
 * instructions.
 */
struct count_row {
	union {
		__u64 calls[ROW_OUTSIDE + 1]; /* by enum row; that of ROW_OUTSIDE stays 0 */
		struct {
			__u64 native[ROW_KEPT];
			__u64 slot; /* once there is a group: whose row it is */
			__u64 group; /* whose call may be counted without asking: see count_group() */
		};
	};
	struct known_tuple known[KNOWN_TUPLES];
	__u64 unused[ROW_LEN - ROW_OUTSIDE - 1 - KNOWN_TUPLES * 4];
};

/* What was found of the task that called last on a CPU: bpf/verdict.bpf.h. User space only voids it. */
#define VERDICTS_MAX 512 /* CPUs */

struct verdict {
	__u64 regs;  /* 0: nobody has called yet */
	__u64 epoch; /* when it was found: verdicts_epoch */
	__u64 task;
	__u32 rows; /* of the target; 0: it is none */
	__u32 row;  /* of these, that of this CPU */
	__u32 tgid;
	__u32 line[7]; /* a line of the cache each */
};

/* The perf tracepoints that are used where others may be skipped: from 7.2 on. */
enum perf_event {
	PERF_SYS_ENTER,
	PERF_SYS_EXIT,
	PERF_PROCESS_EXEC,
	PERF_PROCESS_EXIT,
	PERF_EVENTS,
};

/* Is it a row's counter? */
static inline int row_is_counter(__u32 row)
{
	return row < ROW_OUTSIDE && row / 2 != ROW_KEPT / 2;
}

/* Rows that need no map: of one slot on 32 CPUs, the none slot included. */
#define FEW_ROWS 64

/* i386 multiplexers (arch/x86/entry/syscalls/syscall_32.tbl) */
#define I386_SOCKETCALL 102
#define I386_IPC        117

/* What a call was part of. */
enum call_class {
	CLASS_WORKLOAD = 0,
	CLASS_IN_FLIGHT = 1,   /* a thread was in it, or had just made it, when recording began */
	CLASS_PROVISIONAL = 2, /* after an exec in set-up that carried no new filter */
	CLASS_PROVISIONAL_FILTERED = 3, /* the same, once the group has loaded a filter */
	CLASS_RUNTIME = 4,              /* made in set-up, with the filter already loaded */
	CLASS_COUNT,
	CLASS_DENIED =
		CLASS_COUNT, /* of a tuple alone: a filter stopped the call; image 1: with ENOSYS */
};

/*
 * Slot: a recording's row in the tables. Slot 0 is none: what it counts is never read.
 * SLOTS_MAX is a power of two: the programs mask with it.
 */
#define SLOT_NONE 0
#define SLOTS_MAX 64

enum slot_flags {
	SLOT_COMMAND = 1,     /* whittle's own cgroup: the first exec ends set-up, filter or not */
	SLOT_COUNT_MOVED = 2, /* groups that move in are workload at once */
	/* the inventory did not see everybody: a group whose entry was not seen is workload */
	SLOT_STRANGERS = 4,
	/* a newborn cgroup's: user space has not decided yet, and what is made below it is a newborn, too */
	SLOT_UNDECIDED = 8,
	/* a container whose runtime loads no filter: what loads one is the workload, and no launcher */
	SLOT_UNFILTERED = 32,
	/* of a session of each cgroup: one that is made below has a slot of its own, and does not share this one */
	SLOT_EACH = 16,
};

/* Executables that groups of a slot in set-up ran without a filter. Index 0 is "some other, no room": what runs it is workload. */
#define IMAGES_MAX 64

struct image {
	__u64 ino; /* 0: a free place */
	__u32 dev; /* kernel encoding: major << 20 | minor */
	__u32 pad;
};

struct slot {
	__u32 armed;        /* 0: whoever shows up was inside before; 1: newcomers are in set-up */
	__u32 flags;        /* enum slot_flags, written before any program is attached */
	__u64 late;         /* first sightings that found no room on the ring */
	__u64 lost_cgroups; /* no room for a cgroup: it was not recorded */
	__u64 lost_groups;  /* no room to mark a process: it counts as workload */
	__u64 lost_calls;   /* no room to count a call */
	__u64 left; /* processes, or threads alone, that left the slot while they ran as workload */
	__u64 moved;         /* lineages that had to be told of and have ended */
	__u64 moved_unnamed; /* of these, those that are not on the ring */
	__u64 joined; /* with SLOT_COUNT_MOVED: processes that came in, and had started elsewhere */
	__u64 remade; /* targets that were made meanwhile, so that what they call to start is seen */
	/* only the programs know them. Of each slot: those of a host would fill any table in days */
	struct image images[IMAGES_MAX];
	/* what was seen of an executable here, by its index: not what others do with it elsewhere */
	__u8 launched[IMAGES_MAX]; /* it loaded a filter and then ran the workload: observed, not guessed */
	__u8 stayed[IMAGES_MAX]; /* it was run, and nothing of the kind came of it */
};

/*
 * A place of the target table: an open-addressed hash of cgroup v2 ids. Both worlds add to it: claim `id` (free or removed) by
 * compare-and-swap, then store `rows`; a taken place that is passed over is marked `displaced` first. Who turns
 * `rows` into none, by compare-and-swap, removes: nobody else writes there until `id` is set to removed.
 */
#define TARGET_FREE    0
#define TARGET_REMOVED (~0ULL) /* may be taken again; ids themselves are never reused */
#define TARGETS_LEN    32768   /* for 10,000 targets a session: one in three */
#define TARGETS_PROBES 32

struct target {
	__u64 id;
	__u32 rows; /* which slot it is of: the first of its rows in `counts`, slot x CPUs; 0: of none */
	__u32 displaced; /* somebody who belongs here or before lies further on */
};

static inline __u32 target_hash(__u64 id)
{
	return ((__u32)id * 0x9E3779B1u) >> 17; /* 32 - log2(TARGETS_LEN) */
}

struct file_id {
	__u64 ino;
	__u32 dev; /* kernel encoding, as in struct image */
	__u32 pad;
};

/* Executables known before: a group in set-up that runs one is still in set-up. */
#define LAUNCHERS_MAX     16
#define LAUNCHER_NAME_LEN 16

/* By its name as well: the number of a file that was removed is soon another's. */
struct launcher {
	struct file_id file;
	union {
		char name[LAUNCHER_NAME_LEN]; /* cut, with zeroes behind */
		__u64 words[LAUNCHER_NAME_LEN / 8];
	};
};

/*
 * Key of the `apart` map: calls of all classes but workload, and numbers outside the rows. Where slots share the map, none may have more than
 * half as many keys as a map of one has room for; that of a resident session has room for a share of each.
 */
#define APART_LEN   8192
#define APART_SHARE 1024

struct apart_key {
	__s64 nr;
	__u32 sub; /* subcall of a multiplexer, else 0 */
	__u32 slot;
	__u32 image; /* provisional classes: index of the image, else 0 */
	__u16 call_class;
	__u16 abi;
};

struct apart_calls {
	__u64 calls;
	__u64 first; /* when the first was made: CLOCK_MONOTONIC, ns; 0: not known */
};

/* How a filter stopped a call, as far as it shows. */
enum denied_action {
	DENIED_ERRNO = 0, /* it returned; a TRACE that nobody traces does, too, with ENOSYS */
	DENIED_TRAP = 1,
	DENIED_KILL_THREAD = 2,  /* one of several */
	DENIED_KILL_PROCESS = 3, /* or the only thread of one */
	DENIED_NOTIFY = 4,       /* the answer is the supervisor's */
	DENIED_LOG = 5,          /* not stopped: it was let through, and logged */
	DENIED_COUNT,
};

/* Key of the `denials` map; as for `apart`. */
#define DENIALS_LEN   4096
#define DENIALS_SHARE 256

struct denied_key {
	__s64 nr;
	__u32 sub; /* subcall of a multiplexer, else 0 */
	__u32 slot;
	__s32 error; /* the errno that was returned; 0: none */
	__u16 action;
	__u16 abi;
};

/* A process of the targets that has a filter: when it was first and last seen. */
#define FILTERED_LEN 16384

struct filtered {
	__u32 tgid; /* 0: none */
	__u32 slot;
	__u64 since; /* CLOCK_MONOTONIC, ns */
	__u64 until; /* 0: it lives */
	__u64 left;  /* it was here before, until then, and away until `since`; 0: it was not */
};

/* A call, decoded. */
struct call {
	__s64 nr;
	__u32 sub; /* subcall of a multiplexer, else 0 */
	__u32 row; /* ROW_OUTSIDE if it has no counter */
	__u32 abi;
	__u32 pad;
};

/* A live process of a slot: whether it is workload, see bpf/group.bpf.h. User space only forgets those of a slot that it frees. */
enum group_state {
	GROUP_WORKLOAD = 0,
	GROUP_SETUP = 1,
	GROUP_PROVISIONAL = 2,
	GROUP_GONE = 3, /* it has left its lineage, and its slot is GROUP_NOWHERE */
};

/* The slot of one that is about to go, or about to be something in another slot. */
#define GROUP_NOWHERE 0xffffffffU

struct group {
	__u64 lineage; /* 0: it never was in set-up, or never leaves it: whittle's helper */
	__u64 since;   /* PROVISIONAL: the time of its exec */
	union {
		struct {
			__u32 slot;
			__u32 claims; /* one more each time that it is claimed, from any number on */
		};
		__u64 place; /* both: what is exchanged to claim it, by who sees first that it has gone elsewhere */
	};
	__u32 state;
	__u32 image;   /* PROVISIONAL: what it runs */
	__u32 filters; /* seccomp filters that it entered with */
	__u8 has_exec; /* `exec` is a call that a thread of it is in */
	__u8 away;     /* it has left its slot, or a thread of it has: that was counted */
	__u8 hook;     /* SETUP: it runs a hook of the runtime, or something that one has started */
	__u8 early;    /* it called in its slot, and the kernel has not told yet that it is there */
	struct call exec;
	char exec_comm[COMM_LEN]; /* of the thread that is in it: the exec itself gives it another */
};

/* Groups in set-up that descend from one that entered, or provisional ones that descend from one that ran an image; kept as long as one of them lives. */
struct lineage {
	__u64 calls; /* made in set-up, not counted anywhere else */
	__u32 slot;
	__u32 live;  /* groups of it that are not workload */
	__u32 execs; /* execs that ended set-up */
	__u32 after; /* calls made in set-up since the first of them */
	__u32 pid;   /* the one that founded it */
	__u32 image; /* what the one that founded it has run without a filter; 0: nothing, it entered */
	__u32 launched; /* and that was a launcher */
	__u32 pad;
	char comm[COMM_LEN];
};

/*
 * Has anybody to be told that calls of a lineage were not counted? A runtime that has forked what runs the exec waits for it at most, and ends; what
 * calls more than that was no runtime.
 */
#define LINEAGE_WAITS 4

/* So many of a slot are told of by name, so that one recording does not take the ring from the others; the rest is counted. */
#define MOVED_NAMED 32

static inline int lineage_is_told(const struct lineage *lineage)
{
	return lineage->calls && (!lineage->execs || lineage->after > LINEAGE_WAITS);
}

/* Time and errors of a call, kept when statistics are asked for; index as in the count rows. */
struct timing {
	__u64 ns;
	__u64 errors;
};

/* The bits of a call's arguments that matter; 0: the argument does not. */
#define ARG_SPECS_MAX 256

struct arg_masks {
	__u64 values[6];
};

/* Arguments that a call was made with, under its masks. */
struct tuple {
	__u64 values[6];
	__u32 slot;
	__u16 row;
	__u8 call_class;
	__u8 image; /* provisional classes: index of the image; CLASS_DENIED: see there; else 0 */
};

/* A count of tuples from here on: there was no room for one. More than any limit. */
#define TUPLES_LOST (1u << 24)
/* A target that may be made anew, see bpf/follow.bpf.h. */
#define CGROUP_NAME_LEN  256 /* NAME_MAX + 1 */
#define NEWBORN_NAME_MAX 64  /* of a container's id */
#define FOLLOW_WORDS     (CGROUP_NAME_LEN / 8)
#define FOLLOWS_MAX      256
#define FOLLOW_PROBES    16

struct follow_name {
	union {
		char text[CGROUP_NAME_LEN]; /* of its directory, or its path from the top, which begins with '/'; zeroes behind */
		__u64 words[FOLLOW_WORDS];
	};
};

struct follow {
	__u64 parent; /* id of the cgroup that it lies in; 0: of any, and where `name` is a path */
	__u64 hash;   /* of the name */
	__u32 slot;   /* SLOT_NONE: the place is free */
	__u32 pad;
	struct follow_name name;
};

static inline __u64 follow_hash(const struct follow_name *name)
{
	__u64 hash = 0xcbf29ce484222325ULL;

	for (int i = 0; i < FOLLOW_WORDS; i++) {
		hash = (hash ^ name->words[i]) * 0x100000001b3ULL;
		hash ^= hash >> 32;
	}
	return hash;
}

/* The places that it may be in, in the order of `probe`; a free one between two that are taken does not end the search. */
static inline __u32 follow_place(__u64 parent, __u64 hash, __u32 probe)
{
	return ((__u32)(parent ^ hash) + probe) & (FOLLOWS_MAX - 1);
}

/*
 * What a recording without a process is: the row of its slot in `entries`. Written and read by user space only, under the lock of
 * the resident session (user/record/resident.h).
 */
#define ENTRY_NAME_LEN   128
#define ENTRY_TARGET_LEN 3912

enum entry_flags {
	ENTRY_HALF = 1,  /* whoever makes it is not done, or was killed */
	ENTRY_WHOLE = 2, /* nothing was inside before */
	ENTRY_STARTED =
		4, /* by `whittle start`: it stays until it is stopped, even if nothing ever runs in it */
	ENTRY_CONTAINER = 8, /* its target is one */
	ENTRY_FOLLOWS = 16,  /* its cgroup may be made anew */
	ENTRY_DENIALS = 32,  /* it keeps denied calls */
	ENTRY_ARGS = 64,     /* it keeps arguments */
};

struct entry {
	__u64 begun;         /* CLOCK_MONOTONIC, ns */
	__u64 begun_wall;    /* CLOCK_REALTIME, ns */
	__u64 misses;        /* session__misses() at the time: not of this recording */
	__u64 enters_missed; /* session__enters_missed(), likewise */
	/* what was known when somebody looked first after the last new call; distinct 0: nobody has looked yet */
	__u64 noted_new;   /* when that was made, ns since it began */
	__u64 noted_calls; /* calls by the time of that look */
	__u32 noted_distinct;
	__u32 flags;                   /* enum entry_flags */
	char name[ENTRY_NAME_LEN];     /* "": the slot is free */
	char target[ENTRY_TARGET_LEN]; /* what is recorded, in words */
};

/* A record that a recording still needs, taken off the ring of a resident session so that others find room there. */
#define KEPT_RECORD_LEN 112 /* no record of such a session is longer */

struct kept_record {
	__u64 len; /* written last; 0: the place is free */
	__u8 data[KEPT_RECORD_LEN];
};

/*
 * Where a row for each CPU would take too much memory, CPUs share them (bpf/shared.bpf.h): with counters of native calls only.
 * Powers of two: the programs mask with them.
 */
#define SHARED_ROW_LEN 512

struct shared_row {
	__u64 calls[SHARED_ROW_LEN];
};

/* Processes whose calls may be counted without asking, as count_row.group has one. By the low bits of the tgid. */
#define SHARED_KNOWN_LEN 512

struct shared_known {
	struct {
		__u64 group;
		__u64 slot;
	} groups[SHARED_KNOWN_LEN];
};

/*
 * A session of each cgroup (bpf/each.bpf.h) has a slot for every one, so that a slot must be small: rows are shared, and what else there
 * is has a table of its own. A power of two: the programs mask with it.
 */
#define EACH_SLOTS_MAX   16384
#define EACH_APART_LEN   128
#define EACH_PROBES      32
#define EACH_APART_TAKEN (~0U) /* a key's slot while the key is being written */

struct each_apart {
	struct apart_key key; /* its slot, written last: SLOT_NONE, the place is free */
	__u64 calls;
	__u64 first; /* as in struct apart_calls */
};

struct each_aparts {
	struct each_apart calls[EACH_APART_LEN];
};

/* Of a session of each cgroup: what a slot is of. Programs write it of a cgroup that is made, user space of the others. */
struct each_born {
	__u64 id;   /* 0: nobody has the slot */
	__u64 time; /* when it was made: CLOCK_MONOTONIC, ns; 0: before recording */
	__u64 gone; /* when it was removed; 0: it is there */
	__u32 parent_slot;
	__u8 spilled; /* calls of it are in `apart`, because its own table was full */
	__u8 inside;  /* processes were there before recording began */
	__u16 pad;
	char name[CGROUP_NAME_LEN]; /* of its directory */
};

/* Records on the ring: each begins with its kind. */
enum ev_kind {
	EV_INVALID = 0,
	EV_FIRST = 1,
	EV_MOVED = 2,
	EV_GONE = 3,
	EV_BORN = 4,
	EV_DENIED = 5,
	EV_EACH = 6,
};

/* A call was seen for the first time in its slot and class. */
struct ev_first {
	__u32 kind;
	__u32 slot;
	__u64 time; /* CLOCK_MONOTONIC, ns */
	__s64 nr;
	__u64 args[6];
	__u32 sub;
	__u32 image;
	__u32 pid; /* as the initial pid namespace numbers it */
	__u32 tid;
	__u16 call_class;
	__u16 abi;
	__u32 pad;
	char comm[COMM_LEN];
};

/* Processes that moved in have all gone, and lineage_is_told() of them: their calls were not counted. */
struct ev_moved {
	__u32 kind;
	__u32 slot;
	__u32 pid;
	__u32 pad;
	__u64 time; /* CLOCK_MONOTONIC, ns */
	__u64 calls;
	char comm[COMM_LEN];
};

/* A cgroup of a slot was removed: user space looks whether a target is left. */
struct ev_gone {
	__u32 kind;
	__u32 slot;
};

/* The each_born of a slot has changed. It may have changed again since. */
struct ev_each {
	__u32 kind;
	__u32 slot;
	__u64 id;
	__u64 gone; /* 0: it was made */
};

/* A cgroup was made outside of all targets, and is recorded in a slot of its own until user space has decided. */
struct ev_born {
	__u32 kind;
	__u32 slot;
	__u32 parent_slot; /* of another newborn that it lies below; SLOT_NONE: it lies below no target */
	__u32 pad;
	__u64 id;
	char name[CGROUP_NAME_LEN]; /* of its directory */
};

/* A filter has stopped a call in this way for the first time. */
struct ev_denied {
	__u32 kind;
	__u32 slot;
	__u64 time; /* CLOCK_MONOTONIC, ns */
	struct denied_key key;
	__u64 args[6];
	__u32 pid; /* as the initial pid namespace numbers it */
	__u32 tid;
	char comm[COMM_LEN];
};

_Static_assert(sizeof(struct slot) == 80 + IMAGES_MAX * (sizeof(struct image) + 2), "struct slot");
_Static_assert(sizeof(struct count_row) == ROW_LEN * 8, "struct count_row");
_Static_assert(__builtin_offsetof(struct count_row, slot) == ROW_KEPT * 8 &&
		       __builtin_offsetof(struct count_row, group) == (ROW_KEPT + 1) * 8 &&
		       ROW_ABI_NUMBERS == ROW_KEPT,
	       "struct count_row: nothing else may count there");
_Static_assert(sizeof(struct known_tuple) == 32, "struct known_tuple");
_Static_assert(sizeof(struct target) == 16, "struct target");
_Static_assert(sizeof(struct verdict) == 64, "struct verdict");
_Static_assert(sizeof(struct image) == 16, "struct image");
_Static_assert(sizeof(struct file_id) == 16, "struct file_id");
_Static_assert(sizeof(struct launcher) == 32, "struct launcher");
_Static_assert(sizeof(struct apart_key) == 24,
	       "struct apart_key: padding would be part of the key");
_Static_assert(sizeof(struct apart_calls) == 16, "struct apart_calls");
_Static_assert(sizeof(struct denied_key) == 24,
	       "struct denied_key: padding would be part of the key");
_Static_assert(sizeof(struct filtered) == 32, "struct filtered");
_Static_assert(sizeof(struct group) == 80, "struct group");
_Static_assert(sizeof(struct lineage) == 56, "struct lineage");
_Static_assert(sizeof(struct tuple) == 56, "struct tuple: padding would be part of the key");
_Static_assert(ROW_LEN <= 65536 && IMAGES_MAX <= 256, "struct tuple");
_Static_assert(sizeof(struct timing) == 16, "struct timing");
_Static_assert(sizeof(struct follow) == 280, "struct follow");
_Static_assert(sizeof(struct entry) == 4096, "struct entry");
_Static_assert(sizeof(struct ev_first) == 112, "struct ev_first");
_Static_assert(sizeof(struct ev_moved) == 48, "struct ev_moved");
_Static_assert(sizeof(struct ev_gone) == 8, "struct ev_gone");
_Static_assert(sizeof(struct ev_born) == 280, "struct ev_born");
_Static_assert(sizeof(struct ev_each) == 24, "struct ev_each");
_Static_assert(sizeof(struct each_apart) == 40, "struct each_apart");
_Static_assert(sizeof(struct each_born) == 288, "struct each_born");
_Static_assert(sizeof(struct ev_denied) == 112, "struct ev_denied");
_Static_assert(sizeof(struct kept_record) == 8 + KEPT_RECORD_LEN, "struct kept_record");

#endif

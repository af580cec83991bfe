/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The resident session: one set of programs, pinned at /sys/fs/bpf/whittle/v1, that records without any process. Recordings are
 * slots of it, with a name each; what they are is kept with the pins, so that no file can disagree. Whoever has it open holds its
 * lock: what is done with it takes milliseconds. With the last recording the pins go.
 *
 * Beside it there may be one of each cgroup (session_each.h), in /sys/fs/bpf/whittle-each/v1, with a lock of its own: it is one recording,
 * and whoever reads it has it for as long as files are written.
 */
#pragma once

#include "record/pin_home.h"
#include "record/recording.h"
#include "record/session.h"

/*
 * How long whoever has time waits for the lock. It is held for milliseconds, but many may be at it at once, the first of them has the
 * programs loaded, and of each cgroup reading takes as long as there are cgroups.
 */
#define RESIDENT_PATIENCE_MS 30000

struct resident {
	struct pin_home home;
	bool pinned; /* the pins are there */
	/* what the caller wants before it opens, 0: the usual */
	bool each;         /* the session of each cgroup, instead of the one of all others */
	__u32 each_slots;  /* if that is made: how many cgroups it has room for */
	size_t ring_bytes; /* if it is made: room for news of all its recordings */
	int patience_ms;   /* how long to wait for its lock */
	bool denials;      /* recordings can keep denied calls */
	const struct arg_plan *args; /* ... and arguments; borrowed until it is closed */
	struct session *session;
	/* who looks at the news right now, as on_record of struct session_options */
	void (*take)(const void *data, size_t len, void *context);
	void *take_context;
};

#define RESIDENT_CLOSED ((struct resident){.home.fd = -1})

/**
 * Opens the session, and makes it first if it is not there and `make` says so. -ENOENT: it is not there; -EBUSY: somebody else
 * keeps it locked for too long; -EPROTO: another version of whittle made it, or parts of it are gone; -ENOTSUP: it was made without what the caller wants.
 * `features`: enum feature.
 */
int resident_open(struct resident *resident, bool make, unsigned int features,
		  struct err *err) must_check;
void resident_close(struct resident *resident);
#define own_resident own_with(resident_close)

/** The slot of the recording of this name; SLOT_NONE: there is none. */
__u32 resident_find(const struct resident *resident, const char *name);

/** What a recording in a slot is, its name empty if there is none; borrowed. */
const struct entry *resident_entry(const struct resident *resident, __u32 slot);

/* What a recording is to be. A text that is too long for an entry is cut; a name must fit. */
struct resident_request {
	const char *name;        /* unique; with ENTRY_STARTED in both sessions */
	const char *target;      /* in words; of each cgroup: the path that they lie below */
	unsigned int flags;      /* enum entry_flags */
	unsigned int slot_flags; /* enum slot_flags */
};

/** Is it a name that people can give to a recording, in a command line, a unit's or a file's name? -EINVAL: no. */
int resident_check_name(const char *name, struct err *err) must_check;

/**
 * Takes a slot for a recording, which is a half-made one until resident_arm(). Then add its cgroups. -EEXIST: there is one of this
 * name; -ENOSPC: there are as many as can be.
 */
int resident_begin(struct resident *resident, const struct resident_request *request, __u32 *slot,
		   struct err *err) must_check;
/** Adds a cgroup by its id. -EBUSY: it is recorded already, under another name. */
int resident_add(struct resident *resident, __u32 slot, uint64_t cgroup,
		 struct err *err) must_check;
/** Takes one away again that is gone by now, see session__remove_cgroup(). */
void resident_remove(struct resident *resident, uint64_t cgroup);
/** Adds a cgroup that may be made, once or again, see session__follow(). */
int resident_follow(struct resident *resident, __u32 slot, uint64_t parent, const char *name,
		    struct err *err) must_check;
/** What is half-made is whole from here on: where resident_arm() is not what it takes. */
void resident_complete(struct resident *resident, __u32 slot);
/** Whoever is inside is workload, and from here on whoever comes is in set-up. The recording is made. `whole`: nobody is inside. */
int resident_arm(struct resident *resident, __u32 slot, bool whole, struct err *err) must_check;

/**
 * All of this at once, for a container that is being made: whoever is inside its cgroup is in set-up until it runs an exec. -EEXIST: it
 * is recorded under this name already; -EBUSY: it is under another, or another is under this one; -ENOSPC. A recording of this name
 * whose cgroups are all gone is forgotten.
 */
int resident_begin_newborn(struct resident *resident, const struct resident_request *request,
			   uint64_t cgroup, struct err *err) must_check;

/** All slots that may be recordings, the none slot included. */
__u32 resident_slots(const struct resident *resident);
/** Does a cgroup of the recording exist? */
bool resident_has_targets(const struct resident *resident, __u32 slot);

/** Is it the recording that began at this time (entry.begun)? Another may have taken the slot. */
bool resident_is(const struct resident *resident, __u32 slot, uint64_t begun);

/**
 * Fills *recording in, which was initialised with recording_init(), as it stands; the recording goes on. Of each cgroup: their union. Calls since the last new one are
 * known from the second look at it on, and count from the first.
 */
int resident_read(struct resident *resident, __u32 slot, struct recording *recording,
		  struct err *err) must_check;

/* Of a session of each cgroup: who has a slot. */
struct resident_cgroups {
	size_t there, gone, vacant;
};

void resident_count(const struct resident *resident, struct resident_cgroups *out);

/** Is there a recording of this name in that one of the two sessions, as far as it can be read? Waits for nobody. */
bool resident_has(const char *name, bool each);

/** -ENOENT, and a sentence: there is no recording of this name, in neither of them, and which one may be meant. Waits for nobody. */
int resident_no_such(const char *name, struct err *err);

/** Throws away what another version of whittle has pinned, or what is not whole any more; `each`: as in struct resident. -ENOENT: there is nothing of the kind. */
int resident_remove_unreadable(bool each, struct err *err) must_check;

/** Ends a recording and fills *recording in, which was initialised with recording_init(). It stays until it is forgotten. */
int resident_end(struct resident *resident, __u32 slot, struct recording *recording,
		 struct err *err) must_check;

/** Frees the slot of a recording; it ends, if it has not ended. */
void resident_forget(struct resident *resident, __u32 slot);

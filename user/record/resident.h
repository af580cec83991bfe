/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The resident session: one set of programs, pinned at /sys/fs/bpf/whittle/v1, that records without any process. Recordings are
 * slots of it, with a name each; what they are is kept with the pins, so that no file can disagree. Whoever has it open holds its
 * lock: what is done with it takes milliseconds. With the last recording the pins go.
 */
#pragma once

#include "record/recording.h"
#include "record/session.h"

struct resident {
	int bpffs;   /* the directory that the pins' one lies in: -1: closed */
	bool pinned; /* the pins are there */
	struct session *session;
	void *news_to; /* the recorder that looks at the news right now */
};

#define RESIDENT_CLOSED ((struct resident){.bpffs = -1})

/**
 * Opens the session, and makes it first if it is not there and `make` says so. -ENOENT: it is not there; -EBUSY: somebody else
 * keeps it locked for half a minute; -EPROTO: another version of whittle made it. `features`: enum feature.
 */
int resident_open(struct resident *resident, bool make, unsigned int features,
		  struct err *err) must_check;
void resident_close(struct resident *resident);
#define own_resident own_with(resident_close)

/** The slot of the recording of this name; SLOT_NONE: there is none. */
__u32 resident_find(const struct resident *resident, const char *name);

/** What a recording in a slot is; borrowed. */
const struct entry *resident_entry(const struct resident *resident, __u32 slot);

/* What a recording is to be. Texts that are too long for an entry are cut; a name must fit. */
struct resident_request {
	const char *name;   /* unique */
	const char *target; /* in words */
	uint64_t cgroup;    /* id: its processes are in set-up until they run an exec */
};

/**
 * Begins to record a cgroup. -EEXIST: it is recorded under this name already; -EBUSY: it is under another, or another is
 * under this one; -ENOSPC: there are as many as can be. A recording of this name whose cgroups are all gone is forgotten.
 */
int resident_begin(struct resident *resident, const struct resident_request *request,
		   struct err *err) must_check;

/** Ends a recording and fills *recording in, which was initialised with recording_init(). It stays until it is forgotten. */
int resident_end(struct resident *resident, __u32 slot, struct recording *recording,
		 struct err *err) must_check;

/** Frees the slot of a recording. */
void resident_forget(struct resident *resident, __u32 slot);

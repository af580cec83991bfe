/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine: one set of programs, pinned at /sys/fs/bpf/whittle/v1, that records without any process. Recordings are slots of
 * it, with a name each; what they are is kept with the pins, so that no file can disagree. Whoever has it open holds its lock: what is
 * done with it takes milliseconds. With the last recording the pins go.
 */
#pragma once

#include "record/recording.h"
#include "record/session.h"

struct engine {
	int bpffs;   /* the directory that the pins' one lies in: -1: closed */
	bool pinned; /* the pins are there */
	struct session *session;
	void *news_to; /* the recorder that looks at the news right now */
};

#define ENGINE_CLOSED ((struct engine){.bpffs = -1})

/**
 * Opens the engine, and makes it first if it is not there and `make` says so. -ENOENT: it is not there; -EBUSY: somebody else
 * keeps it locked for longer than a second; -EPROTO: another version of whittle made it. `features`: enum feature.
 */
int engine_open(struct engine *engine, bool make, unsigned int features,
		struct err *err) must_check;
void engine_close(struct engine *engine);
#define own_engine own_with(engine_close)

/** The slot of the recording of this name; SLOT_NONE: there is none. */
__u32 engine_find(const struct engine *engine, const char *name);

/** What a recording in a slot is; borrowed. */
const struct entry *engine_entry(const struct engine *engine, __u32 slot);

/* What a recording is to be. Texts that are too long for an entry are cut; a name must fit. */
struct engine_request {
	const char *name;    /* unique */
	const char *target;  /* in words */
	const char *runtime; /* who sets the container up; NULL: not known */
	uint64_t cgroup;     /* id: its processes are in set-up until they run an exec */
};

/** Begins to record a cgroup. -EEXIST: there is a recording of this name; -ENOSPC: there are as many as can be. */
int engine_begin(struct engine *engine, const struct engine_request *request,
		 struct err *err) must_check;

/** Ends a recording and fills *recording in, which was initialised with recording_init(). It stays until it is forgotten. */
int engine_end(struct engine *engine, __u32 slot, struct recording *recording,
	       struct err *err) must_check;

/** Frees the slot of a recording. */
void engine_forget(struct engine *engine, __u32 slot);

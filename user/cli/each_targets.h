/* SPDX-License-Identifier: BSD-2-Clause */
/* The cgroups of --each, one a slot: who they are, what is recorded of them, and the files that come of it. */
#pragma once

#include "cli/each_files.h"
#include "record/recorder.h"
#include "target/cgroup.h"

struct each_target {
	struct recorder *recorder; /* NULL: the slot is nobody's, or not known yet */
	uint64_t id;
	struct each_who who;
	__u32 owner; /* the slot whose recording it is part of: its own, or that of a container or unit that it lies in */
	__u32 parts; /* slots that are part of it */
	bool gone;
};

struct each_targets {
	struct session *session; /* borrowed */
	struct cgroup top;       /* PATH */
	struct each_files files;
	__u32 flags;     /* enum slot_flags of new cgroups */
	bool behind;     /* there were changes without news that were not looked at */
	bool resident;   /* slots stay what they are: others may read them, and it may go on */
	uint64_t misses; /* of the session, before it began */
	uint64_t begun; /* of those that were there before: when it began, CLOCK_MONOTONIC, ns; 0: now */
	struct each_target *all;
	__u32 len;                /* slots */
	struct recording host;    /* what recordings begin with */
	struct lineages lineages; /* at the end */
	/* what came of it */
	size_t recorded, empty; /* cgroups */
	size_t moved, unnamed;  /* processes that are not counted, and calls that no profile has */
	size_t spilled;       /* how often one could not be written early, see each_born.spilled */
	struct losses losses; /* of all */
	bool incomplete;
};

void each_targets_clear(struct each_targets *targets);
#define own_each_targets own_with(each_targets_clear)

/** Room for so many slots. */
int each_targets_reserve(struct each_targets *targets, __u32 slots, struct err *err) must_check;

/** Knows whose a slot is from here on, if it is somebody's. 0 or -ENOMEM. */
int each_targets_know(struct each_targets *targets, __u32 slot) must_check;

/** The same of all slots. */
int each_targets_know_all(struct each_targets *targets, struct err *err) must_check;

/** A session's on_record: context is struct each_targets. */
void each_targets_take(const void *data, size_t len, void *context);

/** After records were taken: were there changes without news? */
void each_targets_catch_up(struct each_targets *targets);

/** Takes what engines tell. */
void each_targets_take_names(struct each_targets *targets);

/** Writes all that are left; the session is detached, or resident. */
int each_targets_end(struct each_targets *targets, struct err *err) must_check;

/** What came of it, in words. */
void each_targets_tell(const struct each_targets *targets);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `whittle record -- docker run ...`: the client runs as it would, but the container that it makes lies in a cgroup of
 * whittle's, from its first instruction on, and unless the user said otherwise it has a filter that refuses nothing, for a runtime that
 * loads one shows where its set-up ends.
 */
#pragma once

#include "base/err.h"
#include "cli/engine_default.h"
#include "target/cgroup.h"
#include "target/engine_run.h"

#include <stdbool.h>

enum {
	FILTER_ALLOW,  /* one that refuses nothing */
	FILTER_ENGINE, /* what the engine does without whittle */
};

struct record_engine {
	bool used;
	bool caught;   /* it goes where the user says, and is found when its cgroup is made */
	bool found;    /* so it was */
	size_t target; /* it is this one of the recording's targets then */
	bool lasts; /* it may run when its client has ended: it is detached, or started again by its policy */
	struct engine_run run;
	char parent[NAME_MAX + 2]; /* the cgroup, as the engine calls it */
	char label[64];
	char directory[64]; /* holds cidfile, "": none */
	char cidfile[PATH_MAX]; /* the client writes the container's id there before it starts the container */
	int filter;             /* a profile in memory, -1: none */
	char **argv;            /* what is run; the array is owned */
	int absent; /* how often in a row the engine said that the container does not run */
};

#define RECORD_ENGINE_NONE ((struct record_engine){.filter = -1})

void record_engine_clear(struct record_engine *engine);

/** Does the command run a container, in a way that can be recorded? *engine says so. */
int record_engine_plan(struct record_engine *engine, char *const *argv, struct err *err) must_check;

/** What the container may call if the engine has its way. */
struct engine_default record_engine_container(const struct record_engine *engine);

/**
 * Makes the cgroup for the container (unless it is caught), and the command line that has it put there. `uid`: whose process the client is.
 */
int record_engine_prepare(struct record_engine *engine, char *const *argv, uid_t uid, int filter,
			  struct cgroup *cgroup, struct err *err) must_check;

/** Does its runtime load no filter? Then what loads one is the workload. After record_engine_prepare(). */
bool record_engine_is_unconfined(const struct record_engine *engine);

/** Warns of what a container that stays keeps from its recording. */
void record_engine_warn(const struct record_engine *engine);

/** Is the container of this id, whole, the one that the command made? */
bool record_engine_made(struct record_engine *engine, const char *id);

/** For how many ms may its cgroup be empty before the engine starts the container again? Of a command that is none, 0. */
int record_engine_pause(const struct record_engine *engine);

/** Has the container ended for good? A restart policy may bring it back. */
bool record_engine_is_over(struct record_engine *engine);

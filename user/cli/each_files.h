/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the recordings of --each to files: one for each, or with --merge-by one for all that are alike. A container is named by its
 * engine, which is asked beside (census.h): whoever has ended before the engine has told of it waits here, not in its slot.
 */
#pragma once

#include "cli/each_groups.h"
#include "cli/each_names.h"
#include "cli/result.h"
#include "target/census.h"

/* Whom a recording is of. */
struct each_who {
	enum target_kind kind;
	char *path; /* below PATH */
	char *file; /* what its files are called, once they have been written or could not be */
	/* of a container: as each_names_container() says */
	char *container, *image;
	uint64_t census;       /* the one that tells its name, if any does */
	unsigned int censuses; /* how many it was looked up in */
};

void each_who_clear(struct each_who *who);

/** A container that no engine has told of so far? */
bool each_who_is_nameless(const struct each_who *who);

/* One that has ended. */
struct each_ended {
	struct each_who who;
	struct recording recording;
};

struct each_files {
	const char *top;       /* PATH; borrowed, like the rest that is said */
	const char *directory; /* of the profiles; NULL: none are wanted */
	struct result_options result;
	enum merge_by merge_by;
	struct each_groups groups;
	struct each_names names;
	struct census census;
	struct each_ended *ended; /* that wait for their names, or could not be written */
	size_t ended_len;
	/* what came of it */
	size_t written; /* files */
	bool failed;
};

void each_files_clear(struct each_files *files);

/** Can files be written into the directories that are wanted? They are made if they are not there. */
int each_files_check(const struct each_files *files, struct err *err) must_check;

/** A container that has shown up: is its name known? If not, engines are asked. */
void each_files_meet(struct each_files *files, const char *id, struct each_who *who);

/** When another census is there: has it a name now, if it is a container without one? If not, it is asked for some more times. */
void each_files_look_up(struct each_files *files, struct each_who *who);

/** Takes what engines tell. True: a census is there, for each_files_look_up(), and those that have ended can be written. */
bool each_files_take(struct each_files *files);

/** Writes some of those that have ended; true: that worked, and there are more. */
bool each_files_write_some(struct each_files *files);

/**
 * Writes the recording, or adds it to those that are alike, or keeps it until its name is known; what is taken of *who and *recording
 * is gone from there. An error that was told has no code.
 */
int each_files_add(struct each_files *files, struct each_who *who, struct recording *recording,
		   struct err *err) must_check;

/**
 * Nobody is asked beside from here on, but once more here, if somebody that has ended has no name, or another one (`wanted`). All that
 * are left are for each_files_look_up().
 */
void each_files_last_names(struct each_files *files, bool wanted);

/** Writes all that are left. */
void each_files_end(struct each_files *files);

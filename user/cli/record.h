/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recording in the making, from parsed options to written files: what the parts of `whittle record` share. cmd_record.c
 * has the options and the exit status, record_start.c targets and start, record_write.c the results.
 */
#pragma once

#include "base/spawn.h"
#include "cli/loop.h"
#include "cli/options.h"
#include "cli/record_engine.h"
#include "cli/result.h"
#include "cli/target_list.h"
#include "record/recorder.h"
#include "record/session.h"
#include "target/cgroup.h"
#include "target/container.h"
#include "target/keeper.h"

enum {
	PROGRESS_AUTO,
	PROGRESS_ALWAYS,
	PROGRESS_NEVER,
};

struct record_options {
	struct target_options targets;
	const char *user;
	struct result_options result;
	const char *args, *args_max;
	const char *each, *directory;
	uint64_t duration, quiet_for, ring_size;
	bool count_moved, follow, plain, start, stats, quiet, wait;
	int denials, filter, merge_by, progress, verbose;
};

enum awaited_kind {
	AWAITED_CGROUP, /* by a pattern of its directory's name */
	AWAITED_UNIT,
	AWAITED_CONTAINER,
};

/* A target that does not exist yet. */
struct awaited {
	enum awaited_kind kind;
	const char *name; /* borrowed */
	bool found;
	bool present; /* one was there before, and that was told */
	bool unknown; /* one of which nobody knows whether it was this, and that was told */
};

struct record {
	struct record_options options;
	char **argv; /* the command, NULL: none */
	unsigned int features;
	struct spawn_user user;
	struct arg_plan args;       /* with --args */
	struct target_list targets; /* what --cgroup, --container, --unit and --pid name */
	struct awaited *awaited;
	size_t awaited_len;
	struct engine_container to_start; /* with --start */
	char start_label[CONTAINER_LABEL_LEN];
	struct cgroup command_cgroup;
	struct keeper keeper;        /* of the command's cgroup */
	struct record_engine engine; /* of the container that the command runs */
	bool exec_failed;            /* the command's, not whittle's own failure */
	bool sigchld_ignored;
	sigset_t signal_mask;        /* as it was before whittle blocked its signals */
	struct rlimit locked_memory; /* before libbpf raised it, for Linux before 5.11 */
	__u32 slots, targets_slot, command_slot;
	struct session *session;
	struct recorder *recorder;
	struct recording recording;
	uint32_t hierarchy;     /* that all targets are of, as struct cgroup has it */
	const char *controller; /* borrowed */
	bool wants_denials;
	recorder_denial_fn *on_denial; /* told of each kind of denied call; NULL: nobody */
	bool audits;                   /* what is denied is what it is for */
	int audit;                     /* the kernel's audit records, -1: they are not read */
	bool logs_unseen;              /* nobody tells of calls that a filter only logs */
	struct loop loop;
};

#define RECORD_INIT                                                                                \
	((struct record){.command_cgroup = CGROUP_CLOSED,                                          \
			 .keeper = KEEPER_NONE,                                                    \
			 .audit = -1,                                                              \
			 .engine = RECORD_ENGINE_NONE})

void record_clear(struct record *record);
#define own_record own_with(record_clear)

/** Everything that can be wrong and be known before the kernel is touched: outputs, user, targets. */
int record_plan(struct record *record, struct err *err) must_check;

/** Are targets that are made anew recorded again? Where the user's command line puts a container, it may be restarted. */
bool record_follows(const struct record *record);

/** When the cgroup is made anew, it is recorded in the slot. */
int record_follow(struct record *record, __u32 slot, const struct cgroup *cgroup,
		  struct err *err) must_check;

/** Starts, waits for the end, and fills the recording in. */
int record_run(struct record *record, struct err *err) must_check;

/** All programs are attached and the last process is started: what is left to do needs hardly any privilege. */
int record_drop_privileges(const struct record *record, struct err *err) must_check;

/** Lets the command's cgroup go; it is gone on return, unless a second signal left processes in it. */
void record_release_cgroup(struct record *record);

/** Writes recording and profile where they are wanted, and says what was written. 0, or an error that was said. */
int record_write(struct record *record) must_check;

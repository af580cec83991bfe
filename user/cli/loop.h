/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting while a recording runs: for news, signals, the end of the command and of all that it left in its cgroup, the
 * deadline, the removal of the targets. Nothing wakes it while nothing happens, unless there is a live line.
 *
 * Signals are blocked from loop_block_signals() on, so that none is lost before the loop reads them.
 */
#pragma once

#include "record/recorder.h"
#include "target/cgroup.h"

#include <signal.h>

struct loop {
	struct session *session; /* borrowed, like the rest */
	struct recorder *recorder;
	__u32 slots;       /* of the session, for their live cgroups */
	uint64_t duration; /* ns, 0: no limit */
	bool live_line;
	/* with a command */
	pid_t child;                         /* 0: none */
	const struct cgroup *command_cgroup; /* NULL: none */

	/* what came of it */
	bool child_ended;
	int child_status; /* as waitpid gives it */
	bool left_running; /* a second signal ended the recording before the command's cgroup was empty */
};

/**
 * Blocks the signals that the loop handles, and SIGPIPE: that a reader has gone is an error of a write, not our end. For the
 * command: *before is the mask as it was, *sigchld_ignored what became of SIGCHLD (ignored, no child could be waited for).
 */
int loop_block_signals(sigset_t *before, bool *sigchld_ignored, struct err *err) must_check;

/** Waits until the recording is over. */
int loop_run(struct loop *loop, struct err *err) must_check;

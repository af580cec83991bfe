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
	const struct cgroup *targets; /* without a command the recording ends with the last of them */
	size_t targets_len;
	bool awaiting;     /* a target that does not exist yet */
	bool follows;      /* targets that are gone may be made anew */
	uint64_t duration; /* ns, 0: no limit */
	uint64_t quiet; /* ns without a new syscall that end it, 0: no matter; not before what is awaited, or the command, has made a call */
	bool live_line;
	/* called when news have been taken, of a session without `recorder` */
	void (*on_news)(void *context);
	void *news_context;
	int more; /* another file that there is news in when it is readable; -1: none */
	int (*on_more)(void *context, struct err *err);
	void *more_context;
	/* with a command */
	pid_t child;                         /* 0: none */
	const struct cgroup *command_cgroup; /* NULL: what it makes is one of the targets */
	/*
	 * The command has ended, and its cgroup is empty: is it over? It is asked again a little later as long as it is not. NULL:
	 * it is.
	 */
	bool (*is_over)(void *context);
	void *context;
	bool detached; /* once the command has ended, a signal or the deadline ends the recording, and nothing else */

	/* what came of it */
	bool child_ended;
	int child_status; /* as waitpid gives it */
	bool runs_on;     /* what the command has started, when the recording ended */
	bool stopped;     /* by a signal or the time: it is not known to be over */
	int left_by; /* the second signal, which ended the recording before the command's cgroup was empty */
};

/**
 * Has a signal that asks for the end come since they were blocked? It is taken. For the moment before the command
 * starts: born after it, the command would never get it.
 */
int loop_take_end_signal(void);

/**
 * Blocks the signals that the loop handles, and SIGPIPE and SIGXFSZ: that a write is refused is an error, not our end. For the
 * command: *before is the mask as it was, *sigchld_ignored what became of SIGCHLD (ignored, no child could be waited for).
 */
int loop_block_signals(sigset_t *before, bool *sigchld_ignored, struct err *err) must_check;

/** Waits until the recording is over. */
int loop_run(struct loop *loop, struct err *err) must_check;

/** What became of the command: its exit status, or 128 + N if signal N killed it, or ended the recording while it ran on. */
int loop_command_status(const struct loop *loop);

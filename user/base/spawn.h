/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a program: born straight into a cgroup where the kernel lets it, without a shell, its exec failure reported
 * with its errno. The caller waits for it. Not for threads: the child is forked without running atfork handlers.
 */
#pragma once

#include "base/err.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

/* Who the program runs as; filled by spawn_find_user(). Owns groups. */
struct spawn_user {
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int groups_len;
};

struct spawn {
	char *const
		*argv; /* borrowed, NULL-terminated; argv[0] is looked up in PATH as execvp does */
	const struct spawn_user *user; /* borrowed; NULL: as whittle */
	int cgroup_fd;                 /* directory to be born in, -1: stay in the caller's */
	bool no_clone3; /* fork, join the cgroup, exec: for kernels and filters that refuse clone3 */
	bool ignore_sigchld;                /* as whoever started whittle had it */
	const sigset_t *mask;               /* signal mask of the program; borrowed */
	const struct rlimit *locked_memory; /* its RLIMIT_MEMLOCK; NULL: whittle's; borrowed */
	const int *files; /* its standard input, output and error; NULL: whittle's; borrowed */
	/* no terminal, default signals, and killed when whittle dies; its process group has its pid for a number */
	bool own_session;
};

/** User NAME (or the number of one that has a name) with its groups. -ENOENT: there is none. Call spawn_user_clear() after use. */
int spawn_find_user(const char *name, struct spawn_user *user, struct err *err) must_check;
void spawn_user_clear(struct spawn_user *user);

/**
 * Forks a helper that runs `run` and ends with its result as exit status. It has no files but `keep`, /dev/null for the standard
 * ones, and `alive`: the end of a pipe that reads as ended once the caller has closed *alive, or has died. All signals are
 * blocked in it: what is typed at the terminal is not for it.
 */
int spawn_helper(int (*run)(int alive, void *context), void *context, int keep, pid_t *pid,
		 int *alive, struct err *err) must_check;

/**
 * The file that a command means: itself if it has a slash, otherwise the first in PATH that can be executed.
 * -ENOENT: there is none; -EACCES: it cannot be executed.
 */
int spawn_find_command(const char *command, char path[PATH_MAX], struct err *err) must_check;

/**
 * Starts the program and returns once its exec has succeeded.
 * -ENOENT: no such command; -EACCES, -ENOEXEC and the like: it cannot be executed; the child is reaped then.
 * *exec_failed tells these from failures of whittle's own (fork, cgroup, user).
 */
int spawn_start(const struct spawn *spawn, pid_t *pid, bool *exec_failed,
		struct err *err) must_check;

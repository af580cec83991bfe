/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that a seccomp filter stopped (or, DENIAL_LOG, let through and logged): a list of them, one row for each call, action and
 * errno. It does not care who saw them: the BPF programs of a live session, or a kernel log. No privilege, no BPF.
 */
#pragma once

#include "base/own.h"
#include "record/comm.h"
#include "syscalls/tuples.h"

enum denial_action {
	DENIAL_ERRNO,
	DENIAL_TRAP,
	DENIAL_KILL_THREAD,
	DENIAL_KILL_PROCESS,
	DENIAL_TRACE,
	DENIAL_NOTIFY,
	DENIAL_LOG,
	DENIAL_UNKNOWN,
};
#define DENIAL_ACTION_COUNT (DENIAL_UNKNOWN + 1)

/* pid, comm and args are those of the first one; pid 0: not known. */
struct denial {
	struct syscall call;
	enum denial_action action;
	int error; /* errno returned, 0 none */
	uint64_t count;
	uint32_t pid;
	char comm[RECORDING_COMM_LEN]; /* any bytes: recording_comm_text() */
	bool args_known;
	uint64_t args[6];
};

/* More rows than this are not kept: what a log or a kernel makes up is endless. */
#define DENIALS_MAX 16384

struct denials {
	struct denial *rows;
	size_t len, room;
	struct tuples_list arguments; /* all that calls were denied with, where that was looked at */
	struct tuples_list enosys;    /* the same of those that were answered ENOSYS */
};

void denials_clear(struct denials *denials);
#define own_denials own_with(denials_clear)

/** "errno", "trap", "kill_thread", "kill_process", "trace", "notify", "log", "unknown". */
const char *denial_action_name(enum denial_action action);

/** The action of a name; false: there is none of that name. */
bool denial_action_parse(const char *name, enum denial_action *action);

/** Order by call, action, errno: <0, 0, >0. */
int denial_compare(const struct denial *x, const struct denial *y);

/**
 * Copies. The same call, action and errno: counts add up (at most INT64_MAX), and what is known of the first one
 * stays. -ENOMEM, -ENOSPC (DENIALS_MAX): the list is as it was.
 */
int denials_add(struct denials *denials, const struct denial *denial) must_check;
/** The same where nobody knows who was the first: of any two it is always the same one, whichever order they come in. */
int denials_join(struct denials *denials, const struct denial *denial) must_check;

/** The arguments that the call of a row was denied with, NULL: they were not looked at. */
const struct tuples *denials_arguments(const struct denials *denials, const struct denial *denial);

/** ENOSYS is what profiles answer on purpose, so that a libc does without the call: no finding. */
bool denial_is_finding(const struct denial *denial);

/** Canonical order: architecture, number, subcall, action, errno. */
void denials_sort(struct denials *denials);

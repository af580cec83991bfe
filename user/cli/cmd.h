/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands: one row and one file cmd_NAME.c each. Only they, and main, print results and choose the exit status. */
#pragma once

#include "cli/options.h"

/* DESIGN: 0 done, 1 failed or a finding, 2 usage, 3 incomplete; 125 to 127 as env(1), with a command. */
enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_INCOMPLETE = 3,
	STATUS_OWN_FAILURE = 125, /* whittle's, where the status is otherwise the command's */
	STATUS_CANNOT_EXECUTE = 126,
	STATUS_NOT_FOUND = 127,
	STATUS_SIGNAL = 128, /* plus the signal */
};

struct command {
	const char *name;
	const char *summary;     /* a line for the list of commands */
	const char *synopsis;    /* what follows "whittle NAME" */
	const char *description; /* lines for its help, ending in a newline */
	const struct option_row *options;
	bool runs_another; /* the first word that is no option begins what is another's command line */
	int (*run)(const struct command *self, int argc, char **argv);
};

extern const struct command cmd_record;
extern const struct command cmd_start;
extern const struct command cmd_status;
extern const struct command cmd_snapshot;
extern const struct command cmd_stop;
extern const struct command cmd_enforce;
extern const struct command cmd_audit;
extern const struct command cmd_hook;
extern const struct command cmd_show;
extern const struct command cmd_explain;
extern const struct command cmd_diff;
extern const struct command cmd_merge;
extern const struct command cmd_convert;
extern const struct command cmd_profile;
extern const struct command cmd_check;
extern const struct command cmd_doctor;
extern const struct command cmd_help;

/** All commands, NULL-terminated, in the order of the help. */
extern const struct command *const commands[];

/** NULL if there is none of this name. */
const struct command *command_find(const char *name);

/** Says on stderr that there is no command of this name, and which one may be meant, and returns STATUS_USAGE. */
int command_unknown(const char *name);

/** Prints the help of a command on stdout. */
void command_print_help(const struct command *command);

/**
 * Fills `into` by the command's options; *rest is the index of the first word. True if there is nothing left to do, but to end with
 * *status: help was asked for, or it is a usage error, which is said.
 */
bool command_is_answered(const struct command *command, int argc, char **argv, void *into,
			 int *rest, int *status) must_check;

/** Says a usage error on stderr and returns STATUS_USAGE. */
int command_usage_error(const struct command *command, const struct err *err);

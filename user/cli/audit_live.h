/* SPDX-License-Identifier: BSD-2-Clause */
/* `whittle audit TARGET...` and `whittle audit -- COMMAND`: what filters deny while one watches. */
#pragma once

#include "cli/target_list.h"
#include "record/recording.h"

struct audit_live_options {
	struct target_options targets;
	const char *user;
	uint64_t duration; /* ns, 0: no limit */
	bool plain;
	const struct arg_plan *args; /* of denied calls: whose are kept; NULL: none. Borrowed */
	bool tell;                   /* each kind of denied call, when the first of it comes */
};

/** Is anything live asked for? */
bool audit_live_is_asked_for(const struct audit_live_options *options, char *const *argv);

/** What is wrong with it, before anything is done. */
int audit_live_check(const struct audit_live_options *options, char *const *argv,
		     struct err *err) must_check;

/* What is to be known of the end beside the recording. */
struct audit_live_end {
	bool exec_failed;   /* the command could not be run */
	bool logs_unseen;   /* nobody told of calls that a filter only logs */
	bool command_ended; /* there was a command, and it does not run on */
	int command_status; /* as loop_command_status() */
};

/**
 * Watches until the targets are gone, the command has ended, a signal comes, or the time is over. Denied calls and losses are
 * in *out then, which the caller clears.
 */
int audit_live(const struct audit_live_options *options, char **argv, struct recording *out,
	       struct audit_live_end *end, struct err *err) must_check;

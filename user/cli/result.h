/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a recording leaves: the profile, and the recording itself. The options that say where they go and what the profile is to
 * hold are the same for each command that ends with one.
 */
#pragma once

#include "cli/options.h"
#include "cli/runtime.h"
#include "record/recording.h"

struct result_options {
	const char *output, *recording;
	bool assume_startup, no_enosys;
	bool allow_denied; /* an option of those that look for denials only */
	bool quiet;        /* say nothing about what was written */
	int runtime;
};

/* Their rows in the table of a command, whose options are a `type` with a struct result_options in `member`. */
#define RESULT_OPTION_ROWS(type, member)                                                           \
	{"output",                                                                                 \
	 'o',                                                                                      \
	 OPTION_TEXT,                                                                              \
	 "FILE",                                                                                   \
	 "write the profile here ('-': standard output)",                                          \
	 offsetof(type, member.output),                                                            \
	 NULL,                                                                                     \
	 0},                                                                                       \
		{"recording",                                                                      \
		 0,                                                                                \
		 OPTION_TEXT,                                                                      \
		 "FILE",                                                                           \
		 "write the recording here, too",                                                  \
		 offsetof(type, member.recording),                                                 \
		 NULL,                                                                             \
		 0},                                                                               \
		{"no-enosys",                                                                      \
		 0,                                                                                \
		 OPTION_FLAG,                                                                      \
		 NULL,                                                                             \
		 "do not answer ENOSYS to calls that libraries probe for",                         \
		 offsetof(type, member.no_enosys),                                                 \
		 NULL,                                                                             \
		 0},                                                                               \
		{"runtime",                                                                        \
		 0,                                                                                \
		 OPTION_CHOICE,                                                                    \
		 "RUNTIME",                                                                        \
		 "add what it needs to start a container: auto, runc, crun, none",                 \
		 offsetof(type, member.runtime),                                                   \
		 runtime_choices,                                                                  \
		 0},                                                                               \
	{                                                                                          \
		"assume-startup", 0, OPTION_FLAG, NULL,                                            \
			"add what programs start with, if the start was not seen",                 \
			offsetof(type, member.assume_startup), NULL, 0                             \
	}

/** Do the options contradict each other? `command`: standard output belongs to a command. A usage error. */
int result_check_usage(const struct result_options *options, bool command,
		       struct err *err) must_check;

/** Can the files be written? Before the work instead of after it. */
int result_check_files(const struct result_options *options, struct err *err) must_check;

/**
 * Writes recording and profile where they are wanted (the profile on standard output, if nothing else is said and it is nobody's), and
 * says what was written. Both are tried; 0, or the first error, which was said:
 * -ENOMSG: nothing was recorded of the workload, so that there is no profile to write; all else is written.
 * With `allow_denied` the arguments of denied calls become open in the recording, once it is written.
 */
int result_write(const struct result_options *options, struct recording *recording,
		 bool command) must_check;

// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"
#include "base/num.h"
#include "cli/cmd.h"
#include "cli/profile_file.h"
#include "cli/recording_read.h"
#include "cli/runtime.h"
#include "cli/seen_files.h"
#include "cli/singles.h"
#include "cli/summary.h"
#include "profile/derive.h"
#include "profile/emit_oci.h"

#include <errno.h>

struct profile_options {
	const char *output;
	bool no_enosys;
	int runtime;
	bool assume_startup;
	bool quiet;
};

static const struct option_row rows[] = {
	{"output", 'o', OPTION_TEXT, "FILE", "write here instead of standard output",
	 offsetof(struct profile_options, output), NULL, 0},
	{"no-enosys", 0, OPTION_FLAG, NULL,
	 "leave calls that libraries only probe for to the default action",
	 offsetof(struct profile_options, no_enosys), NULL, 0},
	{"runtime", 0, OPTION_CHOICE, "WHICH",
	 "add what this container runtime needs: auto (the one that was seen), runc, crun, none",
	 offsetof(struct profile_options, runtime), runtime_choices, 0},
	{"assume-startup", 0, OPTION_FLAG, NULL,
	 "add what programs start with, if no recording has seen the start",
	 offsetof(struct profile_options, assume_startup), NULL, 0},
	{"quiet", 'q', OPTION_FLAG, NULL, "say only warnings and errors",
	 offsetof(struct profile_options, quiet), NULL, 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

/* Only sets are kept: memory does not grow with the number of recordings. */
struct sum {
	struct syscall_set needed;
	struct tuples_list arguments;
	struct runtime_seen seen;
	struct singles singles;
	struct seen_files files;
	size_t incomplete, unknown, busy, whole; /* busy: those with any workload */
};

/* In one recording with new privileges is enough to need what they need. */
static void add_seen(struct runtime_seen *into, const struct runtime_seen *from)
{
	into->runtimes |= from->runtimes;
	into->arches |= from->arches;
	if (from->privs == PRIVS_NEW || into->privs == PRIVS_UNKNOWN)
		into->privs = from->privs;
}

static int add_file(const char *path, struct sum *sum, struct err *err)
{
	struct recording own_recording recording = {0};
	struct buf own_buf text = BUF_INIT;
	struct syscall_set needed;
	struct runtime_seen seen;
	int rc = file_read(path, RECORDING_FILE_MAX, &text, err);

	if (!rc)
		rc = recording_parse(path, buf__text(&text), text.len, &recording, err);
	if (rc)
		return rc;
	sum->busy += recording_has_workload(&recording);
	sum->whole += recording.whole;
	recording_needed(&recording, &needed);
	if (tuples_join(&sum->arguments, &sum->needed, &recording.arguments, &needed))
		return err_errno(err, -ENOMEM, "cannot join %s", path);
	syscall_set__join(&sum->needed, &needed);
	/* one that is given twice was not seen by two */
	rc = seen_files_add(&sum->files, &text);
	if (rc < 0)
		return err_errno(err, rc, "cannot join %s", path);
	if (!rc)
		singles_add(&sum->singles, &needed);
	runtime_see(&recording, &seen);
	add_seen(&sum->seen, &seen);
	if (recording_is_incomplete(&recording)) {
		log_warn("%s: the recording is incomplete: calls may be missing", path);
		sum->incomplete++;
	}
	for (size_t i = 0; i < recording.observed_len; i++)
		sum->unknown += observed_is_needed(recording.observed[i].class) &&
				!recording_can_name(&recording.observed[i].call);
	return 0;
}

/* When it comes to nothing, more recordings of the kind would add little. */
static void tell_singles(const struct singles *singles)
{
	struct buf own_buf words = BUF_INIT;

	if (singles->recordings < 2)
		return;
	singles_describe(singles, &words);
	log_note("%s", buf__text(&words));
}

static int write_profile(const struct profile_options *options, const struct sum *sum,
			 struct err *err)
{
	struct derive_options derive = {.no_enosys = options->no_enosys,
					.startup = options->assume_startup && !sum->whole,
					.idle = !sum->busy,
					.baseline = runtime_baseline(&sum->seen, options->runtime)};
	struct constraints own_constraints constraints = {0};
	struct profile own_profile profile = {0};
	struct buf own_buf text = BUF_INIT;
	struct derived derived;
	int rc;

	derive.constraints = &constraints;
	if (constraints_make(&sum->arguments, &sum->needed, &constraints))
		return err_errno(err, -ENOMEM, "cannot make the profile");
	rc = derive_profile(&sum->needed, &derive, &profile, &derived, err);

	if (!rc)
		rc = emit_oci(&profile, &text, err);
	if (!rc)
		rc = file_write(options->output, &text, "profile", err);
	if (!rc)
		summary_profile(options->output ? options->output : "-", &derived, &sum->seen,
				&derive.baseline);
	if (!rc && !sum->whole && !options->assume_startup)
		log_note(
			"processes ran before recording began: what they call to start is in it only where it was seen; record a start of them, or guess with --assume-startup");
	if (!rc && sum->whole && options->assume_startup)
		log_note("--assume-startup: the start was seen, there is nothing to assume");
	if (!rc)
		summary_arguments(&constraints);
	if (!rc)
		summary_narrow_arches(&constraints, &profile);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct profile_options options = {0};
	struct sum sum = {0};
	struct err err = {0};
	int rest, status, rc = 0;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	if (rest >= argc) {
		err_set(&err, -EINVAL, "a recording is missing");
		return command_usage_error(self, &err);
	}
	if (options.quiet)
		log_set_level(LOG_LEVEL_WARN);
	for (int i = rest; !rc && i < argc; i++)
		rc = add_file(argv[i], &sum, &err);
	if (!rc)
		rc = write_profile(&options, &sum, &err);
	seen_files_clear(&sum.files);
	tuples_list_clear(&sum.arguments);
	if (rc) {
		log_error("%s", err.text);
		return STATUS_FAILED;
	}
	tell_singles(&sum.singles);
	if (sum.unknown)
		log_warn("%zu %s left out", sum.unknown,
			 num_word(sum.unknown, "call has no name and is",
				  "calls have no name and are"));
	return sum.incomplete ? STATUS_INCOMPLETE : STATUS_OK;
}

const struct command cmd_profile = {
	.name = "profile",
	.summary = "make a profile of recordings",
	.synopsis = "[OPTION...] RECORDING...",
	.description =
		"Allows what any of the recordings (whittle record --recording) has seen; \"-\" is standard input. Exit status 3: a\n"
		"recording is incomplete.\n",
	.options = rows,
	.run = run,
};

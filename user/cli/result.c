// SPDX-License-Identifier: BSD-2-Clause
#include "cli/result.h"
#include "base/fs.h"
#include "base/log.h"
#include "cli/profile_file.h"
#include "cli/summary.h"
#include "profile/derive.h"
#include "profile/emit_oci.h"

#include <errno.h>
#include <string.h>

int result_check_usage(const struct result_options *options, bool command, struct err *err)
{
	if (command && !options->output && !options->recording)
		return err_set(err, -EINVAL,
			       "standard output belongs to the command: say where the profile goes with -o FILE");
	if (command && options->output && !strcmp(options->output, "-"))
		return err_set(err, -EINVAL,
			       "-o -: standard output belongs to the command: name a file");
	if (options->recording && !strcmp(options->recording, "-") &&
	    (command || !options->output || !strcmp(options->output, "-")))
		return err_set(err, -EINVAL,
			       "--recording -: standard output is the %s: name a file",
			       command ? "command's" : "profile's");
	if (options->recording && options->output &&
	    fs_same_output(options->recording, options->output))
		return err_set(err, -EINVAL, "-o and --recording name the same file: %s",
			       options->output);
	return 0;
}

static int check_file(const char *path, struct err *err)
{
	return path && strcmp(path, "-") ? fs_check_output(path, err) : 0;
}

int result_check_files(const struct result_options *options, struct err *err)
{
	int rc = check_file(options->output, err);

	return rc ? rc : check_file(options->recording, err);
}

static int write_recording(const char *path, const struct recording *recording, struct err *err)
{
	struct buf own_buf text = BUF_INIT;
	int rc = recording_to_json(recording, &text, err);

	return rc ? rc : file_write(path, &text, "recording", err);
}

/* Of what is added of the denied calls no set of arguments is known; those that were only logged were made, and recorded. */
static void open_denied(struct recording *recording)
{
	for (size_t i = 0; i < recording->denied.len; i++) {
		const struct denial *denial = &recording->denied.rows[i];
		struct tuples *set = tuples_find(&recording->arguments, &denial->call);

		if (set && denial_is_finding(denial) && denial->action != DENIAL_LOG)
			tuples_open(set, OPEN_UNKNOWN);
	}
}

static int write_profile(const struct result_options *options, struct recording *recording,
			 const char *path, struct err *err)
{
	struct derive_options derive = {
		.no_enosys = options->no_enosys,
		.startup = options->assume_startup && !recording->whole,
	};
	struct runtime_seen seen;
	struct constraints own_constraints constraints = {0};
	struct profile own_profile profile = {0};
	struct buf own_buf text = BUF_INIT;
	struct syscall_set needed, denied = {0};
	struct derived derived;
	int rc;

	recording_needed(recording, &needed);
	if (options->allow_denied) {
		recording_denied(recording, &denied);
		syscall_set__join(&needed, &denied);
		open_denied(recording);
	}
	runtime_see(recording, &seen);
	derive.baseline = runtime_baseline(&seen, options->runtime);
	derive.constraints = &constraints;
	if (constraints_make(&recording->arguments, &needed, &constraints))
		return err_errno(err, -ENOMEM, "cannot make the profile");
	derive.idle = !recording_has_workload(recording) && !syscall_set__count(&denied);
	rc = derive_profile(&needed, &derive, &profile, &derived, err);
	if (!rc)
		rc = emit_oci(&profile, &text, err);
	if (!rc)
		rc = file_write(path, &text, "profile", err);
	if (!rc)
		summary_narrow_arches(&constraints, &profile);
	if (rc || options->quiet)
		return rc;
	if (options->assume_startup && recording->whole)
		log_note("--assume-startup: the start was seen, there is nothing to assume");
	summary_profile(path, &derived, &seen, &derive.baseline);
	if (options->runtime == RUNTIME_CHOICE_AUTO)
		summary_runtimes(&profile, &derive.baseline);
	summary_arguments(&constraints);
	return 0;
}

/* Both are tried: that one cannot be written is no reason to lose the other. */
int result_write(const struct result_options *options, struct recording *recording, bool command)
{
	const char *profile = options->output;
	struct err err = {0};
	int rc = 0;

	if (!profile && !command)
		profile = "-";
	if (options->recording && write_recording(options->recording, recording, &err)) {
		log_error("%s", err.text);
		rc = err.code;
	}
	err = (struct err){0};
	if (profile && write_profile(options, recording, profile, &err)) {
		log_error("%s", err.text);
		rc = rc ? rc : err.code;
	}
	return rc;
}

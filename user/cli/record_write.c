// SPDX-License-Identifier: BSD-2-Clause
/* What a recording leaves: the profile, and the recording itself. */
#include "base/log.h"
#include "cli/profile_file.h"
#include "cli/record.h"
#include "cli/runtime.h"
#include "cli/summary.h"
#include "profile/derive.h"
#include "profile/emit_oci.h"

#include <errno.h>
#include <string.h>

/* What was recorded, in words: "cgroup /sys/fs/cgroup/a, container docker:web (cgroup ...), command ls -l". */
static int describe_target(struct record *record)
{
	struct buf own_buf text = BUF_INIT;

	for (size_t i = 0; i < record->targets.len; i++)
		buf__addf(&text, "%s%s", text.len ? ", " : "", record->targets.words[i]);
	if (record->argv)
		buf__addf(&text, "%scommand", text.len ? ", " : "");
	for (char **arg = record->argv; arg && *arg; arg++)
		buf__addf(&text, " %s", *arg);
	record->recording.target = steal_ptr(&text.data);
	return buf__error(&text);
}

static int write_recording(struct record *record, struct err *err)
{
	struct buf own_buf text = BUF_INIT;
	int rc = describe_target(record);

	if (rc)
		return err_errno(err, rc, "cannot write the recording");
	rc = recording_to_json(&record->recording, &text, err);
	return rc ? rc : file_write(record->options.recording, &text, "recording", err);
}

static bool target_is_container(const struct record *record)
{
	for (size_t i = 0; i < record->targets.len; i++)
		if (cgroup_names_container(record->targets.cgroups[i].path))
			return true;
	return record->engine.used;
}

/* Of what was denied no set of arguments is known. */
static void open_denied(struct recording *recording)
{
	for (size_t i = 0; i < recording->denied.len; i++) {
		struct tuples *set =
			tuples_find(&recording->arguments, &recording->denied.rows[i].call);

		if (set)
			tuples_open(set, OPEN_UNKNOWN);
	}
}

static int write_profile(struct record *record, const char *path, struct err *err)
{
	struct derive_options options = {
		.no_enosys = record->options.no_enosys,
		.startup = record->options.assume_startup && !record->recording.whole,
	};
	struct runtime_seen seen;
	struct constraints own_constraints constraints = {0};
	struct profile own_profile profile = {0};
	struct buf own_buf text = BUF_INIT;
	struct syscall_set needed;
	struct derived derived;
	int rc;

	recording_needed(&record->recording, &needed);
	if (record->options.allow_denied) {
		recording_denied(&record->recording, &needed);
		open_denied(&record->recording);
	}
	runtime_see(&record->recording, target_is_container(record), &seen);
	options.baseline = runtime_baseline(&seen, record->options.runtime);
	options.constraints = &constraints;
	if (constraints_make(&record->recording.arguments, &needed, &constraints))
		return err_errno(err, -ENOMEM, "cannot make the profile");
	rc = derive_profile(&needed, &options, &profile, &derived, err);
	if (!rc)
		rc = emit_oci(&profile, &text, err);
	if (!rc)
		rc = file_write(path, &text, "profile", err);
	if (rc)
		return rc;
	if (record->options.assume_startup && record->recording.whole)
		log_note("--assume-startup: the start was seen, there is nothing to assume");
	summary_profile(path, &derived, &seen, &options.baseline);
	summary_arguments(&constraints);
	return 0;
}

/* Both are tried: that one cannot be written is no reason to lose the other. */
int record_write(struct record *record)
{
	const char *profile = record->options.output;
	struct err err = {0};
	int rc = 0;

	if (!profile && !record->argv)
		profile = "-";
	if (record->options.recording && write_recording(record, &err)) {
		log_error("%s", err.text);
		rc = err.code;
	}
	err = (struct err){0};
	if (profile && write_profile(record, profile, &err)) {
		log_error("%s", err.text);
		rc = err.code;
	}
	return rc;
}

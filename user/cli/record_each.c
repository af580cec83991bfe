// SPDX-License-Identifier: BSD-2-Clause
#include "cli/record_each.h"
#include "base/log.h"
#include "base/spawn.h"
#include "cli/cmd.h"
#include "cli/each_start.h"
#include "cli/each_targets.h"
#include "cli/record.h"
#include "cli/record_denials.h"
#include "record/features.h"

#include <errno.h>
#include <inttypes.h>

int record_each_check(const struct record *record, struct err *err)
{
	const struct record_options *options = &record->options;
	const struct {
		bool given;
		const char *name;
	} others[] = {
		{record->argv != NULL, "a command"},
		{target_options_len(&options->targets) != 0, "another target"},
		{options->result.output != NULL,
		 "-o, which names one file: name a directory with -d"},
		{options->wait, "--wait"},
		{options->follow, "--follow"},
		{options->start, "--start"},
		{options->stats, "--stats"},
		{options->args != NULL, "--args"},
		{options->quiet_for != 0, "--until-quiet"},
		{options->denials == DENIALS_ALWAYS, "--denials"},
		{options->result.allow_denied, "--allow-denied"},
		{options->progress == PROGRESS_ALWAYS, "--progress"},
	};

	if (!options->each && options->merge_by)
		return err_set(err, -EINVAL, "--merge-by goes with --each");
	if (!options->each)
		return options->directory ?
			       err_set(err, -EINVAL, "-d goes with --each; -o names one file") :
			       0;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (others[i].given)
			return err_set(err, -EINVAL, "--each does not go with %s", others[i].name);
	if (!options->directory && !options->result.recording)
		return err_set(err, -EINVAL,
			       "--each makes many profiles: say where they go with -d DIR");
	return 0;
}

static int open_session(struct record *record, struct each_targets *targets,
			struct each_start *start, struct err *err)
{
	struct session_options options = {
		.features = record->features,
		.ring_bytes = record->options.ring_size ? record->options.ring_size :
							  EACH_START_RING,
		.helper = targets->files.census.pid,
		.each = each_start_slots(&targets->top, 0),
		.on_record = each_targets_take,
		.context = targets,
	};
	int rc = session__open(&options, &record->session, err);

	if (rc)
		return rc;
	each_start_prepare(start, record->session, &targets->top, record->options.count_moved);
	targets->session = record->session;
	targets->flags = start->newborn_flags;
	return each_targets_reserve(targets, options.each + 1, err);
}

static int start_recording(struct record *record, struct each_targets *targets,
			   struct each_start *start, struct err *err)
{
	struct session *session = record->session;
	int rc = session__inventory(session, err); /* for whittle's own process */

	if (!rc)
		rc = session__attach_followers(session, err);
	if (!rc)
		rc = each_start_walk(start, &targets->top, err);
	if (!rc)
		rc = each_targets_know_all(targets, err);
	if (!rc)
		rc = session__attach_counters(session, err);
	if (!rc)
		rc = session__inventory(session, err);
	each_start_arm(start);
	return rc;
}

static void look_for_more(void *context)
{
	each_targets_catch_up(context);
}

static int take_names(void *context, struct err *err)
{
	(void)err;
	each_targets_take_names(context);
	return 0;
}

static int run(struct record *record, struct each_targets *targets, struct err *err)
{
	struct each_start start;
	struct loop *loop = &record->loop;
	struct err reason = {0};
	int end, rc = loop_block_signals(&record->signal_mask, &record->sigchld_ignored, err);

	if (!rc)
		rc = each_files_check(&targets->files, err);
	if (!rc)
		rc = each_start_open(record->options.each, &targets->top, err);
	if (!rc)
		rc = features_check(err);
	targets->files.top = targets->top.path;
	if (!rc)
		rc = census_start(&targets->files.census, err);
	if (!rc)
		rc = open_session(record, targets, &start, err);
	if (!rc)
		rc = start_recording(record, targets, &start, err);
	if (!rc)
		rc = record_drop_privileges(record, err);
	if (rc)
		return rc;
	log_note("recording each cgroup below %s, %" PRIu32
		 " of them now; Ctrl-C ends it and writes",
		 targets->top.path, start.next - EACH_TOP - 1);
	loop->session = record->session;
	loop->targets = &targets->top;
	loop->targets_len = 1;
	loop->duration = record->options.duration;
	loop->more = targets->files.census.answer;
	loop->on_more = take_names;
	loop->more_context = targets;
	loop->on_news = look_for_more;
	loop->news_context = targets;
	rc = loop_run(loop, err);
	session__detach(record->session);
	/* whatever has happened: what was recorded is written */
	end = each_targets_end(targets, rc ? &reason : err);
	return rc ? rc : end;
}

int record_each(struct record *record)
{
	struct each_targets own_each_targets targets = {
		.top = CGROUP_CLOSED,
		.files =
			{
				.directory = record->options.directory,
				.result = record->options.result,
				.merge_by = record->options.merge_by,
				.census = CENSUS_NONE,
			},
	};
	struct err err = {0};

	if (run(record, &targets, &err)) {
		log_error("%s", err.text);
		return STATUS_FAILED;
	}
	each_targets_tell(&targets);
	if (targets.files.failed)
		return STATUS_FAILED;
	return targets.incomplete ? STATUS_INCOMPLETE : STATUS_OK;
}

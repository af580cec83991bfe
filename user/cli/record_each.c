// SPDX-License-Identifier: BSD-2-Clause
#include "cli/record_each.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/spawn.h"
#include "cli/cmd.h"
#include "cli/each_targets.h"
#include "cli/record.h"
#include "cli/record_denials.h"
#include "record/features.h"
#include "record/session_each.h"
#include "target/cgroup_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

/* News of many at once: first calls of some thousand new cgroups, while one file is written. */
#define RING_BYTES (4 << 20)
/* Slots for cgroups that come, besides as many as are there already, and a quarter more. */
#define ROOM_MIN 1024
/* Slots for cgroups that are made between counting them and following them. */
#define LATE_ROOM 64

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

static int check_directory(const char *path, struct err *err)
{
	struct stat st;
	int rc;

	if (!path)
		return 0;
	rc = fs_make_directory(path, err);
	if (rc)
		return rc;
	if (stat(path, &st))
		return err_errno(err, -errno, "cannot open %s", path);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, -ENOTDIR, "%s is not a directory, which --each needs", path);
	if (faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS))
		return err_errno(err, -errno, "cannot write into %s", path);
	return 0;
}

struct start {
	struct each_targets *targets;
	__u32 next, end; /* slots that are nobody's */
	__u32 flags;
};

static void take_news(const void *data, size_t len, void *context)
{
	each_targets_take(context, data, len);
}

static int open_session(struct record *record, struct each_targets *targets, struct start *start,
			struct err *err)
{
	size_t there = cgroup_descendants(&targets->top), slots;
	struct session_options options = {
		.features = record->features,
		.ring_bytes = record->options.ring_size ? record->options.ring_size : RING_BYTES,
		.helper = targets->files.census.pid,
		.on_record = take_news,
		.context = targets,
	};
	int rc;

	slots = 2 * there < ROOM_MIN ? ROOM_MIN : there + there / 4 + ROOM_MIN;
	if (slots > EACH_SLOTS_MAX - 2)
		slots = EACH_SLOTS_MAX - 2;
	options.each = slots;
	rc = session__open(&options, &record->session, err);
	if (rc)
		return rc;
	start->next = 1;
	start->end = there + LATE_ROOM + 2 < slots ? there + LATE_ROOM + 2 : slots;
	start->flags = record->options.count_moved ? SLOT_COUNT_MOVED : 0;
	targets->session = record->session;
	targets->flags = start->flags;
	if (!target_list_sees_all()) {
		start->flags |= SLOT_STRANGERS;
		log_warn(
			"whittle runs in a pid namespace of its own: calls that processes outside of it are blocked in are not seen");
	}
	for (__u32 slot = start->end; slot <= slots; slot++)
		session__offer_slot(record->session, slot, targets->flags);
	return each_targets_reserve(targets, slots + 1, err);
}

/* A cgroup that is there: parents first. One that was made meanwhile has a slot already. */
static int add_below(const struct cgroup_below *below, void *context)
{
	struct start *start = context;
	struct each_targets *targets = start->targets;
	struct session *session = targets->session;
	__u32 parent = session__slot_of(session, below->parent), slot;

	if (session__slot_of(session, below->id))
		return 0;
	if (!parent) { /* one that there was no room for */
		targets->no_room++;
		return 0;
	}
	if (!(session__slot(session, parent)->flags & SLOT_EACH)) {
		session__add_cgroup(session, parent, below->id);
		return 0;
	}
	if (start->next == start->end) {
		targets->no_room++;
		return 0;
	}
	slot = start->next++;
	session__give_slot(session, slot, below->id, parent, below->name, start->flags | SLOT_EACH);
	return each_targets_know(targets, slot);
}

static void remove_below(uint64_t id, void *context)
{
	struct start *start = context;

	session__remove_cgroup(start->targets->session, id);
}

/*
 * What is made below joins once the followers are attached, so the walk may come after them and miss none. Whoever shows up
 * before a slot is armed was inside before.
 */
static int start_recording(struct record *record, struct each_targets *targets, struct start *start,
			   struct err *err)
{
	struct session *session = record->session;
	int rc = session__inventory(session, err); /* for whittle's own process */

	if (!rc) {
		session__give_slot(session, start->next++, targets->top.id, SLOT_NONE, "",
				   SLOT_EACH);
		rc = session__attach_followers(session, err);
	}
	if (!rc)
		rc = cgroup_walk_below(&targets->top, add_below, remove_below, start, err);
	if (!rc)
		rc = session__attach_counters(session, err);
	if (!rc)
		rc = session__inventory(session, err);
	for (__u32 slot = 1; slot < start->next; slot++)
		session__slot(session, slot)->armed = 1;
	for (__u32 slot = start->next; slot < start->end; slot++)
		session__offer_slot(session, slot, targets->flags);
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
	struct start start = {.targets = targets};
	struct loop *loop = &record->loop;
	struct err reason = {0};
	int end, rc = loop_block_signals(&record->signal_mask, &record->sigchld_ignored, err);

	if (!rc)
		rc = check_directory(record->options.directory, err);
	if (!rc)
		rc = check_directory(record->options.result.recording, err);
	if (!rc)
		rc = cgroup_open(record->options.each, &targets->top, err);
	if (!rc && targets->top.hierarchy)
		rc = err_set(err, -EXDEV,
			     "%s is of a hierarchy of cgroups v1: --each takes a directory of cgroup v2",
			     record->options.each);
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
		 targets->top.path, start.next - 2);
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

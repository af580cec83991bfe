// SPDX-License-Identifier: BSD-2-Clause
/* Targets, and the order in which things start: it is what makes a recording exact. */
#include "base/fs.h"
#include "base/log.h"
#include "base/privilege.h"
#include "cli/record.h"
#include "cli/record_denials.h"
#include "cli/record_wait.h"
#include "record/features.h"
#include "target/cgroup_tree.h"
#include "target/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#define RING_BYTES (256 << 10)

void record_clear(struct record *record)
{
	recorder__free(record->recorder);
	session__free(record->session);
	recording_clear(&record->recording);
	arg_plan_clear(&record->args);
	target_list_clear(&record->targets);
	free(record->awaited);
	if (record->audit >= 0)
		close(record->audit);
	cgroup_close(&record->command_cgroup);
	record_engine_clear(&record->engine);
	spawn_user_clear(&record->user);
}

static int open_targets(struct record *record, struct err *err)
{
	const struct target_options *options = &record->options.targets;
	int rc = target_list_reserve(&record->targets, target_options_len(options) + WAIT_SLOTS + 1,
				     err);

	if (!rc)
		rc = record_wait_plan(record, err);
	if (rc)
		return rc;
	return record->awaited_len ? target_list_open_pids(&record->targets, options, err) :
				     target_list_open(&record->targets, options, err);
}

int record_plan(struct record *record, struct err *err)
{
	int rc = loop_block_signals(&record->signal_mask, &record->sigchld_ignored, err);
	const struct cgroup *first = NULL;

	if (!rc && getrlimit(RLIMIT_MEMLOCK, &record->locked_memory))
		rc = err_errno(err, -errno, "cannot read this process's limits");
	if (!rc)
		rc = result_check_files(&record->options.result, err);
	if (!rc && record->options.user)
		rc = spawn_find_user(record->options.user, &record->user, err);
	if (!rc)
		rc = recording_init(&record->recording, err);
	if (!rc)
		rc = open_targets(record, err);
	if (!rc)
		rc = target_list_check_hierarchy(&record->targets,
						 !record->argv && !record->awaited_len, &first,
						 err);
	if (!rc)
		rc = features_check(err);
	if (rc)
		return rc;
	record->hierarchy = first ? first->hierarchy : 0;
	record->controller = first ? first->controller : "";
	record->targets_slot = record->targets.len ? ++record->slots : SLOT_NONE;
	record->command_slot = record->argv ? ++record->slots : SLOT_NONE;
	record->recording.timed = record->options.stats;
	return 0;
}

/* It is asked before it is started: one that is missing is told as any other command. */
static int prepare_engine(struct record *record, struct err *err)
{
	char client[PATH_MAX];
	int rc = spawn_find_command(record->argv[0], client, err);

	record->exec_failed = rc != 0;
	return rc ? rc :
		    record_engine_prepare(&record->engine, record->argv, record->user.uid,
					  record->options.filter, &record->command_cgroup, err);
}

/* Before any program is loaded: its keeper must not hold one. */
static int make_command_cgroup(struct record *record, struct err *err)
{
	int rc = record->engine.used ? prepare_engine(record, err) :
				       cgroup_make(&record->command_cgroup, err);

	return rc || record->engine.caught ?
		       rc :
		       keeper_start(&record->keeper, &record->command_cgroup,
				    record_engine_pause(&record->engine), err);
}

static int open_session(struct record *record, struct err *err)
{
	int rc = recorder__new(1, record->slots, &record->recorder, err);

	record->wants_denials = record_wants_denials(record);
	struct session_options options = {
		.features = record->features,
		.ring_bytes = record->options.ring_size ? record->options.ring_size : RING_BYTES,
		.timing = record->options.stats,
		.denials = record->wants_denials,
		.args = record->args.calls.len ? &record->args : NULL,
		.args_denied = record->audits,
		.slots = record->slots,
		.helper = record->keeper.pid,
		.follow = record_follows(record),
		.hierarchy = record->hierarchy,
		.controller = record->controller,
		.newborns = record_waits(record) ? WAIT_SLOTS : 0,
		.on_record = recorder__take,
		.context = record->recorder,
	};

	if (!rc)
		rc = session__open(&options, &record->session, err);
	return rc ? rc : record_denials_begin(record, err);
}

static void set_flags(struct record *record)
{
	unsigned int flags = record->options.count_moved ? SLOT_COUNT_MOVED : 0;

	if (record->targets.len && !target_list_sees_all()) {
		flags |= SLOT_STRANGERS;
		log_warn(
			"whittle runs in a pid namespace of its own: calls that processes outside of it are blocked in are not seen");
	}
	if (record->targets.len)
		session__slot(record->session, record->targets_slot)->flags = flags;
	/* a container is set up by a runtime first */
	if (record->argv)
		session__slot(record->session, record->command_slot)->flags =
			!record->engine.used                         ? SLOT_COMMAND :
			record_engine_is_unconfined(&record->engine) ? SLOT_UNFILTERED :
								       0;
}

static int add_id(uint64_t id, void *context)
{
	struct record *record = context;

	session__add_cgroup(record->session, record->targets_slot, id);
	return 0;
}

static void remove_id(uint64_t id, void *context)
{
	struct record *record = context;

	session__remove_cgroup(record->session, id);
}

bool record_follows(const struct record *record)
{
	return record->options.follow || record->engine.caught;
}

int record_follow(struct record *record, __u32 slot, const struct cgroup *cgroup, struct err *err)
{
	struct cgroup_identity known;
	int rc = cgroup_identify(cgroup, &known, err);

	if (!rc)
		rc = session__follow(record->session, slot, known.parent, known.name, err);
	if (!rc)
		target_list_tell_known(&known, cgroup->path);
	return rc;
}

/*
 * A cgroup made below a target joins it once the followers are attached, so the walk may come after them and miss
 * none. Whoever shows up before the slot is armed was inside before.
 */
static int start_recording(struct record *record, struct err *err)
{
	int rc;

	set_flags(record);
	/* for whittle's own process: there are no targets yet */
	rc = session__inventory(record->session, err);
	for (size_t i = 0; i < record->targets.len; i++)
		session__add_cgroup(record->session, record->targets_slot,
				    record->targets.cgroups[i].id);
	if (!rc)
		rc = session__attach_followers(record->session, err);
	for (size_t i = 0; !rc && record->options.follow && i < record->targets.len; i++)
		rc = record_follow(record, record->targets_slot, &record->targets.cgroups[i], err);
	/* what was made anew while all of this was made ready, before anybody looked out for it */
	for (size_t i = 0; !rc && record->options.follow && i < record->targets.len; i++)
		if (cgroup_renew(&record->targets.cgroups[i]))
			session__add_cgroup(record->session, record->targets_slot,
					    record->targets.cgroups[i].id);
	for (size_t i = 0; !rc && i < record->targets.len; i++)
		rc = cgroup_walk(&record->targets.cgroups[i], add_id, remove_id, record, err);
	if (!rc)
		rc = session__attach_counters(record->session, err);
	if (!rc && record->targets.len)
		rc = session__inventory(record->session, err);
	record->recording.whole = target_list_is_empty(&record->targets);
	for (__u32 slot = 1; slot <= record->slots; slot++)
		session__slot(record->session, slot)->armed = 1;
	return rc;
}

static int start_command(struct record *record, struct err *err)
{
	struct spawn spawn = {
		.argv = record->engine.used ? record->engine.argv : record->argv,
		.user = record->options.user ? &record->user : NULL,
		.no_clone3 = !(record->features & FEATURE_CLONE3),
		.ignore_sigchld = record->sigchld_ignored,
		.mask = &record->signal_mask,
	};
	struct rlimit now;
	int signal;

	if (!getrlimit(RLIMIT_MEMLOCK, &now) && memcmp(&now, &record->locked_memory, sizeof(now)))
		spawn.locked_memory = &record->locked_memory;
	if (!record->engine.caught)
		session__take_cgroup(record->session, record->command_slot,
				     record->command_cgroup.id);
	if (record->engine.used && !record->engine.caught)
		session__set_engine_parent(record->session, record->command_cgroup.id);
	/* an engine's client stays outside */
	spawn.cgroup_fd = record->engine.used ? -1 : record->command_cgroup.fd;
	signal = loop_take_end_signal();
	if (signal)
		return err_set(err, -EINTR, "ended by signal %d before the command was started",
			       signal);
	return spawn_start(&spawn, &record->loop.child, &record->exec_failed, err);
}

static bool can_write_into(const char *directory)
{
	return !directory || !faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS);
}

/* What works without more privilege is tried, not guessed. */
static uint64_t needed_without(const struct record *record)
{
	const struct record_options *options = &record->options;
	uint64_t needed = 0;
	bool writes = options->each ? can_write_into(options->directory) &&
					      can_write_into(options->result.recording) :
				      !result_check_files(&options->result, NULL);

	if (!writes)
		needed |= PRIVILEGE(CAP_DAC_OVERRIDE);
	if (!session__can_read(record->session))
		needed |= PRIVILEGE(CAP_BPF);
	return needed;
}

static bool changes_owner(const char *path)
{
	return path && strcmp(path, "-") && fs_output_changes_owner(path);
}

int record_drop_privileges(const struct record *record, struct err *err)
{
	uint64_t keep = 0;
	int rc;

	/* which files of whose there are in a directory is not known */
	if (record->options.each || changes_owner(record->options.result.output) ||
	    changes_owner(record->options.result.recording))
		keep |= PRIVILEGE(CAP_CHOWN) | PRIVILEGE(CAP_FOWNER);
	if (record->argv) /* it may become somebody else's process, and gets the signals that whittle gets */
		keep |= PRIVILEGE(CAP_KILL);
	if (record->awaited_len) /* a cgroup that comes is opened by its id */
		keep |= PRIVILEGE(CAP_DAC_READ_SEARCH);
	rc = privilege_lower(keep, err);
	if (rc)
		return rc;
	keep |= needed_without(record);
	rc = privilege_raise(err);
	return rc ? rc : privilege_keep(keep, err);
}

static bool wants_live_line(const struct record *record)
{
	const struct record_options *options = &record->options;

	if (options->progress == PROGRESS_AUTO)
		return isatty(STDERR_FILENO) && !record->argv && !options->quiet;
	return options->progress == PROGRESS_ALWAYS;
}

/* Has the engine started a container that was caught again? Its cgroup is another one then, at the same path. */
static bool is_made_anew(struct record *record)
{
	struct cgroup *known = &record->targets.cgroups[record->engine.target], anew;

	if (!record->engine.found || known->fd < 0 || cgroup_open(known->path, &anew, NULL))
		return false;
	cgroup_close(known);
	*known = anew;
	return true;
}

/* Has anything been seen of the container that the command runs? */
static bool is_seen(const struct record *record)
{
	if (record->engine.caught)
		return record->engine.found;
	return recorder__has_news(record->recorder) ||
	       recorder__progress(record->recorder, record->session).calls;
}

/* Its client has told whether it ran: 125 to 127 are the engine's words for one that did not. */
static void tell_unseen(const struct record *record)
{
	int status = record->loop.child_status;
	struct mount v1;

	if (!record->engine.used || !record->loop.child_ended || is_seen(record) ||
	    !WIFEXITED(status) || (WEXITSTATUS(status) >= 125 && WEXITSTATUS(status) <= 127))
		return;
	log_warn("nothing was seen of a container: if one ran, its runtime made no cgroup for it in v2%s",
		 mount_find_any_v1(NULL, &v1) ?
			 ", maybe in v1 hierarchies only: once it runs, 'whittle record --container NAME' records it there" :
			 "");
}

/* It is called when there is no target any more, or nobody in the command's cgroup. */
static bool engine_is_over(void *context)
{
	struct record *record = context;

	if (is_made_anew(record))
		return false;
	/* what is not recorded need not be waited for; that it was born may still be to be read */
	if (!is_seen(record) && (session__drain(record->session, NULL) || !is_seen(record)))
		return true;
	return record_engine_is_over(&record->engine);
}

static int read_denials(void *context, struct err *err)
{
	return record_denials_read(context, err);
}

static int wait_for_end(struct record *record, struct err *err)
{
	struct loop *loop = &record->loop;

	loop->session = record->session;
	loop->recorder = record->recorder;
	loop->targets = record->targets.cgroups;
	loop->targets_len = record->targets.len;
	loop->follows = record->options.follow;
	loop->duration = record->options.duration;
	loop->quiet = record->options.quiet_for;
	loop->live_line = wants_live_line(record);
	loop->command_cgroup = record->argv && !record->engine.caught ? &record->command_cgroup :
									NULL;
	if (record->engine.used) {
		loop->is_over = engine_is_over;
		loop->context = record;
		loop->detached = record->engine.lasts;
	}
	loop->more = record->audit;
	loop->on_more = read_denials;
	loop->more_context = record;
	return loop_run(loop, err);
}

/* A command speaks for itself, and what is waited for is told when it is there. */
static void tell_targets(const struct record *record)
{
	const char *what = record->audits ? "auditing" : "recording";
	const char *end = record->audits ? "Ctrl-C ends it" : "Ctrl-C ends it and writes";

	if (record->argv || record_waits(record))
		return;
	if (record->targets.len == 1)
		log_note("%s %s; %s", what, record->targets.words[0], end);
	else
		log_note("%s %zu cgroups; %s", what, record->targets.len, end);
}

/* Is an engine or systemd asked about containers and units while it records? Their programs need what they need. */
static bool asks_later(const struct record *record)
{
	const struct target_options *targets = &record->options.targets;

	return record->engine.lasts || record->engine.caught ||
	       (record->awaited_len && targets->containers.len + targets->units.len);
}

int record_run(struct record *record, struct err *err)
{
	int rc = record->argv ? make_command_cgroup(record, err) : 0;

	if (!rc)
		rc = open_session(record, err);
	if (!rc)
		rc = start_recording(record, err);
	if (rc)
		return rc;
	recorder__begin(record->recorder);
	if (record_waits(record))
		rc = record_wait_begin(record, err);
	if (rc)
		return rc;
	tell_targets(record);
	rc = record->argv ? start_command(record, err) : 0;
	if (!rc && !asks_later(record))
		rc = record_drop_privileges(record, err);
	if (!rc)
		rc = wait_for_end(record, err);
	session__detach(record->session);
	if (!rc)
		tell_unseen(record);
	if (!rc)
		record_denials_end(record);
	if (!rc)
		rc = recorder__finish(record->recorder, record->session, &record->recording, err);
	/* one of them may have been what was waited for */
	record->recording.losses.cgroups += session__newborns_missed(record->session);
	return rc;
}

void record_release_cgroup(struct record *record)
{
	/* a second signal, or a failure of ours, is no reason to wait for the command */
	bool runs_on = record->loop.runs_on || record->loop.left_by ||
		       (record->loop.child && !record->loop.child_ended);
	/* what was not seen may run in cgroups v1 */
	bool comes_back = record->engine.lasts && record->loop.child &&
			  (record->loop.stopped || !is_seen(record));
	struct err err = {0};

	if (runs_on && record->engine.caught) /* where the engine put it */
		log_warn("the container runs on");
	else if (runs_on)
		log_warn("%s runs on in cgroup %s, which goes when it ends",
			 record->engine.used      ? "the container" :
			 record->loop.child_ended ? "what the command has started" :
						    "the command",
			 record->command_cgroup.path);
	if (keeper_release(&record->keeper, !runs_on && !comes_back, &err))
		log_warn("%s: %s", record->command_cgroup.path, err.text);
}

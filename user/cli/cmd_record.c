// SPDX-License-Identifier: BSD-2-Clause
#include "base/fs.h"
#include "base/log.h"
#include "base/num.h"
#include "base/spawn.h"
#include "cli/cmd.h"
#include "cli/loop.h"
#include "cli/summary.h"
#include "profile/derive.h"
#include "profile/emit_oci.h"
#include "record/features.h"
#include "record/recorder.h"
#include "record/session.h"
#include "target/cgroup.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

enum {
	PROGRESS_AUTO,
	PROGRESS_ALWAYS,
	PROGRESS_NEVER,
};

static const char *const progress_choices[] = {"auto", "always", "never", NULL};

struct record_options {
	struct texts cgroups, pids;
	const char *user;
	const char *output, *recording;
	uint64_t duration, ring_size;
	bool allow_root_cgroup, count_moved, no_enosys, stats, quiet;
	int progress, verbose;
};

#define AT(member) offsetof(struct record_options, member)

static const struct option_row rows[] = {
	{"cgroup", 'c', OPTION_TEXTS, "PATH|ID",
	 "record a cgroup (v2) and those below it; may be given more than once", AT(cgroups), NULL,
	 0},
	{"pid", 'p', OPTION_TEXTS, "PID",
	 "record the cgroup that a process is in; may be given more than once", AT(pids), NULL, 0},
	{"allow-root-cgroup", 0, OPTION_FLAG, NULL, "allow the root cgroup: the whole machine",
	 AT(allow_root_cgroup), NULL, 0},
	{"user", 'u', OPTION_TEXT, "NAME", "run the command as this user", AT(user), NULL, 0},
	{"output", 'o', OPTION_TEXT, "FILE", "write the profile here ('-': standard output)",
	 AT(output), NULL, 0},
	{"recording", 0, OPTION_TEXT, "FILE", "write the recording here, too", AT(recording), NULL,
	 0},
	{"for", 0, OPTION_DURATION, "DURATION", "end after this time: 90s, 5m, 1h30m", AT(duration),
	 NULL, 0},
	{"no-enosys", 0, OPTION_FLAG, NULL,
	 "do not answer ENOSYS to calls that libraries probe for", AT(no_enosys), NULL, 0},
	{"count-moved", 0, OPTION_FLAG, NULL,
	 "count processes that move in as workload from the start", AT(count_moved), NULL, 0},
	{"stats", 0, OPTION_FLAG, NULL, "show time and errors of each syscall", AT(stats), NULL, 0},
	{"ring-size", 0, OPTION_SIZE, "SIZE", "room for news of first calls (default 256k)",
	 AT(ring_size), NULL, 64 << 20},
	{"progress", 0, OPTION_CHOICE, "WHEN", "show a live line: auto, always, never",
	 AT(progress), progress_choices, 0},
	{"verbose", 'v', OPTION_COUNT, NULL, "say more (-vv: even more)", AT(verbose), NULL, 0},
	{"quiet", 'q', OPTION_FLAG, NULL, "say only warnings and errors", AT(quiet), NULL, 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

/* A recording in the making, from parsed options to the exit status. */
struct record {
	struct record_options options;
	char **argv; /* the command, NULL: none */
	struct spawn_user user;
	unsigned int features;
	struct cgroup *targets; /* what --cgroup and --pid name */
	size_t targets_len;
	struct cgroup command_cgroup;
	bool sigchld_ignored;
	sigset_t signal_mask; /* as it was before whittle blocked its signals */
	__u32 slots, targets_slot, command_slot;
	struct session *session;
	struct recorder *recorder;
	struct recording recording;
	struct loop loop;
};

static void record_clear(struct record *record)
{
	recorder__free(record->recorder);
	session__free(record->session);
	recording_clear(&record->recording);
	for (size_t i = 0; i < record->targets_len; i++)
		cgroup_close(&record->targets[i]);
	free(record->targets);
	cgroup_close(&record->command_cgroup);
	spawn_user_clear(&record->user);
}

static int check_usage(const struct record *record, struct err *err)
{
	const struct record_options *options = &record->options;

	if (!record->argv && !options->cgroups.len && !options->pids.len)
		return err_set(err, -EINVAL,
			       "nothing to record: name a --cgroup, a --pid, or a command behind '--'");
	if (record->argv && !options->output && !options->recording)
		return err_set(err, -EINVAL,
			       "standard output belongs to the command: say where the profile goes with -o FILE");
	if (record->argv && options->output && !strcmp(options->output, "-"))
		return err_set(err, -EINVAL,
			       "-o -: standard output belongs to the command: name a file");
	if (options->user && !record->argv)
		return err_set(err, -EINVAL, "--user needs a command to run");
	if (options->recording && options->output && !strcmp(options->recording, options->output))
		return err_set(err, -EINVAL, "-o and --recording name the same file: %s",
			       options->output);
	return 0;
}

static int check_output(const char *path, struct err *err)
{
	return path && strcmp(path, "-") ? fs_check_output(path, err) : 0;
}

static int add_target(struct record *record, struct cgroup *cgroup, const char *name,
		      struct err *err)
{
	if (cgroup_is_root(cgroup) && !record->options.allow_root_cgroup) {
		cgroup_close(cgroup);
		return err_set(err, -EPERM,
			       "%s is the root cgroup, which holds every process of the machine; --allow-root-cgroup records it",
			       name);
	}
	record->targets[record->targets_len++] = *cgroup;
	return 0;
}

static int open_targets(struct record *record, struct err *err)
{
	const struct record_options *options = &record->options;
	char name[64];
	int rc = 0;

	record->targets =
		calloc(options->cgroups.len + options->pids.len + 1, sizeof(*record->targets));
	if (!record->targets)
		return err_errno(err, -ENOMEM, "cannot record");
	for (size_t i = 0; !rc && i < options->cgroups.len; i++) {
		struct cgroup cgroup = CGROUP_CLOSED;

		rc = cgroup_open(options->cgroups.text[i], &cgroup, err);
		if (!rc)
			rc = add_target(record, &cgroup, options->cgroups.text[i], err);
	}
	for (size_t i = 0; !rc && i < options->pids.len; i++) {
		struct cgroup cgroup = CGROUP_CLOSED;
		uint64_t pid;

		rc = num_parse(options->pids.text[i], "pid", INT32_MAX, &pid, err);
		if (!rc)
			rc = cgroup_open_pid(pid, &cgroup, err);
		snprintf(name, sizeof(name), "the cgroup of process %s", options->pids.text[i]);
		if (!rc)
			rc = add_target(record, &cgroup, name, err);
	}
	return rc;
}

/* Everything that can be wrong and be known before the kernel is touched. */
static int plan(struct record *record, struct err *err)
{
	int rc = features_parse(getenv("WHITTLE_FEATURES"), &record->features, err);

	if (!rc)
		rc = check_output(record->options.output, err);
	if (!rc)
		rc = check_output(record->options.recording, err);
	if (!rc && record->options.user)
		rc = spawn_find_user(record->options.user, &record->user, err);
	if (!rc)
		rc = recording_init(&record->recording, err);
	if (!rc)
		rc = open_targets(record, err);
	if (rc)
		return rc;
	record->targets_slot = record->targets_len ? ++record->slots : SLOT_NONE;
	record->command_slot = record->argv ? ++record->slots : SLOT_NONE;
	record->recording.timed = record->options.stats;
	record->recording.whole = !record->targets_len;
	return 0;
}

static int open_session(struct record *record, struct err *err)
{
	int rc = recorder__new(1, record->slots, &record->recorder, err);
	struct session_options options = {
		.features = record->features,
		.ring_bytes = record->options.ring_size ? record->options.ring_size : 256 << 10,
		.timing = record->options.stats,
		.slots = record->slots,
		.on_record = recorder__take,
		.context = record->recorder,
	};

	return rc ? rc : session__open(&options, &record->session, err);
}

static int add_id(uint64_t id, void *context)
{
	struct record *record = context;

	session__add_cgroup(record->session, record->targets_slot, id);
	return 0;
}

/*
 * The order is what makes it exact. A cgroup made below a target joins it once the followers are attached, so the
 * walk may come after them and miss none. Whoever shows up before the slot is armed was inside before.
 */
static int start_targets(struct record *record, struct err *err)
{
	volatile struct slot *slot = session__slot(record->session, record->targets_slot);
	int rc = 0;

	slot->flags = record->options.count_moved ? SLOT_COUNT_MOVED : 0;
	for (size_t i = 0; i < record->targets_len; i++)
		session__add_cgroup(record->session, record->targets_slot, record->targets[i].id);
	if (!rc)
		rc = session__attach_followers(record->session, err);
	for (size_t i = 0; !rc && i < record->targets_len; i++)
		rc = cgroup_walk(&record->targets[i], add_id, record, err);
	if (!rc)
		rc = session__attach_counters(record->session, err);
	if (!rc)
		rc = session__inventory(record->session, err);
	slot->armed = 1;
	return rc;
}

static int start_command(struct record *record, bool *exec_failed, struct err *err)
{
	volatile struct slot *slot = session__slot(record->session, record->command_slot);
	struct spawn spawn = {
		.argv = record->argv,
		.user = record->options.user ? &record->user : NULL,
		.no_clone3 = !(record->features & FEATURE_CLONE3),
		.mask = &record->signal_mask,
		.ignore_sigchld = record->sigchld_ignored,
	};
	int rc = cgroup_make(&record->command_cgroup, err);

	if (rc)
		return rc;
	slot->flags = SLOT_COMMAND;
	slot->armed = 1;
	session__add_cgroup(record->session, record->command_slot, record->command_cgroup.id);
	if (!record->targets_len) {
		rc = session__attach_followers(record->session, err);
		rc = rc ? rc : session__attach_counters(record->session, err);
	}
	spawn.cgroup_fd = record->command_cgroup.fd;
	recorder__begin(record->recorder);
	return rc ? rc : spawn_start(&spawn, &record->loop.child, exec_failed, err);
}

static bool wants_live_line(const struct record *record)
{
	const struct record_options *options = &record->options;

	if (options->progress == PROGRESS_AUTO)
		return isatty(STDERR_FILENO) && !record->argv && !options->quiet;
	return options->progress == PROGRESS_ALWAYS;
}

static int run_recording(struct record *record, bool *exec_failed, struct err *err)
{
	int rc = loop_block_signals(&record->signal_mask, &record->sigchld_ignored, err);

	if (!rc)
		rc = open_session(record, err);
	if (!rc && record->targets_len)
		rc = start_targets(record, err);
	recorder__begin(record->recorder);
	if (!rc && record->argv)
		rc = start_command(record, exec_failed, err);
	if (rc)
		return rc;
	if (!record->argv)
		log_note("recording %zu cgroup%s%s", record->targets_len,
			 record->targets_len == 1 ? "" : "s",
			 record->options.duration ? "" : "; Ctrl-C ends it and writes");
	record->loop.session = record->session;
	record->loop.recorder = record->recorder;
	record->loop.slots = record->slots;
	record->loop.duration = record->options.duration;
	record->loop.live_line = wants_live_line(record);
	record->loop.command_cgroup = record->argv ? &record->command_cgroup : NULL;
	rc = loop_run(&record->loop, err);
	session__detach(record->session);
	return rc ? rc :
		    recorder__finish(record->recorder, record->session, &record->recording, err);
}

/* The cgroup of the command goes, unless a second signal left processes in it. */
static void remove_command_cgroup(struct record *record)
{
	struct err err = {0};

	if (record->command_cgroup.fd < 0)
		return;
	if (record->loop.left_running)
		log_warn("the command runs on in cgroup %s", record->command_cgroup.path);
	else if (cgroup_remove(&record->command_cgroup, &err))
		log_warn("%s", err.text);
}

/* What was recorded, in words: "command ls -l", "cgroup /sys/fs/cgroup/a, cgroup ...". */
static int describe_target(struct record *record)
{
	struct buf own_buf text = BUF_INIT;

	for (size_t i = 0; i < record->targets_len; i++)
		buf__addf(&text, "%scgroup %s", text.len ? ", " : "", record->targets[i].path);
	if (record->argv)
		buf__addf(&text, "%scommand", text.len ? ", " : "");
	for (char **arg = record->argv; arg && *arg; arg++)
		buf__addf(&text, " %s", *arg);
	record->recording.target = steal_ptr(&text.data);
	return buf__error(&text);
}

static int write_text(const char *path, const struct buf *text, struct err *err)
{
	if (strcmp(path, "-"))
		return fs_write(path, buf__text(text), text->len, err);
	if (fwrite(text->data, 1, text->len, stdout) != text->len || fflush(stdout))
		return err_errno(err, -errno, "cannot write the profile to standard output");
	return 0;
}

static int write_recording(struct record *record, struct err *err)
{
	struct buf own_buf text = BUF_INIT;
	int rc = describe_target(record);

	if (rc)
		return err_errno(err, rc, "cannot write the recording");
	rc = recording_to_json(&record->recording, &text, err);
	return rc ? rc : write_text(record->options.recording, &text, err);
}

static int write_profile(struct record *record, const char *path, struct err *err)
{
	struct derive_options options = {.no_enosys = record->options.no_enosys};
	struct profile own_profile profile = {0};
	struct buf own_buf text = BUF_INIT;
	struct syscall_set needed;
	struct derived derived;
	size_t unnamed;
	int rc;

	recording_needed(&record->recording, &needed, &unnamed);
	rc = derive_profile(&needed, &options, &profile, &derived, err);
	if (!rc)
		rc = emit_oci(&profile, &text, err);
	if (!rc)
		rc = write_text(path, &text, err);
	if (!rc)
		summary_profile(path, &derived);
	return rc;
}

/* Both files are tried: that one cannot be written is no reason to lose the other. */
static int write_results(struct record *record)
{
	const char *profile = record->options.output;
	struct err err = {0};
	int rc = 0;

	if (!profile && !record->argv && !record->options.recording)
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

static int command_status(const struct loop *loop)
{
	if (!loop->child_ended)
		return STATUS_OK; /* it was left running */
	if (WIFSIGNALED(loop->child_status))
		return STATUS_SIGNAL + WTERMSIG(loop->child_status);
	return WEXITSTATUS(loop->child_status);
}

static int failure_status(const struct record *record, int rc, bool exec_failed)
{
	if (exec_failed)
		return rc == -ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_EXECUTE;
	return record->argv ? STATUS_OWN_FAILURE : STATUS_FAILED;
}

static int final_status(const struct record *record, int write_rc)
{
	bool incomplete = recording_is_incomplete(&record->recording);
	int status;

	if (!record->argv)
		return write_rc ? STATUS_FAILED : incomplete ? STATUS_INCOMPLETE : STATUS_OK;
	status = command_status(&record->loop);
	return status == STATUS_OK && (write_rc || incomplete) ? STATUS_OWN_FAILURE : status;
}

static void set_log_level(const struct record_options *options)
{
	if (options->quiet)
		log_set_level(LOG_LEVEL_WARN);
	else if (options->verbose)
		log_set_level(options->verbose == 1 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct record own_with(record_clear) record = {.command_cgroup = CGROUP_CLOSED};
	struct err err = {0};
	bool help, exec_failed = false;
	int rest, rc;

	if (options_parse(rows, argc, argv, &record.options, &rest, &help, &err))
		return command_usage_error(self, &err);
	if (help) {
		command_print_help(self);
		return STATUS_OK;
	}
	record.argv = rest < argc ? argv + rest : NULL;
	if (check_usage(&record, &err))
		return command_usage_error(self, &err);
	set_log_level(&record.options);
	rc = plan(&record, &err);
	if (!rc)
		rc = run_recording(&record, &exec_failed, &err);
	remove_command_cgroup(&record);
	if (rc) {
		log_error("%s", err.text);
		return failure_status(&record, rc, exec_failed);
	}
	summary_recording(&record.recording);
	if (record.options.stats)
		summary_stats(&record.recording);
	return final_status(&record, write_results(&record));
}

const struct command cmd_record = {
	.name = "record",
	.summary = "record what a command, a cgroup or a process calls, and write its profile",
	.synopsis = "[OPTION...] [--cgroup PATH|ID] [--pid PID] [-o FILE] [-- COMMAND [ARG...]]",
	.description =
		"Records the system calls of a command, which is born into a cgroup of its own, or of cgroups that\n"
		"exist, until the command and all that it started have ended, the targets are gone, the time of --for\n"
		"is over, or Ctrl-C. Then writes a seccomp profile that allows what was called. With a command, its\n"
		"exit status is whittle's; see whittle(1).\n",
	.options = rows,
	.run = run,
};

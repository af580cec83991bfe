// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"
#include "base/num.h"
#include "cli/cmd.h"
#include "cli/each_groups.h"
#include "cli/record.h"
#include "cli/record_denials.h"
#include "cli/record_each.h"
#include "cli/summary.h"
#include "record/features.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

static const char *const filter_choices[] = {"allow", "engine", NULL};
static const char *const denials_choices[] = {"auto", "always", "never", NULL};
static const char *const progress_choices[] = {"auto", "always", "never", NULL};

#define AT(member) offsetof(struct record_options, member)

static const struct option_row rows[] = {
	TARGET_OPTION_ROWS(struct record_options, targets),
	{"each", 0, OPTION_TEXT, "PATH",
	 "record each cgroup below this one by itself, those that are made meanwhile, too; needs -d",
	 AT(each), NULL, 0},
	{"directory", 'd', OPTION_TEXT, "DIR",
	 "with --each: write the profiles here; --recording names a directory, too", AT(directory),
	 NULL, 0},
	{"merge-by", 0, OPTION_CHOICE, "WHAT",
	 "with --each: fold those into one that have the same image, unit or name (without a number): none, name, unit, image",
	 AT(merge_by), merge_by_choices, 0},
	{"wait", 0, OPTION_FLAG, NULL,
	 "the container, unit or cgroup (a pattern of its name) does not exist yet: record it from its birth on",
	 AT(wait), NULL, 0},
	{"follow", 0, OPTION_FLAG, NULL,
	 "go on when the targets are gone, and record them when they are made anew", AT(follow),
	 NULL, 0},
	{"start", 0, OPTION_FLAG, NULL, "have the container started, which was created before",
	 AT(start), NULL, 0},
	{"user", 'u', OPTION_TEXT, "NAME", "run the command as this user", AT(user), NULL, 0},
	{"filter", 0, OPTION_CHOICE, "WHICH",
	 "seccomp filter of a container that the command runs: allow (refuses nothing), engine (its default)",
	 AT(filter), filter_choices, 0},
	{"plain", 0, OPTION_FLAG, NULL,
	 "record the engine's client itself, not the container that it runs", AT(plain), NULL, 0},
	RESULT_OPTION_ROWS(struct record_options, result),
	{"for", 0, OPTION_DURATION, "DURATION", "end after this time: 90s, 5m, 1h30m, 2d, 500ms",
	 AT(duration), NULL, 0},
	{"until-quiet", 0, OPTION_DURATION, "DURATION",
	 "end when no new syscall has come for this long", AT(quiet_for), NULL, 0},
	{"count-moved", 0, OPTION_FLAG, NULL,
	 "count processes that move in as workload from the start", AT(count_moved), NULL, 0},
	{"denials", 0, OPTION_CHOICE, "WHEN",
	 "look for calls that a filter denies: auto (where there may be one), always, never",
	 AT(denials), denials_choices, 0},
	{"allow-denied", 0, OPTION_FLAG, NULL,
	 "allow what was denied, too; but for what was answered with ENOSYS",
	 AT(result.allow_denied), NULL, 0},
	{"stats", 0, OPTION_FLAG, NULL, "show time and errors of each syscall", AT(stats), NULL, 0},
	{"args", 0, OPTION_SET, "[LIST]",
	 "record arguments, too, and allow no others: default, all, or calls: socket,ioctl:1,clone",
	 AT(args), NULL, 0},
	{"args-max", 0, OPTION_TEXT, "N",
	 "a call with more distinct arguments stays unconstrained (default 32)", AT(args_max), NULL,
	 0},
	{"ring-size", 0, OPTION_SIZE, "SIZE", "room for news of first calls (default 256k)",
	 AT(ring_size), NULL, 64 << 20},
	{"progress", 0, OPTION_CHOICE, "WHEN", "show a live line: auto, always, never",
	 AT(progress), progress_choices, 0},
	{"verbose", 'v', OPTION_COUNT, NULL, "say more (-vv: even more)", AT(verbose), NULL, 0},
	{"quiet", 'q', OPTION_FLAG, NULL, "say only warnings and errors", AT(quiet), NULL, 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

static int plan_args(struct record *record, struct err *err)
{
	const struct record_options *options = &record->options;
	uint64_t cap = ARGS_CAP_DEFAULT;

	if (options->args_max && !options->args)
		return err_set(err, -EINVAL, "--args-max needs --args");
	if (!options->args)
		return 0;
	if (options->args_max &&
	    (num_parse(options->args_max, "--args-max", ARGS_CAP_MAX, &cap, err) || !cap))
		return err_set(err, -EINVAL, "--args-max is a number from 1 to %d", ARGS_CAP_MAX);
	if (recording_init(&record->recording, err))
		return -EINVAL;
	if (arg_plan_parse(options->args, record->recording.native, &record->args, err))
		return -EINVAL;
	record->args.cap = cap;
	return 0;
}

static int check_usage(struct record *record, struct err *err)
{
	const struct record_options *options = &record->options;
	const struct target_options *targets = &options->targets;

	if (record_each_check(record, err))
		return -EINVAL;
	if (!record->argv && !target_options_len(targets) && !options->each)
		return err_set(err, -EINVAL,
			       "nothing to record: name a --container, a --unit, a --cgroup, a --pid, or a command behind '--'");
	if (options->wait && (record->argv || !(targets->containers.len + targets->units.len +
						targets->cgroups.len)))
		return err_set(err, -EINVAL,
			       record->argv ?
				       "--wait does not go with a command" :
				       "--wait needs a --container, a --unit or a --cgroup to wait for");
	for (size_t i = 0; options->wait && i < targets->cgroups.len; i++)
		if (strchr(targets->cgroups.text[i], '/'))
			return err_set(err, -EINVAL,
				       "--cgroup '%s': with --wait it is the name of a directory, or a pattern of names, and no path ('whittle start --wait' waits for a path)",
				       targets->cgroups.text[i]);
	if (options->start && (record->argv || options->wait || targets->containers.len != 1 ||
			       targets->units.len || targets->cgroups.len))
		return err_set(err, -EINVAL,
			       "--start needs one --container, and no other target, command or --wait");
	if (options->result.allow_denied && options->denials == DENIALS_NEVER)
		return err_set(err, -EINVAL, "--allow-denied does not go with --denials never");
	if (options->follow && !target_options_len(targets))
		return err_set(err, -EINVAL, "--follow needs a target that may be made anew");
	if (options->user && !record->argv)
		return err_set(err, -EINVAL, "--user needs a command to run");
	if (target_options_check(targets, err))
		return -EINVAL;
	if (features_parse(getenv("WHITTLE_FEATURES"), &record->features, err))
		return -EINVAL;
	if (record->argv && !options->plain &&
	    record_engine_plan(&record->engine, record->argv, err))
		return -EINVAL;
	if (options->filter != FILTER_ALLOW && !record->engine.used)
		return err_set(err, -EINVAL,
			       options->plain ? "--filter does not go with --plain" :
						"--filter is for a command that runs a container");
	if (options->user && record->engine.used && options->filter == FILTER_ALLOW &&
	    !record->engine.run.seccomp)
		return err_set(err, -EINVAL,
			       "--user %s cannot read the filter that whittle gives to the container: --filter engine leaves the engine's",
			       options->user);
	if (plan_args(record, err))
		return -EINVAL;
	/* the table may be all that is wanted, as of strace -c */
	if (options->stats && record->argv && !options->result.output && !options->result.recording)
		return 0;
	return result_check_usage(&options->result, record->argv != NULL, err);
}

static void set_log_level(const struct record_options *options)
{
	if (options->quiet)
		log_set_level(LOG_LEVEL_WARN);
	else if (options->verbose)
		log_set_level(options->verbose == 1 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG);
}

static int failure_status(const struct record *record, int rc)
{
	if (record->exec_failed)
		return rc == -ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_EXECUTE;
	return record->argv ? STATUS_OWN_FAILURE : STATUS_FAILED;
}

static int final_status(const struct record *record, int write_rc)
{
	bool incomplete = recording_is_incomplete(&record->recording);
	int status;

	if (!record->argv)
		return write_rc ? STATUS_FAILED : incomplete ? STATUS_INCOMPLETE : STATUS_OK;
	status = loop_command_status(&record->loop);
	return status == STATUS_OK && (write_rc || incomplete) ? STATUS_OWN_FAILURE : status;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct record own_record record = RECORD_INIT;
	struct engine_default container;
	struct err err = {0};
	int rest, status, rc;

	if (command_is_answered(self, argc, argv, &record.options, &rest, &status))
		return status;
	record.argv = rest < argc ? argv + rest : NULL;
	if (check_usage(&record, &err))
		return command_usage_error(self, &err);
	set_log_level(&record.options);
	if (record.options.each)
		return record_each(&record);
	rc = record_plan(&record, &err);
	if (!rc)
		rc = record_run(&record, &err);
	record_release_cgroup(&record);
	if (rc) {
		log_error("%s", err.text);
		return failure_status(&record, rc);
	}
	summary_recording(&record.recording, record.options.result.assume_startup);
	container = record.engine.used ? record_engine_container(&record.engine) :
					 record.targets.container;
	summary_beyond(&container, &record.recording);
	if (record.options.stats)
		summary_stats(&record.recording);
	if (record.recording.observed_len)
		record_engine_warn(&record.engine);
	return final_status(&record, record_write(&record));
}

const struct command cmd_record = {
	.name = "record",
	.summary =
		"record what a command, a container, a service or a cgroup calls, and write its profile",
	.synopsis =
		"[OPTION...] [--container [ENGINE:]NAME] [--unit NAME] [--cgroup PATH|ID] [--pid PID] [--each PATH -d DIR] [-o FILE] [-- COMMAND [ARG...]]",
	.description =
		"Records the system calls of a command, which is born into a cgroup of its own, or of containers,\n"
		"units and cgroups that exist, until the command and all that it started have ended, the targets are gone, the time of --for\n"
		"or --until-quiet is over, or Ctrl-C. Then writes a seccomp profile that allows what was called. With a command, its\n"
		"exit status is whittle's; see whittle(1). Of 'docker run', 'podman run' and 'nerdctl run' it is the\n"
		"container that is recorded, from its first instruction to its last.\n",
	.options = rows,
	.runs_another = true,
	.run = run,
};

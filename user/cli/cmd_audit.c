// SPDX-License-Identifier: BSD-2-Clause
#include "base/fs.h"
#include "base/log.h"
#include "base/num.h"
#include "cli/audit_live.h"
#include "cli/audit_report.h"
#include "cli/audit_update.h"
#include "cli/cmd.h"
#include "record/audit_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

struct audit_options {
	struct audit_live_options live;
	struct file_options file;
	const char *log, *update, *output, *report, *comm, *only_pid;
	const char *args;
	bool enosys, json;
	uint32_t pid;
	struct arg_plan plan;
	struct audit_update updates; /* what --update says */
};

static const struct option_row rows[] = {
	TARGET_OPTION_ROWS(struct audit_options, live.targets),
	{"user", 0, OPTION_TEXT, "NAME", "run the command as this user",
	 offsetof(struct audit_options, live.user), NULL, 0},
	{"plain", 0, OPTION_FLAG, NULL,
	 "audit the engine's client itself, not the container that it runs",
	 offsetof(struct audit_options, live.plain), NULL, 0},
	{"for", 0, OPTION_DURATION, "DURATION", "end after this time: 90s, 5m, 1h30m, 2d, 500ms",
	 offsetof(struct audit_options, live.duration), NULL, 0},
	{"log", 0, OPTION_TEXT, "FILE",
	 "read the kernel's seccomp records from a log ('-': standard input)",
	 offsetof(struct audit_options, log), NULL, 0},
	{"comm", 0, OPTION_TEXT, "NAME", "with --log: only of programs, or threads, of this name",
	 offsetof(struct audit_options, comm), NULL, 0},
	{"only-pid", 0, OPTION_TEXT, "PID", "with --log: only of this process",
	 offsetof(struct audit_options, only_pid), NULL, 0},
	{"update", 'u', OPTION_TEXT, "PROFILE", "allow in this profile what was denied",
	 offsetof(struct audit_options, update), NULL, 0},
	{"output", 'o', OPTION_TEXT, "FILE", "with --update: write here instead of in place",
	 offsetof(struct audit_options, output), NULL, 0},
	{"report", 0, OPTION_TEXT, "FILE", "write the report here instead of to standard output",
	 offsetof(struct audit_options, report), NULL, 0},
	{"enosys", 0, OPTION_FLAG, NULL, "with --update: also allow what was answered ENOSYS",
	 offsetof(struct audit_options, enosys), NULL, 0},
	{"args", 0, OPTION_SET, "[LIST]",
	 "with --update: hold these calls to the arguments they were denied with: default, all, or socket,ioctl:1",
	 offsetof(struct audit_options, args), NULL, 0},
	{"arch", 0, OPTION_TEXT, "ARCH",
	 "with --update: the machine of a profile that leaves it open (default: this one)",
	 offsetof(struct audit_options, file.arch), NULL, 0},
	FILE_OPTION_ROWS(struct audit_options),
	{"json", 0, OPTION_FLAG, NULL, "print JSON", offsetof(struct audit_options, json), NULL, 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

/* --- reading a log --- */

/* What is read of it later has not happened yet: it never ends, but what is there now does. */
static bool ends_now(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 11) &&
	       !fcntl(fd, F_SETFL, O_RDONLY | O_NONBLOCK);
}

static int read_log(const char *path, struct audit_log *log, struct err *err)
{
	bool input = !strcmp(path, "-");
	int own_fd opened = input ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	int fd = input ? STDIN_FILENO : opened;
	char chunk[65536];
	bool is_kmsg;
	ssize_t n;
	int rc = 0;

	if (fd < 0)
		return err_errno(err, -errno, "cannot open %s", path);
	is_kmsg = ends_now(fd);
	while (!rc && (n = read(fd, chunk, sizeof(chunk)))) {
		if (n < 0 && errno == EINTR)
			continue;
		/* of /dev/kmsg: the oldest lines were overwritten meanwhile, reading goes on behind them */
		if (n < 0 && errno == EPIPE) {
			log->losses[AUDIT_LOSS_JOURNAL].seen = true;
			continue;
		}
		if (n < 0 && errno == EAGAIN && is_kmsg)
			break;
		if (n < 0)
			return err_errno(err, -errno, "cannot read %s",
					 input ? "standard input" : path);
		rc = audit_log__feed(log, chunk, n);
	}
	if (!rc)
		rc = audit_log__end(log);
	return rc ? err_errno(err, rc, "cannot read %s", path) : 0;
}

/* What went wrong, and what helps. */
static const struct {
	const char *what, *remedy;
} losses[AUDIT_LOSS_COUNT] = {
	[AUDIT_LOSS_PRINTK] = {"the kernel printed only some of its messages",
			       "sysctl kernel.printk_ratelimit=0 meanwhile, or auditd, keeps all"},
	[AUDIT_LOSS_LAST] =
		{"it ends with ten records within five seconds, as many as the kernel prints, which tells of others only later",
		 "sysctl kernel.printk_ratelimit=0 meanwhile, or auditd, keeps all"},
	[AUDIT_LOSS_RATE] = {"the kernel's audit rate limit was exceeded",
			     "auditctl -r 0 lifts it"},
	[AUDIT_LOSS_BACKLOG] = {"the kernel's audit queue overflowed",
				"auditctl -b 8192 makes it longer, auditd empties it"},
	[AUDIT_LOSS_JOURNAL] =
		{"messages were overwritten before they were read",
		 "log_buf_len=4M on the kernel's command line makes room, auditd keeps all"},
	[AUDIT_LOSS_AUDITD] = {"auditd stopped writing for want of disk space",
			       "make room and send it SIGUSR2"},
	[AUDIT_LOSS_DAEMON] =
		{"what hands the messages on dropped some",
		 "ratelimit.interval=\"0\" of rsyslog's imjournal or imuxsock, a longer q_depth of auditd, keeps all"},
};

static void warn_losses(const struct audit_log *log)
{
	for (size_t i = 0; i < AUDIT_LOSS_COUNT; i++) {
		char count[64] = "";

		if (!log->losses[i].seen)
			continue;
		if (log->losses[i].lost)
			snprintf(count, sizeof(count), " (%" PRIu64 " %s at least)",
				 log->losses[i].lost,
				 num_word(log->losses[i].lost, "message", "messages"));
		log_warn("the log %s complete: %s%s; %s",
			 i == AUDIT_LOSS_LAST ? "may not be" : "is not", losses[i].what, count,
			 losses[i].remedy);
	}
	if (log->malformed)
		log_warn("%" PRIu64 " seccomp %s not say which call it was: left out",
			 log->malformed, num_word(log->malformed, "record does", "records do"));
	if (log->elsewhere)
		log_warn("%" PRIu64
			 " %s, but neither the kernel nor the audit daemon wrote %s: left out",
			 log->elsewhere,
			 num_word(log->elsewhere, "line looks like a seccomp record",
				  "lines look like seccomp records"),
			 num_word(log->elsewhere, "it", "them"));
	if (!log->lines)
		log_warn("the log is empty: may whoever reads it read it?");
	if (log->unkept)
		log_warn("%" PRIu64 " %s left out: more than %d different ones", log->unkept,
			 num_word(log->unkept, "record is", "records are"), DENIALS_MAX);
}

/* --- the command --- */

static int print_report(const struct audit_options *options, const struct audit_report *report,
			struct err *err)
{
	struct buf own_buf text = BUF_INIT;

	/* standard output is the profile's then */
	if (!options->report && options->output && !strcmp(options->output, "-"))
		return 0;
	(options->json ? audit_report_json : audit_report_text)(report, &text);
	if (buf__error(&text))
		return err_errno(err, buf__error(&text), "cannot write the report");
	return file_write(options->report, &text, "report", err);
}

/* The update, if one is wanted, and the report. */
static int conclude(const struct audit_options *options, const struct audit_report *report)
{
	struct err err = {0}, unread = {0};
	int rc = options->update ?
			 audit_update(&options->updates, report->denials, &options->plan, &err) :
			 0;

	if (rc)
		log_error("%s", err.text);
	/* what nobody reads is no reason to lose the other */
	if (print_report(options, report, &unread)) {
		log_error("%s", unread.text);
		rc = -EIO;
	}
	if (rc)
		return STATUS_USAGE;
	if (audit_report_has_findings(report))
		return STATUS_FAILED;
	return report->complete ? STATUS_OK : STATUS_INCOMPLETE;
}

static int audit_a_log(const struct audit_options *options)
{
	struct audit_log *own_ptr log = calloc(1, sizeof(*log));
	struct audit_report report;
	struct err err = {0};
	int status;

	if (!log)
		err_errno(&err, -ENOMEM, "cannot read %s", options->log);
	if (log) {
		log->comm = options->comm;
		log->pid = options->pid;
	}
	if (!log || read_log(options->log, log, &err)) {
		log_error("%s", err.text);
		if (log)
			audit_log_clear(log);
		return STATUS_USAGE;
	}
	warn_losses(log);
	report = (struct audit_report){.denials = &log->denials[AUDIT_SOURCE_KERNEL],
				       .complete = !audit_log_is_incomplete(log)};
	if (log->others)
		log_note("%" PRIu64 " %s left out", log->others,
			 num_word(log->others, "record of another process is",
				  "records of other processes are"));
	if (!log->records)
		log_note("there are no seccomp records%s in the %" PRIu64 " %s of the log",
			 options->comm || options->only_pid ? " of such a process" : "", log->lines,
			 num_word(log->lines, "line", "lines"));
	status = conclude(options, &report);
	audit_log_clear(log);
	return status;
}

/* The exit status tells of denied calls, and not of this. A client has it from what it ran: who was killed is not known here. */
static void tell_command(int status)
{
	const char *signal = status > STATUS_SIGNAL ? sigabbrev_np(status - STATUS_SIGNAL) : NULL;

	if (signal)
		log_note("the command ended with status %d, as SIG%s makes it", status, signal);
	else if (status)
		log_note("the command ended with status %d", status);
}

static int audit_live_targets(const struct audit_options *options, char **argv)
{
	struct recording own_recording recording = {0};
	struct audit_report report;
	struct err err = {0};
	struct audit_live_end end = {0};
	int rc = audit_live(&options->live, argv, &recording, &end, &err);

	if (rc) {
		log_error("%s", err.text);
		if (end.exec_failed)
			return rc == -ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_EXECUTE;
		return STATUS_USAGE;
	}
	report = (struct audit_report){
		.denials = &recording.denied,
		.complete = !recording_is_incomplete(&recording) && !recording.losses.denials &&
			    !recording.losses.log && !end.logs_unseen,
		.command_ended = end.command_ended,
		.command_status = end.command_status,
	};
	if (end.command_ended)
		tell_command(end.command_status);
	if (recording.losses.misses)
		log_warn("the kernel skipped a program %" PRIu64
			 " %s: counts may be wrong by that many, and what was denied less often may be missing",
			 recording.losses.misses,
			 num_word(recording.losses.misses, "time", "times"));
	if (recording.losses.denials)
		log_warn("there was no room to count %" PRIu64 " denied %s",
			 recording.losses.denials,
			 num_word(recording.losses.denials, "call", "calls"));
	if (recording.losses.log)
		log_warn(
			"calls that a filter only logs came too fast: their counts are lower bounds");
	if (!recording.denied.len && report.complete)
		log_note("no call was denied");
	return conclude(options, &report);
}

/* It replaces none of the others. */
static int check_report(const struct audit_options *options, struct err *err)
{
	const char *const others[] = {options->output, options->update, options->log};
	const char *report = options->report;

	if (report && !strcmp(report, "-") && options->output && !strcmp(options->output, "-"))
		return err_set(err, -EINVAL,
			       "--report -: standard output is the profile's: name a file");
	for (size_t i = 0; report && i < ARRAY_LEN(others); i++)
		if (others[i] && fs_same_output(report, others[i]))
			return err_set(err, -EINVAL, "--report and %s are the same file",
				       others[i]);
	return 0;
}

/* A report of what was denied reads no profile. */
static int check_no_update(const struct audit_options *options, struct err *err)
{
	const char *given = options->enosys    ? "--enosys" :
			    options->file.arch ? "--arch" :
						 file_options_given(&options->file);

	return given ? err_set(err, -EINVAL, "%s goes with --update", given) : 0;
}

static int check_options(struct audit_options *options, char *const *argv, struct err *err)
{
	bool live = audit_live_is_asked_for(&options->live, argv);
	uint64_t pid = 0;

	if (options->log && live)
		return err_set(err, -EINVAL, "--log does not go with targets or a command");
	if (!options->log && (options->comm || options->only_pid))
		return err_set(err, -EINVAL, "%s goes with --log",
			       options->comm ? "--comm" : "--only-pid");
	if (!options->log && audit_live_check(&options->live, argv, err))
		return -EINVAL;
	if (argv && options->output && !strcmp(options->output, "-"))
		return err_set(err, -EINVAL,
			       "-o -: standard output belongs to the command: name a file");
	if (check_report(options, err))
		return -EINVAL;
	if (options->output && !options->update)
		return err_set(err, -EINVAL, "--output is for the profile of --update");
	if (!options->update && check_no_update(options, err))
		return -EINVAL;
	if (options->args && (options->log || !options->update))
		return err_set(err, -EINVAL,
			       options->log ? "--args: a log does not have the arguments of calls" :
					      "--args goes with --update");
	if (options->update && options->log && !strcmp(options->update, "-") &&
	    !strcmp(options->log, "-"))
		return err_set(err, -EINVAL, "log and profile cannot both be standard input");
	if (options->update && !strcmp(options->update, "-") && !options->output)
		return err_set(err, -EINVAL,
			       "a profile from standard input needs --output to be written to");
	if (options->update && profile_file_is_docker(options->update) && !options->output)
		return err_set(err, -EINVAL,
			       "docker is built in, and no file that could be updated: --output FILE gets what is made of it (./docker is a file)");
	if (options->only_pid && num_parse(options->only_pid, "--only-pid", INT_MAX, &pid, err))
		return err->code;
	options->pid = (uint32_t)pid;
	return 0;
}

/* What can be known to fail before anything is watched. */
static int check_files(struct audit_options *options, struct err *err)
{
	int rc = options->update && !options->log ?
			 audit_update_check(&options->updates, &options->plan, err) :
			 0;

	return rc || !options->report || !strcmp(options->report, "-") ?
		       rc :
		       fs_check_output(options->report, err);
}

static int audit(struct audit_options *options, char **command)
{
	struct err err = {0};

	options->updates = (struct audit_update){options->update, options->output, options->enosys,
						 options->args,   &options->file,  BUF_INIT};
	if (check_files(options, &err)) {
		log_error("%s", err.text);
		return STATUS_USAGE;
	}
	if (options->log)
		return audit_a_log(options);
	options->live.tell = isatty(STDERR_FILENO);
	options->live.args = options->plan.calls.len ? &options->plan : NULL;
	return audit_live_targets(options, command);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct audit_options options = {0};
	struct err err = {0};
	char **command;
	int rest, status;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	command = rest < argc ? argv + rest : NULL;
	if (command && strcmp(argv[rest - 1], "--"))
		err_set(&err, -EINVAL,
			"'%s': audit takes no file or command before '--' (--update names a profile, --log a log)",
			argv[rest]);
	if (err.code || check_options(&options, command, &err))
		return command_usage_error(self, &err);
	status = audit(&options, command);
	arg_plan_clear(&options.plan);
	audit_update_clear(&options.updates);
	return status;
}

const struct command cmd_audit = {
	.name = "audit",
	.summary = "tell what a profile refuses, and allow it",
	.synopsis =
		"[OPTION...] [--container [ENGINE:]NAME] [--unit NAME] [--cgroup PATH|ID] [--pid PID] [--update PROFILE] [--log FILE | -- COMMAND [ARG...]]",
	.description =
		"Lists the calls that seccomp filters refuse, of containers, units and cgroups or of a command, until these have ended, the\n"
		"time of --for is over, or Ctrl-C; nothing needs to be logged for that. That the command failed is told. With --log, the calls that were refused or logged, as the\n"
		"kernel's log tells: dmesg, /dev/kmsg, syslog, the journal, audit.log, ausearch. Exit status: 0 nothing was denied, 1 something\n"
		"was, 2 usage or failure, 3 nothing was, but something may be missing.\n",
	.options = rows,
	.runs_another = true,
	.run = run,
};

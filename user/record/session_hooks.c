// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which programs are attached: to be told of each call, and beside that. Up to Linux 7.1 a raw tracepoint is exact and the cheapest. Since
 * then a program there can be preempted, and until it runs on the kernel skips it for all other tasks of that CPU. The perf tracepoints'
 * programs are not preempted, but skipped where a task was preempted inside bpf(2); perf_trace_run_bpf_submit(), which calls
 * them, is not: it is never skipped, and runs only while a program is on such a tracepoint.
 */
#include "record/features.h"
#include "record/session_private.h"
#include "tracer.skel.h"

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What was found of a task holds while programs run to their end. */
#define VERDICTS (FEATURE_VERDICTS | FEATURE_UNPREEMPTED)

/* The ways to be told of each call, best first. */
static const struct hook hooks[] = {
	{.name = "fentry",
	 .features = FEATURE_PERF | FEATURE_FENTRY,
	 .preempted_only = true,
	 .without = &hooks[1],
	 .programs = {"perf_fentry", "sys_enter_perf"}},
	{.name = "tracepoint",
	 .features = FEATURE_PERF,
	 .preempted_only = true,
	 .programs = {"sys_enter_perf"}},
#ifdef __x86_64__
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF | VERDICTS,
	 .of = HOOK_OF_SHARED,
	 .programs = {"sys_enter_last_shared"}},
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF | VERDICTS,
	 .of = HOOK_NOT_OF_SHARED,
	 .few_rows = true,
	 .programs = {"sys_enter_last_few"}},
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF | VERDICTS,
	 .of = HOOK_NOT_OF_SHARED,
	 .few_rows = true,
	 .args = true,
	 .programs = {"sys_enter_last_few_args"}},
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF | VERDICTS,
	 .of = HOOK_NOT_OF_SHARED,
	 .programs = {"sys_enter_last"}},
#endif
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF,
	 .of = HOOK_OF_SHARED,
	 .programs = {"sys_enter_shared"}},
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF,
	 .of = HOOK_NOT_OF_SHARED,
	 .few_rows = true,
	 .programs = {"sys_enter_few"}},
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF,
	 .of = HOOK_NOT_OF_SHARED,
	 .few_rows = true,
	 .args = true,
	 .programs = {"sys_enter_few_args"}},
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF,
	 .of = HOOK_NOT_OF_SHARED,
	 .programs = {"sys_enter"}},
	{.name = "raw_tp", .programs = {"sys_enter_raw"}},
};

/* What is attached beside a hook. */
enum part {
	/* The ends of processes first: who is forked and dead before that is attached would be among the living for ever. */
	PART_FOLLOWERS,
	PART_TIMING,
	/* Enters, if the hook does not note them, before exits: an exit whose enter nobody saw would pass for a denied call. */
	PART_DENIED,
	PARTS,
};

#define PART_MAX 6

/* Programs by hook.preempted_only and part, in the order in which they are attached. */
static const char *const parts[][PARTS][PART_MAX] = {
	{
		[PART_FOLLOWERS] = {"sched_process_exit", "cgroup_mkdir", "cgroup_rmdir",
				    "cgroup_attach_task", "sched_process_fork",
				    "sched_process_exec"},
		[PART_TIMING] = {"timing_enter", "timing_exit"},
		[PART_DENIED] = {"denied_leave", "denied_last", "denied_enter", "denied_exit"},
	},
	{
		[PART_FOLLOWERS] = {"process_exit_perf", "cgroup_mkdir", "cgroup_rmdir",
				    "cgroup_attach_task", "sched_wakeup_new", "process_exec_perf"},
		[PART_TIMING] = {"sys_exit_perf"},
		[PART_DENIED] = {"denied_leave", "sys_exit_perf"},
	},
};

/* What is attached to perf tracepoints. */
static const char *const perf_events[PERF_EVENTS] = {
	[PERF_SYS_ENTER] = "raw_syscalls/sys_enter",
	[PERF_SYS_EXIT] = "raw_syscalls/sys_exit",
	[PERF_PROCESS_EXEC] = "sched/sched_process_exec",
	[PERF_PROCESS_EXIT] = "sched/sched_process_exit",
};

/*
 * The directory of tracefs: where it is mounted, else of one that is mounted nowhere, for whittle alone, which takes CAP_SYS_ADMIN:
 * containers, as CI has them, have none. -1: neither.
 */
static int open_tracefs(void)
{
	static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	int own_fd context = -1;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		int own_fd fd = open(places[i], O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fd >= 0 && !faccessat(fd, "events", X_OK, AT_EACCESS))
			return steal_fd(&fd);
	}
	context = fsopen("tracefs", FSOPEN_CLOEXEC);
	if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -1;
	return fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
}

/* The number that the kernel has given to an event, 0 where it cannot be read. */
static __u32 event_id(int tracefs, const char *event)
{
	struct buf own_buf text = BUF_INIT;
	char file[96];

	snprintf(file, sizeof(file), "events/%s/id", event);
	return fs_read(tracefs, file, 32, &text, NULL) ? 0 : strtoul(buf__text(&text), NULL, 10);
}

void session_hooks_probe(struct session *session)
{
	unsigned int *features = &session->options.features;
	int own_fd tracefs = -1;

	if (*features & FEATURE_FETCH && !features_programs_fetch())
		*features &= ~FEATURE_FETCH;
	/* what there is of typed programs from 5.11 on is for those that exchange values, too */
	if (!(*features & FEATURE_FETCH))
		*features &= ~FEATURE_TP_BTF;
	if (session->cpus > VERDICTS_MAX || !features_verdicts_pay())
		*features &= ~FEATURE_VERDICTS;
	if (*features & FEATURE_UNPREEMPTED && features_programs_are_preempted())
		*features &= ~FEATURE_UNPREEMPTED;
	if (*features & FEATURE_UNPREEMPTED)
		return;
	tracefs = open_tracefs();
	for (size_t i = 0; i < PERF_EVENTS; i++) {
		session->events[i] = tracefs < 0 ? 0 : event_id(tracefs, perf_events[i]);
		if (!session->events[i])
			*features &= ~FEATURE_PERF;
	}
}

static bool is_for_rows_of(const struct hook *hook, const struct session *session)
{
	if (!hook->few_rows)
		return true;
	return session->cpus * session->slots <= FEW_ROWS &&
	       hook->args == (session->options.args != NULL);
}

const struct hook *session_hook_next(const struct session *session, const struct hook *hook)
{
	unsigned int features = session->options.features;

	for (hook = hook ? hook + 1 : hooks; hook < hooks + ARRAY_LEN(hooks); hook++)
		if ((features & hook->features) == hook->features &&
		    is_for_rows_of(hook, session) &&
		    hook->of != (session->shared_rows ? HOOK_NOT_OF_SHARED : HOOK_OF_SHARED) &&
		    /* these read the cgroup of v2 alone: nobody else pays for v1 */
		    !(session->options.hierarchy && hook->features & FEATURE_TP_BTF) &&
		    !(hook->preempted_only && features & FEATURE_UNPREEMPTED))
			return hook;
	return NULL;
}

static bool has_part(const struct session *session, enum part part)
{
	return part == PART_FOLLOWERS || (part == PART_TIMING && session->options.timing) ||
	       (part == PART_DENIED && session->options.denials);
}

static bool counts_by_fentry(const struct session *session)
{
	return session->hook->without;
}

static struct bpf_program *program_of(const struct session *session, const char *name)
{
	return bpf_object__find_program_by_name(session->skel->obj, name);
}

static int autoload(struct session *session, const char *const *names, size_t max)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < max && names[i]; i++)
		rc = bpf_program__set_autoload(program_of(session, names[i]), true);
	return rc;
}

int session_hook_choose(struct session *session, const struct hook *hook)
{
	struct tracer_bpf__rodata *config = session->skel->rodata;
	struct bpf_program *program;
	int rc = 0;

	session->hook = hook;
	config->cfg_few_rows = hook->few_rows;
	memcpy((void *)config->cfg_events, session->events, sizeof(session->events));
	config->cfg_denials = session->options.denials && hook->preempted_only;
	config->cfg_timing = session->options.timing && hook->preempted_only;
	bpf_object__for_each_program(program, session->skel->obj)
		rc = rc ? rc : bpf_program__set_autoload(program, false);
	rc = rc ? rc : bpf_program__set_autoload(session->skel->progs.inventory, true);
	rc = rc ? rc : autoload(session, hook->programs, ARRAY_LEN(hook->programs));
	for (enum part part = 0; !rc && part < PARTS; part++)
		if (has_part(session, part))
			rc = autoload(session, parts[hook->preempted_only][part], PART_MAX);
	return rc;
}

/*
 * libbpf would open the event for all tasks on the first CPU, and each call there would go through perf's own counting. This one
 * counts whittle's task alone; the program sees all tasks either way, also when that one has ended.
 */
struct bpf_link *session_hook_attach_perf(const struct session *session,
					  struct bpf_program *program)
{
	const char *event = bpf_program__section_name(program) + strlen("tp/");
	struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr)};
	struct bpf_link *link;
	int own_fd fd = -1;

	for (size_t i = 0; i < PERF_EVENTS; i++)
		if (!strcmp(event, perf_events[i]))
			attr.config = session->events[i];
	fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return NULL;
	link = bpf_program__attach_perf_event(program, fd);
	if (link)
		steal_fd(&fd);
	return link;
}

static bool is_attached(const struct session *session, const struct bpf_program *program)
{
	for (size_t i = 0; i < session->links_len; i++)
		if (session->links[i].program == program)
			return true;
	return false;
}

static int attach(struct session *session, const char *const *names, size_t max, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < max && names[i]; i++) {
		struct bpf_program *program = program_of(session, names[i]);

		if (!is_attached(session, program))
			rc = session_attach(session, program, err);
	}
	return rc;
}

static int attach_part(struct session *session, enum part part, struct err *err)
{
	if (!has_part(session, part))
		return 0;
	return attach(session, parts[session->hook->preempted_only][part], PART_MAX, err);
}

int session__attach_followers(struct session *session, struct err *err)
{
	/* if it cannot be, the perf tracepoints' programs do it by themselves, which is nearly as good */
	if (counts_by_fentry(session) && attach(session, session->hook->programs, 1, NULL))
		session->hook = session->hook->without;
	session->skel->bss->by_fentry = counts_by_fentry(session);
	return attach_part(session, PART_FOLLOWERS, err);
}

int session__attach_counters(struct session *session, struct err *err)
{
	const struct hook *hook = session->hook;
	int rc = attach(session, hook->programs, ARRAY_LEN(hook->programs), err);

	/* what takes the time looks at what was counted just before */
	rc = rc ? rc : attach_part(session, PART_TIMING, err);
	rc = rc ? rc : attach_part(session, PART_DENIED, err);
	session->skel->bss->calls_seen = !rc;
	return rc;
}

bool session_hook_find(struct session *session)
{
	for (size_t i = 0; i < ARRAY_LEN(hooks); i++) {
		session->hook = &hooks[i];
		for (size_t j = 0; j < session->links_len; j++)
			if (!strcmp(bpf_program__name(session->links[j].program),
				    hooks[i].programs[0]))
				return true;
	}
	return false;
}

bool session_hook_is_raw(const struct session *session)
{
	return bpf_program__type(program_of(session, session->hook->programs[0])) ==
	       BPF_PROG_TYPE_RAW_TRACEPOINT;
}

bool session_hook_counts_in(const struct session *session, const struct bpf_program *program)
{
	/* there the perf tracepoints' programs need only be attached */
	return !counts_by_fentry(session) || bpf_program__type(program) != BPF_PROG_TYPE_TRACEPOINT;
}

bool session_hook_notes_enters(const struct session *session, const struct bpf_program *program)
{
	const struct hook *hook = session->hook;

	return program == session->skel->progs.denied_leave ||
	       program == (hook->preempted_only ? program_of(session, hook->programs[0]) :
						  session->skel->progs.denied_enter);
}

const char *session__hook(const struct session *session)
{
	return session->hook->name;
}

bool session__may_be_skipped(const struct session *session)
{
	return !(session->options.features & FEATURE_UNPREEMPTED) && !counts_by_fentry(session);
}

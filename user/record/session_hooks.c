// SPDX-License-Identifier: BSD-2-Clause
/*
 * The ways to be told of each call, best first. Up to Linux 7.1 the raw tracepoint is exact and the cheapest. Since then a program
 * there can be preempted, and until it runs on the kernel skips it for all other tasks of that CPU. The perf tracepoint's
 * programs are not preempted, but skipped where a task was preempted inside bpf(2); perf_trace_run_bpf_submit(), which calls
 * them, is not: it is never skipped, and runs only while a program is on that tracepoint. The same holds for exits.
 */
#include "record/features.h"
#include "record/session_private.h"
#include "tracer.skel.h"

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* What was found of a task holds while programs run to their end. */
#define VERDICTS (FEATURE_VERDICTS | FEATURE_UNPREEMPTED)

static const struct hook hooks[] = {
	{.name = "fentry",
	 .features = FEATURE_PERF | FEATURE_FENTRY,
	 .preempted_only = true,
	 .programs = {"sys_enter_fentry", "sys_enter_perf"},
	 .denied = {"denied_exit_perf"}},
	{.name = "tracepoint",
	 .features = FEATURE_PERF,
	 .preempted_only = true,
	 .programs = {"sys_enter_perf"},
	 .denied = {"denied_exit_perf"}},
#ifdef __x86_64__
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF | VERDICTS,
	 .of = HOOK_OF_SHARED,
	 .programs = {"sys_enter_last_shared"},
	 .denied = {"denied_enter", "denied_exit"}},
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF | VERDICTS,
	 .of = HOOK_NOT_OF_SHARED,
	 .few_rows = true,
	 .programs = {"sys_enter_last_few"},
	 .denied = {"denied_enter", "denied_exit"}},
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF | VERDICTS,
	 .of = HOOK_NOT_OF_SHARED,
	 .few_rows = true,
	 .args = true,
	 .programs = {"sys_enter_last_few_args"},
	 .denied = {"denied_enter", "denied_exit"}},
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF | VERDICTS,
	 .of = HOOK_NOT_OF_SHARED,
	 .programs = {"sys_enter_last"},
	 .denied = {"denied_enter", "denied_exit"}},
#endif
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF,
	 .of = HOOK_OF_SHARED,
	 .programs = {"sys_enter_shared"},
	 .denied = {"denied_enter", "denied_exit"}},
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF,
	 .of = HOOK_NOT_OF_SHARED,
	 .few_rows = true,
	 .programs = {"sys_enter_few"},
	 .denied = {"denied_enter", "denied_exit"}},
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF,
	 .of = HOOK_NOT_OF_SHARED,
	 .few_rows = true,
	 .args = true,
	 .programs = {"sys_enter_few_args"},
	 .denied = {"denied_enter", "denied_exit"}},
	{.name = "tp_btf",
	 .features = FEATURE_TP_BTF,
	 .of = HOOK_NOT_OF_SHARED,
	 .programs = {"sys_enter"},
	 .denied = {"denied_enter", "denied_exit"}},
	{.name = "raw_tp", .programs = {"sys_enter_raw"}, .denied = {"denied_enter", "denied_exit"}},
};

/* The number that the kernel has given to an event of raw_syscalls, 0 where it cannot be read. */
static __u32 event_id(const char *event)
{
	static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct buf own_buf text = BUF_INIT;
		char file[96];

		snprintf(file, sizeof(file), "%s/events/raw_syscalls/%s/id", places[i], event);
		if (!fs_read(AT_FDCWD, file, 32, &text, NULL))
			return strtoul(buf__text(&text), NULL, 10);
	}
	return 0;
}

void session_hooks_probe(struct session *session)
{
	unsigned int *features = &session->options.features;

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
	session->event_id = event_id("sys_enter");
	session->exit_event_id = event_id("sys_exit");
	if (!session->event_id || !session->exit_event_id)
		*features &= ~FEATURE_PERF;
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

static bool is_among(const char *const names[2], const struct bpf_program *program)
{
	for (size_t i = 0; i < 2 && names[i]; i++)
		if (!strcmp(names[i], bpf_program__name(program)))
			return true;
	return false;
}

static struct bpf_program *program_of(const struct session *session, const char *name)
{
	return bpf_object__find_program_by_name(session->skel->obj, name);
}

/* Of all programs that `names` has for some hook, those of the chosen one are loaded. */
static int autoload(struct session *session, const char *const names[2],
		    const char *const chosen[2])
{
	int rc = 0;

	for (size_t i = 0; !rc && i < 2 && names[i]; i++) {
		struct bpf_program *program = program_of(session, names[i]);

		rc = bpf_program__set_autoload(program, is_among(chosen, program));
	}
	return rc;
}

int session_hook_choose(struct session *session, const struct hook *hook)
{
	static const char *const none[2];
	bool denials = session->options.denials;
	int rc = 0;

	session->hook = hook;
	session->skel->rodata->cfg_few_rows = hook->few_rows;
	session->skel->rodata->cfg_event_id = session->event_id;
	session->skel->rodata->cfg_exit_event_id = session->exit_event_id;
	session->skel->rodata->cfg_denials = denials && hook->preempted_only;
	for (size_t i = 0; !rc && i < ARRAY_LEN(hooks); i++) {
		rc = autoload(session, hooks[i].programs, hook->programs);
		rc = rc ? rc : autoload(session, hooks[i].denied, denials ? hook->denied : none);
	}
	return rc;
}

int session_hook_attach(struct session *session, struct err *err)
{
	const struct hook *hook = session->hook;
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_LEN(hook->programs) && hook->programs[i]; i++) {
		rc = session_attach(session, program_of(session, hook->programs[i]), err);
		/* the other one then counts by itself, which is nearly as good */
		if (rc && hook == &hooks[0] && !i) {
			session->hook = &hooks[1];
			rc = 0;
		}
	}
	session->skel->bss->counted_by_fentry = session->hook == &hooks[0];
	return rc;
}

int session_hook_attach_denied(struct session *session, struct err *err)
{
	const struct hook *hook = session->hook;
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_LEN(hook->denied) && hook->denied[i]; i++)
		rc = session_attach(session, program_of(session, hook->denied[i]), err);
	session->skel->bss->exits_by_fentry = !rc && hook == &hooks[0];
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

bool session_hook_counts_in(const struct session *session, const struct bpf_program *program)
{
	const struct hook *hook = session->hook;

	/* there the others need only be attached */
	return hook != &hooks[0] || !strcmp(hook->programs[0], bpf_program__name(program)) ||
	       !(is_among(hook->programs, program) || is_among(hook->denied, program));
}

bool session_hook_notes_enters(const struct session *session, const struct bpf_program *program)
{
	const struct hook *hook = session->hook;
	const char *name = hook->preempted_only ? hook->programs[0] : hook->denied[0];

	return !strcmp(name, bpf_program__name(program)) ||
	       program == session->skel->progs.denied_leave;
}

const char *session__hook(const struct session *session)
{
	return session->hook->name;
}

bool session__may_be_skipped(const struct session *session)
{
	return !(session->options.features & FEATURE_UNPREEMPTED) && session->hook != &hooks[0];
}

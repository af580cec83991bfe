// SPDX-License-Identifier: BSD-2-Clause
#include "cli/runtime.h"
#include "base/own.h"

#include <string.h>

const char *const runtime_choices[] = {"auto", "runc", "crun", "none", NULL};

static enum runtime caller_of(const struct observed *observed)
{
	char comm[RECORDING_COMM_LEN];

	if (!observed->first.known)
		return RUNTIME_NONE;
	recording_comm_text(observed->first.comm, comm);
	return runtime_from_comm(comm);
}

static bool is_exec(const char *name)
{
	return !strcmp(name, "execve") || !strcmp(name, "execveat");
}

/*
 * A runtime shows itself by what it calls with the filter loaded, and, filter or not, by the exec that ends set-up. Without
 * no_new_privs it has to load the filter before it gives its privileges up, so it calls capset behind it, in each of
 * hundreds of starts measured with either runtime; with no_new_privs it has done so before. Calls are counted
 * exactly, so where any were seen behind a filter, and no capset, there was none.
 */
static void see_call(const struct observed *observed, struct runtime_seen *seen)
{
	enum runtime caller = caller_of(observed);
	char name[SYSCALL_NAME_LEN];

	if (!syscall_name(&observed->call, name))
		return;
	if (observed->class == OBSERVED_WORKLOAD && is_exec(name))
		seen->runtimes |= caller;
	if (observed->class != OBSERVED_RUNTIME)
		return;
	/* systemd, too, loads filters for its services */
	if (observed->first.known && caller == RUNTIME_NONE)
		return;
	seen->runtimes |= caller;
	if (caller != RUNTIME_NONE)
		seen->arches = ARCH_BIT(observed->call.arch);
	if (!strcmp(name, "capset"))
		seen->privs = PRIVS_NEW;
	else if (seen->privs == PRIVS_UNKNOWN)
		seen->privs = PRIVS_NO_NEW;
}

void runtime_see(const struct recording *recording, struct runtime_seen *seen)
{
	*seen = (struct runtime_seen){.arches = ARCH_BIT(recording->native)};
	for (size_t i = 0; i < recording->observed_len; i++)
		see_call(&recording->observed[i], seen);
	if (recording->container && !seen->runtimes)
		seen->runtimes = RUNTIME_ANY;
}

struct baseline runtime_baseline(const struct runtime_seen *seen, enum runtime_choice choice)
{
	static const unsigned int chosen[] = {
		[RUNTIME_CHOICE_RUNC] = RUNTIME_RUNC,
		[RUNTIME_CHOICE_CRUN] = RUNTIME_CRUN,
		[RUNTIME_CHOICE_NONE] = RUNTIME_NONE,
	};

	return (struct baseline){
		.runtimes = choice == RUNTIME_CHOICE_AUTO ? seen->runtimes : chosen[choice],
		.no_new_privs = seen->privs == PRIVS_NO_NEW,
		.arches = seen->arches,
	};
}

void runtime_describe(const struct runtime_seen *seen, const struct baseline *baseline,
		      struct buf *out)
{
	static const char *const texts[] = {
		[PRIVS_UNKNOWN] = "not known",
		[PRIVS_NEW] = "off",
		[PRIVS_NO_NEW] = "on",
	};

	buf__addf(out, "%s, no_new_privs %s", runtime_name(baseline->runtimes), texts[seen->privs]);
}

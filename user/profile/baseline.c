// SPDX-License-Identifier: BSD-2-Clause
#include "profile/baseline.h"
#include "base/own.h"
#include "syscalls/syscall.h"

#include <string.h>

#define RUNC RUNTIME_RUNC
#define CRUN RUNTIME_CRUN

/*
 * Sources. Measured on x86-64, some hundred starts each way: runc 1.1.5, 1.1.15 and 1.3.6, crun 1.8.1, 1.21 and 1.28. 'r' was
 * proved by deleting the name from a profile that starts the container, as root and as another user;
 * tests/live/baseline.sh does it again for the versions at hand. Most of what Go's scheduler and memory management
 * call is needed now and then only: profiles of exactly the required names started 55 of 60 containers. 32-bit names are
 * those that Go and libc use in place of the 64-bit ones; they were not measured.
 *
 * runc's changes of 1.2.8 (opening files below /proc safely) came with 1.3.3 and 1.4.0, too; from 1.5 on it may be built to
 * open them in other ways. crun's own `exec` sets no_new_privs only when it is told to; engines tell it.
 *
 * A need string: run, start, exec without no_new_privs; then the same with it.
 */
const struct baseline_row baseline_rows[] = {
	/* capabilities, user and groups */
	{RUNC, "capget", 0, "rrr---", NULL},
	{RUNC, "capset", 0, "rrr---", NULL},
	{RUNC, "prctl", 0, "rrr---", NULL},
	{RUNC, "setgid", 64, "rrr---", NULL},
	{RUNC, "setgid32", 32, "rrr---", NULL},
	{RUNC, "setgroups", 64, "rrr---", NULL},
	{RUNC, "setgroups32", 32, "rrr---", NULL},
	{RUNC, "setuid", 64, "rrr---", NULL},
	{RUNC, "setuid32", 32, "rrr---", NULL},
	/* standard input and output for a user who does not own them; refusal with EPERM is forgiven, with ENOSYS is not */
	{RUNC, "fstat", 64, "rrr---", NULL},
	{RUNC, "fstat64", 32, "rrr---", NULL},
	{RUNC, "fchown", 64, "ccc---", NULL},
	{RUNC, "fchown32", 32, "ccc---", NULL},
	/* working directory, program, parent */
	{RUNC, "chdir", 0, "rrr---", NULL},
	{RUNC, "getcwd", 0, "rrr---", NULL},
	{RUNC, "newfstatat", 64, "rrr---", NULL},
	{RUNC, "fstatat64", 32, "rrr---", NULL},
	{RUNC, "faccessat2", 0, "ccc---", NULL},
	{RUNC, "getppid", 0, "rr----", NULL},
	{RUNC, "read", 0, "rrr---", NULL},
	/* the fifo that waits for `start`, and all descriptors closed by /proc/self/fd */
	{RUNC, "close", 0, "rrrrrr", NULL},
	{RUNC, "close_range", 0, "ccc---", "1.2.0"},
	{RUNC, "execve", 0, "rrrrrr", NULL},
	{RUNC, "fcntl", 64, "cccccc", NULL},
	{RUNC, "fcntl64", 32, "cccccc", NULL},
	{RUNC, "fstat", 64, "---rrr", "1.2.8"},
	{RUNC, "fstat64", 32, "---rrr", "1.2.8"},
	{RUNC, "fstatfs", 64, "rrrrrr", NULL},
	{RUNC, "fstatfs64", 32, "rrrrrr", NULL},
	{RUNC, "getdents64", 0, "rrrrrr", NULL},
	{RUNC, "openat", 0, "rrrrrr", NULL},
	/* one of these two is required */
	{RUNC, "openat2", 0, "cccccc", "1.2.8"},
	{RUNC, "readlinkat", 0, "cccccc", "1.2.8"},
	{RUNC, "statx", 0, "rrcrrr", "1.2.8"},
	{RUNC, "write", 0, "rrcrrc", NULL},
	/* exec's own /proc */
	{RUNC, "faccessat", 0, "--t--t", "1.2.8"},
	{RUNC, "fsconfig", 0, "--t--t", "1.2.8"},
	{RUNC, "fsmount", 0, "--t--t", "1.2.8"},
	{RUNC, "fsopen", 0, "--t--t", "1.2.8"},
	{RUNC, "open_tree", 0, "--t--t", "1.2.8"},
	{RUNC, "uname", 0, "--t--t", "1.2.8"},
	/* Go: network poller, scheduler, preemption by signals, memory */
	{RUNC, "epoll_ctl", 0, "cccccc", NULL},
	{RUNC, "epoll_pwait", 0, "cccccc", NULL},
	{RUNC, "futex", 0, "cccccc", NULL},
	{RUNC, "futex_time64", 32, "cccccc", NULL},
	{RUNC, "getpid", 0, "cccccc", NULL},
	{RUNC, "gettid", 0, "cccccc", NULL},
	{RUNC, "madvise", 0, "cccccc", NULL},
	{RUNC, "mmap", 64, "cccccc", NULL},
	{RUNC, "mmap2", 32, "cccccc", NULL},
	{RUNC, "munmap", 0, "cccccc", NULL},
	{RUNC, "nanosleep", 0, "cccccc", NULL},
	{RUNC, "rt_sigprocmask", 0, "cccccc", NULL},
	{RUNC, "rt_sigreturn", 0, "cccccc", NULL},
	{RUNC, "sched_yield", 0, "cccccc", NULL},
	{RUNC, "sigaltstack", 0, "cccccc", NULL},
	{RUNC, "tgkill", 0, "cccccc", NULL},

	/* capabilities, user and groups */
	{CRUN, "capset", 0, "rrr---", NULL},
	{CRUN, "prctl", 0, "rrr---", NULL},
	{CRUN, "setgroups", 64, "--r---", NULL},
	{CRUN, "setgroups32", 32, "--r---", NULL},
	{CRUN, "setresgid", 64, "rrr---", NULL},
	{CRUN, "setresgid32", 32, "rrr---", NULL},
	{CRUN, "setresuid", 64, "rrr---", NULL},
	{CRUN, "setresuid32", 32, "rrr---", NULL},
	/* signals as they were; exec does it before the filter */
	{CRUN, "rt_sigaction", 0, "rr----", NULL},
	{CRUN, "rt_sigprocmask", 0, "rr----", NULL},
	/* the fifo that waits for `start`; which call, libc decides */
	{CRUN, "pselect6", 0, "-r----", NULL},
	{CRUN, "select", 64, "-c----", NULL},
	{CRUN, "_newselect", 32, "-c----", NULL},
	{CRUN, "pselect6_time64", 32, "-c----", NULL},
	{CRUN, "read", 0, "-rr---", NULL},
	/* exec: groups may be set? and whose are standard input and output? */
	{CRUN, "openat", 0, "--r---", NULL},
	{CRUN, "openat2", 0, "--c---", NULL},
	{CRUN, "statx", 0, "--r---", NULL},
	{CRUN, "fstat", 64, "--c---", NULL},
	{CRUN, "fstat64", 32, "--c---", NULL},
	{CRUN, "fstat", 64, "--r---", "1.28"},
	{CRUN, "fstat64", 32, "--r---", "1.28"},
	{CRUN, "fchown", 64, "--c---", NULL},
	{CRUN, "fchown32", 32, "--c---", NULL},
	{CRUN, "ioctl", 0, "--c---", NULL},
	{CRUN, "umask", 0, "--c--c", NULL},
	/* the parent is told, all descriptors are closed */
	{CRUN, "write", 0, "rrr--c", NULL},
	{CRUN, "close", 0, "cccccc", NULL},
	{CRUN, "close_range", 0, "cccccc", NULL},
	{CRUN, "execve", 0, "rrrrrr", NULL},
};

const size_t baseline_rows_len = ARRAY_LEN(baseline_rows);

/*
 * runc names its last stage "runc:[2:INIT]" in C, before Go starts. crun's init keeps the name of the program, which is a clone of its mount,
 * or where that cannot be a copy in memory, "memfd:crun_cloned:...".
 */
static const struct {
	const char *comm;
	size_t len; /* that must agree; its NUL included: all of it */
	enum runtime runtime;
} comms[] = {
	{"runc:[", 6, RUNTIME_RUNC},
	{"crun", 5, RUNTIME_CRUN},
	{"memfd:crun", 10, RUNTIME_CRUN},
};

static const char *const names_of_runtimes[] = {
	[RUNTIME_NONE] = "none",
	[RUNTIME_RUNC] = "runc",
	[RUNTIME_CRUN] = "crun",
	[RUNTIME_ANY] = "runc and crun",
};

const char *runtime_name(unsigned int runtimes)
{
	return names_of_runtimes[runtimes & RUNTIME_ANY];
}

enum runtime runtime_from_comm(const char *comm)
{
	for (size_t i = 0; i < ARRAY_LEN(comms); i++)
		if (!strncmp(comm, comms[i].comm, comms[i].len))
			return comms[i].runtime;
	return RUNTIME_NONE;
}

/* Does a runtime of one of these architectures call it? */
static bool is_called_on(unsigned int arches, const struct baseline_row *row)
{
	int64_t nr;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (arches & ARCH_BIT(a) &&
		    (!row->bits || row->bits == (arch_is_32bit(a) ? 32 : 64)) &&
		    syscall_resolve(a, row->name, &nr))
			return true;
	return false;
}

static bool is_needed(const struct baseline *baseline, const struct baseline_row *row)
{
	size_t first = baseline->no_new_privs ? WAY_RUN_NNP : WAY_RUN;

	if (!(row->runtime & baseline->runtimes) || !is_called_on(baseline->arches, row))
		return false;
	if (baseline->bare)
		return !row->since && (row->need[first] == NEED_REQUIRED ||
				       row->need[first + WAY_START] == NEED_REQUIRED);
	for (size_t way = first; way < first + WAY_COUNT / 2; way++)
		if (row->need[way] == NEED_REQUIRED || row->need[way] == NEED_CALLED ||
		    (row->need[way] == NEED_TRIED && baseline->deadly))
			return true;
	return false;
}

static bool has_name(const char *const *names, size_t len, const char *name)
{
	for (size_t i = 0; i < len; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

_Static_assert(ARRAY_LEN(baseline_rows) <= BASELINE_MAX, "room for all names");

size_t baseline_names(const struct baseline *baseline, const char *names[BASELINE_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_LEN(baseline_rows); i++)
		if (is_needed(baseline, &baseline_rows[i]) &&
		    !has_name(names, len, baseline_rows[i].name))
			names[len++] = baseline_rows[i].name;
	return len;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/startup.h"
#include "base/own.h"
#include "syscalls/syscall.h"

/*
 * Sources: strace of programs that return 0 from main(), on x86-64 and i386: D dynamic and S static with glibc 2.36 and 2.41, M
 * dynamic with musl 1.2.3. (Static musl calls arch_prctl, brk and set_tid_address.) The rest, in place of what an
 * architecture or another libc lacks, is from their sources: A.
 */
static const struct {
	const char *name;
	unsigned char bits; /* 32 or 64: of programs of that width only; 0: of both */
} rows[] = {
	{"access", 0},           /* D: /etc/ld.so.preload */
	{"arch_prctl", 64},      /* DSM: thread pointer */
	{"brk", 0},              /* DSM */
	{"close", 0},            /* DM: libraries */
	{"execve", 0},           /* DSM */
	{"faccessat", 0},        /* A: access, where there is none: arm64 */
	{"fcntl", 64},           /* M: libraries */
	{"fcntl64", 32},         /* A */
	{"fstat", 64},           /* DM: libraries; from glibc 2.39 on, and musl */
	{"fstat64", 32},         /* A */
	{"futex", 0},            /* A: initialisers of libraries */
	{"getrandom", 0},        /* DS: canary of malloc */
	{"mmap", 64},            /* DM: libraries, memory */
	{"mmap2", 32},           /* D */
	{"mprotect", 0},         /* DSM: relocations made read-only */
	{"munmap", 0},           /* D: ld.so.cache */
	{"newfstatat", 64},      /* D: libraries; glibc 2.33 to 2.38 */
	{"open", 0},             /* M: libraries */
	{"openat", 0},           /* D: libraries */
	{"pread64", 0},          /* D: program headers */
	{"prlimit64", 64},       /* DS: size of the stack */
	{"ugetrlimit", 32},      /* DS */
	{"read", 0},             /* DM: libraries */
	{"readlink", 0},         /* S: /proc/self/exe, before glibc 2.41 */
	{"readlinkat", 0},       /* S: since */
	{"rseq", 0},             /* DS: since glibc 2.35 */
	{"set_robust_list", 0},  /* DS */
	{"set_thread_area", 32}, /* DS: thread pointer: i386 */
	{"set_tid_address", 0},  /* DSM */
	{"set_tls", 32},         /* A: thread pointer: arm */
	{"statx", 32},           /* D: libraries */
};

_Static_assert(ARRAY_LEN(rows) <= STARTUP_MAX, "room for all names");

size_t startup_names(enum arch arch, const char *names[STARTUP_MAX])
{
	unsigned char bits = arch_is_32bit(arch) ? 32 : 64;
	size_t len = 0;
	int64_t nr;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if ((!rows[i].bits || rows[i].bits == bits) &&
		    syscall_resolve(arch, rows[i].name, &nr))
			names[len++] = rows[i].name;
	return len;
}

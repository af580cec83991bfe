// SPDX-License-Identifier: BSD-2-Clause
#include "profile/baseline.h"
#include "base/own.h"
#include "profile/startup.h"
#include "syscalls/syscall.h"

#include <criterion/criterion.h>
#include <string.h>

static bool has(const char *const *names, size_t len, const char *name)
{
	for (size_t i = 0; i < len; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* Each row is of one runtime, is of some use, is spelt as libseccomp spells it, and is the only one of its version. */
Test(baseline, rows)
{
	for (size_t i = 0; i < baseline_rows_len; i++) {
		const struct baseline_row *row = &baseline_rows[i];
		enum arch arch = row->bits == 32 ? ARCH_X86 : ARCH_X86_64;
		int64_t nr;

		cr_expect(row->runtime == RUNTIME_RUNC || row->runtime == RUNTIME_CRUN);
		cr_expect(row->bits == 0 || row->bits == 32 || row->bits == 64, "%s", row->name);
		cr_assert_eq(strlen(row->need), WAY_COUNT, "%s", row->name);
		cr_expect_eq(strspn(row->need, "-rct"), WAY_COUNT, "%s", row->name);
		cr_expect_lt(strspn(row->need, "-"), WAY_COUNT, "%s is needed nowhere", row->name);
		cr_expect(syscall_resolve(arch, row->name, &nr), "%s", row->name);
		for (size_t k = 0; k < i; k++) {
			const struct baseline_row *other = &baseline_rows[k];

			cr_expect(other->runtime != row->runtime ||
					  strcmp(other->name, row->name) ||
					  (other->since != row->since &&
					   (!other->since || !row->since ||
					    strcmp(other->since, row->since))),
				  "%s is there twice", row->name);
		}
	}
}

/* For each baseline: names that are needed, and names that are not. */
static const struct {
	struct baseline baseline;
	const char *const needed[12];
	const char *const not_needed[16];
} choices[] = {
	{{RUNTIME_RUNC, false, false, ARCH_BIT(ARCH_X86_64), false},
	 {"capset", "setgid", "execve", "openat2", "statx", "futex", "getppid", "fchown"},
	 {"setresgid", "pselect6", "setgid32", "mount", "pivot_root", "unshare", "setns", "seccomp",
	  "clone3", "fsopen"}},
	{{RUNTIME_RUNC, true, false, ARCH_BIT(ARCH_X86_64), false},
	 {"execve", "close", "write", "getdents64", "fstatfs", "fstat", "tgkill"},
	 {"capget", "capset", "setgid", "setuid", "setgroups", "prctl", "chdir", "read",
	  "getppid"}},
	{{RUNTIME_RUNC, true, true, ARCH_BIT(ARCH_X86_64), false},
	 {"fsopen", "fsmount", "fsconfig", "open_tree", "uname", "faccessat", "execve"},
	 {"capset", "setuid"}},
	{{RUNTIME_CRUN, false, false, ARCH_BIT(ARCH_X86_64), false},
	 {"capset", "setresgid", "setresuid", "pselect6", "rt_sigaction", "setgroups", "openat"},
	 {"setgid", "setuid", "getdents64", "fstatfs", "futex", "mmap", "mount", "setresgid32"}},
	{{RUNTIME_CRUN, true, false, ARCH_BIT(ARCH_X86_64), false},
	 {"execve", "close", "close_range"},
	 {"capset", "prctl", "setresgid", "setgroups", "openat", "read", "pselect6"}},
	{{RUNTIME_ANY, false, false, ARCH_BIT(ARCH_AARCH64), false},
	 {"capset", "setgid", "setresgid", "pselect6", "newfstatat", "openat"},
	 {"select", "setgid32", "fstat64", "mmap2", "_newselect", "mount"}},
	{{RUNTIME_ANY, false, false, ARCH_BIT(ARCH_ARM), false},
	 {"setgid32", "setresuid32", "fstat64", "fstatfs64", "mmap2", "_newselect", "fcntl64"},
	 {"setgid", "newfstatat", "mmap", "fstatfs", "select", "setresuid"}},
	{{RUNTIME_CRUN, false, false, ARCH_BIT(ARCH_X86_64), true},
	 {"capset", "setresgid", "setresuid", "rt_sigaction", "execve"},
	 {"setgroups", "close", "select", "openat"}},
	{{RUNTIME_RUNC, true, false, ARCH_BIT(ARCH_X86_64), true},
	 {"fstatfs", "getdents64", "openat", "write", "execve"},
	 {"fstat", "statx", "futex", "mmap", "capset"}},
	/* of a fleet of both, whichever comes first */
	{{RUNTIME_CRUN, false, false, ARCH_BIT(ARCH_X86_64) | ARCH_BIT(ARCH_AARCH64), false},
	 {"capset", "pselect6", "select"},
	 {"mount", "_newselect"}},
	{{RUNTIME_NONE, false, false, ARCH_BIT(ARCH_X86_64), false}, {NULL}, {"execve", "close"}},
	{{RUNTIME_ANY, false, false, 0, false}, {NULL}, {"execve", "close"}},
};

static bool is_of_any(unsigned int arches, const char *name)
{
	int64_t nr;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (arches & ARCH_BIT(a) && syscall_resolve(a, name, &nr))
			return true;
	return false;
}

Test(baseline, names)
{
	for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
		const char *names[BASELINE_MAX];
		size_t len = baseline_names(&choices[i].baseline, names);

		for (const char *const *name = choices[i].needed; *name; name++)
			cr_expect(has(names, len, *name), "%zu: %s is missing", i, *name);
		for (const char *const *name = choices[i].not_needed; *name; name++)
			cr_expect_not(has(names, len, *name), "%zu: %s", i, *name);
		for (size_t k = 0; k < len; k++) {
			cr_expect_not(has(names, k, names[k]), "%zu: %s twice", i, names[k]);
			cr_expect(is_of_any(choices[i].baseline.arches, names[k]), "%s", names[k]);
		}
	}
}

/* Whatever is needed with no_new_privs is needed without: to take the table of the latter is always safe. */
Test(baseline, no_new_privs_needs_less)
{
	for (unsigned int runtimes = RUNTIME_RUNC; runtimes <= RUNTIME_ANY; runtimes++) {
		struct baseline more = {.runtimes = runtimes, .arches = ARCH_BIT(ARCH_X86_64)};
		struct baseline less = {.runtimes = runtimes,
					.no_new_privs = true,
					.arches = ARCH_BIT(ARCH_X86_64)};
		const char *all[BASELINE_MAX], *some[BASELINE_MAX];
		size_t all_len = baseline_names(&more, all), some_len = baseline_names(&less, some);

		cr_expect_lt(some_len, all_len);
		for (size_t i = 0; i < some_len; i++)
			cr_expect(has(all, all_len, some[i]), "%s", some[i]);
	}
}

Test(baseline, runtimes)
{
	cr_expect_str_eq(runtime_name(RUNTIME_RUNC), "runc");
	cr_expect_str_eq(runtime_name(RUNTIME_CRUN), "crun");
	cr_expect_str_eq(runtime_name(RUNTIME_ANY), "runc and crun");
	cr_expect_eq(runtime_from_comm("runc:[2:INIT]"), RUNTIME_RUNC);
	cr_expect_eq(runtime_from_comm("crun"), RUNTIME_CRUN);
	cr_expect_eq(runtime_from_comm("memfd:crun_clon"), RUNTIME_CRUN);
	cr_expect_eq(runtime_from_comm("runc"), RUNTIME_NONE, "the client");
	cr_expect_eq(runtime_from_comm("crunch"), RUNTIME_NONE);
	cr_expect_eq(runtime_from_comm("(nginx)"), RUNTIME_NONE, "systemd's");
	cr_expect_eq(runtime_from_comm(""), RUNTIME_NONE);
}

Test(startup, names)
{
	static const struct {
		enum arch arch;
		const char *const in[12], *const out[8];
	} rows[] = {
		{ARCH_X86_64,
		 {"execve", "brk", "arch_prctl", "access", "openat", "newfstatat", "fstat", "rseq"},
		 {"mmap2", "set_thread_area", "ugetrlimit", "fstat64", "statx", "set_tls"}},
		{ARCH_X86,
		 {"execve", "mmap2", "set_thread_area", "ugetrlimit", "statx", "readlink"},
		 {"mmap", "arch_prctl", "prlimit64"}},
		{ARCH_AARCH64,
		 {"execve", "faccessat", "readlinkat"},
		 {"access", "open", "arch_prctl"}},
		{ARCH_ARM, {"set_tls", "mmap2"}, {"set_thread_area", "arch_prctl"}},
		{ARCH_INVALID, {NULL}, {"execve"}},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *names[STARTUP_MAX];
		size_t len = startup_names(rows[i].arch, names);

		for (const char *const *name = rows[i].in; *name; name++)
			cr_expect(has(names, len, *name), "%s: %s", arch_token(rows[i].arch),
				  *name);
		for (const char *const *name = rows[i].out; *name; name++)
			cr_expect_not(has(names, len, *name), "%s: %s", arch_token(rows[i].arch),
				      *name);
		for (size_t k = 0; k < len; k++)
			cr_expect_not(has(names, k, names[k]), "%s twice", names[k]);
	}
}

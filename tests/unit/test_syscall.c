// SPDX-License-Identifier: BSD-2-Clause
#include "syscalls/syscall.h"
#include "base/own.h"

#include <criterion/criterion.h>
#include <seccomp.h>
#include <string.h>

/* What an architecture is called, and what is asked about it. */
static const struct {
	enum arch arch;
	const char *token;
	const char *scmp_name;
	uint32_t scmp_token;
	uint32_t number_bit;
	bool is_32bit;
	enum arch compat;
} arches[] = {
	{ARCH_X86_64, "x86_64", "SCMP_ARCH_X86_64", SCMP_ARCH_X86_64, 0, false, ARCH_X86},
	{ARCH_X86, "x86", "SCMP_ARCH_X86", SCMP_ARCH_X86, 0, true, ARCH_INVALID},
	{ARCH_X32, "x32", "SCMP_ARCH_X32", SCMP_ARCH_X32, 1 << 30, false, ARCH_INVALID},
	{ARCH_AARCH64, "aarch64", "SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64, 0, false, ARCH_ARM},
	{ARCH_ARM, "arm", "SCMP_ARCH_ARM", SCMP_ARCH_ARM, 0, true, ARCH_INVALID},
};

Test(arch, table)
{
	cr_assert_eq(ARRAY_LEN(arches), ARCH_COUNT - 1, "a row is missing here");
	for (size_t i = 0; i < ARRAY_LEN(arches); i++) {
		enum arch arch = arches[i].arch;

		cr_expect_str_eq(arch_token(arch), arches[i].token);
		cr_expect_str_eq(arch_scmp_name(arch), arches[i].scmp_name);
		cr_expect_eq(arch_scmp_token(arch), arches[i].scmp_token);
		cr_expect_eq(arch_number_bit(arch), arches[i].number_bit);
		cr_expect_eq(arch_is_32bit(arch), arches[i].is_32bit);
		cr_expect_eq(arch_compat(arch), arches[i].compat, "%s", arches[i].token);
		cr_expect_eq(arch_from_scmp_name(arches[i].scmp_name), arch);
	}
	cr_expect_str_eq(arch_token(ARCH_INVALID), "invalid");
}

/* Tokens are libseccomp's. */
Test(arch, tokens_resolve)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		cr_expect_eq(seccomp_arch_resolve_name(arch_token(a)), arch_scmp_token(a), "%s",
			     arch_token(a));
}

Test(arch, from_names)
{
	static const struct {
		const char *text;
		enum arch scmp, machine;
	} rows[] = {
		{"x86_64", ARCH_INVALID, ARCH_X86_64},
		{"aarch64", ARCH_INVALID, ARCH_AARCH64},
		{"x86", ARCH_INVALID, ARCH_INVALID},
		{"SCMP_ARCH_X32", ARCH_X32, ARCH_INVALID},
		{"SCMP_ARCH_ARM", ARCH_ARM, ARCH_INVALID},
		{"i686", ARCH_INVALID, ARCH_INVALID},
		{"armv7l", ARCH_INVALID, ARCH_INVALID},
		{"riscv64", ARCH_INVALID, ARCH_INVALID},
		{"invalid", ARCH_INVALID, ARCH_INVALID},
		{"X86_64", ARCH_INVALID, ARCH_INVALID},
		{"x86_64 ", ARCH_INVALID, ARCH_INVALID},
		{"x86_6", ARCH_INVALID, ARCH_INVALID},
		{"SCMP_ARCH_X86_64", ARCH_X86_64, ARCH_INVALID},
		{"", ARCH_INVALID, ARCH_INVALID},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cr_expect_eq(arch_from_scmp_name(rows[i].text), rows[i].scmp, "%s", rows[i].text);
		cr_expect_eq(arch_from_machine(rows[i].text), rows[i].machine, "%s", rows[i].text);
	}
}

/* From the kernel's tables. Numbers of x32 are without bit 30. */
static const struct {
	struct syscall call;
	const char *name;
} known[] = {
	{{ARCH_X86_64, 0, 0}, "read"},
	{{ARCH_X86_64, 41, 0}, "socket"},
	{{ARCH_X86_64, 59, 0}, "execve"},
	{{ARCH_X86_64, 228, 0}, "clock_gettime"},
	{{ARCH_X86_64, 334, 0}, "rseq"},
	{{ARCH_X86_64, 435, 0}, "clone3"},
	{{ARCH_X86_64, 452, 0}, "fchmodat2"},
	{{ARCH_X86_64, 471, 0}, "rseq_slice_yield"},
	{{ARCH_X86, 1, 0}, "exit"},
	{{ARCH_X86, 3, 0}, "read"},
	{{ARCH_X86, 102, 0}, "socketcall"},
	{{ARCH_X86, 102, 9}, "socketcall"},
	{{ARCH_X86, 117, 21}, "ipc"},
	{{ARCH_X86, 119, 0}, "sigreturn"},
	{{ARCH_X86, 192, 0}, "mmap2"},
	{{ARCH_X86, 359, 0}, "socket"},
	{{ARCH_X86, 397, 0}, "shmat"},
	{{ARCH_X86, 403, 0}, "clock_gettime64"},
	{{ARCH_X86, 462, 0}, "mseal"},
	{{ARCH_X32, 0, 0}, "read"},
	{{ARCH_X32, 41, 0}, "socket"},
	{{ARCH_X32, 512, 0}, "rt_sigaction"},
	{{ARCH_X32, 520, 0}, "execve"},
	{{ARCH_X32, 547, 0}, "pwritev2"},
	{{ARCH_X32, 435, 0}, "clone3"},
	{{ARCH_AARCH64, 63, 0}, "read"},
	{{ARCH_AARCH64, 221, 0}, "execve"},
	{{ARCH_AARCH64, 439, 0}, "faccessat2"},
	{{ARCH_AARCH64, 466, 0}, "removexattrat"},
	{{ARCH_ARM, 3, 0}, "read"},
	{{ARCH_ARM, 11, 0}, "execve"},
	{{ARCH_ARM, 119, 0}, "sigreturn"},
	{{ARCH_ARM, 281, 0}, "socket"},
	{{ARCH_ARM, 0xf0002, 0}, "cacheflush"},
	{{ARCH_ARM, 0xf0005, 0}, "set_tls"},
	{{ARCH_ARM, 437, 0}, "openat2"},
};

Test(syscall, names)
{
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		char name[SYSCALL_NAME_LEN] = "#";

		cr_expect(syscall_name(&known[i].call, name), "%s", known[i].name);
		cr_expect_str_eq(name, known[i].name);
	}
}

Test(syscall, numbers)
{
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		int64_t nr = -77;

		cr_expect(syscall_resolve(known[i].call.arch, known[i].name, &nr), "%s of %s",
			  known[i].name, arch_token(known[i].call.arch));
		cr_expect_eq(nr, known[i].call.nr, "%s of %s", known[i].name,
			     arch_token(known[i].call.arch));
	}
}

/* Not of this architecture: on others most of them exist. */
Test(syscall, names_of_other_architectures)
{
	static const struct {
		enum arch arch;
		const char *name;
	} rows[] = {
		{ARCH_X86_64, "sigreturn"},
		{ARCH_X86_64, "clock_gettime64"},
		{ARCH_X86_64, "mmap2"},
		{ARCH_X86_64, "socketcall"},
		{ARCH_X86_64, "ipc"},
		{ARCH_X86_64, "cacheflush"},
		{ARCH_X86, "accept"},
		{ARCH_X86, "send"},
		{ARCH_X86, "semop"},
		{ARCH_X86, "cacheflush"},
		{ARCH_X32, "sigreturn"},
		{ARCH_X32, "clock_gettime64"},
		{ARCH_X32, "socketcall"},
		{ARCH_AARCH64, "open"},
		{ARCH_AARCH64, "time"},
		{ARCH_AARCH64, "sigreturn"},
		{ARCH_AARCH64, "clock_gettime64"},
		{ARCH_ARM, "time"},
		{ARCH_ARM, "socketcall"},
		{ARCH_ARM, "arch_prctl"},
		{ARCH_ARM, "memfd_secret"},
		{ARCH_X86_64, "no_such_call"},
		{ARCH_X86_64, ""},
		{ARCH_X86_64, "READ"},
		{ARCH_X86_64, "read "},
		{ARCH_AARCH64, "0"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t nr = -77;

		cr_expect_not(syscall_resolve(rows[i].arch, rows[i].name, &nr), "%s of %s",
			      rows[i].name, arch_token(rows[i].arch));
		cr_expect_eq(nr, -77, "%s", rows[i].name);
	}
}

/* A number's name gives the number back, and nothing that libseccomp knows is without its name. */
Test(syscall, names_and_numbers_agree)
{
	size_t named = 0;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		for (int64_t n = 0; n < 0xf0040; n = n == 1100 ? 0xeffe0 : n + 1) {
			struct syscall call = {.arch = a, .nr = n};
			char name[SYSCALL_NAME_LEN];
			char *own_ptr theirs =
				seccomp_syscall_resolve_num_arch(arch_scmp_token(a),
								 n | arch_number_bit(a));
			bool has_name = syscall_name(&call, name);
			int64_t nr = -77;

			cr_expect(!theirs || (has_name && !strcmp(name, theirs)),
				  "%s %ld is %s, not %s", arch_token(a), (long)n, theirs, name);
			cr_expect(has_name || !*name, "%s %ld: '%s'", arch_token(a), (long)n, name);
			if (!has_name)
				continue;
			named++;
			cr_expect(syscall_resolve(a, name, &nr) && nr == n,
				  "%s: %s is %ld, not %ld", arch_token(a), name, (long)nr, (long)n);
		}
	}
	cr_expect_gt(named, 5 * 320, "only %zu have names", named);
}

Test(syscall, numbers_without_name)
{
	static const int64_t numbers[] = {
		-1,          -2,           -100,         -101,        -118,
		-201,        -10001,       -10134,       INT32_MIN,   INT64_MIN,
		INT64_MAX,   600,          1024,         0xf0000 - 1, 1 << 20,
		INT32_MAX,   1LL << 31,    0xffffffffLL, 1LL << 32,   (1LL << 32) + 1,
		1LL << 62,   0x40000000,   0x40000001,   0x40000200,  0x7fffffffLL,
		-0x40000000, 0xffffff9bLL,
	};

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
			struct syscall call = {.arch = a, .nr = numbers[i]};
			char name[SYSCALL_NAME_LEN] = "#";

			cr_expect_not(syscall_name(&call, name), "%s %lld is %s", arch_token(a),
				      (long long)numbers[i], name);
			cr_expect_str_eq(name, "");
		}
	}
}

/* A number means nothing without an architecture. */
Test(syscall, no_architecture_no_name)
{
	for (int64_t n = 0; n < 600; n++) {
		struct syscall call = {.arch = ARCH_INVALID, .nr = n};
		char name[SYSCALL_NAME_LEN];

		cr_assert_not(syscall_name(&call, name), "%ld is %s", (long)n, name);
	}
	cr_expect_not(syscall_resolve(ARCH_INVALID, "read", &(int64_t){0}));
	cr_expect_not(syscall_resolve(ARCH_INVALID, "mseal", &(int64_t){0}));
}

/* include/uapi/linux/net.h and ipc.h */
Test(multiplexer, subcalls)
{
	static const char *const socketcalls[26] = {
		NULL,          "socket",      "bind",       "connect",    "listen",  "accept",
		"getsockname", "getpeername", "socketpair", "send",       "recv",    "sendto",
		"recvfrom",    "shutdown",    "setsockopt", "getsockopt", "sendmsg", "recvmsg",
		"accept4",     "recvmmsg",    "sendmmsg",
	};
	static const char *const ipcs[26] = {
		NULL, "semop", "semget", "semctl", "semtimedop", NULL,     NULL,     NULL, NULL,
		NULL, NULL,    "msgsnd", "msgrcv", "msgget",     "msgctl", NULL,     NULL, NULL,
		NULL, NULL,    NULL,     "shmat",  "shmdt",      "shmget", "shmctl", NULL,
	};
	static const uint32_t outside[] = {26, 31, 32, 64, 1 << 16, (1 << 16) + 1, UINT32_MAX};

	for (uint32_t sub = 0; sub < 26; sub++) {
		const char *socketcall = syscall_subname(&(struct syscall){ARCH_X86, 102, sub});
		const char *ipc = syscall_subname(&(struct syscall){ARCH_X86, 117, sub});

		cr_expect(socketcalls[sub] ? socketcall && !strcmp(socketcall, socketcalls[sub]) :
					     !socketcall,
			  "socketcall %u is %s", sub, socketcall);
		cr_expect(ipcs[sub] ? ipc && !strcmp(ipc, ipcs[sub]) : !ipc, "ipc %u is %s", sub,
			  ipc);
	}
	for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
		cr_expect_null(syscall_subname(&(struct syscall){ARCH_X86, 102, outside[i]}));
		cr_expect_null(syscall_subname(&(struct syscall){ARCH_X86, 117, outside[i]}));
	}
}

/* libseccomp has pseudo numbers for the subcalls: socketcall is -100 less its number, ipc -200. */
Test(multiplexer, subcalls_are_those_of_libseccomp)
{
	size_t named = 0;

	for (uint32_t sub = 1; sub < 32; sub++) {
		static const struct {
			int64_t nr;
			int pseudo;
		} kinds[] = {{102, -100}, {117, -200}};

		for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
			const char *name =
				syscall_subname(&(struct syscall){ARCH_X86, kinds[k].nr, sub});

			if (!name)
				continue;
			named++;
			cr_expect_eq(seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86, name),
				     kinds[k].pseudo - (int)sub, "%s", name);
		}
	}
	cr_expect_eq(named, 20 + 12);
}

Test(multiplexer, only_i386_has_them)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		for (int64_t n = -1; n < 600; n++) {
			struct syscall call = {.arch = a, .nr = n, .sub = 1};
			bool want = a == ARCH_X86 && (n == 102 || n == 117);

			cr_expect_eq(syscall_is_multiplexer(&call), want, "%s %ld", arch_token(a),
				     (long)n);
			cr_expect_eq(syscall_subname(&call) != NULL, want, "%s %ld", arch_token(a),
				     (long)n);
		}
	}
}

Test(syscall, order)
{
	/* each is before all that follow */
	static const struct syscall sorted[] = {
		{ARCH_X86_64, INT64_MIN, 0},
		{ARCH_X86_64, -1, 0},
		{ARCH_X86_64, 0, 0},
		{ARCH_X86_64, 1, 0},
		{ARCH_X86_64, 1LL << 32, 0},
		{ARCH_X86_64, INT64_MAX, 0},
		{ARCH_X86, 0, 0},
		{ARCH_X86, 102, 0},
		{ARCH_X86, 102, 1},
		{ARCH_X86, 102, UINT32_MAX},
		{ARCH_X86, 117, 0},
		{ARCH_ARM, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
		for (size_t k = 0; k < ARRAY_LEN(sorted); k++) {
			int order = syscall_compare(&sorted[i], &sorted[k]);

			cr_expect_eq((order > 0) - (order < 0), (i > k) - (i < k), "%zu and %zu", i,
				     k);
		}
	}
}

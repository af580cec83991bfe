// SPDX-License-Identifier: BSD-2-Clause
#include "syscalls/syscall.h"
#include "base/own.h"

#include <criterion/criterion.h>
#include <seccomp.h>
#include <string.h>
#include <sys/resource.h>

/* Newer than libseccomp 2.5.4 (include/seccomp.h.in of 2.6.0) */
#ifndef SCMP_ARCH_LOONGARCH64
#define SCMP_ARCH_LOONGARCH64 0xc0000102
#endif
#ifndef SCMP_ARCH_M68K
#define SCMP_ARCH_M68K 0x00000004
#endif
#ifndef SCMP_ARCH_SH
#define SCMP_ARCH_SH   0x4000002a
#define SCMP_ARCH_SHEB 0x0000002a
#endif

/* What an architecture is called, and what is asked about it: of seccomp.h, the kernel's headers and systemd's seccomp-util.c. */
static const struct {
	enum arch arch;
	const char *token;
	const char *scmp_name, *systemd_name, *docker_name;
	uint32_t scmp_token;
	uint32_t number_base;
	int bits; /* of a register; 64 with pointers of 32: 3264 */
	bool is_big_endian;
	enum arch host, compat;
} arches[] = {
#define ROW(upper, token, systemd, docker, ...)                                                    \
	{                                                                                          \
		ARCH_##upper, token, "SCMP_ARCH_" #upper, systemd, docker, SCMP_ARCH_##upper,      \
			__VA_ARGS__                                                                \
	}
	ROW(X86_64, "x86_64", "x86-64", "amd64", 0, 64, false, ARCH_X86_64, ARCH_X86),
	ROW(X86, "x86", "x86", "x86", 0, 32, false, ARCH_X86_64, 0),
	ROW(X32, "x32", "x32", "x32", 1 << 30, 3264, false, ARCH_X86_64, 0),
	ROW(AARCH64, "aarch64", "arm64", "arm64", 0, 64, false, ARCH_AARCH64, ARCH_ARM),
	ROW(ARM, "arm", "arm", "arm", 0, 32, false, ARCH_AARCH64, 0),
	ROW(LOONGARCH64, "loongarch64", "loongarch64", "loongarch64", 0, 64, false,
	    ARCH_LOONGARCH64, 0),
	ROW(M68K, "m68k", NULL, NULL, 0, 32, true, ARCH_M68K, 0),
	ROW(MIPS64, "mips64", "mips64", "mips64", 5000, 64, true, ARCH_MIPS64, ARCH_MIPS),
	ROW(MIPS, "mips", "mips", NULL, 4000, 32, true, ARCH_MIPS64, 0),
	ROW(MIPS64N32, "mips64n32", "mips64-n32", "mips64n32", 6000, 3264, true, ARCH_MIPS64, 0),
	ROW(MIPSEL64, "mipsel64", "mips64-le", "mipsel64", 5000, 64, false, ARCH_MIPSEL64,
	    ARCH_MIPSEL),
	ROW(MIPSEL, "mipsel", "mips-le", "mipsel", 4000, 32, false, ARCH_MIPSEL64, 0),
	ROW(MIPSEL64N32, "mipsel64n32", "mips64-le-n32", "mips3l64n32", 6000, 3264, false,
	    ARCH_MIPSEL64, 0),
	ROW(PARISC64, "parisc64", "parisc64", NULL, 0, 64, true, ARCH_PARISC64, ARCH_PARISC),
	ROW(PARISC, "parisc", "parisc", NULL, 0, 32, true, ARCH_PARISC64, 0),
	ROW(PPC64, "ppc64", "ppc64", "ppc64", 0, 64, true, ARCH_PPC64, ARCH_PPC),
	ROW(PPC, "ppc", "ppc", "ppc", 0, 32, true, ARCH_PPC64, 0),
	ROW(PPC64LE, "ppc64le", "ppc64-le", "ppc64le", 0, 64, false, ARCH_PPC64LE, 0),
	ROW(RISCV64, "riscv64", "riscv64", "riscv64", 0, 64, false, ARCH_RISCV64, 0),
	ROW(S390X, "s390x", "s390x", "s390x", 0, 64, true, ARCH_S390X, ARCH_S390),
	ROW(S390, "s390", "s390", "s390", 0, 32, true, ARCH_S390X, 0),
	ROW(SH, "sh", NULL, NULL, 0, 32, false, ARCH_SH, 0),
	ROW(SHEB, "sheb", NULL, NULL, 0, 32, true, ARCH_SHEB, 0),
#undef ROW
};

static void expect_name(const char *name, const char *want)
{
	cr_expect(name && want ? !strcmp(name, want) : name == want, "%s instead of %s",
		  name ? name : "nothing", want ? want : "nothing");
}

Test(arch, table)
{
	cr_assert_eq(ARRAY_LEN(arches), ARCH_COUNT - 1, "a row is missing here");
	for (size_t i = 0; i < ARRAY_LEN(arches); i++) {
		enum arch arch = arches[i].arch;

		cr_expect_str_eq(arch_token(arch), arches[i].token);
		cr_expect_str_eq(arch_scmp_name(arch), arches[i].scmp_name);
		cr_expect_eq(arch_scmp_token(arch), arches[i].scmp_token);
		expect_name(arch_systemd_name(arch), arches[i].systemd_name);
		expect_name(arch_docker_name(arch), arches[i].docker_name);
		cr_expect_eq(arch_number_base(arch), arches[i].number_base);
		cr_expect_eq(arch_is_32bit(arch), arches[i].bits == 32);
		cr_expect_eq(arch_compares_32bit(arch), arches[i].bits != 64);
		cr_expect_eq(arch_is_big_endian(arch), arches[i].is_big_endian);
		cr_expect_eq(arch_host(arch), arches[i].host, "%s", arches[i].token);
		cr_expect_eq(arch_compat(arch), arches[i].compat, "%s", arches[i].token);
		cr_expect_eq(arch_from_token(arches[i].token), arch);
		cr_expect_eq(arch_from_scmp_name(arches[i].scmp_name), arch);
		cr_expect_eq(arch_is_recorded(arch), arch <= ARCH_ARM);
		if (arches[i].systemd_name)
			cr_expect_eq(arch_from_systemd_name(arches[i].systemd_name), arch);
	}
	cr_expect_str_eq(arch_token(ARCH_INVALID), "invalid");
}

/* Tokens are libseccomp's. */
Test(arch, tokens_resolve)
{
	size_t known = 0;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		uint32_t theirs = seccomp_arch_resolve_name(arch_token(a));

		cr_expect(!theirs || theirs == arch_scmp_token(a), "%s", arch_token(a));
		cr_expect_eq(arch_is_known(a), theirs != 0);
		known += theirs != 0;
	}
	cr_expect_geq(known, 19, "2.5.4 knows so many; this one %zu", known);
	cr_expect_eq(arch_scmp_token(arch_native()), seccomp_arch_native());
}

/* Audit records say x86-64 of x32, and what else libseccomp calls an architecture. */
Test(arch, from_audit)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		int64_t nr = 7 + arch_number_base(a), negative = -1;

		cr_expect_eq(arch_from_audit(arch_audit(a), &nr), a, "%s", arch_token(a));
		cr_expect_eq(nr, 7, "%s", arch_token(a));
		cr_expect_eq(arch_from_audit(arch_audit(a), &negative),
			     a == ARCH_X32 ? ARCH_X86_64 : a);
		cr_expect_eq(negative, -1);
		cr_expect(a == ARCH_X32 || arch_audit(a) == arch_scmp_token(a));
	}
	cr_expect_eq(arch_from_audit(0xc0009026, &(int64_t){3}), ARCH_INVALID, "alpha");
}

/* Each name of a call that needs socketcall or ipc is one of libseccomp's pseudo numbers exactly there. */
Test(arch, multiplexes)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (arch_is_known(a))
			cr_expect_eq(arch_multiplexes(a),
				     seccomp_syscall_resolve_name_arch(arch_scmp_token(a),
								       "socket") == -101,
				     "%s", arch_token(a));
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
		{"riscv64", ARCH_INVALID, ARCH_RISCV64},
		{"s390x", ARCH_INVALID, ARCH_S390X},
		{"ppc64le", ARCH_INVALID, ARCH_PPC64LE},
		{"SCMP_ARCH_S390X", ARCH_S390X, ARCH_INVALID},
		{"SCMP_ARCH_SPARC64", ARCH_INVALID, ARCH_INVALID},
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
	{{ARCH_MIPS64, 0, 0}, "read"},
	{{ARCH_MIPS64, 57, 0}, "execve"},
	{{ARCH_MIPSEL64, 435, 0}, "clone3"},
	{{ARCH_MIPS, 3, 0}, "read"},
	{{ARCH_MIPS, 102, 0}, "socketcall"},
	{{ARCH_MIPS, 183, 0}, "socket"},
	{{ARCH_MIPSEL, 452, 0}, "fchmodat2"},
	{{ARCH_MIPS64N32, 0, 0}, "read"},
	{{ARCH_MIPSEL64N32, 470, 0}, "listns"},
	{{ARCH_PARISC64, 17, 0}, "socket"},
	{{ARCH_PARISC, 98, 0}, "recv"},
	{{ARCH_PPC64, 249, 0}, "swapcontext"},
	{{ARCH_PPC64LE, 326, 0}, "socket"},
	{{ARCH_PPC, 192, 0}, "mmap2"},
	{{ARCH_RISCV64, 63, 0}, "read"},
	{{ARCH_RISCV64, 258, 0}, "riscv_hwprobe"},
	{{ARCH_RISCV64, 259, 0}, "riscv_flush_icache"},
	{{ARCH_S390X, 102, 1}, "socketcall"},
	{{ARCH_S390X, 117, 0}, "ipc"},
	{{ARCH_S390X, 342, 0}, "s390_runtime_instr"},
	{{ARCH_S390X, 359, 0}, "socket"},
	{{ARCH_S390, 192, 0}, "mmap2"},
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
		{ARCH_X86_64, "s390_runtime_instr"},
		{ARCH_RISCV64, "swapcontext"},
		{ARCH_LOONGARCH64, "no_such_call"},
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
								 n + arch_number_base(a));
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
	cr_expect_gt(named, 19 * 320, "only %zu have names", named);
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

/* Where those are, the test of the architectures' table tells. */
Test(multiplexer, on_some_architectures)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		for (int64_t n = -1; n < 600; n++) {
			struct syscall call = {.arch = a, .nr = n, .sub = 1};
			bool want = arch_multiplexes(a) && (n == 102 || n == 117);

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

/* Profiles name calls thousands of times, those with two ways in as well. */
Test(syscall, resolves_in_no_time)
{
	struct rlimit limit = {10, 10};
	int64_t nr;

	setrlimit(RLIMIT_CPU, &limit);
	for (int i = 0; i < 100000; i++) {
		cr_assert(syscall_resolve(ARCH_X86, "socket", &nr) && nr == 359);
		cr_assert(syscall_resolve(ARCH_X86, "shmctl", &nr) && nr == 396);
		cr_assert_not(syscall_resolve(ARCH_X86, "semop", &nr));
		cr_assert(syscall_resolve(ARCH_S390X, "connect", &nr) && nr == 362);
	}
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/docker_default.h"
#include "profile/survey.h"

#include <criterion/criterion.h>

/*
 * Counted from moby's default.json and libseccomp's table of syscalls (v7.1-rc4) by other means: allowed outright, allowed on some
 * arguments, of how many. (The table has no s390 behind 7.0, which dropped it.)
 */
Test(docker_default, counts)
{
	static const struct {
		enum arch arch;
		size_t all, some, known;
	} rows[] = {
		{ARCH_X86_64, 306, 3, 385},    {ARCH_X86, 357, 3, 461},
		{ARCH_AARCH64, 264, 3, 327},   {ARCH_ARM, 350, 3, 430},
		{ARCH_MIPS64, 297, 3, 373},    {ARCH_MIPS, 333, 3, 437},
		{ARCH_MIPS64N32, 320, 3, 397}, {ARCH_MIPSEL64, 297, 3, 373},
		{ARCH_MIPSEL, 333, 3, 437},    {ARCH_MIPSEL64N32, 320, 3, 397},
		{ARCH_PPC64, 308, 3, 424},     {ARCH_PPC64LE, 310, 3, 424},
		{ARCH_RISCV64, 265, 3, 328},   {ARCH_S390X, 305, 3, 390},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct host host = {.arch = arch_host(rows[i].arch), .kernel_major = 6};
		struct profile own_profile profile = {0};
		struct survey survey;
		struct err err = {0};

		cr_assert_eq(docker_default(&host, &profile), 0);
		cr_assert_eq(profile_survey(&profile, rows[i].arch, &survey, &err), 0);
		cr_expect(profile.arches[rows[i].arch]);
		cr_expect_eq(survey.reach[REACH_ALL], rows[i].all, "%zu", survey.reach[REACH_ALL]);
		cr_expect_eq(survey.reach[REACH_SOME], rows[i].some);
		cr_expect_eq(survey.known, rows[i].known, "%zu", survey.known);
	}
}

/* The short way says what the profile says. */
Test(docker_default, one_call)
{
	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++) {
		struct host host = {.arch = arch_host(arch), .kernel_major = 6};
		struct profile own_profile profile = {0};
		char name[SYSCALL_NAME_LEN];
		int64_t nr = -1;

		cr_assert_eq(docker_default(&host, &profile), 0);
		while (syscall_next(arch, &nr, name)) {
			enum reach reach;

			cr_assert_eq(profile_reach(&profile, name, &reach), 0);
			cr_expect_eq(docker_default_allows(arch, name), reach != REACH_NONE,
				     "%s %s", arch_token(arch), name);
		}
	}
	cr_expect(docker_default_allows(ARCH_X86_64, "socket"));
	cr_expect_not(docker_default_allows(ARCH_X86_64, "mount"));
	cr_expect_not(docker_default_allows(ARCH_X86_64, "clone3"));
	cr_expect_not(docker_default_allows(ARCH_AARCH64, "arch_prctl"));
	cr_expect(docker_default_allows(ARCH_S390X, "s390_runtime_instr"));
	cr_expect_not(docker_default_allows(ARCH_X86_64, "s390_runtime_instr"));
	cr_expect_not(docker_default_allows(ARCH_X86_64, "writ"));
}

static bool has_rule(const struct host *host, const char *name, enum action action)
{
	struct profile own_profile profile = {0};

	cr_assert_eq(docker_default(host, &profile), 0);
	for (size_t i = 0; i < profile.rules_len; i++)
		if (profile.rules[i].action == action && !profile.rules[i].conditions_len &&
		    names_has(&profile.rules[i].names, name))
			return true;
	return false;
}

Test(docker_default, capabilities_and_kernels)
{
	static const char *const admin[] = {"CAP_SYS_ADMIN"};
	struct host host = {.arch = ARCH_X86_64, .kernel_major = 6};

	cr_expect(has_rule(&host, "chroot", ACTION_ALLOW));
	cr_expect(has_rule(&host, "clone3", ACTION_ERRNO));
	cr_expect(has_rule(&host, "ptrace", ACTION_ALLOW));
	host.caps = admin;
	host.caps_len = 1;
	cr_expect_not(has_rule(&host, "chroot", ACTION_ALLOW));
	cr_expect(has_rule(&host, "clone3", ACTION_ALLOW));
	cr_expect(has_rule(&host, "clone", ACTION_ALLOW));
	host.kernel_major = 4;
	host.kernel_minor = 7;
	cr_expect_not(has_rule(&host, "ptrace", ACTION_ALLOW));
}

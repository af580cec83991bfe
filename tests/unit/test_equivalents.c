// SPDX-License-Identifier: BSD-2-Clause
#include "profile/equivalents.h"
#include "profile/evaluate.h"
#include "profile/survey.h"
#include "syscalls/syscall.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool has(enum arch arch, const char *name)
{
	int64_t nr;

	return syscall_resolve(arch, name, &nr);
}

/* What each sentence says of the call that was added, held against the numbers that libseccomp has. */
static const struct {
	const char *begins;
	int x86_64, aarch64, x86, arm; /* 1: has it, 0: has it not, -1: either */
} facts[] = {
	{"an older name", 1, 0, -1, -1},
	{"what arm64 and riscv64 have", -1, 1, -1, -1},
	{"its name on 64-bit", 1, 1, -1, -1},
	{"its name on 32-bit", 0, 0, -1, -1},
	{"64-bit time", 0, 0, 1, 1},
	{"what glibc or musl call", 1, 1, -1, -1},
	{"what sets the thread pointer", -1, 0, -1, -1},
};

static void check_fact(const char *name, const char *fact)
{
	for (size_t i = 0; i < ARRAY_LEN(facts); i++) {
		const int wanted[] = {facts[i].x86_64, facts[i].aarch64, facts[i].x86,
				      facts[i].arm};
		static const enum arch arches[] = {ARCH_X86_64, ARCH_AARCH64, ARCH_X86, ARCH_ARM};

		if (strncmp(fact, facts[i].begins, strlen(facts[i].begins)))
			continue;
		for (size_t a = 0; a < ARRAY_LEN(arches); a++)
			cr_expect(wanted[a] < 0 || wanted[a] == has(arches[a], name),
				  "%s on %s: %s", name, arch_token(arches[a]), fact);
		return;
	}
	cr_expect_fail("%s: what is this: %s", name, fact);
}

static void profile_of(const char *name, struct profile *out)
{
	struct rule *rule;

	*out = (struct profile){.default_action = ACTION_ERRNO, .default_errno = EPERM};
	rule = profile_add_rule(out, ACTION_ALLOW, 0);
	cr_assert(rule && !names_add(&rule->names, name));
}

/* For every call that there is, alone in a profile. */
static size_t check_call(const char *name)
{
	struct profile own_profile profile = {0};
	struct buf own_buf added = BUF_INIT, own_buf missing = BUF_INIT;
	char *save = NULL;
	size_t n = 0;

	profile_of(name, &profile);
	cr_assert_eq(equivalents_add(&profile, &added, &missing, NULL), 0);
	for (char *line = added.len ? strtok_r(added.data, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save), n++) {
		char what[64], stands_for[64];
		int end = 0;

		cr_assert(sscanf(line, "%63[a-z0-9_ ] (for %63[a-z0-9_]): %n", what, stands_for,
				 &end) == 2 &&
				  end,
			  "%s", line);
		what[strcspn(what, " ")] = '\0'; /* "clone without new namespaces" */
		cr_expect(profile_allows(&profile, what), "%s", line);
		check_fact(what, line + end);
	}
	return n;
}

Test(equivalents, facts)
{
	size_t n = 0;

	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++) {
		struct syscall call = {.arch = arch};
		char name[SYSCALL_NAME_LEN];

		for (call.nr = 0; call.nr < 500; call.nr++)
			if (syscall_name(&call, name))
				n += check_call(name);
	}
	cr_expect_gt(n, 300);
}

Test(equivalents, one_line_an_addition)
{
	struct profile own_profile profile = {0};
	struct buf own_buf added = BUF_INIT, own_buf missing = BUF_INIT;

	profile_of("open", &profile);
	cr_assert_eq(equivalents_add(&profile, &added, &missing, NULL), 0);
	cr_expect_str_eq(buf__text(&added),
			 "openat (for open): what arm64 and riscv64 have in place of older names (asm-generic/unistd.h)\n"
			 "creat (for open): an older name, which arm64 and riscv64 lack (asm-generic/unistd.h)\n");
}

Test(equivalents, a_fork_is_no_new_namespace)
{
	struct profile own_profile profile = {0};
	struct buf own_buf added = BUF_INIT, own_buf missing = BUF_INIT;

	profile_of("fork", &profile);
	cr_assert_eq(equivalents_add(&profile, &added, &missing, NULL), 0);
	cr_expect(strstr(buf__text(&added), "clone without new namespaces (for fork): "));
	cr_expect_eq(profile.rules_len, 2);
	cr_expect_eq(profile.rules[1].conditions_len, 1);
}

/* On s390x clone's first argument is the stack; where the flags are in two places no rule is for both. */
Test(equivalents, a_fork_where_clone_has_its_flags)
{
	for (int both = 0; both < 2; both++) {
		struct profile own_profile profile = {0};
		struct buf own_buf added = BUF_INIT, own_buf missing = BUF_INIT;

		profile_of("fork", &profile);
		profile.arches[ARCH_S390X] = true;
		profile.arches[ARCH_X86_64] = both;
		cr_assert_eq(equivalents_add(&profile, &added, &missing, NULL), 0);
		cr_assert_eq(profile.rules_len, both ? 1 : 2);
		if (!both)
			cr_expect_eq(profile.rules[1].conditions[0].index, 1);
		cr_expect_eq(missing.len > 0, both, "%s", buf__text(&missing));
	}
}

/* What a condition says of open's flags says nothing of openat's. */
Test(equivalents, conditions_are_told)
{
	static const struct condition condition = {1, COMPARE_EQ, 3, 0};
	struct profile own_profile profile = {0};
	struct buf own_buf added = BUF_INIT, own_buf missing = BUF_INIT;

	profile_of("open", &profile);
	cr_assert_eq(rule_add_condition(&profile.rules[0], &condition), 0);
	cr_assert_eq(names_add(&profile.rules[0].names, "getpid"), 0);
	cr_assert_eq(equivalents_add(&profile, &added, &missing, NULL), 0);
	cr_expect_str_eq(buf__text(&added), "");
	cr_expect_str_eq(buf__text(&missing),
			 "what stands for open: allowed with conditions, which are on these calls' own arguments\n");
}

static void add(struct profile *profile, enum action action, int errno_value, const char *name,
		const char *second)
{
	struct rule *rule = profile_add_rule(profile, action, errno_value);

	cr_assert(rule && !names_add(&rule->names, name));
	cr_assert(!second || !names_add(&rule->names, second));
}

static struct outcome outcome_of(const struct profile *profile, const char *name)
{
	static const uint64_t args[6] = {0};
	struct syscall call = {.arch = ARCH_X86_64};

	cr_assert(syscall_resolve(call.arch, name, &call.nr));
	return evaluate(profile, &call, args).outcome;
}

/* What the profile refuses it goes on refusing; only ENOSYS gives way, which is there for probes. */
Test(equivalents, refusals_stay)
{
	static const int errnos[] = {EACCES, EPERM, ENOSYS};

	for (size_t i = 0; i < ARRAY_LEN(errnos); i++) {
		struct profile own_profile profile = {.default_action = ACTION_ERRNO,
						      .default_errno = EPERM};
		struct buf own_buf added = BUF_INIT, own_buf missing = BUF_INIT;
		bool probes = errnos[i] == ENOSYS;

		profile.arches[ARCH_X86_64] = true;
		add(&profile, ACTION_ERRNO, errnos[i], "openat", "creat");
		add(&profile, ACTION_ALLOW, 0, "open", NULL);
		cr_assert_eq(equivalents_add(&profile, &added, &missing, NULL), 0);
		cr_expect_eq(outcome_of(&profile, "open").action, ACTION_ALLOW);
		cr_expect_eq(outcome_of(&profile, "creat").action,
			     probes ? ACTION_ALLOW : ACTION_ERRNO, "%d", errnos[i]);
		cr_expect_eq(added.len > 0, probes, "%s", buf__text(&added));
	}
}

/* A rule before the one that allows decides. */
Test(equivalents, only_of_what_is_allowed)
{
	struct profile own_profile profile = {.default_action = ACTION_ERRNO,
					      .default_errno = EPERM};
	struct buf own_buf added = BUF_INIT, own_buf missing = BUF_INIT;

	profile.arches[ARCH_X86_64] = true;
	add(&profile, ACTION_ERRNO, EACCES, "fork", "open");
	add(&profile, ACTION_ALLOW, 0, "fork", "open");
	cr_assert_eq(equivalents_add(&profile, &added, &missing, NULL), 0);
	cr_expect_str_eq(buf__text(&added), "");
	cr_expect_eq(outcome_of(&profile, "openat").action, ACTION_ERRNO);
	cr_expect_eq(outcome_of(&profile, "creat").action, ACTION_ERRNO);
	cr_expect_eq(outcome_of(&profile, "clone").action, ACTION_ERRNO);
}

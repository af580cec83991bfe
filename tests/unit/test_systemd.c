// SPDX-License-Identifier: BSD-2-Clause
/* What units mean, row by row as systemd.exec(5) and systemd's own code have it; and profiles that are written and read again. */
#include "profile/diff.h"
#include "profile/emit.h"
#include "profile/evaluate.h"
#include "profile/families.h"
#include "profile/parse_systemd.h"
#include "profile/systemd_groups.h"
#include "random_profile.h"

#include <string.h>

static int parse(const char *lines, bool lenient, struct profile *out, struct findings *warnings,
		 struct err *err)
{
	const struct parse_options options = {.arch = ARCH_X86_64,
					      .lenient = lenient,
					      .warnings = warnings};
	char text[4096];

	snprintf(text, sizeof(text), "[Service]\n%s\n", lines);
	cr_assert(is_systemd(text, strlen(text)));
	return parse_systemd("u", text, strlen(text), &options, out, err);
}

static struct outcome outcome_of(const struct profile *profile, const char *name)
{
	struct outcome outcome;

	cr_assert(decision_is_simple(profile, name, &outcome), "%s", name);
	return outcome;
}

/* Line 0: wherever. NULL: whatever. */
static bool has_warning(const struct findings *warnings, unsigned int line, unsigned int column,
			const char *words)
{
	for (size_t i = 0; i < warnings->len; i++) {
		const struct finding *warning = &warnings->list[i];

		if ((!line || warning->place.line == line) &&
		    (!column || warning->place.column == column) &&
		    (!words || strstr(warning->text, words)))
			return true;
	}
	return false;
}

/* "allow", "log", "kill", or an errno */
static void expect(const char *lines, const char *name, const char *want)
{
	struct findings own_findings warnings = {0};
	struct profile own_profile profile = {0};
	struct outcome outcome;
	struct err err = {0};
	char got[32];

	cr_assert_eq(parse(lines, false, &profile, &warnings, &err), 0, "%s: %s", lines, err.text);
	outcome = outcome_of(&profile, name);
	if (outcome.action == ACTION_ERRNO)
		snprintf(got, sizeof(got), "%d", outcome.errno_value);
	else
		snprintf(got, sizeof(got), "%s",
			 outcome.action == ACTION_ALLOW        ? "allow" :
			 outcome.action == ACTION_LOG          ? "log" :
			 outcome.action == ACTION_KILL_PROCESS ? "kill" :
								 "?");
	cr_expect_str_eq(got, want, "%s: %s: %s instead of %s", lines, name, got, want);
}

Test(systemd, calls)
{
	static const struct {
		const char *lines, *name, *want;
	} rows[] = {
		{"SystemCallFilter=read", "read", "allow"},
		{"SystemCallFilter=read", "write", "kill"},
		/* @default comes with it, and @sandbox with that */
		{"SystemCallFilter=read", "execve", "allow"},
		{"SystemCallFilter=read", "seccomp", "allow"},
		{"SystemCallFilter=~read", "read", "kill"},
		{"SystemCallFilter=~read", "write", "allow"},
		{"SystemCallFilter=~", "write", "allow"},
		{"SystemCallErrorNumber=EPERM\nSystemCallFilter=~read", "read", "1"},
		{"SystemCallFilter=read\nSystemCallErrorNumber=EPERM", "write", "1"},
		{"SystemCallFilter=read\nSystemCallErrorNumber=ENOTSUP", "write", "95"},
		{"SystemCallFilter=read\nSystemCallErrorNumber=kill", "write", "kill"},
		{"SystemCallFilter=read\nSystemCallErrorNumber=1\nSystemCallErrorNumber=", "write",
		 "kill"},
		{"SystemCallFilter=read\nSystemCallErrorNumber=4095", "write", "4095"},
		/* the first one says which kind it is, the later ones add and take away */
		{"SystemCallFilter=read write\nSystemCallFilter=~write", "write", "kill"},
		{"SystemCallFilter=read\nSystemCallFilter=write", "write", "allow"},
		{"SystemCallFilter=~read\nSystemCallFilter=read", "read", "allow"},
		{"SystemCallFilter=~read\nSystemCallFilter=~write", "write", "kill"},
		{"SystemCallFilter=read\nSystemCallFilter=~execve", "execve", "kill"},
		/* errnos of single calls, of allowed lists too */
		{"SystemCallFilter=~read:EACCES write", "read", "13"},
		{"SystemCallFilter=~read:EACCES write", "write", "kill"},
		{"SystemCallFilter=~read:EACCES\nSystemCallFilter=~read:38", "read", "38"},
		{"SystemCallFilter=~read:EACCES\nSystemCallFilter=~read", "read", "kill"},
		{"SystemCallFilter=~read:EACCES\nSystemCallFilter=read", "read", "allow"},
		{"SystemCallFilter=read write\nSystemCallFilter=~write:ENOSYS", "write", "38"},
		{"SystemCallFilter=read write\nSystemCallFilter=~mount:ENOSYS", "mount", "38"},
		{"SystemCallFilter=~read:kill\nSystemCallErrorNumber=1", "read", "kill"},
		{"SystemCallFilter=~@swap:EBUSY", "swapon", "16"},
		{"SystemCallFilter=@swap", "swapon", "allow"},
		{"SystemCallFilter=@system-service\nSystemCallFilter=~@chown", "chown", "kill"},
		{"SystemCallFilter=@system-service\nSystemCallFilter=~@chown", "read", "allow"},
		/* an empty one starts anew */
		{"SystemCallFilter=read\nSystemCallFilter=\nSystemCallFilter=~mount", "write",
		 "allow"},
		{"SystemCallFilter=~read\nSystemCallFilter=\nSystemCallFilter=mount", "read",
		 "kill"},
		/* lines that go on, and comments between */
		{"SystemCallFilter = read \\\n  write\\\n# x \\\n ; y\n mount", "mount", "allow"},
		{"SystemCallFilter=read\n# SystemCallFilter=write", "write", "kill"},
		{"ExecStart=x \\\nSystemCallFilter=~read\nSystemCallFilter=read", "write", "kill"},
		{"[Install]\nSystemCallFilter=~read\n[Socket]\nSystemCallFilter=write", "read",
		 "kill"},
		/* what is logged */
		{"SystemCallLog=read", "read", "log"},
		{"SystemCallLog=read", "write", "allow"},
		{"SystemCallLog=~read", "read", "allow"},
		{"SystemCallLog=~read", "write", "log"},
		{"SystemCallLog=read\nSystemCallFilter=write", "read", "kill"},
		{"SystemCallLog=~read\nSystemCallFilter=write", "write", "log"},
		{"SystemCallLog=~read\nSystemCallFilter=~write", "write", "kill"},
		{"SystemCallLog=~read\nSystemCallFilter=~write", "read", "allow"},
		/* systemd makes no filter for an empty list: context_has_syscall_logs() */
		{"SystemCallLog=~", "read", "allow"},
		{"SystemCallLog=~read\nSystemCallLog=read", "write", "allow"},
		{"SystemCallLog=~\nSystemCallLog=~read", "write", "log"},
		{"SystemCallLog=~afs_syscall", "read", "log"},
		{"SystemCallLog=~afs_syscall", "afs_syscall", "log"},
		{"SystemCallLog=~afs_syscall read", "afs_syscall", "allow"},
		{"SystemCallLog=~\nSystemCallFilter=write", "write", "allow"},
		{"SystemCallLog=read\nSystemCallLog=\nSystemCallFilter=~x", "read", "allow"},
		/* families of calls that are refused anyhow */
		{"SystemCallFilter=read\nRestrictAddressFamilies=AF_INET", "socket", "kill"},
		{"SystemCallFilter=socket\nRestrictAddressFamilies=none", "socket", "kill"},
		{"RestrictAddressFamilies=none", "socket", "97"},
		{"RestrictAddressFamilies=~", "read", "allow"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect(rows[i].lines, rows[i].name, rows[i].want);
}

Test(systemd, refused)
{
	static const struct {
		const char *lines, *words;
	} rows[] = {
		{"ExecStart=/bin/true", "nothing in it is about system calls"},
		{"SystemCallFilter=", "nothing in it is about system calls"},
		{"SystemCallFilter=@nonsense", "u:2:18: whittle knows no group '@nonsense'"},
		{"SystemCallFilter=read:EPERM",
		 "u:2:18: 'read' is allowed here and takes no errno"},
		{"SystemCallFilter=~read:ENONE", "u:2:19: there is no errno 'ENONE'"},
		{"SystemCallFilter=~read:4096", "there is no errno '4096'"},
		{"SystemCallFilter=~read:-1", "there is no errno '-1'"},
		{"SystemCallFilter=Read", "u:2:18: 'Read' is no name"},
		{"SystemCallFilter=a \\\n  b!", "u:3:3: 'b!' is no name"},
		{"SystemCallFilter=a\nSystemCallErrorNumber=x", "u:3:23: there is no errno 'x'"},
		{"SystemCallFilter=a\nSystemCallErrorNumber=0",
		 "u:3:23: systemd takes one errno other than 0"},
		{"SystemCallFilter=a\nSystemCallErrorNumber=EPERM EACCES",
		 "u:3:29: systemd takes one errno other than 0"},
		{"SystemCallArchitectures=vax", "does not know the architecture 'vax'"},
		{"RestrictAddressFamilies=AF_NONE", "there is no address family 'AF_NONE'"},
		{"SystemCallFilter", "u:2:1: no '=' in this line"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct findings own_findings warnings = {0};
		struct profile own_profile profile = {0};
		struct err err = {0};
		int rc = parse(rows[i].lines, false, &profile, &warnings, &err);

		cr_expect_eq(rc, -EINVAL, "%s", rows[i].lines);
		cr_expect(strstr(err.text, rows[i].words), "%s: %s", rows[i].lines, err.text);
	}
}

/* systemd itself ignores these words and keeps the others. */
Test(systemd, lenient)
{
	struct findings own_findings warnings = {0};
	struct profile own_profile profile = {0};

	cr_assert_eq(parse("SystemCallFilter=@nonsense read:EPERM write\nPrivateDevices=yes\nPrivateDevices=no",
			   true, &profile, &warnings, NULL),
		     0);
	cr_expect_eq(outcome_of(&profile, "write").action, ACTION_ALLOW);
	cr_expect_eq(outcome_of(&profile, "read").action, ACTION_KILL_PROCESS);
	cr_expect(has_warning(&warnings, 2, 18,
			      "whittle knows no group '@nonsense' of systemd's: ignored"));
	cr_expect(has_warning(&warnings, 3, 1, "PrivateDevices= refuses more"));
	cr_expect_not(has_warning(&warnings, 4, 0, NULL));
}

Test(systemd, architectures)
{
	struct profile own_profile all = {0}, own_profile some = {0};

	cr_assert_eq(parse("SystemCallFilter=read", false, &all, NULL, NULL), 0);
	cr_expect(all.arches[ARCH_X86_64] && all.arches[ARCH_X86] && all.arches[ARCH_X32]);
	cr_expect_not(all.arches[ARCH_AARCH64]);
	cr_assert_eq(parse("SystemCallFilter=read\nSystemCallArchitectures=x32\nSystemCallArchitectures=\n"
			   "SystemCallArchitectures=native arm64",
			   false, &some, NULL, NULL),
		     0);
	cr_expect(some.arches[ARCH_X86_64] && some.arches[ARCH_AARCH64]);
	cr_expect_not(some.arches[ARCH_X86] || some.arches[ARCH_X32]);
}

static struct outcome of_family(const struct profile *profile, uint64_t family)
{
	const uint64_t args[6] = {family};
	const struct syscall call = {ARCH_X86_64, 41, 0};

	return evaluate(profile, &call, args).outcome;
}

Test(systemd, families)
{
	static const struct {
		const char *lines;
		uint64_t through, not_through;
	} rows[] = {
		{"SystemCallFilter=socket\nRestrictAddressFamilies=AF_UNIX AF_INET", 1, 10},
		{"SystemCallFilter=socket\nRestrictAddressFamilies=AF_UNIX AF_INET", 2, 1000},
		{"SystemCallFilter=socket\nRestrictAddressFamilies=~AF_ALG AF_VSOCK", 39, 38},
		{"SystemCallFilter=socket\nRestrictAddressFamilies=~AF_ALG AF_VSOCK", 1000, 40},
		{"RestrictAddressFamilies=AF_INET", 2, 1},
		{"RestrictAddressFamilies=AF_INET", 2, 1000},
		{"RestrictAddressFamilies=~AF_INET", 1000, 2},
		{"RestrictAddressFamilies=~AF_UNSPEC", 1, 0},
		{"RestrictAddressFamilies=AF_INET\nRestrictAddressFamilies=~AF_INET AF_UNIX\nRestrictAddressFamilies=AF_ALG",
		 38, 2},
		{"SystemCallLog=socket\nRestrictAddressFamilies=AF_LOCAL", 1, 2},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct findings own_findings warnings = {0};
		struct profile own_profile profile = {0};

		cr_assert_eq(parse(rows[i].lines, false, &profile, &warnings, NULL), 0);
		cr_expect(outcome_allows(of_family(&profile, rows[i].through)), "%s: %zu",
			  rows[i].lines, (size_t)rows[i].through);
		cr_expect_not(outcome_allows(of_family(&profile, rows[i].not_through)), "%s: %zu",
			      rows[i].lines, (size_t)rows[i].not_through);
	}
}

static void round_trip(const struct profile *profile, int number)
{
	struct buf own_buf unit = BUF_INIT, own_buf warnings = BUF_INIT, own_buf again = BUF_INIT;
	const struct parse_options options = {.arch = ARCH_X86_64};
	const struct emit_options emit = {.warnings = &warnings};
	struct differences own_differences differences = {0};
	struct profile own_profile read = {0};
	struct err err = {0};

	cr_assert_eq(emit_systemd(profile, &emit, &unit, &err), 0, "%d: %s", number, err.text);
	cr_assert_eq(parse_systemd("u", unit.data, unit.len, &options, &read, &err), 0,
		     "%d: %s\n%s", number, err.text, unit.data);
	cr_assert_eq(profile_diff(profile, &read, &differences, &err), 0, "%s", err.text);
	cr_assert(differences_none(&differences), "%d: %s: otherwise\n%s", number,
		  differences.len ? differences.list[0].name : "architectures", unit.data);
	cr_assert_eq(emit_systemd(&read, &emit, &again, &err), 0);
	cr_assert_str_eq(again.data, unit.data);
}

/* As recordings have it: under masks of 32 bits, two that differ in one bit in one rule. What refuses under them is another thing in 64. */
Test(systemd, recorded_families)
{
	static const uint64_t wanted = 1ULL << 1 | 1ULL << 2 | 1ULL << 10;
	static const struct condition conditions[] = {
		{0, COMPARE_MASKED_EQ, UINT32_MAX, 1},
		{0, COMPARE_MASKED_EQ, UINT32_MAX & ~8U, 2},
	};

	for (int refuses = 0; refuses < 2; refuses++) {
		struct profile own_profile profile = {.default_action = ACTION_ALLOW};
		struct outcome through, refused;
		struct families families;

		if (!refuses) {
			profile.default_action = ACTION_ERRNO;
			profile.default_errno = EPERM;
		}
		for (size_t i = 0; i < ARRAY_LEN(conditions); i++) {
			struct rule *rule = profile_add_rule(&profile,
							     refuses ? ACTION_ERRNO : ACTION_ALLOW,
							     refuses ? EPERM : 0);

			cr_assert_not_null(rule);
			cr_assert_eq(names_add(&rule->names, "socket"), 0);
			cr_assert_eq(rule_add_condition(rule, &conditions[i]), 0);
		}
		cr_assert_eq(families_of(&profile, &families, &through, &refused), !refuses);
		if (refuses)
			continue;
		cr_expect_not(families.all_but);
		cr_expect_eq(families.bits, wanted);
		cr_expect(outcome_allows(through));
		cr_expect_eq(refused.action, ACTION_ERRNO);
	}
}

Test(systemd, no_errno_0_by_default)
{
	const struct profile profile = {.default_action = ACTION_ERRNO};
	struct buf own_buf unit = BUF_INIT;
	struct err err = {0};

	cr_expect_eq(emit_systemd(&profile, &(struct emit_options){0}, &unit, &err), -EOPNOTSUPP);
	cr_expect(strstr(err.text, "no errno 0"));
}

/* Lists of all kinds, errnos of single calls, logs and families. */
Test(systemd, round_trip, .timeout = 60)
{
	static const struct outcome outcomes[] = {
		{ACTION_ALLOW, 0},        {ACTION_LOG, 0},        {ACTION_ERRNO, EPERM},
		{ACTION_ERRNO, 0},        {ACTION_ERRNO, ENOSYS}, {ACTION_ERRNO, 4000},
		{ACTION_KILL_PROCESS, 0},
	};

	random_state = 88172645463325252;
	for (int i = 0; i < 500; i++) {
		struct profile own_profile profile = {0};
		struct outcome rest = outcomes[any(ARRAY_LEN(outcomes))];

		/* which it takes for single calls alone */
		if (rest.action == ACTION_ERRNO && !rest.errno_value)
			rest.errno_value = EACCES;
		profile.default_action = rest.action;
		profile.default_errno = rest.errno_value;
		profile.arches[ARCH_X86_64] = true;
		profile.arches[ARCH_ARM] = any(2);
		for (uint32_t r = any(6); r; r--) {
			struct outcome o = outcomes[any(ARRAY_LEN(outcomes))];
			struct rule *rule = profile_add_rule(&profile, o.action, o.errno_value);

			for (uint32_t n = 1 + any(4); n; n--)
				cr_assert_eq(names_add(&rule->names,
						       harmless[any(ARRAY_LEN(harmless))]),
					     0);
		}
		if (any(2)) {
			struct families families = {any(2), 0};

			for (uint32_t n = 1 + any(3); n; n--)
				families.bits |= 1ULL << any(FAMILIES_END);
			cr_assert_eq(outcome_allows(rest) ?
					     families_add(&profile, &families, ACTION_ERRNO,
							  EAFNOSUPPORT) :
					     families_add(&profile, &families, ACTION_ALLOW, 0),
				     0);
		}
		round_trip(&profile, i);
	}
}

Test(systemd, what_it_cannot_say)
{
	static const struct {
		enum action rest, action;
		bool condition;
		const char *words;
	} rows[] = {
		{ACTION_ERRNO, ACTION_ALLOW, true, "rule 1 (read): systemd has no conditions"},
		{ACTION_ERRNO, ACTION_TRAP, false, "rule 1 (read): systemd has no such action"},
		{ACTION_ERRNO, ACTION_KILL_THREAD, false, "systemd has no such action"},
		{ACTION_TRAP, ACTION_ALLOW, false,
		 "the default action: systemd has no SCMP_ACT_TRAP"},
		{ACTION_KILL_THREAD, ACTION_ALLOW, false, "it kills the process"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct condition condition = {.compare = COMPARE_EQ};
		struct profile own_profile profile = {.default_action = rows[i].rest,
						      .default_errno = EPERM};
		struct buf own_buf unit = BUF_INIT, own_buf warnings = BUF_INIT;
		const struct emit_options emit = {.warnings = &warnings};
		struct rule *rule = profile_add_rule(&profile, rows[i].action, 0);
		struct err err = {0};

		cr_assert_eq(names_add(&rule->names, "read"), 0);
		if (rows[i].condition)
			cr_assert_eq(rule_add_condition(rule, &condition), 0);
		cr_expect_eq(emit_systemd(&profile, &emit, &unit, &err), -EOPNOTSUPP);
		cr_expect(strstr(err.text, rows[i].words), "%s", err.text);
	}
}

/* A list that is empty would log nothing, in systemd's eyes and in ours. */
Test(systemd, logs_everything)
{
	struct profile own_profile profile = {.default_action = ACTION_LOG}, own_profile read = {0};
	struct buf own_buf unit = BUF_INIT, own_buf warnings = BUF_INIT;
	const struct parse_options options = {.arch = ARCH_X86_64};
	const struct emit_options emit = {.warnings = &warnings};
	const char *list;

	profile.arches[ARCH_X86_64] = true;
	cr_assert_eq(emit_systemd(&profile, &emit, &unit, NULL), 0);
	list = strstr(buf__text(&unit), "\nSystemCallLog=~"); /* behind the empty one, without ~ */
	cr_assert(list && list[strlen("\nSystemCallLog=~")] >= 'a', "%s", buf__text(&unit));
	cr_assert_eq(parse_systemd("u", unit.data, unit.len, &options, &read, NULL), 0);
	cr_expect_eq(read.default_action, ACTION_LOG);
	cr_expect_eq(read.rules_len, 0);
}

/* systemd adds a drop-in's assignments to the unit's, whose first one says whether a list allows or refuses. */
Test(systemd, counts_beside_what_the_unit_says)
{
	static const char *const units[] = {
		"SystemCallFilter=~mount\nSystemCallLog=mount\nRestrictAddressFamilies=~AF_ALG\n",
		"SystemCallFilter=mount\nSystemCallLog=~mount\nRestrictAddressFamilies=AF_ALG\n",
		"SystemCallFilter=\nSystemCallLog=\nRestrictAddressFamilies=none\n",
	};
	static const struct families families = {.bits = 1ULL << 1};
	const struct parse_options options = {.arch = ARCH_X86_64};

	for (size_t i = 0; i < 2 * ARRAY_LEN(units); i++) {
		bool opens = i % 2;
		struct profile own_profile profile = {.default_action = opens ? ACTION_ALLOW :
										ACTION_ERRNO,
						      .default_errno = opens ? 0 : EPERM};
		struct profile own_profile read = {0};
		struct buf own_buf dropin = BUF_INIT, own_buf warnings = BUF_INIT,
				   own_buf all = BUF_INIT;
		const struct emit_options emit = {.warnings = &warnings};
		struct differences own_differences differences = {0};
		struct rule *logged = profile_add_rule(&profile, ACTION_LOG, 0);

		cr_assert(logged && !names_add(&logged->names, "getppid"));
		if (opens)
			cr_assert_eq(names_add(&profile_add_rule(&profile, ACTION_ERRNO, EPERM)
							->names,
					       "getuid"),
				     0);
		cr_assert_eq(families_add(&profile, &families, opens ? ACTION_ERRNO : ACTION_ALLOW,
					  opens ? EAFNOSUPPORT : 0),
			     0);
		profile.arches[ARCH_X86_64] = true;
		cr_assert_eq(emit_systemd(&profile, &emit, &dropin, NULL), 0);
		buf__addf(&all, "[Service]\nSystemCallArchitectures=arm64\n%s%s", units[i / 2],
			  buf__text(&dropin));
		cr_assert_eq(parse_systemd("u", all.data, all.len, &options, &read, NULL), 0);
		cr_assert_eq(profile_diff(&profile, &read, &differences, NULL), 0);
		cr_expect(differences_none(&differences), "%s", all.data);
	}
}

/* seccomp_restrict_address_families() of systemd leaves these architectures out. */
Test(systemd, families_are_ignored)
{
	static const struct {
		enum arch arch;
		bool ignored;
	} rows[] = {
		{ARCH_X86_64, false},      {ARCH_X32, false},     {ARCH_AARCH64, false},
		{ARCH_ARM, false},         {ARCH_RISCV64, false}, {ARCH_MIPS64, false},
		{ARCH_MIPSEL64N32, false}, {ARCH_X86, true},      {ARCH_S390, true},
		{ARCH_S390X, true},        {ARCH_MIPS, true},     {ARCH_MIPSEL, true},
		{ARCH_PPC, true},          {ARCH_PPC64LE, true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct families local = {false, 1 << 1};
		struct profile own_profile profile = {.default_action = ACTION_ERRNO,
						      .default_errno = EPERM};
		struct profile own_profile read = {0};
		struct buf own_buf unit = BUF_INIT, own_buf warnings = BUF_INIT,
				   own_buf lossy_unit = BUF_INIT;
		struct findings own_findings said = {0};
		const struct parse_options options = {.arch = ARCH_X86_64, .warnings = &said};
		const struct emit_options strict = {.warnings = &warnings};
		const struct emit_options lossy = {.lossy = true, .warnings = &warnings};
		const char *token = arch_token(rows[i].arch);
		struct err err = {0};

		profile.arches[ARCH_X86_64] = profile.arches[rows[i].arch] = true;
		cr_assert_eq(families_add(&profile, &local, ACTION_ALLOW, 0), 0);
		cr_expect_eq(emit_systemd(&profile, &strict, &unit, &err),
			     rows[i].ignored ? -EOPNOTSUPP : 0, "%s", token);
		cr_expect(!rows[i].ignored || strstr(err.text, token), "%s", err.text);
		cr_assert_eq(emit_systemd(&profile, &lossy, &lossy_unit, &err), 0, "%s", token);
		cr_expect_eq(warnings.len > 0, rows[i].ignored, "%s: %s", token,
			     buf__text(&warnings));
		cr_assert_eq(parse_systemd("u", lossy_unit.data, lossy_unit.len, &options, &read,
					   &err),
			     0);
		cr_expect_eq(has_warning(&said, 0, 0, "RestrictAddressFamilies= does nothing"),
			     rows[i].ignored, "%s", token);
	}
}

/* It is refused either way, and no errno makes it look as if it had been done. */
Test(systemd, other_actions_refuse)
{
	static const struct {
		enum action action;
		const char *words;
		struct outcome want;
	} actions[] = {
		{ACTION_TRAP, "rule 1 (mount) kills the process", {ACTION_KILL_PROCESS, 0}},
		{ACTION_KILL_THREAD, "rule 1 (mount) kills the process", {ACTION_KILL_PROCESS, 0}},
		{ACTION_TRACE, "rule 1 (mount) answers ENOSYS", {ACTION_ERRNO, ENOSYS}},
		{ACTION_NOTIFY, "rule 1 (mount) answers ENOSYS", {ACTION_ERRNO, ENOSYS}},
	};
	static const enum action defaults[] = {ACTION_ALLOW, ACTION_ERRNO, ACTION_KILL_PROCESS};

	for (size_t i = 0; i < ARRAY_LEN(actions) * ARRAY_LEN(defaults) * 2; i++) {
		struct profile own_profile profile = {.default_action =
							      defaults[i / 2 % ARRAY_LEN(defaults)],
						      .default_errno = EPERM};
		struct buf own_buf unit = BUF_INIT, own_buf warnings = BUF_INIT;
		const struct parse_options options = {.arch = ARCH_X86_64};
		const struct emit_options emit = {.lossy = true, .warnings = &warnings};
		struct profile own_profile read = {0};
		const size_t row = i / 2 / ARRAY_LEN(defaults);
		struct rule *rule = profile_add_rule(&profile, actions[row].action, 0);

		profile.arches[ARCH_X86_64] = true;
		cr_assert(rule && !names_add(&rule->names, "mount"));
		/* one that comes later changes nothing */
		rule = i % 2 ? profile_add_rule(&profile, ACTION_ALLOW, 0) : NULL;
		cr_assert(!rule || !names_add(&rule->names, "mount"));
		cr_assert_eq(emit_systemd(&profile, &emit, &unit, NULL), 0);
		cr_expect(strstr(buf__text(&warnings), actions[row].words));
		cr_assert_eq(parse_systemd("u", unit.data, unit.len, &options, &read, NULL), 0);
		cr_expect(outcome_equal(outcome_of(&read, "mount"), actions[row].want), "%s",
			  buf__text(&unit));
	}
}

/* In any case, as systemd's parse_boolean() has it. */
Test(systemd, booleans)
{
	static const struct {
		const char *line;
		bool warned;
	} rows[] = {{"ProtectClock=No", false},      {"ProtectHostname=FALSE", false},
		    {"PrivateDevices=oFF", false},   {"RestrictRealtime=0", false},
		    {"ProtectKernelLogs=Yes", true}, {"MemoryDenyWriteExecute=TRUE", true}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct findings own_findings warnings = {0};
		struct profile own_profile profile = {0};
		struct buf own_buf text = BUF_INIT;

		buf__addf(&text, "SystemCallFilter=read\n%s", rows[i].line);
		cr_assert_eq(parse(text.data, false, &profile, &warnings, NULL), 0);
		cr_expect_eq(has_warning(&warnings, 0, 0, "refuses more"), rows[i].warned, "%s",
			     rows[i].line);
	}
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/derive.h"
#include "calls.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#define EPERM_VALUE  1
#define ENOSYS_VALUE 38

static struct profile derive(const struct syscall *calls, size_t len, bool no_enosys,
			     struct derived *derived)
{
	struct syscall_set set = set_of(calls, len);
	struct derive_options options = {.no_enosys = no_enosys};
	struct profile profile = {0};
	struct err err = {0};

	cr_assert_eq(derive_profile(&set, &options, &profile, derived, &err), 0, "%s", err.text);
	cr_expect_eq(profile.default_action, ACTION_ERRNO);
	cr_expect_eq(profile.default_errno, EPERM_VALUE);
	return profile;
}

/* Allowed whatever the arguments are? */
static bool allows(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->rules_len; i++)
		if (profile->rules[i].action == ACTION_ALLOW && !profile->rules[i].conditions_len &&
		    names_has(&profile->rules[i].names, name))
			return true;
	return false;
}

static bool answers_enosys(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->rules_len; i++)
		if (profile->rules[i].action == ACTION_ERRNO &&
		    profile->rules[i].errno_value == ENOSYS_VALUE &&
		    names_has(&profile->rules[i].names, name))
			return true;
	return false;
}

static bool mentions(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->rules_len; i++)
		if (names_has(&profile->rules[i].names, name))
			return true;
	return false;
}

/* Names that are allowed bare, and rules that allow a subcall. */
static size_t allowed(const struct profile *profile)
{
	size_t n = 0;

	for (size_t i = 0; i < profile->rules_len; i++)
		if (profile->rules[i].action == ACTION_ALLOW)
			n += profile->rules[i].names.len;
	return n;
}

/* What every profile is, whatever it was made of. */
static void expect_sound(const struct profile *profile)
{
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		cr_expect_gt(rule->names.len, 0, "rule %zu says nothing", i);
		for (size_t n = 0; n < rule->names.len; n++) {
			const char *name = rule->names.list[n];

			cr_expect(n == 0 || strcmp(rule->names.list[n - 1], name) < 0,
				  "%s is out of order", name);
			cr_expect(rule->action == ACTION_ALLOW || !allows(profile, name),
				  "%s is allowed and is not", name);
			if (!strcmp(name, "socketcall") || !strcmp(name, "ipc")) {
				cr_assert_eq(rule->conditions_len, 1, "%s is allowed bare", name);
				cr_expect_eq(rule->conditions[0].index, 0);
			}
		}
		if (rule->action != ACTION_ALLOW)
			cr_expect_eq(rule->errno_value, ENOSYS_VALUE);
	}
}

Test(derive, nothing_needed)
{
	struct syscall_set set = {0};
	struct derive_options options = {0};
	struct profile profile = {.default_errno = 77};
	struct derived derived = {.called = 77};
	struct err err = {0};

	cr_expect_eq(derive_profile(&set, &options, &profile, &derived, &err), -EINVAL);
	cr_expect_eq(err.code, -EINVAL);
	cr_expect_eq(profile.default_errno, 77, "the result was touched");
	cr_expect_null(profile.rules);
	cr_expect_eq(derived.called, 77);
}

/* For each set of calls: names that must be allowed, that must answer ENOSYS, that must not be there at all. */
static const struct {
	const char *name;
	const struct syscall *calls;
	size_t len;
	const char *const allowed[40];
	const char *const enosys[10];
	const char *const absent[20];
} rows[] = {
	{"ls",
	 CALLS(CALLS_OF_LS),
	 {"read", "write", "close", "fstat", "mmap", "mprotect", "munmap", "brk", "ioctl",
	  "pread64", "access", "execve", "statfs", "arch_prctl", "getdents64", "set_tid_address",
	  "exit_group", "openat", "newfstatat", "set_robust_list", "prlimit64", "getrandom",
	  "statx", "rseq",
	  /* always */
	  "exit", "restart_syscall", "rt_sigreturn",
	  /* vDSO */
	  "clock_gettime", "clock_getres", "gettimeofday", "time", "getcpu"},
	 {"clone3", "faccessat2", "openat2", "close_range", "memfd_create", "pidfd_open",
	  "membarrier"},
	 {"sigreturn", "clock_gettime64", "clock_getres_time64", "futex_time64", "ppoll_time64",
	  "socketcall", "ipc", "fork", "ptrace", "mmap2"}},
	{"one call",
	 CALLS({ARCH_X86_64, 39, 0}),
	 {"getpid", "execve", "exit", "exit_group", "restart_syscall", "rt_sigreturn",
	  "clock_gettime", "clock_getres", "gettimeofday", "time", "getcpu"},
	 {"clone3", "statx", "getrandom", "rseq", "faccessat2", "openat2", "copy_file_range"},
	 {"read", "sigreturn", "clock_gettime64", "futex_time64"}},
	{"a probe that was called",
	 CALLS({ARCH_X86_64, 435, 0}, {ARCH_X86_64, 439, 0}),
	 {"clone3", "faccessat2"},
	 {"openat2", "statx"},
	 {"read"}},
	{"x86-64 and i386",
	 CALLS(CALLS_OF_LS, CALLS_OF_I386),
	 {"read", "mmap", "mmap2", "accept4", "sigreturn", "clock_gettime64", "clock_getres_time64",
	  "rt_sigreturn", "clock_gettime", "time"},
	 {"clone3", "futex_time64", "ppoll_time64", "pselect6_time64", "utimensat_time64",
	  "clock_nanosleep_time64"},
	 {"socket", "bind", "sendmsg", "shmat", "shmget", "connect"}},
	{"i386 alone",
	 CALLS({ARCH_X86, 20, 0}),
	 {"getpid", "sigreturn", "rt_sigreturn", "clock_gettime64", "time", "gettimeofday",
	  "execve"},
	 {"clone3", "futex_time64", "statx"},
	 {"socketcall", "ipc", "arch_prctl"}},
	{"x32",
	 CALLS(CALLS_OF_X32),
	 {"read", "rt_sigaction", "execve", "openat", "rt_sigreturn", "time", "clock_gettime"},
	 {"clone3"},
	 {"sigreturn", "clock_gettime64", "futex_time64", "mmap"}},
	{"aarch64 and arm",
	 CALLS(CALLS_OF_ARM),
	 {"read", "openat", "mmap2", "cacheflush", "set_tls", "clock_gettime64", "sigreturn",
	  "clock_getres_time64", "gettimeofday"},
	 {"clone3", "futex_time64"},
	 {"time", "open", "arch_prctl", "socketcall"}},
	{"aarch64 alone",
	 CALLS({ARCH_AARCH64, 172, 0}),
	 {"getpid", "execve", "exit", "exit_group", "restart_syscall", "rt_sigreturn",
	  "clock_gettime", "clock_getres", "gettimeofday", "getcpu"},
	 {"clone3", "faccessat2"},
	 {"time", "sigreturn", "clock_gettime64", "futex_time64"}},
};

Test(derive, rules)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct derived derived = {0};
		struct profile own_profile profile =
			derive(rows[i].calls, rows[i].len, false, &derived);

		expect_sound(&profile);
		for (const char *const *name = rows[i].allowed; *name; name++)
			cr_expect(allows(&profile, *name), "%s: %s is not allowed", rows[i].name,
				  *name);
		for (const char *const *name = rows[i].enosys; *name; name++)
			cr_expect(answers_enosys(&profile, *name), "%s: %s does not answer ENOSYS",
				  rows[i].name, *name);
		for (const char *const *name = rows[i].absent; *name; name++)
			cr_expect_not(mentions(&profile, *name), "%s: %s", rows[i].name, *name);
		cr_expect_eq(derived.called + derived.always + derived.vdso, allowed(&profile),
			     "%s: counts", rows[i].name);
	}
}

/* ls called 24, of the others that every program needs 3 more exist, and 5 of the vDSO's. */
Test(derive, counts)
{
	struct derived derived = {0};
	struct profile own_profile profile = derive(CALLS(CALLS_OF_LS), false, &derived);

	cr_expect_eq(derived.called, 24);
	cr_expect_eq(derived.always, 3);
	cr_expect_eq(derived.vdso, 5);
	cr_assert_eq(profile.rules_len, 2);
	cr_expect_eq(derived.enosys, profile.rules[1].names.len);
	cr_expect_eq(profile.rules[0].names.len, 32);
}

Test(derive, no_enosys)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct derived derived = {0};
		struct profile own_profile with = derive(rows[i].calls, rows[i].len, false, NULL);
		struct profile own_profile without =
			derive(rows[i].calls, rows[i].len, true, &derived);

		expect_sound(&without);
		cr_expect_eq(derived.enosys, 0);
		cr_expect_eq(without.rules_len, with.rules_len - 1, "%s", rows[i].name);
		cr_expect_eq(allowed(&without), allowed(&with), "%s", rows[i].name);
		for (size_t r = 0; r < without.rules_len; r++)
			cr_expect_eq(without.rules[r].action, ACTION_ALLOW);
	}
}

Test(derive, architectures_are_those_seen)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct profile own_profile profile =
			derive(rows[i].calls, rows[i].len, false, NULL);

		for (enum arch a = ARCH_INVALID; a < ARCH_COUNT; a++) {
			bool seen = false;

			for (size_t k = 0; k < rows[i].len; k++)
				seen |= rows[i].calls[k].arch == a;
			cr_expect_eq(profile.arches[a], seen, "%s: %s", rows[i].name,
				     arch_token(a));
		}
	}
}

/* Each subcall that was seen has a rule, no other has. */
Test(derive, subcalls_are_argument_rules)
{
	struct profile own_profile profile = derive(CALLS(CALLS_OF_LS, CALLS_OF_I386), false, NULL);
	static const struct {
		const char *name;
		uint64_t value;
	} want[] = {{"socketcall", 1},
		    {"socketcall", 2},
		    {"socketcall", 16},
		    {"ipc", 21},
		    {"ipc", 23}};
	size_t n = 0;

	for (size_t i = 0; i < profile.rules_len; i++) {
		const struct rule *rule = &profile.rules[i];

		if (!rule->conditions_len)
			continue;
		cr_assert_lt(n, ARRAY_LEN(want));
		cr_expect_eq(rule->action, ACTION_ALLOW);
		cr_expect_eq(rule->names.len, 1);
		cr_expect_str_eq(rule->names.list[0], want[n].name);
		cr_expect_eq(rule->conditions_len, 1);
		cr_expect_eq(rule->conditions[0].index, 0);
		/* ipc's argument has the version of the call's layout in its upper half */
		if (!strcmp(want[n].name, "ipc")) {
			cr_expect_eq(rule->conditions[0].compare, COMPARE_MASKED_EQ);
			cr_expect_eq(rule->conditions[0].value, 0xffff);
			cr_expect_eq(rule->conditions[0].value_two, want[n].value);
		} else {
			cr_expect_eq(rule->conditions[0].compare, COMPARE_EQ);
			cr_expect_eq(rule->conditions[0].value, want[n].value);
		}
		n++;
	}
	cr_expect_eq(n, ARRAY_LEN(want));
}

/* A number without a name brings its architecture, and nothing else. */
Test(derive, unnamed_numbers_bring_no_rule)
{
	struct derived derived = {0};
	struct profile own_profile profile = derive(CALLS({ARCH_X86_64, 1000, 0}), false, &derived);

	cr_expect_eq(derived.called, 0);
	cr_expect(profile.arches[ARCH_X86_64]);
	cr_expect(allows(&profile, "execve"));
	expect_sound(&profile);
}

/* What the tables add is allowed, told by name, and no longer answers ENOSYS; what was there already is not told. */
Test(derive, tables_add)
{
	struct derive_options options = {
		.startup = true,
		.baseline = {.runtimes = RUNTIME_RUNC, .arches = ARCH_BIT(ARCH_X86_64)},
	};
	struct syscall_set set = set_of(CALLS({ARCH_X86_64, 59, 0}, {ARCH_X86_64, 126, 0}));
	struct profile own_profile profile = {0};
	struct derived derived = {0};

	cr_assert_eq(derive_profile(&set, &options, &profile, &derived, NULL), 0);
	expect_sound(&profile);
	cr_expect(allows(&profile, "openat2") && allows(&profile, "setgid"));
	cr_expect(allows(&profile, "arch_prctl") && allows(&profile, "brk"));
	cr_expect_not(mentions(&profile, "fsopen"), "an error is enough");
	cr_expect_gt(derived.runtime.len, 20);
	cr_expect_gt(derived.startup.len, 15);
	cr_expect_eq(derived.called + derived.always + derived.vdso + derived.runtime.len +
			     derived.startup.len,
		     allowed(&profile));
	for (size_t i = 0; i < derived.runtime.len; i++) {
		cr_expect(allows(&profile, derived.runtime.names[i]));
		cr_expect_str_neq(derived.runtime.names[i], "execve");
		cr_expect_str_neq(derived.runtime.names[i], "capset");
		cr_expect_str_neq(derived.runtime.names[i], "openat", "startup has it");
	}
}

/* The runtime's architecture is not always one of the workload's. */
Test(derive, baseline_brings_its_architecture)
{
	struct derive_options options = {
		.baseline = {.runtimes = RUNTIME_CRUN, .arches = ARCH_BIT(ARCH_X86_64)},
	};
	struct syscall_set set = set_of(CALLS({ARCH_X86, 20, 0}));
	struct profile own_profile profile = {0};
	struct profile own_profile none = {0};

	cr_assert_eq(derive_profile(&set, &options, &profile, NULL, NULL), 0);
	cr_expect(profile.arches[ARCH_X86] && profile.arches[ARCH_X86_64]);
	cr_expect(allows(&profile, "setresgid"));
	cr_expect_not(mentions(&profile, "setresgid32"));
	options.baseline.runtimes = RUNTIME_NONE;
	cr_assert_eq(derive_profile(&set, &options, &none, NULL, NULL), 0);
	cr_expect_not(none.arches[ARCH_X86_64]);
}

/* Sets at random, of all architectures that are recorded: all that was called is allowed, and all is sound. */
Test(derive, random_sets)
{
	srandom(7);
	for (int round = 0; round < 200; round++) {
		struct syscall_set set = {0};
		struct profile own_profile profile = {0};
		struct derive_options options = {.no_enosys = round & 1};
		struct syscall call = {0};

		for (int k = random() % 300; k >= 0; k--) {
			call.arch = 1 + random() % ARCH_ARM;
			call.nr = random() % 480;
			call.sub = random() % 26;
			cr_assert(syscall_set__add(&set, &call));
		}
		cr_assert_eq(derive_profile(&set, &options, &profile, NULL, NULL), 0);
		expect_sound(&profile);
		call = (struct syscall){0};
		while (syscall_set__next(&set, &call)) {
			char name[SYSCALL_NAME_LEN];

			cr_expect(profile.arches[call.arch]);
			if (syscall_name(&call, name) && !syscall_is_multiplexer(&call))
				cr_expect(allows(&profile, name), "%s", name);
		}
	}
}

#define TUPLES_OF_A_CALL 180
#define SECONDS_MAX      20 /* of the CPU; two or three are usual */

/* Calls with numbers from 0 on, the arguments of each held to many values that have nothing in common. */
static void hold_to_much(struct constraints *constraints, struct syscall_set *needed, size_t calls,
			 unsigned int args)
{
	constraints->list = calloc(calls, sizeof(*constraints->list));
	cr_assert_not_null(constraints->list);
	for (size_t i = 0; i < calls; i++) {
		struct constraint *constraint = &constraints->list[constraints->len++];

		constraint->call = (struct syscall){ARCH_X86_64, i, 0};
		cr_assert(syscall_set__add(needed, &constraint->call));
		cr_assert(syscall_name(&constraint->call, constraint->name));
		for (size_t k = 0; k < TUPLES_OF_A_CALL; k++) {
			struct term term = {0};

			for (unsigned int a = 0; a < args; a++)
				term.conditions[a] =
					(struct condition){a, COMPARE_EQ,
							   (uint64_t)random() << 32 | random(), 0};
			cr_assert_eq(region_add_term(&constraint->region, &term), 0);
		}
	}
}

/* What needs a larger filter than there is takes seconds to find out, not minutes, and as much is held as fits. */
Test(derive, too_many_values)
{
	static const struct {
		size_t calls;
		unsigned int args;
		size_t held;
	} sizes[] = {{3, 3, 1}, {5, 3, 1}, {20, 2, 2}, {55, 6, 0}, {55, 1, 5}};
	struct rlimit limit = {SECONDS_MAX, SECONDS_MAX};

	srandom(11);
	setrlimit(RLIMIT_CPU, &limit);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct constraints own_constraints constraints = {0};
		struct derive_options options = {.constraints = &constraints};
		struct syscall_set needed = {0};
		struct profile own_profile profile = {0};
		size_t held = 0;

		hold_to_much(&constraints, &needed, sizes[i].calls, sizes[i].args);
		cr_assert_eq(derive_profile(&needed, &options, &profile, NULL, NULL), 0);
		for (size_t k = 0; k < constraints.len; k++) {
			held += !constraints.list[k].open;
			cr_expect(!constraints.list[k].open ||
				  constraints.list[k].open == OPEN_SIZE ||
				  constraints.list[k].open == OPEN_TABLE);
		}
		cr_expect_eq(held, sizes[i].held, "row %zu: %zu", i, held);
	}
}

/* One constraint: the call's first argument is 3. */
static void hold(struct constraints *constraints, const struct syscall *call)
{
	struct term term = {.conditions = {{0, COMPARE_EQ, 3, 0}}};
	struct constraint *constraint = &constraints->list[constraints->len++];

	constraint->call = *call;
	cr_assert(syscall_name(call, constraint->name));
	cr_assert_eq(region_add_term(&constraint->region, &term), 0);
}

/* What a table needs is not held to what the workload did with it, and what is held does not answer ENOSYS for other arguments. */
Test(derive, held)
{
	const struct syscall ioctl = {ARCH_X86_64, 16, 0}, openat = {ARCH_X86_64, 257, 0};
	const struct syscall statx = {ARCH_X86_64, 332, 0};
	struct syscall_set needed =
		set_of(CALLS({ARCH_X86_64, 16, 0}, {ARCH_X86_64, 257, 0}, {ARCH_X86_64, 332, 0}));
	struct constraints own_constraints constraints = {0};
	struct derive_options options = {.startup = true, .constraints = &constraints};
	struct profile own_profile profile = {0};

	constraints.list = calloc(3, sizeof(*constraints.list));
	hold(&constraints, &ioctl);
	hold(&constraints, &openat);
	hold(&constraints, &statx);
	cr_assert_eq(derive_profile(&needed, &options, &profile, NULL, NULL), 0);
	expect_sound(&profile);
	cr_expect_eq(constraints.list[0].open, OPEN_NOT);
	cr_expect_not(allows(&profile, "ioctl"));
	cr_expect(mentions(&profile, "ioctl"));
	cr_expect_eq(constraints.list[1].open, OPEN_TABLE);
	cr_expect(allows(&profile, "openat"));
	cr_expect_eq(constraints.list[2].open, OPEN_NOT);
	cr_expect(mentions(&profile, "statx"));
	cr_expect_not(answers_enosys(&profile, "statx"));
	cr_expect(answers_enosys(&profile, "clone3"), "which is held to nothing");
}

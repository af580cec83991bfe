// SPDX-License-Identifier: BSD-2-Clause
#include "profile/derive.h"
#include "profile/compile.h"
#include "profile/evaluate.h"
#include "profile/filter_size.h"

#include <errno.h>
#include <string.h>

/*
 * Needed whether a recording saw them or not: a container starts by execve; a program that cannot exit loops for ever;
 * restart_syscall comes when a stopped sleep goes on, rt_sigreturn when a signal handler returns.
 */
static const char *const always[] = {
	"execve", "exit", "exit_group", "restart_syscall", "rt_sigreturn", "sigreturn",
};

/*
 * What libc asks the vDSO for. Here they may never enter the kernel; where the clock source is not usable from
 * user space (virtual machines, migrated hosts) they do.
 */
static const char *const vdso[] = {
	"clock_getres", "clock_getres_time64", "clock_gettime", "clock_gettime64",
	"getcpu",       "gettimeofday",        "time",
};

/*
 * Calls that libraries try first and replace when they fail with ENOSYS, and only then: EPERM from clone3 is the end of
 * pthread_create. Kernel version that brought them, and what takes their place.
 */
static const char *const probes[] = {
	"clock_nanosleep_time64", /* 5.1, 32-bit: clock_nanosleep */
	"clone3",                 /* 5.3: clone */
	"close_range",            /* 5.9: /proc/self/fd, close */
	"copy_file_range",        /* 4.5: read and write */
	"epoll_pwait2",           /* 5.11: epoll_pwait */
	"faccessat2",             /* 5.8: faccessat */
	"fchmodat2",              /* 6.6: fchmodat */
	"futex_time64",           /* 5.1, 32-bit: futex */
	"futex_waitv",            /* 5.16: futex */
	"getrandom",              /* 3.17: /dev/urandom */
	"io_uring_setup",         /* 5.1: epoll */
	"membarrier",             /* 4.3: signals */
	"memfd_create",           /* 3.17: a temporary file */
	"openat2",                /* 5.6: openat */
	"pidfd_open",             /* 5.3: kill, waitpid */
	"pidfd_send_signal",      /* 5.1: kill */
	"ppoll_time64",           /* 5.1, 32-bit: ppoll */
	"preadv2",                /* 4.6: preadv */
	"pselect6_time64",        /* 5.1, 32-bit: pselect6 */
	"pwritev2",               /* 4.6: pwritev */
	"rseq",                   /* 4.18: getcpu */
	"statx",                  /* 4.11: newfstatat */
	"utimensat_time64",       /* 5.1, 32-bit: utimensat */
};

/* The kernel takes 4096 instructions. */
#define INSTRUCTIONS_MAX 4000
#define RULES_MAX        1000 /* of what arguments are held to */

#define ERRNO_EPERM  1
#define ERRNO_ENOSYS 38

/* Does one of the profile's architectures have such a call? */
static bool exists(const struct profile *profile, const char *name)
{
	int64_t nr;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (profile->arches[a] && syscall_resolve(a, name, &nr))
			return true;
	return false;
}

/* Adds those of `names` that exist and that the first rule does not have already; counts them. */
static int add_names(struct profile *profile, size_t rule, const char *const *names, size_t len,
		     size_t *added)
{
	for (size_t i = 0; i < len; i++) {
		if (!exists(profile, names[i]) || names_has(&profile->rules[0].names, names[i]))
			continue;
		if (names_add(&profile->rules[rule].names, names[i]))
			return -ENOMEM;
		++*added;
	}
	return 0;
}

/*
 * i386 subcalls, a rule each: to allow socketcall bare would allow them all. Runtimes hand the name to libseccomp, which
 * leaves architectures alone that have no such call.
 */
static int add_subcall(struct profile *profile, const struct syscall *call, const char *name)
{
	struct condition condition = condition_of_subcall(call);
	struct rule *rule = profile_add_rule(profile, ACTION_ALLOW, 0);

	if (!rule || rule_add_condition(rule, &condition))
		return -ENOMEM;
	return names_add(&rule->names, name);
}

/* Allows those of the names that no rule before allows, and keeps them. */
static int add_table(struct profile *profile, const char *const *names, size_t len,
		     struct additions *added)
{
	for (size_t i = 0; i < len; i++) {
		if (names_has(&profile->rules[0].names, names[i]))
			continue;
		if (names_add(&profile->rules[0].names, names[i]))
			return -ENOMEM;
		added->names[added->len++] = names[i];
	}
	return 0;
}

static int add_baseline(struct profile *profile, const struct derive_options *options,
			struct additions *added)
{
	struct baseline baseline = options->baseline;
	const char *names[BASELINE_MAX];

	if (!baseline.runtimes)
		return 0;
	baseline.deadly = profile->default_action != ACTION_ERRNO;
	return add_table(profile, names, baseline_names(&baseline, names), added);
}

static int add_startup(struct profile *profile, const struct derive_options *options,
		       struct additions *added)
{
	const char *names[STARTUP_MAX];
	int rc = 0;

	for (enum arch a = ARCH_INVALID + 1; !rc && a < ARCH_COUNT; a++)
		if (options->startup && profile->arches[a])
			rc = add_table(profile, names, startup_names(a, names), added);
	return rc;
}

static int add_called(struct profile *profile, const struct syscall_set *needed,
		      const struct constraints *constraints, size_t *called)
{
	struct syscall call = {0};
	size_t held = 0;

	if (!profile_add_rule(profile, ACTION_ALLOW, 0))
		return -ENOMEM;
	while (syscall_set__next(needed, &call)) {
		char name[SYSCALL_NAME_LEN];
		int rc;

		if (!syscall_name(&call, name) || constraints_hold(constraints, name))
			continue; /* a name that is held to something has rules of its own */
		rc = syscall_is_multiplexer(&call) ? add_subcall(profile, &call, name) :
						     names_add(&profile->rules[0].names, name);
		if (rc)
			return rc;
	}
	for (size_t i = 0; constraints && i < constraints->len; i++)
		held += !constraints->list[i].open;
	*called = profile->rules[0].names.len + profile->rules_len - 1 + held;
	return 0;
}

/* What tables add, whatever the arguments. */
static int add_tables(struct profile *profile, const struct derive_options *options,
		      struct derived *derived)
{
	int rc = add_names(profile, 0, always, ARRAY_LEN(always), &derived->always);

	if (!rc)
		rc = add_names(profile, 0, vdso, ARRAY_LEN(vdso), &derived->vdso);
	if (!rc)
		rc = add_startup(profile, options, &derived->startup);
	return rc ? rc : add_baseline(profile, options, &derived->runtime);
}

/* A name that a table needs is not held to what the workload did with it. */
static int open_tables(const struct profile *profile, const struct derive_options *options)
{
	struct profile own_profile tables = {.default_action = profile->default_action};
	struct derived counts = {0};
	int rc;

	if (!options->constraints)
		return 0;
	memcpy(tables.arches, profile->arches, sizeof(tables.arches));
	rc = profile_add_rule(&tables, ACTION_ALLOW, 0) ? add_tables(&tables, options, &counts) :
							  -ENOMEM;
	for (size_t i = 0; !rc && i < options->constraints->len; i++)
		if (names_has(&tables.rules[0].names, options->constraints->list[i].name))
			constraint_open(&options->constraints->list[i], OPEN_TABLE);
	return rc;
}

/* The rule with these conditions, from `first` on; a new one if there is none. */
static struct rule *rule_of_term(struct profile *profile, size_t first, const struct term *term)
{
	struct rule *rule;

	for (size_t i = first; i < profile->rules_len; i++)
		if (rule_has_term(&profile->rules[i], term))
			return &profile->rules[i];
	rule = profile_add_rule(profile, ACTION_ALLOW, 0);
	for (size_t i = 0; rule && i < CONDITION_ARGS; i++)
		if (term->conditions[i].compare != COMPARE_INVALID &&
		    rule_add_condition(rule, &term->conditions[i]))
			return NULL;
	return rule;
}

static int add_constrained(struct profile *profile, const struct constraints *constraints)
{
	size_t first = profile->rules_len;

	for (size_t i = 0; constraints && i < constraints->len; i++) {
		const struct constraint *constraint = &constraints->list[i];

		for (size_t k = 0; !constraint->open && k < constraint->region.len; k++) {
			struct rule *rule =
				rule_of_term(profile, first, &constraint->region.terms[k]);

			if (!rule || names_add(&rule->names, constraint->name))
				return -ENOMEM;
		}
	}
	return 0;
}

static int fill(const struct syscall_set *needed, const struct derive_options *options,
		struct profile *profile, struct derived *derived)
{
	int rc = add_called(profile, needed, options->constraints, &derived->called);
	size_t last;

	if (!rc)
		rc = add_tables(profile, options, derived);
	if (!rc)
		rc = add_constrained(profile, options->constraints);
	if (rc || options->no_enosys)
		return rc;
	if (!profile_add_rule(profile, ACTION_ERRNO, ERRNO_ENOSYS))
		return -ENOMEM;
	last = profile->rules_len - 1;
	for (size_t i = 0; !rc && i < ARRAY_LEN(probes); i++)
		if (!constraints_hold(options->constraints, probes[i]))
			rc = add_names(profile, last, &probes[i], 1, &derived->enosys);
	if (!profile->rules[last].names.len)
		profile->rules_len--; /* nothing to say: it owns nothing yet */
	return rc;
}

/* Of those that are held to something; NULL: there is none. */
static struct constraint *widest(const struct constraints *constraints)
{
	struct constraint *widest = NULL;

	for (size_t i = 0; constraints && i < constraints->len; i++)
		if (!constraints->list[i].open &&
		    (!widest || constraints->list[i].region.len > widest->region.len))
			widest = &constraints->list[i];
	return widest;
}

/* What a constraint adds to the filter, on all its architectures. */
static size_t instructions(const struct profile *profile, const struct constraint *constraint)
{
	const enum arch machine = compile_machine(profile);
	size_t n = 0;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (profile->arches[a] || a == machine)
			n += filter_size_of_region(&constraint->region, a);
	return n;
}

/* Opens what has most rules until what is left has no more rules, and instructions, than that. */
static void open_down_to(const struct profile *profile, const struct constraints *constraints,
			 size_t rules_max, size_t instructions_max)
{
	size_t rules = 0, length = 0;

	for (size_t i = 0; constraints && i < constraints->len; i++) {
		rules += constraints->list[i].region.len;
		length += instructions(profile, &constraints->list[i]);
	}
	while (rules > rules_max || length > instructions_max) {
		struct constraint *constraint = widest(constraints);

		rules -= constraint->region.len;
		length -= instructions(profile, constraint);
		constraint_open(constraint, OPEN_SIZE);
	}
}

/* Do kernel and libseccomp take it? Some room is left for what runtimes put in front. */
static bool fits(const struct profile *profile)
{
	struct filter own_filter filter = {0};
	struct buf own_buf unknown = BUF_INIT;

	return !compile_filter(profile, compile_machine(profile), &filter, &unknown, NULL) &&
	       filter.len <= INSTRUCTIONS_MAX;
}

/*
 * Opens what has most rules until the filter is small enough. That is estimated first, as to compile one that is just small enough takes a
 * second, and one of all that was recorded minutes. Where the estimate was wrong, some more is opened each time.
 */
static int fill_until_it_fits(const struct syscall_set *needed,
			      const struct derive_options *options, struct profile *profile,
			      struct derived *derived)
{
	size_t instructions_max = INSTRUCTIONS_MAX;
	int rc = open_tables(profile, options);

	while (!rc) {
		struct constraint *constraint;

		open_down_to(profile, options->constraints, RULES_MAX, instructions_max);
		rc = fill(needed, options, profile, derived);
		constraint = widest(options->constraints);
		if (rc || !constraint || fits(profile))
			break;
		constraint_open(constraint, OPEN_SIZE);
		instructions_max -= instructions_max / 8;
		for (size_t i = 0; i < profile->rules_len; i++)
			rule_clear(&profile->rules[i]);
		profile->rules_len = 0;
		*derived = (struct derived){0};
	}
	return rc;
}

int derive_profile(const struct syscall_set *needed, const struct derive_options *options,
		   struct profile *out, struct derived *derived, struct err *err)
{
	struct profile own_profile profile = {.default_action = ACTION_ERRNO,
					      .default_errno = ERRNO_EPERM};
	struct derived counts = {0};
	int rc;

	if (options->idle)
		return err_set(err, -ENOMSG,
			       "no syscall was recorded of the workload itself, so there is nothing to make a profile of");
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		profile.arches[a] = syscall_set__has_arch(needed, a);
	if (!profile_lists_arches(&profile))
		return err_set(err, -EINVAL,
			       "no syscall was recorded, so there is nothing to make a profile of");
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		profile.arches[a] |= options->baseline.runtimes &&
				     options->baseline.arches & ARCH_BIT(a);
	rc = fill_until_it_fits(needed, options, &profile, &counts);
	if (rc)
		return err_errno(err, rc, "cannot make the profile");
	*out = profile;
	profile = (struct profile){0};
	if (derived)
		*derived = counts;
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/equivalents.h"
#include "profile/decision.h"
#include "syscalls/args.h"

#include <errno.h>
#include <string.h>

/* Why a name stands beside the others of its group: what is told of each addition. */
enum fact {
	NONE = 0,
	OLDER,
	GENERIC,
	BITS64,
	BITS32,
	TIME64,
	LIBRARY,
	THREAD_POINTER,
};

static const char *const facts[] = {
	[OLDER] = "an older name, which arm64 and riscv64 lack (asm-generic/unistd.h)",
	[GENERIC] = "what arm64 and riscv64 have in place of older names (asm-generic/unistd.h)",
	[BITS64] = "its name on 64-bit architectures (x86 syscall_64.tbl, asm-generic/unistd.h)",
	[BITS32] = "its name on 32-bit architectures (x86 syscall_32.tbl, arm syscall.tbl)",
	[TIME64] = "64-bit time on 32-bit architectures, since Linux 5.1 (x86 syscall_32.tbl)",
	[LIBRARY] = "what glibc or musl call for it, depending on their version",
	[THREAD_POINTER] = "what sets the thread pointer on another architecture",
};

struct member {
	const char *name;
	enum fact fact;
};

#define MEMBERS_MAX 8

/*
 * From the kernel's tables: architectures with the generic table (include/uapi/asm-generic/unistd.h: arm64, riscv64) lack the
 * older names, 32-bit ones have their own, and glibc and musl choose differently among those that there are.
 */
static const struct member groups[][MEMBERS_MAX] = {
	{{"open", OLDER}, {"openat", GENERIC}, {"creat", OLDER}},
	{{"stat", OLDER},
	 {"lstat", OLDER},
	 {"newfstatat", GENERIC},
	 {"statx", LIBRARY},
	 {"fstatat64", BITS32},
	 {"stat64", BITS32},
	 {"lstat64", BITS32}},
	{{"fstat", BITS64}, {"fstat64", BITS32}, {"newfstatat", LIBRARY}, {"statx", LIBRARY}},
	{{"access", OLDER}, {"faccessat", GENERIC}, {"faccessat2", LIBRARY}},
	{{"clone", GENERIC}, {"fork", OLDER}, {"vfork", OLDER}},
	{{"poll", OLDER}, {"ppoll", GENERIC}, {"ppoll_time64", TIME64}},
	{{"select", OLDER},
	 {"_newselect", BITS32},
	 {"pselect6", GENERIC},
	 {"pselect6_time64", TIME64}},
	{{"dup2", OLDER}, {"dup3", GENERIC}},
	{{"pipe", OLDER}, {"pipe2", GENERIC}},
	{{"epoll_create", OLDER}, {"epoll_create1", GENERIC}},
	{{"epoll_wait", OLDER}, {"epoll_pwait", GENERIC}, {"epoll_pwait2", LIBRARY}},
	{{"eventfd", OLDER}, {"eventfd2", GENERIC}},
	{{"signalfd", OLDER}, {"signalfd4", GENERIC}},
	{{"inotify_init", OLDER}, {"inotify_init1", GENERIC}},
	{{"accept", BITS64}, {"accept4", LIBRARY}},
	{{"mkdir", OLDER}, {"mkdirat", GENERIC}},
	{{"rmdir", OLDER}, {"unlink", OLDER}, {"unlinkat", GENERIC}},
	{{"rename", OLDER}, {"renameat", GENERIC}, {"renameat2", LIBRARY}},
	{{"link", OLDER}, {"linkat", GENERIC}},
	{{"symlink", OLDER}, {"symlinkat", GENERIC}},
	{{"readlink", OLDER}, {"readlinkat", GENERIC}},
	{{"chmod", OLDER}, {"fchmodat", GENERIC}, {"fchmodat2", LIBRARY}},
	{{"chown", OLDER},
	 {"lchown", OLDER},
	 {"fchownat", GENERIC},
	 {"chown32", BITS32},
	 {"lchown32", BITS32}},
	{{"fchown", BITS64}, {"fchown32", BITS32}},
	{{"mknod", OLDER}, {"mknodat", GENERIC}},
	{{"utime", OLDER},
	 {"utimes", OLDER},
	 {"futimesat", OLDER},
	 {"utimensat", GENERIC},
	 {"utimensat_time64", TIME64}},
	{{"getdents", OLDER}, {"getdents64", GENERIC}},
	{{"mmap", BITS64}, {"mmap2", BITS32}},
	{{"lseek", BITS64}, {"_llseek", BITS32}},
	{{"fcntl", BITS64}, {"fcntl64", BITS32}},
	{{"ftruncate", BITS64}, {"ftruncate64", BITS32}},
	{{"truncate", BITS64}, {"truncate64", BITS32}},
	{{"statfs", BITS64}, {"statfs64", BITS32}},
	{{"fstatfs", BITS64}, {"fstatfs64", BITS32}},
	{{"sendfile", BITS64}, {"sendfile64", BITS32}},
	{{"fadvise64", BITS64}, {"fadvise64_64", BITS32}, {"arm_fadvise64_64", BITS32}},
	{{"sync_file_range", BITS64}, {"sync_file_range2", BITS32}, {"arm_sync_file_range", BITS32}},
	{{"getrlimit", BITS64}, {"ugetrlimit", BITS32}, {"prlimit64", LIBRARY}},
	{{"setrlimit", BITS64}, {"prlimit64", LIBRARY}},
	{{"getuid", BITS64}, {"getuid32", BITS32}},
	{{"geteuid", BITS64}, {"geteuid32", BITS32}},
	{{"getgid", BITS64}, {"getgid32", BITS32}},
	{{"getegid", BITS64}, {"getegid32", BITS32}},
	{{"setuid", BITS64}, {"setuid32", BITS32}},
	{{"setgid", BITS64}, {"setgid32", BITS32}},
	{{"setgroups", BITS64}, {"setgroups32", BITS32}},
	{{"getgroups", BITS64}, {"getgroups32", BITS32}},
	{{"setresuid", BITS64}, {"setresuid32", BITS32}},
	{{"setresgid", BITS64}, {"setresgid32", BITS32}},
	{{"setreuid", BITS64}, {"setreuid32", BITS32}},
	{{"setregid", BITS64}, {"setregid32", BITS32}},
	{{"getresuid", BITS64}, {"getresuid32", BITS32}},
	{{"getresgid", BITS64}, {"getresgid32", BITS32}},
	{{"getpgrp", OLDER}, {"getpgid", GENERIC}},
	{{"alarm", OLDER}, {"setitimer", GENERIC}},
	{{"pause", OLDER}, {"ppoll", GENERIC}, {"rt_sigsuspend", GENERIC}},
	{{"waitpid", BITS32}, {"wait4", BITS64}, {"waitid", LIBRARY}},
	{{"nanosleep", BITS64}, {"clock_nanosleep", LIBRARY}, {"clock_nanosleep_time64", TIME64}},
	{{"time", OLDER},
	 {"gettimeofday", LIBRARY},
	 {"clock_gettime", LIBRARY},
	 {"clock_gettime64", TIME64}},
	{{"clock_getres", BITS64}, {"clock_getres_time64", TIME64}},
	{{"futex", BITS64}, {"futex_time64", TIME64}},
	{{"rt_sigreturn", BITS64}, {"sigreturn", BITS32}},
	{{"rt_sigaction", BITS64}, {"sigaction", BITS32}},
	{{"rt_sigprocmask", BITS64}, {"sigprocmask", BITS32}},
	{{"rt_sigtimedwait", BITS64}, {"rt_sigtimedwait_time64", TIME64}},
	{{"timerfd_settime", BITS64}, {"timerfd_settime64", TIME64}},
	{{"timerfd_gettime", BITS64}, {"timerfd_gettime64", TIME64}},
	{{"semop", BITS64}, {"semtimedop", LIBRARY}, {"semtimedop_time64", TIME64}},
	{{"recvmmsg", BITS64}, {"recvmmsg_time64", TIME64}},
	{{"send", BITS32}, {"sendto", BITS64}},
	{{"recv", BITS32}, {"recvfrom", BITS64}},
	{{"uname", BITS64}, {"olduname", BITS32}},
	{{"arch_prctl", THREAD_POINTER},
	 {"set_thread_area", THREAD_POINTER},
	 {"set_tls", THREAD_POINTER}},
};

/* The first member can do all that the others can, and they not all that it can: they do not stand for it. */
static bool is_weaker(const struct member *group, size_t member)
{
	return member && !strcmp(group[0].name, "clone");
}

/* What a probe call gets, so that libc falls back to another: no decision against it. */
static bool is_probe_rule(const struct rule *rule)
{
	return rule->action == ACTION_ERRNO && rule->errno_value == ENOSYS && !rule->conditions_len;
}

/* Does the profile say anything else about the call? Also what the default action says: it is refused on purpose. */
static bool has_a_rule(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->rules_len; i++)
		if (names_has(&profile->rules[i].names, name) && !is_probe_rule(&profile->rules[i]))
			return true;
	return false;
}

/* An ENOSYS rule for a probe call gives way. */
static void take_out(struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->rules_len; i++)
		if (is_probe_rule(&profile->rules[i]))
			names_remove(&profile->rules[i].names, name);
}

/* By a rule, and whatever the arguments: another rule may decide before one that allows. */
static bool is_allowed(const struct profile *profile, const char *name)
{
	struct outcome outcome;

	return profile->default_action != ACTION_ALLOW &&
	       decision_is_simple(profile, name, &outcome) && outcome.action == ACTION_ALLOW;
}

static void tell(struct buf *added, const char *what, const char *for_name, enum fact fact)
{
	buf__addf(added, "%s (for %s): %s\n", what, for_name, facts[fact]);
}

static int add_group(struct profile *profile, size_t rule, const struct member *group,
		     struct buf *added)
{
	const char *for_name = NULL;

	for (size_t i = 0; i < MEMBERS_MAX && group[i].name; i++)
		if (!for_name && !is_weaker(group, i) &&
		    names_has(&profile->rules[rule].names, group[i].name) &&
		    is_allowed(profile, group[i].name))
			for_name = group[i].name;
	for (size_t i = 0; for_name && i < MEMBERS_MAX && group[i].name; i++) {
		if (has_a_rule(profile, group[i].name))
			continue;
		take_out(profile, group[i].name);
		if (names_add(&profile->rules[rule].names, group[i].name))
			return -ENOMEM;
		tell(added, group[i].name, for_name, group[i].fact);
	}
	return 0;
}

/* Which argument of clone its flags are, on all architectures that the profile lists. False: they differ, on `other`. */
static bool find_clone_flags(const struct profile *profile, unsigned int *index, enum arch *other)
{
	bool known = false;

	*index = 0;
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		const struct arg_row *row = profile->arches[a] ? args_row(a, "clone") : NULL;

		if (!row)
			continue;
		*other = a;
		if (known && row->args[0].index != *index)
			return false;
		*index = row->args[0].index;
		known = true;
	}
	return true;
}

/* libc's fork is clone elsewhere. With the flags of new namespaces it could do what fork cannot. */
static int add_clone(struct profile *profile, struct buf *added, struct buf *missing)
{
	struct condition no_namespaces = {0, COMPARE_MASKED_EQ, 0x7e020000, 0};
	enum arch other;
	struct rule *rule;

	if ((!is_allowed(profile, "fork") && !is_allowed(profile, "vfork")) ||
	    has_a_rule(profile, "clone"))
		return 0;
	if (!find_clone_flags(profile, &no_namespaces.index, &other)) {
		buf__addf(missing,
			  "clone without new namespaces (for fork): its flags are another argument on %s than on the others\n",
			  arch_token(other));
		return 0;
	}
	take_out(profile, "clone");
	rule = profile_add_rule(profile, ACTION_ALLOW, 0);
	if (!rule || rule_add_condition(rule, &no_namespaces) || names_add(&rule->names, "clone"))
		return -ENOMEM;
	tell(added, "clone without new namespaces", "fork", GENERIC);
	return 0;
}

/* Does another call of the group stand for this one, and no rule say anything of it? */
static bool lacks_others(const struct profile *profile, const struct member *group,
			 const char *name)
{
	bool is_member = false, lacks = false;

	for (size_t i = 0; i < MEMBERS_MAX && group[i].name; i++) {
		if (!strcmp(group[i].name, name))
			is_member = !is_weaker(group, i);
		else
			lacks |= !has_a_rule(profile, group[i].name);
	}
	return is_member && lacks;
}

static bool is_allowed_by_conditions(const struct profile *profile, const char *name)
{
	struct outcome outcome;

	if (decision_is_simple(profile, name, &outcome))
		return false;
	for (size_t i = 0; i < profile->rules_len; i++)
		if (profile->rules[i].action == ACTION_ALLOW &&
		    names_has(&profile->rules[i].names, name))
			return true;
	return false;
}

/* A condition is on one call's arguments: another has others, or the same in another place. */
static int find_conditional(const struct profile *profile, struct buf *missing)
{
	struct names own_names names = {0};
	struct buf own_buf some = BUF_INIT;

	if (profile_names(profile, &names))
		return -ENOMEM;
	for (size_t n = 0; n < names.len; n++) {
		const char *name = names.list[n];
		bool lacks = false;

		for (size_t g = 0; g < ARRAY_LEN(groups); g++)
			lacks |= lacks_others(profile, groups[g], name);
		if (lacks && profile->default_action != ACTION_ALLOW &&
		    is_allowed_by_conditions(profile, name))
			buf__addf(&some, " %s", name);
	}
	if (some.len)
		buf__addf(missing,
			  "what stands for%s: allowed with conditions, which are on these calls' own arguments\n",
			  buf__text(&some));
	return buf__error(&some);
}

int equivalents_add(struct profile *profile, struct buf *added, struct buf *missing,
		    struct err *err)
{
	int rc;

	for (size_t r = 0; r < profile->rules_len; r++) {
		if (profile->rules[r].action != ACTION_ALLOW || profile->rules[r].conditions_len)
			continue;
		for (size_t g = 0; g < ARRAY_LEN(groups); g++)
			if (add_group(profile, r, groups[g], added))
				return err_errno(err, -ENOMEM, "cannot add the equivalents");
	}
	profile_drop_empty_rules(profile);
	rc = find_conditional(profile, missing);
	if (!rc)
		rc = add_clone(profile, added, missing);
	return rc ? err_errno(err, rc, "cannot add the equivalents") : 0;
}

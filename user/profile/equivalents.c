// SPDX-License-Identifier: BSD-2-Clause
#include "profile/equivalents.h"

#include <errno.h>
#include <string.h>

/*
 * From the kernel's tables: architectures with the generic table (include/uapi/asm-generic/unistd.h: arm64, riscv64) lack the
 * older names, 32-bit ones have their own, and glibc and musl choose differently among those that there are.
 * Only the first member stands for the others in groups of `weaker`: it can do all that they can, and they not all that it can.
 */
static const char *const groups[][10] = {
	{"open", "openat", "creat"},
	{"stat", "lstat", "newfstatat", "statx", "fstatat64", "stat64", "lstat64"},
	{"fstat", "fstat64", "newfstatat", "statx"},
	{"access", "faccessat", "faccessat2"},
	{"clone", "fork", "vfork"},
	{"poll", "ppoll", "ppoll_time64"},
	{"select", "_newselect", "pselect6", "pselect6_time64"},
	{"dup2", "dup3"},
	{"pipe", "pipe2"},
	{"epoll_create", "epoll_create1"},
	{"epoll_wait", "epoll_pwait", "epoll_pwait2"},
	{"eventfd", "eventfd2"},
	{"signalfd", "signalfd4"},
	{"inotify_init", "inotify_init1"},
	{"accept", "accept4"},
	{"mkdir", "mkdirat"},
	{"rmdir", "unlink", "unlinkat"},
	{"rename", "renameat", "renameat2"},
	{"link", "linkat"},
	{"symlink", "symlinkat"},
	{"readlink", "readlinkat"},
	{"chmod", "fchmodat", "fchmodat2"},
	{"chown", "lchown", "fchownat", "chown32", "lchown32"},
	{"fchown", "fchown32"},
	{"mknod", "mknodat"},
	{"utime", "utimes", "futimesat", "utimensat", "utimensat_time64"},
	{"getdents", "getdents64"},
	{"mmap", "mmap2"},
	{"lseek", "_llseek"},
	{"fcntl", "fcntl64"},
	{"ftruncate", "ftruncate64"},
	{"truncate", "truncate64"},
	{"statfs", "statfs64"},
	{"fstatfs", "fstatfs64"},
	{"sendfile", "sendfile64"},
	{"fadvise64", "fadvise64_64", "arm_fadvise64_64"},
	{"sync_file_range", "sync_file_range2", "arm_sync_file_range"},
	{"getrlimit", "ugetrlimit", "prlimit64"},
	{"setrlimit", "prlimit64"},
	{"getuid", "getuid32"},
	{"geteuid", "geteuid32"},
	{"getgid", "getgid32"},
	{"getegid", "getegid32"},
	{"setuid", "setuid32"},
	{"setgid", "setgid32"},
	{"setgroups", "setgroups32"},
	{"getgroups", "getgroups32"},
	{"setresuid", "setresuid32"},
	{"setresgid", "setresgid32"},
	{"setreuid", "setreuid32"},
	{"setregid", "setregid32"},
	{"getresuid", "getresuid32"},
	{"getresgid", "getresgid32"},
	{"getpgrp", "getpgid"},
	{"alarm", "setitimer"},
	{"pause", "ppoll", "rt_sigsuspend"},
	{"waitpid", "wait4", "waitid"},
	{"nanosleep", "clock_nanosleep", "clock_nanosleep_time64"},
	{"time", "gettimeofday", "clock_gettime", "clock_gettime64"},
	{"clock_getres", "clock_getres_time64"},
	{"futex", "futex_time64"},
	{"rt_sigreturn", "sigreturn"},
	{"rt_sigaction", "sigaction"},
	{"rt_sigprocmask", "sigprocmask"},
	{"rt_sigtimedwait", "rt_sigtimedwait_time64"},
	{"timerfd_settime", "timerfd_settime64"},
	{"timerfd_gettime", "timerfd_gettime64"},
	{"semop", "semtimedop", "semtimedop_time64"},
	{"recvmmsg", "recvmmsg_time64"},
	{"send", "sendto"},
	{"recv", "recvfrom"},
	{"uname", "olduname"},
	{"arch_prctl", "set_thread_area", "set_tls"},
};

/* Groups whose first member is the strongest one. */
static bool is_weaker(const char *const *group, size_t member)
{
	return member && !strcmp(group[0], "clone");
}

static bool has_a_rule(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->rules_len; i++)
		if (rule_has_name(&profile->rules[i], name) &&
		    profile->rules[i].action != ACTION_ERRNO)
			return true;
	return false;
}

/* An ENOSYS rule for a probe call gives way. */
static void take_out(struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->rules_len; i++)
		if (profile->rules[i].action == ACTION_ERRNO && !profile->rules[i].conditions_len)
			rule_remove_name(&profile->rules[i], name);
}

static int add_group(struct profile *profile, size_t rule, const char *const *group, size_t len,
		     struct buf *added)
{
	const char *for_name = NULL;

	for (size_t i = 0; i < len && group[i]; i++)
		if (!for_name && !is_weaker(group, i) &&
		    rule_has_name(&profile->rules[rule], group[i]))
			for_name = group[i];
	for (size_t i = 0; for_name && i < len && group[i]; i++) {
		if (has_a_rule(profile, group[i]))
			continue;
		take_out(profile, group[i]);
		if (rule_add_name(&profile->rules[rule], group[i]))
			return -ENOMEM;
		buf__addf(added, "%s (for %s)\n", group[i], for_name);
	}
	return 0;
}

/* libc's fork is clone elsewhere. With the flags of new namespaces it could do what fork cannot. */
static int add_clone(struct profile *profile, struct buf *added)
{
	static const struct condition no_namespaces = {0, COMPARE_MASKED_EQ, 0x7e020000, 0};
	bool forks = false;
	struct rule *rule;

	for (size_t r = 0; r < profile->rules_len; r++)
		forks |= profile->rules[r].action == ACTION_ALLOW &&
			 (rule_has_name(&profile->rules[r], "fork") ||
			  rule_has_name(&profile->rules[r], "vfork"));
	if (!forks || has_a_rule(profile, "clone"))
		return 0;
	take_out(profile, "clone");
	rule = profile_add_rule(profile, ACTION_ALLOW, 0);
	if (!rule || rule_add_condition(rule, &no_namespaces) || rule_add_name(rule, "clone"))
		return -ENOMEM;
	buf__addf(added, "clone without new namespaces (for fork)\n");
	return 0;
}

int equivalents_add(struct profile *profile, struct buf *added, struct err *err)
{
	for (size_t r = 0; r < profile->rules_len; r++) {
		if (profile->rules[r].action != ACTION_ALLOW || profile->rules[r].conditions_len)
			continue;
		for (size_t g = 0; g < ARRAY_LEN(groups); g++)
			if (add_group(profile, r, groups[g], ARRAY_LEN(groups[g]), added))
				return err_errno(err, -ENOMEM, "cannot add the equivalents");
	}
	profile_drop_empty_rules(profile);
	return add_clone(profile, added) ? err_errno(err, -ENOMEM, "cannot add the equivalents") :
					   0;
}

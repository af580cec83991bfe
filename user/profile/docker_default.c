// SPDX-License-Identifier: BSD-2-Clause
#include "profile/docker_default.h"
#include "profile/circumstance.h"
#include "syscalls/syscall.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define X86_ALL  (ARCH_BIT(ARCH_X86_64) | ARCH_BIT(ARCH_X86) | ARCH_BIT(ARCH_X32))
#define ARM_ALL  (ARCH_BIT(ARCH_AARCH64) | ARCH_BIT(ARCH_ARM))
#define S390_ALL (ARCH_BIT(ARCH_S390X) | ARCH_BIT(ARCH_S390))
#define MIPS_ALL                                                                                   \
	(ARCH_BIT(ARCH_MIPS64) | ARCH_BIT(ARCH_MIPS) | ARCH_BIT(ARCH_MIPS64N32) |                  \
	 ARCH_BIT(ARCH_MIPSEL64) | ARCH_BIT(ARCH_MIPSEL) | ARCH_BIT(ARCH_MIPSEL64N32))

/* archMap: on these machines companions are let in, on the others the native architecture alone. */
#define WITH_COMPANIONS (X86_ALL | ARM_ALL | S390_ALL | MIPS_ALL)

/* For every container. */
static const char always[] =
	"_llseek _newselect accept accept4 access adjtimex alarm bind brk cachestat capget "
	"capset chdir chmod chown chown32 clock_adjtime clock_adjtime64 clock_getres "
	"clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep "
	"clock_nanosleep_time64 close close_range connect copy_file_range creat dup dup2 dup3 "
	"epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait "
	"epoll_wait_old eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2 "
	"fadvise64 fadvise64_64 fallocate fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown "
	"fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock fork fremovexattr "
	"fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex "
	"futex_requeue futex_time64 futex_wait futex_waitv futex_wake futimesat get_robust_list "
	"get_thread_area getcpu getcwd getdents getdents64 getegid getegid32 geteuid geteuid32 "
	"getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid "
	"getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit "
	"getrusage getsid getsockname getsockopt gettid gettimeofday getuid getuid32 getxattr "
	"getxattrat inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel "
	"io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit ioctl "
	"ioprio_get ioprio_set ipc kill landlock_add_rule landlock_create_ruleset "
	"landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listmount "
	"listxattr listxattrat llistxattr lremovexattr lseek lsetxattr lstat lstat64 madvise "
	"map_shadow_stack membarrier memfd_create memfd_secret mincore mkdir mkdirat mknod "
	"mknodat mlock mlock2 mlockall mmap mmap2 mprotect mq_getsetattr mq_notify mq_open "
	"mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink "
	"mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall munmap "
	"name_to_handle_at nanosleep newfstatat open openat openat2 pause pidfd_open "
	"pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect poll ppoll "
	"ppoll_time64 prctl pread64 preadv preadv2 prlimit64 process_mrelease pselect6 "
	"pselect6_time64 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv "
	"recv recvfrom recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr "
	"removexattrat rename renameat renameat2 restart_syscall riscv_hwprobe rmdir rseq "
	"rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend "
	"rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max "
	"sched_get_priority_min sched_getaffinity sched_getattr sched_getparam "
	"sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 "
	"sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp "
	"select semctl semget semop semtimedop semtimedop_time64 send sendfile sendfile64 "
	"sendmmsg sendmsg sendto set_robust_list set_thread_area set_tid_address setfsgid "
	"setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setitimer setpgid "
	"setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid "
	"setreuid32 setrlimit setsid setsockopt setuid setuid32 setxattr setxattrat shmat "
	"shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 sigprocmask sigreturn "
	"socketcall socketpair splice stat stat64 statfs statfs64 statmount statx symlink "
	"symlinkat sync sync_file_range syncfs sysinfo tee tgkill time timer_create "
	"timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime "
	"timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime "
	"timerfd_settime64 times tkill truncate truncate64 ugetrlimit umask uname unlink "
	"unlinkat uretprobe utime utimensat utimensat_time64 utimes vfork vmsplice wait4 waitid "
	"waitpid write writev";

/* For some: all that is said must hold. */
static const struct row {
	const char *names;
	const char *cap;     /* with this capability only */
	const char *not_cap; /* without this one only */
	unsigned int arches; /* 0: on all */
	unsigned int not_arches;
	unsigned int kernel_major, kernel_minor;
	enum action action;
	int errno_value;
	bool has_condition;
	struct condition condition;
} rows[] = {
#define ALLOW .action = ACTION_ALLOW
#define WHEN(index, compare, value)                                                                \
	ALLOW, .has_condition = true, .condition = {index, COMPARE_##compare, value, 0}
	{"process_vm_readv process_vm_writev ptrace", .kernel_major = 4, .kernel_minor = 8, ALLOW},
	/* not AF_ALG (38) and AF_VSOCK (40) */
	{"socket", WHEN(0, LT, 38)},
	{"socket", WHEN(0, EQ, 39)},
	{"socket", WHEN(0, GT, 40)},
	/* Linux, UNAME26, Linux32, both, and asking */
	{"personality", WHEN(0, EQ, 0)},
	{"personality", WHEN(0, EQ, 8)},
	{"personality", WHEN(0, EQ, 0x20000)},
	{"personality", WHEN(0, EQ, 0x20008)},
	{"personality", WHEN(0, EQ, 0xffffffff)},
	/* no new namespaces: none of CLONE_NEW* */
	{"clone", .not_cap = "CAP_SYS_ADMIN", .not_arches = S390_ALL,
	 WHEN(0, MASKED_EQ, 0x7e020000)},
	{"clone", .not_cap = "CAP_SYS_ADMIN", .arches = S390_ALL, WHEN(1, MASKED_EQ, 0x7e020000)},
	{"clone3", .not_cap = "CAP_SYS_ADMIN", .action = ACTION_ERRNO, .errno_value = ENOSYS},
	{"arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls sync_file_range2",
	 .arches = ARM_ALL, ALLOW},
	{"arch_prctl", .arches = X86_ALL & ~ARCH_BIT(ARCH_X86), ALLOW},
	{"modify_ldt", .arches = X86_ALL, ALLOW},
	{"s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr", .arches = S390_ALL, ALLOW},
	{"sync_file_range2 swapcontext", .arches = ARCH_BIT(ARCH_PPC64LE), ALLOW},
	{"riscv_flush_icache", .arches = ARCH_BIT(ARCH_RISCV64), ALLOW},
	{"open_by_handle_at", "CAP_DAC_READ_SEARCH", ALLOW},
	{"bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie lsm_get_self_attr "
	 "lsm_list_modules lsm_set_self_attr mount mount_setattr move_mount open_tree perf_event_open quotactl "
	 "quotactl_fd setdomainname sethostname setns syslog umount umount2 unshare",
	 "CAP_SYS_ADMIN", ALLOW},
	{"reboot", "CAP_SYS_BOOT", ALLOW},
	{"chroot", "CAP_SYS_CHROOT", ALLOW},
	{"delete_module finit_module init_module", "CAP_SYS_MODULE", ALLOW},
	{"acct", "CAP_SYS_PACCT", ALLOW},
	{"kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev ptrace",
	 "CAP_SYS_PTRACE", ALLOW},
	{"ioperm iopl", "CAP_SYS_RAWIO", ALLOW},
	{"clock_settime clock_settime64 settimeofday stime", "CAP_SYS_TIME", ALLOW},
	{"vhangup", "CAP_SYS_TTY_CONFIG", ALLOW},
	{"get_mempolicy mbind set_mempolicy set_mempolicy_home_node", "CAP_SYS_NICE", ALLOW},
	{"syslog", "CAP_SYSLOG", ALLOW},
	{"bpf", "CAP_BPF", ALLOW},
	{"perf_event_open", "CAP_PERFMON", ALLOW},
#undef WHEN
#undef ALLOW
};

static bool in_list(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (size_t n; *list; list += n + (list[n] == ' ')) {
		n = strcspn(list, " ");
		if (n == len && !memcmp(list, name, n))
			return true;
	}
	return false;
}

static int add_names(struct rule *rule, const char *list)
{
	char name[SYSCALL_NAME_LEN];

	for (size_t n; *list; list += n + (list[n] == ' ')) {
		n = strcspn(list, " ");
		snprintf(name, sizeof(name), "%.*s", (int)n, list);
		if (names_add(&rule->names, name))
			return -ENOMEM;
	}
	return 0;
}

static int add_arches(struct rule *rule, bool excluded, unsigned int set)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (set & ARCH_BIT(a) && arch_docker_name(a) &&
		    rule_add_circumstance(rule, excluded, CIRCUMSTANCE_ARCH, arch_docker_name(a)))
			return -ENOMEM;
	return 0;
}

static int add_circumstances(struct rule *rule, const struct row *row)
{
	char version[32];
	int rc = 0;

	if (row->cap)
		rc = rule_add_circumstance(rule, false, CIRCUMSTANCE_CAP, row->cap);
	if (!rc && row->not_cap)
		rc = rule_add_circumstance(rule, true, CIRCUMSTANCE_CAP, row->not_cap);
	if (!rc)
		rc = add_arches(rule, false, row->arches);
	if (!rc)
		rc = add_arches(rule, true, row->not_arches);
	if (rc || !row->kernel_major)
		return rc;
	snprintf(version, sizeof(version), "%u.%u", row->kernel_major, row->kernel_minor);
	return rule_add_circumstance(rule, false, CIRCUMSTANCE_KERNEL, version);
}

static int add_rule(struct profile *profile, const struct row *row)
{
	struct rule *rule = profile_add_rule(profile, row->action, row->errno_value);

	if (!rule || add_names(rule, row->names) || add_circumstances(rule, row))
		return -ENOMEM;
	rule->number = profile->rules_len;
	return row->has_condition ? rule_add_condition(rule, &row->condition) : 0;
}

int docker_default_whole(struct profile *out)
{
	const struct row all = {always, .action = ACTION_ALLOW};
	struct profile own_profile profile = {.default_action = ACTION_ERRNO,
					      .default_errno = EPERM};
	int rc = add_rule(&profile, &all);

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (arch_host(a) == a || WITH_COMPANIONS & ARCH_BIT(a))
			profile.arch_map[arch_host(a)] |= ARCH_BIT(a);
	for (size_t i = 0; !rc && i < ARRAY_LEN(rows); i++)
		rc = add_rule(&profile, &rows[i]);
	if (rc)
		return rc;
	*out = profile;
	profile = (struct profile){0};
	return 0;
}

int docker_default(const struct host *host, struct profile *out)
{
	struct profile own_profile whole = {0};
	const struct host native = {arch_host(host->arch), host->caps, host->caps_len,
				    host->kernel_major, host->kernel_minor};

	return docker_default_whole(&whole) ? -ENOMEM : profile_resolve(&whole, &native, out);
}

/* With the default capabilities, and on a kernel that is new enough for all. */
static bool applies(const struct row *row, enum arch arch)
{
	bool there = !row->cap;

	for (size_t i = 0; !there && i < host_default_caps_len; i++)
		there = !strcmp(host_default_caps[i], row->cap);
	return there && (!row->arches || row->arches & ARCH_BIT(arch)) &&
	       !(row->not_arches & ARCH_BIT(arch));
}

bool docker_default_allows(enum arch arch, const char *name)
{
	const enum arch host = arch_host(arch);

	if (in_list(always, name))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].action == ACTION_ALLOW && applies(&rows[i], host) &&
		    in_list(rows[i].names, name))
			return true;
	return false;
}

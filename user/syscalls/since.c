// SPDX-License-Identifier: BSD-2-Clause
#include "syscalls/since.h"
#include "base/own.h"

#include <stdbool.h>

#include <string.h>

/*
 * syscalls(2), and the kernel's tables of system calls from 6.10 on; libseccomp: what its releases resolve. In the order of kernels;
 * a name with _time64 is of 32-bit architectures.
 */
static const struct {
	const char *linux_version, *libseccomp;
	const char *names;
} rows[] = {
	{"3.17", NULL, "getrandom kexec_file_load memfd_create seccomp"},
	{"3.18", NULL, "bpf"},
	{"3.19", NULL, "execveat"},
	{"4.3", NULL, "membarrier userfaultfd"},
	{"4.4", NULL, "mlock2"},
	{"4.5", NULL, "copy_file_range"},
	{"4.6", NULL, "preadv2 pwritev2"},
	{"4.9", NULL, "pkey_alloc pkey_free pkey_mprotect"},
	{"4.11", NULL, "statx"},
	{"4.18", NULL, "io_pgetevents rseq"},
	{"5.1", NULL,
	 "clock_adjtime64 clock_getres_time64 clock_gettime64 clock_nanosleep_time64 clock_settime64 futex_time64 "
	 "io_pgetevents_time64 io_uring_enter io_uring_register io_uring_setup mq_timedreceive_time64 "
	 "mq_timedsend_time64 pidfd_send_signal ppoll_time64 pselect6_time64 recvmmsg_time64 rt_sigtimedwait_time64 "
	 "sched_rr_get_interval_time64 semtimedop_time64 timer_gettime64 timer_settime64 timerfd_gettime64 "
	 "timerfd_settime64 utimensat_time64"},
	{"5.2", NULL, "fsconfig fsmount fsopen fspick move_mount open_tree"},
	{"5.3", NULL, "clone3 pidfd_open"},
	{"5.6", NULL, "openat2 pidfd_getfd"},
	{"5.8", NULL, "faccessat2"},
	{"5.9", NULL, "close_range"},
	{"5.10", NULL, "process_madvise"},
	{"5.11", NULL, "epoll_pwait2"},
	{"5.12", NULL, "mount_setattr"},
	{"5.13", NULL, "landlock_add_rule landlock_create_ruleset landlock_restrict_self"},
	{"5.14", NULL, "memfd_secret quotactl_fd"},
	{"5.15", NULL, "process_mrelease"},
	{"5.16", NULL, "futex_waitv"},
	{"5.17", NULL, "set_mempolicy_home_node"},
	{"6.4", "2.6.0", "riscv_hwprobe"},
	{"6.5", "2.5.5", "cachestat"},
	{"6.6", "2.5.5", "fchmodat2 map_shadow_stack"},
	{"6.7", "2.5.5", "futex_requeue futex_wait futex_wake"},
	{"6.8", "2.6.0",
	 "listmount lsm_get_self_attr lsm_list_modules lsm_set_self_attr statmount"},
	{"6.10", "2.6.0", "mseal"},
	{"6.11", "2.6.0", "uretprobe"},
	{"6.13", "2.6.0", "getxattrat listxattrat removexattrat setxattrat"},
	{"6.15", "2.6.1", "open_tree_attr"},
	{"6.17", "2.6.1", "file_getattr file_setattr"},
	{"6.18", "2.6.1", "uprobe"},
	{"6.19", "2.6.1", "listns"},
	{"7.0", "2.6.1", "rseq_slice_yield"},
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

const char *syscall_since_linux(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (in_list(rows[i].names, name))
			return rows[i].linux_version;
	return NULL;
}

const char *syscall_since_libseccomp(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (in_list(rows[i].names, name))
			return rows[i].libseccomp;
	return NULL;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/risk.h"
#include "base/own.h"

#include <string.h>

static const struct {
	const char *name;
	enum risk risk;
	const char *group;
} rows[] = {
	{"init_module", RISK_SEVERE, "kernel code"},
	{"finit_module", RISK_SEVERE, "kernel code"},
	{"delete_module", RISK_SEVERE, "kernel code"},
	{"kexec_load", RISK_SEVERE, "kernel code"},
	{"kexec_file_load", RISK_SEVERE, "kernel code"},
	{"bpf", RISK_SEVERE, "kernel code"},
	{"ptrace", RISK_SEVERE, "other processes"},
	{"process_vm_readv", RISK_SEVERE, "other processes"},
	{"process_vm_writev", RISK_SEVERE, "other processes"},
	{"pidfd_getfd", RISK_SEVERE, "other processes"},
	{"process_madvise", RISK_HIGH, "other processes"},
	{"kcmp", RISK_HIGH, "other processes"},
	{"iopl", RISK_SEVERE, "raw hardware"},
	{"ioperm", RISK_SEVERE, "raw hardware"},
	{"io_uring_setup", RISK_HIGH, "io_uring: goes around filters"},
	{"io_uring_enter", RISK_HIGH, "io_uring: goes around filters"},
	{"io_uring_register", RISK_HIGH, "io_uring: goes around filters"},
	{"mount", RISK_HIGH, "mount"},
	{"umount", RISK_HIGH, "mount"},
	{"umount2", RISK_HIGH, "mount"},
	{"pivot_root", RISK_HIGH, "mount"},
	{"move_mount", RISK_HIGH, "mount"},
	{"open_tree", RISK_HIGH, "mount"},
	{"open_tree_attr", RISK_HIGH, "mount"},
	{"fsopen", RISK_HIGH, "mount"},
	{"fsconfig", RISK_HIGH, "mount"},
	{"fsmount", RISK_HIGH, "mount"},
	{"fspick", RISK_HIGH, "mount"},
	{"mount_setattr", RISK_HIGH, "mount"},
	{"chroot", RISK_NOTED, "mount"},
	{"open_by_handle_at", RISK_HIGH, "files of the host"},
	{"name_to_handle_at", RISK_NOTED, "files of the host"},
	{"mknod", RISK_NOTED, "files of the host"},
	{"mknodat", RISK_NOTED, "files of the host"},
	{"setns", RISK_HIGH, "namespaces"},
	{"unshare", RISK_HIGH, "namespaces"},
	{"clone", RISK_NOTED, "namespaces"},
	{"clone3", RISK_NOTED, "namespaces"},
	{"perf_event_open", RISK_HIGH, "kernel surface"},
	{"userfaultfd", RISK_HIGH, "kernel surface"},
	{"add_key", RISK_HIGH, "keys"},
	{"request_key", RISK_HIGH, "keys"},
	{"keyctl", RISK_HIGH, "keys"},
	{"reboot", RISK_HIGH, "the machine"},
	{"swapon", RISK_HIGH, "the machine"},
	{"swapoff", RISK_HIGH, "the machine"},
	{"settimeofday", RISK_HIGH, "the machine"},
	{"clock_settime", RISK_HIGH, "the machine"},
	{"clock_settime64", RISK_HIGH, "the machine"},
	{"clock_adjtime", RISK_NOTED, "the machine"},
	{"adjtimex", RISK_NOTED, "the machine"},
	{"stime", RISK_HIGH, "the machine"},
	{"sethostname", RISK_HIGH, "the machine"},
	{"setdomainname", RISK_HIGH, "the machine"},
	{"acct", RISK_HIGH, "the machine"},
	{"quotactl", RISK_HIGH, "the machine"},
	{"quotactl_fd", RISK_HIGH, "the machine"},
	{"syslog", RISK_HIGH, "the machine"},
	{"vhangup", RISK_HIGH, "the machine"},
	{"nfsservctl", RISK_HIGH, "the machine"},
	{"fanotify_init", RISK_HIGH, "files of the host"},
	{"lookup_dcookie", RISK_HIGH, "kernel surface"},
	{"personality", RISK_NOTED, "kernel surface"},
	{"modify_ldt", RISK_NOTED, "kernel surface"},
	{"vm86", RISK_HIGH, "kernel surface"},
	{"vm86old", RISK_HIGH, "kernel surface"},
	{"uselib", RISK_HIGH, "kernel surface"},
	{"ustat", RISK_NOTED, "kernel surface"},
	{"sysfs", RISK_NOTED, "kernel surface"},
	{"_sysctl", RISK_HIGH, "kernel surface"},
	{"socket", RISK_NOTED, "network families"},
	{"mbind", RISK_NOTED, "memory of the machine"},
	{"set_mempolicy", RISK_NOTED, "memory of the machine"},
	{"migrate_pages", RISK_HIGH, "memory of the machine"},
	{"move_pages", RISK_HIGH, "memory of the machine"},
	{"mlockall", RISK_NOTED, "memory of the machine"},
	{"setuid", RISK_NOTED, "identity"},
	{"setgid", RISK_NOTED, "identity"},
	{"capset", RISK_NOTED, "identity"},
};

/* Shown in findings: what the arguments choose. */
static const struct {
	const char *name, *chooses;
} wide[] = {
	{"clone", "new namespaces"},
	{"socket", "address families such as AF_ALG and AF_VSOCK"},
	{"ioctl", "every device's commands, TIOCSTI among them"},
	{"personality", "address space without randomization"},
	{"prctl", "options such as PR_SET_MM"},
	{"socketcall", "all of the network calls"},
	{"ipc", "all of the System V calls"},
};

const char *risk_name(enum risk risk)
{
	static const char *const names[RISK_COUNT] = {"none", "noted", "high", "severe"};

	return names[risk];
}

enum risk risk_of(const char *syscall, const char **group)
{
	*group = NULL;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].name, syscall))
			continue;
		*group = rows[i].group;
		return rows[i].risk;
	}
	return RISK_NONE;
}

const char *risk_wide(const char *syscall)
{
	for (size_t i = 0; i < ARRAY_LEN(wide); i++)
		if (!strcmp(wide[i].name, syscall))
			return wide[i].chooses;
	return NULL;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "syscalls/syscall.h"
#include "base/own.h"

#include <ctype.h>
#include <seccomp.h>
#include <string.h>

#define NEWER_FIRST 424
#define NUMBERS_END (1 << 30)

/* What tables hold, and 32-bit arm's own calls */
#define TABLES_END    1024
#define PRIVATE_FIRST 0xf0001
#define PRIVATE_END   0xf0010

/* libseccomp's negative numbers: calls with two ways in, and calls that other architectures have (seccomp.h: __PNR_*) */
#define PSEUDO_DIRECT  (-101)
#define PSEUDO_DIRECTS 256
#define PSEUDO_ABSENT  (-10000)

/* From 424 on all architectures share their numbers (kernel: scripts/syscall.tbl and its siblings). */
static const char *const newer[] = {
	"pidfd_send_signal",
	"io_uring_setup",
	"io_uring_enter",
	"io_uring_register",
	"open_tree",
	"move_mount",
	"fsopen",
	"fsconfig",
	"fsmount",
	"fspick",
	"pidfd_open",
	"clone3",
	"close_range",
	"openat2",
	"pidfd_getfd",
	"faccessat2",
	"process_madvise",
	"epoll_pwait2",
	"mount_setattr",
	"quotactl_fd",
	"landlock_create_ruleset",
	"landlock_add_rule",
	"landlock_restrict_self",
	"memfd_secret",
	"process_mrelease",
	"futex_waitv",
	"set_mempolicy_home_node",
	"cachestat",
	"fchmodat2",
	"map_shadow_stack",
	"futex_wake",
	"futex_wait",
	"futex_requeue",
	"statmount",
	"listmount",
	"lsm_get_self_attr",
	"lsm_set_self_attr",
	"lsm_list_modules",
	"mseal",
	"setxattrat",
	"getxattrat",
	"listxattrat",
	"removexattrat",
	"open_tree_attr",
	"file_getattr",
	"file_setattr",
	"listns",
	"rseq_slice_yield",
};

/* Newer than the library may be, and with numbers of their own (kernel: scripts/syscall.tbl, arch/x86/entry/syscalls/syscall_64.tbl). */
static const struct {
	enum arch arch;
	int64_t nr;
	const char *name;
} odd[] = {
	{ARCH_X86_64, 335, "uretprobe"},      /* 6.11 */
	{ARCH_X86_64, 336, "uprobe"},         /* 6.18 */
	{ARCH_RISCV64, 258, "riscv_hwprobe"}, /* 6.4 */
};

/* include/uapi/linux/net.h: SYS_SOCKET 1 ... */
static const char *const socketcalls[] = {
	NULL,          "socket",     "bind",    "connect", "listen",  "accept",   "getsockname",
	"getpeername", "socketpair", "send",    "recv",    "sendto",  "recvfrom", "shutdown",
	"setsockopt",  "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg",
};

/* include/uapi/linux/ipc.h: SEMOP 1 ... SHMCTL 24 */
static const char *const ipcs[] = {
	[1] = "semop",   [2] = "semget",  [3] = "semctl",  [4] = "semtimedop",
	[11] = "msgsnd", [12] = "msgrcv", [13] = "msgget", [14] = "msgctl",
	[21] = "shmat",  [22] = "shmdt",  [23] = "shmget", [24] = "shmctl",
};

static const struct {
	const char *name;
	int64_t nr;
	const char *const *names;
	size_t len;
	uint32_t mask;
} multiplexers[] = {
	{"socketcall", NR_SOCKETCALL, socketcalls, ARRAY_LEN(socketcalls), UINT32_MAX},
	{"ipc", NR_IPC, ipcs, ARRAY_LEN(ipcs), 0xffff},
};

bool syscall_is_name(const char *text, size_t len)
{
	if (!len || len >= SYSCALL_NAME_LEN || isdigit((unsigned char)*text))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!islower((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) &&
		    text[i] != '_')
			return false;
	return true;
}

/* What libseccomp calls a number; false: nothing. */
static bool library_name(enum arch arch, int64_t nr, char name[SYSCALL_NAME_LEN])
{
	char *own_ptr known = seccomp_syscall_resolve_num_arch(arch_scmp_token(arch),
							       (int)nr + arch_number_base(arch));

	if (!known || strlen(known) >= SYSCALL_NAME_LEN)
		return false;
	strcpy(name, known);
	return true;
}

/*
 * The installed library has never heard of the name. If it has, then it also knows who has the call and who has not. Of an architecture
 * that it does not know at all a few names would be worse than none.
 */
static bool is_news(enum arch arch, const char *name)
{
	return seccomp_syscall_resolve_name_arch(arch_scmp_token(arch), name) == __NR_SCMP_ERROR &&
	       arch_is_known(arch);
}

bool syscall_name(const struct syscall *call, char name[SYSCALL_NAME_LEN])
{
	int64_t place;

	name[0] = '\0';
	/* libseccomp's own pseudo calls have negative numbers, and bit 30 is x32's: nobody can call those here */
	if (call->arch == ARCH_INVALID || call->nr < 0 || call->nr >= NUMBERS_END)
		return false;
	if (library_name(call->arch, call->nr, name))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		if (odd[i].arch != call->arch || odd[i].nr != call->nr ||
		    !is_news(call->arch, odd[i].name))
			continue;
		strcpy(name, odd[i].name);
		return true;
	}
	place = call->nr - NEWER_FIRST;
	if (place < 0 || place >= (int64_t)ARRAY_LEN(newer) || !is_news(call->arch, newer[place]))
		return false;
	strcpy(name, newer[place]);
	return true;
}

/* The index of a call in `multiplexers`, ARRAY_LEN if it is none. */
static size_t multiplexer_of(const struct syscall *call)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(multiplexers); i++)
		if (multiplexers[i].nr == call->nr && arch_multiplexes(call->arch))
			break;
	return i;
}

bool syscall_is_multiplexer(const struct syscall *call)
{
	return multiplexer_of(call) < ARRAY_LEN(multiplexers);
}

uint32_t syscall_subcall_mask(const struct syscall *call)
{
	size_t i = multiplexer_of(call);

	return i < ARRAY_LEN(multiplexers) ? multiplexers[i].mask : 0;
}

const char *syscall_subname(const struct syscall *call)
{
	size_t i = multiplexer_of(call);

	if (i == ARRAY_LEN(multiplexers) || call->sub >= multiplexers[i].len)
		return NULL;
	return multiplexers[i].names[call->sub];
}

const char *syscall_multiplexer(enum arch arch, const char *name)
{
	int64_t nr;

	for (size_t i = 0; arch_multiplexes(arch) && i < ARRAY_LEN(multiplexers); i++)
		for (size_t sub = 0; sub < multiplexers[i].len; sub++)
			if (multiplexers[i].names[sub] && !strcmp(multiplexers[i].names[sub], name))
				return syscall_resolve(arch, multiplexers[i].name, &nr) ?
					       multiplexers[i].name :
					       NULL;
	return NULL;
}

/*
 * Beside socketcall and ipc there are direct calls for what they do, too, but libseccomp answers these names with a pseudo number that stands
 * for both ways (-101 to -224), and only tells the direct number by its name.
 */
static bool resolve_direct(enum arch arch, int pseudo, int64_t *nr)
{
	/* asked for once an architecture, number after number: profiles name such calls thousands of times. One more than the number, 0: none */
	static int16_t direct[ARCH_COUNT][PSEUDO_DIRECTS];
	static bool is_filled[ARCH_COUNT];
	char name[SYSCALL_NAME_LEN];

	for (int64_t n = 0; !is_filled[arch] && n < NEWER_FIRST; n++) {
		int place = library_name(arch, n, name) ?
				    PSEUDO_DIRECT -
					    seccomp_syscall_resolve_name_arch(arch_scmp_token(arch),
									      name) :
				    -1;

		if (place >= 0 && place < PSEUDO_DIRECTS && !direct[arch][place])
			direct[arch][place] = n + 1;
	}
	is_filled[arch] = true;
	if (PSEUDO_DIRECT - pseudo >= PSEUDO_DIRECTS || !direct[arch][PSEUDO_DIRECT - pseudo])
		return false;
	*nr = direct[arch][PSEUDO_DIRECT - pseudo] - 1;
	return true;
}

bool syscall_resolve(enum arch arch, const char *name, int64_t *nr)
{
	int number;

	if (arch == ARCH_INVALID)
		return false;
	number = seccomp_syscall_resolve_name_arch(arch_scmp_token(arch), name);
	if (number >= 0) {
		*nr = number - (int64_t)arch_number_base(arch);
		return true;
	}
	if (number <= PSEUDO_DIRECT && number > PSEUDO_ABSENT)
		return resolve_direct(arch, number, nr);
	if (number != __NR_SCMP_ERROR || !arch_is_known(arch))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		if (odd[i].arch == arch && !strcmp(odd[i].name, name)) {
			*nr = odd[i].nr;
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(newer); i++) {
		if (!strcmp(newer[i], name)) {
			*nr = NEWER_FIRST + i;
			return true;
		}
	}
	return false;
}

bool syscall_next(enum arch arch, int64_t *nr, char name[SYSCALL_NAME_LEN])
{
	while (++*nr < PRIVATE_END) {
		struct syscall call = {.arch = arch, .nr = *nr};

		if (*nr == TABLES_END)
			*nr = call.nr = PRIVATE_FIRST;
		if (syscall_name(&call, name))
			return true;
	}
	return false;
}

bool syscall_exists(const char *name)
{
	int64_t nr;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (syscall_resolve(a, name, &nr))
			return true;
	return false;
}

void syscall_spell(enum arch arch, struct spelling *spelling)
{
	char name[SYSCALL_NAME_LEN];
	int64_t nr = -1;

	while (syscall_next(arch, &nr, name))
		spelling_try(spelling, name);
}

int syscall_compare(const struct syscall *a, const struct syscall *b)
{
	if (a->arch != b->arch)
		return a->arch < b->arch ? -1 : 1;
	if (a->nr != b->nr)
		return a->nr < b->nr ? -1 : 1;
	return (a->sub > b->sub) - (a->sub < b->sub);
}

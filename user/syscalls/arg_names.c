// SPDX-License-Identifier: BSD-2-Clause
/* Numbers come from the kernel's own headers; where those of the C library are older than the kernel, they are written out. */
#include "syscalls/arg_names.h"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/futex.h>
#include <linux/keyctl.h>
#include <linux/memfd.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>

#define N(name)                                                                                    \
	{                                                                                          \
		(uint32_t) name, #name                                                             \
	}

const struct arg_name names_family[] = {
	N(AF_UNSPEC),    N(AF_UNIX),   N(AF_INET),       N(AF_AX25),    N(AF_IPX),
	N(AF_APPLETALK), N(AF_NETROM), N(AF_BRIDGE),     N(AF_ATMPVC),  N(AF_X25),
	N(AF_INET6),     N(AF_ROSE),   N(AF_KEY),        N(AF_NETLINK), N(AF_PACKET),
	N(AF_RDS),       N(AF_PPPOX),  N(AF_LLC),        N(AF_IB),      N(AF_MPLS),
	N(AF_CAN),       N(AF_TIPC),   N(AF_BLUETOOTH),  N(AF_IUCV),    N(AF_RXRPC),
	N(AF_ISDN),      N(AF_PHONET), N(AF_IEEE802154), N(AF_CAIF),    N(AF_ALG),
	N(AF_NFC),       N(AF_VSOCK),  N(AF_KCM),        N(AF_QIPCRTR), N(AF_SMC),
	N(AF_XDP),       {0, 0},
};

const struct arg_name names_socket_type[] = {
	N(SOCK_STREAM),    N(SOCK_DGRAM), N(SOCK_RAW),    N(SOCK_RDM),
	N(SOCK_SEQPACKET), N(SOCK_DCCP),  N(SOCK_PACKET), {0, 0},
};

const struct arg_name names_socket_flags[] = {
	N(SOCK_NONBLOCK),
	N(SOCK_CLOEXEC),
	{0, 0},
};

const struct arg_name names_clone[] = {
	N(CLONE_VM),
	N(CLONE_FS),
	N(CLONE_FILES),
	N(CLONE_SIGHAND),
	N(CLONE_PIDFD),
	N(CLONE_PTRACE),
	N(CLONE_VFORK),
	N(CLONE_PARENT),
	N(CLONE_THREAD),
	N(CLONE_NEWNS),
	N(CLONE_SYSVSEM),
	N(CLONE_SETTLS),
	N(CLONE_PARENT_SETTID),
	N(CLONE_CHILD_CLEARTID),
	N(CLONE_DETACHED),
	N(CLONE_UNTRACED),
	N(CLONE_CHILD_SETTID),
	N(CLONE_NEWCGROUP),
	N(CLONE_NEWUTS),
	N(CLONE_NEWIPC),
	N(CLONE_NEWUSER),
	N(CLONE_NEWPID),
	N(CLONE_NEWNET),
	N(CLONE_IO),
	{0, 0},
};

const struct arg_name names_prctl[] = {
	N(PR_SET_PDEATHSIG),
	N(PR_GET_PDEATHSIG),
	N(PR_GET_DUMPABLE),
	N(PR_SET_DUMPABLE),
	N(PR_GET_KEEPCAPS),
	N(PR_SET_KEEPCAPS),
	N(PR_GET_TIMING),
	N(PR_SET_TIMING),
	N(PR_SET_NAME),
	N(PR_GET_NAME),
	N(PR_GET_SECCOMP),
	N(PR_SET_SECCOMP),
	N(PR_CAPBSET_READ),
	N(PR_CAPBSET_DROP),
	N(PR_GET_TSC),
	N(PR_SET_TSC),
	N(PR_GET_SECUREBITS),
	N(PR_SET_SECUREBITS),
	N(PR_SET_TIMERSLACK),
	N(PR_GET_TIMERSLACK),
	N(PR_SET_MM),
	N(PR_SET_PTRACER),
	N(PR_SET_CHILD_SUBREAPER),
	N(PR_GET_CHILD_SUBREAPER),
	N(PR_SET_NO_NEW_PRIVS),
	N(PR_GET_NO_NEW_PRIVS),
	N(PR_GET_TID_ADDRESS),
	N(PR_SET_THP_DISABLE),
	N(PR_GET_THP_DISABLE),
	N(PR_MCE_KILL),
	N(PR_MCE_KILL_GET),
	N(PR_SET_FP_MODE),
	N(PR_GET_FP_MODE),
	N(PR_CAP_AMBIENT),
	N(PR_SVE_SET_VL),
	N(PR_SVE_GET_VL),
	N(PR_GET_SPECULATION_CTRL),
	N(PR_SET_SPECULATION_CTRL),
	N(PR_PAC_RESET_KEYS),
	N(PR_SET_TAGGED_ADDR_CTRL),
	N(PR_GET_TAGGED_ADDR_CTRL),
	N(PR_SET_IO_FLUSHER),
	N(PR_GET_IO_FLUSHER),
	N(PR_SET_SYSCALL_USER_DISPATCH),
	N(PR_SCHED_CORE),
	{0x41, "PR_SET_MDWE"},
	{0x42, "PR_GET_MDWE"},
	{0x43, "PR_SET_MEMORY_MERGE"},
	{0x44, "PR_GET_MEMORY_MERGE"},
	{0x53564d41, "PR_SET_VMA"},
	{0, 0},
};

const struct arg_name names_arch_prctl[] = {
	{0x1001, "ARCH_SET_GS"},         {0x1002, "ARCH_SET_FS"},
	{0x1003, "ARCH_GET_FS"},         {0x1004, "ARCH_GET_GS"},
	{0x1011, "ARCH_GET_CPUID"},      {0x1012, "ARCH_SET_CPUID"},
	{0x1021, "ARCH_GET_XCOMP_SUPP"}, {0x1022, "ARCH_GET_XCOMP_PERM"},
	{0x1023, "ARCH_REQ_XCOMP_PERM"}, {0x2001, "ARCH_MAP_VDSO_X32"},
	{0x2002, "ARCH_MAP_VDSO_32"},    {0x2003, "ARCH_MAP_VDSO_64"},
	{0x3001, "ARCH_CET_STATUS"},     {0x5001, "ARCH_SHSTK_ENABLE"},
	{0x5002, "ARCH_SHSTK_DISABLE"},  {0, 0},
};

const struct arg_name names_ioctl[] = {
	N(TCGETS),
	N(TCSETS),
	N(TCSETSW),
	N(TCSETSF),
	N(TCGETA),
	N(TCSETA),
	N(TCSBRK),
	N(TCXONC),
	N(TCFLSH),
	N(TIOCEXCL),
	N(TIOCNXCL),
	N(TIOCSCTTY),
	N(TIOCGPGRP),
	N(TIOCSPGRP),
	N(TIOCOUTQ),
	N(TIOCSTI),
	N(TIOCGWINSZ),
	N(TIOCSWINSZ),
	N(TIOCMGET),
	N(TIOCMSET),
	N(FIONREAD),
	N(TIOCLINUX),
	N(TIOCCONS),
	N(TIOCPKT),
	N(FIONBIO),
	N(TIOCNOTTY),
	N(TIOCSETD),
	N(TIOCGETD),
	N(TIOCGSID),
	N(TIOCGPTN),
	N(TIOCSPTLCK),
	N(TIOCGPTPEER),
	N(FIONCLEX),
	N(FIOCLEX),
	N(FIOASYNC),
	N(SIOCGIFNAME),
	N(SIOCGIFCONF),
	N(SIOCGIFFLAGS),
	N(SIOCSIFFLAGS),
	N(SIOCGIFADDR),
	N(SIOCSIFADDR),
	N(SIOCGIFBRDADDR),
	N(SIOCGIFNETMASK),
	N(SIOCGIFMTU),
	N(SIOCGIFHWADDR),
	N(SIOCGIFINDEX),
	N(SIOCETHTOOL),
	{0x40049409, "FICLONE"},
	{0x80086601, "FS_IOC_GETFLAGS"},
	{0x40086602, "FS_IOC_SETFLAGS"},
	{0xc020660b, "FS_IOC_FIEMAP"},
	{0, 0},
};

const struct arg_name names_fcntl[] = {
	N(F_DUPFD),         N(F_GETFD),         N(F_SETFD),          N(F_GETFL),     N(F_SETFL),
	N(F_GETLK),         N(F_SETLK),         N(F_SETLKW),         N(F_SETOWN),    N(F_GETOWN),
	N(F_SETSIG),        N(F_GETSIG),        N(F_SETOWN_EX),      N(F_GETOWN_EX), N(F_OFD_GETLK),
	N(F_OFD_SETLK),     N(F_OFD_SETLKW),    N(F_SETLEASE),       N(F_GETLEASE),  N(F_NOTIFY),
	N(F_DUPFD_CLOEXEC), N(F_SETPIPE_SZ),    N(F_GETPIPE_SZ),     N(F_ADD_SEALS), N(F_GET_SEALS),
	{0xc, "F_GETLK64"}, {0xd, "F_SETLK64"}, {0xe, "F_SETLKW64"}, {0, 0},
};

const struct arg_name names_level[] = {
	{0, "SOL_IP"},      N(SOL_SOCKET),      {6, "SOL_TCP"},     {0x11, "SOL_UDP"},
	{0x29, "SOL_IPV6"}, {0xff, "SOL_RAW"},  N(SOL_PACKET),      N(SOL_NETLINK),
	{0x117, "SOL_ALG"}, {0x11a, "SOL_TLS"}, {0x11b, "SOL_XDP"}, {0, 0},
};

const struct arg_name names_madvise[] = {
	N(MADV_NORMAL),
	N(MADV_RANDOM),
	N(MADV_SEQUENTIAL),
	N(MADV_WILLNEED),
	N(MADV_DONTNEED),
	N(MADV_FREE),
	N(MADV_REMOVE),
	N(MADV_DONTFORK),
	N(MADV_DOFORK),
	N(MADV_MERGEABLE),
	N(MADV_UNMERGEABLE),
	N(MADV_HUGEPAGE),
	N(MADV_NOHUGEPAGE),
	N(MADV_DONTDUMP),
	N(MADV_DODUMP),
	N(MADV_WIPEONFORK),
	N(MADV_KEEPONFORK),
	N(MADV_COLD),
	N(MADV_PAGEOUT),
	N(MADV_HWPOISON),
	{0x16, "MADV_POPULATE_READ"},
	{0x17, "MADV_POPULATE_WRITE"},
	{0x18, "MADV_DONTNEED_LOCKED"},
	{0x19, "MADV_COLLAPSE"},
	{0, 0},
};

const struct arg_name names_prot[] = {
	N(PROT_READ),
	N(PROT_WRITE),
	N(PROT_EXEC),
	{0, 0},
};

const struct arg_name names_keyctl[] = {
	N(KEYCTL_GET_KEYRING_ID),
	N(KEYCTL_JOIN_SESSION_KEYRING),
	N(KEYCTL_UPDATE),
	N(KEYCTL_REVOKE),
	N(KEYCTL_CHOWN),
	N(KEYCTL_SETPERM),
	N(KEYCTL_DESCRIBE),
	N(KEYCTL_CLEAR),
	N(KEYCTL_LINK),
	N(KEYCTL_UNLINK),
	N(KEYCTL_SEARCH),
	N(KEYCTL_READ),
	N(KEYCTL_INSTANTIATE),
	N(KEYCTL_NEGATE),
	N(KEYCTL_SET_REQKEY_KEYRING),
	N(KEYCTL_SET_TIMEOUT),
	N(KEYCTL_ASSUME_AUTHORITY),
	N(KEYCTL_GET_SECURITY),
	N(KEYCTL_SESSION_TO_PARENT),
	N(KEYCTL_REJECT),
	N(KEYCTL_INVALIDATE),
	N(KEYCTL_GET_PERSISTENT),
	{0, 0},
};

const struct arg_name names_bpf[] = {
	N(BPF_MAP_CREATE),       N(BPF_MAP_LOOKUP_ELEM),
	N(BPF_MAP_UPDATE_ELEM),  N(BPF_MAP_DELETE_ELEM),
	N(BPF_MAP_GET_NEXT_KEY), N(BPF_PROG_LOAD),
	N(BPF_OBJ_PIN),          N(BPF_OBJ_GET),
	N(BPF_PROG_ATTACH),      N(BPF_PROG_DETACH),
	N(BPF_PROG_TEST_RUN),    N(BPF_PROG_GET_NEXT_ID),
	N(BPF_MAP_GET_NEXT_ID),  N(BPF_PROG_GET_FD_BY_ID),
	N(BPF_MAP_GET_FD_BY_ID), N(BPF_OBJ_GET_INFO_BY_FD),
	N(BPF_PROG_QUERY),       N(BPF_RAW_TRACEPOINT_OPEN),
	N(BPF_BTF_LOAD),         N(BPF_BTF_GET_FD_BY_ID),
	N(BPF_TASK_FD_QUERY),    N(BPF_MAP_FREEZE),
	N(BPF_BTF_GET_NEXT_ID),  N(BPF_MAP_LOOKUP_BATCH),
	N(BPF_LINK_CREATE),      N(BPF_LINK_UPDATE),
	N(BPF_ITER_CREATE),      {0, 0},
};

const struct arg_name names_ptrace[] = {
	{0, "PTRACE_TRACEME"},
	{1, "PTRACE_PEEKTEXT"},
	{2, "PTRACE_PEEKDATA"},
	{3, "PTRACE_PEEKUSER"},
	{4, "PTRACE_POKETEXT"},
	{5, "PTRACE_POKEDATA"},
	{6, "PTRACE_POKEUSER"},
	{7, "PTRACE_CONT"},
	{8, "PTRACE_KILL"},
	{9, "PTRACE_SINGLESTEP"},
	{0xc, "PTRACE_GETREGS"},
	{0xd, "PTRACE_SETREGS"},
	{0xe, "PTRACE_GETFPREGS"},
	{0xf, "PTRACE_SETFPREGS"},
	{0x10, "PTRACE_ATTACH"},
	{0x11, "PTRACE_DETACH"},
	{0x18, "PTRACE_SYSCALL"},
	{0x4200, "PTRACE_SETOPTIONS"},
	{0x4201, "PTRACE_GETEVENTMSG"},
	{0x4202, "PTRACE_GETSIGINFO"},
	{0x4203, "PTRACE_SETSIGINFO"},
	{0x4204, "PTRACE_GETREGSET"},
	{0x4205, "PTRACE_SETREGSET"},
	{0x4206, "PTRACE_SEIZE"},
	{0x4207, "PTRACE_INTERRUPT"},
	{0x4208, "PTRACE_LISTEN"},
	{0x4209, "PTRACE_PEEKSIGINFO"},
	{0x420c, "PTRACE_SECCOMP_GET_FILTER"},
	{0x420e, "PTRACE_GET_SYSCALL_INFO"},
	{0, 0},
};

const struct arg_name names_seccomp[] = {
	N(SECCOMP_SET_MODE_STRICT),
	N(SECCOMP_SET_MODE_FILTER),
	N(SECCOMP_GET_ACTION_AVAIL),
	N(SECCOMP_GET_NOTIF_SIZES),
	{0, 0},
};

const struct arg_name names_seccomp_flags[] = {
	N(SECCOMP_FILTER_FLAG_TSYNC),       N(SECCOMP_FILTER_FLAG_LOG),
	N(SECCOMP_FILTER_FLAG_SPEC_ALLOW),  N(SECCOMP_FILTER_FLAG_NEW_LISTENER),
	N(SECCOMP_FILTER_FLAG_TSYNC_ESRCH), {0, 0},
};

const struct arg_name names_futex[] = {
	N(FUTEX_WAIT),           N(FUTEX_WAKE),           N(FUTEX_FD),
	N(FUTEX_REQUEUE),        N(FUTEX_CMP_REQUEUE),    N(FUTEX_WAKE_OP),
	N(FUTEX_LOCK_PI),        N(FUTEX_UNLOCK_PI),      N(FUTEX_TRYLOCK_PI),
	N(FUTEX_WAIT_BITSET),    N(FUTEX_WAKE_BITSET),    N(FUTEX_WAIT_REQUEUE_PI),
	N(FUTEX_CMP_REQUEUE_PI), {0xd, "FUTEX_LOCK_PI2"}, {0, 0},
};

const struct arg_name names_futex_flags[] = {
	N(FUTEX_PRIVATE_FLAG),
	N(FUTEX_CLOCK_REALTIME),
	{0, 0},
};

const struct arg_name names_signal[] = {
	N(SIGHUP),  N(SIGINT),    N(SIGQUIT), N(SIGILL),  N(SIGTRAP),   N(SIGABRT), N(SIGBUS),
	N(SIGFPE),  N(SIGKILL),   N(SIGUSR1), N(SIGSEGV), N(SIGUSR2),   N(SIGPIPE), N(SIGALRM),
	N(SIGTERM), N(SIGSTKFLT), N(SIGCHLD), N(SIGCONT), N(SIGSTOP),   N(SIGTSTP), N(SIGTTIN),
	N(SIGTTOU), N(SIGURG),    N(SIGXCPU), N(SIGXFSZ), N(SIGVTALRM), N(SIGPROF), N(SIGWINCH),
	N(SIGIO),   N(SIGPWR),    N(SIGSYS),  {0, 0},
};

const struct arg_name names_resource[] = {
	N(RLIMIT_CPU),      N(RLIMIT_FSIZE),  N(RLIMIT_DATA),
	N(RLIMIT_STACK),    N(RLIMIT_CORE),   N(RLIMIT_RSS),
	N(RLIMIT_NPROC),    N(RLIMIT_NOFILE), N(RLIMIT_MEMLOCK),
	N(RLIMIT_AS),       N(RLIMIT_LOCKS),  N(RLIMIT_SIGPENDING),
	N(RLIMIT_MSGQUEUE), N(RLIMIT_NICE),   N(RLIMIT_RTPRIO),
	N(RLIMIT_RTTIME),   {0, 0},
};

const struct arg_name names_mount[] = {
	{0xc0ed0000, "MS_MGC_VAL"},
	N(MS_RDONLY),
	N(MS_NOSUID),
	N(MS_NODEV),
	N(MS_NOEXEC),
	N(MS_SYNCHRONOUS),
	N(MS_REMOUNT),
	N(MS_MANDLOCK),
	N(MS_DIRSYNC),
	N(MS_NOATIME),
	N(MS_NODIRATIME),
	N(MS_BIND),
	N(MS_MOVE),
	N(MS_REC),
	N(MS_SILENT),
	N(MS_POSIXACL),
	N(MS_UNBINDABLE),
	N(MS_PRIVATE),
	N(MS_SLAVE),
	N(MS_SHARED),
	N(MS_RELATIME),
	N(MS_KERNMOUNT),
	N(MS_I_VERSION),
	N(MS_STRICTATIME),
	N(MS_LAZYTIME),
	{0x100, "MS_NOSYMFOLLOW"},
	{0, 0},
};

const struct arg_name names_umount[] = {
	N(MNT_FORCE), N(MNT_DETACH), N(MNT_EXPIRE), N(UMOUNT_NOFOLLOW), {0, 0},
};

const struct arg_name names_epoll[] = {
	N(EPOLL_CTL_ADD),
	N(EPOLL_CTL_DEL),
	N(EPOLL_CTL_MOD),
	{0, 0},
};

const struct arg_name names_shm[] = {
	N(SHM_RDONLY), N(SHM_RND), N(SHM_REMAP), N(SHM_EXEC), {0, 0},
};

const struct arg_name names_memfd[] = {
	N(MFD_CLOEXEC),         N(MFD_ALLOW_SEALING), N(MFD_HUGETLB),
	{8, "MFD_NOEXEC_SEAL"}, {0x10, "MFD_EXEC"},   {0, 0},
};

const struct arg_name names_personality[] = {
	{0xffffffff, "0xffffffff"},
	N(ADDR_NO_RANDOMIZE),
	N(FDPIC_FUNCPTRS),
	N(MMAP_PAGE_ZERO),
	N(ADDR_COMPAT_LAYOUT),
	N(READ_IMPLIES_EXEC),
	N(ADDR_LIMIT_32BIT),
	N(SHORT_INODE),
	N(WHOLE_SECONDS),
	N(STICKY_TIMEOUTS),
	N(ADDR_LIMIT_3GB),
	{8, "PER_LINUX32"},
	{0, 0},
};

/* build: -static -nostdlib -ffreestanding -fno-stack-protector -fno-pie */
// SPDX-License-Identifier: BSD-2-Clause
/*
 * The second oracle: it has no libc, counts every call that it and its children make, and prints
 * the counts, which are therefore complete: "ARCH NUMBER SUBCALL NAME CALLS", "-" for none.
 *
 *     probe           native calls
 *     probe odd       those, and i386 calls, x32 calls and numbers that no kernel has
 */
#include <asm/unistd.h>
#include <linux/signal.h>
#include <stddef.h>

#include "raw.h"

#define CHILDREN       4
#define CALLS_OF_CHILD 3000
#define SIGNALS        5

struct row {
	const char *arch;
	long nr;
	long sub; /* -1: none */
	const char *name;
	unsigned long calls;
};

/* clang-format off */

#define CALL(name) {RAW_ARCH, __NR_##name, -1, #name, 0}
#define NEW_CALL(nr, name) {RAW_ARCH, nr, -1, name, 0} /* newer than the oldest headers */

/*
 * All fail or do nothing when they are called with (-1, 0, 0, 0), most because there is no file -1.
 * Calls of many subsystems, so that a wrong number cannot hide.
 */
static struct row harmless[] = {
	CALL(read), CALL(pread64), CALL(pwrite64), CALL(readv), CALL(writev), CALL(preadv),
	CALL(pwritev), CALL(preadv2), CALL(pwritev2), CALL(lseek), CALL(close), CALL(dup),
	CALL(dup3), CALL(fcntl), CALL(ioctl), CALL(flock), CALL(fsync), CALL(fdatasync),
	CALL(ftruncate), CALL(fallocate), CALL(fchmod), CALL(fchown), CALL(fchdir), CALL(fstatfs),
	CALL(getdents64), CALL(readahead), CALL(fadvise64), CALL(sync_file_range), CALL(syncfs),
	CALL(copy_file_range), CALL(splice), CALL(tee), CALL(vmsplice), CALL(sendfile),
	CALL(openat), CALL(openat2), CALL(mkdirat), CALL(mknodat), CALL(unlinkat), CALL(symlinkat),
	CALL(linkat), CALL(renameat2), CALL(fchownat), CALL(fchmodat), CALL(faccessat),
	CALL(faccessat2), CALL(readlinkat), CALL(statx), CALL(name_to_handle_at),
	CALL(open_by_handle_at), CALL(fgetxattr), CALL(fsetxattr), CALL(flistxattr),
	CALL(fremovexattr), CALL(inotify_add_watch), CALL(inotify_rm_watch), CALL(fanotify_mark),
	CALL(bind), CALL(listen), CALL(accept), CALL(accept4), CALL(connect), CALL(getsockname),
	CALL(getpeername), CALL(sendto), CALL(recvfrom), CALL(sendmsg), CALL(recvmsg),
	CALL(sendmmsg), CALL(recvmmsg), CALL(shutdown), CALL(getsockopt), CALL(setsockopt),
	CALL(epoll_ctl), CALL(epoll_pwait), CALL(epoll_pwait2), CALL(timerfd_settime),
	CALL(timerfd_gettime), CALL(signalfd4), CALL(io_uring_enter), CALL(io_uring_register),
	CALL(setns), CALL(pidfd_send_signal), CALL(pidfd_getfd), CALL(process_madvise),
	CALL(fsconfig), CALL(fsmount), CALL(fspick), CALL(open_tree), CALL(move_mount),
	CALL(mount_setattr), CALL(landlock_add_rule), CALL(landlock_restrict_self),
	CALL(finit_module), CALL(kexec_file_load), CALL(perf_event_open), CALL(bpf),
	CALL(mq_timedsend), CALL(mq_timedreceive), CALL(mq_notify), CALL(mq_getsetattr),
	CALL(getpid), CALL(gettid), CALL(getuid), CALL(geteuid), CALL(getgid), CALL(getegid),
	CALL(getpgid), CALL(getsid), CALL(sched_yield), CALL(sched_getscheduler),
	CALL(sched_getparam), CALL(getpriority), CALL(capget), CALL(munmap), CALL(mincore),
	CALL(madvise), CALL(mlock), CALL(shmat), CALL(semop), CALL(msgsnd), CALL(add_key),
	NEW_CALL(451, "cachestat"), NEW_CALL(452, "fchmodat2"), NEW_CALL(457, "statmount"),
#if defined(__x86_64__)
	CALL(open), CALL(stat), CALL(lstat), CALL(access), CALL(dup2), CALL(getdents),
	CALL(epoll_wait), CALL(futimesat), CALL(utimensat), CALL(time), CALL(getpgrp),
#endif
};

/* What is done on purpose. */
static struct row done[] = {
	CALL(execve), CALL(rt_sigaction), CALL(tgkill), CALL(rt_sigreturn), CALL(clone),
	CALL(getppid), CALL(wait4), CALL(write), CALL(exit), CALL(exit_group),
};

#if defined(__x86_64__)

#define I386(nr, name) {"x86", nr, -1, name, 0}
#define SOCKETCALL(sub) {"x86", 102, sub, "socketcall", 0}
#define IPC(sub) {"x86", 117, sub, "ipc", 0}
#define X32(nr, name) {"x32", nr, -1, name, 0}
#define NO_CALL(nr) {RAW_ARCH, nr, -1, "-", 0}

static struct row odd[] = {
	I386(3, "read"), I386(6, "close"), I386(19, "lseek"), I386(20, "getpid"),
	I386(24, "getuid"), I386(41, "dup"), I386(54, "ioctl"), I386(55, "fcntl"),
	I386(64, "getppid"), I386(90, "mmap"), I386(95, "fchown"), I386(118, "fsync"),
	I386(133, "fchdir"), I386(140, "_llseek"), I386(148, "fdatasync"), I386(158, "sched_yield"),
	I386(197, "fstat64"), I386(199, "getuid32"), I386(221, "fcntl64"), I386(224, "gettid"),
	I386(295, "openat"), I386(328, "eventfd2"), I386(422, "futex_time64"),
	I386(452, "fchmodat2"), I386(-1, "-"), I386(509, "-"), I386(510, "-"), I386(511, "-"), I386(512, "-"), I386(1000, "-"),
	SOCKETCALL(0), SOCKETCALL(1), SOCKETCALL(3), SOCKETCALL(16), SOCKETCALL(20), SOCKETCALL(31),
	SOCKETCALL(32), SOCKETCALL(1000), IPC(0), IPC(1), IPC(4), IPC(14), IPC(22), IPC(23),
	IPC(31), IPC(32), IPC(1000), X32(39, "getpid"), X32(513, "-"), X32(600, "-"),
	X32(0x3fffffff, "-"), NO_CALL(-1), NO_CALL(-4095), NO_CALL(509), NO_CALL(510), NO_CALL(511), NO_CALL(512),
	NO_CALL(1000), NO_CALL(0x3fffffff),
};

/* clang-format on */

static void call_row(const struct row *row)
{
	if (row->arch[1] == '8' && row->arch[3] == '\0') /* x86 */
		int80(row->nr, row->sub, row->sub < 0 ? 0 : -1, 0, 0, 0);
	else
		raw(row->arch[1] == '3' ? row->nr | X32_BIT : row->nr, -1, 0, 0, 0);
}

#else

static struct row odd[] = {
	{RAW_ARCH, -1, -1, "-", 0},
	{RAW_ARCH, 1000, -1, "-", 0},
};

static void call_row(const struct row *row)
{
	raw(row->nr, -1, 0, 0, 0);
}

#endif

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static char text[32768];
static size_t len;

static void add_text(const char *add, char end)
{
	while (*add)
		text[len++] = *add++;
	text[len++] = end;
}

static void add_number(long number, char end)
{
	char digits[24], *p = digits + sizeof(digits) - 1;
	unsigned long left = number < 0 ? -(unsigned long)number : (unsigned long)number;

	*p = '\0';
	do
		*--p = '0' + left % 10;
	while (left /= 10);
	if (number < 0)
		*--p = '-';
	add_text(p, end);
}

static void add_rows(const struct row *rows, size_t rows_len)
{
	for (const struct row *row = rows; row < rows + rows_len; row++) {
		add_text(row->arch, ' ');
		add_number(row->nr, ' ');
		if (row->sub < 0)
			add_text("-", ' ');
		else
			add_number(row->sub, ' ');
		add_text(row->name, ' ');
		add_number(row->calls, '\n');
	}
}

static void count(long nr, unsigned long calls)
{
	for (struct row *row = done; row < done + LEN(done); row++)
		if (row->nr == nr)
			row->calls += calls;
}

static long call(long nr, long a, long b, long c, long d)
{
	count(nr, 1);
	return raw(nr, a, b, c, d);
}

/* Different numbers of calls, so that two mixed-up rows do not look right. */
static void call_rows(struct row *rows, size_t rows_len)
{
	for (size_t i = 0; i < rows_len; i++)
		for (size_t times = i % 7 + 1; times; times--, rows[i].calls++)
			call_row(&rows[i]);
}

/* All at the same time on all CPUs: none of their calls may get lost. */
static void have_children(void)
{
	for (int i = 0; i < CHILDREN; i++) {
		if (call(__NR_clone, SIGCHLD, 0, 0, 0))
			continue;
		for (int calls = 0; calls < CALLS_OF_CHILD; calls++)
			raw(__NR_getppid, 0, 0, 0, 0);
		raw(__NR_exit, 0, 0, 0, 0);
	}
	for (int i = 0; i < CHILDREN; i++)
		call(__NR_wait4, -1, 0, 0, 0);
	count(__NR_getppid, CHILDREN * CALLS_OF_CHILD); /* they count in memory of their own */
	count(__NR_exit, CHILDREN);
}

static void on_signal(int signal)
{
	(void)signal;
	count(__NR_rt_sigreturn, 1);
}

#if defined(__x86_64__)
void restore(void);
__asm__("restore:\tmov $15, %eax\n\tsyscall"); /* rt_sigreturn */
#endif

static void get_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	long pid = raw(__NR_getpid, 0, 0, 0, 0);

	for (struct row *row = harmless; row < harmless + LEN(harmless); row++)
		if (row->nr == __NR_getpid)
			row->calls++;
#if defined(__x86_64__)
	action.sa_flags = SA_RESTORER;
	action.sa_restorer = restore;
#endif
	call(__NR_rt_sigaction, SIGUSR1, (long)&action, 0, 8);
	for (int i = 0; i < SIGNALS; i++)
		call(__NR_tgkill, pid, pid, SIGUSR1, 0);
}

void start(const long *argc);

void start(const long *argc)
{
	count(__NR_execve, 1);
	call_rows(harmless, LEN(harmless));
	if (*argc > 1)
		call_rows(odd, LEN(odd));
	get_signals();
	have_children();

	count(__NR_write, 1);
	count(__NR_exit_group, 1);
	add_rows(harmless, LEN(harmless));
	add_rows(done, LEN(done));
	if (*argc > 1)
		add_rows(odd, LEN(odd));
	raw(__NR_write, 1, (long)text, len, 0);
	raw(__NR_exit_group, 0, 0, 0, 0);
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\tmov x0, sp\n\tbl start");
#endif

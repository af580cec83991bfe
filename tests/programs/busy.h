/* SPDX-License-Identifier: BSD-2-Clause */
/* For busy.c: filters, and what tracers and supervisors do to a child. */
#pragma once

#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct act {
	const char *name;
	void (*run)(void);
};

static inline void end_of(pid_t pid)
{
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static inline int load_filter(uint32_t action, int nr, int tsync)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int fd = -1;

	if (!ctx || seccomp_rule_add(ctx, action, nr, 0) ||
	    seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, tsync) || seccomp_load(ctx))
		_exit(89);
	if (action == SCMP_ACT_NOTIFY)
		fd = seccomp_notify_fd(ctx);
	else
		seccomp_release(ctx);
	return fd;
}

/* What a traced child does: calls, children, signals, another program. */
static inline void be_traced(void)
{
	pid_t pid;

	for (int i = 0; i < 5; i++)
		getppid();
	pid = fork();
	if (!pid)
		_exit(0);
	end_of(pid);
	raise(SIGUSR1);
	usleep(100);
	execl("/bin/true", "true", NULL);
	_exit(127);
}

/* The tracer at a stop: has the child skip the call, or make another one. */
static inline void change_call(pid_t pid, long nr)
{
#ifdef __x86_64__
	ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), nr);
#else
	(void)pid;
	(void)nr;
#endif
}

static inline long call_of(pid_t pid)
{
#ifdef __x86_64__
	return ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user_regs_struct, orig_rax), 0);
#else
	return pid * 0;
#endif
}

/* From stop to stop, each time in another way; at last it is let go, or killed. */
static inline void do_traced(void)
{
	static const int ways[] = {PTRACE_SYSCALL, PTRACE_SYSCALL, PTRACE_SYSCALL, PTRACE_CONT,
				   PTRACE_SINGLESTEP};
	static unsigned int turn;
	pid_t pid = fork(), seen;
	int status;

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		be_traced();
	}
	for (int stops = 0; (seen = waitpid(-1, &status, __WALL)) > 0; stops++) {
		int signal = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;

		if (!signal) {
			if (seen == pid)
				break;
			continue;
		}
		if (seen == pid && !stops)
			ptrace(PTRACE_SETOPTIONS, pid, 0,
			       PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXEC |
				       PTRACE_O_EXITKILL);
		if (signal == (SIGTRAP | 0x80) && call_of(seen) == SYS_getppid && stops % 7 == 3)
			change_call(seen, -1);
		if (signal == (SIGTRAP | 0x80) || signal == SIGTRAP || signal == SIGSTOP)
			signal = 0;
		turn++;
		if (stops > 60 && turn % 3 == 0)
			kill(pid, SIGKILL);
		else if (stops > 60)
			ptrace(PTRACE_DETACH, seen, 0, signal);
		else
			ptrace(ways[turn % 5], seen, 0, signal);
	}
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}

static inline void do_seized(void)
{
	struct timespec time = {5, 0};
	pid_t pid = fork();
	int status;

	if (!pid) {
		for (;;) {
			nanosleep(&time, NULL);
			getppid();
		}
	}
	for (int i = 0; i < 3; i++) {
		usleep(200);
		if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD))
			break;
		for (int j = 0; j < 4; j++) {
			ptrace(PTRACE_INTERRUPT, pid, 0, 0);
			if (waitpid(pid, &status, __WALL) != pid)
				break;
			ptrace(j & 1 ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, 0);
		}
		ptrace(PTRACE_INTERRUPT, pid, 0, 0);
		waitpid(pid, &status, __WALL);
		ptrace(PTRACE_DETACH, pid, 0, 0);
	}
	kill(pid, SIGKILL);
	end_of(pid);
}

/* PTRACE_SYSEMU: the child's calls are not made. */
static inline void do_emulated(void)
{
	pid_t pid = fork();
	int status, stops = 0;

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		for (int i = 0; i < 30; i++)
			getppid();
		_exit(0);
	}
	while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
		int emulate = ++stops < 12;

#ifdef PTRACE_SYSEMU
		ptrace(emulate ? PTRACE_SYSEMU : PTRACE_CONT, pid, 0, 0);
#else
		ptrace(PTRACE_CONT, pid, 0, 0 * emulate);
#endif
	}
}

/* A filter asks the tracer, who lets the call go on, or has it skipped, or changes it. */
static inline void do_trace_filter(void)
{
	pid_t pid = fork();
	int status, turn = 0;

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		load_filter(SCMP_ACT_TRACE(7), SYS_getpriority, 0);
		for (int i = 0; i < 9; i++)
			syscall(SYS_getpriority, 0, 0);
		_exit(0);
	}
	while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
		int signal = WSTOPSIG(status);

		if (signal == SIGSTOP)
			ptrace(PTRACE_SETOPTIONS, pid, 0,
			       PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL);
		else if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
			change_call(pid, (long[]){SYS_getpriority, SYS_getppid, -1}[turn++ % 3]);
		ptrace(PTRACE_CONT, pid, 0, signal == SIGSTOP || signal == SIGTRAP ? 0 : signal);
	}
}

static inline void *supervise(void *listener)
{
	struct seccomp_notif *request;
	struct seccomp_notif_resp *answer;

	if (seccomp_notify_alloc(&request, &answer))
		_exit(88);
	for (;;) {
		memset(request, 0, sizeof(*request));
		if (seccomp_notify_receive((int)(long)listener, request))
			continue;
		usleep(50); /* it is interrupted meanwhile */
		memset(answer, 0, sizeof(*answer));
		answer->id = request->id;
		answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		seccomp_notify_respond((int)(long)listener, answer);
	}
	return NULL;
}

/* A filter asks a supervisor, who lets each call go on; signals come meanwhile. */
static inline void do_notify(void)
{
	struct itimerval timer = {{0, 300}, {0, 300}}, none = {{0, 0}, {0, 0}};
	pid_t pid = fork();
	pthread_t id;
	sigset_t alarm;
	int fd;

	if (!pid) {
		sigemptyset(&alarm);
		sigaddset(&alarm, SIGALRM);
		fd = load_filter(SCMP_ACT_NOTIFY, SYS_getpriority, 0);
		/* the supervisor is not to be interrupted */
		pthread_sigmask(SIG_BLOCK, &alarm, NULL);
		pthread_create(&id, NULL, supervise, (void *)(long)fd);
		pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
		setitimer(ITIMER_REAL, &timer, NULL);
		for (int i = 0; i < 20; i++)
			syscall(SYS_getpriority, 0, 0);
		setitimer(ITIMER_REAL, &none, NULL);
		_exit(0);
	}
	end_of(pid);
}

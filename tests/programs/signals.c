// SPDX-License-Identifier: BSD-2-Clause
/* Signals to handlers, on another stack, out of a fault, of timers, by a descriptor, and a stop. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static sigjmp_buf before_fault;
static volatile sig_atomic_t handled;

static void on_signal(int signal)
{
	(void)signal;
	handled++;
}

static void on_fault(int signal)
{
	(void)signal;
	siglongjmp(before_fault, 1);
}

static void handle(int signal, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	sigaction(signal, &action, NULL);
}

static void fault(void)
{
	stack_t stack = {.ss_sp = malloc(SIGSTKSZ), .ss_size = SIGSTKSZ};
	volatile char *nothing = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	sigaltstack(&stack, NULL);
	handle(SIGSEGV, on_fault, SA_ONSTACK);
	if (!sigsetjmp(before_fault, 1))
		*nothing = 1;
}

/* In each the signal may come early: it is blocked until the wait. */
static void timers(void)
{
	struct itimerval soon = {.it_value.tv_usec = 10000};
	struct itimerspec later = {.it_value.tv_nsec = 10000000};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
	struct signalfd_siginfo info;
	sigset_t all, none;
	timer_t timer;
	int fd;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &none);
	setitimer(ITIMER_REAL, &soon, NULL);
	sigsuspend(&none);
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	timer_settime(timer, 0, &later, NULL);
	sigwaitinfo(&all, NULL);
	timer_delete(timer);
	fd = signalfd(-1, &all, SFD_CLOEXEC);
	kill(getpid(), SIGUSR1);
	if (read(fd, &info, sizeof(info)) == sizeof(info))
		handled++;
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A sleep that was stopped goes on as restart_syscall. */
static int stop_a_sleeper(void)
{
	struct timespec sleep = {.tv_nsec = 300000000};
	pid_t pid = fork();
	int status;

	if (!pid) {
		nanosleep(&sleep, NULL);
		_exit(0);
	}
	usleep(100000);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	return status;
}

int main(void)
{
	handle(SIGUSR1, on_signal, SA_RESTART);
	handle(SIGALRM, on_signal, 0);
	for (int i = 0; i < 5; i++)
		raise(SIGUSR1);
	fault();
	timers();
	printf("%d handled\n", (int)handled);
	return stop_a_sleeper();
}

/* build: -static */
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * churn DIRECTORY NAME N [A_SECOND [vfork]]: makes N cgroups in a cgroup, called as the format NAME says of their numbers ("web-%ld"), some at
 * once, without a pause or so many a second, runs itself in each and removes it. The one number i makes the calls of `spell` for i % 1023 + 1,
 * each once. With vfork, instead of a program, a process that shares the memory of this one: some 2,000 a second.
 */
#include "raw.h"
#include "spell.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE 16

/* Not in the frame that it shares with its parent. */
static __attribute__((noinline, noreturn)) void spell_and_exit(long number)
{
	spell(number);
	_exit(0);
}

/* self NULL: without an exec. */
static pid_t start_in(const char *directory, char *self, long i)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct clone_args args = {.flags = CLONE_INTO_CGROUP | CLONE_VM | CLONE_VFORK,
				  .exit_signal = SIGCHLD,
				  .cgroup = fd};
	char number[16], *argv[] = {self, number, NULL}, *environment[] = {NULL};
	pid_t pid;

	if (fd < 0)
		return -1;
	snprintf(number, sizeof(number), "%ld", i % 1023 + 1);
	/* raw: a function of the C library would return twice, to a place on the stack that is another's by then */
	pid = raw(SYS_clone3, (long)&args, sizeof(args), 0, 0);
	if (!pid && !self)
		spell_and_exit(i % 1023 + 1);
	if (!pid) {
		execve("/proc/self/exe", argv, environment);
		_exit(127);
	}
	close(fd);
	return pid;
}

/* A cgroup is busy for a moment longer than its process can be waited for. */
static int end_in(const char *directory, pid_t pid)
{
	const struct timespec moment = {.tv_nsec = 200000};
	int status;

	if (waitpid(pid, &status, 0) != pid || status)
		return -1;
	while (rmdir(directory)) {
		if (errno != EBUSY)
			return -1;
		nanosleep(&moment, NULL);
	}
	return 0;
}

static int fail(const char *directory)
{
	perror(directory);
	return 1;
}

int main(int argc, char **argv)
{
	long n = argc > 3 ? atol(argv[3]) : 0, rate = argc > 4 ? atol(argv[4]) : 0;
	char directory[AT_ONCE][4096];
	pid_t pids[AT_ONCE];
	struct timespec at;
	int len;

	if (argc == 2) {
		spell(atoi(argv[1]));
		_exit(0);
	}
	clock_gettime(CLOCK_MONOTONIC, &at);
	for (long i = 0; i < n + AT_ONCE; i++) {
		char *here = directory[i % AT_ONCE];

		if (i >= AT_ONCE && i - AT_ONCE < n && end_in(here, pids[i % AT_ONCE]))
			return fail(here);
		if (i >= n)
			continue;
		len = snprintf(here, sizeof(directory[0]), "%s/", argv[1]);
		snprintf(here + len, sizeof(directory[0]) - len, argv[2], i);
		if (mkdir(here, 0755))
			return fail(here);
		pids[i % AT_ONCE] = start_in(here, argc > 5 ? NULL : argv[0], i);
		if (pids[i % AT_ONCE] < 0)
			return fail(here);
		if (!rate)
			continue;
		at.tv_nsec += 1000000000 / rate;
		if (at.tv_nsec >= 1000000000) {
			at.tv_nsec -= 1000000000;
			at.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
	}
	return 0;
}

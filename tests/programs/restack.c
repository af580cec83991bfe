/* build: -static */
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restack ROUNDS TARGET OTHER: kernels give the stack of a task that has ended to the next one, and tasks move while they run. In each
 * round a child is born into the first cgroup and calls getppid, and one into the second calls getpgid; and then, as often, one that is born there and goes
 * to the first one calls getsid here and getpriority there, and getsid again when it is back; three times each. All with raw calls.
 */
#include "raw.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define OFTEN 3

struct place {
	int directory, procs; /* files */
};

static void call(long nr)
{
	for (int i = 0; i < OFTEN; i++)
		raw(nr, 0, 0, 0, 0);
}

static int move_to(const struct place *place)
{
	return raw(SYS_write, place->procs, (long)"0", 1, 0) == 1 ? 0 : -1;
}

static int in_target(const struct place *target, const struct place *other)
{
	(void)target, (void)other;
	call(SYS_getppid);
	return 0;
}

static int in_other(const struct place *target, const struct place *other)
{
	(void)target, (void)other;
	call(SYS_getpgid);
	return 0;
}

static int between(const struct place *target, const struct place *other)
{
	call(SYS_getsid);
	if (move_to(target))
		return 1;
	call(SYS_getpriority);
	if (move_to(other))
		return 1;
	call(SYS_getsid);
	return 0;
}

static int run_in(const struct place *born, const struct place *target, const struct place *other,
		  int (*work)(const struct place *target, const struct place *other))
{
	struct clone_args args = {.flags = CLONE_INTO_CGROUP,
				  .exit_signal = SIGCHLD,
				  .cgroup = born->directory};
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));
	int status = -1;

	if (!pid)
		raw(SYS_exit_group, work(target, other), 0, 0, 0);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return pid < 0 || status ? -1 : 0;
}

static int open_place(const char *path, struct place *place)
{
	place->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	place->procs = openat(place->directory, "cgroup.procs", O_WRONLY);
	return place->procs < 0 ? -1 : 0;
}

static int fail(long round)
{
	fprintf(stderr, "restack: round %ld: %s\n", round, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	long rounds = argc == 4 ? atol(argv[1]) : 0;
	struct place target, other;

	if (!rounds || open_place(argv[2], &target) || open_place(argv[3], &other)) {
		fprintf(stderr, "restack: ROUNDS TARGET OTHER\n");
		return 1;
	}
	/* nobody moves while these are born: births alone have to be noticed */
	for (long i = 0; i < rounds; i++)
		if (run_in(&target, &target, &other, in_target) ||
		    run_in(&other, &target, &other, in_other))
			return fail(i);
	for (long i = 0; i < rounds; i++)
		if (run_in(&other, &target, &other, between))
			return fail(i);
	return 0;
}

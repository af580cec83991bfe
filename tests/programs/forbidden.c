/* build: -static */
// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tries calls that a container must not make, each as often as its place in the list says, with arguments that do no harm where
 * they are allowed. `forbidden names` prints their names and places. `forbidden WAY ROUNDS`: so often, and says at which rate:
 *
 *     calls      as fast as it can, by two processes at once, each half of the rounds; SIGSYS is handled
 *     threads    each call by a thread of its own, which may be killed for it
 *     children   each call by a process of its own
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALL(name)                                                                                 \
	{                                                                                          \
#name, SYS_##name                                                                  \
	}
#define LEN (sizeof(calls) / sizeof(*calls))

static const struct {
	const char *name;
	long nr;
} calls[] = {
	CALL(mount),         CALL(umount2),       CALL(swapon),          CALL(swapoff),
	CALL(sethostname),   CALL(setdomainname), CALL(pivot_root),      CALL(init_module),
	CALL(delete_module), CALL(acct),          CALL(settimeofday),    CALL(clock_settime),
	CALL(setns),         CALL(bpf),           CALL(perf_event_open), CALL(quotactl),
	CALL(kexec_load),    CALL(userfaultfd),   CALL(lookup_dcookie),  CALL(open_by_handle_at),
	CALL(fanotify_init), CALL(vhangup),
};

static void *call(void *nr)
{
	syscall((long)nr, -1L, -1L, -1L, -1L, -1L, -1L);
	return NULL;
}

static void by_thread(long nr)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, call, (void *)nr) || pthread_join(thread, NULL))
		exit(99);
}

static void by_child(long nr)
{
	pid_t pid = fork();

	if (!pid) {
		call((void *)nr);
		_exit(0);
	}
	if (waitpid(pid, NULL, 0) != pid)
		exit(98);
}

static void by_itself(long nr)
{
	call((void *)nr);
}

static void each(void (*way)(long nr), long rounds)
{
	while (rounds--)
		for (size_t i = 0; i < LEN; i++)
			for (size_t times = 0; times <= i; times++)
				way(calls[i].nr);
}

static void both(long rounds)
{
	pid_t pid = fork();

	each(by_itself, (rounds + !pid) / 2);
	if (!pid)
		_exit(0);
	if (waitpid(pid, NULL, 0) != pid)
		exit(97);
}

static void on_sigsys(int signal)
{
	(void)signal;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";
	long rounds = argc > 2 ? atol(argv[2]) : 1;
	double begun = now();

	if (!strcmp(way, "names")) {
		for (size_t i = 0; i < LEN; i++)
			printf("%s %zu\n", calls[i].name, i + 1);
		return 0;
	}
	if (!strcmp(way, "threads")) {
		each(by_thread, rounds);
	} else if (!strcmp(way, "children")) {
		each(by_child, rounds);
	} else if (!strcmp(way, "calls")) {
		signal(SIGSYS, on_sigsys);
		both(rounds);
	} else {
		each(by_itself, rounds);
	}
	if (argc > 2)
		printf("rate %.0f\n", rounds * LEN * (LEN + 1) / 2 / (now() - begun));
	return 0;
}

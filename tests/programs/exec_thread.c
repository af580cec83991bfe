// SPDX-License-Identifier: BSD-2-Clause
/* A thread that is not the leader runs execve: it takes over the leader's pid, all others die. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define SLEEPERS 3

static pthread_barrier_t barrier;

static void *replace_all(void *arg)
{
	char **argv = arg;

	pthread_barrier_wait(&barrier);
	usleep(50000); /* the others shall sleep by then */
	execv(argv[1], argv + 1);
	return NULL;
}

static void *sleep_on(void *arg)
{
	pthread_barrier_wait(&barrier);
	for (;;)
		pause();
	return arg;
}

/* usage: exec_thread [COMMAND...] */
int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc < 2) {
		puts("replaced");
		return 0;
	}
	pthread_barrier_init(&barrier, NULL, SLEEPERS + 1);
	for (int i = 0; i < SLEEPERS; i++)
		pthread_create(&thread, NULL, sleep_on, NULL);
	pthread_create(&thread, NULL, replace_all, argv);
	pthread_join(thread, NULL);
	return 1; /* execv failed */
}

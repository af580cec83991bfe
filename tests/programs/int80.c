// SPDX-License-Identifier: BSD-2-Clause
/*
 * A 64-bit program whose threads make i386 calls among others: the ABI belongs to the call, not to
 * the process.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "raw.h"

/* Three of four sleep here, however fast they are: so futex is always among the calls. */
static pthread_barrier_t barrier;

static void *compat(void *arg)
{
	long uid = 0;

	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 20; i++) {
		uid = int80(24, 0, 0, 0, 0, 0); /* getuid; sched_yield of x86_64 */
		int80(20, 0, 0, 0, 0, 0);       /* getpid; writev */
		getppid();
		int80(102, 0, 0, 0, 0, 0);  /* socketcall; getuid */
		int80(117, 99, 0, 0, 0, 0); /* ipc; setresuid */
		int80(1000, 0, 0, 0, 0, 0);
		raw(1001, 0, 0, 0, 0);
	}
	return (long)getuid() == uid ? arg : NULL;
}

static void *native(void *arg)
{
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 20; i++) {
		getppid();
		usleep(1);
	}
	return arg;
}

int main(void)
{
	void *(*const roles[])(void *) = {compat, native, compat};
	pthread_t threads[3];
	void *same;
	int good = 1;

	pthread_barrier_init(&barrier, NULL, 4);
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, roles[i], &good);
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], &same);
		good = good && same;
	}
	puts(good ? "both ABIs agree" : "the ABIs disagree");
	return !good;
}

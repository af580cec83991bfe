// SPDX-License-Identifier: BSD-2-Clause
/* Threads that wait for each other in the usual ways, are signalled, cancelled and left alone. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define THREADS 4
#define ROUNDS  50

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t never;
static int turn;

/* Each waits for its turn, so that somebody always sleeps: the calls do not depend on luck. */
static void *take_turns(void *arg)
{
	int me = *(int *)arg;

	pthread_barrier_wait(&barrier);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&lock);
		while (turn != me)
			pthread_cond_wait(&turn_changed, &lock);
		turn = (turn + 1) % THREADS;
		pthread_cond_broadcast(&turn_changed);
		pthread_mutex_unlock(&lock);
	}
	free(malloc(1 << 20)); /* beyond what malloc gives from the heap */
	return NULL;
}

static void *wait_for_ever(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *be_late(void *arg)
{
	usleep(1000);
	return arg;
}

static void on_signal(int signal)
{
	(void)signal;
}

int main(void)
{
	pthread_t threads[THREADS], waiting, alone;
	int numbers[THREADS];
	struct timespec soon;

	signal(SIGUSR1, on_signal);
	sem_init(&never, 0, 0);
	pthread_barrier_init(&barrier, NULL, THREADS);
	pthread_create(&waiting, NULL, wait_for_ever, NULL);
	pthread_create(&alone, NULL, be_late, NULL);
	pthread_detach(alone);
	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		pthread_create(&threads[i], NULL, take_turns, &numbers[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);

	usleep(20000);
	pthread_kill(waiting, SIGUSR1);
	usleep(20000);
	pthread_cancel(waiting);
	pthread_join(waiting, NULL);
	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_nsec += 20000000;
	if (soon.tv_nsec >= 1000000000) {
		soon.tv_nsec -= 1000000000;
		soon.tv_sec++;
	}
	while (sem_timedwait(&never, &soon) && errno == EINTR)
		;
	puts("all threads are back");
	return 0;
}

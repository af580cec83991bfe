// SPDX-License-Identifier: BSD-2-Clause
/*
 * calls BATCHES [SIZE]: makes getppid calls in batches and prints the nanoseconds a call of the best batch. The best one is what the
 * calls cost; the others are what the neighbours cost.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

int main(int argc, char **argv)
{
	int batches = argc > 1 ? atoi(argv[1]) : 20;
	int size = argc > 2 ? atoi(argv[2]) : 20000;
	double best = 0;

	for (int b = 0; b < batches; b++) {
		double start = now(), took;

		for (int i = 0; i < size; i++)
			syscall(SYS_getppid);
		took = (now() - start) / size;
		best = !b || took < best ? took : best;
	}
	printf("%.2f\n", best);
	return 0;
}

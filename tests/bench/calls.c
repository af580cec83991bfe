// SPDX-License-Identifier: BSD-2-Clause
/*
 * calls BATCHES [SIZE [filter]]: makes getppid calls in batches of SIZE and prints the nanoseconds a call of the best batch. The best one
 * is what the calls cost; the others are what the neighbours cost. With `filter` behind a seccomp filter that lets everything pass.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static void load_filter(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog filter = {.len = 1, .filter = &allow};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) {
		perror("calls: filter");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	int batches = argc > 1 ? atoi(argv[1]) : 20;
	int size = argc > 2 ? atoi(argv[2]) : 20000;
	double best = 0;

	if (argc > 3)
		load_filter();
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

// SPDX-License-Identifier: BSD-2-Clause
/*
 * calls BATCHES [SIZE [filter]]: makes getppid calls in batches of SIZE and prints the nanoseconds a call of the best batch. The best one
 * is what the calls cost; the others are what the neighbours cost. With `filter` behind a seccomp filter that lets everything pass.
 *
 * calls ring BATCHES PROCESSES SIZE [CGROUP]: a byte goes round through pipes; whoever has it makes SIZE such calls, its read and its write
 * besides. All run on one CPU, so that it is another process's turn after each pass. With CGROUP the process i is in CGROUP/i. A batch is a
 * lap, or some: who passes on may make its next call in this lap or in the one after it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PASSES_A_BATCH 40

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void load_filter(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog filter = {.len = 1, .filter = &allow};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		die("calls: filter");
}

static void make_calls(int size)
{
	for (int i = 0; i < size; i++)
		syscall(SYS_getppid);
}

static double better(double best, double took)
{
	return !best || took < best ? took : best;
}

static void pass(int from, int to, int size)
{
	char token;

	if (read(from, &token, 1) != 1)
		exit(0); /* whoever was before us has ended */
	make_calls(size);
	if (write(to, &token, 1) != 1)
		exit(0);
}

static void enter(const char *cgroup, int number)
{
	char file[4096];
	int fd;

	snprintf(file, sizeof(file), "%s/%d/cgroup.procs", cgroup, number);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		die(file);
	close(fd);
}

static void stay_on_this_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("calls: affinity");
}

/* Starts the other processes, each between two pipes; first and last end of the chain are this one's. */
static void start_ring(int processes, int size, const char *cgroup, int *first, int *last)
{
	int ends[2];

	if (pipe(ends))
		die("calls: pipe");
	*first = ends[1];
	*last = ends[0];
	for (int i = 1; i < processes; i++) {
		int from = *last;

		if (pipe(ends))
			die("calls: pipe");
		switch (fork()) {
		case -1:
			die("calls: fork");
			break;
		case 0:
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(*first);
			close(ends[0]);
			if (cgroup)
				enter(cgroup, i);
			while (true)
				pass(from, ends[1], size);
		default:
			close(from);
			close(ends[1]);
			*last = ends[0];
		}
	}
	if (cgroup)
		enter(cgroup, 0);
}

static double ring(int batches, int processes, int size, const char *cgroup)
{
	int laps = 1 + PASSES_A_BATCH / processes;
	int first, last;
	double best = 0;

	stay_on_this_cpu();
	start_ring(processes, size, cgroup, &first, &last);
	if (write(first, "", 1) != 1)
		die("calls: ring");
	for (int b = 0; b < batches; b++) {
		double start = now();

		for (int lap = 0; lap < laps; lap++)
			pass(last, first, size);
		best = better(best, now() - start);
	}
	return best / laps / processes / (size + 2);
}

int main(int argc, char **argv)
{
	int batches = argc > 1 ? atoi(argv[1]) : 20;
	int size = argc > 2 ? atoi(argv[2]) : 20000;
	double best = 0;

	if (argc > 4 && !strcmp(argv[1], "ring")) {
		best = ring(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]), argc > 5 ? argv[5] : NULL);
		printf("%.2f\n", best);
		return 0;
	}
	if (argc > 3)
		load_filter();
	for (int b = 0; b < batches; b++) {
		double start = now();

		make_calls(size);
		best = better(best, (now() - start) / size);
	}
	printf("%.2f\n", best);
	return 0;
}

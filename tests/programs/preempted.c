/* build: -static */
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * preempted CALLS [map] [rt]: four processes make CALLS calls of getppid each, as fast as they can, and twelve others 432 different
 * ones once each, all beside processes that have them preempted in the kernel: one that wakes up often and goes first (rt), one that is itself
 * preempted inside of bpf(2) (map). Prints what is to be counted: "NUMBER CALLS".
 */
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FLOODING  4
#define ONCE      12
#define OF_EACH   36
#define FIRST     600 /* no kernel has these */
#define LOADS_MAX 4

static void load_map(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_HASH,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 16,
	};
	long map = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	unsigned long value = 1;
	unsigned int key = 0;

	if (map < 0)
		_exit(1);
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (unsigned long)&key;
	attr.value = (unsigned long)&value;
	for (;; key = (key + 1) % 16) {
		syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
		syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr));
	}
}

static void load_rt(void)
{
	struct timespec pause = {.tv_nsec = 300000};

	if (sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 10}))
		_exit(1);
	for (;;)
		nanosleep(&pause, NULL);
}

static pid_t start(void (*load)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		exit(1);
	if (!pid)
		load();
	return pid;
}

int main(int argc, char **argv)
{
	long calls = argc > 1 ? atol(argv[1]) : 1000;
	pid_t loads[LOADS_MAX];
	int loads_len = 0, status, bad = 0;

	for (int i = 2; i < argc && loads_len < LOADS_MAX; i++)
		loads[loads_len++] = start(!strcmp(argv[i], "map") ? load_map : load_rt);
	for (int i = 0; i < FLOODING + ONCE; i++) {
		pid_t pid = fork();

		if (pid < 0)
			bad = 1;
		if (pid)
			continue;
		for (long n = 0; i < FLOODING && n < calls; n++)
			syscall(SYS_getppid);
		for (int n = 0; i >= FLOODING && n < OF_EACH; n++) {
			for (int pause = 0; pause < 200; pause++)
				syscall(SYS_getuid); /* time for the others */
			syscall(FIRST + (i - FLOODING) * OF_EACH + n);
		}
		_exit(0);
	}
	/* a load that could not be ends before all else, and not well */
	for (int i = 0; i < FLOODING + ONCE; i++)
		bad |= wait(&status) < 0 || status;
	for (int i = 0; i < loads_len; i++)
		kill(loads[i], SIGKILL);
	printf("%d %ld\n", SYS_getppid, FLOODING * calls);
	for (int i = 0; i < ONCE * OF_EACH; i++)
		printf("%d 1\n", FIRST + i);
	printf("%d %d\n", SYS_getuid, ONCE * OF_EACH * 200);
	return bad;
}

/* build: -static */
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * brief N: runs itself N times, some at once; the child number i makes one call that only it makes (2000 + i, which no
 * kernel has) and ends.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST   2000
#define AT_ONCE 8

int main(int argc, char **argv)
{
	char *environment[] = {NULL};
	int n = argc > 1 ? atoi(argv[1]) : 0;

	if (argc > 2) {
		syscall(FIRST + n);
		_exit(0);
	}
	for (int i = 0; i < n; i++) {
		char number[16];
		char *child[] = {argv[0], number, "child", NULL};
		pid_t pid;

		snprintf(number, sizeof(number), "%d", i);
		if (posix_spawn(&pid, argv[0], NULL, NULL, child, environment))
			return 1;
		if (i >= AT_ONCE && wait(NULL) < 0)
			return 1;
	}
	while (wait(NULL) > 0)
		continue;
	return 0;
}

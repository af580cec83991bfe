// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a command costs: CPU time and peak memory, which neighbours do not change much. Small itself: until it becomes the command a
 * child counts as large as who forked it. usage: cost COMMAND ARG...
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds(struct timeval time)
{
	return time.tv_sec + time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	pid_t pid = argc > 1 ? fork() : -1;
	struct rusage usage;
	int status;

	if (!pid) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || status)
		return 1;
	printf("%6.2f s of CPU, %.1f MiB at most\n",
	       seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss / 1024.0);
	return 0;
}

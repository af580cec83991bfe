// SPDX-License-Identifier: BSD-2-Clause
/* Only runs itself again, in three ways, and /bin/true at last: all in one process. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

/* usage: exec_chain COUNT */
int main(int argc, char **argv)
{
	int left = argc > 1 ? atoi(argv[1]) : 0;
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char number[16];
	char *args[] = {argv[0], number, NULL};

	if (left <= 0) {
		execl("/bin/true", "true", NULL);
		return 1;
	}
	snprintf(number, sizeof(number), "%d", left - 1);
	execv("/nonexistent", args); /* an exec that fails counts, too */
	if (left % 3 == 0)
		execv("/proc/self/exe", args);
	else if (left % 3 == 1)
		syscall(SYS_execveat, self, "", args, environ, AT_EMPTY_PATH);
	else
		fexecve(self, args, environ);
	return 1;
}

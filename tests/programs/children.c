// SPDX-License-Identifier: BSD-2-Clause
/* Hundreds of children that live for one call, and a grandchild that outlives everybody. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAVES    10
#define CHILDREN 30

int main(void)
{
	int ended = 0;

	for (int wave = 0; wave < WAVES; wave++) {
		for (int i = 0; i < CHILDREN; i++)
			if (!fork())
				_exit(access("nothing", F_OK) ? 0 : 1);
		while (wait(NULL) > 0)
			ended++;
	}
	if (!fork()) {
		if (!fork()) {
			usleep(100000);
			_exit(mkdir("late", 0755)); /* nobody else makes this call */
		}
		_exit(0);
	}
	wait(NULL);
	printf("%d children\n", ended);
	return ended != WAVES * CHILDREN;
}

/* build: -static */
// SPDX-License-Identifier: BSD-2-Clause
/* `answers NUMBER...`: what each call says to (-1, 0, 0, 0, 0, 0), "NUMBER ERRNO" a line; 0: it succeeds. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		long rc = syscall(strtol(argv[i], NULL, 0), -1, 0, 0, 0, 0, 0);

		printf("%s %d\n", argv[i], rc < 0 ? errno : 0);
	}
	return 0;
}

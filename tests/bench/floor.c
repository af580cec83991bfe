// SPDX-License-Identifier: BSD-2-Clause
/* A minimal loader of the floor: attaches it, says "attached", and waits for its standard input to end. */
#include "floor.skel.h"

#include <stdio.h>
#include <unistd.h>

int main(void)
{
	struct floor_bpf *skel = floor_bpf__open_and_load();
	char byte;

	if (!skel || floor_bpf__attach(skel)) {
		fprintf(stderr, "floor: cannot attach\n");
		return 1;
	}
	puts("attached");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	floor_bpf__destroy(skel);
	return 0;
}

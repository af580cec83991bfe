/* build: -static -nostdlib -nostartfiles -fno-stack-protector */
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes a few harmless calls that programs hardly ever make, and nothing else, and ends with a status that has a bit for each
 * one that was not refused with EPERM. A profile that was made of another program must refuse them all: 0.
 */
#include "raw.h"
#include <sys/syscall.h>

#define REFUSED (-1) /* EPERM */

void _start(void)
{
	static const long numbers[] = {SYS_getsid, SYS_mincore, SYS_sched_getparam,
				       SYS_timer_getoverrun};
	long allowed = 0;

	for (unsigned int i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (raw(numbers[i], -1, -1, -1, -1) != REFUSED)
			allowed |= 1L << i;
	raw(SYS_exit_group, allowed, 0, 0, 0);
	__builtin_trap();
}

/* build: -static -nostdlib -nostartfiles -fno-stack-protector */
/* SPDX-License-Identifier: BSD-2-Clause */
/* Waits for ever in a call, ppoll, whose number has something in its upper half: the kernel looks at the lower one, since 5.13 on x86. */
#include "raw.h"
#include <sys/syscall.h>

void _start(void)
{
	for (;;) {
		raw((1L << 32) | SYS_ppoll, 0, 0, 0, 0);
		raw(SYS_ppoll, 0, 0, 0, 0);
	}
}

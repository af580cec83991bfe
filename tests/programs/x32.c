/* build: -mx32 -nostdlib -static -ffreestanding -fno-pie -fno-stack-protector */
// SPDX-License-Identifier: BSD-2-Clause
/*
 * A program of the x32 ABI that needs no libc, for kernels that run such: numbers that x86-64 shares, those of x32 alone, a 64-bit
 * call in between, and in the end a 64-bit program.
 */
#include "raw.h"

#define call(nr, a, b, c) raw(X32_BIT + (nr), (long)(a), (long)(b), (long)(c), 0)

void _start(void);

void _start(void)
{
	static const char text[] = "written by an x32 program\n";
	static const char *const argv[] = {"/bin/true", 0};
	static const char *const envp[] = {0};

	call(1, 1, text, sizeof(text) - 1); /* write */
	call(39, 0, 0, 0);                  /* getpid */
	call(121, -1, 0, 0);                /* getpgid */
	call(512, 65, 0, 0);                /* rt_sigaction */
	call(514, -1, 0, 0);                /* ioctl */
	call(515, -1, 0, 0);                /* readv */
	call(1000, 0, 0, 0);
	raw(110, 0, 0, 0, 0);           /* the 64-bit getppid */
	call(520, argv[0], argv, envp); /* execve */
	call(231, 1, 0, 0);             /* exit_group */
}

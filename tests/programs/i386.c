/* build: -m32 -nostdlib -static -ffreestanding -fno-pie -fno-stack-protector */
// SPDX-License-Identifier: BSD-2-Clause
/*
 * A 32-bit program that needs no 32-bit libc: int 0x80, a child, numbers that do not exist, and in
 * the end a 64-bit program. Most of its numbers are other calls to that: see behind the semicolon.
 */
#include "raw.h"

#define call(nr, a, b, c) int80(nr, (long)(a), (long)(b), (long)(c), 0, 0)

static void child(void)
{
	/* first those that do not tell a tracer by their name what this process is */
	call(1000, 0, 0, 0);
	call(451, -1, 0, 0); /* cachestat, in all ABIs */
	call(20, 0, 0, 0);   /* getpid; writev */
	call(64, 0, 0, 0);   /* getppid; semget */
	call(1, 0, 0, 0);    /* exit; write */
}

void _start(void);

void _start(void)
{
	static const char text[] = "written by a 32-bit program\n";
	static const char *const argv[] = {"/bin/true", 0};
	static const char *const envp[] = {0};
	long pid = call(2, 0, 0, 0); /* fork; open */

	if (!pid)
		child();
	call(7, pid, 0, 0);                 /* waitpid; poll */
	call(4, 1, text, sizeof(text) - 1); /* write; stat */
	call(3, -1, 0, 0);                  /* read; close */
	call(45, 0, 0, 0);                  /* brk; recvfrom */
	call(82, 0, 0, 0);                  /* select; rename */
	call(142, -1, 0, 0);                /* _newselect; sched_setparam */
	call(22, 0, 0, 0);                  /* umount; pipe */
	call(76, 0, 0, 0);                  /* getrlimit; truncate */
	call(191, 0, 0, 0);                 /* ugetrlimit; getxattr */
	call(192, 0, 0, 0);                 /* mmap2; lgetxattr */
	call(199, 0, 0, 0);                 /* getuid32; fremovexattr */
	call(17, 0, 0, 0);                  /* break; pread64: a name without a call */
	call(224, 0, 0, 0);                 /* gettid; timer_gettime */
	call(403, 0, 0, 0);                 /* clock_gettime64; none */
	call(403 + 0x40000000, 0, 0, 0);    /* bit 30 makes nothing x32 here */
	call(-1, 0, 0, 0);
	call(-5, 0, 0, 0);
	call(600, 0, 0, 0);
	call(0x7fffffff, 0, 0, 0);
	call(11, argv[0], argv, envp); /* execve; munmap */
	call(1, 1, 0, 0);
}

// SPDX-License-Identifier: BSD-2-Clause
/* A 32-bit arm program that needs no libc, for arm64 kernels: calls of its own ABI, a number that does not exist, and text. */
static long call(long nr, long a, long b, long c)
{
	register long r0 __asm__("r0") = a;
	register long r1 __asm__("r1") = b;
	register long r2 __asm__("r2") = c;
	register long r7 __asm__("r7") = nr;

	__asm__ volatile("svc #0" : "+r"(r0) : "r"(r1), "r"(r2), "r"(r7) : "memory");
	return r0;
}

void _start(void);

void _start(void)
{
	static const char text[] = "written by a 32-bit program\n";

	for (int i = 0; i < 3; i++)
		call(64, 0, 0, 0);                /* getppid; write */
	call(20, 0, 0, 0);                        /* getpid; epoll_create1 */
	call(199, 0, 0, 0);                       /* getuid32; socketpair */
	call(403, 0, 0, 0);                       /* clock_gettime64; none */
	call(500, 0, 0, 0);                       /* none */
	call(4, 1, (long)text, sizeof(text) - 1); /* write; io_getevents */
	call(1, 0, 0, 0);                         /* exit; io_destroy */
}

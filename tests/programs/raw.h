/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls without a libc between: what a program calls is then what it says. For the programs of
 * this folder, some of which have no libc at all.
 */
#ifndef RAW_H
#define RAW_H

#if defined(__x86_64__)

#define RAW_ARCH "x86_64"
#define X32_BIT  0x40000000L

static inline long raw(long nr, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = 0;
	register long r9 __asm__("r9") = 0;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#elif defined(__aarch64__)

#define RAW_ARCH "aarch64"

static inline long raw(long nr, long a, long b, long c, long d)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = 0;
	register long x5 __asm__("x5") = 0;

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

#endif

#if defined(__x86_64__) || defined(__i386__)

#if defined(__x86_64__)
#define INT80_CLOBBERS "r8", "r9", "r10", "r11", "memory" /* older kernels clear them */
#else
#define INT80_CLOBBERS "memory"
#endif

/* The i386 entry. 64-bit programs may use it as well; their pointers must then fit 32 bits. */
static inline long int80(long nr, long a, long b, long c, long d, long e)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : INT80_CLOBBERS);
	return ret;
}

#endif
#endif

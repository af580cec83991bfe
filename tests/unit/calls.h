/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of calls for tests of profiles, given as rows. */
#pragma once

#include "base/own.h"
#include "syscalls/set.h"

#include <stdlib.h>

#define CALLS(...)                                                                                 \
	((const struct syscall[]){__VA_ARGS__}), ARRAY_LEN(((const struct syscall[]){__VA_ARGS__}))

static inline struct syscall_set set_of(const struct syscall *calls, size_t len)
{
	struct syscall_set set = {0};

	for (size_t i = 0; i < len; i++)
		if (!syscall_set__add(&set, &calls[i]))
			abort();
	return set;
}

/* What ls calls on x86-64 (glibc 2.36): read write close fstat mmap ... statx */
#define CALLS_OF_LS                                                                                \
	{ARCH_X86_64, 0, 0}, {ARCH_X86_64, 1, 0}, {ARCH_X86_64, 3, 0}, {ARCH_X86_64, 5, 0},        \
		{ARCH_X86_64, 9, 0}, {ARCH_X86_64, 10, 0}, {ARCH_X86_64, 11, 0},                   \
		{ARCH_X86_64, 12, 0}, {ARCH_X86_64, 16, 0}, {ARCH_X86_64, 17, 0},                  \
		{ARCH_X86_64, 21, 0}, {ARCH_X86_64, 59, 0}, {ARCH_X86_64, 137, 0},                 \
		{ARCH_X86_64, 158, 0}, {ARCH_X86_64, 217, 0}, {ARCH_X86_64, 218, 0},               \
		{ARCH_X86_64, 231, 0}, {ARCH_X86_64, 257, 0}, {ARCH_X86_64, 262, 0},               \
		{ARCH_X86_64, 273, 0}, {ARCH_X86_64, 302, 0}, {ARCH_X86_64, 318, 0},               \
		{ARCH_X86_64, 332, 0},                                                             \
	{                                                                                          \
		ARCH_X86_64, 334, 0                                                                \
	}

/* i386: read, mmap2, socketcall socket, bind, sendmsg; ipc shmget, shmat; the direct call accept4 */
#define CALLS_OF_I386                                                                              \
	{ARCH_X86, 3, 0}, {ARCH_X86, 192, 0}, {ARCH_X86, 102, 1}, {ARCH_X86, 102, 2},              \
		{ARCH_X86, 102, 16}, {ARCH_X86, 117, 23}, {ARCH_X86, 117, 21},                     \
	{                                                                                          \
		ARCH_X86, 364, 0                                                                   \
	}

/* x32: read, its own rt_sigaction and execve, openat */
#define CALLS_OF_X32                                                                               \
	{ARCH_X32, 0, 0}, {ARCH_X32, 512, 0}, {ARCH_X32, 520, 0},                                  \
	{                                                                                          \
		ARCH_X32, 257, 0                                                                   \
	}

/* aarch64: read, openat, execve, exit_group; 32-bit arm: read, mmap2, cacheflush, set_tls, clock_gettime64 */
#define CALLS_OF_ARM                                                                               \
	{ARCH_AARCH64, 63, 0}, {ARCH_AARCH64, 56, 0}, {ARCH_AARCH64, 221, 0},                      \
		{ARCH_AARCH64, 94, 0}, {ARCH_ARM, 3, 0}, {ARCH_ARM, 192, 0},                       \
		{ARCH_ARM, 0xf0002, 0}, {ARCH_ARM, 0xf0005, 0},                                    \
	{                                                                                          \
		ARCH_ARM, 403, 0                                                                   \
	}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What clocks show, in one unit. */
#pragma once

#include <stdint.h>
#include <time.h>

/** What a clock of clock_gettime(2) shows, in nanoseconds. */
static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/** What CLOCK_MONOTONIC shows outside of all time namespaces: times that the kernel tells of compare with this one, and with no other. */
uint64_t clock_kernel_ns(void);

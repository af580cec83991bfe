/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that a reviewer wants to know of: what gives power over the kernel, over other processes or over mounts, and what goes around
 * filters. Judged by what the kernel lets their caller reach; a table, and no measure.
 */
#pragma once

enum risk {
	RISK_NONE = 0,
	RISK_NOTED,  /* attack surface, or a filter on arguments is usual */
	RISK_HIGH,   /* breaks isolation together with a capability or another bug */
	RISK_SEVERE, /* code in the kernel, or in other processes */
	RISK_COUNT,
};

/** "noted", "high", "severe". */
const char *risk_name(enum risk risk);

/** *group: what the call belongs to ("mount", "io_uring"); NULL for RISK_NONE. */
enum risk risk_of(const char *syscall, const char **group);

/** Calls whose arguments decide what they can do, which is why a rule without conditions is wide; NULL: it is none of them. */
const char *risk_wide(const char *syscall);

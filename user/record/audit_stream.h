/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that a filter lets through and logs (RET_LOG), for kernels where no program sees that (session__sees_logged()): the kernel's audit
 * records, as it sends them to whoever listens (netlink, group AUDIT_NLGRP_READLOG). No audit daemon is needed, and one that
 * runs is not disturbed. The kernel limits the records: a fast caller's count is a lower bound.
 */
#pragma once

#include "record/denials.h"
#include "base/err.h"

#include <sys/types.h>

/** Does the kernel log what a filter only logs (kernel.seccomp.actions_logged)? */
bool audit_stream_logs(void);

/** A socket that polls readable when there is a record; owned. -EPERM: it needs CAP_AUDIT_READ, in the initial user namespace. */
int audit_stream_open(struct err *err) must_check;

/* A record: the denial, whose pid is a thread group's, and when it was, on the wall clock (ns; some ms coarse). */
struct logged_call {
	struct denial denial;
	uint64_t time;
};

/** Takes a record's text apart. False: it is none of a call that a filter logged. */
bool audit_record_parse(const char *text, size_t len, struct logged_call *out);

/** Reads what there is and calls fn for each call that a filter logged. Records that the socket had no room for: *lost. */
int audit_stream_read(int fd, void (*fn)(const struct logged_call *record, void *context),
		      void *context, uint64_t *lost, struct err *err) must_check;

/**
 * Waits up to a second for the records of all calls that are over, and reads them: the kernel sends them later, in order. Process `mark`
 * has just made call AUDIT_MARK_NR, logged: when that record is there, so are those before. False: it did not come, because this
 * kernel does not log, or not to this network namespace.
 */
bool audit_stream_flush(int fd, pid_t mark,
			void (*fn)(const struct logged_call *record, void *context), void *context,
			uint64_t *lost);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Seccomp records out of logs: text in pieces of any size comes in, a list of denials goes out; memory does not grow with the log.
 * Audit serial numbers tell nothing about losses here: other events use them as well, and logs are filtered.
 */
#pragma once

#include "record/audit_entry.h"

/*
 * Messages that the kernel prints in AUDIT_PRINTED_NS, and no more (kernel.printk_ratelimit and _burst). It tells of the others with the
 * next one. Who finds more than two times as many in that time (two intervals may meet there) knows that there is no such limit.
 */
#define AUDIT_PRINTED_MAX 10
#define AUDIT_PRINTED_NS  5000000000ULL
#define AUDIT_PRINTED_LEN (2 * AUDIT_PRINTED_MAX + 1)

/* Owns its lists: audit_log_clear(). Zeroed, with the filters set, it is empty. */
struct audit_log {
	const char *comm; /* borrowed; only of threads of this name, or programs; NULL: of all */
	uint32_t pid;     /* only of this process; 0: of all */
	struct denials denials[AUDIT_SOURCE_COUNT];
	uint64_t lines, records, malformed, elsewhere;
	uint64_t others; /* records of other processes than those that are wanted */
	uint64_t unkept; /* records without room in the lists */
	struct {
		bool seen;
		uint64_t lost; /* as far as the log tells */
	} losses[AUDIT_LOSS_COUNT];
	uint64_t printed
		[AUDIT_PRINTED_LEN]; /* when the kernel printed the last audit records, in turn */
	uint64_t printed_len;
	struct audit_entry entry; /* of the journal, where several lines are one */
	char line[AUDIT_LINE_MAX];
	size_t line_len;
};

void audit_log_clear(struct audit_log *log);

/** Reads on; a line may come in pieces. -ENOMEM. */
int audit_log__feed(struct audit_log *log, const void *data, size_t len) must_check;

/**
 * The end of the log: reads the last line, and makes one list of what the kernel and the journal say, in canonical order, in
 * denials[AUDIT_SOURCE_KERNEL]. An event that both tell counts once. -ENOMEM.
 */
int audit_log__end(struct audit_log *log) must_check;

/** May records be missing? Of a log without a line, that nobody could read it is the likeliest. */
bool audit_log_is_incomplete(const struct audit_log *log);

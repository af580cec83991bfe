/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of a log: is it a seccomp record of the kernel's, or does it tell of lost ones? Shapes: dmesg and /dev/kmsg, syslog and
 * journal (text and JSON; what it tells in several lines is audit_entry.h's), audit.log with and without enrichment, ausearch with and
 * without -i. A line is the word of whoever could have written it: comm is any process's own, and anybody may log a line that looks
 * like the kernel's, so that a record counts only where the kernel or the audit daemon is named as its author. In JSON that is
 * certain, for journald names it; in a line of text it is a tag, which a program may choose for itself.
 */
#pragma once

#include "base/span.h"
#include "record/comm.h"
#include "record/denials.h"

/* No call: what whittle has logged itself to find out that all records have come (audit_stream.h). */
#define AUDIT_MARK_NR 0x3ffffff

#define AUDIT_LINE_MAX 8192 /* longer lines: what is behind is not looked at */

/* The kernel's own line, and the one that journald makes of the same event. */
enum audit_source {
	AUDIT_SOURCE_KERNEL,
	AUDIT_SOURCE_JOURNAL,
	AUDIT_SOURCE_COUNT,
};

struct audit_record {
	enum audit_source source;
	uint32_t machine; /* AUDIT_ARCH_*; 0: unknown */
	int64_t nr;       /* as logged: x32 with its bit, MIPS with its thousands */
	enum denial_action action;
	int error;        /* 0: not logged, as by all kernels so far */
	uint32_t pid;     /* 0: not logged */
	uint64_t printed; /* by the kernel itself, which prints but so many: when (ns since 1970); 0: by auditd, or not known */
	char comm[RECORDING_COMM_LEN];    /* the thread's: it may have a name of its own */
	char program[RECORDING_COMM_LEN]; /* as comm would be: the end of exe, cut */
};

/* Reasons for which a log lacks records, as far as it tells. */
enum audit_loss {
	AUDIT_LOSS_NONE,
	AUDIT_LOSS_PRINTK, /* more messages than the kernel prints in an interval */
	AUDIT_LOSS_LAST, /* as many as it prints in one, and nothing behind that would tell of more */
	AUDIT_LOSS_RATE,    /* audit_rate_limit */
	AUDIT_LOSS_BACKLOG, /* audit_backlog_limit, or the kernel's queues behind it */
	AUDIT_LOSS_JOURNAL, /* journald was too slow for the kernel's buffer */
	AUDIT_LOSS_AUDITD,  /* auditd stopped writing: no room on its disk */
	AUDIT_LOSS_DAEMON,  /* what hands messages on dropped some: rsyslog, audispd */
	AUDIT_LOSS_COUNT,
};

/* Who wrote it, as far as is known. */
enum audit_author {
	AUDIT_AUTHOR_OTHER,
	AUDIT_AUTHOR_TAG,    /* a line of text: what stands in front of a record tells */
	AUDIT_AUTHOR_KERNEL, /* or its audit: journald says so */
};

enum audit_line {
	AUDIT_LINE_OTHER,
	AUDIT_LINE_RECORD,
	AUDIT_LINE_MALFORMED, /* a seccomp record without what tells the call */
	AUDIT_LINE_ELSEWHERE, /* looks like one, but another program wrote it */
	AUDIT_LINE_LOSS,
};

/** What a line is. Fills *record of AUDIT_LINE_RECORD (of AUDIT_LINE_OTHER `printed` alone: audit prints other records as well), *loss and *lost (0: unknown how many) of AUDIT_LINE_LOSS. */
enum audit_line audit_line_parse(const char *line, size_t len, struct audit_record *record,
				 enum audit_loss *loss, uint64_t *lost);

/** The same for the message alone. */
enum audit_line audit_message_parse(struct span text, enum audit_author author,
				    struct audit_record *record, enum audit_loss *loss,
				    uint64_t *lost);

/** AUDIT_AUTHOR_KERNEL or AUDIT_AUTHOR_OTHER, by a value of the journal's _TRANSPORT. */
enum audit_author audit_author_of_transport(struct span transport);

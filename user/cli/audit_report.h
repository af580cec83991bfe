/* SPDX-License-Identifier: BSD-2-Clause */
/* What was denied, for people and for programs. Where it was seen, live or in a log, does not matter here. */
#pragma once

#include "base/buf.h"
#include "record/denials.h"

/* Borrowed. Denials of machines that whittle does not know have a name of their own and ARCH_INVALID. */
struct audit_machine {
	const char *name;
	const struct denials *denials;
	bool (*syscall_name)(size_t row, int64_t nr, char name[SYSCALL_NAME_LEN]);
	size_t row; /* handed to syscall_name */
};

struct audit_report {
	const struct denials *denials;        /* in canonical order */
	const struct audit_machine *machines; /* others */
	size_t machines_len;
	bool complete;
};

/** Is there a denial that is a finding? */
bool audit_report_has_findings(const struct audit_report *report);

/** The name of a call for people ("socketcall:socket"), or its number. */
void audit_call_text(const struct syscall *call, char text[2 * SYSCALL_NAME_LEN]);

/** "errno EPERM", "errno" where it is not known, "kill process", "log". */
void audit_action_text(const struct denial *denial, char text[SYSCALL_NAME_LEN]);

/** A table, one denial a line, most frequent first. */
void audit_report_text(const struct audit_report *report, struct buf *out);

/** One JSON object, a denial a line, in canonical order. */
void audit_report_json(const struct audit_report *report, struct buf *out);

/* SPDX-License-Identifier: BSD-2-Clause */
/* What was denied, for people and for programs. Where it was seen, live or in a log, does not matter here. */
#pragma once

#include "base/buf.h"
#include "record/denials.h"

struct audit_report {
	const struct denials *denials; /* borrowed; in canonical order */
	bool complete;
	bool command_ended; /* that was watched; false also if there was none */
	int command_status; /* of it: 128 + N if signal N killed it */
};

/** Is there a denial that is a finding? */
bool audit_report_has_findings(const struct audit_report *report);

/** "x86_64"; "unknown" for a machine that whittle does not know. */
const char *audit_arch_text(enum arch arch);

/** The name of a call for people ("socketcall:socket"), or its number. */
void audit_call_text(const struct syscall *call, char text[2 * SYSCALL_NAME_LEN]);

/** "errno EPERM", "errno" where it is not known, "kill process", "log". */
void audit_action_text(const struct denial *denial, char text[SYSCALL_NAME_LEN]);

/** A table, one denial a line, most frequent first. */
void audit_report_text(const struct audit_report *report, struct buf *out);

/** One JSON object, a denial a line, in canonical order. */
void audit_report_json(const struct audit_report *report, struct buf *out);

/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of a seccomp record, once it is known to be one (audit_line.h). */
#pragma once

#include "base/span.h"
#include "record/audit_line.h"

/** "audit(1795881375.128:609): ...": when, by the wall clock (ns; some ms coarse). False: it begins with something else. */
bool audit_fields_time(struct span record, uint64_t *out);

/**
 * AUDIT_LINE_RECORD, and *out; or AUDIT_LINE_MALFORMED: it does not tell the call. `record` begins with a blank, behind
 * what names its kind.
 */
enum audit_line audit_fields_parse(struct span record, enum audit_source source,
				   struct audit_record *out);

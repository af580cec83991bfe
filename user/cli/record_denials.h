/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Denied calls in a recording in the making: whether they are looked for, and the kernel's audit records of calls that a filter
 * logs.
 */
#pragma once

#include "base/err.h"
#include "base/own.h"

#include <stdbool.h>

struct record;

enum {
	DENIALS_AUTO, /* where there may be a filter */
	DENIALS_ALWAYS,
	DENIALS_NEVER,
};

/** Are they looked for? Targets and engine are known. */
bool record_wants_denials(const struct record *record);

/** The session is open: does it see what is wanted? Opens the audit records as well; without them it goes on, and says so. */
int record_denials_begin(struct record *record, struct err *err) must_check;

/** Reads the audit records that there are. */
int record_denials_read(struct record *record, struct err *err) must_check;

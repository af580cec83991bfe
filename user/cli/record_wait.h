/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Targets that do not exist yet (--wait), and the container of a command that puts it where the user says: each cgroup that is made
 * meanwhile is recorded from its birth on, in a slot of its own, and given up as soon as it is known to be another's.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

struct record;

/* Slots for cgroups that are being decided about. */
#define WAIT_SLOTS 24

/** Is there anything to wait for? */
bool record_waits(const struct record *record);

/** Before the session is opened: what of the targets must be waited for. A container of --start is found here. */
int record_wait_plan(struct record *record, struct err *err) must_check;

/** Once everything is armed: from here on no cgroup is missed. Starts the container of --start. */
int record_wait_begin(struct record *record, struct err *err) must_check;

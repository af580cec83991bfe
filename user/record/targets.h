/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user-space writer of the target table; bpf/target.bpf.h is the other one. Works on any memory of TARGETS_LEN
 * places, so that it can be tested without a kernel. `rows` is what struct target has, never 0 for a target.
 */
#pragma once

#include "event.h"

#include <stdbool.h>
#include <stdint.h>

enum targets_result {
	TARGETS_ADDED,
	TARGETS_PRESENT, /* it was a target already, of whichever slot, and stays one */
	TARGETS_FULL,    /* no free place within reach */
};

enum targets_result targets_add(struct target *table, uint64_t id, __u32 rows);

/** Makes a target one of another slot; false if it is none. */
bool targets_move(struct target *table, uint64_t id, __u32 rows);

/** A cgroup is a target no more. */
void targets_remove(struct target *table, uint64_t id);

/** None of the slot's cgroups is a target any more. */
void targets_remove_slot(struct target *table, __u32 rows);

/** Is a cgroup a target of the slot? */
bool targets_any(const struct target *table, __u32 rows);

/** As the programs look it up; 0 if it is no target. */
__u32 targets_rows(const struct target *table, uint64_t id);

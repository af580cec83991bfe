/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user-space writer of the target table; bpf/target.bpf.h is the other one. Works on any memory of TARGETS_LEN
 * places, so that it can be tested without a kernel.
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

enum targets_result targets_add(struct target *table, uint64_t id, __u32 slot);

/** Makes a target one of another slot; false if it is none. */
bool targets_move(struct target *table, uint64_t id, __u32 slot);

/** None of the slot's cgroups is a target any more. */
void targets_remove_slot(struct target *table, __u32 slot);

/** Is a cgroup a target of the slot? */
bool targets_any(const struct target *table, __u32 slot);

/** As the programs look it up; SLOT_NONE if it is no target. */
__u32 targets_slot(const struct target *table, uint64_t id);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which calls only one of many recordings saw: when there are none, more recordings of the same kind would add little. Its
 * size does not depend on the number of recordings.
 */
#pragma once

#include "base/buf.h"
#include "syscalls/set.h"

struct singles {
	struct syscall_set any, more; /* seen at all; seen by more than one */
	size_t recordings;
};

/** One recording more, by what a profile needs of it. */
void singles_add(struct singles *singles, const struct syscall_set *needed);

void singles_count(const struct singles *singles, size_t *distinct, size_t *only);

/** How many of the calls of one of the recordings none of the others saw. */
size_t singles_only_in(const struct singles *singles, const struct syscall_set *needed);

/** "2 of 66 distinct syscalls (3.0 %) were seen by only one of 5 recordings" */
void singles_describe(const struct singles *singles, struct buf *out);

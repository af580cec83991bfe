/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files were read before, by their bytes: a recording that is given twice must not count twice. Eight bytes a file. Two
 * files may have the same sum by bad luck or by malice: what is seen may be counted once less for that, never left out.
 */
#pragma once

#include "base/buf.h"

#include <stdint.h>

struct seen_files {
	uint64_t *sums; /* owned; an open-addressed table */
	size_t len, room;
};

void seen_files_clear(struct seen_files *seen);

/** Has a file of these bytes been given before? 1, 0 (it has now), or -ENOMEM. */
int seen_files_add(struct seen_files *seen, const struct buf *text) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `whittle record --each PATH -d DIR`: a recording of each cgroup below PATH. What a container or a unit of systemd has
 * below its own cgroup belongs to it. Whoever ends is written at once, so that there is room for others.
 */
#pragma once

#include "base/err.h"

struct record;

/** Do the other options go with --each? A usage error. */
int record_each_check(const struct record *record, struct err *err) must_check;

/** Records and writes; a failure was said. The exit status. */
int record_each(struct record *record);

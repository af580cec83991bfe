/* SPDX-License-Identifier: BSD-2-Clause */
/* `start --each`: every cgroup below one gets a recording of its own, and no process is needed for them. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct start_each {
	const char *name, *path;
	uint64_t max;       /* cgroups that there is to be room for; 0: the usual */
	uint64_t ring_size; /* 0: the usual */
	unsigned int features;
	bool count_moved;
};

int start_each(const struct start_each *wanted, struct err *err) must_check;

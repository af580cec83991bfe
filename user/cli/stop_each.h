/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of `start --each`, and a look at it: a profile of each cgroup, or of those that are alike. */
#pragma once

#include "cli/each_groups.h"
#include "cli/result.h"

struct stop_each {
	const char *name;
	const char *directory;        /* of the profiles; NULL: none are wanted */
	struct result_options result; /* `recording` is a directory, too */
	enum merge_by merge_by;
	bool ends, force;
};

/** Writes all of it, and then ends it, if it `ends`. A status of enum status; below 0: an error, which was said if it has no text. */
int stop_each(const struct stop_each *wanted, struct err *err) must_check;

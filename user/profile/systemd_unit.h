/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the settings of a systemd unit say about system calls, as systemd keeps it while it reads assignment after assignment, and the
 * profile that this comes to.
 */
#pragma once

#include "profile/profile.h"

/* What stands in a list without an errno, and what is to be killed: numbers that are no errno. */
#define UNIT_PLAIN (-1)
#define UNIT_KILL  (-2)

/* SystemCallFilter= or SystemCallLog=: the first assignment says whether it lists what is allowed, or what is not. */
struct unit_list {
	bool is_set, allows;
	struct profile
		listed; /* a rule for each errno, UNIT_PLAIN and UNIT_KILL; no name is in two of them */
};

struct unit {
	struct unit_list calls, logged;
	int refusal; /* SystemCallErrorNumber=: an errno, or UNIT_KILL */
	bool arches_set, families_set, families_deny;
	bool arches[ARCH_COUNT];
	uint64_t families;
};

void unit_clear(struct unit *unit);
#define own_unit own_with(unit_clear)

/** The first assignment that is not empty; `inverted`: with a '~'. systemd allows @default with every list of allowed calls. -ENOMEM. */
int unit_list_begin(struct unit_list *list, bool inverted, bool with_default) must_check;
/** Puts names into the list or takes them out of it. -ENOMEM. */
int unit_list_add(struct unit_list *list, bool inverted, const struct names *names,
		  int number) must_check;
/** An empty assignment. */
void unit_list_reset(struct unit_list *list);

/** *out was zeroed. `host` is native. -ENOMEM. */
int unit_profile(const struct unit *unit, enum arch host, struct profile *out) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A seccomp profile: what is allowed. Independent of the host that it is looked at on, and of the file format that it is
 * written in. Names are strings, because profiles name calls that the installed libseccomp may not know.
 *
 * The struct owns all that it points to: profile_clear(), or own_profile on the declaring line.
 */
#pragma once

#include "base/err.h"
#include "syscalls/arch.h"

#include <stddef.h>

enum action {
	ACTION_INVALID = 0,
	ACTION_ALLOW,
	ACTION_ERRNO,
	ACTION_COUNT,
};

/** "SCMP_ACT_ALLOW" ... */
const char *action_scmp_name(enum action action);
/** Does the action carry an errno? */
bool action_has_errno(enum action action);

/* A condition on an argument: equality is all that a recording needs so far. */
struct condition {
	unsigned int index; /* argument, 0 to 5 */
	uint64_t value;
};

struct rule {
	enum action action;
	int errno_value; /* of ACTION_ERRNO */
	char **names;    /* sorted, each once; owned */
	size_t names_len, names_room;
	struct condition condition; /* if has_condition */
	bool has_condition;
};

struct profile {
	enum action default_action;
	int default_errno;
	bool arches[ARCH_COUNT];
	struct rule *rules; /* owned */
	size_t rules_len, rules_room;
};

void profile_clear(struct profile *profile);
#define own_profile own_with(profile_clear)

/** Adds a rule without names; borrowed until the next one is added. NULL: no memory. */
struct rule *profile_add_rule(struct profile *profile, enum action action, int errno_value);

/** Copies the name into its place in the order; one that is there already stays. -ENOMEM. */
int rule_add_name(struct rule *rule, const char *name) must_check;
bool rule_has_name(const struct rule *rule, const char *name);

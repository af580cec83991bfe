/* SPDX-License-Identifier: BSD-2-Clause */
/* One rule of a JSON profile, and what rules and the whole have in common: an action and its errno. */
#pragma once

#include "profile/parsing.h"

/* The names of the members of an action and of its errno, as a number and in Podman's way. */
struct action_keys {
	const char *action, *number, *text;
};

/** -EINVAL: it is missing or there is none of this name. */
int parse_action(const struct parsing *parsing, const struct node *node,
		 const struct action_keys *keys, enum action *action, int *errno_value) must_check;

/** Adds the rule; one without names is read and left out. -EINVAL, -ENOMEM: what was added so far may stay. */
int parse_rule(const struct parsing *parsing, const struct node *node,
	       struct profile *profile) must_check;

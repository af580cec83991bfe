/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of a profile by the names that they have: for who asks about many names, each of which would mean to look at all rules. The
 * profile must stay as it is meanwhile.
 */
#pragma once

#include "profile/profile.h"

struct named_rule {
	const char *name; /* borrowed */
	size_t rule;      /* its index */
};

struct named {
	const struct profile *profile; /* borrowed */
	struct named_rule *list;       /* by name, then by rule. Owned */
	size_t len;
	struct profile view; /* its rules are borrowed, but for the array */
};

void named_clear(struct named *named);
#define own_named own_with(named_clear)

/** -ENOMEM. *out was zeroed, and is owned in any case. */
int named_make(const struct profile *profile, struct named *out) must_check;

/** The rules that have a name, in the order of the profile: the first of *len. */
const struct named_rule *named_rules(const struct named *named, const char *name, size_t *len);

/**
 * The profile without the rules that do not have that name: what it says of the call is the same. Borrowed, until the next call.
 */
const struct profile *named_view(struct named *named, const char *name);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What two profiles say otherwise: by call and arguments, not by text. Exact, in the reading of decision.h; over the names, which mean
 * the same on every architecture that both list.
 */
#pragma once

#include "profile/decision.h"

/*
 * For these arguments of the call `a` is the outcome of the one, `b` of the other: for those in `region`, in `also` too unless that is
 * empty, and not in `except`. The last two are empty where `region` says it in as few terms. Never for none at all. Owned.
 */
struct difference {
	char *name; /* NULL: every call that neither profile names */
	struct outcome a, b;
	struct region region, also, except;
};

struct differences {
	struct difference *list; /* by name; owned */
	size_t len, room;
	bool only_a[ARCH_COUNT], only_b[ARCH_COUNT];
	bool flags; /* other flags, or another listener */
	struct names
		unclear; /* calls whose conditions are too many to compare; none of them is in `list` */
	bool opens; /* SPEC_ALLOW, which leaves out what the kernel does against speculation, is a flag of the first alone */
};

void differences_clear(struct differences *differences);
#define own_differences own_with(differences_clear)

/** *out was zeroed. */
int profile_diff(const struct profile *a, const struct profile *b, struct differences *out,
		 struct err *err) must_check;

/** Is it told for these arguments? */
bool difference_holds(const struct difference *difference, const uint64_t args[6]);

/** Is there none, and nothing unclear? */
bool differences_none(const struct differences *differences);

/**
 * Does the first let through what the second does not (outcome_goes_beyond()): on some arguments, or on an architecture that the second
 * does not list; or has it alone SPEC_ALLOW? What is unclear is left out.
 */
bool differences_go_beyond(const struct differences *differences);

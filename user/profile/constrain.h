/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the arguments that calls were made with to conditions: for each name the fewest terms that hold for exactly what was
 * seen, under the masks it was looked at through. Only EQ and MASKED_EQ, and no argument twice in a term: all that runtimes and
 * libseccomp read alike.
 */
#pragma once

#include "profile/region.h"
#include "syscalls/tuples.h"

/* More rules for one name than this leave it open. */
#define CONSTRAINT_TERMS_MAX 192

struct constraint {
	char name[SYSCALL_NAME_LEN];
	struct syscall call;   /* one of those that have the name, to speak of it */
	enum open_reason open; /* not OPEN_NOT: it stays unconstrained */
	struct region region;  /* what it is constrained to */
};

struct constraints {
	struct constraint *list; /* owned */
	size_t len, room;
};

void constraints_clear(struct constraints *constraints);
#define own_constraints own_with(constraints_clear)

/**
 * For the calls of `tuples` that are needed. A rule is for a name, on all architectures: what one of them was not recorded with
 * leaves the name open. *out was zeroed. -ENOMEM.
 */
int constraints_make(const struct tuples_list *tuples, const struct syscall_set *needed,
		     struct constraints *out) must_check;

/** NULL: nothing is known of its arguments. `constraints` may be NULL. */
struct constraint *constraints_find(const struct constraints *constraints, const char *name);

/** Is there something to hold the name to? `constraints` may be NULL. */
bool constraints_hold(const struct constraints *constraints, const char *name);

/**
 * An architecture of the profile that has the call and compares but 32 bits, where the constraint has more: there it holds for all that has the
 * lower ones. ARCH_INVALID: there is none.
 */
enum arch constraint_narrow_arch(const struct constraint *constraint,
				 const struct profile *profile);

void constraint_open(struct constraint *constraint, enum open_reason reason);

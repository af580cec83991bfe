/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arguments that calls were denied with, for the profile that is to allow them: which are looked at while one watches, and which of those
 * that were seen the profile does not allow yet.
 */
#pragma once

#include "profile/constrain.h"
#include "profile/profile.h"
#include "syscalls/args.h"

/**
 * Those that the profile has conditions for, and the calls of `list` (as of --args; NULL: none). What cannot be looked at is left out.
 * *out was zeroed. -EINVAL with a sentence: `list` names what there is not.
 */
int audit_args_plan(const struct profile *profile, const char *list, enum arch native,
		    struct arg_plan *out, struct err *err) must_check;

struct audit_args {
	struct tuples_list wanted;      /* what is to be allowed, under the masks of the plan */
	struct constraints constraints; /* the same, as conditions */
};

void audit_args_clear(struct audit_args *args);

/**
 * Of the calls of an architecture that the profile is for, denied with these arguments, in full: what it does not allow. Where conditions cannot
 * do so they are open: for what is not known, or (OPEN_TABLE) for the rules that there are. Adds to *out. -ENOMEM.
 */
int audit_args_add(struct audit_args *out, const struct profile *profile,
		   const struct tuples *denied, const struct arg_plan *plan) must_check;

/** When all are added. -ENOMEM. */
int audit_args_finish(struct audit_args *args) must_check;

/** Conditions for the name do not go with the rules that there are: it is open (OPEN_TABLE). */
void audit_args_refuse(struct audit_args *args, const char *name);

/** Why the name is held to nothing; OPEN_UNKNOWN, too, where it was not looked at. */
enum open_reason audit_args_open(const struct audit_args *args, const char *name);

/** What the name is to be held to; NULL: to nothing, or nothing of it is wanted. Borrowed. */
const struct region *audit_args_find(const struct audit_args *args, const char *name);

/** "socket(AF_NETLINK, SOCK_RAW, *), ...": all that is wanted of the name. */
void audit_args_text(const struct audit_args *args, const char *name, struct buf *out);

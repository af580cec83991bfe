/* SPDX-License-Identifier: BSD-2-Clause */
/* What is done about a denied call in the profile that is to allow it, and what is said of that. Nothing is changed here. */
#pragma once

#include "cli/audit_args.h"
#include "record/denials.h"

enum audit_step {
	AUDIT_STEP_ADD,      /* allowed whole */
	AUDIT_STEP_ADD_SUB,  /* one subcall of a multiplexer */
	AUDIT_STEP_ADD_ARGS, /* with the arguments that it was denied with, and no others */
	AUDIT_STEP_MANY,     /* with too many to list: allowed whole */
	AUDIT_STEP_UNFIT,    /* conditions do not go with its rules: allowed whole */
	AUDIT_STEP_ADD_ALL,  /* all subcalls: which one it was is not known */
	AUDIT_STEP_WHOLE,    /* there were conditions on it: allowed whole */
	AUDIT_STEP_UNSEEN, /* it was to get conditions, and what it was called with is not known: allowed whole */
	AUDIT_STEP_EVERY,   /* conditions would let in all: allowed whole */
	AUDIT_STEP_ARCH,    /* its name is allowed, its architecture is not */
	AUDIT_STEP_OTHERS,  /* the same of the first; of the others the arguments are not known */
	AUDIT_STEP_ALLOWED, /* by this profile it is allowed: another filter, or an older profile */
	AUDIT_STEP_ENOSYS,  /* that is what the profile means to answer */
	AUDIT_STEP_SUPERVISED, /* a supervisor decides */
	AUDIT_STEP_ELSEWHERE,  /* on a machine that the profile is not for */
	AUDIT_STEP_UNNAMED,
	AUDIT_STEP_COUNT,
};

/** Does it change the profile? */
bool audit_step_adds(enum audit_step step);

/** What is said of it, with the name of the file in front and %s for that of the call; NULL: in one line for all. */
const char *audit_step_says(enum audit_step step);

/* What a step is chosen by. All is borrowed. */
struct audit_case {
	const struct profile *profile;
	const struct denials *denials; /* all of them */
	const struct audit_args *args; /* that conditions are added for */
	const struct arg_plan *plan;   /* whose arguments were asked for */
	bool enosys;                   /* what was answered ENOSYS is added as well */
	bool arch_new; /* the profile does not list the architecture yet, and is looked at as if it did */
};

/** `name` is that of the denial's call, on an architecture that the profile is for. */
enum audit_step audit_step_choose(const struct audit_case *c, const struct denial *denial,
				  const char *name);

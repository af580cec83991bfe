/* SPDX-License-Identifier: BSD-2-Clause */
/* Does a profile that more was allowed in allow it, and nothing that nobody asked for? */
#pragma once

#include "cli/audit_args.h"
#include "profile/names.h"
#include "record/denials.h"

/* What was added. */
struct audit_added {
	struct names whole;     /* allowed whatever the arguments */
	struct names held;      /* allowed with the arguments that are wanted */
	struct denials subs;    /* single subcalls */
	struct audit_args args; /* what is wanted */
};

void audit_added_clear(struct audit_added *added);

/** `after` was read anew. `file` is for the sentence. -EINVAL: it is not so, or libseccomp would make something else of it. */
int audit_verify(const char *file, const struct profile *before, const struct profile *after,
		 const struct audit_added *added, struct err *err) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/* The step from what was denied to the profile that allows it: the file of the profile is changed, and each addition named. */
#pragma once

#include "cli/profile_file.h"
#include "record/denials.h"
#include "syscalls/args.h"

struct audit_update {
	const char *
		profile; /* its file; "-": standard input, "docker": Docker's default; these need `output` */
	const char *output; /* NULL: in place; "-": standard output */
	bool enosys;        /* what was answered ENOSYS as well */
	const char *
		args; /* calls that are allowed with the arguments that were denied alone, as of --args; NULL: those with conditions */
	const struct file_options *file;
	struct buf text; /* of a profile that can be read but once, from the check on; owned */
};

void audit_update_clear(struct audit_update *update);

/**
 * Can the profile be read, and the result be written? Before the calls are watched that it is about. What can be read but once, as a
 * pipe, is kept. *plan was zeroed: whose arguments are to be kept (audit_args.h).
 */
int audit_update_check(struct audit_update *update, struct arg_plan *plan,
		       struct err *err) must_check;

/**
 * Writes the profile with what was denied allowed, whole or not at all. If there is nothing to add, the file is not touched; an
 * `output` gets it as it is. What is added, what is not and why is logged. `plan`: that of the check, for denials->arguments. -EINVAL: no
 * JSON profile.
 */
int audit_update(const struct audit_update *update, const struct denials *denials,
		 const struct arg_plan *plan, struct err *err) must_check;

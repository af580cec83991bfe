/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a profile to a filter, with libseccomp, the way runc and crun do it. Here the profile library asks the host which names the installed
 * libseccomp knows (its version check.c asks for itself), and what this kernel offers. The machine whose runtime it is may be any that
 * libseccomp knows: a filter has the machine's native architecture, and those of the profile beside it.
 */
#pragma once

#include "base/buf.h"
#include "profile/profile.h"
#include "profile/simulate.h"

#include <seccomp.h>

static inline void own_seccomp_(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}
#define own_seccomp own_with(own_seccomp_)

/** The machine that a profile is for: this one, if the profile lists none or one of this one's architectures; else that of the first. */
enum arch compile_machine(const struct profile *profile);

/**
 * `machine` is native. *out is owned: seccomp_release(), or own_seccomp. Names that this libseccomp does not know are appended to `unknown`,
 * blank-separated: their calls get the default action. Rules that libseccomp is known to compile into something else are refused
 * (-ENOTSUP, hazard.h), and architectures that no filter can have beside the machine's (-ENOTSUP).
 */
int compile_profile(const struct profile *profile, enum arch machine, scmp_filter_ctx *out,
		    struct buf *unknown, struct err *err) must_check;

/** -EOPNOTSUPP: the profile has an action that only a supervisor can serve (NOTIFY, TRACE). */
int compile_needs_no_supervisor(const struct profile *profile, struct err *err) must_check;

/** The instructions that libseccomp would load. *out was zeroed, and is owned. */
int compile_filter(const struct profile *profile, enum arch machine, struct filter *out,
		   struct buf *unknown, struct err *err) must_check;

/** The same, of rules that libseccomp may make something else of: whether it does, hazard.h finds out so. */
int compile_unchecked(const struct profile *profile, enum arch machine, struct filter *out,
		      struct buf *unknown, struct err *err) must_check;

/** Does the installed libseccomp know the name? */
bool compile_knows(const char *name);

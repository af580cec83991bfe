/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a profile to a filter, with libseccomp, the way runc and crun do it. This is the one file of the profile library that
 * asks the host: which names the installed libseccomp knows, and what this kernel offers.
 */
#pragma once

#include "base/buf.h"
#include "profile/profile.h"

#include <seccomp.h>

static inline void own_seccomp_(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}
#define own_seccomp own_with(own_seccomp_)

/**
 * *out is owned: seccomp_release(), or own_seccomp. Names that this libseccomp does not know are appended to `unknown`,
 * blank-separated: their calls get the default action. The first rule of a call wins, as in runtimes.
 * -EOPNOTSUPP: an action that only a supervisor can serve (NOTIFY, TRACE).
 */
int compile_profile(const struct profile *profile, scmp_filter_ctx *out, struct buf *unknown,
		    struct err *err) must_check;

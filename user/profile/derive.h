/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From what must be allowed to a profile. Each rule has a reason: the workload called it; every program needs it to run on
 * or to end; the vDSO makes it on other hosts; libc probes for it and falls back if it is told that it does not exist.
 */
#pragma once

#include "profile/baseline.h"
#include "profile/constrain.h"
#include "profile/profile.h"
#include "profile/startup.h"
#include "syscalls/set.h"

struct derive_options {
	bool no_enosys; /* leave the probe calls to the default action */
	bool startup;   /* add what programs start with: the start was not seen */
	bool idle;      /* nothing of the workload itself was seen: -ENOMSG, whatever is needed */
	/* whose table is added; `deadly` is told by the profile's default action */
	struct baseline baseline;
	/* What the names of calls are held to; NULL: to nothing. Those that cannot be held are opened, with the reason. */
	struct constraints *constraints;
};

#define ADDITIONS_MAX BASELINE_MAX
_Static_assert(STARTUP_MAX <= ADDITIONS_MAX, "room for all names");

/* What a table added; borrowed literals. */
struct additions {
	const char *names[ADDITIONS_MAX];
	size_t len;
};

/* How many names each reason brought in that those before it had not, for the summary. */
struct derived {
	size_t called;
	size_t always;
	size_t vdso;
	size_t enosys;
	struct additions runtime;
	struct additions startup;
};

/**
 * A profile that allows `needed`, on the architectures that `needed` has, and on that of a baseline. *out was cleared or
 * zeroed.
 * -EINVAL: nothing is needed, so there is no architecture either. `derived` may be NULL.
 */
int derive_profile(const struct syscall_set *needed, const struct derive_options *options,
		   struct profile *out, struct derived *derived, struct err *err) must_check;

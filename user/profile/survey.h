/* SPDX-License-Identifier: BSD-2-Clause */
/* A profile in numbers: how many calls of an architecture it lets through, and beside another profile. */
#pragma once

#include "profile/decision.h"
#include "syscalls/syscall.h"

/* How far a profile lets a call through. */
enum reach {
	REACH_NONE = 0,
	REACH_SOME, /* on some arguments */
	REACH_ALL,
	REACH_COUNT,
};

struct survey {
	size_t known; /* calls with a name, as far as the installed libseccomp and whittle know */
	size_t reach[REACH_COUNT];
	size_t actions[ACTION_COUNT]; /* calls whose arguments do not matter, by action */
};

/** -E2BIG: the conditions of a call are too many. */
int profile_reach(const struct profile *profile, const char *name, enum reach *out) must_check;

/** Can a call of this name get through, on some arguments at least? What has too many conditions to tell may. */
bool profile_allows(const struct profile *profile, const char *name);

int profile_survey(const struct profile *profile, enum arch arch, struct survey *out,
		   struct err *err) must_check;

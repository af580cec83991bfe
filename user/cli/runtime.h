/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which container runtime a recording saw, by evidence, and what it still needs from the baseline table.
 */
#pragma once

#include "profile/baseline.h"
#include "record/recording.h"

enum runtime_choice {
	RUNTIME_CHOICE_AUTO,
	RUNTIME_CHOICE_RUNC,
	RUNTIME_CHOICE_CRUN,
	RUNTIME_CHOICE_NONE,
};

/** The words of --runtime, by enum runtime_choice; NULL-terminated. */
extern const char *const runtime_choices[];

/* no_new_privs of the containers that were seen to start. */
enum privs {
	PRIVS_UNKNOWN, /* none started with a filter */
	PRIVS_NEW,     /* off, in one at least */
	PRIVS_NO_NEW,
};

struct runtime_seen {
	unsigned int runtimes; /* enum runtime bits */
	enum privs privs;
	unsigned int arches; /* ARCH_BIT()s: of the runtime; the native one where it was not seen */
};

/** Some runtime has started what is known to be a container. */
void runtime_see(const struct recording *recording, struct runtime_seen *seen);

/** What is to be added to the profile. */
struct baseline runtime_baseline(const struct runtime_seen *seen, enum runtime_choice choice);

/** "runc, no_new_privs off": which table a baseline is, for people. */
void runtime_describe(const struct runtime_seen *seen, const struct baseline *baseline,
		      struct buf *out);

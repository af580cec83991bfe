/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a resident session is pinned: a directory of whittle's own in the BPF file system, which stays, with the lock; and in it
 * the directory of the pins, which is made, and removed, in one step.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct pin_home {
	const char *path; /* static */
	const char *pins; /* of the directory of the pins; static */
	const char *half; /* of the one in which they are made, or removed: nothing of it is in use */
	int fd;           /* -1: closed */
};

/* Two sessions may be there at once. */
#define PIN_HOME      ((struct pin_home)PIN_HOME_AT("/sys/fs/bpf/whittle"))
#define PIN_HOME_EACH ((struct pin_home)PIN_HOME_AT("/sys/fs/bpf/whittle-each"))
/* "v1": by the layout of the maps */
#define PIN_HOME_AT(at)                                                                            \
	{                                                                                          \
		.path = at, .pins = at "/v1", .half = at "/v1-half", .fd = -1                      \
	}

/** Opens it; `make`: it is made if it is not there. -ENODEV: there is no BPF file system; -EPERM: others may write there. */
int pin_home_open(struct pin_home *home, bool make, struct err *err) must_check;
/** Unlocks it, too. */
void pin_home_close(struct pin_home *home);

/** Waits for its lock. -EBUSY: somebody else keeps it for longer than that. */
int pin_home_lock(const struct pin_home *home, int limit_ms, struct err *err) must_check;
void pin_home_unlock(const struct pin_home *home);

/** Which pins are there: others have another number. 0: there are none. */
ino_t pin_home_number(const struct pin_home *home);

/** Removes what somebody who was killed has left half-made, and programs that run because of it. */
void pin_home_clean(const struct pin_home *home);
/** Makes `half`, for pins. */
int pin_home_begin(const struct pin_home *home, struct err *err) must_check;
/** What is pinned in `half` is whole: it is in use from here on. */
int pin_home_commit(const struct pin_home *home, struct err *err) must_check;
/** Removes the pins. */
int pin_home_remove(const struct pin_home *home, struct err *err) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of capabilities, and sets of them as the kernel writes them: bit n is capability n (linux/capability.h). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CAPABILITY_COUNT 41 /* CAP_CHOWN to CAP_CHECKPOINT_RESTORE */
#define CAPABILITY_ALL   ((1ULL << CAPABILITY_COUNT) - 1)

/** "CAP_CHOWN" ... by number below CAPABILITY_COUNT. */
extern const char *const capability_names[CAPABILITY_COUNT];

/** "CAP_CHOWN", "chown", "ALL", as engines take them; 0: there is none of this name. */
uint64_t capability_set(const char *name);

/** The bounding set of a process: what it or its children can ever have. False: there is no such process. */
bool capability_bounding_set(pid_t pid, uint64_t *out);

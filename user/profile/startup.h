/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program calls before its main() begins: the dynamic loader and libc. For a recording that did not see its target
 * start. Data with its sources, in startup.c.
 */
#pragma once

#include "syscalls/arch.h"

#include <stddef.h>

#define STARTUP_MAX 48

/** The names that `arch` has; borrowed literals. Returns how many; `names` has room for STARTUP_MAX. */
size_t startup_names(enum arch arch, const char *names[STARTUP_MAX]);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities of this process, and giving them up. What is only lowered can be raised again; what is dropped is gone for
 * good.
 */
#pragma once

#include "base/err.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>

#define PRIVILEGE(capability) (1ULL << (capability))

/** Is the capability (CAP_*) effective? */
bool privilege_has(int capability);

/** Makes only those of `set` effective that are permitted; for a moment, to see what works without the others. */
int privilege_lower(uint64_t set, struct err *err) must_check;
/** Makes all that are permitted effective again. */
int privilege_raise(struct err *err) must_check;

/** Keeps only those of `set` that are permitted, and no program that is run from here on can gain any. */
int privilege_keep(uint64_t set, struct err *err) must_check;

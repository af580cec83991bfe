/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The address families that a profile lets socket(2) make, as systemd's RestrictAddressFamilies= says it: a set of them, or all but a
 * set. Rules of that kind and back again.
 */
#pragma once

#include "profile/outcome.h"

#define FAMILIES_END 46 /* AF_MAX, include/linux/socket.h of Linux 6.18 */

struct families {
	bool all_but;  /* the others, also those that are yet to come */
	uint64_t bits; /* 1 << family */
};

/** "AF_INET"; NULL: there is no such family. */
const char *family_name(unsigned int family);
/** -1: there is none of this name. */
int family_from_name(const char *name);

/** Adds rules with one condition each: socket of these families gets the action, of others none of these. -ENOMEM. */
int families_add(struct profile *profile, const struct families *families, enum action action,
		 int errno_value) must_check;

/**
 * The families that socket gets through with, and what becomes of the others. False: its rules say something else, or nothing about
 * families. What lets through under masks of 32 bits, as recordings have it, counts as if it compared all.
 */
bool families_of(const struct profile *profile, struct families *out, struct outcome *through,
		 struct outcome *refused);

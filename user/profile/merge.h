/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Profiles into one, call by call and argument by argument. The union takes the more permissive of their outcomes, the
 * intersection the stricter one (outcome.h): what the kernel does when all filters are loaded. Both are exact, in any order to the same
 * text, and what they write is canonical: the same profile from the same meaning, and without the hazards of
 * libseccomp (decision.h).
 */
#pragma once

#include "profile/decision.h"

enum merge {
	MERGE_UNION,
	MERGE_INTERSECTION,
};

/**
 * *out was zeroed; `len` is 1 at least. Architectures: those of any for the union, those of all for the intersection; rules say the same for
 * all of them, so the union is exact if all list the same ones. -EINVAL: they have no architecture in common, or depend on container and
 * host (resolve.h); -E2BIG: the conditions of a call come to too many rules.
 */
int profile_merge_all(const struct profile *list, size_t len, enum merge how, struct profile *out,
		      struct err *err) must_check;

/** The two of them. */
int profile_merge(const struct profile *a, const struct profile *b, enum merge how,
		  struct profile *out, struct err *err) must_check;

/** The same meaning in canonical form. */
int profile_canonical(const struct profile *profile, struct profile *out,
		      struct err *err) must_check;

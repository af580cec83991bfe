/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What somebody may have meant by a word that is none: the nearest of those that there are, if it is near enough. A letter that is wrong,
 * missing or too many counts one, as do two neighbours in each other's place; the case of letters does not.
 */
#pragma once

#include <stddef.h>

/** Longest word that can be meant, and its NUL. */
#define SPELLING_LEN 64

/* Begins with `word` alone. */
struct spelling {
	const char *word;         /* as it was written; borrowed */
	char meant[SPELLING_LEN]; /* "": nothing so far */
	size_t distance;          /* from there to what is meant */
	char hint[SPELLING_LEN + 32];
};

/** Is it this one? The first of several that are as near stays. */
void spelling_try(struct spelling *spelling, const char *candidate);

/** " (did you mean 'record'?)", with `before` in front of the word; "" if nothing is near enough. Borrowed from the struct. */
const char *spelling_hint(struct spelling *spelling, const char *before);

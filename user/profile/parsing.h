/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What reading a profile out of a document has in common: members of a kind, and sentences with the place of what is wrong. Strict about
 * what would change the meaning in silence.
 */
#pragma once

#include "profile/document.h"
#include "profile/parse.h"

#include <stdbool.h>

struct parsing {
	const char *file;
	const struct parse_options *options; /* NULL: plain OCI */
	size_t rule;                         /* from 1 on; 0: outside the rules */
	struct err *err;
};

/** -EINVAL with "FILE:LINE:COLUMN: rule N: ...". */
int parsing_refuse(const struct parsing *parsing, const struct node *node, const char *format,
		   ...) must_check __attribute__((format(printf, 3, 4)));

/** Is there more to be read, behind an error in what is not needed for that? */
bool parsing_goes_on(const struct parsing *parsing, int rc);

/** Keeps the first error. */
static inline void parsing_keep(int *rc, int next)
{
	*rc = *rc ? *rc : next;
}

/** What would change the meaning: -EINVAL, or with `lenient` 0 and a warning, and the caller leaves the value out. */
int parsing_object(const struct parsing *parsing, const struct node *node, const char *format,
		   ...) must_check __attribute__((format(printf, 3, 4)));

/** A warning. -ENOMEM with a sentence. */
int parsing_warn(const struct parsing *parsing, const struct node *node, const char *format,
		 ...) must_check __attribute__((format(printf, 3, 4)));

/** -ENOMEM with a sentence. */
int parsing_no_memory(const struct parsing *parsing);

/** A member that must be a string if it is there: *out is borrowed, or NULL. -EINVAL. */
int parsing_text(const struct parsing *parsing, const struct node *node, const char *key,
		 const char **out) must_check;

/** A member that must be a number from 0 to max if it is there; without it *out stays. -EINVAL. */
int parsing_number(const struct parsing *parsing, const struct node *node, const char *key,
		   uint64_t max, uint64_t *out, bool *there) must_check;

/** A member that must be an array if it is there: *out is borrowed, or NULL. -EINVAL. */
int parsing_array(const struct parsing *parsing, const struct node *node, const char *key,
		  const struct node **out) must_check;

/**
 * Warns of members that are not `known` (members.h): runtimes ignore them, which is what a typing error looks like. One that is but for its
 * case is not ignored by all: as parsing_object().
 */
int parsing_check_members(const struct parsing *parsing, const struct node *node,
			  const char *const *known) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/* A piece of somebody else's text: a pointer and a length, borrowed, and not terminated. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const char *at;
	size_t len;
};

/** Without its first `from` bytes, of which there are so many. */
static inline struct span span_from(struct span text, size_t from)
{
	return (struct span){text.at + from, text.len - from};
}

bool span_starts(struct span text, const char *with);
bool span_ends(struct span text, const char *with);
bool span_is(struct span text, const char *word);
/** Where `what` first occurs; false: nowhere. */
bool span_find(struct span text, const char *what, size_t *place);

/** A number up to max and nothing else; of base 16 with or without 0x. */
bool span_number(struct span text, unsigned int base, uint64_t max, uint64_t *out);
/** The decimal number that a text ends with; 0 if there is none. */
uint64_t span_number_at_end(struct span text);

// SPDX-License-Identifier: BSD-2-Clause
#include "base/span.h"

#include <ctype.h>
#include <string.h>

bool span_starts(struct span text, const char *with)
{
	return text.len >= strlen(with) && !memcmp(text.at, with, strlen(with));
}

bool span_ends(struct span text, const char *with)
{
	return text.len >= strlen(with) &&
	       !memcmp(text.at + text.len - strlen(with), with, strlen(with));
}

bool span_is(struct span text, const char *word)
{
	return text.len == strlen(word) && span_starts(text, word);
}

bool span_find(struct span text, const char *what, size_t *place)
{
	const char *at = memmem(text.at, text.len, what, strlen(what));

	if (at)
		*place = at - text.at;
	return at;
}

bool span_number(struct span text, unsigned int base, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (base == 16 && span_starts(text, "0x"))
		text = span_from(text, 2);
	if (!text.len)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		unsigned int digit = isdigit((unsigned char)c)  ? (unsigned int)(c - '0') :
				     isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10U :
								  99;

		if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value) || value > max)
			return false;
	}
	*out = value;
	return true;
}

static uint64_t number_at_start(struct span text)
{
	uint64_t value = 0;
	size_t n = 0;

	while (n < text.len && isdigit((unsigned char)text.at[n]))
		n++;
	return span_number((struct span){text.at, n}, 10, UINT64_MAX, &value) ? value : 0;
}

uint64_t span_number_at_end(struct span text)
{
	size_t from = text.len;

	while (from && isdigit((unsigned char)text.at[from - 1]))
		from--;
	return number_at_start(span_from(text, from));
}

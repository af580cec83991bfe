// SPDX-License-Identifier: BSD-2-Clause
#include "profile/text.h"

#include <stdint.h>

/* Bytes behind a first byte, the bits of it, and the smallest character that needs so many. */
static const struct {
	unsigned char mask, value;
	int more;
	uint32_t least;
} forms[] = {{0x80, 0x00, 0, 1},
	     {0xe0, 0xc0, 1, 0x80},
	     {0xf0, 0xe0, 2, 0x800},
	     {0xf8, 0xf0, 3, 0x10000}};

/* Bytes of the character, 0: it is none. */
static size_t character(const unsigned char *p, size_t left)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		uint32_t c = *p & ~forms[i].mask;

		if ((*p & forms[i].mask) != forms[i].value)
			continue;
		if (left <= (size_t)forms[i].more)
			return 0;
		for (int k = 1; k <= forms[i].more; k++) {
			if ((p[k] & 0xc0) != 0x80)
				return 0;
			c = c << 6 | (p[k] & 0x3f);
		}
		if (c < forms[i].least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return 0;
		return 1 + forms[i].more;
	}
	return 0;
}

bool text_is_utf8(const char *text, size_t len)
{
	while (len) {
		size_t n;

		/* nearly all of it */
		if ((signed char)*text > 0) {
			text++;
			len--;
			continue;
		}
		n = character((const unsigned char *)text, len);
		if (!n)
			return false;
		text += n;
		len -= n;
	}
	return true;
}

void text_add_json(struct buf *out, const char *text)
{
	buf__addf(out, "\"");
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf__addf(out, "\\%c", *p);
		else if ((unsigned char)*p < 0x20)
			buf__addf(out, "\\u%04x", *p);
		else
			buf__add(out, p, 1);
	}
	buf__addf(out, "\"");
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/text.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

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

size_t text_utf8_len(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		/* nearly all of it */
		size_t n = (signed char)text[at] > 0 ?
				   1 :
				   character((const unsigned char *)text + at, len - at);

		if (!n)
			break;
		at += n;
	}
	return at;
}

bool text_is_ascii(const char *text, size_t len)
{
	uint64_t word, high = 0;

	for (; len >= sizeof(word); text += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		high |= word;
	}
	for (; len; text++, len--)
		high |= (unsigned char)*text;
	return !(high & 0x8080808080808080);
}

bool text_is_utf8(const char *text, size_t len)
{
	return text_utf8_len(text, len) == len;
}

struct text_place text_place(const char *text, size_t at)
{
	struct text_place place = {1, 1};

	for (size_t i = 0; i < at; i++) {
		if (text[i] == '\n')
			place = (struct text_place){place.line + 1, 1};
		else
			place.column += (text[i] & 0xc0) != 0x80;
	}
	return place;
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

size_t text_find_word(const char *text, size_t len, struct text_place from, const char *word)
{
	const size_t n = strlen(word);
	const char *at = text, *end = text + len;

	for (unsigned int i = 1; at && i < from.line; i++) {
		at = memchr(at, '\n', end - at);
		at = at ? at + 1 : NULL;
	}
	for (unsigned int i = 1; at && at < end && *at != '\n' && i < from.column; at++)
		i += (*at & 0xc0) != 0x80;
	while (at && (at = memmem(at, end - at, word, n))) {
		if ((at == text || !in_word(at[-1])) && (at + n == end || !in_word(at[n])))
			return at - text;
		at += n;
	}
	return len;
}

void text_add_json(struct buf *out, const char *text)
{
	buf__addf(out, "\"");
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf__addf(out, "\\%c", *p);
		else if ((unsigned char)*p < 0x20 || *p == 0x7f)
			buf__addf(out, "\\u%04x", *p);
		else if ((unsigned char)p[0] == 0xc2 && (unsigned char)p[1] >= 0x80 &&
			 (unsigned char)p[1] < 0xa0)
			buf__addf(out, "\\u%04x", (unsigned char)*++p);
		else
			buf__add(out, p, 1);
	}
	buf__addf(out, "\"");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* How text that comes from outside is read and written: nothing in it can break what is around it. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/** No byte above 127? Tells it of eight at once. */
bool text_is_ascii(const char *text, size_t len);

/** Is it UTF-8 (shortest forms, no surrogates, no NUL)? */
bool text_is_utf8(const char *text, size_t len);

/** Bytes before the first one that is not; `len`: all is UTF-8. */
size_t text_utf8_len(const char *text, size_t len);

/** Where a byte of a text stands. `at` may be behind the last byte. */
struct text_place text_place(const char *text, size_t at);

/** Bytes before the first `word` from a place on that stands alone: no letter, digit or underscore beside it. `len`: there is none. */
size_t text_find_word(const char *text, size_t len, struct text_place from, const char *word);

/** Appends a JSON string, with its quotes and without control characters. The text is UTF-8. */
void text_add_json(struct buf *out, const char *text);

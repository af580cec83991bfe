/* SPDX-License-Identifier: BSD-2-Clause */
/* How text that comes from outside is read and written: nothing in it can break what is around it. */
#pragma once

#include "base/buf.h"

/** Is it UTF-8 (shortest forms, no surrogates, no NUL)? */
bool text_is_utf8(const char *text, size_t len);

/** Appends a JSON string, with its quotes. The text is UTF-8. */
void text_add_json(struct buf *out, const char *text);

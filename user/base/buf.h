/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing byte buffer, always NUL-terminated behind its length. Its error is sticky: writers need not check each
 * call, buf__error() tells at the end. The struct is owned by value: BUF_INIT, then buf__clear() or own_buf.
 */
#pragma once

#include "base/own.h"

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* NULL while nothing was written */
	size_t len;
	size_t room;
	int error; /* negative errno */
};

#define BUF_INIT ((struct buf){0})

void buf__clear(struct buf *b);
/** Bytes are copied. */
void buf__add(struct buf *b, const void *data, size_t len);
void buf__addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** 0 or the first error (-ENOMEM). */
int buf__error(const struct buf *b) must_check;
/** The text, "" if nothing was written; borrowed until the next write. */
const char *buf__text(const struct buf *b);

static inline void own_buf_(struct buf *b)
{
	buf__clear(b);
}
#define own_buf own_with(own_buf_)

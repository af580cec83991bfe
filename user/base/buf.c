// SPDX-License-Identifier: BSD-2-Clause
#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

void buf__clear(struct buf *b)
{
	free(b->data);
	*b = BUF_INIT;
}

/* Makes room for `more` bytes and the NUL. */
static bool buf_grow(struct buf *b, size_t more)
{
	size_t need, room;
	char *data;

	if (b->error)
		return false;
	if (__builtin_add_overflow(b->len, more, &need) || __builtin_add_overflow(need, 1, &need)) {
		b->error = -ENOMEM;
		return false;
	}
	if (need <= b->room)
		return true;
	room = b->room ? b->room : 256;
	while (room < need)
		if (__builtin_mul_overflow(room, 2, &room))
			room = need;
	data = realloc(b->data, room);
	if (!data) {
		b->error = -ENOMEM;
		return false;
	}
	b->data = data;
	b->room = room;
	return true;
}

void buf__add(struct buf *b, const void *data, size_t len)
{
	if (!buf_grow(b, len))
		return;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf__addf(struct buf *b, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0) {
		b->error = b->error ? b->error : -EINVAL;
		return;
	}
	if (!buf_grow(b, len))
		return;
	va_start(args, format);
	vsnprintf(b->data + b->len, len + 1, format, args);
	va_end(args);
	b->len += len;
}

int buf__error(const struct buf *b)
{
	return b->error;
}

const char *buf__text(const struct buf *b)
{
	return b->data ? b->data : "";
}

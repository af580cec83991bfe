// SPDX-License-Identifier: BSD-2-Clause
#include "base/err.h"

#include <string.h>

int err_set(struct err *err, int code, const char *format, ...)
{
	va_list args;

	if (!err || err->code)
		return code;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	err->code = code;
	return code;
}

int err_errno(struct err *err, int code, const char *format, ...)
{
	char text[ERR_TEXT_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(err, code, "%s: %s", text, strerror(-code));
}

int err_at_args(struct err *err, int code, const char *file, struct text_place place,
		const char *format, va_list args)
{
	if (!err || err->code)
		return code;
	err->front = snprintf(err->text, sizeof(err->text), "%.*s:%u:%u: ", ERR_FILE_LEN, file,
			      place.line, place.column);
	vsnprintf(err->text + err->front, sizeof(err->text) - err->front, format, args);
	err->place = place;
	err->code = code;
	return code;
}

int err_at(struct err *err, int code, const char *file, struct text_place place, const char *format,
	   ...)
{
	va_list args;

	va_start(args, format);
	err_at_args(err, code, file, place, format, args);
	va_end(args);
	return code;
}

const char *err_sentence(const struct err *err)
{
	return err->text + err->front;
}

int err_wrap(struct err *err, int code, const char *format, ...)
{
	char text[ERR_TEXT_LEN];
	size_t len;
	va_list args;

	if (!err)
		return code;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	len = strlen(text);
	/* room for ": " at least; what then does not fit is the end of the inner sentence */
	if (len + 3 < sizeof(text)) {
		memcpy(text + len, ": ", 2);
		memccpy(text + len + 2, err->text, '\0', sizeof(text) - len - 3);
		text[sizeof(text) - 1] = '\0';
	}
	memcpy(err->text, text, sizeof(text));
	if (err->front)
		err->front = strnlen(text, len + 2 + err->front);
	err->code = code;
	return code;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "base/err.h"

#include <stdarg.h>
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
	err->code = code;
	return code;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static enum log_level log_level = LOG_LEVEL_NOTE;

void log_set_level(enum log_level level)
{
	log_level = level;
}

int log_enabled(enum log_level level)
{
	return level <= log_level;
}

void log_keep_in_line(char *text)
{
	for (char *c = text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
		/* U+0080 to U+009f, among them what is ESC [ in one */
		if ((unsigned char)c[0] == 0xc2 && (unsigned char)c[1] >= 0x80 &&
		    (unsigned char)c[1] < 0xa0)
			c[0] = c[1] = '?';
	}
}

void log_write(enum log_level level, const char *format, ...)
{
	static const char *const words[] = {"error: ", "warning: ", "", "", "debug: "};
	char text[4096];
	va_list args;

	if (!log_enabled(level))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_keep_in_line(text);
	/* one write a line: stderr is often shared with the command that is recorded */
	fprintf(stderr, "whittle: %s%s\n", words[level], text);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/findings.h"
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

const char *severity_name(enum severity severity)
{
	static const char *const names[SEVERITY_COUNT] = {"note", "warning", "error"};

	return names[severity];
}

void findings_clear(struct findings *findings)
{
	for (size_t i = 0; i < findings->len; i++)
		free(findings->list[i].text);
	free(findings->list);
	*findings = (struct findings){0};
}

int findings_add(struct findings *findings, enum severity severity, const char *id,
		 struct text_place place, const char *format, ...)
{
	char *text;
	va_list args;
	int n;

	if (findings->len == findings->room) {
		size_t room = findings->room ? findings->room * 2 : 16;
		struct finding *list = reallocarray(findings->list, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		findings->list = list;
		findings->room = room;
	}
	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	log_keep_in_line(text);
	findings->list[findings->len++] = (struct finding){severity, id, place, text};
	return 0;
}

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

__attribute__((format(printf, 5, 0))) static int add(struct findings *findings,
						     enum severity severity, const char *id,
						     struct text_place place, const char *format,
						     va_list args)
{
	char *text;

	if (!findings)
		return 0;
	if (findings->len == findings->room) {
		size_t room = findings->room ? findings->room * 2 : 16;
		struct finding *list = reallocarray(findings->list, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		findings->list = list;
		findings->room = room;
	}
	if (vasprintf(&text, format, args) < 0)
		return -ENOMEM;
	log_keep_in_line(text);
	findings->list[findings->len++] = (struct finding){severity, id, place, text};
	return 0;
}

int findings_add(struct findings *findings, enum severity severity, const char *id,
		 struct text_place place, const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = add(findings, severity, id, place, format, args);
	va_end(args);
	return rc;
}

int findings_add_ignored(struct findings *findings, struct text_place place, const char *format,
			 ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = add(findings, SEVERITY_WARNING, "ignored", place, format, args);
	va_end(args);
	return rc;
}

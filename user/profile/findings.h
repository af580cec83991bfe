/* SPDX-License-Identifier: BSD-2-Clause */
/* What somebody should know about a profile: a list of sentences, each with how bad it is and where it was found. */
#pragma once

#include "base/own.h"
#include "profile/text.h"

enum severity {
	SEVERITY_NOTE,    /* to know */
	SEVERITY_WARNING, /* probably not meant, or wide */
	SEVERITY_ERROR,   /* refused, or means something else than it says */
	SEVERITY_COUNT,
};

/** "note", "warning", "error". */
const char *severity_name(enum severity severity);

struct finding {
	enum severity severity;
	const char *id;          /* a short name that stays: borrowed, a literal */
	struct text_place place; /* line 0: in no file, or in no line of it */
	char *text;              /* owned */
};

struct findings {
	struct finding *list; /* owned */
	size_t len, room;
};

void findings_clear(struct findings *findings);
#define own_findings own_with(findings_clear)

/** NULL: nobody wants to know. -ENOMEM. */
int findings_add(struct findings *findings, enum severity severity, const char *id,
		 struct text_place place, const char *format, ...) must_check
	__attribute__((format(printf, 5, 6)));

/** What a reader leaves out, or takes for something else than it says: a warning. */
int findings_add_ignored(struct findings *findings, struct text_place place, const char *format,
			 ...) must_check __attribute__((format(printf, 3, 4)));

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is wrong with a profile, or wider than it looks: each finding with how bad it is and what helps. What a runtime does with it,
 * for that runtime (runc and crun differ, engines add their own).
 */
#pragma once

#include "base/buf.h"
#include "profile/document.h"
#include "profile/profile.h"

enum severity {
	SEVERITY_NOTE,    /* to know */
	SEVERITY_WARNING, /* probably not meant, or wide */
	SEVERITY_ERROR,   /* refused, or means something else than it says */
	SEVERITY_COUNT,
};

/** "note", "warning", "error". */
const char *severity_name(enum severity severity);

enum consumer {
	CONSUMER_ANY,
	CONSUMER_DOCKER,
	CONSUMER_PODMAN,
	CONSUMER_KUBERNETES,
	CONSUMER_RUNC,
	CONSUMER_CRUN,
};

struct finding {
	enum severity severity;
	const char *id; /* a short name that stays: borrowed, a literal */
	char *text;     /* owned */
};

struct findings {
	struct finding *list; /* owned */
	size_t len, room;
};

void findings_clear(struct findings *findings);
#define own_findings own_with(findings_clear)

/** -ENOMEM. */
int findings_add(struct findings *findings, enum severity severity, const char *id,
		 const char *format, ...) must_check __attribute__((format(printf, 4, 5)));

/** Looks at the meaning of a profile. */
int check_profile(const struct profile *profile, struct findings *out, struct err *err) must_check;

/** Looks at a JSON profile as a runtime's parser does: what it refuses, what it leaves out in silence. Measured on runc 1.3.6, crun 1.28. */
int check_document(const struct node *node, enum consumer consumer, struct findings *out,
		   struct err *err) must_check;

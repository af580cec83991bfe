/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that people type: the whole string counts (but for versions), trailing junk is an error, and so is what does not fit. */
#pragma once

#include "base/err.h"

#include <stdint.h>

/** Decimal number from 0 to max. -EINVAL: not a number; -ERANGE: above max. `what` names it in the sentence. */
int num_parse(const char *text, const char *what, uint64_t max, uint64_t *out,
	      struct err *err) must_check;

/** "90", "90s", "5m", "1h30m", "2d", "500ms": to nanoseconds; above 0, at most 365 days. -EINVAL otherwise. */
int num_parse_duration(const char *text, uint64_t *ns, struct err *err) must_check;

/** "4096", "64k", "1m", "1g": to bytes, at most max. */
int num_parse_size(const char *text, const char *what, uint64_t max, uint64_t *bytes,
		   struct err *err) must_check;

/** "4.8", and what may stand behind it in the name of a release: "6.1.0-13-amd64". -EINVAL: no version. */
int num_parse_version(const char *text, unsigned int *major, unsigned int *minor) must_check;

/** The word that goes with that many: num_word(n, "call is", "calls are"). */
static inline const char *num_word(uint64_t n, const char *one, const char *several)
{
	return n == 1 ? one : several;
}

/** Nanoseconds for people: "2.1 s", "350 ms", "5m03s", "1h02m". Text is cut at size. */
void num_format_duration(uint64_t ns, char *text, size_t size);

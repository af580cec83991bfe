/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts that only name calls: a list (blank-separated names, '#' begins a comment), the table of `strace -c`, a log of `strace`. The
 * profile allows these names and refuses the rest with EPERM, on the architecture of the options.
 */
#pragma once

#include "profile/parse.h"

bool is_list(const char *text, size_t len);
bool is_strace_summary(const char *text, size_t len);
bool is_strace_log(const char *text, size_t len);

/** As profile_parse(). */
int parse_list(const char *name, const char *text, size_t len, const struct parse_options *options,
	       struct profile *out, struct err *err) must_check;
int parse_strace_summary(const char *name, const char *text, size_t len,
			 const struct parse_options *options, struct profile *out,
			 struct err *err) must_check;
int parse_strace_log(const char *name, const char *text, size_t len,
		     const struct parse_options *options, struct profile *out,
		     struct err *err) must_check;

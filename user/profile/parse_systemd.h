/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads what a systemd unit or drop-in says about system calls: SystemCallFilter=, SystemCallLog=, SystemCallErrorNumber=,
 * SystemCallArchitectures= and RestrictAddressFamilies=, as systemd.exec(5) has it (from 247 on), with the groups of systemd_groups.h. A
 * drop-in is read alone: what the unit says before it is not known. systemd answers a refused family with EAFNOSUPPORT; in a
 * profile that refuses by default it gets the default.
 */
#pragma once

#include "profile/parse.h"

/** Is the first line of it a section's? */
bool is_systemd(const char *text, size_t len);

/** As profile_parse(). What systemd ignores with a line in its log is an error, or with `lenient` a warning. */
int parse_systemd(const char *name, const char *text, size_t len,
		  const struct parse_options *options, struct profile *out,
		  struct err *err) must_check;

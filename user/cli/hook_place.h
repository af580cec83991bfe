/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the hook may write. Whoever may start a container chooses the path, and the hook runs as root: so the file lies
 * below a directory that root has allowed in /etc/whittle/hook.conf, a line each ('#' begins a comment). Without that file:
 * /var/lib/whittle and /tmp.
 */
#pragma once

#include "base/fs.h"

/** Opens the place of a path; there is nothing yet, an empty file, or a profile. */
int hook_place_open(const char *path, struct fs_place *out, struct err *err) must_check;
/** The same with the text of a hook.conf. */
int hook_place_open_below(const char *conf, const char *path, struct fs_place *out,
			  struct err *err) must_check;

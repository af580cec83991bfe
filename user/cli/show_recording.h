/* SPDX-License-Identifier: BSD-2-Clause */
/* Shows recordings: one with all that it saw and its saturation curve; several by how much each of them added. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "syscalls/arch.h"

#include <stdbool.h>

/**
 * One recording, of file `path` with this text, on standard output; as JSON into `json` unless that is NULL. `arch`: what this one called
 * alone; ARCH_INVALID: all.
 */
int show_recording(const char *path, const struct buf *text, enum arch arch, struct buf *json,
		   struct err *err) must_check;

/** Several, by their files. */
int show_recordings(char **paths, size_t len, enum arch arch, struct buf *json,
		    struct err *err) must_check;

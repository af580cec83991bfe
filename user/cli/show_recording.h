/* SPDX-License-Identifier: BSD-2-Clause */
/* Shows recordings: one with all that it saw and its saturation curve; several by how much each of them added. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/** One recording, of file `path` with this text, on standard output; as JSON into `json` unless that is NULL. */
int show_recording(const char *path, const struct buf *text, struct buf *json,
		   struct err *err) must_check;

/** Several, by their files. */
int show_recordings(char **paths, size_t len, struct buf *json, struct err *err) must_check;

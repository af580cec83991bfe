/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads recordings (whittle-recording(5)): what `whittle record --recording` wrote, and `whittle merge` joined. */
#pragma once

#include "base/err.h"
#include "record/recording.h"

/** A busy recording is some hundred KiB. */
#define RECORDING_FILE_MAX (64 << 20)

/** Is the text a recording, as far as its beginning tells? */
bool recording_is(const char *text, size_t len);

/** -EINVAL with "NAME:LINE:COLUMN: ...". *out was zeroed. Members that are not known are ignored. */
int recording_parse(const char *name, const char *text, size_t len, struct recording *out,
		    struct err *err) must_check;

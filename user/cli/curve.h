/* SPDX-License-Identifier: BSD-2-Clause */
/* The saturation curve of a recording, drawn in characters: distinct syscalls over time. When it is flat for long, it is enough. */
#pragma once

#include "base/buf.h"
#include "record/recording.h"

struct curve_style {
	unsigned int width; /* columns in all */
	bool unicode;       /* eighths of blocks instead of # */
	bool color;
};

/** What standard output can show: its width (or COLUMNS, or 80), UTF-8 by the locale's variables, color unless NO_COLOR is set. */
struct curve_style curve_style_of_output(void);

void curve_draw(const struct saturation *saturation, uint64_t elapsed,
		const struct curve_style *style, struct buf *out);

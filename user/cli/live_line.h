/* SPDX-License-Identifier: BSD-2-Clause */
/* The one line that long work shows on a terminal: elapsed, calls, distinct syscalls, time since the last new one. */
#pragma once

#include "record/recorder.h"

void live_line_show(struct progress progress);
/** Takes the line away, so that what follows starts on an empty one. */
void live_line_clear(void);

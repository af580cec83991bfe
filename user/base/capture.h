/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking another program: run to its end, its standard output kept, within bounds of time and size. It has no input, no
 * terminal, default signals and a session of its own; whatever happens, nothing of that session is left when the answer is
 * there. The answer is another program's word: nothing in it is checked here.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

struct capture {
	char *const *argv; /* borrowed, NULL-terminated; argv[0] is looked up in PATH */
	size_t max;        /* bytes of standard output */
	uint64_t limit;    /* ns */
};

/**
 * 0: it exited with 0 and `out`, which was empty, has all of its output. -ENOENT, -EACCES, ...: it cannot be executed; -EIO:
 * another exit status, with the first line of its standard error in the sentence; -ETIMEDOUT; -EFBIG: more output than max.
 */
int capture_run(const struct capture *capture, struct buf *out, struct err *err) must_check;

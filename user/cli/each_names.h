/* SPDX-License-Identifier: BSD-2-Clause */
/* What the recordings of --each are called: in words, and as files. */
#pragma once

#include "base/buf.h"
#include "target/engine.h"
#include "target/kind.h"

struct each_names {
	struct engine_containers containers; /* that the last census told of */
	void *used;                          /* a tree of names of files */
};

void each_names_clear(struct each_names *names);

/** "docker:web" and its image, if the census had the container, else its id and nothing. */
void each_names_container(const struct each_names *names, const char *id, struct buf *out,
			  struct buf *image);

/** Adds a name for a file: that of the text, without what is not good in a name, and with a number if it was used before. */
int each_names_file(struct each_names *names, const char *text, struct buf *out) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the recordings of --each are called: in words, and as files. */
#pragma once

#include "base/buf.h"
#include "target/engine.h"
#include "target/kind.h"

#include <stdint.h>

struct each_names {
	struct engine_containers containers; /* that engines told of */
	uint64_t asked; /* when engines had answered last: CLOCK_MONOTONIC, ns; 0: never */
	uint64_t took;  /* how long that took, ns */
	void *used;     /* a tree of names of files */
};

void each_names_clear(struct each_names *names);

/** Engines that are slow are not to take more than half of the time: may they be asked again? */
bool each_names_can_ask(const struct each_names *names);

/** "docker:web" and its image, if an engine knows the container, else its id and nothing. They are asked if they can be. */
void each_names_container(struct each_names *names, const char *id, struct buf *out,
			  struct buf *image);

/** Adds a name for a file: that of the text, without what is not good in a name, and with a number if it was used before. */
int each_names_file(struct each_names *names, const char *text, struct buf *out) must_check;

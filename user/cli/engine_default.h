/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a container calls beyond the profile that its engine gives to containers by default: a profile that is made of its
 * recording allows these calls, and the engine's does not. Podman reads its default profile from a file, which is asked;
 * Docker's is a table of whittle's.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "record/recording.h"

/* What is known of the container. */
struct engine_default {
	const char *
		engine; /* "docker", "podman", ...; NULL: not an engine's container, or nobody knows which */
	bool caps_known;
	uint64_t caps; /* capabilities that it may have (base/capability.h); without caps_known the engine's own default */
};

struct engine_beyond {
	char source[64]; /* of the default profile, in words */
	const char *
		profile; /* the same, as whittle's commands take it: a file, or "docker"; a literal */
	size_t refused, enosys; /* calls that it refuses, and that it answers with ENOSYS */
	size_t loosened; /* calls that it lets through on some arguments, and of which none were kept to hold them to */
	struct buf refused_names, enosys_names,
		loosened_names; /* each name once, a blank between two */
};

void engine_beyond_clear(struct engine_beyond *beyond);
#define own_engine_beyond own_with(engine_beyond_clear)

/** The capabilities that the engine gives to a container that asks for none. */
uint64_t engine_default_caps(const char *engine);

/**
 * Which of the workload's recorded calls the default profile does not let through, on the arguments of the first of each.
 * *out was zeroed. -ENOENT: whittle knows no default profile of this engine here.
 */
int engine_default_beyond(const struct engine_default *container, const struct recording *recording,
			  struct engine_beyond *out, struct err *err) must_check;

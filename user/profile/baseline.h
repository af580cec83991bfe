/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What container runtimes call between loading the filter and the exec of the workload: a profile without it does not
 * start the container. A recording measures it on one host; the table holds what was measured on many starts of several
 * versions. Data with its sources, in baseline.c.
 */
#pragma once

#include "syscalls/arch.h"

#include <stddef.h>

/* Bits: a container may be started by one runtime today and by another tomorrow. */
enum runtime {
	RUNTIME_NONE = 0,
	RUNTIME_RUNC = 1,
	RUNTIME_CRUN = 2,
	RUNTIME_ANY = RUNTIME_RUNC | RUNTIME_CRUN,
};

/** "runc", "crun", "runc and crun"; "none". */
const char *runtime_name(unsigned int runtimes);

/** Which runtime's process, about to become a container's, bears this name (comm)? RUNTIME_NONE: none's. */
enum runtime runtime_from_comm(const char *comm);

/*
 * How a container's process comes to be. Without no_new_privs a runtime must load the filter while it still has the
 * privilege to do so, and drops capabilities and user ids behind it; with no_new_privs it loads it last.
 */
enum baseline_way {
	WAY_RUN,
	WAY_START, /* create, then start: what Docker, containerd, Podman and CRI-O do */
	WAY_EXEC,  /* into a container that runs */
	WAY_RUN_NNP,
	WAY_START_NNP,
	WAY_EXEC_NNP,
	WAY_COUNT,
};

/* What becomes of a way if a call is refused with an error. */
enum baseline_need {
	NEED_NONE = '-',     /* it is not called */
	NEED_REQUIRED = 'r', /* the container does not start */
	NEED_CALLED =
		'c', /* called, in some starts at least; starts are known to fail now and then, or it was not tried */
	NEED_TRIED =
		't', /* the runtime goes on without; needed only where the default action kills */
};

struct baseline_row {
	enum runtime runtime;
	const char *name;
	unsigned char bits;       /* 32 or 64: of runtimes of that width only; 0: of both */
	char need[WAY_COUNT + 1]; /* enum baseline_need by enum baseline_way */
	const char *since; /* it is so from this version on, as far as was measured; NULL: in all */
};

extern const struct baseline_row baseline_rows[];
extern const size_t baseline_rows_len;

/* What is to be started, and by whom. */
struct baseline {
	unsigned int runtimes; /* enum runtime bits */
	bool no_new_privs;
	bool deadly; /* the default action kills: what a runtime only tries is needed, too */
	unsigned int arches; /* ARCH_BIT()s: of the runtime itself, on all hosts that it is for */
	bool bare;           /* only what no version starts a container without */
};

#define BASELINE_MAX 128

/**
 * The names that this needs and that one of its architectures has, each once, for every way to start; borrowed literals.
 * Returns how many there are; `names` has room for BASELINE_MAX.
 */
size_t baseline_names(const struct baseline *baseline, const char *names[BASELINE_MAX]);

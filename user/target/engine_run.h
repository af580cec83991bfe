/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of a container engine's client that runs a container: `docker run ...`, `podman container run ...`,
 * `nerdctl run ...`. What the user asked for is found in it, and options of whittle's own are put into it.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine_run {
	const char *engine; /* "docker", "podman" or "nerdctl": what argv[0] is called */
	size_t run;         /* where the word "run" stands */
	const char *remote; /* the option that sends it to another machine, NULL: none */
	bool names_host; /* by an option that wins over the environment: where that is, the client knows */
	const char *cgroup_parent;  /* the user's own, NULL: none */
	const char *pod;            /* podman's --pod or --pod-id-file, NULL: none */
	const char *cgroups;        /* podman's --cgroups, NULL: none */
	const char *cidfile;        /* the user's own, NULL: none */
	const char *seccomp;        /* of --security-opt: a profile, or "unconfined"; NULL: none */
	uint64_t cap_add, cap_drop; /* capabilities (base/capability.h) */
	bool no_new_privs;          /* of --security-opt */
	bool privileged;
	bool detached;
	bool removed;  /* --rm: the container goes when it has ended */
	bool restarts; /* --restart, with another policy than "no" */
};

/** The engine whose client the program at this path is, or NULL; a literal. */
const char *engine_run_client(const char *path);

/** Does argv run a container? All texts in *out are borrowed from it. */
bool engine_run_parse(char *const *argv, struct engine_run *out);

/**
 * The words of a command line of an engine's client behind its options: "container" and "exec" of `docker -D container exec ...`.
 * False: there are none, or it is none. *second may be NULL. All are borrowed.
 */
bool engine_run_words(char *const *argv, const char **engine, const char **first,
		      const char **second);

/** A copy of argv with `options` (NULL-terminated) behind the word "run". The caller frees the array, not the words. */
int engine_run_extend(const struct engine_run *run, char *const *argv, const char *const *options,
		      char ***out, struct err *err) must_check;

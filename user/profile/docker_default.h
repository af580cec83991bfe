/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Docker lets a container call when it is given no profile: which names, on which arguments, with which capabilities. Facts in a
 * table, as of Docker 29 (moby/profiles, 2026); engines that are older or newer differ by a few calls, and Podman and containerd
 * derive theirs from it.
 */
#pragma once

#include "profile/resolve.h"

/**
 * The profile that a container gets on that machine and kernel with these capabilities. *out was zeroed. -ENOMEM.
 */
int docker_default(const struct host *host, struct profile *out) must_check;

/** The same with all that depends on container and host. */
int docker_default_whole(struct profile *out) must_check;

/** Does a container with the default capabilities get through with the call, on some arguments at least? */
bool docker_default_allows(enum arch arch, const char *name);

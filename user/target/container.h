/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a container's name to its cgroup. A cgroup is a container's if a directory of its path carries the container's id; a
 * process whose cgroup does not is not believed to be the container's, whoever says so. That directory is what is
 * opened: in a container that runs systemd the first process is in one below it.
 */
#pragma once

#include "target/cgroup.h"
#include "target/engine.h"

#include <stddef.h>

#define CONTAINER_LABEL_LEN 320

/**
 * Opens the cgroup of a running container by "[ENGINE:]NAME" or an id, whole or its beginning. Engines that are installed are
 * asked; an id of 12 digits or more is also found without any, by the name of its cgroup. `label` becomes "ENGINE:NAME",
 * printable.
 * -EINVAL: no such engine, or no name; -ENOENT: there is no such container; -ENOTUNIQ: there are several; -ENXIO: it
 * does not run; -EREMOTE: its engine is on another machine; -EOPNOTSUPP: it has no cgroup of its own.
 */
int container_open(const char *spec, struct cgroup *out, char label[CONTAINER_LABEL_LEN],
		   struct err *err) must_check;

/**
 * Is it this container, whose whole id was seen, that "[ENGINE:]NAME" or the beginning of an id means? Engines are asked, unless 12
 * digits of an id or more say so. *label as above.
 */
bool container_is(const char *spec, const char *id, char label[CONTAINER_LABEL_LEN]);

/** Has an engine start a container that was created before. *id is its id, whole. -EISCONN: it runs already. */
int container_find_stopped(const char *spec, struct engine_container *out,
			   char label[CONTAINER_LABEL_LEN], struct err *err) must_check;

/**
 * Does the name of a cgroup carry the id of a container that begins with `prefix`? "docker-ID.scope", "libpod-ID", "ID" and their
 * like, of 64 digits. The id, whole, goes to `id`.
 */
bool container_id_in(const char *name, const char *prefix, char id[65]);

/**
 * Cuts a hierarchy path behind the directory that carries this id (its first 12 digits or more). False: there is none.
 */
bool container_cut_path(char *path, const char *id);

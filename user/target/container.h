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
 * Can there ever be a container of this name? -EINVAL: there is no such engine, or no name; -ENOENT: none is installed that could tell; -EREMOTE:
 * it is asked on another machine. An id of 12 digits or more needs none.
 */
int container_check(const char *spec, struct err *err) must_check;

enum container_match {
	CONTAINER_OTHER,
	CONTAINER_MEANT,
	CONTAINER_UNKNOWN, /* no engine knows one of this id (any more): it was gone before it could be asked for its name */
};

/**
 * Is it the container of a cgroup of this name that "[ENGINE:]NAME" or the beginning of an id means? Engines are asked, the one alone that names cgroups so,
 * or else one after the other until one knows the id; unless 12 digits of it or more say so themselves. *label as above.
 */
enum container_match container_match(const char *spec, const char *cgroup,
				     char label[CONTAINER_LABEL_LEN]);

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

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cgroups, of the v2 hierarchy unless they are named by a directory of a v1 one (cgroup_v1.h): finding the mount (pure v2, hybrid, inside
 * a cgroup namespace), ids and paths, and the fresh cgroup that a command is recorded in. What lies below one: cgroup_tree.h.
 *
 * A struct cgroup owns its directory fd: cgroup_close(), or own_cgroup on the declaring line.
 */
#pragma once

#include "base/err.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CONTROLLER_LEN 32

struct cgroup {
	int fd;                          /* its directory, -1 if closed */
	uint64_t id;                     /* kernfs id, unique within the hierarchy */
	uint32_t hierarchy;              /* the kernel's number of it; 0 is v2 */
	char controller[CONTROLLER_LEN]; /* of one of v1: what the kernel calls a controller of it */
	char path[PATH_MAX];             /* as seen here, below the mount */
};

#define CGROUP_CLOSED ((struct cgroup){.fd = -1})

void cgroup_close(struct cgroup *cgroup);
#define own_cgroup own_with(cgroup_close)

/**
 * Opens a cgroup by what a person names it by: a directory ("/sys/fs/cgroup/system.slice"), a path in the hierarchy
 * ("/system.slice/nginx.service"), or an id ("1234"). -ENOENT: there is none; -EINVAL: a file, ...; -EOPNOTSUPP: of
 * a v1 hierarchy without a controller.
 */
int cgroup_open(const char *spec, struct cgroup *out, struct err *err) must_check;

/** The path of a process's cgroup, as /proc/PID/cgroup shows it. -ESRCH: no such process; -ENOENT: none of v2. */
int cgroup_path_of(pid_t pid, char path[PATH_MAX], struct err *err) must_check;

/** Opens the cgroup that a process is in. -ESRCH: no such process. */
int cgroup_open_pid(pid_t pid, struct cgroup *out, struct err *err) must_check;

/**
 * Calls fn with the hierarchy path and the name of each cgroup that is mounted here, parents first. Stops when fn returns non-zero,
 * and returns that.
 */
int cgroup_each(int (*fn)(const char *path, const char *name, void *context), void *context,
		struct err *err) must_check;

/** Id of a directory's child, or of the directory itself (""). Negative errno. */
int cgroup_id_at(int dir, const char *name, uint64_t *id) must_check;

/* Longer paths do not tell which cgroup it is. One byte is left: a longer path that the kernel side has cut is no match. */
#define CGROUP_PATH_KNOWN (NAME_MAX - 1)

/* What a cgroup is known by when it is made anew. */
struct cgroup_identity {
	uint64_t parent; /* id of what it lies in; 0: `name` is enough */
	bool too_long;   /* its path would be `name`, and is too long for that */
	char name[NAME_MAX +
		  1]; /* of its directory; or its whole path in the hierarchy, which begins with '/' */
};

/**
 * By its path, where whittle sees the hierarchy from its top: then what it lies in may be made anew, too. Else, and if the path is longer
 * than CGROUP_PATH_KNOWN, by its name and what it lies in. -EINVAL: it is the top of what is mounted here.
 */
int cgroup_identify(const struct cgroup *cgroup, struct cgroup_identity *out,
		    struct err *err) must_check;

/** The same of one that need not exist, in another. -ENAMETOOLONG. */
int cgroup_identify_below(const struct cgroup *cgroup, const char *name,
			  struct cgroup_identity *out, struct err *err) must_check;
/** The same by its path in the hierarchy; what it lies in need not exist. False: whittle does not see the hierarchy from its top, or it is too long. */
bool cgroup_identify_path(const char *path, struct cgroup_identity *out);

/** Is it still there? Its descriptor outlives a cgroup that was removed. */
bool cgroup_exists(const struct cgroup *cgroup);
/** If it is gone, and another one lies at its path: takes that, and returns true. */
bool cgroup_renew(struct cgroup *cgroup);

/** Is it the root of the hierarchy, which holds every process of the machine? */
bool cgroup_is_root(const struct cgroup *cgroup);

/**
 * Is it, or is it in, a container's, by its path? Engines name them by 64 hexadecimal digits: ".../docker/ID",
 * "docker-ID.scope", "libpod-ID", "cri-containerd-ID.scope". False tells nothing: a runtime takes any name.
 */
bool cgroup_names_container(const char *path);

/** Makes and opens a fresh cgroup below whittle's own; remove it with cgroup_remove(). */
int cgroup_make(struct cgroup *out, struct err *err) must_check;

/**
 * Makes and opens a fresh cgroup at the top of the hierarchy, for a container engine to put containers into; `slice`: named as
 * systemd wants it. *parent is what the engine calls it, good for its --cgroup-parent.
 */
int cgroup_make_parent(bool slice, struct cgroup *out, char parent[NAME_MAX + 2],
		       struct err *err) must_check;

/**
 * A file that polls EPOLLPRI when cgroup_events_populated() may have changed; the caller closes it. Negative errno on failure.
 */
int cgroup_events_fd(const struct cgroup *cgroup, struct err *err) must_check;

/** Are there processes in the cgroup of this file or below? Acknowledges its event. False once the cgroup is gone. */
bool cgroup_events_populated(int events_fd);

/** Id of the cgroup that it lies in, and the name that it has there: the last part of its path, borrowed. -EINVAL: it is the top of what is mounted here. */
int cgroup_parent(const struct cgroup *cgroup, uint64_t *id, const char **name,
		  struct err *err) must_check;

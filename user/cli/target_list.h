/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The targets of a command line: the options that name them, the same for each command that takes targets, and the cgroups that
 * they come to.
 */
#pragma once

#include "cli/engine_default.h"
#include "cli/options.h"
#include "target/cgroup.h"

struct target_options {
	struct texts cgroups, containers, units, pids;
	bool allow_root_cgroup;
};

/* Their rows in the table of a command, whose options are a `type` with a struct target_options in `member`. */
#define TARGET_OPTION_ROWS(type, member)                                                                              \
	{"cgroup",                                                                                                    \
	 'c',                                                                                                         \
	 OPTION_TEXTS,                                                                                                \
	 "PATH|ID",                                                                                                   \
	 "a cgroup (v2) and those below it; may be given more than once",                                             \
	 offsetof(type, member.cgroups),                                                                              \
	 NULL,                                                                                                        \
	 0},                                                                                                          \
		{"container",                                                                                         \
		 0,                                                                                                   \
		 OPTION_TEXTS,                                                                                        \
		 "[ENGINE:]NAME",                                                                                     \
		 "a running container (docker, podman, nerdctl, crictl), by name or id; may be given more than once", \
		 offsetof(type, member.containers),                                                                   \
		 NULL,                                                                                                \
		 0},                                                                                                  \
		{"unit",                                                                                              \
		 0,                                                                                                   \
		 OPTION_TEXTS,                                                                                        \
		 "NAME",                                                                                              \
		 "a running systemd unit; may be given more than once",                                               \
		 offsetof(type, member.units),                                                                        \
		 NULL,                                                                                                \
		 0},                                                                                                  \
		{"pid",                                                                                               \
		 'p',                                                                                                 \
		 OPTION_TEXTS,                                                                                        \
		 "PID",                                                                                               \
		 "the cgroup that a process is in; may be given more than once",                                      \
		 offsetof(type, member.pids),                                                                         \
		 NULL,                                                                                                \
		 0},                                                                                                  \
	{                                                                                                             \
		"allow-root-cgroup", 0, OPTION_FLAG, NULL,                                                            \
			"allow the root cgroup: the whole machine",                                                   \
			offsetof(type, member.allow_root_cgroup), NULL, 0                                             \
	}

/** How many targets do the options name? */
size_t target_options_len(const struct target_options *options);
/** What can be known to be wrong with them before anything is opened: a usage error. */
int target_options_check(const struct target_options *options, struct err *err) must_check;

struct target_list {
	struct cgroup *cgroups; /* closed, where one was gone when it was added */
	const char **kinds;     /* "cgroup", "container", "unit", "process"; borrowed */
	char **words; /* each of them in words: "container docker:web (cgroup /sys/fs/cgroup/...)" */
	size_t len, room;
	size_t containers;               /* among them */
	struct engine_default container; /* what is known of one that is the only one */
};

void target_list_clear(struct target_list *list);

/** Room for so many targets: an empty list's. */
int target_list_reserve(struct target_list *list, size_t room, struct err *err) must_check;

/** Takes the cgroup as one target more, for which there is room; `kind` and `name` say what it is. -EPERM: the root cgroup. */
int target_list_add(struct target_list *list, struct cgroup *cgroup, const char *kind,
		    const char *name, bool allow_root, struct err *err) must_check;

/** Opens all that the options name, for which there is room. */
int target_list_open(struct target_list *list, const struct target_options *options,
		     struct err *err) must_check;
/** The same, but of --pid only: the others are waited for. */
int target_list_open_pids(struct target_list *list, const struct target_options *options,
			  struct err *err) must_check;

/** Are all of the same hierarchy, and if not `v1` of v2? -EXDEV: no. *first is one of them, borrowed; NULL: there is none yet. */
int target_list_check_hierarchy(const struct target_list *list, bool v1,
				const struct cgroup **first, struct err *err) must_check;

/** Warns of a cgroup, in words, that is not recorded whenever it is made anew, because its path is too long. */
void target_list_tell_known(const struct cgroup_identity *known, const char *words);

/** Is nobody inside, whose start would not be seen? */
bool target_list_is_empty(const struct target_list *list);
/** Does whittle see all processes of the machine, and not those of a pid namespace alone? */
bool target_list_sees_all(void);

// SPDX-License-Identifier: BSD-2-Clause
#include "cli/target_list.h"
#include "base/buf.h"
#include "base/capability.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/num.h"
#include "target/container.h"
#include "target/engine.h"
#include "target/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define PIDS_MAX (1 << 20) /* of cgroup.procs */

size_t target_options_len(const struct target_options *options)
{
	return options->cgroups.len + options->containers.len + options->units.len +
	       options->pids.len;
}

int target_options_check(const struct target_options *options, struct err *err)
{
	uint64_t pid;

	for (size_t i = 0; i < options->pids.len; i++)
		if (num_parse(options->pids.text[i], "pid", INT32_MAX, &pid, err))
			return -EINVAL;
	return 0;
}

void target_list_clear(struct target_list *list)
{
	for (size_t i = 0; i < list->len; i++) {
		cgroup_close(&list->cgroups[i]);
		free(list->words[i]);
	}
	free(list->cgroups);
	free(list->kinds);
	free(list->words);
	*list = (struct target_list){0};
}

int target_list_reserve(struct target_list *list, size_t room, struct err *err)
{
	list->room = room;
	list->cgroups = calloc(room, sizeof(*list->cgroups));
	list->kinds = calloc(room, sizeof(*list->kinds));
	list->words = calloc(room, sizeof(*list->words));
	return list->cgroups && list->kinds && list->words ?
		       0 :
		       err_errno(err, -ENOMEM, "cannot keep targets");
}

/* What it may call by default depends on its engine ("ENGINE:NAME") and on its capabilities. Several are not told apart. */
static void see_container(struct target_list *list, const char *label, const struct cgroup *cgroup)
{
	struct buf own_buf pids = BUF_INIT;
	const char *colon = strchr(label, ':');
	const struct engine *engine = colon ? engine_find(label, colon - label) : NULL;

	list->container = (struct engine_default){0};
	if (list->containers++ || !engine)
		return;
	list->container.engine = engine->name;
	if (cgroup->fd < 0 || fs_read(cgroup->fd, "cgroup.procs", PIDS_MAX, &pids, NULL) ||
	    !pids.len)
		return;
	list->container.caps_known =
		capability_bounding_set(atoi(pids.data), &list->container.caps);
}

/* `kind` and `name` are what the user calls it. */
int target_list_add(struct target_list *list, struct cgroup *cgroup, const char *kind,
		    const char *name, bool allow_root, struct err *err)
{
	struct buf own_buf words = BUF_INIT;

	buf__addf(&words, "%s %s", kind, name);
	if (cgroup->fd >= 0 && cgroup_is_root(cgroup) && !allow_root) {
		cgroup_close(cgroup);
		return err_set(err, -EPERM,
			       "%s is %sthe root cgroup, which holds every process of the machine; --allow-root-cgroup records it",
			       buf__text(&words), strcmp(kind, "cgroup") ? "in " : "");
	}
	if (!strcmp(kind, "container"))
		see_container(list, name, cgroup);
	/* a cgroup is called by its path, whatever it was named by */
	if (cgroup->fd >= 0 && strcmp(name, cgroup->path))
		buf__addf(&words, " (cgroup %s)", cgroup->path);
	if (buf__error(&words)) {
		cgroup_close(cgroup);
		return err_errno(err, buf__error(&words), "cannot keep targets");
	}
	list->words[list->len] = steal_ptr(&words.data);
	list->kinds[list->len] = kind;
	list->cgroups[list->len++] = *cgroup;
	return 0;
}

/* Opens one target and says what it is called. */
typedef int open_fn(const char *text, struct cgroup *cgroup, char label[CONTAINER_LABEL_LEN],
		    struct err *err);

/* by its path, whatever it was named by */
static int open_cgroup(const char *text, struct cgroup *cgroup, char label[CONTAINER_LABEL_LEN],
		       struct err *err)
{
	(void)label;
	return cgroup_open(text, cgroup, err);
}

static int open_pid(const char *text, struct cgroup *cgroup, char label[CONTAINER_LABEL_LEN],
		    struct err *err)
{
	uint64_t pid;
	int rc = num_parse(text, "pid", INT32_MAX, &pid, err);

	snprintf(label, CONTAINER_LABEL_LEN, "%s", text);
	return rc ? rc : cgroup_open_pid(pid, cgroup, err);
}

static int open_unit(const char *text, struct cgroup *cgroup, char label[CONTAINER_LABEL_LEN],
		     struct err *err)
{
	snprintf(label, CONTAINER_LABEL_LEN, "%s", text);
	return unit_open(text, cgroup, err);
}

static int open_each(struct target_list *list, const struct target_options *options,
		     const struct texts *texts, const char *kind, open_fn *open_one,
		     struct err *err)
{
	for (size_t i = 0; i < texts->len; i++) {
		struct cgroup cgroup = CGROUP_CLOSED;
		char label[CONTAINER_LABEL_LEN] = "";
		int rc = open_one(texts->text[i], &cgroup, label, err);

		if (!rc)
			rc = target_list_add(list, &cgroup, kind, *label ? label : cgroup.path,
					     options->allow_root_cgroup, err);
		if (rc)
			return rc;
	}
	return 0;
}

int target_list_open_pids(struct target_list *list, const struct target_options *options,
			  struct err *err)
{
	return open_each(list, options, &options->pids, "process", open_pid, err);
}

int target_list_open(struct target_list *list, const struct target_options *options,
		     struct err *err)
{
	int rc = open_each(list, options, &options->cgroups, "cgroup", open_cgroup, err);

	if (!rc)
		rc = open_each(list, options, &options->containers, "container", container_open,
			       err);
	if (!rc)
		rc = open_each(list, options, &options->units, "unit", open_unit, err);
	return rc ? rc : target_list_open_pids(list, options, err);
}

int target_list_check_hierarchy(const struct target_list *list, bool v1,
				const struct cgroup **first, struct err *err)
{
	const char *words = NULL;

	*first = NULL;
	for (size_t i = 0; i < list->len; i++) {
		const struct cgroup *cgroup = &list->cgroups[i];

		if (cgroup->fd < 0)
			continue;
		if (cgroup->hierarchy && !v1)
			return err_set(err, -EXDEV,
				       "%s is of a hierarchy of cgroups v1: only 'whittle record' records it, without a command and without what is waited for",
				       list->words[i]);
		if (*first && (*first)->hierarchy != cgroup->hierarchy)
			return err_set(err, -EXDEV,
				       "%s and %s are of different hierarchies: record each by itself",
				       words, list->words[i]);
		words = *first ? words : list->words[i];
		*first = *first ? *first : cgroup;
	}
	return 0;
}

void target_list_tell_known(const struct cgroup_identity *known, const char *words)
{
	if (known->too_long)
		log_warn("%s: its path is longer than %d characters: when it is made anew it is recorded only if what it lies in has stayed",
			 words, CGROUP_PATH_KNOWN);
}

/* The inventory sees the processes of whittle's own pid namespace. */
bool target_list_sees_all(void)
{
	struct stat st;

	/* include/linux/proc_ns.h: PROC_PID_INIT_INO */
	return !stat("/proc/self/ns/pid", &st) && st.st_ino == 0xEFFFFFFC;
}

bool target_list_is_empty(const struct target_list *list)
{
	for (size_t i = 0; i < list->len; i++) {
		if (list->cgroups[i].fd < 0)
			continue; /* it is to be made */
		int own_fd events = cgroup_events_fd(&list->cgroups[i], NULL);

		/* the root cgroup has no such file, and is never empty */
		if (events < 0 || cgroup_events_populated(events))
			return false;
	}
	return true;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "target/container.h"
#include "base/buf.h"
#include "base/spelling.h"
#include "target/cgroup_v1.h"
#include "target/engine.h"
#include "target/mount.h"

#include <errno.h>
#include <string.h>

#define DIGITS     "0123456789abcdef"
#define PREFIX_MIN 12 /* of an id, to be looked for by itself */
#define LISTED_MAX 16
#define SHORT_MIN  4 /* of an id, among those of an engine: "db" is a name that was mistyped */

/* What engines put before an id in the name of a cgroup; the one of conmon, podman's helper, is not among them. */
static const struct form {
	const char *before;
	const char *engine; /* that alone does so; NULL: several */
} forms[] = {
	{"", NULL},
	{"docker-", "docker"},
	{"libpod-", "podman"},
	{"libpod-payload-", "podman"},
	{"cri-containerd-", "crictl"},
	{"crio-", "crictl"},
	{"nerdctl-", "nerdctl"},
};

/* How the name of a cgroup carries the id of a container. NULL: it does not. */
static const struct form *form_of(const char *name, char id[65])
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		size_t len = strlen(forms[i].before);
		const char *at = name + len;

		if (strncmp(name, forms[i].before, len) || strspn(at, DIGITS) != ENGINE_ID_LEN ||
		    (at[ENGINE_ID_LEN] && strcmp(at + ENGINE_ID_LEN, ".scope")))
			continue;
		snprintf(id, ENGINE_ID_LEN + 1, "%s", at);
		return &forms[i];
	}
	return NULL;
}

bool container_id_in(const char *name, const char *prefix, char id[65])
{
	char found[65];

	if (!form_of(name, found) || strncmp(found, prefix, strlen(prefix)))
		return false;
	memcpy(id, found, sizeof(found));
	return true;
}

bool container_cut_path(char *path, const char *id)
{
	char name[PATH_MAX], found[65];

	for (char *at = path; *at == '/';) {
		size_t len = strcspn(at + 1, "/");

		snprintf(name, sizeof(name), "%.*s", (int)len, at + 1);
		at += 1 + len;
		/* an id that the engine itself has made shorter */
		if (container_id_in(name, id, found) || !strcmp(name, id)) {
			*at = '\0';
			return true;
		}
	}
	return false;
}

/* --- without an engine --- */

struct search {
	const char *prefix;
	char path[PATH_MAX]; /* of the first */
	char id[65];
	struct buf others; /* paths, if there are several */
	size_t found;
};

static int search_one(const char *path, const char *name, void *context)
{
	struct search *search = context;
	char id[65];

	if (!container_id_in(name, search->prefix, id))
		return 0;
	/* a cgroup of the same container below it */
	if (search->found && !strcmp(id, search->id) &&
	    !strncmp(path, search->path, strlen(search->path)))
		return 0;
	if (!search->found++) {
		snprintf(search->path, sizeof(search->path), "%s", path);
		snprintf(search->id, sizeof(search->id), "%s", id);
	}
	if (search->found <= LISTED_MAX)
		buf__addf(&search->others, "%s%s", search->found > 1 ? ", " : "", path);
	return 0;
}

static bool is_searchable(const char *name)
{
	size_t len = strlen(name);

	return len >= PREFIX_MIN && len <= ENGINE_ID_LEN && strspn(name, DIGITS) == len;
}

static int open_by_directory(const char *prefix, struct cgroup *out,
			     char label[CONTAINER_LABEL_LEN], struct err *err)
{
	struct search search = {.prefix = prefix, .others = BUF_INIT};
	const char *controller = NULL;
	struct err reason = {0};
	struct mount v1;
	int rc = cgroup_each(search_one, &search, &reason);
	bool without_v2 = rc == -ENOENT && mount_find_any_v1(NULL, &v1);

	/* of an engine that knows v1 only: a container has the same name in all of its hierarchies, and one does */
	if (without_v2) {
		reason = (struct err){0};
		rc = 0;
	}
	while (!rc && !search.found && (controller = mount_find_any_v1(controller, &v1)))
		rc = mount_each(&v1, 0, search_one, &search, &reason);
	if (reason.code)
		rc = err_set(err, rc, "%s", reason.text);
	else if (!search.found)
		rc = -ENOENT;
	else if (search.found > 1)
		rc = err_set(err, -ENOTUNIQ, "there are several containers '%s': %s", prefix,
			     buf__text(&search.others));
	buf__clear(&search.others);
	if (rc)
		return rc;
	snprintf(label, CONTAINER_LABEL_LEN, "%s", search.id);
	return cgroup_open(search.path, out, err);
}

/* --- with engines --- */

/* Keeps those that the name means: whose name it is, or else whose id begins with it. */
static void keep_meant(struct engine_containers *containers, size_t from, const char *name)
{
	size_t kept = from;
	bool exact = false;

	for (size_t i = from; i < containers->len; i++)
		exact |= !strcmp(containers->row[i].name, name) ||
			 !strcmp(containers->row[i].id, name);
	for (size_t i = from; i < containers->len; i++) {
		const struct engine_container *row = &containers->row[i];

		if (exact ? !strcmp(row->name, name) || !strcmp(row->id, name) :
			    strlen(name) >= SHORT_MIN && !strncmp(row->id, name, strlen(name)))
			containers->row[kept++] = *row;
	}
	containers->len = kept;
}

/* Two tools that speak to one engine (docker may be podman in disguise) mean one container: the first is kept. */
static void drop_same(struct engine_containers *containers)
{
	size_t kept = 0;

	for (size_t i = 0; i < containers->len; i++) {
		bool seen = false;

		for (size_t k = 0; k < kept; k++)
			seen |= !strcmp(containers->row[k].id, containers->row[i].id);
		if (!seen)
			containers->row[kept++] = containers->row[i];
	}
	containers->len = kept;
}

/* Of a name that was given again the one that has it now; the last one, which is listed first, if all have ended. */
static void drop_over(struct engine_containers *containers)
{
	size_t kept = 0;

	for (size_t i = 0; i < containers->len; i++)
		if (!containers->row[i].over)
			containers->row[kept++] = containers->row[i];
	containers->len = kept || !containers->len ? kept : 1;
}

/* For the case that nobody knows the container. */
struct inquiry {
	struct buf asked;         /* who was */
	struct buf why;           /* the others could not be */
	struct spelling spelling; /* of its name */
};

static void inquiry_clear(struct inquiry *inquiry)
{
	buf__clear(&inquiry->asked);
	buf__clear(&inquiry->why);
}
#define own_inquiry own_with(inquiry_clear)

static int ask_engine(const struct engine *engine, const char *name,
		      struct engine_containers *containers, struct inquiry *inquiry)
{
	char text[ENGINE_NAME_LEN];
	struct err reason = {0};
	size_t from = containers->len;
	int rc = engine_check_local(engine, &reason);

	if (!rc)
		rc = engine_list(engine, containers, &reason);
	if (rc) {
		buf__addf(&inquiry->why, "; %s", reason.text);
		return rc;
	}
	buf__addf(&inquiry->asked, "%s%s", inquiry->asked.len ? ", " : "", engine->name);
	for (size_t i = from; i < containers->len; i++) {
		engine_printable(containers->row[i].name, text, sizeof(text));
		spelling_try(&inquiry->spelling, text);
	}
	keep_meant(containers, from, name);
	return 0;
}

static bool same_engine_twice(const struct engine_containers *containers, size_t index)
{
	for (size_t i = 0; i < containers->len; i++)
		if (i != index && containers->row[i].engine == containers->row[index].engine)
			return true;
	return false;
}

static int refuse_several(const char *name, const struct engine_containers *containers,
			  struct err *err)
{
	struct buf own_buf list = BUF_INIT;

	for (size_t i = 0; i < containers->len && i < LISTED_MAX; i++) {
		const struct engine_container *row = &containers->row[i];
		char text[ENGINE_NAME_LEN];

		engine_printable(row->name, text, sizeof(text));
		/* there their names may be the same */
		if (same_engine_twice(containers, i))
			buf__addf(&list, "%s%s:%.12s (%s)", i ? ", " : "", row->engine->name,
				  row->id, text);
		else
			buf__addf(&list, "%s%s:%s", i ? ", " : "", row->engine->name, text);
	}
	return err_set(err, -ENOTUNIQ, "there are several containers '%s': %s%s", name,
		       buf__text(&list), containers->len > LISTED_MAX ? ", ..." : "");
}

/*
 * The one container that the name means. Other failures than -ENOTUNIQ are told by the inquiry, which was empty: -ENOENT, nobody knows it, and that
 * nobody could be asked.
 */
static int find(const struct engine *only, const char *name, struct engine_container *out,
		struct inquiry *inquiry, struct err *err)
{
	struct engine_containers own_engine_containers containers = {0};
	int rc = 0;

	inquiry->spelling.word = name;
	for (const struct engine *engine = engines; engine->name; engine++) {
		if ((only && engine != only) || !engine_is_installed(engine))
			continue;
		rc = ask_engine(engine, name, &containers, inquiry);
	}
	drop_same(&containers);
	drop_over(&containers);
	if (containers.len > 1)
		return refuse_several(name, &containers, err);
	if (!containers.len) /* why they could not be asked, if none could */
		return rc && !inquiry->asked.len ? rc : -ENOENT;
	*out = containers.row[0];
	return 0;
}

/* Is it of the container with this id? Then its path ends there. */
static bool is_own(struct membership *membership, void *id)
{
	return container_cut_path(membership->path, id);
}

/* The cgroup of a container that an engine knows. */
static int open_found(const struct engine_container *container, const char *label,
		      struct cgroup *out, struct err *err)
{
	char state[ENGINE_WORD_LEN], path[PATH_MAX], whole[PATH_MAX];
	struct err reason = {0};
	pid_t pid;
	int rc = engine_process(container, &pid, state, err);

	if (rc)
		return rc;
	if (!pid)
		return err_set(err, -ENXIO,
			       "container %s does not run (it is '%s'): 'whittle record --start' starts and records it, 'whittle start --wait' records it from when it is started",
			       label, state);
	rc = cgroup_path_of(pid, path, &reason);
	if (rc == -ESRCH)
		return err_set(err, rc,
			       "container %s has ended, or its engine is on another machine: %s",
			       label, reason.text);
	if (rc && rc != -ENOENT)
		return err_set(err, rc, "container %s: %s", label, reason.text);
	snprintf(whole, sizeof(whole), "%s", rc ? "/" : path);
	if (!rc && container_cut_path(path, container->id))
		return cgroup_open(path, out, err);
	/* an engine that knows v1 only: one of its hierarchies does as well */
	if (!cgroup_v1_open_pid(pid, is_own, (void *)container->id, out, NULL))
		return 0;
	if (!strcmp(whole, "/"))
		return err_set(err, -EOPNOTSUPP,
			       "container %s has no cgroup of its own, neither in cgroup v2 nor in v1, so it cannot be told from the host: run it with runc, or with an engine that uses cgroups",
			       label);
	return err_set(err, -EOPNOTSUPP,
		       "the cgroup of process %d, %s, is not container %s's own (nothing in it carries its id): if it is right all the same, name it with --cgroup",
		       pid, whole, label);
}

static int split(const char *spec, const struct engine **engine, const char **name, struct err *err)
{
	const char *colon = strchr(spec, ':');
	char text[64];

	*engine = NULL;
	*name = colon ? colon + 1 : spec;
	if (colon) {
		*engine = engine_find(spec, colon - spec);
		engine_printable(spec, text, sizeof(text));
		if (!*engine)
			return err_set(err, -EINVAL,
				       "'%s': there is no engine '%.*s': docker, podman, nerdctl or crictl",
				       text, (int)(colon - spec), text);
	}
	if (!**name)
		return err_set(err, -EINVAL, "a container without a name");
	return 0;
}

/* No engine that may know it is installed. */
static int refuse_absent(const struct engine *only, const char *name, struct err *err)
{
	if (only)
		return err_set(err, -ENOENT, "container '%s': %s is not installed", name,
			       only->name);
	if (is_searchable(name))
		return err_set(err, -ENOENT,
			       "there is no container '%s': no container engine is installed, and no cgroup carries this id",
			       name);
	return err_set(err, -ENOENT,
		       "container '%s': no container engine is installed; an id of %d digits or more is found without one",
		       name, PREFIX_MIN);
}

int container_check(const char *spec, struct err *err)
{
	struct err reason = {0};
	const struct engine *only;
	char text[ENGINE_NAME_LEN];
	const char *name;
	int rc = split(spec, &only, &name, err);

	if (rc)
		return rc;
	for (const struct engine *engine = engines; engine->name; engine++) {
		if ((only && engine != only) || !engine_is_installed(engine))
			continue;
		rc = engine_check_local(engine, &reason);
		if (!rc)
			return 0;
	}
	if (!only && is_searchable(name))
		return 0;
	engine_printable(name, text, sizeof(text));
	return rc ? err_set(err, rc, "container '%s': %s", text, reason.text) :
		    refuse_absent(only, text, err);
}

static void set_label(const struct engine_container *container, char label[CONTAINER_LABEL_LEN])
{
	char text[ENGINE_NAME_LEN];

	engine_printable(*container->name ? container->name : container->id, text, sizeof(text));
	snprintf(label, CONTAINER_LABEL_LEN, "%s:%s", container->engine->name, text);
}

/* Asks an engine. CONTAINER_UNKNOWN: it does not know the id, or cannot be asked. */
static enum container_match match_in(const struct engine *engine, const char *name, const char *id,
				     char label[CONTAINER_LABEL_LEN])
{
	struct engine_containers own_engine_containers containers = {0};

	if (!engine_is_installed(engine) || engine_check_local(engine, NULL) ||
	    engine_list(engine, &containers, NULL))
		return CONTAINER_UNKNOWN;
	for (size_t i = 0; i < containers.len; i++) {
		struct engine_container row = containers.row[i];

		if (strncmp(row.id, id, strlen(row.id)))
			continue;
		keep_meant(&containers, 0, name);
		set_label(&row, label);
		for (size_t k = 0; k < containers.len; k++)
			if (!strcmp(containers.row[k].id, row.id))
				return CONTAINER_MEANT;
		return CONTAINER_OTHER;
	}
	return CONTAINER_UNKNOWN;
}

enum container_match container_match(const char *spec, const char *cgroup,
				     char label[CONTAINER_LABEL_LEN])
{
	enum container_match match = CONTAINER_UNKNOWN;
	const struct engine *only, *its = NULL;
	const struct form *form;
	const char *name;
	char id[65];

	form = form_of(cgroup, id);
	if (!form || split(spec, &only, &name, NULL))
		return CONTAINER_OTHER;
	snprintf(label, CONTAINER_LABEL_LEN, "%s", id);
	if (is_searchable(name) && !strncmp(id, name, strlen(name)))
		return CONTAINER_MEANT;
	if (form->engine)
		its = engine_find(form->engine, strlen(form->engine));
	if (its && (!only || its == only) && engine_is_installed(its))
		only = its; /* if it does not know it, nobody does */
	for (const struct engine *engine = engines; match == CONTAINER_UNKNOWN && engine->name;
	     engine++)
		if (!only || engine == only)
			match = match_in(engine, name, id, label);
	/* one that is waited for by its id is known by that */
	return match == CONTAINER_UNKNOWN && is_searchable(name) ? CONTAINER_OTHER : match;
}

int container_find_stopped(const char *spec, struct engine_container *out,
			   char label[CONTAINER_LABEL_LEN], struct err *err)
{
	struct inquiry own_inquiry inquiry = {.asked = BUF_INIT, .why = BUF_INIT};
	char state[ENGINE_WORD_LEN];
	const struct engine *engine;
	const char *name;
	pid_t pid;
	int rc = split(spec, &engine, &name, err);

	if (rc)
		return rc;
	rc = find(engine, name, out, &inquiry, err);
	if (rc && rc != -ENOTUNIQ)
		return err_set(err, rc, "there is no container '%s' that could be started%s%s",
			       name, spelling_hint(&inquiry.spelling, ""), buf__text(&inquiry.why));
	if (!rc)
		rc = engine_process(out, &pid, state, err);
	if (rc)
		return rc;
	set_label(out, label);
	return pid ? err_set(err, -EISCONN, "container %s runs already: leave --start out", label) :
		     0;
}

int container_open(const char *spec, struct cgroup *out, char label[CONTAINER_LABEL_LEN],
		   struct err *err)
{
	struct inquiry own_inquiry inquiry = {.asked = BUF_INIT, .why = BUF_INIT};
	char text[ENGINE_NAME_LEN];
	struct engine_container container;
	const struct engine *engine;
	const char *name;
	int rc = split(spec, &engine, &name, err);

	if (rc)
		return rc;
	rc = find(engine, name, &container, &inquiry, err);
	if (!rc) {
		set_label(&container, label);
		return open_found(&container, label, out, err);
	}
	if (rc == -ENOTUNIQ)
		return rc;
	if (is_searchable(name)) {
		int by_directory = open_by_directory(name, out, label, err);

		if (by_directory != -ENOENT)
			return by_directory;
	}
	engine_printable(name, text, sizeof(text));
	if (!inquiry.why.len && !inquiry.asked.len)
		return refuse_absent(engine, text, err);
	if (!inquiry.asked.len) /* nobody could be asked */
		return err_set(err, rc, "container '%s': %s", text, buf__text(&inquiry.why) + 2);
	return err_set(err, -ENOENT, "there is no container '%s' in %s%s%s", text,
		       buf__text(&inquiry.asked), spelling_hint(&inquiry.spelling, ""),
		       buf__text(&inquiry.why));
}

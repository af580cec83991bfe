// SPDX-License-Identifier: BSD-2-Clause
#include "cli/start_wait.h"
#include "target/container.h"
#include "target/unit.h"

#include <errno.h>
#include <string.h>

static int add_place(struct awaited_places *places, const struct cgroup_identity *place,
		     struct err *err)
{
	struct cgroup_identity *more =
		reallocarray(places->place, places->len + 1, sizeof(*places->place));

	if (!more)
		return err_errno(err, -ENOMEM, "cannot wait");
	places->place = more;
	more[places->len++] = *place;
	return 0;
}

/* Below a parent that exists. */
static int await_cgroup(const char *text, struct awaited_places *places, struct err *err)
{
	struct cgroup own_cgroup parent = CGROUP_CLOSED;
	struct cgroup_identity place;
	char path[PATH_MAX];
	char *slash;
	int rc;

	if ((size_t)snprintf(path, sizeof(path), "%s", text) >= sizeof(path))
		return err_errno(err, -ENAMETOOLONG, "cgroup %.40s", text);
	for (slash = path + strlen(path); slash > path + 1 && slash[-1] == '/';)
		*--slash = '\0';
	slash = strrchr(path, '/');
	if (!slash || !slash[1] || !strcmp(slash, "/.") || !strcmp(slash, "/.."))
		return err_set(err, -EINVAL, "'%s' cannot be waited for: a path begins with '/'",
			       text);
	*slash = '\0';
	rc = cgroup_open(*path ? path : "/", &parent, err);
	if (!rc)
		rc = cgroup_identify_below(&parent, slash + 1, &place, err);
	if (!rc)
		target_list_tell_known(&place, text);
	return rc ? rc : add_place(places, &place, err);
}

static int await_unit(const char *text, struct awaited_places *places, struct err *err)
{
	struct cgroup_identity place;
	int rc = unit_identify(text, &place, err);

	if (!rc)
		target_list_tell_known(&place, text);
	return rc ? rc : add_place(places, &place, err);
}

/* Runtimes and their cgroup managers name it in one of these ways; an id is nobody else's, so it may lie anywhere. */
static int await_container(const char *text, struct awaited_places *places, struct err *err)
{
	static const char *const names[] = {
		"%s",
		"docker-%s.scope",
		"libpod-%s",
		"libpod-%s.scope",
		"nerdctl-%s.scope",
		"cri-containerd-%s.scope",
		"crio-%s.scope",
	};
	struct engine_container container;
	char label[CONTAINER_LABEL_LEN];
	int rc = container_find_stopped(text, &container, label, err);

	for (size_t i = 0; !rc && i < ARRAY_LEN(names); i++) {
		struct cgroup_identity place = {0};

		snprintf(place.name, sizeof(place.name), names[i], container.id);
		rc = add_place(places, &place, err);
	}
	return rc;
}

typedef int await_fn(const char *text, struct awaited_places *places, struct err *err);

/* One option with one word at a time: what exists is opened, what does not is waited for. */
static int open_or_await(struct target_list *list, const struct target_options *one,
			 const char *kind, const char *text, await_fn *await,
			 struct awaited_places *places, struct err *err)
{
	struct cgroup closed = CGROUP_CLOSED;
	struct err why = {0};
	int rc = target_list_open(list, one, &why);

	if (!rc)
		return 0;
	if (rc != -ENOENT && rc != -ENXIO)
		return err_set(err, rc, "%s", why.text);
	rc = await(text, places, err);
	return rc ? rc : target_list_add(list, &closed, kind, text, false, err);
}

int start_wait_open(struct target_list *list, const struct target_options *options,
		    struct awaited_places *places, struct err *err)
{
	const struct {
		const struct texts *texts;
		size_t offset; /* of the same in struct target_options */
		const char *kind;
		await_fn *await;
	} kinds[] = {
		{&options->cgroups, offsetof(struct target_options, cgroups), "cgroup",
		 await_cgroup},
		{&options->containers, offsetof(struct target_options, containers), "container",
		 await_container},
		{&options->units, offsetof(struct target_options, units), "unit", await_unit},
	};
	struct target_options *own_ptr one = calloc(1, sizeof(*one));
	int rc = 0;

	if (!one)
		return err_errno(err, -ENOMEM, "cannot wait");
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct texts *word = (struct texts *)((char *)one + kinds[k].offset);

		for (size_t i = 0; !rc && i < kinds[k].texts->len; i++) {
			*one = (struct target_options){.allow_root_cgroup =
							       options->allow_root_cgroup};
			word->text[0] = kinds[k].texts->text[i];
			word->len = 1;
			rc = open_or_await(list, one, kinds[k].kind, word->text[0], kinds[k].await,
					   places, err);
		}
	}
	return rc ? rc : target_list_open_pids(list, options, err);
}

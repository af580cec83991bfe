// SPDX-License-Identifier: BSD-2-Clause
#include "target/unit.h"
#include "base/buf.h"
#include "base/capture.h"

#include <errno.h>
#include <string.h>

#define ANSWER_MAX   (1 << 20)
#define ANSWER_LIMIT 5000000000ULL /* ns */

/* The value of "KEY=VALUE" in the lines of an answer. False: it is not there, or twice, or does not fit. */
static bool value_of(const char *answer, const char *key, char *value, size_t size)
{
	size_t len = strlen(key);
	bool found = false;

	for (const char *line = answer, *end; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (strncmp(line, key, len) || line[len] != '=')
			continue;
		if (found || (size_t)snprintf(value, size, "%.*s", (int)(end - line - len - 1),
					      line + len + 1) >= size)
			return false;
		found = true;
	}
	return found;
}

static int open_answer(const char *unit, const char *answer, struct cgroup *out, struct err *err)
{
	char path[PATH_MAX], state[64], load[64];
	int rc;

	if (!value_of(answer, "LoadState", load, sizeof(load)) ||
	    !value_of(answer, "ActiveState", state, sizeof(state)) ||
	    !value_of(answer, "ControlGroup", path, sizeof(path)))
		return err_set(err, -EPROTO,
			       "systemctl: an answer that whittle does not understand");
	if (*path == '/') {
		rc = cgroup_open(path, out, err);
		return rc ? err_wrap(err, rc, "unit %s", unit) : 0;
	}
	if (!strcmp(load, "not-found"))
		return err_set(err, -ENOENT, "there is no unit %s", unit);
	return err_set(err, -ENXIO, "unit %s does not run (it is '%.20s'): start it first", unit,
		       strspn(state, "abcdefghijklmnopqrstuvwxyz-") == strlen(state) ? state : "?");
}

struct search {
	const char *unit;
	char path[PATH_MAX];
	size_t found;
};

static int search_one(const char *path, const char *name, void *context)
{
	struct search *search = context;

	if (strcmp(name, search->unit))
		return 0;
	if (!search->found++)
		snprintf(search->path, sizeof(search->path), "%s", path);
	return 0;
}

/* `why`: what systemctl said. */
static int open_by_directory(const char *unit, const char *why, struct cgroup *out, struct err *err)
{
	struct search search = {.unit = unit};
	int rc = cgroup_each(search_one, &search, err);

	if (rc)
		return rc;
	if (!search.found)
		return err_set(err, -ENOENT, "unit %s: there is no cgroup of this name; %s", unit,
			       why);
	if (search.found > 1) /* of containers, or of users */
		return err_set(err, -ENOTUNIQ,
			       "unit %s: there are %zu cgroups of this name, one is %s: choose with --cgroup",
			       unit, search.found, search.path);
	return cgroup_open(search.path, out, err);
}

static bool is_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789:-_.\\@";

	return *name && strlen(name) < UNIT_NAME_LEN - 8 && strspn(name, allowed) == strlen(name) &&
	       strspn(name, ".") != strlen(name);
}

static bool has_type(const char *name)
{
	static const char *const types[] = {".service", ".slice", ".scope",
					    ".socket",  ".mount", ".swap"};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < ARRAY_LEN(types); i++)
		if (!strcmp(dot, types[i]))
			return true;
	return false;
}

/* a-b-c.slice is a.slice/a-b.slice/a-b-c.slice, and -.slice is the top. */
static void add_slice(struct buf *path, const char *slice)
{
	if (!strcmp(slice, "-.slice"))
		return;
	for (const char *dash = slice; (dash = strchr(dash, '-')); dash++)
		buf__addf(path, "/%.*s.slice", (int)(dash - slice), slice);
	buf__addf(path, "/%s", slice);
}

static int identify_in(const char *slice, const char *unit, struct cgroup_identity *out,
		       struct err *err)
{
	struct cgroup own_cgroup cgroup = CGROUP_CLOSED;
	struct buf own_buf path = BUF_INIT;
	size_t len;
	int rc;

	add_slice(&path, slice);
	len = path.len;
	buf__addf(&path, "/%s", unit);
	if (buf__error(&path))
		return err_errno(err, buf__error(&path), "cannot wait for %s", unit);
	/* systemd makes the slice of a template's units when the first of them starts */
	if (cgroup_identify_path(buf__text(&path), out))
		return 0;
	path.data[len] = '\0';
	rc = cgroup_open(len ? path.data : "/", &cgroup, err);
	return rc ? rc : cgroup_identify_below(&cgroup, unit, out, err);
}

bool unit_name(const char *name, char out[UNIT_NAME_LEN])
{
	return is_name(name) && snprintf(out, UNIT_NAME_LEN, "%s%s", name,
					 has_type(name) ? "" : ".service") < UNIT_NAME_LEN;
}

int unit_identify(const char *name, struct cgroup_identity *out, struct err *err)
{
	char unit[UNIT_NAME_LEN];
	char *argv[] = {"systemctl", "show", "--property=LoadState,Slice,Id", "--", unit, NULL};
	struct capture capture = {.argv = argv, .max = ANSWER_MAX, .limit = ANSWER_LIMIT};
	struct buf own_buf answer = BUF_INIT;
	char load[64], slice[UNIT_NAME_LEN], id[UNIT_NAME_LEN];
	int rc;

	if (!unit_name(name, unit))
		return err_set(err, -EINVAL, "that is not the name of a systemd unit");
	rc = capture_run(&capture, &answer, err);
	if (rc)
		return rc;
	if (!value_of(buf__text(&answer), "LoadState", load, sizeof(load)) ||
	    !value_of(buf__text(&answer), "Slice", slice, sizeof(slice)) || !is_name(slice))
		return err_set(err, -ENOENT, "there is no unit %s that could be waited for", unit);
	if (!strcmp(load, "not-found"))
		return err_set(err, -ENOENT, "there is no unit %s", unit);
	/* an alias has no cgroup: redis.service is redis-server.service */
	if (value_of(buf__text(&answer), "Id", id, sizeof(id)) && is_name(id))
		return identify_in(slice, id, out, err);
	return identify_in(slice, unit, out, err);
}

int unit_open(const char *name, struct cgroup *out, struct err *err)
{
	char unit[UNIT_NAME_LEN];
	char *argv[] = {"systemctl", "show", "--property=LoadState,ActiveState,ControlGroup",
			"--",        unit,   NULL};
	struct capture capture = {.argv = argv, .max = ANSWER_MAX, .limit = ANSWER_LIMIT};
	struct buf own_buf answer = BUF_INIT;
	struct err reason = {0};

	if (!unit_name(name, unit))
		return err_set(err, -EINVAL, "that is not the name of a systemd unit");
	if (capture_run(&capture, &answer, &reason))
		return open_by_directory(unit, reason.text, out, err);
	return open_answer(unit, buf__text(&answer), out, err);
}

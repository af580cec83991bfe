// SPDX-License-Identifier: BSD-2-Clause
#include "target/unit.h"
#include "base/buf.h"
#include "base/capture.h"

#include <errno.h>
#include <string.h>

#define ANSWER_MAX   (1 << 20)
#define ANSWER_LIMIT 5000000000ULL /* ns */
#define NAME_LEN     256           /* systemd: UNIT_NAME_MAX */

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

	return *name && strlen(name) < NAME_LEN - 8 && strspn(name, allowed) == strlen(name) &&
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

int unit_open(const char *name, struct cgroup *out, struct err *err)
{
	char unit[NAME_LEN];
	char *argv[] = {"systemctl", "show", "--property=LoadState,ActiveState,ControlGroup",
			"--",        unit,   NULL};
	struct capture capture = {.argv = argv, .max = ANSWER_MAX, .limit = ANSWER_LIMIT};
	struct buf own_buf answer = BUF_INIT;
	struct err reason = {0};

	if (!is_name(name))
		return err_set(err, -EINVAL, "that is not the name of a systemd unit");
	snprintf(unit, sizeof(unit), "%s%s", name, has_type(name) ? "" : ".service");
	if (capture_run(&capture, &answer, &reason))
		return open_by_directory(unit, reason.text, out, err);
	return open_answer(unit, buf__text(&answer), out, err);
}

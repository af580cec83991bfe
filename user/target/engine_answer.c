// SPDX-License-Identifier: BSD-2-Clause
#include "target/engine_answer.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>

static void own_json_(json_t **json)
{
	json_decref(*json);
}
#define own_json own_with(own_json_)

/* "a.b" of an object; borrowed. NULL: there is none. */
static json_t *member(json_t *json, const char *path)
{
	char name[ENGINE_WORD_LEN];

	while (json && *path) {
		size_t len = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		json = json_object_get(json, name);
		path += len + (path[len] == '.');
	}
	return json;
}

static const char *member_text(json_t *json, const char *path)
{
	json_t *value = member(json, path);
	const char *text;

	/* podman has an array of names, of which there is one */
	if (json_is_array(value))
		value = json_array_get(value, 0);
	text = json_string_value(value);
	return text ? text : "";
}

/* Docker names a container also as those call it that link to it: "db,web/db". Names have neither of the two. */
static void own_name(const char *names, char *name, size_t size)
{
	size_t len = strcspn(names, ",");

	while (names[len] && memchr(names, '/', len)) {
		names += len + 1;
		len = strcspn(names, ",");
	}
	snprintf(name, size, "%.*s", (int)len, names);
}

static bool is_id(const char *text)
{
	size_t len = strlen(text);

	return len >= 12 && len <= ENGINE_ID_LEN && strspn(text, "0123456789abcdef") == len;
}

static int add(struct engine_containers *containers, const struct engine_container *container)
{
	if (containers->len == containers->room) {
		size_t room = containers->room ? 2 * containers->room : 16;
		struct engine_container *row =
			reallocarray(containers->row, room, sizeof(*containers->row));

		if (!row)
			return -ENOMEM;
		containers->row = row;
		containers->room = room;
	}
	containers->row[containers->len++] = *container;
	return 0;
}

static int bad_answer(const struct engine *engine, const char *what, struct err *err)
{
	return err_set(err, -EPROTO, "%s: an answer that whittle does not understand: %s",
		       engine->name, what);
}

static int add_listed(const struct engine *engine, json_t *json,
		      struct engine_containers *containers, struct err *err)
{
	struct engine_container container = {.engine = engine};
	const char *id = member_text(json, engine->list_id);
	size_t index;
	json_t *one;
	int rc = 0;

	if (json_is_array(json)) {
		json_array_foreach(json, index, one)
			if (!rc)
				rc = add_listed(engine, one, containers, err);
		return rc;
	}
	/* crictl's one object of all */
	one = json_object_get(json, "containers");
	if (json_is_array(one))
		return add_listed(engine, one, containers, err);
	if (!is_id(id))
		return bad_answer(engine, "a container without an id", err);
	snprintf(container.id, sizeof(container.id), "%s", id);
	own_name(member_text(json, engine->list_name), container.name, sizeof(container.name));
	container.over = engine->list_over &&
			 !strcmp(member_text(json, engine->list_state), engine->list_over);
	snprintf(container.image, sizeof(container.image), "%s",
		 member_text(json, engine->list_image));
	rc = add(containers, &container);
	return rc ? err_errno(err, rc, "%s", engine->name) : 0;
}

static int read_list(const struct engine *engine, const struct buf *answer,
		     struct engine_containers *containers, struct err *err)
{
	const char *text = buf__text(answer), *end = text + answer->len;

	for (;;) {
		json_t *own_json json = NULL;
		json_error_t error;
		int rc;

		while (text < end && strchr(" \t\r\n", *text))
			text++;
		if (text == end)
			return 0;
		json = json_loadb(text, end - text, JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY,
				  &error);
		if (!json)
			return bad_answer(engine, "not JSON", err);
		/* null: none; the depth of arrays is bounded by jansson */
		rc = json_is_null(json) ? 0 : add_listed(engine, json, containers, err);
		if (rc)
			return rc;
		text += error.position;
	}
}

int engine_answer_list(const struct engine *engine, const struct buf *answer,
		       struct engine_containers *containers, struct err *err)
{
	size_t len = containers->len;
	int rc = read_list(engine, answer, containers, err);

	if (rc)
		containers->len = len;
	return rc;
}

/* What is told of one container; *whole owns it. */
static int read_one(const struct engine *engine, const struct buf *answer, json_t **whole,
		    json_t **one, struct err *err)
{
	*whole = json_loadb(buf__text(answer), answer->len, 0, NULL);
	*one = json_is_array(*whole) ? json_array_get(*whole, 0) : *whole;
	return json_is_object(*one) ? 0 : bad_answer(engine, "not JSON of a container", err);
}

int engine_answer_process(const struct engine *engine, const struct buf *answer, pid_t *pid,
			  char state[ENGINE_WORD_LEN], struct err *err)
{
	json_t *own_json whole = NULL;
	json_t *one, *value;
	int rc = read_one(engine, answer, &whole, &one, err);

	if (rc)
		return rc;
	value = member(one, engine->pid);
	/* of one that is not running: 0, or nothing at all */
	if (value && !json_is_integer(value))
		return bad_answer(engine, "no process id", err);
	if (json_integer_value(value) < 0 || json_integer_value(value) > INT32_MAX)
		return bad_answer(engine, "a process id that cannot be one", err);
	*pid = json_integer_value(value);
	engine_printable(member_text(one, engine->state), state, ENGINE_WORD_LEN);
	return 0;
}

bool engine_answer_restarts(const struct engine *engine, const struct buf *answer)
{
	json_t *own_json whole = NULL;
	const char *policy;
	json_t *one;

	if (!engine->restart || read_one(engine, answer, &whole, &one, NULL))
		return false;
	policy = member_text(one, engine->restart);
	return *policy && strcmp(policy, "no") != 0;
}

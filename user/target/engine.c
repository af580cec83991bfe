// SPDX-License-Identifier: BSD-2-Clause
#include "target/engine.h"
#include "base/capture.h"
#include "base/spawn.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#define ANSWER_MAX (16 << 20)
#define ANSWER_LIMIT                                                                               \
	5000000000ULL /* ns: podman with many containers on a busy machine takes seconds */
/* Of a client that is ended while it works, an engine goes on with the work, or leaves it half done. */
#define START_LIMIT 60000000000ULL

const struct engine engines[] = {
	{
		.name = "docker",
		.list = {"ps", "--all", "--no-trunc", "--format", "{{json .}}"},
		.list_id = "ID",
		.list_name = "Names",
		.list_image = "Image",
		.inspect = {"container", "inspect"},
		.pid = "State.Pid",
		.state = "State.Status",
		.restart = "HostConfig.RestartPolicy.Name",
		.remote_env = {"DOCKER_HOST"},
		.socket = {"context", "inspect", "--format", "{{.Endpoints.docker.Host}}"},
		.driver = {"info", "--format", "{{.CgroupDriver}}"},
	},
	{
		.name = "podman",
		.list = {"ps", "--all", "--no-trunc", "--format", "json"},
		.list_id = "Id",
		.list_name = "Names",
		.list_image = "Image",
		.inspect = {"container", "inspect"},
		.pid = "State.Pid",
		.state = "State.Status",
		.restart = "HostConfig.RestartPolicy.Name",
		.remote_env = {"CONTAINER_HOST", "CONTAINER_CONNECTION"},
		.driver = {"info", "--format", "{{.Host.CgroupManager}}"},
	},
	{
		.name = "nerdctl",
		.list = {"ps", "--all", "--no-trunc", "--format", "{{json .}}"},
		.list_id = "ID",
		.list_name = "Names",
		.list_image = "Image",
		.inspect = {"container", "inspect"},
		.pid = "State.Pid",
		.state = "State.Status",
		.remote_env = {"CONTAINERD_ADDRESS"},
		.driver = {"info", "--format", "{{.CgroupDriver}}"},
	},
	{
		.name = "crictl",
		.list = {"ps", "--all", "--output", "json"},
		.list_id = "id",
		.list_name = "metadata.name",
		.list_state = "state",
		.list_over = "CONTAINER_EXITED",
		.list_image = "image.image",
		.inspect = {"inspect", "--output", "json"},
		.pid = "info.pid",
		.state = "status.state",
		.remote_env = {"CONTAINER_RUNTIME_ENDPOINT"},
	},
	{0},
};

void engine_containers_clear(struct engine_containers *containers)
{
	free(containers->row);
	*containers = (struct engine_containers){0};
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

const struct engine *engine_find(const char *name, size_t len)
{
	for (const struct engine *engine = engines; engine->name; engine++)
		if (strlen(engine->name) == len && !memcmp(engine->name, name, len))
			return engine;
	return NULL;
}

bool engine_is_installed(const struct engine *engine)
{
	char path[PATH_MAX];

	return !spawn_find_command(engine->name, path, NULL);
}

void engine_printable(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; text[n] && n < size - 1; n++)
		out[n] = text[n] >= 0x20 && text[n] < 0x7f ? text[n] : '?';
	out[n] = '\0';
}

/* Runs the engine's program; `last` (NULL: none) goes behind the arguments. */
static int call(const struct engine *engine, const char *const args[ENGINE_ARGS_MAX],
		const char *last, uint64_t limit, struct buf *answer, struct err *err)
{
	const char *argv[ENGINE_ARGS_MAX + 3] = {engine->name};
	struct capture capture = {.argv = (char *const *)argv, .max = ANSWER_MAX, .limit = limit};
	size_t n = 1;

	for (size_t i = 0; i < ENGINE_ARGS_MAX && args[i]; i++)
		argv[n++] = args[i];
	argv[n] = last;
	return capture_run(&capture, answer, err);
}

static int ask(const struct engine *engine, const char *const args[ENGINE_ARGS_MAX],
	       const char *last, struct buf *answer, struct err *err)
{
	return call(engine, args, last, ANSWER_LIMIT, answer, err);
}

/* --- other machines --- */

static bool is_local(const char *socket)
{
	return *socket == '/' || !strncmp(socket, "unix://", 7) || !strncmp(socket, "fd://", 5);
}

int engine_check_socket(const struct engine *engine, const char *by, const char *socket,
			struct err *err)
{
	char text[128];

	if (!*socket || is_local(socket))
		return 0;
	engine_printable(socket, text, sizeof(text));
	return err_set(err, -EREMOTE,
		       "%s is asked on another machine (%s is %s), and whittle records on this one: run it there",
		       engine->name, by, text);
}

int engine_check_local(const struct engine *engine, struct err *err)
{
	struct buf own_buf answer = BUF_INIT;

	for (size_t i = 0; engine->remote_env[i]; i++) {
		const char *socket = getenv(engine->remote_env[i]);

		if (!socket || !*socket)
			continue;
		return engine_check_socket(engine, engine->remote_env[i], socket, err);
	}
	/* one that does not know the question has no such notion */
	if (!engine->socket[0] || ask(engine, engine->socket, NULL, &answer, NULL) || !answer.len)
		return 0;
	answer.data[strcspn(answer.data, "\r\n")] = '\0';
	return engine_check_socket(engine, "its context", answer.data, err);
}

/* --- answers --- */

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

static bool is_id(const char *text)
{
	size_t len = strlen(text);

	return len >= 12 && len <= ENGINE_ID_LEN && strspn(text, "0123456789abcdef") == len;
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
	snprintf(container.name, sizeof(container.name), "%s",
		 member_text(json, engine->list_name));
	container.over = engine->list_over &&
			 !strcmp(member_text(json, engine->list_state), engine->list_over);
	snprintf(container.image, sizeof(container.image), "%s",
		 member_text(json, engine->list_image));
	rc = add(containers, &container);
	return rc ? err_errno(err, rc, "%s", engine->name) : 0;
}

static int list_answer(const struct engine *engine, const struct buf *answer,
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

int engine_list(const struct engine *engine, struct engine_containers *containers, struct err *err)
{
	struct buf own_buf answer = BUF_INIT;
	size_t len = containers->len;
	int rc = ask(engine, engine->list, NULL, &answer, err);

	if (!rc)
		rc = list_answer(engine, &answer, containers, err);
	if (rc)
		containers->len = len;
	return rc;
}

/* What the engine tells of one container; *whole owns it. */
static int inspect(const struct engine_container *container, json_t **whole, json_t **one,
		   struct err *err)
{
	const struct engine *engine = container->engine;
	struct buf own_buf answer = BUF_INIT;
	int rc = ask(engine, engine->inspect, container->id, &answer, err);

	if (rc)
		return rc;
	*whole = json_loadb(buf__text(&answer), answer.len, 0, NULL);
	*one = json_is_array(*whole) ? json_array_get(*whole, 0) : *whole;
	return json_is_object(*one) ? 0 : bad_answer(engine, "not JSON of a container", err);
}

int engine_process(const struct engine_container *container, pid_t *pid,
		   char state[ENGINE_WORD_LEN], struct err *err)
{
	const struct engine *engine = container->engine;
	json_t *own_json whole = NULL;
	json_t *one, *value;
	int rc = inspect(container, &whole, &one, err);

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

bool engine_restarts(const struct engine_container *container)
{
	json_t *own_json whole = NULL;
	const char *policy;
	json_t *one;

	if (!container->engine->restart || inspect(container, &whole, &one, NULL))
		return false;
	policy = member_text(one, container->engine->restart);
	return *policy && strcmp(policy, "no") != 0;
}

int engine_start(const struct engine_container *container, struct err *err)
{
	static const char *const args[ENGINE_ARGS_MAX] = {"start"};
	struct buf own_buf answer = BUF_INIT;

	return call(container->engine, args, container->id, START_LIMIT, &answer, err);
}

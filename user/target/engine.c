// SPDX-License-Identifier: BSD-2-Clause
#include "target/engine.h"
#include "base/capture.h"
#include "base/spawn.h"
#include "target/engine_answer.h"

#include <errno.h>
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

int engine_list(const struct engine *engine, struct engine_containers *containers, struct err *err)
{
	struct buf own_buf answer = BUF_INIT;
	int rc = ask(engine, engine->list, NULL, &answer, err);

	return rc ? rc : engine_answer_list(engine, &answer, containers, err);
}

static int inspect(const struct engine_container *container, struct buf *answer, struct err *err)
{
	return ask(container->engine, container->engine->inspect, container->id, answer, err);
}

int engine_process(const struct engine_container *container, pid_t *pid,
		   char state[ENGINE_WORD_LEN], struct err *err)
{
	struct buf own_buf answer = BUF_INIT;
	int rc = inspect(container, &answer, err);

	return rc ? rc : engine_answer_process(container->engine, &answer, pid, state, err);
}

bool engine_restarts(const struct engine_container *container)
{
	struct buf own_buf answer = BUF_INIT;

	return container->engine->restart && !inspect(container, &answer, NULL) &&
	       engine_answer_restarts(container->engine, &answer);
}

int engine_start(const struct engine_container *container, struct err *err)
{
	static const char *const args[ENGINE_ARGS_MAX] = {"start"};
	struct buf own_buf answer = BUF_INIT;

	return call(container->engine, args, container->id, START_LIMIT, &answer, err);
}

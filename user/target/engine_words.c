// SPDX-License-Identifier: BSD-2-Clause
#include "target/engine_words.h"
#include "base/own.h"
#include "target/engine_run.h"

#include <stdio.h>
#include <string.h>

static const char runs_inside[] =
	"runs in a container that exists: record that with --container NAME, and run this meanwhile";
static const char starts[] =
	"has the engine start a container that exists: 'whittle record --start --container NAME' does that, and records it";
static const char starts_again[] =
	"has the engine start a container again: stop it, then 'whittle record --start --container NAME' starts and records it";
static const char makes[] =
	"makes a container and runs nothing: do that first, then 'whittle record --start --container NAME' starts and records it";
static const char starts_several[] =
	"has the engine start containers: 'whittle record --wait --container NAME' (once for each, if there are several) waits for them; run this meanwhile";
static const char builds[] =
	"has the engine run the steps of a build in containers of its own, which have no names: record what is built, with 'run'";

/* Where "engine" is not NULL it is that engine's alone, or a program of that name. */
static const struct row {
	const char *engine, *group, *word;
	const char *instead;
} rows[] = {
	{NULL, "container", "exec", runs_inside},
	{NULL, "container", "attach", runs_inside},
	{NULL, "container", "start", starts},
	{NULL, "container", "restart", starts_again},
	{NULL, "container", "create", makes},
	{NULL, NULL, "compose", starts_several},
	{NULL, NULL, "build", builds},
	{NULL, "image", "build", builds},
	{NULL, "builder", "build", builds},
	{"docker", NULL, "buildx", builds},
	{"docker", "service", "create", starts_several},
	{"docker", "service", "update", starts_several},
	{"docker", "stack", "deploy", starts_several},
	{"podman", "pod", "start", starts_several},
	{"podman", "pod", "restart", starts_several},
	{"podman", "play", "kube", starts_several},
	{"podman", "kube", "play", starts_several},
	{"crictl", NULL, "run", starts_several},
	{"crictl", NULL, "runp", starts_several},
};

/* Programs of their own that tell an engine what to do. */
static const char *const composers[] = {"docker-compose", "podman-compose"};

static bool is_composer(const char *command)
{
	const char *slash = strrchr(command, '/');

	for (size_t i = 0; i < ARRAY_LEN(composers); i++)
		if (!strcmp(slash ? slash + 1 : command, composers[i]))
			return true;
	return false;
}

/* "docker exec" is short for "docker container exec". */
static bool is_row(const struct row *row, const char *engine, const char *first, const char *second)
{
	if (row->engine && strcmp(row->engine, engine))
		return false;
	if (!row->group || (!strcmp(row->group, "container") && !strcmp(row->word, first)))
		return !strcmp(row->word, first);
	return !strcmp(row->group, first) && second && !strcmp(row->word, second);
}

const char *engine_words_instead(char *const *argv, char what[ENGINE_WORDS_LEN])
{
	const char *engine, *first, *second;

	snprintf(what, ENGINE_WORDS_LEN, "%s", "compose");
	if (is_composer(argv[0]))
		return starts_several;
	if (!engine_run_words(argv, &engine, &first, &second))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!is_row(&rows[i], engine, first, second))
			continue;
		snprintf(what, ENGINE_WORDS_LEN, "%s %s", engine, rows[i].word);
		return rows[i].instead;
	}
	return NULL;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "cli/each_names.h"
#include "target/census.h"

#include <errno.h>
#include <search.h>
#include <string.h>

#define RECORDING ".recording"
#define STEM_MAX  200 /* of NAME_MAX, without number and suffix */

/* A name that was used. */
struct used {
	char *name;
	unsigned int times;
};

static int compare_used(const void *a, const void *b)
{
	return strcmp(((const struct used *)a)->name, ((const struct used *)b)->name);
}

static void free_used(void *at)
{
	struct used *used = at;

	free(used->name);
	free(used);
}

void each_names_clear(struct each_names *names)
{
	engine_containers_clear(&names->containers);
	tdestroy(names->used, free_used);
	*names = (struct each_names){0};
}

void each_names_container(const struct each_names *names, const char *id, struct buf *out,
			  struct buf *image)
{
	const struct engine_container *container = census_find(&names->containers, id);
	char text[ENGINE_NAME_LEN];

	engine_printable(container && *container->name ? container->name : id, text, sizeof(text));
	if (container)
		buf__addf(out, "%s:%s", container->engine->name, text);
	if (container && *container->image)
		buf__addf(image, "%s", container->image);
	if (!container)
		buf__addf(out, "%s", text);
}

static struct used *use(struct each_names *names, const char *name)
{
	struct used key = {.name = (char *)name}, **found = tfind(&key, &names->used, compare_used);
	struct used *made;

	if (found) {
		(*found)->times++;
		return *found;
	}
	made = malloc(sizeof(*made));
	if (made)
		*made = (struct used){.name = strdup(name), .times = 1};
	if (made && made->name && tsearch(made, &names->used, compare_used))
		return made;
	if (made)
		free_used(made);
	return NULL;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && !strcmp(text + len - n, end);
}

int each_names_file(struct each_names *names, const char *text, struct buf *out)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789.-+@:_";
	char stem[STEM_MAX + 1], numbered[STEM_MAX + 16];
	const struct used *used, *taken;

	snprintf(stem, sizeof(stem), "%s", text);
	for (char *c = stem; *c; c++)
		if (!strchr(good, *c) || (c == stem && *c == '.'))
			*c = '_';
	/* NAME.recording.json is another's */
	if (ends_with(stem, RECORDING))
		stem[strlen(stem) - strlen(RECORDING)] = '_';
	used = use(names, stem);
	if (!used)
		return -ENOMEM;
	if (used->times == 1) {
		buf__addf(out, "%s", stem);
		return buf__error(out);
	}
	do { /* "a.2" may be the name of another */
		snprintf(numbered, sizeof(numbered), "%s.%u", stem, used->times);
		taken = use(names, numbered);
		if (!taken)
			return -ENOMEM;
	} while (taken->times > 1 && use(names, stem));
	buf__addf(out, "%s", numbered);
	return buf__error(out);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "cli/each_groups.h"
#include "record/recording_join.h"

#include <errno.h>
#include <search.h>
#include <string.h>

#define DIGITS "0123456789"
const char *const merge_by_choices[] = {"none", "name", "unit", "image", NULL};

/* Without a number at its end, and what stands before it: "web-2", "web.2", "job17". All digits stay. */
static size_t replica_len(const char *name)
{
	size_t len = strlen(name), cut = len;

	while (cut && strchr(DIGITS, name[cut - 1]))
		cut--;
	while (cut && cut < len && strchr("-._@", name[cut - 1]))
		cut--;
	return cut ? cut : len;
}

void each_group_key(enum merge_by by, enum target_kind kind, const char *name, const char *image,
		    struct buf *out)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');

	if (by == MERGE_BY_IMAGE && image)
		buf__addf(out, "%s", image);
	else if (by == MERGE_BY_UNIT && kind == TARGET_UNIT && at && dot > at)
		buf__addf(out, "%.*s%s", (int)(at + 1 - name), name, dot);
	else
		buf__addf(out, "%.*s",
			  (int)(by == MERGE_BY_NAME ? replica_len(name) : strlen(name)), name);
}

static int compare_groups(const void *a, const void *b)
{
	return strcmp(((const struct each_group *)a)->key, ((const struct each_group *)b)->key);
}

static void free_group(void *at)
{
	struct each_group *group = at;

	free(group->key);
	recording_clear(&group->recording);
	free(group);
}

void each_groups_clear(struct each_groups *groups)
{
	tdestroy(groups->tree, free_group);
	groups->tree = NULL;
}

static struct each_group *find(struct each_groups *groups, const char *key)
{
	struct each_group wanted = {.key = (char *)key}, *group;
	struct each_group **found = tfind(&wanted, &groups->tree, compare_groups);

	if (found)
		return *found;
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	group->key = strdup(key);
	if (group->key && tsearch(group, &groups->tree, compare_groups))
		return group;
	free_group(group);
	return NULL;
}

int each_groups_add(struct each_groups *groups, const char *key, struct recording *recording)
{
	struct each_group *group = find(groups, key);

	if (!group)
		return -ENOMEM;
	if (!group->members++) {
		group->recording = *recording;
		*recording = (struct recording){0};
		return 0;
	}
	return recording_join(&group->recording, recording);
}

struct walk {
	void (*fn)(struct each_group *group, void *context);
	void *context;
};

static void visit(const void *node, VISIT which, void *closure)
{
	const struct walk *walk = closure;

	if (which == postorder || which == leaf)
		walk->fn(*(struct each_group *const *)node, walk->context);
}

void each_groups_walk(struct each_groups *groups,
		      void (*fn)(struct each_group *group, void *context), void *context)
{
	struct walk walk = {.fn = fn, .context = context};

	twalk_r(groups->tree, visit, &walk);
}

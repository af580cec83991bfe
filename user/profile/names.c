// SPDX-License-Identifier: BSD-2-Clause
#include "profile/names.h"

#include <errno.h>
#include <string.h>

void names_clear(struct names *names)
{
	for (size_t i = 0; i < names->len; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct names){0};
}

/* The index of the first name that is not before `name`. */
static size_t place_of(const struct names *names, const char *name)
{
	size_t low = 0, high = names->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(names->list[middle], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct names *names, size_t place, const char *name)
{
	return place < names->len && !strcmp(names->list[place], name);
}

bool names_has(const struct names *names, const char *name)
{
	return is_at(names, place_of(names, name), name);
}

static int make_room(struct names *names, size_t more)
{
	size_t room = names->room ? names->room : 16;
	char **list;

	if (names->room - names->len >= more)
		return 0;
	while (room - names->len < more)
		room *= 2;
	list = reallocarray(names->list, room, sizeof(*list));
	if (!list)
		return -ENOMEM;
	names->list = list;
	names->room = room;
	return 0;
}

int names_add(struct names *names, const char *name)
{
	const bool last = !names->len || strcmp(names->list[names->len - 1], name) < 0;
	const size_t place = last ? names->len : place_of(names, name);
	char *own_ptr copy = NULL;

	if (is_at(names, place, name))
		return 0;
	copy = strdup(name);
	if (!copy || make_room(names, 1))
		return -ENOMEM;
	memmove(names->list + place + 1, names->list + place,
		(names->len - place) * sizeof(*names->list));
	names->list[place] = steal_ptr(&copy);
	names->len++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* From the end on, so that each moves once, into the room behind. Takes what is added, of which none is there. */
static void merge(struct names *names, struct names *added)
{
	size_t old = names->len, at = old + added->len;

	names->len = at;
	while (added->len) {
		const bool behind = old &&
				    strcmp(names->list[old - 1], added->list[added->len - 1]) > 0;

		names->list[--at] = behind ? names->list[--old] : added->list[--added->len];
	}
}

int names_add_all(struct names *names, const char *const *list, size_t len)
{
	const char **own_ptr sorted = calloc(len + 1, sizeof(*sorted));
	struct names own_names added = {0};
	int rc = 0;

	if (!sorted)
		return -ENOMEM;
	if (len)
		memcpy(sorted, list, len * sizeof(*sorted));
	qsort(sorted, len, sizeof(*sorted), compare);
	for (size_t i = 0; !rc && i < len; i++)
		if (!names_has(names, sorted[i]))
			rc = names_add(&added, sorted[i]);
	if (!rc)
		rc = make_room(names, added.len);
	if (!rc)
		merge(names, &added);
	return rc;
}

void names_remove(struct names *names, const char *name)
{
	size_t place = place_of(names, name);

	if (!is_at(names, place, name))
		return;
	free(names->list[place]);
	names->len--;
	memmove(names->list + place, names->list + place + 1,
		(names->len - place) * sizeof(*names->list));
}

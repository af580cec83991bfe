// SPDX-License-Identifier: BSD-2-Clause
#include "syscalls/tuples.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *name, *text;
} reasons[OPEN_COUNT] = {
	[OPEN_NOT] = {"no", "constrained"},
	[OPEN_MEMORY] = {"memory", "what matters is in memory, where no filter sees it"},
	[OPEN_UNKNOWN] = {"unknown", "some calls were recorded without arguments"},
	[OPEN_ROOM] = {"room", "there was no room for more values"},
	[OPEN_TABLE] = {"table", "every container or program needs it, whatever the arguments"},
	[OPEN_SIZE] = {"size", "the filter would be too large"},
	[OPEN_EVERY] = {"every", "it was called with all that its arguments can be told apart by"},
	[OPEN_MANY] = {"many", "more distinct values than --args-max"},
};

const char *open_reason_name(enum open_reason reason)
{
	return reasons[reason].name;
}

const char *open_reason_text(enum open_reason reason)
{
	return reasons[reason].text;
}

enum open_reason open_reason_from_name(const char *name)
{
	enum open_reason reason;

	for (reason = OPEN_NOT + 1; reason < OPEN_COUNT; reason++)
		if (!strcmp(reasons[reason].name, name))
			break;
	return reason;
}

static void tuples_clear(struct tuples *tuples)
{
	free(tuples->values);
	tuples->values = NULL;
	tuples->len = tuples->room = 0;
}

void tuples_list_clear(struct tuples_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		tuples_clear(&list->calls[i]);
	free(list->calls);
	*list = (struct tuples_list){0};
}

void tuples_keep_arch(struct tuples_list *list, enum arch arch)
{
	size_t n = 0;

	for (size_t i = 0; i < list->len; i++) {
		if (list->calls[i].call.arch == arch)
			list->calls[n++] = list->calls[i];
		else
			tuples_clear(&list->calls[i]);
	}
	list->len = n;
}

/* Where the call is, or should be. */
static size_t place_of(const struct tuples_list *list, const struct syscall *call)
{
	size_t low = 0, high = list->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (syscall_compare(&list->calls[middle].call, call) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct tuples *tuples_find(const struct tuples_list *list, const struct syscall *call)
{
	size_t place = place_of(list, call);

	return place < list->len && !syscall_compare(&list->calls[place].call, call) ?
		       &list->calls[place] :
		       NULL;
}

struct tuples *tuples_make(struct tuples_list *list, const struct syscall *call,
			   const uint64_t masks[TUPLE_ARGS])
{
	size_t place = place_of(list, call);

	if (list->len == list->room) {
		size_t room = list->room ? list->room * 2 : 16;
		struct tuples *calls = reallocarray(list->calls, room, sizeof(*calls));

		if (!calls)
			return NULL;
		list->calls = calls;
		list->room = room;
	}
	memmove(&list->calls[place + 1], &list->calls[place],
		(list->len++ - place) * sizeof(*list->calls));
	list->calls[place] = (struct tuples){.call = *call};
	memcpy(list->calls[place].masks, masks, sizeof(list->calls[place].masks));
	return &list->calls[place];
}

static int compare(const uint64_t a[TUPLE_ARGS], const uint64_t b[TUPLE_ARGS])
{
	for (size_t i = 0; i < TUPLE_ARGS; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

int tuples_add(struct tuples *tuples, const uint64_t values[TUPLE_ARGS])
{
	uint64_t masked[TUPLE_ARGS];
	size_t low = 0, high = tuples->len;

	if (tuples->open)
		return 0;
	for (size_t i = 0; i < TUPLE_ARGS; i++)
		masked[i] = values[i] & tuples->masks[i];
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(tuples->values[middle], masked);

		if (!order)
			return 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (tuples->len == TUPLES_MAX) {
		tuples_open(tuples, OPEN_MANY);
		return 0;
	}
	if (tuples->len == tuples->room) {
		size_t room = tuples->room ? tuples->room * 2 : 8;
		uint64_t(*list)[TUPLE_ARGS] = reallocarray(tuples->values, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		tuples->values = list;
		tuples->room = room;
	}
	memmove(&tuples->values[low + 1], &tuples->values[low],
		(tuples->len++ - low) * sizeof(*tuples->values));
	memcpy(tuples->values[low], masked, sizeof(masked));
	return 0;
}

void tuples_open(struct tuples *tuples, enum open_reason reason)
{
	tuples_clear(tuples);
	if (!tuples->open)
		tuples->open = reason;
}

/* The same reason whichever comes first. */
static void join_open(struct tuples *tuples, enum open_reason reason)
{
	tuples_open(tuples, reason);
	if (reason < tuples->open)
		tuples->open = reason;
}

void tuples_settle(struct tuples *tuples)
{
	uint64_t any = 0;

	for (size_t i = 0; i < TUPLE_ARGS; i++)
		any |= tuples->masks[i];
	if (!any)
		join_open(tuples, OPEN_UNKNOWN);
}

/* Looks at all through a mask that has fewer bits. */
static int narrow(struct tuples *tuples, const uint64_t masks[TUPLE_ARGS])
{
	struct tuples old = *tuples;
	int rc = 0;

	for (size_t i = 0; i < TUPLE_ARGS; i++)
		tuples->masks[i] &= masks[i];
	if (!memcmp(tuples->masks, old.masks, sizeof(old.masks)))
		return 0;
	tuples->values = NULL;
	tuples->len = tuples->room = 0;
	for (size_t i = 0; !rc && i < old.len; i++)
		rc = tuples_add(tuples, old.values[i]);
	tuples_clear(&old);
	return rc;
}

static int join(struct tuples *into, const struct tuples *from)
{
	int rc;

	if (from->open)
		join_open(into, from->open);
	rc = narrow(into, from->masks);
	for (size_t i = 0; !rc && i < from->len; i++)
		rc = tuples_add(into, from->values[i]);
	tuples_settle(into);
	return rc;
}

int tuples_join(struct tuples_list *into, const struct syscall_set *into_calls,
		const struct tuples_list *from, const struct syscall_set *from_calls)
{
	for (size_t i = 0; i < into->len; i++)
		if (syscall_set__has(from_calls, &into->calls[i].call) &&
		    !tuples_find(from, &into->calls[i].call))
			join_open(&into->calls[i], OPEN_UNKNOWN);
	for (size_t i = 0; i < from->len; i++) {
		const struct tuples *other = &from->calls[i];
		struct tuples *own = tuples_find(into, &other->call);
		int rc;

		if (!own) {
			own = tuples_make(into, &other->call, other->masks);
			if (!own)
				return -ENOMEM;
			if (syscall_set__has(into_calls, &other->call))
				tuples_open(own, OPEN_UNKNOWN);
		}
		rc = join(own, other);
		if (rc)
			return rc;
	}
	return 0;
}

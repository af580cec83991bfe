// SPDX-License-Identifier: BSD-2-Clause
#include "record/denials.h"

#include <errno.h>
#include <string.h>

static const char *const names[DENIAL_ACTION_COUNT] = {
	[DENIAL_ERRNO] = "errno",
	[DENIAL_TRAP] = "trap",
	[DENIAL_KILL_THREAD] = "kill_thread",
	[DENIAL_KILL_PROCESS] = "kill_process",
	[DENIAL_TRACE] = "trace",
	[DENIAL_NOTIFY] = "notify",
	[DENIAL_LOG] = "log",
	[DENIAL_UNKNOWN] = "unknown",
};

void denials_clear(struct denials *denials)
{
	free(denials->rows);
	tuples_list_clear(&denials->arguments);
	tuples_list_clear(&denials->enosys);
	*denials = (struct denials){0};
}

const char *denial_action_name(enum denial_action action)
{
	return names[action];
}

bool denial_action_parse(const char *name, enum denial_action *action)
{
	for (size_t i = 0; i < DENIAL_ACTION_COUNT; i++) {
		if (!strcmp(name, names[i])) {
			*action = i;
			return true;
		}
	}
	return false;
}

int denial_compare(const struct denial *x, const struct denial *y)
{
	int order = syscall_compare(&x->call, &y->call);

	if (!order)
		order = (int)x->action - (int)y->action;
	return order ? order : (x->error > y->error) - (x->error < y->error);
}

static int compare(const void *a, const void *b)
{
	return denial_compare(a, b);
}

/* What a recording can hold: a JSON reader takes no more for an integer. */
static uint64_t sum(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) || sum > INT64_MAX ? INT64_MAX : sum;
}

/* Of whom more is known first, or else by what is known. */
static int compare_first(const struct denial *x, const struct denial *y)
{
	int order = !x->pid - !y->pid;

	if (!order)
		order = y->args_known - x->args_known;
	if (!order)
		order = (x->pid > y->pid) - (x->pid < y->pid);
	if (!order)
		order = memcmp(x->comm, y->comm, sizeof(x->comm));
	return order ? order : memcmp(x->args, y->args, sizeof(x->args));
}

/* Whose pid, comm and args those of the row are: all of one process. */
static void set_first(struct denial *into, const struct denial *from)
{
	into->pid = from->pid;
	memcpy(into->comm, from->comm, sizeof(into->comm));
	into->args_known = from->args_known;
	memcpy(into->args, from->args, sizeof(into->args));
}

static struct denial *find(struct denials *denials, const struct denial *denial)
{
	for (size_t i = 0; i < denials->len; i++)
		if (!compare(&denials->rows[i], denial))
			return &denials->rows[i];
	return NULL;
}

int denials_join(struct denials *denials, const struct denial *denial)
{
	struct denial *row = find(denials, denial);

	if (row && compare_first(denial, row) < 0)
		set_first(row, denial);
	return denials_add(denials, denial);
}

int denials_add(struct denials *denials, const struct denial *denial)
{
	struct denial *row = find(denials, denial);

	if (row) {
		row->count = sum(row->count, denial->count);
		if (!row->pid && !row->args_known)
			set_first(row, denial);
		return 0;
	}
	if (denials->len == DENIALS_MAX)
		return -ENOSPC;
	if (denials->len == denials->room) {
		size_t room = denials->room ? denials->room * 2 : 32;
		struct denial *rows = reallocarray(denials->rows, room, sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		denials->rows = rows;
		denials->room = room;
	}
	denials->rows[denials->len] = *denial;
	denials->rows[denials->len++].count = sum(denial->count, 0);
	return 0;
}

void denials_sort(struct denials *denials)
{
	if (denials->len)
		qsort(denials->rows, denials->len, sizeof(*denials->rows), compare);
}

const struct tuples *denials_arguments(const struct denials *denials, const struct denial *denial)
{
	return tuples_find(denial_is_finding(denial) ? &denials->arguments : &denials->enosys,
			   &denial->call);
}

bool denial_is_finding(const struct denial *denial)
{
	return denial->error != ENOSYS;
}

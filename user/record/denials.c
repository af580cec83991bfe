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

static void join(struct denial *into, const struct denial *from)
{
	into->count = sum(into->count, from->count);
	/* of two that are known always the same one, whichever recording comes first */
	if (from->pid &&
	    (!into->pid || from->pid < into->pid ||
	     (from->pid == into->pid && memcmp(from->comm, into->comm, sizeof(into->comm)) < 0))) {
		into->pid = from->pid;
		memcpy(into->comm, from->comm, sizeof(into->comm));
	}
	if (from->args_known &&
	    (!into->args_known || memcmp(from->args, into->args, sizeof(into->args)) < 0)) {
		into->args_known = true;
		memcpy(into->args, from->args, sizeof(into->args));
	}
}

int denials_add(struct denials *denials, const struct denial *denial)
{
	for (size_t i = 0; i < denials->len; i++) {
		if (!compare(&denials->rows[i], denial)) {
			join(&denials->rows[i], denial);
			return 0;
		}
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

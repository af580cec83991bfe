// SPDX-License-Identifier: BSD-2-Clause
#include "profile/outcome.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

static const struct {
	const char *word;
	int rank; /* 0 is the strictest */
} actions[ACTION_COUNT] = {
	[ACTION_INVALID] = {"invalid", -1},
	[ACTION_KILL_PROCESS] = {"kill-process", 0},
	[ACTION_KILL_THREAD] = {"kill-thread", 1},
	[ACTION_TRAP] = {"trap", 2},
	[ACTION_ERRNO] = {"errno", 3},
	[ACTION_NOTIFY] = {"notify", 4},
	[ACTION_TRACE] = {"trace", 5},
	[ACTION_LOG] = {"log", 6},
	[ACTION_ALLOW] = {"allow", 7},
};

static int errno_rank(int value)
{
	return value == ENOSYS ? INT32_MAX : -value;
}

int outcome_compare(struct outcome a, struct outcome b)
{
	int x = actions[a.action].rank, y = actions[b.action].rank;

	if (x == y) {
		x = errno_rank(a.errno_value);
		y = errno_rank(b.errno_value);
	}
	return (x > y) - (x < y);
}

bool outcome_goes_beyond(struct outcome a, struct outcome b)
{
	int x = actions[a.action].rank;

	return !outcome_allows(b) && x > actions[ACTION_ERRNO].rank && x > actions[b.action].rank;
}

struct outcome outcome_from_return(uint32_t value)
{
	static const struct {
		uint32_t value;
		enum action action;
	} rows[] = {
		{SECCOMP_RET_KILL_PROCESS, ACTION_KILL_PROCESS},
		{SECCOMP_RET_KILL_THREAD, ACTION_KILL_THREAD},
		{SECCOMP_RET_TRAP, ACTION_TRAP},
		{SECCOMP_RET_ERRNO, ACTION_ERRNO},
		{SECCOMP_RET_USER_NOTIF, ACTION_NOTIFY},
		{SECCOMP_RET_TRACE, ACTION_TRACE},
		{SECCOMP_RET_LOG, ACTION_LOG},
		{SECCOMP_RET_ALLOW, ACTION_ALLOW},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if ((value & SECCOMP_RET_ACTION_FULL) != rows[i].value)
			continue;
		return (struct outcome){rows[i].action, action_has_errno(rows[i].action) ?
								(int)(value & SECCOMP_RET_DATA) :
								0};
	}
	return (struct outcome){ACTION_KILL_PROCESS, 0};
}

void outcome_text(struct outcome outcome, char text[OUTCOME_TEXT_LEN])
{
	const char *name = outcome.action == ACTION_ERRNO ? strerrorname_np(outcome.errno_value) :
							    NULL;
	const char *word = actions[outcome.action].word;

	if (name)
		snprintf(text, OUTCOME_TEXT_LEN, "%s %s", word, name);
	else if (action_has_errno(outcome.action))
		snprintf(text, OUTCOME_TEXT_LEN, "%s %d", word, outcome.errno_value);
	else
		snprintf(text, OUTCOME_TEXT_LEN, "%s", word);
}

int errno_from_text(const char *text)
{
	static const struct {
		const char *name;
		int number;
	} others[] = {{"ENOTSUP", ENOTSUP}, {"EWOULDBLOCK", EWOULDBLOCK}, {"EDEADLOCK", EDEADLOCK}};
	char *end;
	unsigned long number;

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (!strcmp(others[i].name, text))
			return others[i].number;
	for (int i = 1; i < 256; i++) {
		const char *known = strerrorname_np(i);

		if (known && !strcmp(known, text))
			return i;
	}
	if (*text < '0' || *text > '9')
		return -1;
	number = strtoul(text, &end, 10);
	return *end || number > ERRNO_MAX ? -1 : (int)number;
}

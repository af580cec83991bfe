// SPDX-License-Identifier: BSD-2-Clause
#include "record/denied.h"

#include <string.h>

static const enum denial_action actions[DENIED_COUNT] = {
	[DENIED_ERRNO] = DENIAL_ERRNO,
	[DENIED_TRAP] = DENIAL_TRAP,
	[DENIED_KILL_THREAD] = DENIAL_KILL_THREAD,
	[DENIED_KILL_PROCESS] = DENIAL_KILL_PROCESS,
	[DENIED_NOTIFY] = DENIAL_NOTIFY,
	[DENIED_LOG] = DENIAL_LOG,
};

void denied_news_clear(struct denied_news *news)
{
	free(news->events);
	*news = (struct denied_news){0};
}

bool denied_news_keep(struct denied_news *news, const struct ev_denied *event)
{
	if (news->len == news->room) {
		size_t room = news->room ? news->room * 2 : 32;
		struct ev_denied *events = NULL;

		if (room <= DENIALS_LEN)
			events = reallocarray(news->events, room, sizeof(*events));
		if (!events)
			return false;
		news->events = events;
		news->room = room;
	}
	news->events[news->len++] = *event;
	return true;
}

static struct denial from_key(const struct denied_key *key, enum arch native, uint64_t count)
{
	return (struct denial){
		.call = {.arch = decode_arch(native, key->abi), .nr = key->nr, .sub = key->sub},
		.action = key->action < DENIED_COUNT ? actions[key->action] : DENIAL_UNKNOWN,
		.error = key->error,
		.count = count,
	};
}

struct denial denied_from_event(const struct ev_denied *event, enum arch native)
{
	struct denial denial = from_key(&event->key, native, 1);

	denial.pid = event->pid;
	memcpy(denial.comm, event->comm, sizeof(denial.comm));
	denial.args_known = true;
	memcpy(denial.args, event->args, sizeof(denial.args));
	return denial;
}

struct collect {
	const struct denied_news *news;
	enum arch native;
	uint64_t slots;
	uint64_t doubtful; /* up to so many may have been let through */
	struct denials *out;
};

/* A trap leaves its signal, and a kill a dead thread: these do not hang on an enter that was seen. */
static bool is_doubtful(const struct denied_key *key, uint64_t count, uint64_t doubtful)
{
	return count <= doubtful && (key->action == DENIED_ERRNO || key->action == DENIED_NOTIFY);
}

static int add(const struct denied_key *key, uint64_t count, void *context)
{
	const struct collect *collect = context;
	struct denial denial = from_key(key, collect->native, count);

	if (key->slot >= SLOTS_MAX || !(collect->slots >> key->slot & 1) ||
	    is_doubtful(key, count, collect->doubtful))
		return 0;
	for (size_t i = 0; i < collect->news->len; i++) {
		const struct ev_denied *event = &collect->news->events[i];

		if (memcmp(&event->key, key, sizeof(*key)))
			continue;
		denial = denied_from_event(event, collect->native);
		denial.count = count;
		break;
	}
	return denials_join(collect->out, &denial);
}

int denied_collect(const struct session *session, const struct denied_news *news, enum arch native,
		   uint64_t slots, uint64_t missed, struct denials *out, struct err *err)
{
	struct collect collect = {news, native, slots, session__enters_missed(session) - missed,
				  out};

	return session__each_denial(session, add, &collect, err);
}

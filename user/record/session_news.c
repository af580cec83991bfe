// SPDX-License-Identifier: BSD-2-Clause
/*
 * The news of a resident session: on its ring, which is emptied from the oldest record on, and in a table for those that somebody still needs.
 * All of it under the lock of the session, and so that whoever is killed in the middle leaves each record at least once.
 */
#include "record/decode.h"
#include "record/session_private.h"

#include <string.h>

/* Is it a record that no entry waits for? Those of a slot's recording before this one are not news. */
static bool is_unneeded(struct session *session, const void *data, size_t len)
{
	const struct entry *entry;
	union event event;
	uint64_t time;

	if (decode_event(data, len, &event, NULL) || event.kind == EV_GONE || event.kind == EV_EACH)
		return true;
	if (event.first.slot >= SLOTS_MAX)
		return true;
	entry = session__entry(session, event.first.slot); /* all kinds begin alike: kind, slot */
	if (event.kind == EV_DENIED)
		time = event.denied.time;
	else
		time = event.kind == EV_FIRST ? event.first.time : event.moved.time;
	return !*entry->name || time < entry->begun;
}

/* The next place on from `at` that nobody needs. */
static size_t next_free(struct session *session, size_t at)
{
	const struct kept_record *kept = session->kept.data;

	while (at < session->kept_len && kept[at].len &&
	       !is_unneeded(session, kept[at].data, kept[at].len))
		at++;
	return at;
}

struct keeping {
	struct session *session;
	size_t at;
};

/* May it go off the ring? */
static bool keep(const void *data, size_t len, void *context)
{
	struct keeping *keeping = context;
	struct session *session = keeping->session;
	struct kept_record *place;

	if (is_unneeded(session, data, len))
		return true;
	keeping->at = next_free(session, keeping->at);
	if (keeping->at == session->kept_len || len > KEPT_RECORD_LEN)
		return false;
	place = (struct kept_record *)session->kept.data + keeping->at++;
	__atomic_store_n(&place->len, 0, __ATOMIC_RELEASE);
	memcpy(place->data, data, len);
	__atomic_store_n(&place->len, len, __ATOMIC_RELEASE);
	return true;
}

void session_news_make_room(struct session *session)
{
	struct keeping keeping = {.session = session};

	news_drop(&session->news, keep, &keeping);
}

static bool look(const void *data, size_t len, void *context)
{
	struct session *session = context;

	/* a session of each cgroup is one recording: all of it is of today */
	if (session->options.each || !is_unneeded(session, data, len))
		session->options.on_record(data, len, session->options.context);
	return true;
}

void session_news_look(struct session *session)
{
	const struct kept_record *kept = session->kept.data;

	for (size_t i = 0; i < session->kept_len; i++)
		if (kept[i].len && kept[i].len <= KEPT_RECORD_LEN)
			look(kept[i].data, kept[i].len, session);
	news_each(&session->news, look, session);
}

// SPDX-License-Identifier: BSD-2-Clause
/* A recorder while it runs: takes the news of its slots and keeps them for the end (recorder_read.c). */
#include "record/decode.h"
#include "record/recorder_private.h"

#include <errno.h>
#include <string.h>

/* More news than this are not kept: each call and class is new once a CPU, so only a broken ring comes here. */
#define NEWS_MAX 65536

_Static_assert(SLOTS_MAX <= 64, "a slot is a bit");

int recorder__new(__u32 first, __u32 slots, struct recorder **out, struct err *err)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));

	if (!recorder)
		return err_errno(err, -ENOMEM, "cannot record");
	for (__u32 slot = first; slot < first + slots; slot++)
		recorder__adopt(recorder, slot);
	*out = recorder;
	return 0;
}

int recorder__new_of(__u32 slot, struct recorder **out, struct err *err)
{
	int rc = recorder__new(0, 0, out, err);

	if (!rc)
		(*out)->slot = slot;
	return rc;
}

void recorder__adopt(struct recorder *recorder, __u32 slot)
{
	recorder->slots |= 1ULL << slot;
}

void recorder__on_newborn(struct recorder *recorder, recorder_newborn_fn *fn, void *context)
{
	recorder->newborn = fn;
	recorder->context = context;
}

void recorder__on_denial(struct recorder *recorder, enum arch native, recorder_denial_fn *fn,
			 void *context)
{
	recorder->native = native;
	recorder->denial = fn;
	recorder->denial_context = context;
}

void recorder__free(struct recorder *recorder)
{
	if (!recorder)
		return;
	denied_news_clear(&recorder->denied);
	denials_clear(&recorder->logged);
	recording_clear(&recorder->moved);
	free(recorder->news);
	free(recorder);
}

bool recorder__has(const struct recorder *recorder, __u32 slot)
{
	return slot != SLOT_NONE && is_ours(recorder, slot);
}

/* Of any class: what a launcher called first and the workload now is not new. */
static void note_new(struct recorder *recorder, const struct ev_first *first)
{
	uint64_t *word, bit;

	if (first->abi >= SEEN_ABIS || first->nr < 0 || first->nr >= SEEN_NUMBERS)
		return;
	word = &recorder->seen[first->abi][first->nr / 64];
	bit = 1ULL << first->nr % 64;
	if (!(*word & bit) && first->time > recorder->last_new)
		recorder->last_new = first->time;
	*word |= bit;
}

static bool keep_news(struct recorder *recorder, const struct ev_first *first)
{
	if (recorder->news_len == recorder->news_room) {
		size_t room = recorder->news_room ? recorder->news_room * 2 : 256;
		struct ev_first *news = NULL;

		if (room <= NEWS_MAX)
			news = reallocarray(recorder->news, room, sizeof(*news));
		if (!news)
			return false;
		recorder->news = news;
		recorder->news_room = room;
	}
	recorder->news[recorder->news_len++] = *first;
	note_new(recorder, first);
	return true;
}

static void keep_moved(struct recorder *recorder, const struct ev_moved *ev)
{
	struct moved moved = {.pid = ev->pid, .calls = ev->calls};

	memcpy(moved.comm, ev->comm, sizeof(moved.comm));
	if (recording_add_moved(&recorder->moved, &moved))
		recorder->moved_lost++;
}

/* What was made below a newborn cgroup before that was decided about goes the same way. */
static void take_newborn(struct recorder *recorder, const struct ev_born *born)
{
	const struct newborn newborn = {.slot = born->slot,
					.id = born->id,
					.name = born->name,
					.below_ours = born->parent_slot != SLOT_NONE &&
						      is_ours(recorder, born->parent_slot)};

	recorder->newborn(&newborn, recorder->context);
}

static bool take_denied(struct recorder *recorder, const struct ev_denied *event)
{
	if (recorder->denial) {
		const struct denial denial = denied_from_event(event, recorder->native);

		recorder->denial(&denial, recorder->denial_context);
	}
	return denied_news_keep(&recorder->denied, event);
}

/* Records tell the wall clock's time in milliseconds, of the last tick. */
#define RECORD_SLACK_NS 20000000ULL

/*
 * Was the process in one of ours when it made the call? The programs keep who has a filter; one that they have not seen since
 * it got one, or since recording began, is asked for in /proc.
 */
static bool logged_is_ours(const struct recorder *recorder, const struct session *session,
			   const struct logged_call *record,
			   bool (*is_inside)(uint32_t pid, void *context), void *context)
{
	uint64_t wall = clock_ns(CLOCK_REALTIME), monotonic = clock_kernel_ns();
	uint64_t age = wall > record->time ? wall - record->time : 0;
	uint64_t time = monotonic > age ? monotonic - age : 0;
	struct filtered at;

	if (time + RECORD_SLACK_NS < recorder->begun)
		return false;
	if (session__filtered(session, record->denial.pid, &at)) {
		bool begun = time + RECORD_SLACK_NS >= at.since;

		/* it has left; or has been away, whether it is back by now or not */
		if (begun && at.until && time > at.until + RECORD_SLACK_NS)
			return false;
		if (!begun && at.left && time > at.left + RECORD_SLACK_NS)
			return false;
		if (begun || at.left)
			return is_ours(recorder, at.slot);
	}
	return is_inside && is_inside(record->denial.pid, context);
}

void recorder__take_logged(struct recorder *recorder, const struct session *session,
			   const struct logged_call *record,
			   bool (*is_inside)(uint32_t pid, void *context), void *context)
{
	size_t before = recorder->logged.len;

	if (!logged_is_ours(recorder, session, record, is_inside, context))
		return;
	if (denials_add(&recorder->logged, &record->denial))
		recorder->log_lost++;
	else if (recorder->denial && recorder->logged.len > before)
		recorder->denial(&record->denial, recorder->denial_context);
}

void recorder__lose_logged(struct recorder *recorder, uint64_t records)
{
	recorder->log_lost += records;
}

void recorder__take(const void *data, size_t len, void *context)
{
	struct recorder *recorder = context;
	union event event;
	bool kept = true;

	if (decode_event(data, len, &event, NULL)) {
		recorder->late++;
		return;
	}
	if (event.kind == EV_FIRST && is_ours(recorder, event.first.slot))
		kept = keep_news(recorder, &event.first);
	else if (event.kind == EV_BORN && recorder->newborn)
		take_newborn(recorder, &event.born);
	else if (event.kind == EV_DENIED && is_ours(recorder, event.denied.slot))
		kept = take_denied(recorder, &event.denied);
	else if (event.kind == EV_MOVED && is_ours(recorder, event.moved.slot))
		keep_moved(recorder, &event.moved);
	if (!kept)
		recorder->late++;
}

void recorder__begin(struct recorder *recorder)
{
	recorder->begun = clock_kernel_ns();
	recorder->begun_wall = clock_ns(CLOCK_REALTIME);
}

void recorder__begin_at(struct recorder *recorder, uint64_t time)
{
	recorder__begin(recorder);
	if (!time || time > recorder->begun)
		return;
	recorder->begun_wall -= recorder->begun - time;
	recorder->begun = time;
}

void recorder__resume(struct recorder *recorder, const struct entry *entry)
{
	recorder->begun = entry->begun;
	recorder->begun_wall = entry->begun_wall;
	recorder->misses = entry->misses;
	recorder->enters_missed = entry->enters_missed;
	recorder->no_denials = !(entry->flags & ENTRY_DENIALS);
	recorder->no_args = !(entry->flags & ENTRY_ARGS);
}

uint64_t recorder__calls(const struct recorder *recorder, const struct session *session)
{
	uint64_t calls = 0;

	for (__u32 s = 0; s < SLOTS_MAX; s++)
		for (__u32 row = 0; is_ours(recorder, s) && row < ROW_OUTSIDE; row++)
			calls += session__count(session, s, row);
	return calls;
}

void recorder__note_news(struct recorder *recorder, const struct session *session)
{
	if (recorder->noted && recorder->noted_new == recorder->last_new)
		return;
	recorder->noted = true;
	recorder->noted_new = recorder->last_new;
	recorder->calls_at_new = recorder__calls(recorder, session);
}

bool recorder__has_news(const struct recorder *recorder)
{
	return recorder->news_len != 0;
}

struct progress recorder__progress(const struct recorder *recorder, const struct session *session)
{
	uint64_t time = clock_kernel_ns(), newest = recorder->last_new > recorder->begun ?
							    recorder->last_new :
							    recorder->begun;
	struct progress progress = {.elapsed = time - recorder->begun};

	for (__u32 row = 0; row < ROW_OUTSIDE; row++) {
		uint64_t calls = 0, first = 0;

		for (__u32 s = 0; s < SLOTS_MAX; s++) {
			if (!is_ours(recorder, s))
				continue;
			uint64_t time = session__first_seen(session, s, row);

			calls += session__count(session, s, row);
			first = time && (!first || time < first) ? time : first;
		}
		progress.calls += calls;
		progress.distinct += calls != 0;
		newest = first > newest ? first : newest;
	}
	progress.since_new = time > newest ? time - newest : 0;
	progress.calls_since_new = progress.calls - recorder->calls_at_new;
	return progress;
}

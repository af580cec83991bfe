// SPDX-License-Identifier: BSD-2-Clause
#include "record/recorder.h"
#include "record/arguments.h"
#include "record/decode.h"
#include "record/denied.h"
#include "record/session_each.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* More news than this are not kept: each call and class is new once a CPU, so only a broken ring comes here. */
#define NEWS_MAX 65536

/* Numbers above have no name: they are not what a recording waits for. */
#define SEEN_NUMBERS 1024
#define SEEN_ABIS    (ABI_X32 + 1)

_Static_assert(SLOTS_MAX <= 64, "a slot is a bit");

struct recorder {
	uint64_t slots; /* a bit each */
	__u32 slot;     /* of a session of each cgroup: the one that it is of; else SLOT_NONE */
	recorder_newborn_fn *newborn;
	void *context;
	recorder_denial_fn *denial;
	void *denial_context;
	enum arch native;
	uint64_t begun;           /* CLOCK_MONOTONIC, ns */
	uint64_t begun_wall;      /* CLOCK_REALTIME, ns */
	uint64_t misses;          /* from before */
	bool no_denials, no_args; /* the session keeps them, but not for this recording */
	struct ev_first *news;
	size_t news_len, news_room;
	struct denied_news denied;
	struct denials logged;
	uint64_t log_lost;
	struct recording moved; /* only its list of moved processes */
	uint64_t late;
	uint64_t seen[SEEN_ABIS][SEEN_NUMBERS / 64]; /* a bit for each number that was news */
	uint64_t last_new;                           /* CLOCK_MONOTONIC, ns: 0: none yet */
	bool noted;                                  /* the three below are kept up to date */
	uint64_t noted_new;                          /* last_new, when they were */
	uint64_t calls_at_new;
};

static uint64_t now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

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

static bool is_ours(const struct recorder *recorder, __u32 slot)
{
	if (recorder->slot)
		return slot == recorder->slot;
	return slot < SLOTS_MAX && recorder->slots >> slot & 1;
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

static bool keep_moved(struct recorder *recorder, const struct ev_moved *ev)
{
	struct moved moved = {.pid = ev->pid, .calls = ev->calls};

	memcpy(moved.comm, ev->comm, sizeof(moved.comm));
	return recorder->moved.moved_len < NEWS_MAX &&
	       !recording_add_moved(&recorder->moved, &moved);
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
	uint64_t wall = now(CLOCK_REALTIME), monotonic = now(CLOCK_MONOTONIC);
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
		kept = keep_moved(recorder, &event.moved);
	if (!kept)
		recorder->late++;
}

void recorder__begin(struct recorder *recorder)
{
	recorder->begun = now(CLOCK_MONOTONIC);
	recorder->begun_wall = now(CLOCK_REALTIME);
}

void recorder__begin_at(struct recorder *recorder, uint64_t time)
{
	recorder__begin(recorder);
	if (!time || time > recorder->begun)
		return;
	recorder->begun_wall -= recorder->begun - time;
	recorder->begun = time;
}

uint64_t recorder__begun(const struct recorder *recorder)
{
	return recorder->begun;
}

void recorder__resume(struct recorder *recorder, const struct entry *entry)
{
	recorder->begun = entry->begun;
	recorder->begun_wall = entry->begun_wall;
	recorder->misses = entry->misses;
	recorder->no_denials = !(entry->flags & ENTRY_DENIALS);
	recorder->no_args = !(entry->flags & ENTRY_ARGS);
}

static uint64_t all_calls(const struct recorder *recorder, const struct session *session)
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
	recorder->calls_at_new = all_calls(recorder, session);
}

struct progress recorder__progress(const struct recorder *recorder, const struct session *session)
{
	uint64_t time = now(CLOCK_MONOTONIC), newest = recorder->last_new > recorder->begun ?
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

/* The same order as that of the truth below: slot aside, the fields of an apart_key. */
static int compare_key(const struct apart_key *a, const struct apart_key *b)
{
	if (a->call_class != b->call_class)
		return a->call_class < b->call_class ? -1 : 1;
	if (a->image != b->image)
		return a->image < b->image ? -1 : 1;
	if (a->abi != b->abi)
		return a->abi < b->abi ? -1 : 1;
	if (a->nr != b->nr)
		return a->nr < b->nr ? -1 : 1;
	return (a->sub > b->sub) - (a->sub < b->sub);
}

static struct apart_key key_of_news(const struct ev_first *first)
{
	return (struct apart_key){.nr = first->nr,
				  .sub = first->sub,
				  .slot = first->slot,
				  .image = first->image,
				  .call_class = first->call_class,
				  .abi = first->abi};
}

static int compare_news(const void *a, const void *b)
{
	const struct ev_first *x = a, *y = b;
	struct apart_key p = key_of_news(x), q = key_of_news(y);
	int order = compare_key(&p, &q);

	return order ? order : (x->time > y->time) - (x->time < y->time);
}

/* The earliest news about a call, NULL if there is none. The news are sorted. */
static const struct ev_first *find_news(const struct recorder *recorder,
					const struct apart_key *key)
{
	size_t low = 0, high = recorder->news_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct apart_key at = key_of_news(&recorder->news[middle]);

		if (compare_key(&at, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == recorder->news_len)
		return NULL;
	struct apart_key at = key_of_news(&recorder->news[low]);

	return compare_key(&at, key) ? NULL : &recorder->news[low];
}

/* What one finish works on. */
struct finish {
	struct recorder *recorder;
	struct session *session;
	struct recording *recording;
	bool stays[IMAGES_MAX]; /* images that a process still runs which did not become a launcher */
};

/* What a class of the kernel side comes to, now that all is known. */
static enum observed_class class_of(const struct finish *finish, const struct apart_key *key)
{
	const struct image *image = session__image(finish->session, key->image);
	bool launcher = image->launched && !image->stayed && !finish->stays[key->image];

	switch (key->call_class) {
	case CLASS_IN_FLIGHT:
		return OBSERVED_IN_FLIGHT;
	case CLASS_RUNTIME:
		return OBSERVED_RUNTIME;
	case CLASS_PROVISIONAL:
		return launcher ? OBSERVED_LAUNCHER : OBSERVED_WORKLOAD;
	case CLASS_PROVISIONAL_FILTERED:
		return launcher ? OBSERVED_RUNTIME : OBSERVED_WORKLOAD;
	default:
		return OBSERVED_WORKLOAD;
	}
}

static uint64_t since_begin(const struct recorder *recorder, uint64_t time)
{
	/* 0 stands for "before": a call that was new in the first nanosecond is given the next one */
	return time > recorder->begun ? time - recorder->begun : 1;
}

static int add_call(struct finish *finish, const struct apart_key *key, uint64_t calls,
		    uint64_t first_seen)
{
	const struct ev_first *news = find_news(finish->recorder, key);
	struct observed observed = {
		.call = {.arch = decode_arch(finish->recording->native, key->abi),
			 .nr = key->nr,
			 .sub = key->sub},
		.class = class_of(finish, key),
		.calls = calls,
	};

	if (first_seen)
		observed.first_ns = since_begin(finish->recorder, first_seen);
	if (news) {
		observed.first = (struct first_call){.known = true, .pid = news->pid};
		memcpy(observed.first.comm, news->comm, sizeof(observed.first.comm));
		memcpy(observed.first.args, news->args, sizeof(observed.first.args));
		if (!first_seen)
			observed.first_ns = since_begin(finish->recorder, news->time);
	}
	return recording_add(finish->recording, &observed);
}

/* Which call a counter of a row counts. */
static struct apart_key key_of_row(__u32 slot, __u32 row)
{
	struct apart_key key = {.slot = slot, .call_class = CLASS_WORKLOAD};

	if (row >= ROW_IPC) {
		key.abi = ABI_COMPAT;
		key.nr = I386_IPC;
		key.sub = row - ROW_IPC;
	} else if (row >= ROW_SOCKETCALL) {
		key.abi = ABI_COMPAT;
		key.nr = I386_SOCKETCALL;
		key.sub = row - ROW_SOCKETCALL;
	} else if (row >= ROW_X32) {
		key.abi = ABI_X32;
		key.nr = row - ROW_X32;
	} else if (row >= ROW_COMPAT) {
		key.abi = ABI_COMPAT;
		key.nr = row - ROW_COMPAT;
	} else {
		key.nr = row - ROW_NATIVE;
	}
	return key;
}

/* The counter of a call; ROW_OUTSIDE if it has none. */
static __u32 row_of(enum arch native, const struct syscall *call)
{
	for (__u32 row = 0; row < ROW_OUTSIDE; row++) {
		struct apart_key key = key_of_row(SLOT_NONE, row);

		if (decode_arch(native, key.abi) == call->arch && key.nr == call->nr &&
		    key.sub == call->sub)
			return row;
	}
	return ROW_OUTSIDE;
}

static int add_rows(struct finish *finish, __u32 slot)
{
	for (__u32 row = 0; row < ROW_OUTSIDE; row++) {
		uint64_t calls = session__count(finish->session, slot, row);
		struct apart_key key = key_of_row(slot, row);
		int rc;

		if (!calls)
			continue;
		rc = add_call(finish, &key, calls, session__first_seen(finish->session, slot, row));
		if (rc)
			return rc;
	}
	return 0;
}

static int add_apart(const struct apart_key *key, uint64_t calls, void *context)
{
	struct finish *finish = context;

	if (!is_ours(finish->recorder, key->slot))
		return 0;
	return add_call(finish, key, calls, 0);
}

static int note_image(const struct lineage *lineage, void *context)
{
	struct finish *finish = context;

	if (lineage->image && !lineage->launched)
		finish->stays[lineage->image & (IMAGES_MAX - 1)] = true;
	return 0;
}

/* Time and errors are kept by row: after calls of both kinds have been joined, so that they count once. */
static void add_timings(struct finish *finish)
{
	const struct recorder *recorder = finish->recorder;

	for (size_t i = 0; i < finish->recording->observed_len; i++) {
		struct observed *o = &finish->recording->observed[i];
		__u32 row = row_of(finish->recording->native, &o->call);

		for (__u32 s = 0; o->class == OBSERVED_WORKLOAD && s < SLOTS_MAX; s++) {
			if (!is_ours(recorder, s))
				continue;
			struct timing timing = session__timing(finish->session, s, row);

			o->total_ns += row == ROW_OUTSIDE ? 0 : timing.ns;
			o->errors += row == ROW_OUTSIDE ? 0 : timing.errors;
		}
	}
}

static enum observed_class class_of_tuple(const struct apart_key *key, void *context)
{
	return class_of(context, key);
}

static int add_arguments(struct finish *finish, struct err *err)
{
	const struct arguments_context context = {.slots = finish->recorder->slots,
						  .class_of = class_of_tuple,
						  .context = finish};

	return arguments_collect(finish->recording, finish->session, &context, err);
}

/* Groups that are still in set-up, none of whose lineage has run an exec. */
static int add_lineage(const struct lineage *lineage, void *context)
{
	struct finish *finish = context;
	struct moved moved = {.pid = lineage->pid, .calls = lineage->calls};

	if (!is_ours(finish->recorder, lineage->slot) || lineage->execs || !lineage->calls)
		return 0;
	memcpy(moved.comm, lineage->comm, sizeof(moved.comm));
	return recording_add_moved(finish->recording, &moved);
}

static void add_losses(struct losses *losses, const volatile struct slot *slot)
{
	losses->late += slot->late;
	losses->cgroups += slot->lost_cgroups;
	losses->groups += slot->lost_groups;
	losses->calls += slot->lost_calls;
}

static int add_denied(struct finish *finish, struct err *err)
{
	struct recorder *recorder = finish->recorder;
	struct recording *recording = finish->recording;
	int rc = denied_collect(finish->session, &recorder->denied, recording->native,
				recorder->slots, &recording->denied, err);

	recording->losses.log = recorder->log_lost;
	for (size_t i = 0; !rc && i < recorder->logged.len; i++) {
		rc = denials_add(&recording->denied, &recorder->logged.rows[i]);
		if (rc == -ENOSPC) { /* no reason to lose the recording */
			recording->losses.log += recorder->logged.rows[i].count;
			rc = 0;
		}
	}
	for (__u32 s = 0; s < SLOTS_MAX; s++)
		if (is_ours(recorder, s))
			recording->losses.denials += session__denials_lost(finish->session, s);
	denials_sort(&recording->denied);
	return rc;
}

int recorder__finish(struct recorder *recorder, struct session *session,
		     struct recording *recording, struct err *err)
{
	uint64_t calls;
	struct finish finish = {.recorder = recorder, .session = session, .recording = recording};
	int rc = session__drain(session, err);

	if (rc)
		return rc;
	if (recorder->noted) {
		recorder__note_news(recorder, session);
		calls = all_calls(recorder, session);
		recording->calls_since_new = calls - recorder->calls_at_new;
		recording->calls_since_known = true;
	}
	if (recorder->news_len)
		qsort(recorder->news, recorder->news_len, sizeof(*recorder->news), compare_news);
	rc = session__each_lineage(session, note_image, &finish, err);
	recording->losses = (struct losses){.late = recorder->late,
					    .misses = session__misses(session) - recorder->misses};
	for (__u32 s = 0; !rc && s < SLOTS_MAX; s++) {
		if (!is_ours(recorder, s))
			continue;
		rc = add_rows(&finish, s);
		add_losses(&recording->losses, session__slot(session, s));
	}
	if (!rc)
		rc = session__each_apart(session, add_apart, &finish, err);
	if (!rc)
		rc = session__each_lineage(session, add_lineage, &finish, err);
	if (!rc && !recorder->no_denials)
		rc = add_denied(&finish, err);
	for (size_t i = 0; !rc && i < recorder->moved.moved_len; i++)
		rc = recording_add_moved(recording, &recorder->moved.moved[i]);
	if (rc)
		return err_errno(err, rc, "cannot keep what was recorded");
	recording_sort(recording);
	add_timings(&finish);
	rc = recorder->no_args ? 0 : add_arguments(&finish, err);
	recording->hook = session__hook(session);
	recording->started = recorder->begun_wall;
	recording->elapsed = now(CLOCK_MONOTONIC) - recorder->begun;
	return rc;
}

/* The slot's part in what is still in set-up. */
static int add_lineages(struct finish *finish, const struct lineages *lineages)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < lineages->len; i++)
		rc = add_lineage(&lineages->all[i], finish);
	return rc;
}

int recorder__close(struct recorder *recorder, struct session *session,
		    const struct lineages *lineages, struct recording *recording, struct err *err)
{
	struct finish finish = {.recorder = recorder, .session = session, .recording = recording};
	const volatile struct each_born *born = session__born(session, recorder->slot);
	uint64_t end = born->gone ? born->gone : now(CLOCK_MONOTONIC);
	int rc;

	for (size_t i = 0; i < lineages->len; i++)
		note_image(&lineages->all[i], &finish);
	if (recorder->news_len)
		qsort(recorder->news, recorder->news_len, sizeof(*recorder->news), compare_news);
	/* of the whole session so far: nobody knows whose calls those were */
	recording->losses =
		(struct losses){.late = recorder->late, .misses = session__misses(session)};
	add_losses(&recording->losses, session__slot(session, recorder->slot));
	rc = add_rows(&finish, recorder->slot);
	if (!rc)
		rc = session__each_apart_of(session, recorder->slot, born->spilled, add_apart,
					    &finish, err);
	if (!rc)
		rc = add_lineages(&finish, lineages);
	for (size_t i = 0; !rc && i < recorder->moved.moved_len; i++)
		rc = recording_add_moved(recording, &recorder->moved.moved[i]);
	if (rc)
		return err_errno(err, rc, "cannot keep what was recorded");
	recording_sort(recording);
	recording->hook = session__hook(session);
	recording->started = recorder->begun_wall;
	recording->elapsed = end > recorder->begun ? end - recorder->begun : 0;
	return 0;
}

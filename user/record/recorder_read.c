// SPDX-License-Identifier: BSD-2-Clause
/* The end of a recorder: what the kernel counted is read and becomes a recording; the news say who was first. */
#include "record/arguments.h"
#include "record/decode.h"
#include "record/recorder_private.h"
#include "record/session_each.h"

#include <errno.h>
#include <string.h>

/* The order of the truth: slot aside, the fields of an apart_key. */
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
	/* by slot: images that a process still runs which did not become a launcher. Of a session of each cgroup it is one slot */
	bool stays[SLOTS_MAX][IMAGES_MAX];
};

/* Of a slot of the recorder's. */
static bool *stays_of(struct finish *finish, __u32 slot)
{
	return finish->stays[finish->recorder->slot ? 0 : slot & (SLOTS_MAX - 1)];
}

/* What a class of the kernel side comes to, now that all is known. */
static enum observed_class class_of(struct finish *finish, const struct apart_key *key)
{
	const volatile struct slot *slot = session__slot(finish->session, key->slot);
	__u32 image = key->image & (IMAGES_MAX - 1);
	bool launcher = slot->launched[image] && !slot->stayed[image] &&
			!stays_of(finish, key->slot)[image];

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
		    uint64_t first_seen, struct timing timing)
{
	const struct ev_first *news = find_news(finish->recorder, key);
	struct observed observed = {
		.call = {.arch = decode_arch(finish->recording->native, key->abi),
			 .nr = key->nr,
			 .sub = key->sub},
		.class = class_of(finish, key),
		.calls = calls,
		.total_ns = timing.ns,
		.errors = timing.errors,
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

static int add_rows(struct finish *finish, __u32 slot)
{
	for (__u32 row = 0; row < ROW_OUTSIDE; row++) {
		uint64_t calls = session__count(finish->session, slot, row);
		struct apart_key key = key_of_row(slot, row);
		int rc;

		if (!calls)
			continue;
		rc = add_call(finish, &key, calls, session__first_seen(finish->session, slot, row),
			      session__timing(finish->session, slot, row));
		if (rc)
			return rc;
	}
	return 0;
}

static int add_apart(const struct apart_key *key, const struct apart_calls *calls, void *context)
{
	struct finish *finish = context;
	/* when it was made, before recording began, nobody knows */
	uint64_t first = key->call_class == CLASS_IN_FLIGHT ? 0 : calls->first;

	if (!is_ours(finish->recorder, key->slot))
		return 0;
	return add_call(finish, key, calls->calls, first,
			session__timing_apart(finish->session, key));
}

static int note_image(const struct lineage *lineage, void *context)
{
	struct finish *finish = context;

	if (is_ours(finish->recorder, lineage->slot) && lineage->image && !lineage->launched)
		stays_of(finish, lineage->slot)[lineage->image & (IMAGES_MAX - 1)] = true;
	return 0;
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

/* Groups that are still in set-up. */
static int add_lineage(const struct lineage *lineage, void *context)
{
	struct finish *finish = context;
	struct moved moved = {.pid = lineage->pid, .calls = lineage->calls};

	if (!is_ours(finish->recorder, lineage->slot) || !lineage_is_told(lineage))
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
	losses->left += slot->left;
	losses->moved += slot->moved_unnamed;
}

static int add_denied(struct finish *finish, struct err *err)
{
	struct recorder *recorder = finish->recorder;
	struct recording *recording = finish->recording;
	int rc = denied_collect(finish->session, &recorder->denied, recording->native,
				recorder->slots, recorder->enters_missed, &recording->denied, err);

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
		calls = recorder__calls(recorder, session);
		recording->calls_since_new = calls - recorder->calls_at_new;
		recording->calls_since_known = true;
	}
	if (recorder->news_len)
		qsort(recorder->news, recorder->news_len, sizeof(*recorder->news), compare_news);
	rc = session__each_lineage(session, note_image, &finish, err);
	recording->losses = (struct losses){.late = recorder->late,
					    .moved = recorder->moved_lost,
					    .misses = session__misses(session) - recorder->misses};
	for (__u32 s = 0; !rc && s < SLOTS_MAX; s++) {
		if (!is_ours(recorder, s))
			continue;
		rc = add_rows(&finish, s);
		add_losses(&recording->losses, session__slot(session, s));
		recording->remade += session__slot(session, s)->remade;
		recording->joined += session__slot(session, s)->joined;
	}
	if (recording->joined)
		recording->whole = false;
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
	rc = recorder->no_args ? 0 : add_arguments(&finish, err);
	if (!rc && !recorder->no_denials)
		rc = arguments_collect_denied(recording, session, recorder->slots, err);
	recording->hook = session__hook(session);
	recording->started = recorder->begun_wall;
	recording->elapsed = clock_kernel_ns() - recorder->begun;
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
	uint64_t end = born->gone ? born->gone : clock_kernel_ns();
	int rc;

	for (size_t i = 0; i < lineages->len; i++)
		note_image(&lineages->all[i], &finish);
	if (recorder->news_len)
		qsort(recorder->news, recorder->news_len, sizeof(*recorder->news), compare_news);
	/* misses are of the session: nobody knows whose calls those were */
	recording->losses = (struct losses){.late = recorder->late, .moved = recorder->moved_lost};
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

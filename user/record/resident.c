// SPDX-License-Identifier: BSD-2-Clause
#include "record/resident.h"
#include "base/clock.h"
#include "base/spelling.h"
#include "record/features.h"
#include "record/recorder.h"
#include "record/recording_join.h"
#include "record/session_each.h"

#include <errno.h>
#include <string.h>

#define RING (1 << 20)
/* Many containers may start at once, and none is to be held up for longer than 2 s. */
#define BEGIN_MS 1800

static void take_news(const void *data, size_t len, void *context)
{
	struct resident *resident = context;

	if (resident->take)
		resident->take(data, len, resident->take_context);
}

static int make_pins(struct resident *resident, unsigned int features, struct err *err)
{
	const struct session_options options = {
		.features = features,
		.ring_bytes = resident->ring_bytes ? resident->ring_bytes : RING,
		.entries = true,
		.denials = resident->denials,
		.args = resident->args,
		.follow = !resident->each,
		.slots = resident->each ? 0 : SLOTS_MAX - 1,
		.each = resident->each_slots,
		.on_record = take_news,
		.context = resident,
	};
	int rc = session__open(&options, &resident->session, err);

	if (!rc && resident->denials)
		rc = session__need_denials(resident->session, err);
	if (!rc)
		rc = session__attach_followers(resident->session, err);
	if (!rc)
		rc = session__attach_counters(resident->session, err);
	if (rc)
		return rc;
	rc = pin_home_begin(&resident->home, err);
	if (rc)
		return rc;
	rc = session__pin(resident->session, resident->home.half, err);
	if (!rc)
		rc = pin_home_commit(&resident->home, err);
	if (rc)
		pin_home_clean(&resident->home);
	return rc;
}

/* What of a slot is not the runtime's own. */
struct workload {
	__u32 slot;
	bool seen;
};

static int see_workload(const struct apart_key *key, const struct apart_calls *calls, void *context)
{
	struct workload *workload = context;

	if (calls->calls && key->slot == workload->slot && key->call_class != CLASS_RUNTIME)
		workload->seen = true;
	return 0;
}

/* Did an exec end the set-up? It was counted then, or it is among what was lost. */
static bool has_workload(const struct resident *resident, __u32 slot)
{
	const volatile struct slot *state = session__slot(resident->session, slot);
	struct workload workload = {.slot = slot,
				    .seen = state->lost_calls || state->lost_groups ||
					    state->lost_cgroups};

	for (__u32 row = 0; row < ROW_LEN && !workload.seen; row++)
		workload.seen = session__count(resident->session, slot, row) != 0;
	/* what cannot be read may be there */
	return workload.seen ||
	       session__each_apart(resident->session, see_workload, &workload, NULL) ||
	       workload.seen;
}

/* Engines such as Podman tell nobody that a start has failed: its cgroup is gone, and nothing ran in it. */
static void forget_failed_starts(struct resident *resident)
{
	for (__u32 slot = 1; slot < resident_slots(resident); slot++)
		if (*resident_entry(resident, slot)->name &&
		    !(resident_entry(resident, slot)->flags & ENTRY_STARTED) &&
		    !session__has_targets(resident->session, slot) && !has_workload(resident, slot))
			resident_forget(resident, slot);
}

static int open_pins(struct resident *resident, struct err *err)
{
	const struct session_options options = {.on_record = take_news, .context = resident};

	return session__open_pinned(resident->home.pins, &options, &resident->session, err);
}

static bool is_empty(const struct resident *resident)
{
	for (__u32 slot = 1; slot < resident_slots(resident); slot++)
		if (*resident_entry(resident, slot)->name)
			return false;
	return true;
}

/* Of each cgroup: whoever ended it was killed before the pins were gone. It is one recording, and is never another one. */
static int make_anew(struct resident *resident, unsigned int features, struct err *err)
{
	int rc = pin_home_remove(&resident->home, err);

	if (rc)
		return rc;
	session__free(resident->session);
	resident->session = NULL;
	return make_pins(resident, features, err);
}

static int open_or_make_pins(struct resident *resident, bool make, unsigned int features,
			     struct err *err)
{
	/* whoever was killed in the middle of it has left programs that run */
	pin_home_clean(&resident->home);
	if (pin_home_number(&resident->home))
		return open_pins(resident, err);
	return make ? make_pins(resident, features, err) :
		      err_errno(err, -ENOENT, "cannot open %s", resident->home.pins);
}

/* Has the session that is there the same arguments in view? Those in memory are never seen. */
static bool has_args(const struct arg_plan *plan, const struct arg_plan *wanted)
{
	size_t kept = 0, same = 0;

	for (size_t i = 0; plan && i < plan->calls.len; i++)
		kept += !plan->calls.calls[i].open;
	for (size_t i = 0; plan && i < wanted->calls.len; i++) {
		const struct tuples *call = &wanted->calls.calls[i];
		const struct tuples *there = tuples_find(&plan->calls, &call->call);

		if (call->open || session__row(&call->call) == ROW_OUTSIDE)
			continue;
		if (!there || memcmp(there->masks, call->masks, sizeof(call->masks)))
			return false;
		same++;
	}
	return plan && kept == same && plan->cap == wanted->cap;
}

/* All recordings share one set of programs, as the first one had it. */
static int check_wanted(const struct resident *resident, struct err *err)
{
	if (resident->denials && !session__sees_denials(resident->session))
		return err_set(err, -ENOTSUP,
			       "the recordings that are being made look for no denied calls, and all look for the same: stop these first ('whittle status' names them), or record without --denials");
	if (resident->args && resident->args != session__args(resident->session) &&
	    !has_args(session__args(resident->session), resident->args))
		return err_set(err, -ENOTSUP,
			       "the recordings that are being made keep no arguments, or those of other calls, and all keep the same: stop these first ('whittle status' names them), or record without --args");
	return 0;
}

/*
 * Opening the pins takes twenty times as long as what is done with them: it is done before they are locked, and again only if
 * they turn out to be others.
 */
int resident_open(struct resident *resident, bool make, unsigned int features, struct err *err)
{
	ino_t number;
	/* pins are fitted to the kernel already */
	int rc = make ? features_check(err) : features_check_capabilities(err);

	resident->home = resident->each ? PIN_HOME_EACH : PIN_HOME;
	if (!rc)
		rc = pin_home_open(&resident->home, make, err);
	if (rc)
		return rc;
	number = pin_home_number(&resident->home);
	if (number && open_pins(resident, NULL))
		number = 0;
	if (!resident->patience_ms)
		resident->patience_ms = make ? BEGIN_MS : RESIDENT_PATIENCE_MS;
	rc = pin_home_lock(&resident->home, resident->patience_ms, err);
	if (rc)
		return rc;
	if (!number || pin_home_number(&resident->home) != number) {
		session__free(resident->session);
		resident->session = NULL;
		rc = open_or_make_pins(resident, make, features, err);
	}
	if (!rc && make && resident->each && is_empty(resident))
		rc = make_anew(resident, features, err);
	resident->pinned = !rc;
	if (!rc)
		forget_failed_starts(resident);
	return rc ? rc : check_wanted(resident, err);
}

void resident_close(struct resident *resident)
{
	if (resident->pinned && is_empty(resident))
		(void)!pin_home_remove(&resident->home, NULL); /* the next one tries it again */
	/* letting go of the maps takes longer than what was done under the lock */
	pin_home_unlock(&resident->home);
	session__free(resident->session);
	pin_home_close(&resident->home);
	*resident = RESIDENT_CLOSED;
}

const struct entry *resident_entry(const struct resident *resident, __u32 slot)
{
	return session__entry(resident->session, slot);
}

__u32 resident_find(const struct resident *resident, const char *name)
{
	for (__u32 slot = 1; slot < resident_slots(resident); slot++)
		if (!strncmp(resident_entry(resident, slot)->name, name, ENTRY_NAME_LEN))
			return slot;
	return SLOT_NONE;
}

static void copy_text(char *to, size_t size, const char *text)
{
	if ((size_t)snprintf(to, size, "%s", text ? text : "") >= size)
		memcpy(to + size - 4, "...", 4);
}

int resident_check_name(const char *name, struct err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.:@+-";

	if (*name && strlen(name) < ENTRY_NAME_LEN && !strchr("-.", *name) &&
	    strspn(name, allowed) == strlen(name))
		return 0;
	return err_set(err, -EINVAL,
		       "that cannot be the name of a recording: it takes 1 to %d letters, digits and '_.:@+-', with no '-' or '.' in front",
		       ENTRY_NAME_LEN - 1);
}

int resident_begin(struct resident *resident, const struct resident_request *request, __u32 *out,
		   struct err *err)
{
	__u32 slot = resident_find(resident, request->name);
	struct entry *entry;
	int rc;

	if (!*request->name || strlen(request->name) >= ENTRY_NAME_LEN)
		return err_set(err, -EINVAL,
			       "'%.40s' cannot be the name of a recording: it takes 1 to %d characters",
			       request->name, ENTRY_NAME_LEN - 1);
	if (slot != SLOT_NONE)
		return err_set(err, -EEXIST, "there is a recording %s already%s", request->name,
			       resident_entry(resident, slot)->flags & ENTRY_HALF ?
				       ", half-made: 'whittle stop --force' removes it" :
				       "");
	for (slot = 1; slot < resident_slots(resident); slot++)
		if (!*resident_entry(resident, slot)->name)
			break;
	if (slot == resident_slots(resident) && resident->each)
		return err_set(err, -EBUSY,
			       "%s records each cgroup below %s already, and there is one such recording at a time: 'whittle stop %s -d DIR' ends it",
			       resident_entry(resident, 1)->name,
			       resident_entry(resident, 1)->target,
			       resident_entry(resident, 1)->name);
	if (slot == resident_slots(resident))
		return err_set(err, -ENOSPC,
			       "%u recordings are being made, and there can be no more", slot - 1);
	/* whoever had it may have been killed in the middle; and a cgroup may have joined while it ended */
	session__stop_slot(resident->session, slot);
	rc = session__clear_slot(resident->session, slot, err);
	if (rc)
		return rc;
	entry = session__entry(resident->session, slot);
	entry->begun = clock_kernel_ns();
	entry->begun_wall = clock_ns(CLOCK_REALTIME);
	entry->misses = session__misses(resident->session);
	entry->enters_missed = session__enters_missed(resident->session);
	entry->flags = request->flags | ENTRY_HALF;
	copy_text(entry->target, sizeof(entry->target), request->target);
	copy_text(entry->name, sizeof(entry->name), request->name);
	session__slot(resident->session, slot)->flags = request->slot_flags;
	session__renew_denials(resident->session, slot);
	session__renew_launchers(resident->session);
	*out = slot;
	if (!(request->flags & ENTRY_STARTED))
		return 0;
	/* looked for when this one is there to be seen: of two that begin at once, each under its own lock, one at least sees the other */
	if (resident_has(request->name, !resident->each))
		rc = err_set(err, -EEXIST, "there is a recording %s already", request->name);
	/* so that whittle's own calls are known before it may be inside one of the targets */
	if (!rc)
		rc = session__inventory(resident->session, err);
	if (rc)
		resident_forget(resident, slot);
	return rc;
}

int resident_add(struct resident *resident, __u32 slot, uint64_t cgroup, struct err *err)
{
	__u32 holder = session__slot_of(resident->session, cgroup);

	if (holder == slot)
		return 0;
	if (holder != SLOT_NONE)
		return err_set(err, -EBUSY,
			       "the cgroup, or one below it, is being recorded already: as %s",
			       resident_entry(resident, holder)->name);
	session__add_cgroup(resident->session, slot, cgroup);
	return 0;
}

void resident_remove(struct resident *resident, uint64_t cgroup)
{
	session__remove_cgroup(resident->session, cgroup);
}

int resident_follow(struct resident *resident, __u32 slot, uint64_t parent, const char *name,
		    struct err *err)
{
	return session__follow(resident->session, slot, parent, name, err);
}

void resident_complete(struct resident *resident, __u32 slot)
{
	struct entry *entry = session__entry(resident->session, slot);

	__atomic_fetch_and(&entry->flags, ~ENTRY_HALF, __ATOMIC_RELEASE);
}

int resident_arm(struct resident *resident, __u32 slot, bool whole, struct err *err)
{
	int rc = session__inventory(resident->session, err);

	if (rc)
		return rc;
	if (whole) {
		session__entry(resident->session, slot)->flags |= ENTRY_WHOLE;
		/* nobody was inside: whose entry is not seen has just come, and the kernel tells of it in a moment */
		session__slot(resident->session, slot)->flags &= ~SLOT_STRANGERS;
	}
	session__slot(resident->session, slot)->armed = 1;
	resident_complete(resident, slot);
	return 0;
}

/* May it be recorded? A cgroup is in one recording, and a name stands for one cgroup. */
static int check_free(struct resident *resident, const char *name, uint64_t cgroup, struct err *err)
{
	__u32 named = resident_find(resident, name);
	__u32 holder = session__slot_of(resident->session, cgroup);

	if (named != SLOT_NONE && resident_entry(resident, named)->flags & ENTRY_STARTED)
		return err_set(err, -EBUSY,
			       "there is a recording %s that 'whittle start' began: 'whittle stop %s' ends it",
			       name, name);
	if (holder != SLOT_NONE && holder == named)
		return err_set(err, -EEXIST, "%s is being recorded already", name);
	if (holder != SLOT_NONE)
		return err_set(err, -EBUSY, "the cgroup of %s is being recorded already: as %s",
			       name, resident_entry(resident, holder)->name);
	if (named != SLOT_NONE && session__has_targets(resident->session, named))
		return err_set(err, -EBUSY, "%s is being recorded already, in another cgroup",
			       name);
	/* its cgroup is gone: whoever was to end it was killed */
	if (named != SLOT_NONE)
		resident_forget(resident, named);
	return 0;
}

int resident_begin_newborn(struct resident *resident, const struct resident_request *request,
			   uint64_t cgroup, struct err *err)
{
	__u32 slot;
	int rc = check_free(resident, request->name, cgroup, err);

	if (!rc)
		rc = resident_begin(resident, request, &slot, err);
	if (rc)
		return rc;
	/* armed first: whoever is inside is set-up, none of it was there before */
	session__slot(resident->session, slot)->armed = 1;
	session__add_cgroup(resident->session, slot, cgroup);
	resident_complete(resident, slot);
	return 0;
}

__u32 resident_slots(const struct resident *resident)
{
	return session__entries(resident->session);
}

bool resident_has_targets(const struct resident *resident, __u32 slot)
{
	return session__has_targets(resident->session, slot);
}

bool resident_is(const struct resident *resident, __u32 slot, uint64_t begun)
{
	const struct entry *entry = resident_entry(resident, slot);

	return *entry->name && entry->begun == begun;
}

/*
 * Nobody is there to count the calls when a new one is made: whoever looks leaves a note, and whoever finds the same last new call
 * knows how many came after that look. `looked`: ns from the beginning of the recording to that of this look.
 */
static void note_news(struct entry *entry, uint64_t looked, struct recording *recording)
{
	struct saturation own_saturation saturation = {0};
	uint64_t newest;

	if (recording_saturation(recording, &saturation))
		return;
	newest = saturation.distinct ? saturation.first[saturation.distinct - 1] : 0;
	if (entry->noted_distinct && entry->noted_distinct == saturation.distinct &&
	    entry->noted_new == newest) {
		recording->calls_since_known = true;
		/* what turned out to be a launcher's is counted no more */
		if (saturation.calls > entry->noted_calls)
			recording->calls_since_new = saturation.calls - entry->noted_calls;
		return;
	}
	/* new while this look went on: some of the calls before it were counted before that */
	entry->noted_distinct = newest < looked ? saturation.distinct : 0;
	entry->noted_new = newest;
	entry->noted_calls = saturation.calls;
}

static int read_slot(struct resident *resident, __u32 slot, struct recording *recording,
		     struct err *err)
{
	struct recorder *own_recorder recorder = NULL;
	int rc = recorder__new(slot, 1, &recorder, err);

	if (rc)
		return rc;
	recorder__resume(recorder, session__entry(resident->session, slot));
	recording->whole = session__entry(resident->session, slot)->flags & ENTRY_WHOLE;
	resident->take = recorder__take;
	resident->take_context = recorder;
	rc = recorder__finish(recorder, resident->session, recording, err);
	resident->take = NULL;
	return rc;
}

/* What was counted in one of many slots; who was first is left to the news, which nobody reads here. */
static int join_slot(struct resident *resident, __u32 slot, const struct lineages *lineages,
		     struct recording *recording, struct err *err)
{
	struct recording own_recording part = {0};
	struct recorder *own_recorder recorder = NULL;
	int rc = recorder__new_of(slot, &recorder, err);

	if (!rc)
		rc = recording_init(&part, err);
	if (rc)
		return rc;
	recorder__resume(recorder, session__entry(resident->session, EACH_TOP));
	rc = recorder__close(recorder, resident->session, lineages, &part, err);
	if (!rc && recording_join(recording, &part))
		rc = err_errno(err, -ENOMEM, "cannot keep what was recorded");
	return rc;
}

static int read_each(struct resident *resident, struct recording *recording, struct err *err)
{
	const struct entry *entry = session__entry(resident->session, EACH_TOP);
	struct lineages own_lineages lineages = {0};
	int rc = lineages_read(&lineages, resident->session, err);

	recording->hook = session__hook(resident->session);
	for (__u32 slot = EACH_TOP + 1; !rc && slot < session__slots(resident->session); slot++)
		if (__atomic_load_n(&session__born(resident->session, slot)->id, __ATOMIC_ACQUIRE))
			rc = join_slot(resident, slot, &lineages, recording, err);
	recording->losses.cgroups += session__cgroups_missed(resident->session);
	recording->losses.misses = session__misses(resident->session) - entry->misses;
	recording->started = entry->begun_wall;
	/* all at the same time */
	recording->elapsed = clock_kernel_ns() - entry->begun;
	recording->longest = 0;
	return rc;
}

int resident_read(struct resident *resident, __u32 slot, struct recording *recording,
		  struct err *err)
{
	struct entry *entry = session__entry(resident->session, slot);
	uint64_t looked = clock_kernel_ns() - entry->begun;
	int rc = resident->each ? read_each(resident, recording, err) :
				  read_slot(resident, slot, recording, err);

	recording->target = strndup(entry->target, sizeof(entry->target));
	recording->container = entry->flags & ENTRY_CONTAINER;
	if (!rc)
		note_news(entry, looked, recording);
	return rc;
}

void resident_count(const struct resident *resident, struct resident_cgroups *out)
{
	*out = (struct resident_cgroups){0};
	for (__u32 slot = EACH_TOP + 1; slot < session__slots(resident->session); slot++) {
		const volatile struct each_born *born = session__born(resident->session, slot);

		if (!__atomic_load_n(&born->id, __ATOMIC_ACQUIRE))
			out->vacant++;
		else if (born->gone)
			out->gone++;
		else
			out->there++;
	}
}

/* Without the lock: for names, which are there from one moment to the next anyhow. */
static bool peek(struct resident *resident, bool each)
{
	resident->each = each;
	resident->home = each ? PIN_HOME_EACH : PIN_HOME;
	return !features_check_capabilities(NULL) && !pin_home_open(&resident->home, false, NULL) &&
	       pin_home_number(&resident->home) && !open_pins(resident, NULL);
}

bool resident_has(const char *name, bool each)
{
	struct resident own_resident resident = RESIDENT_CLOSED;

	return peek(&resident, each) && resident_find(&resident, name) != SLOT_NONE;
}

static void spell(struct spelling *spelling, bool each)
{
	struct resident own_resident resident = RESIDENT_CLOSED;

	if (!peek(&resident, each))
		return;
	for (__u32 slot = 1; slot < resident_slots(&resident); slot++)
		spelling_try(spelling, resident_entry(&resident, slot)->name);
}

int resident_no_such(const char *name, struct err *err)
{
	struct spelling spelling = {.word = name};

	spell(&spelling, false);
	spell(&spelling, true);
	return err_set(err, -ENOENT, "there is no recording %s%s; 'whittle status' lists them",
		       name, spelling_hint(&spelling, ""));
}

int resident_end(struct resident *resident, __u32 slot, struct recording *recording,
		 struct err *err)
{
	session__stop_slot(resident->session, slot);
	return resident_read(resident, slot, recording, err);
}

void resident_forget(struct resident *resident, __u32 slot)
{
	/* whoever is killed behind this leaves one that must not pass for one that goes on */
	__atomic_fetch_or(&session__entry(resident->session, slot)->flags, ENTRY_HALF,
			  __ATOMIC_RELEASE);
	session__stop_slot(resident->session, slot);
	if (session__clear_slot(resident->session, slot, NULL))
		return; /* it is free; whoever takes it tries again */
}

int resident_remove_unreadable(bool each, struct err *err)
{
	struct resident own_resident resident = RESIDENT_CLOSED;
	int rc;

	resident.home = each ? PIN_HOME_EACH : PIN_HOME;
	rc = pin_home_open(&resident.home, false, err);
	if (!rc)
		rc = pin_home_lock(&resident.home, RESIDENT_PATIENCE_MS, err);
	if (rc)
		return rc;
	if (!pin_home_number(&resident.home))
		return err_set(err, -ENOENT, "nothing is pinned at %s", resident.home.path);
	if (open_pins(&resident, NULL) != -EPROTO)
		return err_set(err, -ENOENT, "what is pinned at %s is of this whittle",
			       resident.home.path);
	return pin_home_remove(&resident.home, err);
}

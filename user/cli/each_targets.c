// SPDX-License-Identifier: BSD-2-Clause
#include "cli/each_targets.h"
#include "base/log.h"
#include "base/num.h"
#include "cli/summary.h"
#include "record/decode.h"
#include "record/recording_join.h"
#include "record/session_each.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static void forget(struct each_target *target)
{
	recorder__free(target->recorder);
	each_who_clear(&target->who);
	*target = (struct each_target){0};
}

void each_targets_clear(struct each_targets *targets)
{
	for (__u32 slot = 0; slot < targets->len; slot++)
		forget(&targets->all[slot]);
	free(targets->all);
	lineages_clear(&targets->lineages);
	each_files_clear(&targets->files);
	recording_clear(&targets->host);
	cgroup_close(&targets->top);
}

int each_targets_reserve(struct each_targets *targets, __u32 slots, struct err *err)
{
	targets->all = calloc(slots, sizeof(*targets->all));
	targets->len = slots;
	return targets->all ? recording_init(&targets->host, err) :
			      err_errno(err, -ENOMEM, "cannot keep targets");
}

/* A cgroup that is recorded from here on, and all that lies between it and PATH. */
static int add(struct each_targets *targets, __u32 slot)
{
	const volatile struct each_born *born = session__born(targets->session, slot);
	struct each_target *target = &targets->all[slot], *parent = NULL;
	char name[CGROUP_NAME_LEN], id[ENGINE_ID_LEN + 1];
	__u32 parent_slot = born->parent_slot;
	int rc = 0;

	memcpy(name, (const void *)born->name, sizeof(name));
	name[sizeof(name) - 1] = '\0';
	if (parent_slot > EACH_TOP && parent_slot < targets->len) {
		parent = &targets->all[parent_slot];
		rc = each_targets_know(targets, parent_slot);
	}
	if (rc)
		return rc;
	target->id = born->id;
	target->who.kind = target_kind_of(name, id);
	target->owner = slot;
	if (parent && parent->recorder &&
	    (parent->owner != parent_slot || parent->who.kind != TARGET_CGROUP)) {
		target->owner = parent->owner;
		targets->all[target->owner].parts++;
	}
	if (target->owner != slot || target->who.kind != TARGET_CGROUP)
		session__share_slot(targets->session, slot);
	if (target->owner == slot && *id)
		each_files_meet(&targets->files, id, &target->who);
	if (asprintf(&target->who.path, "%s%s%s",
		     parent && parent->who.path ? parent->who.path : "", parent ? "/" : "",
		     name) < 0)
		target->who.path = NULL;
	if (!target->who.path)
		return -ENOMEM;
	rc = recorder__new_of(slot, &target->recorder, NULL);
	/* what is part of another one is on its clock */
	born = session__born(targets->session, target->owner);
	if (!rc)
		recorder__begin_at(target->recorder, born->time ? born->time : targets->begun);
	return rc;
}

static void add_losses(struct losses *all, const struct losses *losses)
{
	all->late += losses->late;
	all->cgroups += losses->cgroups;
	all->groups += losses->groups;
	all->calls += losses->calls;
	all->left += losses->left;
}

/* What was recorded in a slot and in those that are part of it. */
static int read_slots(struct each_targets *targets, __u32 owner, struct recording *recording,
		      struct err *err)
{
	struct each_target *all = targets->all;
	int rc = recorder__close(all[owner].recorder, targets->session, &targets->lineages,
				 recording, err);
	const uint64_t elapsed = recording->elapsed;

	for (__u32 slot = 1; !rc && all[owner].parts && slot < targets->len; slot++) {
		struct recording own_recording part = {0};

		if (slot == owner || all[slot].owner != owner || !all[slot].recorder)
			continue;
		rc = recording_init(&part, err);
		if (!rc)
			rc = recorder__close(all[slot].recorder, targets->session,
					     &targets->lineages, &part, err);
		if (!rc && recording_join(recording, &part))
			rc = err_errno(err, -ENOMEM, "cannot keep what was recorded");
	}
	/* not one after the other */
	recording->elapsed = elapsed;
	recording->longest = 0;
	return rc;
}

/* Calls that no profile can have. */
static size_t unnamed(const struct recording *recording)
{
	size_t n = 0;

	for (size_t i = 0; i < recording->observed_len; i++)
		n += observed_is_needed(recording->observed[i].class) &&
		     !recording_can_name(&recording->observed[i].call);
	return n;
}

static int write_target(struct each_targets *targets, __u32 slot, struct err *err)
{
	struct each_target *target = &targets->all[slot];
	struct recording own_recording recording = {0};
	int rc = recording_init(&recording, err);
	struct losses losses;
	uint64_t moved;
	size_t nameless;
	bool empty;

	if (!rc)
		rc = read_slots(targets, slot, &recording, err);
	if (rc)
		return rc;
	recording.whole = !session__born(targets->session, slot)->inside;
	recording.losses.misses = session__misses(targets->session) - targets->misses;
	/* taken apart when it is given to a group */
	losses = recording.losses;
	empty = !recording_has_workload(&recording);
	moved = recording.moved_len + losses.moved;
	nameless = unnamed(&recording);
	rc = empty ? 0 : each_files_add(&targets->files, &target->who, &recording, err);
	if (rc)
		return rc;
	add_losses(&targets->losses, &losses);
	targets->moved += moved;
	targets->unnamed += nameless;
	targets->empty += empty;
	targets->recorded += !empty;
	return 0;
}

/* The slots of a target that is gone are for others. */
static void reuse(struct each_targets *targets, __u32 owner)
{
	__u32 parts = targets->all[owner].parts;

	for (__u32 slot = 1; parts && slot < targets->len; slot++) {
		if (slot == owner || targets->all[slot].owner != owner)
			continue;
		parts--;
		forget(&targets->all[slot]);
		session__reuse_slot(targets->session, slot, targets->flags);
	}
	forget(&targets->all[owner]);
	session__reuse_slot(targets->session, owner, targets->flags);
}

/* More kinds of calls than its table has room for: the others are read when recording is over. */
static bool has_spilled(struct each_targets *targets, __u32 slot)
{
	if (!session__born(targets->session, slot)->spilled)
		return false;
	if (!targets->spilled++)
		log_note(
			"some cgroups have more kinds of calls than there is room for by themselves: they are written at the end");
	return true;
}

/* Is all that was counted of it in its own tables? */
static bool can_be_closed(struct each_targets *targets, __u32 owner)
{
	const struct each_target *all = targets->all;
	__u32 parts = all[owner].parts;

	if (has_spilled(targets, owner))
		return false;
	for (__u32 slot = 1; parts && slot < targets->len; slot++) {
		if (slot == owner || all[slot].owner != owner)
			continue;
		parts--;
		if (has_spilled(targets, slot) || !session__born(targets->session, slot)->gone)
			return false;
	}
	return true;
}

int each_targets_know(struct each_targets *targets, __u32 slot)
{
	int rc;

	if (slot <= EACH_TOP || slot >= targets->len || targets->all[slot].recorder ||
	    !__atomic_load_n(&session__born(targets->session, slot)->id, __ATOMIC_ACQUIRE))
		return 0;
	rc = add(targets, slot);
	if (rc)
		forget(&targets->all[slot]);
	return rc;
}

int each_targets_know_all(struct each_targets *targets, struct err *err)
{
	for (__u32 slot = EACH_TOP + 1; slot < targets->len; slot++)
		if (each_targets_know(targets, slot))
			return err_errno(err, -ENOMEM, "cannot keep targets");
	return 0;
}

static void know_all(struct each_targets *targets)
{
	if (each_targets_know_all(targets, NULL))
		log_warn("there is no memory for what is recorded");
}

/* Its cgroup was removed, and all news of it were taken. */
static void end(struct each_targets *targets, __u32 slot)
{
	struct each_target *target = &targets->all[slot];
	const uint64_t id = target->id;
	struct err err = {0};

	if (target->gone)
		return;
	target->gone = true;
	if (targets->resident)
		return;
	/* one below it, of which there was no news, must be known before; who is gone without news comes to its turn later */
	if (session__missed_news(targets->session)) {
		targets->behind = true;
		know_all(targets);
	}
	if (!target->recorder || target->id != id || target->owner != slot ||
	    !can_be_closed(targets, slot))
		return;
	if (write_target(targets, slot, &err)) {
		/* what cannot be written was told; it is tried again at the end */
		if (err.code)
			log_warn("%s", err.text);
		return;
	}
	reuse(targets, slot);
}

/* It is as the record says, not as it may be by now: what the cgroup called until it was removed lies in between. */
static void take_change(struct each_targets *targets, const struct ev_each *each)
{
	if (each_targets_know(targets, each->slot))
		log_warn("there is no memory for what is recorded");
	else if (each->gone && each->slot < targets->len && targets->all[each->slot].recorder &&
		 targets->all[each->slot].id == each->id)
		end(targets, each->slot);
}

/* News that are older than the cgroup are of another one, which had its slot before. */
static void take_call(struct each_targets *targets, __u32 slot, uint64_t time, const void *data,
		      size_t len)
{
	if (slot <= EACH_TOP || slot >= targets->len)
		return;
	if (each_targets_know(targets, slot))
		return;
	if (targets->all[slot].recorder && time >= session__born(targets->session, slot)->time)
		recorder__take(data, len, targets->all[slot].recorder);
}

void each_targets_take(const void *data, size_t len, void *context)
{
	struct each_targets *targets = context;
	union event event;

	if (decode_event(data, len, &event, NULL))
		targets->losses.late++;
	else if (event.kind == EV_EACH)
		take_change(targets, &event.each);
	else if (event.kind == EV_FIRST)
		take_call(targets, event.first.slot, event.first.time, data, len);
	else if (event.kind == EV_MOVED)
		take_call(targets, event.moved.slot, event.moved.time, data, len);
}

/* First who is new, then who is gone: nobody's slot is used again before those below it are known. */
static void look_at_all(struct each_targets *targets)
{
	know_all(targets);
	for (__u32 slot = EACH_TOP + 1; slot < targets->len; slot++)
		if (targets->all[slot].recorder &&
		    __atomic_load_n(&session__born(targets->session, slot)->gone, __ATOMIC_ACQUIRE))
			end(targets, slot);
}

void each_targets_catch_up(struct each_targets *targets)
{
	if (!session__missed_news(targets->session) && !targets->behind)
		return;
	targets->behind = false;
	look_at_all(targets);
}

static void look_up_names(struct each_targets *targets)
{
	for (__u32 slot = EACH_TOP + 1; slot < targets->len; slot++)
		each_files_look_up(&targets->files, &targets->all[slot].who);
}

void each_targets_take_names(struct each_targets *targets)
{
	if (!each_files_take(&targets->files))
		return;
	look_up_names(targets);
	while (each_files_write_some(&targets->files))
		if (session__drain(targets->session, NULL))
			break; /* whoever waits for news is told */
}

int each_targets_end(struct each_targets *targets, struct err *err)
{
	bool nameless = false;
	int rc = 0;

	/* of a session that goes on: one that ends in between is told of twice, and not never */
	if (targets->resident)
		rc = lineages_read(&targets->lineages, targets->session, err);
	if (!rc)
		rc = session__drain(targets->session, err);
	look_at_all(targets);
	for (__u32 slot = EACH_TOP + 1; slot < targets->len; slot++)
		nameless |= each_who_is_nameless(&targets->all[slot].who);
	each_files_last_names(&targets->files, nameless);
	look_up_names(targets);
	if (!rc && !targets->resident)
		rc = lineages_read(&targets->lineages, targets->session, err);
	for (__u32 slot = EACH_TOP + 1; !rc && slot < targets->len; slot++) {
		struct err reason = {0};

		if (!targets->all[slot].recorder || targets->all[slot].owner != slot)
			continue;
		/* that one cannot be written is no reason to lose the others */
		if (write_target(targets, slot, &reason)) {
			targets->files.failed = true;
			if (reason.code)
				log_error("%s", reason.text);
		}
	}
	each_files_end(&targets->files);
	targets->losses.cgroups += session__cgroups_missed(targets->session);
	targets->losses.misses = session__misses(targets->session) - targets->misses;
	targets->incomplete = targets->losses.cgroups || targets->losses.calls ||
			      targets->losses.left || targets->losses.misses;
	return rc;
}

void each_targets_tell(const struct each_targets *targets)
{
	const char *directory = targets->files.directory;
	size_t written = directory ? targets->files.written : 0;

	if (targets->unnamed)
		log_warn("%zu %s a syscall number has no name here, so the profile leaves it out: the recordings have them (--recording DIR)",
			 targets->unnamed, num_word(targets->unnamed, "time", "times"));
	if (targets->moved)
		log_warn("%zu %s calls are not counted (--count-moved counts them)", targets->moved,
			 num_word(targets->moved, "process moved in and ran no exec: its",
				  "processes moved in and ran no exec: their"));
	summary_losses(&targets->losses);
	log_note("recorded %zu %s, %zu more called nothing; %zu %s%s%s", targets->recorded,
		 num_word(targets->recorded, "cgroup", "cgroups"), targets->empty, written,
		 num_word(written, "profile", "profiles"),
		 !directory ? "" : num_word(written, " is in ", " are in "), directory ?: "");
}

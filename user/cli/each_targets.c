// SPDX-License-Identifier: BSD-2-Clause
#include "cli/each_targets.h"
#include "base/log.h"
#include "cli/summary.h"
#include "record/decode.h"
#include "record/recording_join.h"
#include "record/session_each.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* The slot of PATH itself: it is not recorded. */
#define SLOT_TOP 1
/* How often engines are asked for a container while it is there: some are nobody's. */
#define ASKED_MAX 3

static void forget(struct each_target *target)
{
	recorder__free(target->recorder);
	free(target->path);
	free(target->file);
	free(target->container);
	free(target->image);
	*target = (struct each_target){0};
}

void each_targets_clear(struct each_targets *targets)
{
	for (__u32 slot = 0; slot < targets->len; slot++)
		forget(&targets->all[slot]);
	free(targets->all);
	free(targets->lineages_);
	each_names_clear(&targets->names);
	each_groups_clear(&targets->groups);
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
	struct buf own_buf container = BUF_INIT, own_buf image = BUF_INIT;
	__u32 parent_slot = born->parent_slot;
	int rc = 0;

	memcpy(name, (const void *)born->name, sizeof(name));
	name[sizeof(name) - 1] = '\0';
	if (parent_slot > SLOT_TOP && parent_slot < targets->len) {
		parent = &targets->all[parent_slot];
		rc = each_targets_know(targets, parent_slot);
	}
	if (rc)
		return rc;
	target->id = born->id;
	target->kind = target_kind_of(name, id);
	target->owner = slot;
	if (parent && parent->recorder &&
	    (parent->owner != parent_slot || parent->kind != TARGET_CGROUP)) {
		target->owner = parent->owner;
		targets->all[target->owner].parts++;
	}
	if (target->owner != slot || target->kind != TARGET_CGROUP)
		session__share_slot(targets->session, slot);
	if (target->owner == slot && *id) {
		targets->nameless = true;
		each_names_container(&targets->names, id, &container, &image);
		target->container = steal_ptr(&container.data);
		target->image = steal_ptr(&image.data);
	}
	if (asprintf(&target->path, "%s%s%s", parent && parent->path ? parent->path : "",
		     parent ? "/" : "", name) < 0)
		target->path = NULL;
	if (!target->path)
		return -ENOMEM;
	rc = recorder__new_of(slot, &target->recorder, NULL);
	if (!rc)
		recorder__begin_at(target->recorder, born->time);
	return rc;
}

/* "container docker:web (cgroup /sys/fs/cgroup/...)" */
static void describe(const struct each_targets *targets, const struct each_target *target,
		     struct buf *out)
{
	const char *slash = strrchr(target->path, '/');

	if (target->kind == TARGET_CGROUP)
		buf__addf(out, "cgroup %s/%s", targets->top.path, target->path);
	else
		buf__addf(out, "%s %s (cgroup %s/%s)", target_kind_name(target->kind),
			  target->container ? target->container :
			  slash             ? slash + 1 :
					      target->path,
			  targets->top.path, target->path);
}

/* What its file is called after. */
static void file_stem(const struct each_target *target, struct buf *out)
{
	const char *slash = strrchr(target->path, '/'), *colon;

	if (target->container) {
		colon = strchr(target->container, ':');
		if (colon)
			buf__addf(out, "%s", colon + 1);
		else /* no engine knows it: the id */
			buf__addf(out, "%.12s", target->container);
	} else {
		buf__addf(out, "%s",
			  slash && target->kind == TARGET_UNIT ? slash + 1 : target->path);
	}
}

/* *file is the name, made if there is none yet. */
static int write_files(struct each_targets *targets, struct recording *recording, const char *stem,
		       bool container, char **file)
{
	struct buf own_buf name = BUF_INIT, own_buf profile = BUF_INIT, own_buf whole = BUF_INIT;
	struct result_options result = targets->result;

	if (!*file && each_names_file(&targets->names, stem, &name))
		return -ENOMEM;
	if (!*file)
		*file = steal_ptr(&name.data);
	buf__addf(&profile, "%s/%s.json", targets->directory ?: "", *file);
	buf__addf(&whole, "%s/%s.recording.json", result.recording ?: "", *file);
	if (buf__error(&profile) || buf__error(&whole))
		return -ENOMEM;
	result.output = targets->directory ? buf__text(&profile) : NULL;
	result.recording = result.recording ? buf__text(&whole) : NULL;
	result.quiet = true;
	return result_write(&result, recording, container, true);
}

static void add_losses(struct losses *all, const struct losses *losses)
{
	all->late += losses->late;
	all->cgroups += losses->cgroups;
	all->groups += losses->groups;
	all->calls += losses->calls;
}

/* What was recorded in a slot and in those that are part of it. */
static int read_slots(struct each_targets *targets, __u32 owner, struct recording *recording,
		      struct err *err)
{
	struct each_target *all = targets->all;
	int rc = recorder__close(all[owner].recorder, targets->session, &targets->lineages,
				 recording, err);

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
	return rc;
}

/* One file for each, or one for all that are alike, at the end. */
static int write_one(struct each_targets *targets, struct each_target *target,
		     struct recording *recording, struct err *err)
{
	struct buf own_buf words = BUF_INIT, own_buf stem = BUF_INIT, own_buf key = BUF_INIT;
	bool container = target->kind == TARGET_CONTAINER;

	file_stem(target, &stem);
	if (targets->merge_by)
		each_group_key(targets->merge_by, target->kind, buf__text(&stem), target->image,
			       &key);
	else
		describe(targets, target, &words);
	if (buf__error(&words) || buf__error(&stem) || buf__error(&key) ||
	    (targets->merge_by &&
	     each_groups_add(&targets->groups, buf__text(&key), container, recording)))
		return err_errno(err, -ENOMEM, "cannot keep what was recorded");
	if (targets->merge_by)
		return 0;
	recording->target = steal_ptr(&words.data);
	return write_files(targets, recording, buf__text(&stem), container, &target->file);
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

/* A container that no engine knew, or knew yet. */
static bool is_nameless(const struct each_target *target)
{
	return target->container && !strchr(target->container, ':');
}

static void ask_again(struct each_targets *targets, struct each_target *target)
{
	struct buf own_buf container = BUF_INIT, own_buf image = BUF_INIT;

	each_names_container(&targets->names, target->container, &container, &image);
	if (!container.len)
		return;
	free(target->container);
	free(target->image);
	target->container = steal_ptr(&container.data);
	target->image = steal_ptr(&image.data);
}

static int write_target(struct each_targets *targets, __u32 slot, struct err *err)
{
	struct each_target *target = &targets->all[slot];
	struct recording own_recording recording = {0};
	int rc = recording_init(&recording, err);
	struct losses losses;
	bool empty;

	if (!rc)
		rc = read_slots(targets, slot, &recording, err);
	if (rc)
		return rc;
	recording.whole = !session__born(targets->session, slot)->inside;
	/* taken apart when it is given to a group */
	losses = recording.losses;
	empty = !recording.observed_len;
	targets->moved += recording.moved_len;
	targets->unnamed += unnamed(&recording);
	if (is_nameless(target))
		ask_again(targets, target);
	rc = empty ? 0 : write_one(targets, target, &recording, err);
	if (rc)
		return rc;
	add_losses(&targets->losses, &losses);
	targets->empty += empty;
	targets->recorded += !empty;
	targets->written += !empty && !targets->merge_by;
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

/* Its cgroup was removed, and all news of it were taken. */
static void end(struct each_targets *targets, __u32 slot)
{
	struct each_target *target = &targets->all[slot];
	const uint64_t id = target->id;
	struct err err = {0};

	if (target->gone)
		return;
	target->gone = true;
	/* one below it, of which there was no news, must be known before; the slot may be another's after that */
	each_targets_catch_up(targets);
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

int each_targets_know(struct each_targets *targets, __u32 slot)
{
	int rc;

	if (slot <= SLOT_TOP || slot >= targets->len || targets->all[slot].recorder ||
	    !__atomic_load_n(&session__born(targets->session, slot)->id, __ATOMIC_ACQUIRE))
		return 0;
	rc = add(targets, slot);
	if (rc)
		forget(&targets->all[slot]);
	return rc;
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
	if (slot <= SLOT_TOP || slot >= targets->len)
		return;
	if (each_targets_know(targets, slot))
		return;
	if (targets->all[slot].recorder && time >= session__born(targets->session, slot)->time)
		recorder__take(data, len, targets->all[slot].recorder);
}

void each_targets_take(struct each_targets *targets, const void *data, size_t len)
{
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
	for (__u32 slot = SLOT_TOP + 1; slot < targets->len; slot++)
		if (each_targets_know(targets, slot))
			log_warn("there is no memory for what is recorded");
	for (__u32 slot = SLOT_TOP + 1; slot < targets->len; slot++)
		if (targets->all[slot].recorder &&
		    __atomic_load_n(&session__born(targets->session, slot)->gone, __ATOMIC_ACQUIRE))
			end(targets, slot);
}

/* Containers that could not be asked for at once, because others were just asked for. */
static void name_others(struct each_targets *targets)
{
	if (!targets->nameless || !each_names_can_ask(&targets->names))
		return;
	targets->nameless = false;
	for (__u32 slot = SLOT_TOP + 1; slot < targets->len; slot++) {
		struct each_target *target = &targets->all[slot];

		if (!is_nameless(target) || target->asked == ASKED_MAX)
			continue;
		target->asked++;
		ask_again(targets, target);
		targets->nameless |= is_nameless(target) && target->asked < ASKED_MAX;
	}
}

void each_targets_catch_up(struct each_targets *targets)
{
	if (session__missed_news(targets->session))
		look_at_all(targets);
	name_others(targets);
}

static int add_lineage(const struct lineage *lineage, void *context)
{
	struct each_targets *targets = context;

	if (targets->lineages.len == targets->lineages_room) {
		size_t room = targets->lineages_room ? 2 * targets->lineages_room : 256;
		struct lineage *more = reallocarray(targets->lineages_, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		targets->lineages_ = more;
		targets->lineages_room = room;
	}
	targets->lineages_[targets->lineages.len++] = *lineage;
	targets->lineages.all = targets->lineages_;
	return 0;
}

static void write_group(struct each_group *group, void *context)
{
	struct each_targets *targets = context;
	struct buf own_buf words = BUF_INIT;
	char *own_ptr file = NULL;

	buf__addf(&words, "%s %s below %s (of %zu cgroups)", merge_by_choices[targets->merge_by],
		  group->key, targets->top.path, group->members);
	free(group->recording.target);
	group->recording.target = steal_ptr(&words.data);
	if (!group->recording.target ||
	    write_files(targets, &group->recording, group->key, group->container, &file))
		targets->failed = true;
	else
		targets->written++;
}

int each_targets_end(struct each_targets *targets, struct err *err)
{
	int rc = session__drain(targets->session, err);

	if (rc)
		return rc;
	look_at_all(targets);
	targets->names.took = 0; /* whoever was just asked is asked once more */
	rc = session__each_lineage(targets->session, add_lineage, targets, err);
	for (__u32 slot = SLOT_TOP + 1; !rc && slot < targets->len; slot++) {
		struct err reason = {0};

		if (!targets->all[slot].recorder || targets->all[slot].owner != slot)
			continue;
		/* that one cannot be written is no reason to lose the others */
		if (write_target(targets, slot, &reason)) {
			targets->failed = true;
			if (reason.code)
				log_error("%s", reason.text);
		}
	}
	each_groups_walk(&targets->groups, write_group, targets);
	targets->losses.cgroups += targets->no_room + session__cgroups_missed(targets->session);
	targets->losses.misses = session__misses(targets->session);
	targets->incomplete = targets->losses.cgroups || targets->losses.calls ||
			      targets->losses.misses;
	return rc;
}

void each_targets_tell(const struct each_targets *targets)
{
	if (targets->unnamed)
		log_warn("%zu times a syscall number has no name here, so the profile leaves it out: the recordings have them (--recording DIR)",
			 targets->unnamed);
	if (targets->moved)
		log_warn("%zu processes moved in and ran no exec: their calls are not counted (--count-moved counts them)",
			 targets->moved);
	summary_losses(&targets->losses);
	log_note("recorded %zu cgroups, %zu more called nothing; %zu profiles%s%s",
		 targets->recorded, targets->empty, targets->directory ? targets->written : 0,
		 targets->directory ? " are in " : "", targets->directory ?: "");
}

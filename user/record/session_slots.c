// SPDX-License-Identifier: BSD-2-Clause
/* Slots: whose cgroups are recorded where, and how one is emptied for the next recording. */
#include "base/clock.h"
#include "record/session_private.h"
#include "record/targets.h"
#include "tracer.skel.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

volatile struct slot *session__slot(struct session *session, __u32 slot)
{
	if (session->options.each)
		return &((volatile struct slot *)session->each.slots.data)[slot];
	return &session->skel->bss->slots[slot];
}

/* As struct target has it. */
static __u32 rows_of(const struct session *session, __u32 slot)
{
	return slot * session->cpus;
}

/* What the programs remember of tasks is void: behind each change of the table that concerns cgroups with tasks in them. */
static void void_verdicts(struct session *session)
{
	__atomic_fetch_add(&session->skel->bss->verdicts_epoch, 1, __ATOMIC_SEQ_CST);
}

void session__add_cgroup(struct session *session, __u32 slot, uint64_t id)
{
	if (targets_add(session->skel->bss->targets, id, rows_of(session, slot)) == TARGETS_FULL)
		__atomic_fetch_add(&session__slot(session, slot)->lost_cgroups, 1,
				   __ATOMIC_RELAXED);
	void_verdicts(session);
}

void session__remove_cgroup(struct session *session, uint64_t id)
{
	__u32 slot = session__slot_of(session, id);

	targets_remove(session->skel->bss->targets, id);
	void_verdicts(session);
	if (session->options.each && slot != SLOT_NONE)
		session_each_remove(session, slot, id);
}

void session__take_cgroup(struct session *session, __u32 slot, uint64_t id)
{
	session__add_cgroup(session, slot, id);
	targets_move(session->skel->bss->targets, id, rows_of(session, slot));
	void_verdicts(session); /* again: it was another slot's until now */
}

void session__set_engine_parent(struct session *session, uint64_t id)
{
	__atomic_store_n(&session->skel->bss->engine_parent, id, __ATOMIC_RELEASE);
}

struct entry *session__entry(struct session *session, __u32 slot)
{
	return &((struct entry *)session->entries.data)[slot];
}

__u32 session__slots(const struct session *session)
{
	return session->slots;
}

__u32 session__entries(const struct session *session)
{
	return session->options.each ? 2 : session->slots;
}

static int follow_taken(struct session *session, __u32 slot, const char *name, struct err *err)
{
	return err_set(err, -EBUSY, "a cgroup %s is waited for already%s%s", name,
		       session->entries.data ? ": by recording " : "",
		       session->entries.data ? session__entry(session, slot)->name : "");
}

/* The programs may look at the place at any time: `slot` is written last, and first when it is given up. */
int session__follow(struct session *session, __u32 slot, uint64_t parent, const char *name,
		    struct err *err)
{
	struct follow *follows = session->skel->bss->follows, *place = NULL;
	struct follow_name key = {0};
	uint64_t hash;

	if (!*name || strlen(name) >= sizeof(key.text))
		return err_set(err, -EINVAL, "'%.40s' is not the name of a cgroup", name);
	memcpy(key.text, name, strlen(name));
	hash = follow_hash(&key);
	for (__u32 i = 0; i < FOLLOW_PROBES; i++) {
		struct follow *at = &follows[follow_place(parent, hash, i)];

		if (!at->slot)
			place = place ? place : at;
		else if (at->parent == parent && at->hash == hash)
			return at->slot == slot ? 0 : follow_taken(session, at->slot, name, err);
	}
	if (!place)
		return err_set(err, -ENOSPC,
			       "no room to wait for a cgroup %s: too many are being waited for",
			       name);
	place->parent = parent;
	place->hash = hash;
	place->name = key;
	__atomic_store_n(&place->slot, slot, __ATOMIC_RELEASE);
	return 0;
}

void session__stop_slot(struct session *session, __u32 slot)
{
	struct follow *follows = session->skel->bss->follows;

	for (size_t i = 0; i < FOLLOWS_MAX; i++)
		if (follows[i].slot == slot)
			__atomic_store_n(&follows[i].slot, SLOT_NONE, __ATOMIC_RELEASE);
	targets_remove_slot(session->skel->bss->targets, rows_of(session, slot));
	void_verdicts(session);
}

/* Deletes the entries of a hash whose value, or key, is of the slot: `slot_of` says so. */
static int forget_entries(const struct bpf_map *map, __u32 slot,
			  __u32 (*slot_of)(const void *key, const void *value))
{
	size_t key_size = bpf_map__key_size(map), value_size = bpf_map__value_size(map);
	struct snapshot own_snapshot all = {0};
	int rc = snapshot_take(map, &all);

	for (__u32 i = 0; !rc && i < all.len; i++) {
		const char *key = all.keys + i * key_size;

		if (slot_of(key, all.values + i * value_size) == slot)
			bpf_map_delete_elem(bpf_map__fd(map), key);
	}
	return rc;
}

static __u32 slot_of_apart(const void *key, const void *value)
{
	(void)value;
	return ((const struct apart_key *)key)->slot;
}

static __u32 slot_of_group(const void *key, const void *value)
{
	(void)key;
	return ((const struct group *)value)->slot;
}

static __u32 slot_of_denied(const void *key, const void *value)
{
	(void)value;
	return ((const struct denied_key *)key)->slot;
}

static __u32 slot_of_lineage(const void *key, const void *value)
{
	(void)key;
	return ((const struct lineage *)value)->slot;
}

/* Processes that go on are nobody's: what is logged of them is not the next recording's. */
static void forget_filtered(struct session *session, __u32 slot)
{
	struct filtered *all = session->filtered.data;

	for (size_t i = 0; all && i < FILTERED_LEN; i++)
		if (__atomic_load_n(&all[i].slot, __ATOMIC_RELAXED) == slot)
			__atomic_store_n(&all[i].tgid, 0, __ATOMIC_RELEASE);
}

static void clear_rows(struct session *session, __u32 slot)
{
	if (session->shared_rows) {
		session_shared_clear(session, slot);
		return;
	}
	memset(session_rows(session, slot), 0, session->cpus * sizeof(struct count_row));
	memset((__u64 *)session->first_seen.data + (size_t)slot * ROW_LEN, 0,
	       ROW_LEN * sizeof(__u64));
}

static void clear_timings(struct session *session, __u32 slot)
{
	struct timing *timings = session->timings.data;

	for (__u32 cpu = 0; cpu < session->cpus; cpu++)
		memset(&timings[((size_t)cpu * session->slots + slot) * ROW_LEN], 0,
		       ROW_LEN * sizeof(*timings));
}

int session__clear_slot(struct session *session, __u32 slot, struct err *err)
{
	struct tracer_bpf *skel = session->skel;
	int rc;

	/* first of all: whoever is killed here leaves a free slot, and what is in it is forgotten once more before it is used */
	if (session->entries.data)
		memset(session__entry(session, slot), 0, sizeof(struct entry));
	/* it is one recording, and never another one */
	if (session->options.each)
		return 0;
	rc = forget_entries(skel->maps.apart, slot, slot_of_apart);
	if (!rc)
		rc = forget_entries(skel->maps.groups, slot, slot_of_group);
	if (!rc)
		rc = forget_entries(skel->maps.lineages, slot, slot_of_lineage);
	if (!rc && session->options.denials)
		rc = forget_entries(skel->maps.denials, slot, slot_of_denied);
	if (!rc && session->options.timing)
		rc = forget_entries(skel->maps.timings_apart, slot, slot_of_apart);
	if (!rc)
		rc = session_forget_args(session, slot);
	if (rc)
		return err_errno(err, rc, "cannot forget what was recorded before");
	clear_rows(session, slot);
	if (session->options.timing)
		clear_timings(session, slot);
	forget_filtered(session, slot);
	memset(&skel->bss->slots[slot], 0, sizeof(struct slot));
	skel->bss->denials_lost[slot] = 0;
	skel->bss->denials_len[slot] = 0;
	skel->bss->apart_len[slot] = 0;
	if (session->entries.data)
		session_news_make_room(session);
	return 0;
}

void session__renew_denials(struct session *session, __u32 slot)
{
	__atomic_store_n(&session->skel->bss->denials_since[slot], clock_kernel_ns(),
			 __ATOMIC_RELEASE);
}

static void offer_slot(struct session *session, __u32 slot)
{
	session->skel->bss->slots[slot].armed = 1;
	session->skel->bss->slots[slot].flags = SLOT_UNDECIDED;
	__atomic_store_n(&session->skel->bss->vacant[slot], 1, __ATOMIC_RELEASE);
}

void session__welcome_newborns(struct session *session, size_t name_min)
{
	for (__u32 slot = session->options.slots + 1; slot < session->slots; slot++)
		offer_slot(session, slot);
	session->skel->bss->newborns_name_min = name_min < NEWBORN_NAME_MAX ? name_min :
									      NEWBORN_NAME_MAX;
	__atomic_store_n(&session->skel->bss->newborns_welcome, 1, __ATOMIC_RELEASE);
}

void session__keep_newborn(struct session *session, __u32 slot)
{
	__atomic_fetch_and(&session->skel->bss->slots[slot].flags, ~SLOT_UNDECIDED,
			   __ATOMIC_RELEASE);
}

int session__dismiss_newborn(struct session *session, __u32 slot, struct err *err)
{
	int rc;

	session__stop_slot(session, slot);
	rc = session__clear_slot(session, slot, err);
	if (!rc)
		offer_slot(session, slot);
	return rc;
}

void session__ignore_newborns(struct session *session)
{
	__atomic_store_n(&session->skel->bss->newborns_welcome, 0, __ATOMIC_RELEASE);
}

uint64_t session__newborns_missed(const struct session *session)
{
	return __atomic_load_n(&session->skel->bss->newborns_missed, __ATOMIC_RELAXED);
}

bool session__has_targets(const struct session *session, __u32 slot)
{
	return targets_any(session->skel->bss->targets, rows_of(session, slot));
}

__u32 session__slot_of(const struct session *session, uint64_t id)
{
	return targets_rows(session->skel->bss->targets, id) / session->cpus;
}

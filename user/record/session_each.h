/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session of each cgroup (options.each, bpf/each.bpf.h): every cgroup below those with the flag SLOT_EACH has a slot of its own, from its
 * birth on, and what was counted in a slot can be read and forgotten while others are recorded, without bpf(2).
 *
 * Slots are either vacant, for the programs to give to newborn cgroups, or somebody's. All begin as nobody's, for user space to use or to offer.
 */
#pragma once

#include "record/session.h"

/* The slot of the cgroup below which each is recorded: not itself. */
#define EACH_TOP 1

/** Puts a slot that is nobody's among the vacant ones. `flags` are what it begins with: enum slot_flags, without SLOT_EACH. */
void session__offer_slot(struct session *session, __u32 slot, __u32 flags);

/** A cgroup that exists gets a slot that is nobody's; it is not armed. */
void session__give_slot(struct session *session, __u32 slot, uint64_t id, __u32 parent_slot,
			const char *name, __u32 flags);

/** What is made below the cgroup of the slot from here on shares it. */
void session__share_slot(struct session *session, __u32 slot);

/** Forgets all that was counted in a slot whose cgroup is gone, and offers it. Not of one that has spilled. */
void session__reuse_slot(struct session *session, __u32 slot, __u32 flags);

/** Whose is the slot? The name may be any bytes. Shared with the programs. */
const volatile struct each_born *session__born(const struct session *session, __u32 slot);

/** Has a change of session__born() come, since it was asked last, that there was no news of? */
bool session__missed_news(struct session *session);

/** Cgroups that were not recorded, because no slot was vacant. */
uint64_t session__cgroups_missed(const struct session *session);
/** There was none for one that exists. */
void session__miss_cgroup(struct session *session);

/**
 * As session__each_apart(), of one slot, and at any time. `spilled` (after detach only): what found no room in the slot's own table
 * as well.
 */
int session__each_apart_of(const struct session *session, __u32 slot, bool spilled,
			   int (*fn)(const struct apart_key *key, const struct apart_calls *calls,
				     void *context),
			   void *context, struct err *err) must_check;

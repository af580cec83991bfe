// SPDX-License-Identifier: BSD-2-Clause
#include "record/session_each.h"
#include "base/clock.h"
#include "record/session_private.h"
#include "tracer.skel.h"

#include <bpf/libbpf.h>
#include <string.h>

#define GROUPS_MAX 131072

int session_configure_each(struct session *session)
{
	struct tracer_bpf *skel = session->skel;
	const struct {
		struct bpf_map *map;
		__u32 len;
	} maps[] = {
		{skel->maps.each_slots, session->slots},
		{skel->maps.each_apart, session->slots},
		{skel->maps.each_births, session->slots},
		{skel->maps.each_vacant, EACH_SLOTS_MAX},
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_LEN(maps); i++)
		rc = session->options.each ? bpf_map__set_max_entries(maps[i].map, maps[i].len) :
					     bpf_map__set_autocreate(maps[i].map, false);
	if (rc || !session->options.each)
		return rc;
	skel->rodata->cfg_each = true;
	skel->rodata->cfg_tell_gone = false;
	rc = bpf_map__set_max_entries(skel->maps.groups, GROUPS_MAX);
	return rc ? rc : bpf_map__set_max_entries(skel->maps.lineages, GROUPS_MAX);
}

int session_map_each(struct session *session)
{
	struct tracer_bpf *skel = session->skel;
	struct each_views *each = &session->each;
	int rc = session_map_view(skel->maps.each_slots, true, &each->slots);

	rc = rc ? rc : session_map_view(skel->maps.each_apart, true, &each->apart);
	rc = rc ? rc : session_map_view(skel->maps.each_births, true, &each->births);
	return rc ? rc : session_map_view(skel->maps.each_vacant, true, &each->vacant);
}

void session_unmap_each(struct session *session)
{
	struct each_views *each = &session->each;

	session_unmap_view(&each->slots);
	session_unmap_view(&each->apart);
	session_unmap_view(&each->births);
	session_unmap_view(&each->vacant);
}

static volatile struct each_born *born_of(const struct session *session, __u32 slot)
{
	return &((volatile struct each_born *)session->each.births.data)[slot];
}

void session_each_remove(struct session *session, __u32 slot, uint64_t id)
{
	volatile struct each_born *born = born_of(session, slot);

	if (born->id != id || born->gone)
		return; /* one below it, which shares its slot; or a program was as fast */
	__atomic_store_n(&born->gone, clock_kernel_ns(), __ATOMIC_RELEASE);
	__atomic_fetch_add(&session->skel->bss->each_untold, 1, __ATOMIC_RELEASE);
}

const volatile struct each_born *session__born(const struct session *session, __u32 slot)
{
	return born_of(session, slot);
}

void session__offer_slot(struct session *session, __u32 slot, __u32 flags)
{
	struct tracer_bpf__bss *bss = session->skel->bss;
	__u64 *vacant = session->each.vacant.data;

	session__slot(session, slot)->armed = 1;
	session__slot(session, slot)->flags = flags | SLOT_EACH;
	vacant[bss->each_tail % EACH_SLOTS_MAX] = slot;
	__atomic_store_n(&bss->each_tail, bss->each_tail + 1, __ATOMIC_RELEASE);
}

void session__give_slot(struct session *session, __u32 slot, uint64_t id, __u32 parent_slot,
			const char *name, __u32 flags)
{
	volatile struct each_born *born = born_of(session, slot);

	session__slot(session, slot)->flags = flags;
	born->parent_slot = parent_slot;
	snprintf((char *)born->name, sizeof(born->name), "%s", name);
	__atomic_store_n(&born->id, id, __ATOMIC_RELEASE);
	session__add_cgroup(session, slot, id);
}

void session__share_slot(struct session *session, __u32 slot)
{
	__atomic_fetch_and(&session__slot(session, slot)->flags, ~SLOT_EACH, __ATOMIC_RELEASE);
}

void session__reuse_slot(struct session *session, __u32 slot, __u32 flags)
{
	volatile struct slot *state = session__slot(session, slot);

	memset((struct each_aparts *)session->each.apart.data + slot, 0,
	       sizeof(struct each_aparts));
	memset((void *)born_of(session, slot), 0, sizeof(struct each_born));
	memset((void *)state, 0, sizeof(*state));
	session_shared_clear(session, slot);
	session__offer_slot(session, slot, flags);
}

bool session__missed_news(struct session *session)
{
	uint64_t untold = __atomic_load_n(&session->skel->bss->each_untold, __ATOMIC_ACQUIRE);
	bool more = untold != session->each.untold;

	session->each.untold = untold;
	return more;
}

void session__miss_cgroup(struct session *session)
{
	__atomic_fetch_add(&session->skel->bss->each_missed, 1, __ATOMIC_RELAXED);
}

uint64_t session__cgroups_missed(const struct session *session)
{
	return __atomic_load_n(&session->skel->bss->each_missed, __ATOMIC_RELAXED);
}

struct apart_of {
	__u32 slot;
	int (*fn)(const struct apart_key *key, const struct apart_calls *calls, void *context);
	void *context;
};

static int call_if_of(const struct apart_key *key, const struct apart_calls *calls, void *context)
{
	const struct apart_of *of = context;

	return key->slot == of->slot ? of->fn(key, calls, of->context) : 0;
}

int session__each_apart_of(const struct session *session, __u32 slot, bool spilled,
			   int (*fn)(const struct apart_key *key, const struct apart_calls *calls,
				     void *context),
			   void *context, struct err *err)
{
	const struct each_aparts *table = (struct each_aparts *)session->each.apart.data + slot;
	struct apart_of of = {.slot = slot, .fn = fn, .context = context};

	for (size_t i = 0; i < EACH_APART_LEN; i++) {
		const struct each_apart *at = &table->calls[i];
		struct apart_calls calls;
		int rc = 0;

		if (__atomic_load_n(&at->key.slot, __ATOMIC_ACQUIRE) == slot) {
			calls.calls = __atomic_load_n(&at->calls, __ATOMIC_RELAXED);
			calls.first = at->first;
			rc = fn(&at->key, &calls, context);
		}
		if (rc)
			return err_errno(err, rc, "cannot keep what was recorded");
	}
	return spilled ? session__each_apart(session, call_if_of, &of, err) : 0;
}

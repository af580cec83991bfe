/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * A session of each cgroup: every cgroup below one has a slot of its own, those that are made meanwhile from their birth
 * on, and the slot of one that was removed is used again. So slots are small, and all that is counted in one can be read and
 * cleared through mmap: rows that CPUs share, and a table of what is counted in `apart` elsewhere.
 *
 * The table of births is the truth about who has a slot, and records on the ring only tell that it has changed; user space looks at all of it
 * when there was no room for one.
 */
#ifndef WHITTLE_EACH_BPF_H
#define WHITTLE_EACH_BPF_H

#include "target.bpf.h"
#include <bpf/bpf_core_read.h>

/* Vacant slots, in a ring: user space puts them in at the tail, the programs take them from the head. */
__u32 each_head, each_tail;
/* Cgroups that found no vacant slot. */
__u64 each_missed;
/* Changes that there was no room on the ring to tell of. */
__u64 each_untold;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, EACH_SLOTS_MAX);
	__type(key, __u32);
	__type(value, __u64);
} each_vacant SEC(".maps");

/* slot -> all calls that have no counter in its rows (shared.bpf.h). What finds no room goes to `apart`. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set at load: slots */
	__type(key, __u32);
	__type(value, struct each_aparts);
} each_apart SEC(".maps");

/* slot -> whose it is. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set at load: slots */
	__type(key, __u32);
	__type(value, struct each_born);
} each_births SEC(".maps");

static __always_inline bool each_is_of(const struct each_apart *at, const struct apart_key *key)
{
	return at->key.slot == key->slot && at->key.nr == key->nr && at->key.sub == key->sub &&
	       at->key.image == key->image && at->key.call_class == key->call_class &&
	       at->key.abi == key->abi;
}

/*
 * Counts any other call. 1: it is the first of its key, as far as one CPU can tell (another may be writing the same one: user
 * space adds up); 0: it is not; -1: there is no room.
 */
static __noinline int each_count_apart(const struct apart_key *key)
{
	__u32 slot = key->slot;
	struct each_aparts *table = bpf_map_lookup_elem(&each_apart, &slot);
	struct each_born *born = bpf_map_lookup_elem(&each_births, &slot);
	__u32 place = ((__u32)key->nr * 5 + key->sub * 67 + key->image * 41 +
		       key->call_class * 131 + key->abi * 97);

	if (!table || !born)
		return -1;
	for (int i = 0; i < EACH_PROBES; i++) {
		struct each_apart *at = &table->calls[bounded(place + i, EACH_APART_LEN)];

		if (each_is_of(at, key)) {
			atomic_add(&at->calls, 1);
			return 0;
		}
		if (at->key.slot != SLOT_NONE ||
		    __sync_val_compare_and_swap(&at->key.slot, SLOT_NONE, EACH_APART_TAKEN) !=
			    SLOT_NONE)
			continue;
		at->key.nr = key->nr;
		at->key.sub = key->sub;
		at->key.image = key->image;
		at->key.call_class = key->call_class;
		at->key.abi = key->abi;
		at->calls = 1;
		at->first = bpf_ktime_get_ns();
		__sync_lock_test_and_set(&at->key.slot, slot);
		return 1;
	}
	born->spilled = 1;
	return -1;
}

/* Somebody was in the slot's cgroup before it was armed. */
static __always_inline void each_note_inside(__u32 slot)
{
	struct each_born *born = bpf_map_lookup_elem(&each_births, &slot);

	if (born)
		born->inside = 1;
}

/* SLOT_NONE: there is none. */
static __always_inline __u32 each_take_slot(void)
{
	for (int i = 0; i < 8; i++) {
		__u32 head = each_head, place = bounded(head, EACH_SLOTS_MAX);
		__u64 *slot = bpf_map_lookup_elem(&each_vacant, &place);
		__u32 taken;

		/* atomic, so that what is behind the tail is loaded after it */
		if (!slot || head == __sync_fetch_and_add(&each_tail, 0))
			break;
		taken = *slot;
		if (__sync_val_compare_and_swap(&each_head, head, head + 1) == head)
			return taken;
	}
	return SLOT_NONE;
}

/* User space finds the change in the table, too. */
static __always_inline void each_tell(__u32 slot, __u64 id, __u64 gone)
{
	struct ev_each *ev = bpf_ringbuf_reserve(&ring, sizeof(*ev), 0);

	if (!ev) {
		atomic_add(&each_untold, 1);
		return;
	}
	*ev = (struct ev_each){.kind = EV_EACH, .slot = slot, .id = id, .gone = gone};
	bpf_ringbuf_submit(ev, 0);
}

static __always_inline bool each_is_hex(__u8 c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/*
 * Is it a unit or a container, so that what is made below it is part of it? By the end of its name, of `len` characters: user
 * space says the same (user/target/kind.c), but later, and containers may divide themselves at once.
 */
static __noinline bool each_is_whole(const char *text, const struct each_born *born, __u32 len)
{
	union {
		char text[8];
		__u64 word;
	} tail = {0}, service = {.text = {'.', 's', 'e', 'r', 'v', 'i', 'c', 'e'}},
	  scope = {.text = {0, 0, '.', 's', 'c', 'o', 'p', 'e'}};
	const char *name = born->name;

	if (len <= sizeof(tail) || len >= CGROUP_NAME_LEN)
		return false;
	bpf_probe_read_kernel(tail.text, sizeof(tail), text + len - sizeof(tail));
	if (tail.word == service.word)
		return name[0] != 'u' || name[1] != 's' || name[2] != 'e' || name[3] != 'r' ||
		       name[4] != '@';
	if ((tail.word >> 16) == (scope.word >> 16))
		return true;
	/* 64 digits of a container's id, as far as anybody must know here. Leaves at the first that is none: counted, the verifier follows each number */
	for (int i = 0; i < (int)sizeof(tail); i++)
		if (!each_is_hex(tail.text[i]))
			return false;
	return len >= 64;
}

/* A cgroup was made below that of `parent_slot`. */
static __noinline void each_add(__u64 id, const char *name, __u32 parent_slot)
{
	__u32 slot = each_take_slot();
	struct each_born *born = bpf_map_lookup_elem(&each_births, &slot);
	long len;

	if (slot == SLOT_NONE || !born) {
		atomic_add(&each_missed, 1);
		return;
	}
	born->time = bpf_ktime_get_ns();
	born->parent_slot = parent_slot;
	len = bpf_probe_read_kernel_str(born->name, sizeof(born->name), name);
	if (len < 0)
		born->name[0] = 0;
	else if (each_is_whole(name, born, len - 1))
		slot_of(slot)->flags &= ~SLOT_EACH;
	__sync_lock_test_and_set(&born->id, id);
	target_add(id, slot);
	each_tell(slot, id, 0);
}

/* A cgroup of the slot was removed: its own, or one below it that shares it. */
static __noinline void each_remove(__u64 id, __u32 slot)
{
	struct each_born *born = bpf_map_lookup_elem(&each_births, &slot);
	__u64 gone;

	if (!born || born->id != id)
		return;
	gone = bpf_ktime_get_ns();
	__sync_lock_test_and_set(&born->gone, gone);
	each_tell(slot, id, gone);
}

#endif

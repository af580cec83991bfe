/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Arguments: for the calls that user space asks for (cfg_arg_rows) every distinct tuple of their arguments is kept, under the
 * masks that take away what does not matter. Nothing of this is left in the programs of a recording that keeps none:
 * cfg_args is constant, and the verifier removes what hangs on it.
 *
 * A profile must never be tighter than what was called. So a tuple that there is no room for opens its call: from
 * then on the call is not looked at any more, and user space leaves it unconstrained.
 */
#ifndef WHITTLE_ARGS_BPF_H
#define WHITTLE_ARGS_BPF_H

#include "abi.bpf.h"

const volatile bool cfg_args = false;
/* Of calls that filters stop, and of no others: the programs that count calls know nothing of it. */
const volatile bool cfg_denied_args = false;
/* Distinct tuples of a call in a slot; one more opens it. */
const volatile __u32 cfg_args_max = 0;
/* row -> index into cfg_arg_masks; 0: arguments do not matter */
const volatile __u8 cfg_arg_rows[ROW_LEN] = {};
const volatile struct arg_masks cfg_arg_masks[ARG_SPECS_MAX] = {};

/* The tuples themselves: written by sys_enter and the inventory, read at the end. Its size is set at load. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct tuple);
	__type(value, __u64);
} tuples SEC(".maps");

/* (slot, row) -> distinct tuples; above cfg_args_max the call is open. TUPLES_LOST is added where the map was full. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set at load: slots x ROW_LEN */
	__type(key, __u32);
	__type(value, __u64); /* an array has 8 bytes for each element anyhow */
} tuple_counts SEC(".maps");

static __always_inline __u64 *args_count(__u32 slot, __u32 row)
{
	__u32 key = slot * ROW_LEN + row;

	return bpf_map_lookup_elem(&tuple_counts, &key);
}

static __always_inline void args_mask(__u64 values[6], __u32 spec)
{
	const volatile struct arg_masks *masks = &cfg_arg_masks[bounded(spec, ARG_SPECS_MAX)];

	for (int i = 0; i < 6; i++)
		values[i] &= masks->values[i];
}

/* Where a tuple of workload is known by, in a row; if its call is kept by the first arguments alone. */
static __always_inline struct known_tuple *args_place(struct count_row *counters, __u32 spec,
						      const __u64 values[KNOWN_VALUES])
{
	__u64 hash = ((values[0] * 31 + values[1]) * 31 + values[2]) * 31 + spec;
	struct known_tuple *place =
		&counters->known[bounded(hash * 0x9E3779B97F4A7C15ULL >> 58, KNOWN_TUPLES)];

	asm volatile("" : "+r"(place)); /* else the compiler adds it up anew for each use */
	return place;
}

static __always_inline bool args_is_at(const struct known_tuple *place, __u32 spec,
				       const __u64 values[KNOWN_VALUES])
{
	return place->spec == spec && place->values[0] == values[0] &&
	       place->values[1] == values[1] && place->values[2] == values[2];
}

/*
 * HOT PATH of a native call whose arguments are kept: were they met on this CPU? A lookup in the hash costs as much as an empty
 * program. By the first arguments alone, as nearly all calls are kept: others have no place.
 */
static __always_inline bool args_met(struct count_row *counters, __u32 row, struct pt_regs *regs)
{
	__u32 spec = cfg_arg_rows[bounded(row, ROW_LEN)];
	const volatile struct arg_masks *masks = &cfg_arg_masks[spec];
	__u64 values[6];

	abi_args_typed(values, false, regs);
	for (int i = 0; i < KNOWN_VALUES; i++)
		values[i] &= masks->values[i];
	return args_is_at(args_place(counters, spec, values), spec, values);
}

/*
 * Has a call of workload been made with these arguments before, or do they not matter any more? `typed`: regs may be read directly. Not
 * inlined: with its tuple on the stack nobody who calls it has room for the cold path (512 bytes for a chain of calls up to 6.12).
 */
static __noinline bool args_known(struct count_row *counters, __u32 row, bool compat,
				  struct pt_regs *regs, bool typed)
{
	__u32 spec = cfg_arg_rows[bounded(row, ROW_LEN)];
	struct tuple tuple = {.slot = counters->slot, .row = row, .call_class = CLASS_WORKLOAD};
	const volatile struct arg_masks *masks = &cfg_arg_masks[bounded(spec, ARG_SPECS_MAX)];
	bool has_place = !(masks->values[3] | masks->values[4] | masks->values[5]);
	struct known_tuple *place;
	__u64 *count;

	if (typed)
		abi_args_typed(tuple.values, compat, regs);
	else
		abi_args(tuple.values, compat ? ABI_COMPAT : ABI_NATIVE, regs);
	args_mask(tuple.values, spec);
	place = args_place(counters, spec, tuple.values);
	if (likely(has_place && args_is_at(place, spec, tuple.values)))
		return true;
	count = args_count(tuple.slot, row);
	if (!count)
		return false;
	if (*count > cfg_args_max) { /* open: not to be looked at any more */
		counters->calls[bounded(row, ROW_LEN)] &= ~COUNT_ARGS;
		return true;
	}
	if (!bpf_map_lookup_elem(&tuples, &tuple))
		return false;
	if (has_place) {
		place->spec = spec;
		place->values[0] = tuple.values[0];
		place->values[1] = tuple.values[1];
		place->values[2] = tuple.values[2];
	}
	return true;
}

/* Cold: keeps the arguments of a call, of any class. */
static __noinline int args_note(const struct apart_key *key, __u32 row, struct pt_regs *regs)
{
	__u32 spec = cfg_arg_rows[bounded(row, ROW_LEN)];
	struct tuple tuple = {.slot = key->slot,
			      .row = row,
			      .call_class = key->call_class,
			      .image = key->image};
	__u64 one = 1, *count;
	long rc;

	if (!spec)
		return 0;
	count = args_count(key->slot, row);
	if (!count || *count > cfg_args_max)
		return 0;
	abi_args(tuple.values, key->abi, regs);
	args_mask(tuple.values, spec);
	if (bpf_map_lookup_elem(&tuples, &tuple))
		return 0;
	rc = bpf_map_update_elem(&tuples, &tuple, &one, BPF_NOEXIST);
	if (!rc)
		atomic_add(count, 1);
	else if (!bpf_map_lookup_elem(&tuples, &tuple)) /* else another CPU was faster */
		atomic_add(count, TUPLES_LOST);
	return 0;
}

#endif

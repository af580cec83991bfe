// SPDX-License-Identifier: BSD-2-Clause
/* Arguments, as the programs are told to keep them and as they are read: bpf/args.bpf.h. */
#include "record/session_private.h"
#include "tracer.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#define TUPLES_MIN_ROOM 8192
#define TUPLES_MAX_ROOM 65536

_Static_assert(ARGS_PLAN_MAX < ARG_SPECS_MAX, "0 is none");
_Static_assert(ARGS_CAP_MAX < TUPLES_LOST, "a cap is no loss");

__u32 session__row(const struct syscall *call)
{
	if (syscall_is_multiplexer(call))
		return ROW_OUTSIDE; /* no arguments are kept of those */
	if (call->arch == ARCH_X32)
		return call->nr < ROW_X32_NUMBERS ? ROW_X32 + call->nr : ROW_OUTSIDE;
	if (call->nr >= ROW_ABI_NUMBERS)
		return ROW_OUTSIDE;
	return (call->arch == arch_host(call->arch) ? ROW_NATIVE : ROW_COMPAT) + call->nr;
}

int session_configure_args(struct session *session)
{
	const struct arg_plan *plan = session->options.args;
	struct tracer_bpf *skel = session->skel;
	size_t room = 2 * plan->cap * plan->calls.len * session->slots;
	int rc;

	skel->rodata->cfg_args = !session->options.args_denied;
	skel->rodata->cfg_denied_args = session->options.args_denied;
	skel->rodata->cfg_args_max = plan->cap;
	for (size_t i = 0; i < plan->calls.len; i++) {
		const struct tuples *call = &plan->calls.calls[i];
		__u32 row = session__row(&call->call);

		if (call->open || row == ROW_OUTSIDE)
			continue;
		((__u8 *)skel->rodata->cfg_arg_rows)[row] = i + 1;
		memcpy((void *)&skel->rodata->cfg_arg_masks[i + 1], call->masks,
		       sizeof(call->masks));
	}
	room = room < TUPLES_MIN_ROOM ? TUPLES_MIN_ROOM : room;
	rc = bpf_map__set_max_entries(skel->maps.tuples,
				      room < TUPLES_MAX_ROOM ? room : TUPLES_MAX_ROOM);
	return rc ? rc :
		    bpf_map__set_max_entries(skel->maps.tuple_counts,
					     (size_t)session->slots * ROW_LEN);
}

/* What is kept of a call, as the programs have it. */
static int find_call(struct session *session, const struct syscall *call)
{
	__u32 row = session__row(call);
	__u8 spec = row == ROW_OUTSIDE ? 0 : session->skel->rodata->cfg_arg_rows[row];
	struct arg_masks masks;

	if (!spec)
		return 0;
	memcpy(&masks, (const void *)&session->skel->rodata->cfg_arg_masks[spec], sizeof(masks));
	return tuples_make(&session->plan.calls, call, (const uint64_t *)masks.values) ? 0 :
											 -ENOMEM;
}

/* Calls whose arguments no program can keep: they are open, whether anybody asked for them or not. */
static int find_in_memory(struct session *session, enum arch arch)
{
	static const uint64_t none[TUPLE_ARGS] = {0};
	const struct arg_row *row;

	for (size_t i = 0; (row = args_row_at(i)); i++) {
		struct syscall call = {.arch = arch};
		struct tuples *tuples;

		if (args_row(arch, row->name) != row || !row->memory ||
		    !syscall_resolve(arch, row->name, &call.nr))
			continue;
		tuples = tuples_make(&session->plan.calls, &call, none);
		if (!tuples)
			return -ENOMEM;
		tuples_open(tuples, OPEN_MEMORY);
	}
	return 0;
}

int session_find_args(struct session *session)
{
	const enum arch native = arch_native();
	const enum arch arches[] = {native, arch_compat(native),
				    native == ARCH_X86_64 ? ARCH_X32 : ARCH_INVALID};
	int rc = 0;

	if (!session->skel->rodata->cfg_args)
		return 0;
	session->plan.cap = session->skel->rodata->cfg_args_max;
	for (size_t i = 0; !rc && i < ARRAY_LEN(arches); i++) {
		struct syscall call = {.arch = arches[i]};

		if (arches[i] == ARCH_INVALID)
			continue;
		for (; !rc && call.nr < ROW_X32_NUMBERS; call.nr++)
			rc = find_call(session, &call);
		if (!rc)
			rc = find_in_memory(session, arches[i]);
	}
	session->options.args = &session->plan;
	return rc;
}

const struct arg_plan *session__args(const struct session *session)
{
	return session->options.args_denied ? NULL : session->options.args;
}

const struct arg_plan *session__denied_args(const struct session *session)
{
	return session->options.args_denied ? session->options.args : NULL;
}

__u64 session__tuple_count(const struct session *session, __u32 slot, __u32 row)
{
	const __u64 *counts = session->tuple_counts.data;

	return __atomic_load_n(&counts[(size_t)slot * ROW_LEN + row], __ATOMIC_RELAXED);
}

int session__each_tuple(const struct session *session,
			int (*fn)(const struct tuple *tuple, void *context), void *context,
			struct err *err)
{
	struct snapshot own_snapshot all = {0};
	int rc = snapshot_take(session->skel->maps.tuples, &all);

	if (rc)
		return err_errno(err, rc, "cannot read the arguments of calls");
	for (__u32 i = 0; !rc && i < all.len; i++)
		rc = fn((const struct tuple *)all.keys + i, context);
	return rc;
}

int session_forget_args(struct session *session, __u32 slot)
{
	const struct bpf_map *map = session->skel->maps.tuples;
	struct snapshot own_snapshot all = {0};
	int rc = session->options.args ? snapshot_take(map, &all) : 0;

	if (rc || !session->options.args)
		return rc;
	for (__u32 i = 0; i < all.len; i++) {
		const struct tuple *tuple = (const struct tuple *)all.keys + i;

		if (tuple->slot == slot)
			bpf_map_delete_elem(bpf_map__fd(map), tuple);
	}
	memset((__u64 *)session->tuple_counts.data + (size_t)slot * ROW_LEN, 0,
	       ROW_LEN * sizeof(__u64));
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/* What was counted, as it is read while a session runs and at its end. */
#include "record/session_private.h"
#include "tracer.skel.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->keys);
	free(snapshot->values);
}

int snapshot_take(const struct bpf_map *map, struct snapshot *out)
{
	/* what comes and goes meanwhile may be seen in both places */
	__u32 room = 2 * bpf_map__max_entries(map), position;
	int rc;

	out->keys = reallocarray(NULL, room, bpf_map__key_size(map));
	out->values = reallocarray(NULL, room, bpf_map__value_size(map));
	out->len = room;
	if (!out->keys || !out->values)
		return -ENOMEM;
	rc = bpf_map_lookup_batch(bpf_map__fd(map), NULL, &position, out->keys, out->values,
				  &out->len, NULL);
	return rc == -ENOENT ? 0 : rc; /* the end was reached */
}

struct count_row *session_rows(const struct session *session, __u32 slot)
{
	struct count_row *all = session->hook->few_rows ? session->skel->bss->few_rows :
							  session->counts.data;

	return &all[(size_t)slot * session->cpus];
}

uint64_t session__count(const struct session *session, __u32 slot, __u32 row)
{
	const struct count_row *rows = session_rows(session, slot);
	uint64_t sum = 0;

	if (session->shared_rows)
		return session_shared_count(session, slot, row);
	if (!row_is_counter(row))
		return 0;
	for (__u32 cpu = 0; cpu < session->cpus; cpu++)
		sum += __atomic_load_n(&rows[cpu].calls[row], __ATOMIC_RELAXED) & ~COUNT_ARGS;
	return sum;
}

uint64_t session__first_seen(const struct session *session, __u32 slot, __u32 row)
{
	const uint64_t *times = session->first_seen.data;

	if (session->shared_rows)
		return session_shared_first(session, slot, row);
	return __atomic_load_n(&times[(size_t)slot * ROW_LEN + row], __ATOMIC_RELAXED);
}

struct timing session__timing(const struct session *session, __u32 slot, __u32 row)
{
	const struct timing *timings = session->timings.data;
	struct timing sum = {0};

	for (__u32 cpu = 0; session->options.timing && cpu < session->cpus; cpu++) {
		const struct timing *t =
			&timings[((size_t)cpu * session->slots + slot) * ROW_LEN + row];

		sum.ns += t->ns;
		sum.errors += t->errors;
	}
	return sum;
}

struct timing session__timing_apart(const struct session *session, const struct apart_key *key)
{
	int fd = session->options.timing ? bpf_map__fd(session->skel->maps.timings_apart) : -1;
	struct timing timing = {0};

	if (fd >= 0 && bpf_map_lookup_elem(fd, key, &timing))
		timing = (struct timing){0}; /* no call of it has ended */
	return timing;
}

int session__each_apart(const struct session *session,
			int (*fn)(const struct apart_key *key, const struct apart_calls *calls,
				  void *context),
			void *context, struct err *err)
{
	struct snapshot own_snapshot all = {0};
	int rc = snapshot_take(session->skel->maps.apart, &all);

	if (rc)
		return err_errno(err, rc, "cannot read the calls that were kept apart");
	for (__u32 i = 0; !rc && i < all.len; i++)
		rc = fn((const struct apart_key *)all.keys + i,
			(const struct apart_calls *)all.values + i, context);
	return rc;
}

int session__each_lineage(const struct session *session,
			  int (*fn)(const struct lineage *lineage, void *context), void *context,
			  struct err *err)
{
	struct snapshot own_snapshot all = {0};
	int rc = snapshot_take(session->skel->maps.lineages, &all);

	if (rc)
		return err_errno(err, rc, "cannot read who is still in set-up");
	for (__u32 i = 0; !rc && i < all.len; i++)
		rc = fn((const struct lineage *)all.values + i, context);
	return rc;
}

bool session__sees_denials(const struct session *session)
{
	return session->options.denials;
}

int session__need_denials(const struct session *session, struct err *err)
{
	return session__sees_denials(session) ?
		       0 :
		       err_set(err, -ENOTSUP,
			       "this kernel does not load the programs that see denied calls (Linux 5.15 does, on arm64 5.18)");
}

bool session__sees_logged(const struct session *session)
{
	return session->logged;
}

int session__each_denial(const struct session *session,
			 int (*fn)(const struct denied_key *key, uint64_t count, void *context),
			 void *context, struct err *err)
{
	struct snapshot own_snapshot all = {0};
	int rc = session->options.denials ? snapshot_take(session->skel->maps.denials, &all) : 0;

	if (rc)
		return err_errno(err, rc, "cannot read the denied calls");
	for (__u32 i = 0; !rc && i < all.len; i++)
		rc = fn((const struct denied_key *)all.keys + i, ((const uint64_t *)all.values)[i],
			context);
	return rc;
}

uint64_t session__denials_lost(const struct session *session, __u32 slot)
{
	return __atomic_load_n(&session->skel->bss->denials_lost[slot], __ATOMIC_RELAXED);
}

bool session__filtered(const struct session *session, __u32 tgid, struct filtered *out)
{
	const struct filtered *all = session->filtered.data;
	const struct filtered *at = all ? &all[tgid % FILTERED_LEN] : NULL;

	if (!at || !tgid || __atomic_load_n(&at->tgid, __ATOMIC_ACQUIRE) != tgid)
		return false;
	*out = *at;
	/* a program may have given the place to another process meanwhile */
	return __atomic_load_n(&at->tgid, __ATOMIC_ACQUIRE) == tgid && out->slot < SLOTS_MAX;
}

bool session__can_read(const struct session *session)
{
	struct apart_key key;

	return !bpf_map_get_next_key(bpf_map__fd(session->skel->maps.apart), NULL, &key) ||
	       errno == ENOENT;
}

static uint64_t program_misses(int fd)
{
	struct bpf_prog_info info = {0};
	__u32 len = sizeof(info);

	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) ? info.recursion_misses : 0;
}

/* Of the programs that are looked at. They are there when they are attached no more; whoever has not loaded them has those that are. */
static uint64_t misses_of(const struct session *session,
			  bool (*looked_at)(const struct session *, const struct bpf_program *))
{
	struct bpf_program *program;
	uint64_t misses = 0;

	bpf_object__for_each_program(program, session->skel->obj)
	{
		if (looked_at(session, program))
			misses += program_misses(bpf_program__fd(program));
	}
	for (size_t i = 0; i < session->links_len; i++)
		if (looked_at(session, session->links[i].program))
			misses += program_misses(session->links[i].program_fd);
	return misses;
}

uint64_t session__enters_missed(const struct session *session)
{
	return misses_of(session, session_hook_notes_enters);
}

uint64_t session__misses(const struct session *session)
{
	return misses_of(session, session_hook_counts_in);
}

// SPDX-License-Identifier: BSD-2-Clause
/* Rows that CPUs share (bpf/shared.bpf.h): when they do, and what was counted in them. */
#include "record/features.h"
#include "record/session_private.h"
#include "tracer.skel.h"

#include <bpf/libbpf.h>
#include <string.h>

/*
 * What counters may take. A row for each CPU, as long as all of them together take no more; then rows are shared. A CPU adds 1 MiB to those of a
 * resident session, so that the first machine where they are has 17.
 */
#define ROWS_BYTES (16UL << 20)

/* A row that is shared needs atomics that exchange values, and --stats has none. */
static bool is_shared(const struct session *session)
{
	const struct session_options *options = &session->options;
	size_t bytes = (size_t)session->cpus * session->slots * sizeof(struct count_row);

	if (options->each)
		return true;
	if (!(options->features & FEATURE_FETCH) || options->timing)
		return false;
	return bytes > ROWS_BYTES || !(options->features & FEATURE_CPU_ROWS);
}

static __u32 rows_of_a_slot(const struct session *session)
{
	__u32 rows = 1;

	while (session->options.features & FEATURE_CPU_ROWS && 2 * rows <= session->cpus &&
	       2UL * rows * session->slots * sizeof(struct shared_row) <= ROWS_BYTES)
		rows *= 2;
	return rows;
}

void session_choose_rows(struct session *session)
{
	session->shared_rows = is_shared(session) ? rows_of_a_slot(session) : 0;
}

bool session_keeps_times(const struct session *session)
{
	return !session->options.each || session->options.entries;
}

int session_configure_shared(struct session *session)
{
	struct tracer_bpf *skel = session->skel;
	int rc;

	if (!session->shared_rows) {
		rc = bpf_map__set_autocreate(skel->maps.shared_rows, false);
		return rc ? rc : bpf_map__set_autocreate(skel->maps.shared_known, false);
	}
	skel->rodata->cfg_shared = true;
	skel->rodata->cfg_shared_rows = session->shared_rows;
	/* of many cgroups the news have them, if somebody takes these */
	skel->rodata->cfg_shared_times = session_keeps_times(session);
	rc = bpf_map__set_max_entries(skel->maps.shared_rows,
				      session->slots * session->shared_rows);
	return rc ? rc : bpf_map__set_max_entries(skel->maps.shared_known, session->cpus);
}

static struct shared_row *rows_of(const struct session *session, __u32 slot)
{
	return (struct shared_row *)session->shared.data + (size_t)slot * session->shared_rows;
}

uint64_t session_shared_count(const struct session *session, __u32 slot, __u32 row)
{
	uint64_t sum = 0;

	for (__u32 i = 0; row < SHARED_ROW_LEN && i < session->shared_rows; i++)
		sum += __atomic_load_n(&rows_of(session, slot)[i].calls[row], __ATOMIC_RELAXED) &
		       ~COUNT_ARGS;
	return sum;
}

uint64_t session_shared_first(const struct session *session, __u32 slot, __u32 row)
{
	const uint64_t *times = session->first_seen.data;

	if (row >= SHARED_ROW_LEN || !session->skel->rodata->cfg_shared_times)
		return 0; /* the news have it */
	return __atomic_load_n(&times[(size_t)slot * SHARED_ROW_LEN + row], __ATOMIC_RELAXED);
}

void session_shared_clear(struct session *session, __u32 slot)
{
	uint64_t *times = session->first_seen.data;

	memset(rows_of(session, slot), 0, session->shared_rows * sizeof(struct shared_row));
	if (session->skel->rodata->cfg_shared_times)
		memset(&times[(size_t)slot * SHARED_ROW_LEN], 0, SHARED_ROW_LEN * sizeof(*times));
	/* what the programs remember of the slot's processes is void */
	__atomic_fetch_add(&session->skel->bss->groups_epoch, GROUPS_EPOCH_STEP, __ATOMIC_RELEASE);
}

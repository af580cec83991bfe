// SPDX-License-Identifier: BSD-2-Clause
#include "cli/start_each.h"
#include "base/log.h"
#include "cli/each_start.h"
#include "record/resident.h"

#include <errno.h>

static int begin(struct resident *resident, const struct start_each *wanted,
		 const struct cgroup *top, struct err *err)
{
	const struct resident_request request = {
		.name = wanted->name,
		.target = top->path,
		.flags = ENTRY_STARTED,
		.slot_flags = SLOT_EACH,
	};
	struct each_start start;
	__u32 slot;
	int rc = resident_begin(resident, &request, &slot, err);

	if (rc)
		return rc;
	each_start_prepare(&start, resident->session, top, wanted->count_moved);
	rc = each_start_walk(&start, top, err);
	if (!rc)
		rc = session__inventory(resident->session, err);
	if (rc) {
		resident_forget(resident, slot);
		return rc;
	}
	each_start_arm(&start);
	resident_complete(resident, slot);
	return 0;
}

int start_each(const struct start_each *wanted, struct err *err)
{
	struct resident own_resident resident = RESIDENT_CLOSED;
	struct cgroup own_cgroup top = CGROUP_CLOSED;
	struct resident_cgroups cgroups = {0};
	int rc = each_start_open(wanted->path, &top, err);

	if (rc)
		return rc;
	resident.each = true;
	resident.each_slots = each_start_slots(&top, wanted->max);
	resident.ring_bytes = wanted->ring_size ? wanted->ring_size : EACH_START_RING;
	resident.patience_ms = RESIDENT_PATIENCE_MS;
	rc = resident_open(&resident, true, wanted->features, err);
	if (!rc)
		rc = begin(&resident, wanted, &top, err);
	if (!rc)
		resident_count(&resident, &cgroups);
	/* whoever reads what is said takes the time he wants, and others wait for the lock */
	resident_close(&resident);
	if (!rc)
		log_note("recording each cgroup below %s, %zu of them now, with room for %zu more: 'whittle stop %s -d DIR' ends it and writes",
			 top.path, cgroups.there, cgroups.vacant, wanted->name);
	return rc;
}

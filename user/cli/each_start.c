// SPDX-License-Identifier: BSD-2-Clause
#include "cli/each_start.h"
#include "base/log.h"
#include "cli/target_list.h"
#include "target/kind.h"

#include <errno.h>

/* Slots for cgroups that come, besides as many as are there already, and a quarter more. */
#define ROOM_MIN 1024
/* Slots for cgroups that are made between counting them and following them. */
#define LATE_ROOM 64

int each_start_open(const char *path, struct cgroup *top, struct err *err)
{
	int rc = cgroup_open(path, top, err);

	if (!rc && top->hierarchy)
		rc = err_set(err, -EXDEV,
			     "%s is of a hierarchy of cgroups v1: --each takes a directory of cgroup v2",
			     path);
	return rc;
}

__u32 each_start_slots(const struct cgroup *top, uint64_t wanted)
{
	size_t there = cgroup_descendants(top);
	size_t cgroups = there + there / 4 + ROOM_MIN;

	if (wanted)
		cgroups = wanted < there + LATE_ROOM ? there + LATE_ROOM : wanted;
	/* and one for PATH */
	return 1 + (cgroups < EACH_START_MOST ? cgroups : EACH_START_MOST);
}

void each_start_prepare(struct each_start *start, struct session *session, const struct cgroup *top,
			bool count_moved)
{
	size_t there = cgroup_descendants(top);
	__u32 last = session__slots(session) - 1;

	start->session = session;
	start->next = EACH_TOP + 1;
	start->end = there + LATE_ROOM + 2 < last ? there + LATE_ROOM + 2 : last;
	start->newborn_flags = count_moved ? SLOT_COUNT_MOVED : 0;
	start->flags = start->newborn_flags;
	if (!target_list_sees_all()) {
		start->flags |= SLOT_STRANGERS;
		log_warn(
			"whittle runs in a pid namespace of its own: calls that processes outside of it are blocked in are not seen");
	}
	for (__u32 slot = start->end; slot <= last; slot++)
		session__offer_slot(session, slot, start->newborn_flags);
	session__give_slot(session, EACH_TOP, top->id, SLOT_NONE, "", SLOT_EACH);
}

/* A cgroup that is there: parents first. One that was made meanwhile has a slot already. */
static int add_below(const struct cgroup_below *below, void *context)
{
	struct each_start *start = context;
	struct session *session = start->session;
	__u32 parent = session__slot_of(session, below->parent);
	char id[ENGINE_ID_LEN + 1];
	bool whole;

	if (session__slot_of(session, below->id))
		return 0;
	if (parent && !(session__slot(session, parent)->flags & SLOT_EACH)) {
		session__add_cgroup(session, parent, below->id);
		return 0;
	}
	/* nor is there one for what lies below one that there was no room for */
	if (!parent || start->next == start->end) {
		session__miss_cgroup(session);
		return 0;
	}
	/* what lies in a unit or in a container is part of it */
	whole = target_kind_of(below->name, id) != TARGET_CGROUP;
	session__give_slot(session, start->next++, below->id, parent, below->name,
			   start->flags | (whole ? 0 : SLOT_EACH));
	return 0;
}

static void remove_below(uint64_t id, void *context)
{
	const struct each_start *start = context;

	session__remove_cgroup(start->session, id);
}

/* Whoever shows up before a slot is armed was inside before. */
int each_start_walk(struct each_start *start, const struct cgroup *top, struct err *err)
{
	return cgroup_walk_below(top, add_below, remove_below, start, err);
}

void each_start_arm(struct each_start *start)
{
	for (__u32 slot = EACH_TOP; slot < start->next; slot++)
		session__slot(start->session, slot)->armed = 1;
	for (__u32 slot = start->next; slot < start->end; slot++)
		session__offer_slot(start->session, slot, start->newborn_flags);
}

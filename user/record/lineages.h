/* SPDX-License-Identifier: BSD-2-Clause */
/* Lineages that are in set-up still (bpf/group.bpf.h), of all slots: what the recorders of a session of each cgroup share at its end. */
#pragma once

#include "record/session.h"

struct lineages {
	struct lineage *all; /* owned */
	size_t len, room;
};

/** Those that there are by now are added. After detach, or of a resident session, see session__each_lineage(). */
int lineages_read(struct lineages *lineages, const struct session *session,
		  struct err *err) must_check;
void lineages_clear(struct lineages *lineages);
#define own_lineages own_with(lineages_clear)

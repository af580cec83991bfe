/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Targets of `whittle start --wait` that do not exist yet: under which names and where their cgroups will be made.
 */
#pragma once

#include "record/resident.h"
#include "cli/target_list.h"

struct awaited_places {
	struct cgroup_identity *place; /* owned */
	size_t len;
};

static inline void awaited_places_clear(struct awaited_places *places)
{
	free(places->place);
	*places = (struct awaited_places){0};
}

/**
 * Opens the targets that exist, as target_list_open() does, and finds out where the others will be: a cgroup whose parent exists, a
 * unit in its slice, which need not exist, a container that was created.
 */
int start_wait_open(struct target_list *list, const struct target_options *options,
		    struct awaited_places *places, struct err *err) must_check;

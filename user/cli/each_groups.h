/* SPDX-License-Identifier: BSD-2-Clause */
/* --merge-by: the recordings of replicas, folded into one as they end. */
#pragma once

#include "base/buf.h"
#include "record/recording.h"
#include "target/kind.h"

enum merge_by {
	MERGE_BY_NONE,
	MERGE_BY_NAME,
	MERGE_BY_UNIT,
	MERGE_BY_IMAGE,
};

/** The words of --merge-by, by enum merge_by; NULL-terminated. */
extern const char *const merge_by_choices[];

/**
 * What replicas have in common. `name` is what the file of this one would be called. Name: without the number at its end ("web-2" is web).
 * Unit: an instance of a template is the template ("getty@tty1.service" is getty@.service). Image: of a container, if it is known
 * (not NULL). What has none is called by its name.
 */
void each_group_key(enum merge_by by, enum target_kind kind, const char *name, const char *image,
		    struct buf *out);

struct each_group {
	char *key;
	struct recording recording; /* without target */
	size_t members;
};

struct each_groups {
	void *tree;
};

void each_groups_clear(struct each_groups *groups);

/** Folds the recording into the group's, or takes it as the first. -ENOMEM. */
int each_groups_add(struct each_groups *groups, const char *key,
		    struct recording *recording) must_check;

/** Calls fn for each, in the order of keys. */
void each_groups_walk(struct each_groups *groups,
		      void (*fn)(struct each_group *group, void *context), void *context);

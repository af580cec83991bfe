/* SPDX-License-Identifier: BSD-2-Clause */
/* What recorder.c, which takes the news, and recorder_read.c, which reads the truth, know of a recorder. */
#pragma once

#include "base/clock.h"
#include "record/denied.h"
#include "record/recorder.h"

/* Numbers above have no name: they are not what a recording waits for. */
#define SEEN_NUMBERS 1024
#define SEEN_ABIS    (ABI_X32 + 1)

struct recorder {
	uint64_t slots; /* a bit each */
	__u32 slot;     /* of a session of each cgroup: the one that it is of; else SLOT_NONE */
	recorder_newborn_fn *newborn;
	void *context;
	recorder_denial_fn *denial;
	void *denial_context;
	enum arch native;
	uint64_t begun;           /* CLOCK_MONOTONIC, ns */
	uint64_t begun_wall;      /* CLOCK_REALTIME, ns */
	uint64_t misses;          /* from before */
	uint64_t enters_missed;   /* of these */
	bool no_denials, no_args; /* the session keeps them, but not for this recording */
	struct ev_first *news;
	size_t news_len, news_room;
	struct denied_news denied;
	struct denials logged;
	uint64_t log_lost;
	struct recording moved; /* only its list of moved processes */
	uint64_t moved_lost;    /* those that there was no memory for */
	uint64_t late;
	uint64_t seen[SEEN_ABIS][SEEN_NUMBERS / 64]; /* a bit for each number that was news */
	uint64_t last_new;                           /* CLOCK_MONOTONIC, ns: 0: none yet */
	bool noted;                                  /* the three below are kept up to date */
	uint64_t noted_new;                          /* last_new, when they were */
	uint64_t calls_at_new;
};

static inline bool is_ours(const struct recorder *recorder, __u32 slot)
{
	if (recorder->slot)
		return slot == recorder->slot;
	return slot < SLOTS_MAX && recorder->slots >> slot & 1;
}

/** Calls of the workload so far. */
uint64_t recorder__calls(const struct recorder *recorder, const struct session *session);

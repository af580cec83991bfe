/* SPDX-License-Identifier: BSD-2-Clause */
/* What the session_*.c files share: the inside of a session. Nobody else includes it. */
#pragma once

#include "record/news.h"
#include "record/session.h"

struct bpf_link;
struct bpf_map;
struct bpf_program;
struct ring_buffer;
struct tracer_bpf;

#define LINKS_MAX 32

/* An mmapable array map, seen from here. */
struct view {
	void *data;
	size_t bytes;
};

struct session {
	struct session_options options;
	struct tracer_bpf *skel;
	struct bpf_program *sys_enter; /* the one of the two that is loaded */
	int inventory;                 /* a program's file descriptor */
	/* what is attached: the program and its link */
	struct {
		struct bpf_program *program;
		struct bpf_link *link;
	} links[LINKS_MAX];
	size_t links_len;
	bool pinned;              /* programs were attached by another process, and stay */
	struct ring_buffer *ring; /* private: the news are taken as they come */
	struct news_ring news;    /* pinned: they are looked at */
	struct view counts, first_seen, timings, entries, tuple_counts, filtered;
	__u32 cpus;
	__u32 slots; /* the none slot included */
};

/* All of a hash: keys and values in the same order. */
struct snapshot {
	char *keys, *values;
	__u32 len;
};

void snapshot_free(struct snapshot *snapshot);
#define own_snapshot own_with(snapshot_free)

/**
 * In one call: a walk from key to key begins anew whenever a program has deleted the key that it stands on, and the value of a
 * key may be gone before it is read.
 */
int snapshot_take(const struct bpf_map *map, struct snapshot *out) must_check;

/** Sizes and fills what the programs know of arguments, before they are loaded. */
int session_configure_args(struct session *session) must_check;
/** Forgets the arguments that were kept in a slot. */
int session_forget_args(struct session *session, __u32 slot) must_check;

/** Is it a record that no entry waits for? Those of a slot's recording before this one are not news. */
bool session_is_unneeded(const void *data, size_t len, void *session);

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

/* Where CPUs share rows there is a hot path of its own where others are the cheapest. */
enum hook_of {
	HOOK_OF_ALL,
	HOOK_OF_SHARED,
	HOOK_NOT_OF_SHARED,
};

/* A way to be told of each call. */
struct hook {
	const char *name;
	unsigned int features;      /* what it needs */
	bool few_rows;              /* it is for sessions of at most FEW_ROWS rows */
	bool args;                  /* of those, for the ones that keep arguments */
	bool preempted_only;        /* it costs more, and is of use only where others lose calls */
	const char *programs[2];    /* the one that counts, and one that must be there for it */
	const struct hook *without; /* if the first of them cannot be attached: the other one alone */
	enum hook_of of;
};

/* Of a session of each cgroup. */
struct each_views {
	struct view slots, apart, births, vacant;
	uint64_t untold; /* changes without news, as far as they were asked for */
};

struct session {
	struct session_options options;
	struct tracer_bpf *skel;
	const struct hook *hook;
	__u32 events[PERF_EVENTS]; /* their numbers, 0: not looked for */
	int inventory;             /* a program's file descriptor */
	struct arg_plan plan;      /* pinned: what arguments are kept of */
	bool logged;               /* it sees by itself which calls a filter only logs */
	/* what is attached: the program, its link and, pinned, its file descriptor (else -1: the program has it) */
	struct {
		struct bpf_program *program;
		struct bpf_link *link;
		int program_fd;
	} links[LINKS_MAX];
	size_t links_len;
	bool pinned;              /* programs were attached by another process, and stay */
	struct ring_buffer *ring; /* private: the news are taken as they come */
	struct news_ring news;    /* pinned: they are looked at */
	struct view shared;       /* with shared_rows */
	struct view counts, first_seen, timings, entries, kept, filtered, tuple_counts;
	size_t kept_len;
	struct each_views each;
	__u32 cpus;
	__u32 shared_rows; /* that a slot has, where CPUs share them; 0: each CPU has one of its own */
	__u32 controller; /* its index in the kernel, where options.hierarchy is one of v1 */
	__u32 slots;      /* the none slot included */
};

/** The object that is for kernels with these features. NULL, and errno: it cannot be opened. */
struct tracer_bpf *session_object_open(unsigned int features);
/** A file of no types, in BTF; -1: cannot be made. */
int session_object_btf(void);
/**
 * The object as it is, for no program of it to be loaded: none is fitted to this kernel, and libbpf is kept from reading all of its
 * BTF for that, which takes as long as all else that a hook does while a container waits for it. `btf` stays open until the load.
 */
struct tracer_bpf *session_object_open_unfitted(int btf);
/**
 * After the load: puts the variables of pinned maps where the object has its own, which libbpf does itself up to 1.4 and not in 1.5, for
 * maps that it did not create.
 */
int session_object_map_variables(struct tracer_bpf *skel) must_check;
/* In whole pages, as mmap(2) has it. */
size_t session_pages(size_t bytes);

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

/** The count rows of a slot, one for each CPU. */
struct count_row *session_rows(const struct session *session, __u32 slot);
/** An mmapable array; unmapped by session_unmap_view(). */
int session_map_view(const struct bpf_map *map, bool writable, struct view *view) must_check;
void session_unmap_view(struct view *view);

/** Sizes the maps of a session of each cgroup, or leaves them out. */
int session_configure_each(struct session *session) must_check;
int session_map_each(struct session *session) must_check;
void session_unmap_each(struct session *session);
/** Of such a session: a cgroup of the slot is gone, and no program has noted it. */
void session_each_remove(struct session *session, __u32 slot, uint64_t id);
/** Do CPUs share rows, and how many are there then? Before anything is loaded. */
void session_choose_rows(struct session *session);
/** Sizes the maps of such a session, or leaves them out. */
int session_configure_shared(struct session *session) must_check;
/** Does it keep when calls were first made, so that news are not needed for that? */
bool session_keeps_times(const struct session *session);
/** Of such a session: calls counted in a row. */
uint64_t session_shared_count(const struct session *session, __u32 slot, __u32 row);
/** And when it was first called; 0: never, or the news have it. */
uint64_t session_shared_first(const struct session *session, __u32 slot, __u32 row);
/** Forgets what was counted in a slot. */
void session_shared_clear(struct session *session, __u32 slot);

/** Sizes and fills what the programs know of arguments, before they are loaded. */
int session_configure_args(struct session *session) must_check;
/** Pinned: finds out what the programs have been told. */
int session_find_args(struct session *session) must_check;
/** Forgets the arguments that were kept in a slot. */
int session_forget_args(struct session *session, __u32 slot) must_check;
/** Finds out which hooks this kernel has. */
void session_hooks_probe(struct session *session);
/** The next best hook that may be tried behind `hook` (NULL: the best); NULL: there is none. */
const struct hook *session_hook_next(const struct session *session, const struct hook *hook);
/** Has the object load the programs of this hook, those beside it that the options want, and no others. */
int session_hook_choose(struct session *session, const struct hook *hook) must_check;
/** Which hook do the links of a pinned session belong to? False: to none. */
bool session_hook_find(struct session *session);
/** Are the programs of the chosen hook those of raw tracepoints, not typed ones? */
bool session_hook_is_raw(const struct session *session);
/** Does it see to it that a call which a filter let through does not pass for denied? */
bool session_hook_notes_enters(const struct session *session, const struct bpf_program *program);
/** Does it matter if this program is skipped? */
bool session_hook_counts_in(const struct session *session, const struct bpf_program *program);
/** Attaches a program to the perf tracepoint that its section names. NULL, and errno: it cannot be. */
struct bpf_link *session_hook_attach_perf(const struct session *session,
					  struct bpf_program *program);
int session_attach(struct session *session, struct bpf_program *program,
		   struct err *err) must_check;

/** Of a resident session: takes all records off the ring, as far as there is room for those that a recording needs. */
void session_news_make_room(struct session *session);
/** Hands what recordings of today wait for to on_record. */
void session_news_look(struct session *session);

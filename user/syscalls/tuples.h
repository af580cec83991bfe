/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arguments that calls were made with: for each call the bits that were looked at, and the distinct tuples of values under
 * them; or why nothing can be said ("open": the call stays unconstrained). Sets: the order of joining does not matter.
 */
#pragma once

#include "base/own.h"
#include "syscalls/set.h"

#define TUPLE_ARGS 6

/* More tuples of one call than this open it, however they came together. */
#define TUPLES_MAX 4096

/* The first one counts where sets are joined that are open for several. */
enum open_reason {
	OPEN_NOT = 0,
	OPEN_MEMORY,  /* what matters is in memory: neither whittle nor a filter sees it */
	OPEN_UNKNOWN, /* some of its calls were recorded without arguments */
	OPEN_ROOM,    /* no room for one */
	OPEN_TABLE,   /* needed whatever the arguments, by a table of the profile's */
	OPEN_SIZE,    /* the filter would be larger than the kernel takes */
	OPEN_EVERY,   /* all values that the masks can tell apart were seen */
	OPEN_MANY, /* more distinct tuples than were asked for; last, as any other reason hides how many there are */
	OPEN_COUNT,
};

/** For files: "many". */
const char *open_reason_name(enum open_reason reason);
/** For people: "more distinct values than --args-max". */
const char *open_reason_text(enum open_reason reason);
/** OPEN_COUNT: there is none of this name. */
enum open_reason open_reason_from_name(const char *name);

struct tuples {
	struct syscall call;
	enum open_reason open;
	uint64_t masks[TUPLE_ARGS];     /* the bits that were looked at; 0: the argument was not */
	uint64_t (*values)[TUPLE_ARGS]; /* sorted, each once; none if it is open; owned */
	size_t len, room;
};

struct tuples_list {
	struct tuples *calls; /* sorted by call, each once; owned */
	size_t len, room;
};

void tuples_list_clear(struct tuples_list *list);
#define own_tuples_list own_with(tuples_list_clear)

/** Leaves out the calls of other architectures. */
void tuples_keep_arch(struct tuples_list *list, enum arch arch);

/** NULL: nothing is known about its arguments. */
struct tuples *tuples_find(const struct tuples_list *list, const struct syscall *call);

/** Makes a place for a call that has none; borrowed until the next one is made. NULL: no memory. */
struct tuples *tuples_make(struct tuples_list *list, const struct syscall *call,
			   const uint64_t masks[TUPLE_ARGS]);

/** Adds values, under the masks. -ENOMEM. */
int tuples_add(struct tuples *tuples, const uint64_t values[TUPLE_ARGS]) must_check;

/** From here on nothing can be said; the first reason stays. */
void tuples_open(struct tuples *tuples, enum open_reason reason);

/** Opens a set that looks at no bit: its one value would say nothing. Of one that was read; joined ones are. */
void tuples_settle(struct tuples *tuples);

/**
 * Adds what `from` knows; `into_calls` and `from_calls` are the calls that there were. A call that one side made without keeping its
 * arguments is open. What was looked at through different masks is looked at through what they have in common; nothing in common is
 * open. Associative, commutative and idempotent, but for one case: more than TUPLES_MAX values under masks that differ are open or not
 * by which masks meet first. -ENOMEM.
 */
int tuples_join(struct tuples_list *into, const struct syscall_set *into_calls,
		const struct tuples_list *from, const struct syscall_set *from_calls) must_check;

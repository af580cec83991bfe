/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Container engines, a row each: how their own command line tool is asked for containers and for the process of one.
 * Whatever they answer is checked for its form (an id is 12 to 64 hex digits, a pid can be one) and not believed beyond that:
 * whether a pid is the container's is for whoever uses it to see (container.h).
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

#define ENGINE_ID_LEN   64
#define ENGINE_NAME_LEN 256 /* longer names are cut */
#define ENGINE_WORD_LEN 32

#define ENGINE_ARGS_MAX 8

struct engine {
	const char *name; /* and its program */
	/* behind the program: lists containers as JSON, one an object, in whatever array or lines */
	const char *list[ENGINE_ARGS_MAX];
	const char *list_id, *list_name, *list_image; /* members: "Id", "metadata.name" */
	/* a member, and what it is of containers that have ended, whose names others may have by now; NULL: the engine keeps names apart */
	const char *list_state, *list_over;
	/* behind the program, before the id: tells of one container as JSON, an object or an array of one */
	const char *inspect[ENGINE_ARGS_MAX];
	const char *pid, *state; /* members of that */
	const char *restart;     /* one more: its restart policy; NULL: the engine does not tell */
	const char *remote_env
		[3]; /* variables that name a socket (or, not beginning with '/', a connection): maybe another machine's */
	/* behind the program: prints the socket that it would use; empty: it has no such notion */
	const char *socket[ENGINE_ARGS_MAX];
	/* behind the program: who makes its cgroups, "systemd..." or another word; empty: it runs no command's container */
	const char *driver[ENGINE_ARGS_MAX];
};

struct engine_container {
	const struct engine *engine;
	char id[ENGINE_ID_LEN + 1];
	char name[ENGINE_NAME_LEN];  /* any bytes */
	char image[ENGINE_NAME_LEN]; /* the same */
	bool over; /* it has ended, and its name may be another's, see engine.list_over */
};

struct engine_containers {
	struct engine_container *row; /* owned */
	size_t len, room;
};

void engine_containers_clear(struct engine_containers *containers);
#define own_engine_containers own_with(engine_containers_clear)

/** All engines that whittle knows; the last one has no name. */
extern const struct engine engines[];

/** NULL: there is none of this name; len: of the name. */
const struct engine *engine_find(const char *name, size_t len);

/** Is its program in PATH? */
bool engine_is_installed(const struct engine *engine);

/** -EREMOTE: the engine that would answer is on another machine, whose processes cannot be recorded here. */
int engine_check_local(const struct engine *engine, struct err *err) must_check;

/** The same by the socket that the engine uses, as `by`, in words, says; "": it has none. */
int engine_check_socket(const struct engine *engine, const char *by, const char *socket,
			struct err *err) must_check;

/** Appends the containers of an engine. On failure nothing is appended. */
int engine_list(const struct engine *engine, struct engine_containers *containers,
		struct err *err) must_check;

/**
 * The process that the engine calls the container's. *pid is 0 and `state` a word, such as "exited", if it is not running.
 */
int engine_process(const struct engine_container *container, pid_t *pid,
		   char state[ENGINE_WORD_LEN], struct err *err) must_check;

/** Does a policy have the engine start the container again when it has ended? False also if that cannot be known. */
bool engine_restarts(const struct engine_container *container);

/** Has the engine start a container that was created before. */
int engine_start(const struct engine_container *container, struct err *err) must_check;

/** A copy in printable ASCII, '?' for the rest: for messages. */
void engine_printable(const char *text, char *out, size_t size);

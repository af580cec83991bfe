/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which containers there are, asked of every engine by a process beside: engines take from tenths of a second to many seconds, and
 * whoever records has other things to do meanwhile. Engines are asked no more than half of the time.
 */
#pragma once

#include "base/buf.h"
#include "target/engine.h"

#include <stdint.h>

struct census {
	pid_t pid;   /* of the process beside; 0: there is none */
	int request; /* a byte: one census */
	int answer;  /* polls readable when there is something to take; -1: there is no process */
	struct buf text;      /* what has come of the answer so far */
	bool wanted;          /* one more has to begin when this one is there */
	uint64_t begun, done; /* how many have begun, and how many of them are there */
};

#define CENSUS_NONE ((struct census){.request = -1, .answer = -1})

/** Starts the process. Call census_end() after use, also on failure. */
int census_start(struct census *census, struct err *err) must_check;

/** Ends it, and whatever it has asked: `done` is UINT64_MAX then. Once is enough, and twice is no harm. */
void census_end(struct census *census);
#define own_census own_with(census_end)

/** Wants a census that begins from here on; what `done` will be, or more, when it is there. */
uint64_t census_ask(struct census *census);

/**
 * Takes what there is to take. True: a census is there, and `containers`, whatever they were before, are those of it, sorted by id.
 * Once nobody can be asked any more `done` is UINT64_MAX.
 */
bool census_take(struct census *census, struct engine_containers *containers);

/** Asks, and waits for the answer, for as long as engines may take. `containers` stay as they are if there is none. */
void census_wait(struct census *census, struct engine_containers *containers);

/** The container of this whole id in what a census told, or NULL; borrowed. */
const struct engine_container *census_find(const struct engine_containers *containers,
					   const char *id);

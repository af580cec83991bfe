/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cubes: arguments under masks, as bits that must be so. Two that differ in one bit are one with that bit left free; so
 * many tuples become few conditions (Quine and McCluskey), which hold for exactly the same arguments.
 */
#pragma once

#include "syscalls/tuples.h"

struct cube {
	uint64_t masks[TUPLE_ARGS], values[TUPLE_ARGS];
};

/* Owned. */
struct cubes {
	struct cube *list;
	size_t len, room;
};

void cubes_clear(struct cubes *cubes);
#define own_cubes own_with(cubes_clear)

/** One that is there already stays alone. -ENOMEM. */
int cubes_add(struct cubes *cubes, const struct cube *cube) must_check;

/**
 * The fewest cubes, or nearly so, that hold for exactly the same arguments. If these are more than `limit`, which is of no use to
 * whoever asks, all stay as they are: that, and how many are looked at, bounds the time. Where too many would have to be looked at, as of
 * what is dense, they are united two by two. -ENOMEM.
 */
int cubes_reduce(struct cubes *cubes, size_t limit) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of names of calls, in their order. One is found in no time; one is added in no time where it comes behind all others, as it does for
 * whoever goes through another set, and else with a move of those behind it: for many in no order there is names_add_all().
 */
#pragma once

#include "base/own.h"

#include <stdbool.h>
#include <stddef.h>

struct names {
	char **list; /* sorted, each once; owned, and so is each */
	size_t len, room;
};

void names_clear(struct names *names);
#define own_names own_with(names_clear)

bool names_has(const struct names *names, const char *name);

/** Copies the name into its place; one that is there already stays. -ENOMEM. */
int names_add(struct names *names, const char *name) must_check;

/** The same with as many as there are, in any order, all at once. -ENOMEM: none is added. */
int names_add_all(struct names *names, const char *const *list, size_t len) must_check;

/** Nothing happens if it is not there. */
void names_remove(struct names *names, const char *name);

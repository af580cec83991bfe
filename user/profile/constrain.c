// SPDX-License-Identifier: BSD-2-Clause
#include "profile/constrain.h"
#include "profile/cubes.h"
#include "profile/decision.h"

#include <errno.h>
#include <string.h>

void constraints_clear(struct constraints *constraints)
{
	for (size_t i = 0; i < constraints->len; i++)
		region_clear(&constraints->list[i].region);
	free(constraints->list);
	*constraints = (struct constraints){0};
}

struct constraint *constraints_find(const struct constraints *constraints, const char *name)
{
	for (size_t i = 0; constraints && i < constraints->len; i++)
		if (!strcmp(constraints->list[i].name, name))
			return &constraints->list[i];
	return NULL;
}

bool constraints_hold(const struct constraints *constraints, const char *name)
{
	const struct constraint *constraint = constraints_find(constraints, name);

	return constraint && !constraint->open;
}

void constraint_open(struct constraint *constraint, enum open_reason reason)
{
	region_clear(&constraint->region);
	if (!constraint->open)
		constraint->open = reason;
}

static struct constraint *make(struct constraints *out, const struct syscall *call,
			       const char *name)
{
	if (out->len == out->room) {
		size_t room = out->room ? out->room * 2 : 16;
		struct constraint *list = reallocarray(out->list, room, sizeof(*list));

		if (!list)
			return NULL;
		out->list = list;
		out->room = room;
	}
	out->list[out->len] = (struct constraint){.call = *call};
	strcpy(out->list[out->len].name, name);
	return &out->list[out->len++];
}

static int add_cubes(const struct tuples *tuples, struct cubes *cubes)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < tuples->len; i++) {
		struct cube cube;

		memcpy(cube.masks, tuples->masks, sizeof(cube.masks));
		memcpy(cube.values, tuples->values[i], sizeof(cube.values));
		rc = cubes_add(cubes, &cube);
	}
	return rc;
}

static struct term term_of(const struct cube *cube)
{
	struct term term = {.conditions = {{0}}};

	for (unsigned int i = 0; i < TUPLE_ARGS; i++) {
		if (!cube->masks[i])
			continue;
		term.conditions[i] = cube->masks[i] == UINT64_MAX ?
					     (struct condition){i, COMPARE_EQ, cube->values[i], 0} :
					     (struct condition){i, COMPARE_MASKED_EQ,
								cube->masks[i], cube->values[i]};
	}
	return term;
}

/* All that was seen under the name, on any architecture, in the fewest terms. */
static int fill(struct constraint *constraint, const struct tuples_list *tuples,
		const struct syscall_set *needed)
{
	struct cubes own_cubes cubes = {0};
	char name[SYSCALL_NAME_LEN];
	int rc = 0;

	for (size_t i = 0; !rc && i < tuples->len; i++) {
		const struct tuples *set = &tuples->calls[i];

		if (!syscall_set__has(needed, &set->call) || !syscall_name(&set->call, name) ||
		    strcmp(name, constraint->name))
			continue;
		if (set->open || !set->len)
			constraint_open(constraint, set->open ? set->open : OPEN_UNKNOWN);
		else
			rc = add_cubes(set, &cubes);
	}
	if (!rc && !constraint->open)
		rc = cubes_reduce(&cubes, CONSTRAINT_TERMS_MAX);
	if (!constraint->open && cubes.len > CONSTRAINT_TERMS_MAX)
		constraint_open(constraint, OPEN_SIZE);
	for (size_t i = 0; !rc && !constraint->open && i < cubes.len; i++) {
		struct term term = term_of(&cubes.list[i]);

		if (term_is_everything(&term))
			constraint_open(constraint, OPEN_EVERY);
		else
			rc = region_add_term(&constraint->region, &term);
	}
	return rc;
}

int constraints_make(const struct tuples_list *tuples, const struct syscall_set *needed,
		     struct constraints *out)
{
	struct syscall call = {0};
	char name[SYSCALL_NAME_LEN];
	int rc = 0;

	for (size_t i = 0; i < tuples->len; i++) {
		const struct syscall *set = &tuples->calls[i].call;

		if (syscall_set__has(needed, set) && syscall_name(set, name) &&
		    !constraints_find(out, name) && !make(out, set, name))
			return -ENOMEM;
	}
	/* made on an architecture where its arguments were not kept */
	while (syscall_set__next(needed, &call)) {
		struct constraint *constraint =
			syscall_name(&call, name) ? constraints_find(out, name) : NULL;

		if (constraint && !tuples_find(tuples, &call))
			constraint_open(constraint, OPEN_UNKNOWN);
	}
	for (size_t i = 0; !rc && i < out->len; i++)
		rc = fill(&out->list[i], tuples, needed);
	return rc;
}

static bool wants_high_bits(const struct constraint *constraint)
{
	for (size_t i = 0; !constraint->open && i < constraint->region.len; i++)
		for (size_t k = 0; k < CONDITION_ARGS; k++)
			if (condition_wants_high_bits(&constraint->region.terms[i].conditions[k]))
				return true;
	return false;
}

enum arch constraint_narrow_arch(const struct constraint *constraint, const struct profile *profile)
{
	bool wide = wants_high_bits(constraint);

	for (enum arch a = ARCH_INVALID + 1; wide && a < ARCH_COUNT; a++) {
		int64_t nr;

		if (profile->arches[a] && arch_compares_32bit(a) &&
		    syscall_resolve(a, constraint->name, &nr))
			return a;
	}
	return ARCH_INVALID;
}

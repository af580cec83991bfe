// SPDX-License-Identifier: BSD-2-Clause
#include "cli/audit_step.h"
#include "profile/decision.h"
#include "profile/evaluate.h"

#include <errno.h>
#include <string.h>

static const struct {
	bool adds;
	const char *says;
} steps[AUDIT_STEP_COUNT] = {
	[AUDIT_STEP_ADD] = {true, "allows %s now"},
	[AUDIT_STEP_ADD_SUB] = {true, "allows %s now"},
	[AUDIT_STEP_ADD_ARGS] = {true, "allows %s now"},
	[AUDIT_STEP_MANY] =
		{true,
		 "allows %s now, whatever its arguments: it was denied with more of them than are kept"},
	[AUDIT_STEP_ADD_ALL] =
		{true, "allows %s now, all that it does: which subcall it was is not known"},
	[AUDIT_STEP_UNFIT] =
		{true,
		 "allows %s now, whatever its arguments: conditions for it do not go with the rules that it has"},
	[AUDIT_STEP_WHOLE] =
		{true,
		 "allows %s now, whatever its arguments: it had conditions for it, and not all that it was called with is known"},
	[AUDIT_STEP_UNSEEN] =
		{true,
		 "allows %s now, whatever its arguments: what it was called with is not known"},
	[AUDIT_STEP_EVERY] =
		{true,
		 "allows %s now, whatever its arguments: it was denied with all that these can be told apart by"},
	[AUDIT_STEP_ARCH] = {true, "allows %s now: the architecture was not listed"},
	[AUDIT_STEP_OTHERS] =
		{false,
		 "allows %s already as it was called first: another filter may have denied it; with which arguments the others were called is not known, and nothing is added for them"},
	[AUDIT_STEP_ALLOWED] =
		{false,
		 "allows %s already: another filter denied it, or an older version of the profile"},
	[AUDIT_STEP_ENOSYS] = {false, NULL},
	[AUDIT_STEP_SUPERVISED] =
		{false, "leaves %s to a supervisor, which the kernel asks; it is not added"},
	[AUDIT_STEP_ELSEWHERE] =
		{false, "is for another machine than the one that denied %s; it is not added"},
	[AUDIT_STEP_UNNAMED] =
		{false, "cannot allow %s: a number without a name (libseccomp is older than it)"},
};

bool audit_step_adds(enum audit_step step)
{
	return steps[step].adds;
}

const char *audit_step_says(enum audit_step step)
{
	return steps[step].says;
}

static bool asks(enum action action)
{
	return action == ACTION_NOTIFY || action == ACTION_TRACE;
}

static bool is_supervised(const struct profile *profile, const char *name)
{
	bool found = asks(profile->default_action);
	struct outcome outcome;

	if (decision_is_simple(profile, name, &outcome))
		return found || asks(outcome.action);
	for (size_t i = 0; i < profile->rules_len; i++)
		found |= asks(profile->rules[i].action) &&
			 names_has(&profile->rules[i].names, name);
	return found;
}

/* The errno is not in a log: there the profile tells what it answers. */
static bool is_enosys(const struct audit_case *c, const struct denial *denial, const char *name)
{
	struct outcome outcome;

	if (denial->action != DENIAL_ERRNO || denial->error)
		return !denial_is_finding(denial);
	return decision_is_simple(c->profile, name, &outcome) && outcome.action == ACTION_ERRNO &&
	       outcome.errno_value == ENOSYS;
}

static bool is_allowed(const struct audit_case *c, const struct denial *denial, const char *name)
{
	uint64_t args[6] = {denial->call.sub};
	struct outcome outcome;

	if (denial->args_known)
		memcpy(args, denial->args, sizeof(args));
	if (denial->args_known || denial->call.sub)
		return evaluate(c->profile, &denial->call, args).outcome.action == ACTION_ALLOW;
	return decision_is_simple(c->profile, name, &outcome) && outcome.action == ACTION_ALLOW;
}

static bool are_known(const struct audit_case *c, const struct denial *denial)
{
	const struct tuples *all = denials_arguments(c->denials, denial);

	return all && !all->open;
}

/* What lets the first of them in may refuse the others, if only the first one's arguments are known. */
static bool is_first_of_several(const struct audit_case *c, const struct denial *denial,
				const char *name)
{
	struct outcome outcome;

	return !are_known(c, denial) && denial->args_known && denial->count > 1 &&
	       !decision_is_simple(c->profile, name, &outcome);
}

/* Are its arguments such as can be kept, and was it to be held to them? */
static bool is_planned(const struct audit_case *c, const struct denial *denial)
{
	const struct tuples *planned = tuples_find(&c->plan->calls, &denial->call);

	return planned && !planned->open;
}

/* All of it is added, and why. */
static enum audit_step choose_whole(const struct audit_case *c, const struct denial *denial,
				    const char *name)
{
	struct outcome outcome;

	switch (audit_args_open(c->args, name)) {
	case OPEN_MANY:
	case OPEN_ROOM:
		return AUDIT_STEP_MANY;
	case OPEN_TABLE:
	case OPEN_SIZE:
		return AUDIT_STEP_UNFIT;
	case OPEN_EVERY:
		return AUDIT_STEP_EVERY;
	default:
		if (!decision_is_simple(c->profile, name, &outcome))
			return AUDIT_STEP_WHOLE;
		return is_planned(c, denial) ? AUDIT_STEP_UNSEEN : AUDIT_STEP_ADD;
	}
}

/* The first of them is allowed, and others that are known are not, which takes more than conditions. */
static bool others_are_refused(const struct audit_case *c, const char *name)
{
	const enum open_reason reason = audit_args_open(c->args, name);

	return reason == OPEN_TABLE || reason == OPEN_SIZE;
}

enum audit_step audit_step_choose(const struct audit_case *c, const struct denial *denial,
				  const char *name)
{
	const bool allowed = is_allowed(c, denial, name);

	if (!allowed && !c->enosys && is_enosys(c, denial, name))
		return AUDIT_STEP_ENOSYS;
	if (audit_args_find(c->args, name))
		return AUDIT_STEP_ADD_ARGS;
	if (allowed && !others_are_refused(c, name))
		return c->arch_new                          ? AUDIT_STEP_ARCH :
		       is_first_of_several(c, denial, name) ? AUDIT_STEP_OTHERS :
							      AUDIT_STEP_ALLOWED;
	if (is_supervised(c->profile, name))
		return AUDIT_STEP_SUPERVISED;
	if (syscall_is_multiplexer(&denial->call))
		return denial->call.sub ? AUDIT_STEP_ADD_SUB : AUDIT_STEP_ADD_ALL;
	return choose_whole(c, denial, name);
}

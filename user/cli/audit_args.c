// SPDX-License-Identifier: BSD-2-Clause
#include "cli/audit_args.h"
#include "profile/evaluate.h"

#include <errno.h>
#include <string.h>

/* More tuples of a call than this are counted, not listed. */
#define TEXTS_MAX 4

void audit_args_clear(struct audit_args *args)
{
	tuples_list_clear(&args->wanted);
	constraints_clear(&args->constraints);
}

/* --- what is looked at --- */

/* "socket:0:2,": the arguments that a rule has conditions for. */
static int add_rule(const struct rule *rule, enum arch native, struct arg_plan *plan)
{
	unsigned int indices = 0;
	int rc = 0;

	for (size_t i = 0; i < rule->conditions_len; i++)
		indices |= 1u << rule->conditions[i].index;
	for (size_t i = 0; !rc && indices && i < rule->names.len; i++) {
		struct err none = {0};

		rc = arg_plan_add(plan, native, rule->names.list[i], indices, &none);
		/* of another machine, or one whose arguments nobody sees */
		rc = rc == -EINVAL ? 0 : rc;
	}
	return rc;
}

int audit_args_plan(const struct profile *profile, const char *list, enum arch native,
		    struct arg_plan *out, struct err *err)
{
	int rc = list ? arg_plan_parse(list, native, out, err) : 0;

	out->cap = ARGS_CAP_DEFAULT;
	for (size_t i = 0; !rc && i < profile->rules_len; i++)
		if (add_rule(&profile->rules[i], native, out))
			rc = err_errno(err, -ENOMEM, "cannot plan what arguments to look at");
	return rc;
}

/* --- what is wanted of what was seen --- */

/* Can rules with conditions be added for the name? Not beside those that deny some of its arguments. */
static bool takes_conditions(const struct profile *profile, const char *name)
{
	if (profile->default_action == ACTION_ALLOW)
		return false;
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		if (rule->conditions_len && rule->action != ACTION_ALLOW &&
		    names_has(&rule->names, name))
			return false;
	}
	return true;
}

static bool is_wanted(const struct profile *profile, const struct syscall *call,
		      const uint64_t args[TUPLE_ARGS], bool enosys)
{
	const struct outcome outcome = evaluate(profile, call, args).outcome;

	switch (outcome.action) {
	case ACTION_ALLOW:
	case ACTION_NOTIFY:
	case ACTION_TRACE:
		return false;
	case ACTION_ERRNO:
		return enosys || outcome.errno_value != ENOSYS;
	default:
		return true;
	}
}

int audit_args_add(struct audit_args *out, const struct profile *profile,
		   const struct tuples *denied, const struct arg_plan *plan, bool enosys)
{
	const struct tuples *planned = tuples_find(&plan->calls, &denied->call);
	char name[SYSCALL_NAME_LEN];
	struct tuples *wanted = NULL;
	int rc = 0;

	if (!planned || denied->open || !syscall_name(&denied->call, name) ||
	    !takes_conditions(profile, name))
		return 0;
	for (size_t i = 0; !rc && i < denied->len; i++) {
		if (!is_wanted(profile, &denied->call, denied->values[i], enosys))
			continue;
		if (!wanted)
			wanted = tuples_make(&out->wanted, &denied->call, planned->masks);
		rc = wanted ? tuples_add(wanted, denied->values[i]) : -ENOMEM;
	}
	return rc;
}

int audit_args_finish(struct audit_args *args)
{
	struct syscall_set needed = {0};

	for (size_t i = 0; i < args->wanted.len; i++)
		syscall_set__add(&needed, &args->wanted.calls[i].call);
	return constraints_make(&args->wanted, &needed, &args->constraints);
}

const struct region *audit_args_find(const struct audit_args *args, const char *name)
{
	const struct constraint *constraint = constraints_find(&args->constraints, name);

	return constraint && !constraint->open ? &constraint->region : NULL;
}

/* --- for people --- */

static size_t add_texts(const struct tuples *tuples, size_t shown, struct buf *out)
{
	for (size_t i = 0; i < tuples->len; i++, shown++) {
		if (shown >= TEXTS_MAX)
			continue;
		buf__addf(out, "%s", shown ? ", " : "");
		args_call_text(&tuples->call, tuples->masks, tuples->values[i], out);
	}
	return shown;
}

void audit_args_text(const struct audit_args *args, const char *name, struct buf *out)
{
	size_t shown = 0;

	for (size_t i = 0; i < args->wanted.len; i++) {
		char own[SYSCALL_NAME_LEN];

		if (syscall_name(&args->wanted.calls[i].call, own) && !strcmp(own, name))
			shown = add_texts(&args->wanted.calls[i], shown, out);
	}
	if (shown > TEXTS_MAX)
		buf__addf(out, " and %zu more of it", shown - TEXTS_MAX);
}

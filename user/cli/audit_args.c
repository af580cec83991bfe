// SPDX-License-Identifier: BSD-2-Clause
#include "cli/audit_args.h"
#include "profile/evaluate.h"

#include <errno.h>
#include <string.h>

void audit_args_clear(struct audit_args *args)
{
	tuples_list_clear(&args->wanted);
	constraints_clear(&args->constraints);
}

/* --- what is looked at --- */

/* What has conditions is looked at by what they are on, whatever the list has of it: others need not go with them. */
static void forget_listed(const struct rule *rule, struct arg_plan *plan)
{
	char name[SYSCALL_NAME_LEN];

	for (size_t i = 0; rule->conditions_len && i < plan->calls.len; i++)
		if (syscall_name(&plan->calls.calls[i].call, name) && names_has(&rule->names, name))
			memset(plan->calls.calls[i].masks, 0, sizeof(plan->calls.calls[i].masks));
}

/* The arguments that a rule has conditions for. */
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
		forget_listed(&profile->rules[i], out);
	for (size_t i = 0; !rc && i < profile->rules_len; i++)
		if (add_rule(&profile->rules[i], native, out))
			rc = err_errno(err, -ENOMEM, "cannot plan what arguments to look at");
	return rc;
}

/* --- what is wanted of what was seen --- */

/*
 * Can rules with conditions be added for the name? Not beside those that deny some or all of its arguments otherwise than the default does:
 * what they hold for would change as well.
 */
static bool takes_conditions(const struct profile *profile, const char *name)
{
	if (profile->default_action == ACTION_ALLOW)
		return false;
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		if (rule->action != ACTION_ALLOW && rule_counts(profile, rule) &&
		    names_has(&rule->names, name))
			return false;
	}
	return true;
}

static bool is_wanted(const struct profile *profile, const struct syscall *call,
		      const uint64_t args[TUPLE_ARGS])
{
	const enum action action = evaluate(profile, call, args).outcome.action;

	return action != ACTION_ALLOW && action != ACTION_NOTIFY && action != ACTION_TRACE;
}

int audit_args_add(struct audit_args *out, const struct profile *profile,
		   const struct tuples *denied, const struct arg_plan *plan)
{
	const struct tuples *planned = tuples_find(&plan->calls, &denied->call);
	char name[SYSCALL_NAME_LEN];
	struct tuples *wanted = tuples_find(&out->wanted, &denied->call);
	int rc = 0;

	if (!planned || !syscall_name(&denied->call, name))
		return 0;
	if (!wanted && (denied->open || denied->len))
		wanted = tuples_make(&out->wanted, &denied->call, planned->masks);
	if (!wanted)
		return denied->open || denied->len ? -ENOMEM : 0;
	if (denied->open)
		tuples_open(wanted, denied->open);
	for (size_t i = 0; !rc && i < denied->len; i++)
		if (is_wanted(profile, &denied->call, denied->values[i]))
			rc = tuples_add(wanted, denied->values[i]);
	if (wanted->len && !takes_conditions(profile, name))
		tuples_open(wanted, OPEN_TABLE);
	return rc;
}

int audit_args_finish(struct audit_args *args)
{
	struct syscall_set needed = {0};

	for (size_t i = 0; i < args->wanted.len; i++)
		if (args->wanted.calls[i].len || args->wanted.calls[i].open)
			syscall_set__add(&needed, &args->wanted.calls[i].call);
	return constraints_make(&args->wanted, &needed, &args->constraints);
}

void audit_args_refuse(struct audit_args *args, const char *name)
{
	struct constraint *constraint = constraints_find(&args->constraints, name);

	if (constraint)
		constraint_open(constraint, OPEN_TABLE);
}

enum open_reason audit_args_open(const struct audit_args *args, const char *name)
{
	const struct constraint *constraint = constraints_find(&args->constraints, name);

	return constraint ? constraint->open : OPEN_UNKNOWN;
}

const struct region *audit_args_find(const struct audit_args *args, const char *name)
{
	const struct constraint *constraint = constraints_find(&args->constraints, name);

	return constraint && !constraint->open ? &constraint->region : NULL;
}

/* --- for people --- */

/* The calls of another architecture may be the same. */
static bool was_shown(const struct tuples_list *list, size_t before, const char *name,
		      const struct tuples *tuples, const uint64_t values[TUPLE_ARGS])
{
	char own[SYSCALL_NAME_LEN];

	for (size_t i = 0; i < before; i++) {
		const struct tuples *other = &list->calls[i];

		if (!syscall_name(&other->call, own) || strcmp(own, name) ||
		    memcmp(other->masks, tuples->masks, sizeof(other->masks)))
			continue;
		for (size_t k = 0; k < other->len; k++)
			if (!memcmp(other->values[k], values, sizeof(other->values[k])))
				return true;
	}
	return false;
}

void audit_args_text(const struct audit_args *args, const char *name, struct buf *out)
{
	const struct tuples_list *wanted = &args->wanted;
	char own[SYSCALL_NAME_LEN];

	for (size_t i = 0; i < wanted->len; i++) {
		const struct tuples *tuples = &wanted->calls[i];

		if (!syscall_name(&tuples->call, own) || strcmp(own, name))
			continue;
		for (size_t k = 0; k < tuples->len; k++) {
			if (was_shown(wanted, i, name, tuples, tuples->values[k]))
				continue;
			buf__addf(out, "%s", out->len ? ", " : "");
			args_call_text(&tuples->call, tuples->masks, tuples->values[k], out);
		}
	}
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/hazard.h"
#include "profile/compile.h"
#include "profile/decision.h"
#include "profile/evaluate.h"
#include "profile/named.h"

#include <errno.h>
#include <string.h>

/* What more rules for a call come to, libseccomp can take seconds to find out. */
#define PROVED_RULES      8
#define PROVED_CONDITIONS 8
/* Arguments that are tried for all calls of a profile: some tenths of a second. */
#define PROBES_MAX (1UL << 16)

/*
 * A `view` has the rules for one call alone (named.h): who asks about each call must not look at all rules. None is kept over the next one.
 */

/* Values of a half, or of a whole argument; more than these are not tried. */
#define VALUES_MAX 1024

struct values {
	uint64_t list[VALUES_MAX];
	size_t len;
};

static void add_value(struct values *values, uint64_t value)
{
	for (size_t i = 0; i < values->len; i++)
		if (values->list[i] == value)
			return;
	if (values->len < VALUES_MAX)
		values->list[values->len++] = value;
}

static void add_half(struct values *halves, uint32_t half)
{
	add_value(halves, half);
	add_value(halves, half ? half - 1 : half);
	add_value(halves, half < UINT32_MAX ? half + 1 : half);
}

/*
 * One for each answer that comparing an argument's halves can give, whatever it is that stands in the rules for the call: a wrong filter
 * compares one argument with what another is to be compared with. Where 32 bits are compared there is no upper half.
 */
static void values_of(const struct profile *view, bool is_32bit, struct values *out)
{
	struct values halves = {0};

	*out = (struct values){0};
	for (size_t i = 0; i < view->rules_len; i++) {
		const struct rule *rule = &view->rules[i];

		for (size_t k = 0; k < rule->conditions_len; k++) {
			const struct condition *condition = &rule->conditions[k];

			add_half(&halves, condition->value);
			add_half(&halves, condition->value >> 32);
			if (condition->compare != COMPARE_MASKED_EQ)
				continue;
			add_half(&halves, condition->value_two);
			add_half(&halves, condition->value_two >> 32);
		}
	}
	for (size_t h = 0; h < (is_32bit ? 1 : halves.len); h++)
		for (size_t l = 0; l < halves.len; l++)
			add_value(out, (is_32bit ? 0 : halves.list[h] << 32) | halves.list[l]);
}

static void find_compared(const struct profile *view, bool compared[CONDITION_ARGS])
{
	memset(compared, 0, CONDITION_ARGS * sizeof(*compared));
	for (size_t i = 0; i < view->rules_len; i++)
		for (size_t k = 0; k < view->rules[i].conditions_len; k++)
			compared[view->rules[i].conditions[k].index] = true;
}

/*
 * Are the rules for the call such that libseccomp ends, and that values_of() has all that matter? Where a rule compares several arguments
 * and one of them by order or NE, it is not known to end.
 */
static bool can_be_proved(const struct profile *view)
{
	size_t rules = 0, conditions = 0;

	for (size_t i = 0; i < view->rules_len; i++) {
		const struct rule *rule = &view->rules[i];
		bool single = rule->conditions_len < 2 || rule_conditions_are_alternatives(rule);

		if (!rule_counts(view, rule))
			continue;
		rules++;
		conditions += rule->conditions_len;
		for (size_t k = 0; k < rule->conditions_len; k++)
			if (rule->conditions[k].compare == COMPARE_MASKED_EQ ||
			    (!single && condition_is_range(&rule->conditions[k])))
				return false;
	}
	return rules <= PROVED_RULES && conditions <= PROVED_CONDITIONS;
}

/* Has another call rules that the call is the multiplexer of? */
static bool has_subcalls(const struct named *named, enum arch arch, const char *name)
{
	struct syscall call = {.arch = arch};

	if (!arch_multiplexes(arch) || !syscall_resolve(arch, name, &call.nr) ||
	    !syscall_is_multiplexer(&call))
		return false;
	for (; call.sub < SUBCALLS_MAX; call.sub++) {
		const char *subname = syscall_subname(&call);
		size_t len = 0;

		if (subname)
			named_rules(named, subname, &len);
		if (len)
			return true;
	}
	return false;
}

/* Where a multiplexer makes the call as well, the rules for all that it makes are one decision, unless one decides about all of it. */
static bool is_apart(struct named *named, enum arch arch, const char *name)
{
	const char *multiplexer = syscall_multiplexer(arch, name);
	struct outcome outcome;

	if (has_subcalls(named, arch, name))
		return false;
	return !multiplexer ||
	       (decision_is_simple(named_view(named, multiplexer), multiplexer, &outcome) &&
		!outcome_equal(outcome, profile_default(named->profile)));
}

/* How many arguments may still be tried; if these are too few, a sample will do, or not. */
struct budget {
	size_t left;
	bool sample;
};

/* A step through `all` combinations that meets each value of each argument: prime, and larger than any number of values. */
#define SAMPLE_STEP 1000003

/* Combinations of values that are tried; 0: there are too many. */
static size_t spend(struct budget *budget, const bool compared[CONDITION_ARGS], size_t values)
{
	size_t all = 1;

	for (unsigned int i = 0; i < CONDITION_ARGS; i++)
		if (compared[i] && __builtin_mul_overflow(all, values, &all))
			all = SIZE_MAX;
	if (all > budget->left || values == VALUES_MAX) {
		if (!budget->sample)
			return 0;
		all = budget->left / 2 + 1;
	}
	budget->left -= all < budget->left ? all : budget->left;
	return all;
}

/* Does the filter answer as the rules do, whatever the arguments are? */
static bool agrees(const struct filter *filter, struct named *named, const struct syscall *call,
		   const char *name, struct budget *budget)
{
	const struct profile *view = named_view(named, name);
	struct seccomp_data data = {
		.nr = (int)call->nr + (int)arch_number_base(call->arch),
		.arch = arch_audit(call->arch),
	};
	bool compared[CONDITION_ARGS];
	char known[SYSCALL_NAME_LEN];
	struct values values;
	size_t probes;

	values_of(view, arch_compares_32bit(call->arch), &values);
	find_compared(view, compared);
	probes = spend(budget, compared, values.len);
	if (!probes)
		return false;
	(void)syscall_name(call, known);
	view = named_view(named, known);
	for (size_t probe = 0; probe < probes; probe++) {
		uint64_t args[CONDITION_ARGS] = {0};
		uint64_t left = budget->sample ? probe * SAMPLE_STEP : probe;

		for (unsigned int i = 0; i < CONDITION_ARGS; i++) {
			if (!compared[i])
				continue;
			args[i] = values.list[left % values.len];
			left /= values.len;
		}
		memcpy(data.args, args, sizeof(args));
		if (!outcome_equal(outcome_from_return(filter_run(filter, &data)),
				   evaluate(view, call, args).outcome))
			return false;
	}
	return true;
}

/* The first of the calls whose rules the filter of a machine does not hold to; NULL: there is none. `there`: the profile, as it is for the machine. */
static const char *find_wrong(const struct profile *there, struct named *named, enum arch machine,
			      const struct names *calls, struct budget *budget)
{
	struct filter own_filter filter = {0};
	struct buf own_buf unknown = BUF_INIT;

	if (compile_unchecked(there, machine, &filter, &unknown, NULL) ||
	    filter_check(&filter, NULL))
		return calls->list[0];
	for (size_t i = 0; i < calls->len; i++) {
		const char *name = calls->list[i];

		for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
			struct syscall call = {.arch = a};

			if (!there->arches[a])
				continue;
			if (is_apart(named, a, name) ?
				    syscall_resolve(a, name, &call.nr) &&
					    !agrees(&filter, named, &call, name, budget) :
				    !budget->sample)
				return name;
		}
	}
	return NULL;
}

/* The same on every machine that the profile has architectures of. */
static const char *find_wrong_anywhere(struct named *named, const struct names *calls, bool sample)
{
	const enum arch native = arch_host(arch_native());
	struct budget budget = {PROBES_MAX, sample};
	const char *wrong = NULL;

	for (enum arch machine = ARCH_INVALID + 1; !wrong && machine < ARCH_COUNT; machine++) {
		struct profile there = *named->profile; /* borrows */

		for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
			there.arches[a] = arch_host(a) == machine &&
					  profile_is_for(named->profile, a, native);
		if (profile_lists_arches(&there))
			wrong = find_wrong(&there, named, machine, calls, &budget);
	}
	return wrong;
}

static int refuse(const char *name, enum hazard hazard, struct err *err)
{
	static const char *const why[] = {
		[HAZARD_OVERLAP] =
			"rules with different actions hold for the same arguments, of which libseccomp makes another filter than they say; 'whittle convert' keeps the first one's",
		[HAZARD_RANGES] =
			"several rules, with order or NE beside several conditions in one or values above 32 bits, of which libseccomp may make another filter than they say; 'whittle convert' writes them so that it does not, for 64-bit architectures (--arch)",
	};

	return err_set(err, -ENOTSUP, "%s: %s", name, why[hazard]);
}

/* A call of which only the filter tells whether it is right is added to `doubtful`. */
static int check_name(struct named *named, const char *name, struct names *doubtful,
		      struct err *err)
{
	const struct profile *view = named_view(named, name);
	struct decision own_decision decision = {0};
	int rc = decision_make(view, name, &decision);

	if (!rc && decision.hazard == HAZARD_RANGES && can_be_proved(view)) {
		decision.hazard = HAZARD_NONE;
		rc = names_add(doubtful, name);
	}
	if (rc)
		return decision_refuse(rc, name, err);
	return decision.hazard == HAZARD_NONE ? 0 : refuse(name, decision.hazard, err);
}

/* Of one architecture: are there rules for calls that it lacks, and for those that it has only some with conditions? */
static bool forgets_number(const struct profile *profile, enum arch arch)
{
	bool absent = false, conditional = false;

	if (arch == ARCH_X86_64 || arch == ARCH_X32)
		return false;
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		for (size_t n = 0; rule_counts(profile, rule) && n < rule->names.len; n++) {
			int64_t nr;

			if (!syscall_resolve(arch, rule->names.list[n], &nr))
				absent = true;
			else if (rule->conditions_len)
				conditional = true;
			else
				return false;
		}
	}
	return absent && conditional;
}

/* Conditions that the filter looks at, and by order or NE. `from`: a multiplexer's call has another first argument. */
static void find_conditions(const struct profile *view, unsigned int from, bool *some, bool *ranges)
{
	for (size_t i = 0; i < view->rules_len; i++) {
		const struct rule *rule = &view->rules[i];

		for (size_t k = 0; rule_counts(view, rule) && k < rule->conditions_len; k++) {
			*some |= rule->conditions[k].index >= from;
			*ranges |= rule->conditions[k].index >= from &&
				   condition_is_range(&rule->conditions[k]);
		}
	}
}

/* A call that has conditions of its own where its multiplexer has some as well: in the filter all are in one place. */
static bool is_mixed(struct named *named, enum arch arch, const char *name)
{
	const char *multiplexer = syscall_multiplexer(arch, name);
	bool own = false, all = false, ranges = false;

	if (!multiplexer || is_apart(named, arch, name))
		return false;
	find_conditions(named_view(named, name), 1, &own, &ranges);
	find_conditions(named_view(named, multiplexer), 0, &all, &ranges);
	return own && all && ranges;
}

static struct outcome outcome_of(const struct profile *view, size_t index)
{
	return index == NO_RULE ? profile_default(view) : rule_outcome(&view->rules[index]);
}

/* A rule whose masks have none of the 32 bits that are compared decides all of the call there, if it is the first: elsewhere the one without does. */
static int check_masks(struct named *named, const char *name, struct err *err)
{
	const struct profile *view = named_view(named, name);
	size_t wide = find_whole_rule(view, name, false),
	       narrow = find_whole_rule(view, name, true);

	if (wide == NO_RULE || outcome_equal(outcome_of(view, wide), outcome_of(view, narrow)))
		return 0;
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (named->profile->arches[a] && arch_compares_32bit(a))
			return err_set(err, -ENOTSUP,
				       "%s: a rule whose mask has none of the 32 bits that %s compares decides there in place of a later one without conditions; leave one of them out, or the architecture",
				       name, arch_scmp_name(a));
	return 0;
}

static int check_mixed(struct named *named, const char *name, struct err *err)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (named->profile->arches[a] && is_mixed(named, a, name))
			return err_set(err, -ENOTSUP,
				       "%s: on %s the conditions on it and on %s are one decision, with order or NE in it, of which libseccomp may make another filter than they say; leave one of them out, or the architecture",
				       name, arch_scmp_name(a), syscall_multiplexer(a, name));
	return 0;
}

/* Is the rule the first with conditions that has the name? */
static bool is_first(const struct named *named, const char *name, size_t rule)
{
	size_t len;
	const struct named_rule *rows = named_rules(named, name, &len);

	while (!named->profile->rules[rows->rule].conditions_len)
		rows++;
	return rows->rule == rule;
}

/* In the order of the rules, each name once: the first that is wrong is told. */
static int check_names(struct named *named, struct names *doubtful, struct err *err)
{
	const struct profile *profile = named->profile;
	int rc = 0;

	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		for (size_t n = 0; !rc && rule->conditions_len && n < rule->names.len; n++) {
			const char *name = rule->names.list[n];

			if (!is_first(named, name, i))
				continue;
			rc = check_mixed(named, name, err);
			if (!rc)
				rc = check_masks(named, name, err);
			if (!rc)
				rc = check_name(named, name, doubtful, err);
		}
	}
	return rc;
}

int profile_check_hazards(const struct profile *profile, struct err *err)
{
	struct names own_names doubtful = {0};
	struct named own_named named = {0};
	const char *wrong;
	int rc;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (profile->arches[a] && forgets_number(profile, a))
			return err_set(err, -ENOTSUP,
				       "%s has none of the calls but some with conditions, and libseccomp then makes a filter that refuses them all; leave the architecture out",
				       arch_scmp_name(a));
	rc = named_make(profile, &named);
	if (rc)
		return err_errno(err, rc, "cannot tell what the rules mean");
	rc = check_names(&named, &doubtful, err);
	if (rc)
		return rc;
	wrong = doubtful.len ? find_wrong_anywhere(&named, &doubtful, false) : NULL;
	return wrong ? refuse(wrong, HAZARD_RANGES, err) : 0;
}

int profile_probe(const struct profile *profile, const struct names *calls, struct err *err)
{
	struct named own_named named = {0};
	const char *wrong;

	if (!calls->len)
		return 0;
	if (named_make(profile, &named))
		return err_errno(err, -ENOMEM, "cannot look at the rules");
	wrong = find_wrong_anywhere(&named, calls, true);
	return wrong ? err_set(err, -ENOTSUP,
			       "%s: libseccomp makes another filter of its rules than they say",
			       wrong) :
		       0;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/redefault.h"
#include "profile/evaluate.h"
#include "profile/merge.h"
#include "profile/resolve.h"

#include <errno.h>
#include <string.h>

/* Does a rule that counts decide about the call, with this outcome or with another one? */
static bool has_rule(const struct profile *profile, const char *name, struct outcome outcome,
		     bool same)
{
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		if (rule_counts(profile, rule) && rule_has_name(rule, name) &&
		    outcome_equal(rule_outcome(rule), outcome) == same)
			return true;
	}
	return false;
}

bool profile_relies_on(const struct profile *profile, struct outcome outcome)
{
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		if (!rule_counts(profile, rule) || !outcome_equal(rule_outcome(rule), outcome))
			continue;
		for (size_t n = 0; n < rule->names_len; n++)
			if (has_rule(profile, rule->names[n], outcome, false))
				return true;
	}
	return false;
}

/* By a multiplexer its first argument is not looked at, and rules for both are one list, in their order: canonical form has another. */
static bool is_muddled(const struct profile *profile, const char *multiplexer, const char *name,
		       struct outcome outcome)
{
	struct outcome simple;

	return (has_rule(profile, multiplexer, outcome, true) &&
		has_rule(profile, name, outcome, false)) ||
	       (has_rule(profile, name, outcome, true) &&
		(has_rule(profile, multiplexer, outcome, false) ||
		 (has_rule(profile, name, outcome, false) &&
		  !decision_is_simple(profile, name, &simple))));
}

/* The first call of a multiplexer's whose rules no canonical form takes apart; NULL: there is none. */
static const char *find_muddled(const struct profile *profile, enum arch arch,
				struct outcome outcome)
{
	static const char *const multiplexers[] = {"socketcall", "ipc"};

	for (size_t i = 0; i < ARRAY_LEN(multiplexers); i++) {
		struct syscall call = {.arch = arch};

		if (!syscall_resolve(arch, multiplexers[i], &call.nr))
			continue;
		for (call.sub = 0; call.sub < SUBCALLS_MAX; call.sub++) {
			const char *name = syscall_subname(&call);

			if (name && is_muddled(profile, multiplexers[i], name, outcome))
				return name;
		}
	}
	return NULL;
}

static void drop_rules(struct profile *profile, struct outcome outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < profile->rules_len; i++) {
		if (outcome_equal(rule_outcome(&profile->rules[i]), outcome))
			rule_clear(&profile->rules[i]);
		else
			profile->rules[n++] = profile->rules[i];
	}
	profile->rules_len = n;
}

/* With the architectures of archMap listed, which are all that may come of it. */
static void list_all(struct profile *profile)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		for (enum arch b = ARCH_INVALID + 1; b < ARCH_COUNT; b++)
			profile->arches[b] |= (profile->arch_map[a] & ARCH_BIT(b)) != 0;
		profile->arch_map[a] = 0;
	}
}

static int make_canonical(struct profile *profile, struct err *err)
{
	struct profile own_profile canonical = {0};
	int rc;

	if (profile_rules_depend(profile))
		return err_set(err, -EINVAL,
			       "rules that say what the new default action says decide before others, and some depend on the container: --cap, --kernel or --arch say for which one");
	rc = profile_canonical(profile, &canonical, err);
	if (!rc && profile_wants_high_bits(&canonical))
		rc = err_set(err, -ENOTSUP,
			     "its conditions cannot be taken apart for 32-bit architectures as well, which compare but 32 bits: --arch names others");
	if (rc)
		return rc;
	profile_clear(profile);
	*profile = canonical;
	canonical = (struct profile){0};
	return 0;
}

static int check_muddled(const struct profile *profile, struct outcome outcome, struct err *err)
{
	bool lists = profile_lists_arches(profile);

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		bool is_listed = lists ? profile->arches[a] : a == arch_native();
		const char *name = is_listed ? find_muddled(profile, a, outcome) : NULL;

		if (name)
			return err_set(err, -ENOTSUP,
				       "a rule that says what the new default action says decides before others for %s, which %s has a multiplexer for as well: --arch names other architectures",
				       name, arch_token(a));
	}
	return 0;
}

/* Rules of this outcome can be left out then. */
static int make_free_of(struct profile *profile, struct outcome outcome, struct err *err)
{
	int rc = check_muddled(profile, outcome, err);

	if (rc || !profile_relies_on(profile, outcome))
		return rc;
	rc = make_canonical(profile, err);
	if (!rc)
		drop_rules(profile, outcome);
	return rc;
}

int profile_set_default(struct profile *profile, struct outcome outcome, struct err *err)
{
	const struct profile before = *profile; /* its architectures, as they are said */
	int rc;

	if (outcome_equal(outcome, profile_default(profile)))
		return 0;
	drop_rules(profile, profile_default(profile));
	list_all(profile);
	rc = make_free_of(profile, outcome, err);
	memcpy(profile->arches, before.arches, sizeof(before.arches));
	memcpy(profile->arch_map, before.arch_map, sizeof(before.arch_map));
	if (rc)
		return rc;
	profile->default_action = outcome.action;
	profile->default_errno = outcome.errno_value;
	return 0;
}

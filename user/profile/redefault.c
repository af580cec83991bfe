// SPDX-License-Identifier: BSD-2-Clause
#include "profile/redefault.h"
#include "profile/evaluate.h"
#include "profile/merge.h"
#include "profile/named.h"
#include "profile/resolve.h"

#include <errno.h>
#include <string.h>

/* What is to become of a profile: its rules' outcomes, and the default one. */
struct change {
	outcome_map map; /* NULL: the same */
	struct outcome rest;
};

static struct outcome changed(const struct change *change, struct outcome outcome)
{
	return change->map ? change->map(outcome) : outcome;
}

/* Will the rule be none? */
static bool gets_lost(const struct change *change, const struct rule *rule)
{
	return outcome_equal(changed(change, rule_outcome(rule)), change->rest);
}

/* Does a rule that counts decide about the call, one that gets lost or one that does not? */
static bool has_rule(const struct named *named, const char *name, const struct change *change,
		     bool lost)
{
	const struct profile *profile = named->profile;
	size_t len;
	const struct named_rule *list = named_rules(named, name, &len);

	for (size_t i = 0; i < len; i++) {
		const struct rule *rule = &profile->rules[list[i].rule];

		if (rule_counts(profile, rule) && gets_lost(change, rule) == lost)
			return true;
	}
	return false;
}

/* The index of the next name behind that one in a list by names. */
static size_t next_name(const struct named *named, size_t i)
{
	size_t len;

	(void)named_rules(named, named->list[i].name, &len);
	return i + len;
}

/* Would other rules decide in place of those that get lost? */
static bool relies_on_lost(const struct named *named, const struct change *change)
{
	for (size_t i = 0; i < named->len; i = next_name(named, i))
		if (has_rule(named, named->list[i].name, change, true) &&
		    has_rule(named, named->list[i].name, change, false))
			return true;
	return false;
}

/* By a multiplexer its first argument is not looked at, and rules for both are one list, in their order: canonical form has another. */
static bool is_muddled(const struct named *named, const char *multiplexer, const char *name,
		       const struct change *change)
{
	struct outcome simple;

	return (has_rule(named, multiplexer, change, true) &&
		has_rule(named, name, change, false)) ||
	       (has_rule(named, name, change, true) &&
		(has_rule(named, multiplexer, change, false) ||
		 (has_rule(named, name, change, false) &&
		  !decision_is_simple(named->profile, name, &simple))));
}

/* The first call that a multiplexer makes as well whose rules no canonical form takes apart; NULL: there is none. */
static const char *find_muddled(const struct named *named, enum arch arch,
				const struct change *change)
{
	for (size_t i = 0; i < named->len; i = next_name(named, i)) {
		const char *name = named->list[i].name;
		const char *multiplexer = syscall_multiplexer(arch, name);

		if (multiplexer && is_muddled(named, multiplexer, name, change))
			return name;
	}
	return NULL;
}

static void drop_lost(struct profile *profile, const struct change *change)
{
	size_t n = 0;

	for (size_t i = 0; i < profile->rules_len; i++) {
		if (gets_lost(change, &profile->rules[i]))
			rule_clear(&profile->rules[i]);
		else
			profile->rules[n++] = profile->rules[i];
	}
	profile->rules_len = n;
}

static int make_canonical(struct profile *profile, struct err *err)
{
	struct profile own_profile canonical = {0};
	int rc;

	if (profile_rules_depend(profile))
		return err_set(err, -EINVAL,
			       "rules that would say what the default action says decide before others, and some depend on the container: --cap, --kernel or --arch say for which one");
	rc = profile_canonical(profile, &canonical, err);
	if (!rc && (profile_wants_high_bits(&canonical) ||
		    profile_loses_high_bits(&canonical, profile, 1)))
		rc = err_set(err, -ENOTSUP,
			     "its conditions cannot be taken apart for 32-bit architectures as well, which compare but 32 bits: --arch names others");
	if (rc)
		return rc;
	profile_clear(profile);
	*profile = canonical;
	canonical = (struct profile){0};
	return 0;
}

static int check_muddled(const struct named *named, const struct change *change, struct err *err)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		const char *name = profile_is_for(named->profile, a, arch_native()) ?
					   find_muddled(named, a, change) :
					   NULL;

		if (name)
			return err_set(err, -ENOTSUP,
				       "a rule that would say what the default action says decides before others for %s, which %s has a multiplexer for as well: --arch names other architectures",
				       name, arch_token(a));
	}
	return 0;
}

/* What gets lost of it will not be missed then. */
static int make_free(struct profile *profile, const struct change *change, struct err *err)
{
	struct named own_named named = {0};
	int rc = named_make(profile, &named);

	if (rc)
		return err_errno(err, rc, "cannot change the default action");
	rc = check_muddled(&named, change, err);
	if (rc || !relies_on_lost(&named, change))
		return rc;
	rc = make_canonical(profile, err);
	if (!rc)
		drop_lost(profile, change);
	return rc;
}

int profile_change(struct profile *profile, outcome_map map, struct outcome rest, struct err *err)
{
	const struct profile before = *profile; /* its architectures, as they are said */
	const struct change none = {NULL, profile_default(profile)}, change = {map, rest};
	int rc;

	if (!map && outcome_equal(rest, none.rest))
		return 0;
	drop_lost(profile, &none);
	profile_list_arch_map(profile);
	rc = make_free(profile, &change, err);
	memcpy(profile->arches, before.arches, sizeof(before.arches));
	memcpy(profile->arch_map, before.arch_map, sizeof(before.arch_map));
	if (rc)
		return rc;
	if (map)
		drop_lost(profile, &change);
	for (size_t i = 0; i < profile->rules_len; i++) {
		struct outcome outcome = changed(&change, rule_outcome(&profile->rules[i]));

		profile->rules[i].action = outcome.action;
		profile->rules[i].errno_value = outcome.errno_value;
	}
	profile->default_action = rest.action;
	profile->default_errno = rest.errno_value;
	return 0;
}

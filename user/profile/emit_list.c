// SPDX-License-Identifier: BSD-2-Clause
/* A list says which calls are allowed, whatever their arguments, and that the rest is not. */
#include "profile/decision.h"
#include "profile/emit.h"

#include <errno.h>

static int add_rule(const struct profile *profile, size_t index, const struct emit_options *options,
		    struct rule *names, struct err *err)
{
	const struct rule *rule = &profile->rules[index];
	struct outcome outcome;

	if (rule->conditions_len)
		return emit_refuse(profile, index, options, "a list has no conditions", err);
	if (rule->action != ACTION_ALLOW && rule->action != ACTION_ERRNO)
		return emit_refuse(profile, index, options, "a list only allows", err);
	for (size_t i = 0; i < rule->names_len; i++)
		if (decision_is_simple(profile, rule->names[i], &outcome) &&
		    outcome.action == ACTION_ALLOW && rule_add_name(names, rule->names[i]))
			return err_errno(err, -ENOMEM, "cannot write the list");
	return 0;
}

int emit_list(const struct profile *profile, const struct emit_options *options, struct buf *out,
	      struct err *err)
{
	struct rule own_rule names = {0};
	size_t others = 0; /* names that are refused in another way than the rest */

	if (outcome_allows(profile_default(profile)))
		return err_set(err, -EOPNOTSUPP,
			       "a list says what is allowed, and this profile allows by default");
	for (size_t i = 0; i < profile->rules_len; i++) {
		int rc = add_rule(profile, i, options, &names, err);

		if (rc)
			return rc;
		if (profile->rules[i].action == ACTION_ERRNO &&
		    !outcome_equal(rule_outcome(&profile->rules[i]), profile_default(profile)))
			others += profile->rules[i].names_len;
	}
	if (others)
		buf__addf(options->warnings,
			  "left out: errnos that differ from the default one (names: %zu): a list only allows\n",
			  others);
	for (size_t i = 0; i < names.names_len; i++)
		buf__addf(out, "%s\n", names.names[i]);
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the list") : 0;
}

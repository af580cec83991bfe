// SPDX-License-Identifier: BSD-2-Clause
/* A list says which calls are allowed, whatever their arguments, and that the rest is not. */
#include "profile/decision.h"
#include "profile/emit.h"
#include "profile/named.h"

#include <errno.h>

static int check_rule(const struct profile *profile, size_t index,
		      const struct emit_options *options, struct err *err)
{
	const struct rule *rule = &profile->rules[index];

	if (rule->conditions_len)
		return emit_refuse(profile, index, options, "a list has no conditions", err);
	if (rule->action != ACTION_ALLOW && rule->action != ACTION_ERRNO)
		return emit_refuse(profile, index, options, "a list only allows", err);
	return 0;
}

/* Without a default that allows, what is simple and allowed has a rule that says so. */
static int add_names(const struct profile *profile, struct buf *out)
{
	struct named own_named named = {0};
	struct names own_names names = {0};
	int rc = profile_names(profile, &names);

	if (!rc)
		rc = named_make(profile, &named);
	for (size_t i = 0; !rc && i < names.len; i++) {
		const struct profile *view = named_view(&named, names.list[i]);
		struct outcome outcome;

		if (decision_is_simple(view, names.list[i], &outcome) &&
		    outcome.action == ACTION_ALLOW)
			buf__addf(out, "%s\n", names.list[i]);
	}
	return rc ? rc : buf__error(out);
}

int emit_list(const struct profile *profile, const struct emit_options *options, struct buf *out,
	      struct err *err)
{
	size_t others = 0; /* names that are refused in another way than the rest */
	int rc;

	if (outcome_allows(profile_default(profile)))
		return err_set(err, -EOPNOTSUPP,
			       "a list says what is allowed, and this profile allows by default");
	for (size_t i = 0; i < profile->rules_len; i++) {
		rc = check_rule(profile, i, options, err);
		if (rc)
			return rc;
		if (profile->rules[i].action == ACTION_ERRNO &&
		    !outcome_equal(rule_outcome(&profile->rules[i]), profile_default(profile)))
			others += profile->rules[i].names.len;
	}
	if (others)
		buf__addf(options->warnings,
			  "left out: errnos that differ from the default one (names: %zu): a list only allows\n",
			  others);
	rc = add_names(profile, out);
	return rc ? err_errno(err, rc, "cannot write the list") : 0;
}

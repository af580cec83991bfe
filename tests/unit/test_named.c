// SPDX-License-Identifier: BSD-2-Clause
/* Rules by name: what they say of a call is what the whole profile says, and many of them are no matter of minutes. */
#include "profile/decision.h"
#include "profile/emit_oci.h"
#include "profile/merge.h"
#include "profile/named.h"
#include "effort.h"
#include "random_profile.h"

#include <string.h>

Test(named, a_view_says_the_same)
{
	random_state = 7;
	for (int i = 0; i < EFFORT(3000); i++) {
		struct profile own_profile profile = {0};
		struct named own_named named = {0};

		random_profile(&profile);
		cr_assert_eq(named_make(&profile, &named), 0);
		for (size_t k = 0; k < ARRAY_LEN(harmless); k++) {
			const struct profile *view = named_view(&named, harmless[k]);
			struct outcome whole, part;
			size_t rules = 0;

			cr_assert_not_null(view);
			cr_assert_eq(decision_is_simple(&profile, harmless[k], &whole),
				     decision_is_simple(view, harmless[k], &part));
			cr_assert(outcome_equal(whole, part));
			for (size_t r = 0; r < profile.rules_len; r++) {
				if (!names_has(&profile.rules[r].names, harmless[k]))
					continue;
				cr_assert_lt(rules, view->rules_len);
				cr_assert_eq(view->rules[rules++].names.list,
					     profile.rules[r].names.list);
			}
			cr_assert_eq(rules, view->rules_len);
		}
	}
}

/* Beside what is there one at a time. */
Test(named, names_of_a_profile)
{
	random_state = 8;
	for (int i = 0; i < EFFORT(3000); i++) {
		struct profile own_profile profile = {0};
		struct names own_names names = {0}, own_names slow = {0};

		random_profile(&profile);
		cr_assert_eq(names_add(&names, "geteuid"), 0);
		cr_assert_eq(names_add(&slow, "geteuid"), 0);
		for (size_t r = 0; r < profile.rules_len; r++)
			for (size_t n = 0; n < profile.rules[r].names.len; n++)
				cr_assert_eq(names_add(&slow, profile.rules[r].names.list[n]), 0);
		cr_assert_eq(profile_names(&profile, &names), 0);
		cr_assert_eq(names.len, slow.len);
		for (size_t n = 0; n < slow.len; n++)
			cr_assert_str_eq(names.list[n], slow.list[n]);
	}
}

/* Took a quarter of a minute for each profile. */
Test(named, many_names, .timeout = 10)
{
	struct profile own_profile profile = {.default_action = ACTION_ERRNO},
				   own_profile out = {0};
	struct err err = {0};

	for (size_t i = 0; i < 2000; i++) {
		struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);

		cr_assert_not_null(rule);
		for (size_t n = 0; n < 50; n++) {
			char name[32];

			snprintf(name, sizeof(name), "n%zu_%zu", i, n);
			cr_assert_eq(names_add(&rule->names, name), 0);
		}
	}
	cr_assert_eq(profile_canonical(&profile, &out, &err), 0, "%s", err.text);
	cr_expect_eq(out.rules_len, 1);
	cr_expect_eq(out.rules[0].names.len, 100000);
}

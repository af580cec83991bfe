// SPDX-License-Identifier: BSD-2-Clause
/*
 * SeccompProfile, security-profiles-operator.x-k8s.io: OCI's fields in YAML, without errnos (every ERRNO is EPERM, and TRACE's number as
 * well), with 63-bit values, and few conditions a rule.
 */
#include "profile/emit.h"
#include "profile/evaluate.h"
#include "profile/redefault.h"
#include "profile/resolve.h"
#include "profile/text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define ARGS_MAX 6   /* of the resource's definition */
#define NAME_END 253 /* DNS-1123 */

/* What a SeccompProfile makes of it. */
static struct outcome without_errno(struct outcome outcome)
{
	if (action_has_errno(outcome.action))
		outcome.errno_value = EPERM;
	return outcome;
}

static bool has_other_errno(struct outcome outcome)
{
	return !outcome_equal(outcome, without_errno(outcome));
}

/* Only what needs no quotes is written without them. */
static bool is_plain(const char *text)
{
	return *text && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-.") == strlen(text) &&
	       *text >= 'a' && *text <= 'z' && strcmp(text, "null") && strcmp(text, "true") &&
	       strcmp(text, "false") && strcmp(text, "yes") && strcmp(text, "no") &&
	       strcmp(text, "on") && strcmp(text, "off") && strcmp(text, "y") && strcmp(text, "n");
}

static bool values_fit(const struct rule *rule)
{
	for (size_t i = 0; i < rule->conditions_len; i++)
		if (rule->conditions[i].value > INT64_MAX ||
		    rule->conditions[i].value_two > INT64_MAX)
			return false;
	return true;
}

/* Is what `rule` refuses allowed without it, or more of it, by the default action or by another rule? */
static bool opens_without(const struct profile *profile, const struct rule *rule)
{
	if (!rule_counts(profile, rule))
		return false;
	if (outcome_compare(profile_default(profile), rule_outcome(rule)) > 0)
		return true;
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *other = &profile->rules[i];

		if (outcome_compare(rule_outcome(other), rule_outcome(rule)) <= 0)
			continue;
		for (size_t n = 0; n < rule->names.len; n++)
			if (names_has(&other->names, rule->names.list[n]))
				return true;
	}
	return false;
}

/* Says, or warns of, what becomes of a rule's errno. */
static int check_errno(const struct profile *profile, size_t index,
		       const struct emit_options *options, struct err *err)
{
	const struct rule *rule = &profile->rules[index];
	const struct outcome rest = without_errno(profile_default(profile));
	const bool trace = rule->action == ACTION_TRACE;
	const char *why = trace ? "a SeccompProfile has no number for TRACE but 1" :
				  "a SeccompProfile has no errno but EPERM";
	size_t number = rule_number(profile, rule);

	if (!has_other_errno(rule_outcome(rule)) || !rule_counts(profile, rule))
		return 0;
	if (outcome_equal(without_errno(rule_outcome(rule)), rest))
		return emit_refuse(profile, index, options, why, err);
	if (!options->lossy)
		return err_set(err, -EOPNOTSUPP, "rule %zu (%s%s): %s; --lossy takes that", number,
			       rule->names.list[0], rule->names.len > 1 ? ", ..." : "", why);
	buf__addf(options->warnings, "rule %zu (%s%s): its %s now\n", number, rule->names.list[0],
		  rule->names.len > 1 ? ", ..." : "", trace ? "number is 1" : "errno is EPERM");
	return 0;
}

static int check_default(const struct profile *profile, const struct emit_options *options,
			 struct err *err)
{
	const bool trace = profile->default_action == ACTION_TRACE;

	if (!has_other_errno(profile_default(profile)))
		return 0;
	if (!options->lossy)
		return err_set(err, -EOPNOTSUPP,
			       "the default action: a SeccompProfile has no %s; --lossy takes that",
			       trace ? "number for TRACE but 1" : "errno but EPERM");
	buf__addf(options->warnings, "the default action's %s now\n",
		  trace ? "number is 1" : "errno is EPERM");
	return 0;
}

/* With the errnos that there are: it lets through no more, though rules come to say the same as the default action. */
static int take_errnos(const struct profile *profile, const struct emit_options *options,
		       struct profile *out, struct err *err)
{
	static const struct host nobody = {0};
	bool other = has_other_errno(profile_default(profile));
	int rc = 0;

	for (size_t i = 0; !rc && i < profile->rules_len; i++) {
		rc = check_errno(profile, i, options, err);
		other |= has_other_errno(rule_outcome(&profile->rules[i]));
	}
	if (rc)
		return rc;
	rc = profile_resolve(profile, &nobody, out);
	if (rc)
		return err_errno(err, rc, "cannot write the profile");
	return other ? profile_change(out, without_errno, without_errno(profile_default(profile)),
				      err) :
		       0;
}

static void add_conditions(struct buf *out, const struct rule *rule, size_t first, size_t len)
{
	if (len)
		buf__addf(out, "    args:\n");
	for (size_t i = first; i < first + len; i++) {
		const struct condition *c = &rule->conditions[i];

		buf__addf(out, "    - index: %u\n      value: %" PRIu64 "\n", c->index, c->value);
		if (c->compare == COMPARE_MASKED_EQ)
			buf__addf(out, "      valueTwo: %" PRIu64 "\n", c->value_two);
		buf__addf(out, "      op: %s\n", compare_scmp_name(c->compare));
	}
}

static void add_head(struct buf *out, const struct rule *rule)
{
	buf__addf(out, "  - action: %s\n    names:\n", action_scmp_name(rule->action));
	for (size_t i = 0; i < rule->names.len; i++)
		buf__addf(out, is_plain(rule->names.list[i]) ? "    - %s\n" : "    - \"%s\"\n",
			  rule->names.list[i]);
}

/* More conditions than there are arguments are alternatives: a rule each says the same. */
static int add_rule(const struct profile *profile, size_t index, const struct emit_options *options,
		    struct buf *out, struct err *err)
{
	static const char why[] = "a SeccompProfile has no values above 2^63 - 1";
	const struct rule *rule = &profile->rules[index];
	const bool several = rule->conditions_len > ARGS_MAX;
	size_t number = rule_number(profile, rule);

	if (!values_fit(rule)) {
		if (options->lossy && opens_without(profile, rule))
			return err_set(err, -EOPNOTSUPP,
				       "rule %zu (%s%s): %s, and without it more would be allowed",
				       number, rule->names.list[0],
				       rule->names.len > 1 ? ", ..." : "", why);
		return emit_refuse(profile, index, options, why, err);
	}
	for (size_t i = 0; i < (several ? rule->conditions_len : 1); i++) {
		add_head(out, rule);
		add_conditions(out, rule, i, several ? 1 : rule->conditions_len);
	}
	return 0;
}

/* JSON's strings are YAML's, too. */
static void add_flags(struct buf *out, const struct profile *profile)
{
	bool some = false;

	for (enum flag flag = 0; flag < FLAG_COUNT; flag++) {
		if (!profile->flags[flag])
			continue;
		buf__addf(out, "%s  - %s\n", some ? "" : "  flags:\n", flag_name(flag));
		some = true;
	}
	if (profile->listener_path) {
		buf__addf(out, "  listenerPath: ");
		text_add_json(out, profile->listener_path);
		buf__addf(out, "\n");
	}
	if (profile->listener_metadata) {
		buf__addf(out, "  listenerMetadata: ");
		text_add_json(out, profile->listener_metadata);
		buf__addf(out, "\n");
	}
}

/* The kinds of the resource's definition, which the API server holds it to (spod: Arch). */
static bool has_arch(enum arch arch)
{
	static const unsigned int missing = ARCH_BIT(ARCH_LOONGARCH64) | ARCH_BIT(ARCH_M68K) |
					    ARCH_BIT(ARCH_SH) | ARCH_BIT(ARCH_SHEB);

	return !(missing & ARCH_BIT(arch));
}

static int add_arches(const struct profile *profile, const struct emit_options *options,
		      struct buf *out, struct err *err)
{
	int rc = 0;

	buf__addf(out, "  architectures:\n");
	for (enum arch a = ARCH_INVALID + 1; !rc && a < ARCH_COUNT; a++) {
		if (!profile->arches[a])
			continue;
		if (has_arch(a))
			buf__addf(out, "  - %s\n", arch_scmp_name(a));
		else
			rc = emit_refuse_arch(a, options, "a SeccompProfile", err);
	}
	return rc;
}

bool kubernetes_name_is_valid(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++) {
		bool inside = i && i + 1 < len && name[i - 1] != '.' && name[i + 1] != '.';

		if (!strchr(letters, name[i]) && !(inside && (name[i] == '-' || name[i] == '.')))
			return false;
	}
	return len && len <= NAME_END;
}

int emit_kubernetes(const struct profile *profile, const struct emit_options *options,
		    struct buf *out, struct err *err)
{
	const char *name = options->name ? options->name : "whittle";
	const char *quote = is_plain(name) ? "" : "\"";
	struct profile own_profile taken = {0};
	int rc;

	if (!kubernetes_name_is_valid(name))
		return err_set(err, -EINVAL, "'%.60s' is no name of a SeccompProfile", name);
	rc = check_default(profile, options, err);
	if (rc)
		return rc;
	buf__addf(out,
		  "# in the pod, or in one of its containers:\n#   securityContext:\n#     seccompProfile:\n"
		  "#       type: Localhost\n#       localhostProfile: operator/%s.json\n"
		  "apiVersion: security-profiles-operator.x-k8s.io/v1beta1\nkind: SeccompProfile\nmetadata:\n  name: %s%s%s\nspec:\n"
		  "  defaultAction: %s\n",
		  name, quote, name, quote, action_scmp_name(profile->default_action));
	rc = add_arches(profile, options, out, err);
	if (!rc)
		rc = take_errnos(profile, options, &taken, err);
	add_flags(out, profile);
	buf__addf(out, "  syscalls:\n");
	for (size_t i = 0; !rc && i < taken.rules_len; i++)
		rc = add_rule(&taken, i, options, out, err);
	if (rc)
		return rc;
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the profile") : 0;
}

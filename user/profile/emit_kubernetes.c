// SPDX-License-Identifier: BSD-2-Clause
/* SeccompProfile, security-profiles-operator.x-k8s.io: OCI's fields in YAML, without errnos (every ERRNO is EPERM) and with 63-bit values. */
#include "profile/emit.h"
#include "profile/text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

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

static int add_rule(const struct profile *profile, size_t index, const struct emit_options *options,
		    struct buf *out, struct err *err)
{
	const struct rule *rule = &profile->rules[index];

	if (rule->action == ACTION_ERRNO && rule->errno_value != EPERM)
		return emit_refuse(profile, index, options,
				   "a SeccompProfile has no errno but EPERM", err);
	if (!values_fit(rule))
		return emit_refuse(profile, index, options,
				   "a SeccompProfile has no values above 2^63 - 1", err);
	buf__addf(out, "  - action: %s\n    names:\n", action_scmp_name(rule->action));
	for (size_t i = 0; i < rule->names_len; i++)
		buf__addf(out, is_plain(rule->names[i]) ? "    - %s\n" : "    - \"%s\"\n",
			  rule->names[i]);
	if (rule->conditions_len)
		buf__addf(out, "    args:\n");
	for (size_t i = 0; i < rule->conditions_len; i++) {
		const struct condition *c = &rule->conditions[i];

		buf__addf(out, "    - index: %u\n      value: %" PRIu64 "\n", c->index, c->value);
		if (c->compare == COMPARE_MASKED_EQ)
			buf__addf(out, "      valueTwo: %" PRIu64 "\n", c->value_two);
		buf__addf(out, "      op: %s\n", compare_scmp_name(c->compare));
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

int emit_kubernetes(const struct profile *profile, const struct emit_options *options,
		    struct buf *out, struct err *err)
{
	const char *name = options->name && is_plain(options->name) ? options->name : "whittle";
	int rc;

	if (profile->default_action == ACTION_ERRNO && profile->default_errno != EPERM) {
		if (!options->lossy)
			return err_set(err, -EOPNOTSUPP,
				       "the default action: a SeccompProfile has no errno but EPERM; --lossy takes that");
		buf__addf(options->warnings, "the default action's errno is EPERM now\n");
	}
	buf__addf(out,
		  "# in the pod, or in one of its containers:\n#   securityContext:\n#     seccompProfile:\n"
		  "#       type: Localhost\n#       localhostProfile: operator/%s.json\n"
		  "apiVersion: security-profiles-operator.x-k8s.io/v1beta1\nkind: SeccompProfile\nmetadata:\n  name: %s\nspec:\n"
		  "  defaultAction: %s\n",
		  name, name, action_scmp_name(profile->default_action));
	rc = add_arches(profile, options, out, err);
	add_flags(out, profile);
	buf__addf(out, "  syscalls:\n");
	for (size_t i = 0; !rc && i < profile->rules_len; i++)
		rc = add_rule(profile, i, options, out, err);
	if (rc)
		return rc;
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the profile") : 0;
}

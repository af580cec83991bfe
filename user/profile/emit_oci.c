// SPDX-License-Identifier: BSD-2-Clause
#include "profile/emit.h"
#include "profile/circumstance.h"
#include "profile/emit_oci.h"
#include "profile/resolve.h"
#include "profile/why.h"
#include "profile/text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static void add_arches(struct buf *out, const struct profile *profile)
{
	const char *before = "";

	buf__addf(out, "  \"architectures\": [");
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		if (!profile->arches[a])
			continue;
		buf__addf(out, "%s\n    \"%s\"", before, arch_scmp_name(a));
		before = ",";
	}
	buf__addf(out, "%s],\n", *before ? "\n  " : "");
}

static void add_names(struct buf *out, const struct rule *rule)
{
	buf__addf(out, "      \"names\": [");
	for (size_t i = 0; i < rule->names.len; i++) {
		buf__addf(out, "%s\n        ", i ? "," : "");
		text_add_json(out, rule->names.list[i]);
	}
	buf__addf(out, "%s],\n", rule->names.len ? "\n      " : "");
}

static void add_conditions(struct buf *out, const struct rule *rule)
{
	buf__addf(out, ",\n      \"args\": [");
	for (size_t i = 0; i < rule->conditions_len; i++) {
		const struct condition *c = &rule->conditions[i];

		buf__addf(out,
			  "%s\n        {\n          \"index\": %u,\n          \"value\": %" PRIu64
			  ",\n",
			  i ? "," : "", c->index, c->value);
		if (c->compare == COMPARE_MASKED_EQ)
			buf__addf(out, "          \"valueTwo\": %" PRIu64 ",\n", c->value_two);
		buf__addf(out, "          \"op\": \"%s\"\n        }",
			  compare_scmp_name(c->compare));
	}
	buf__addf(out, "\n      ]");
}

static void add_circumstances(struct buf *out, const struct rule *rule, bool excluded)
{
	const struct circumstance *before = NULL;

	for (size_t i = 0; i < rule->circumstances_len; i++) {
		const struct circumstance *c = &rule->circumstances[i];
		const bool one = c->kind == CIRCUMSTANCE_KERNEL;

		if (c->excluded != excluded)
			continue;
		if (!before)
			buf__addf(out, ",\n      \"%s\": {", excluded ? "excludes" : "includes");
		if (before && before->kind == c->kind)
			buf__addf(out, ", ");
		else
			buf__addf(out, "%s%s\n        \"%s\": %s", before ? "]" : "",
				  before ? "," : "", circumstance_key(c->kind), one ? "" : "[");
		text_add_json(out, c->text);
		before = c;
	}
	if (before)
		buf__addf(out, "%s\n      }", before->kind == CIRCUMSTANCE_KERNEL ? "" : "]");
}

static void add_rule(struct buf *out, const struct profile *profile, const struct rule *rule,
		     bool docker)
{
	struct buf own_buf why = BUF_INIT;

	buf__addf(out, "\n    {\n");
	add_names(out, rule);
	buf__addf(out, "      \"action\": \"%s\"", action_scmp_name(rule->action));
	if (action_has_errno(rule->action))
		buf__addf(out, ",\n      \"errnoRet\": %d", rule->errno_value);
	if (rule->conditions_len)
		add_conditions(out, rule);
	if (docker) {
		rule_why(profile, rule, &why);
		if (why.len) {
			buf__addf(out, ",\n      \"comment\": ");
			text_add_json(out, buf__text(&why));
		}
		add_circumstances(out, rule, false);
		add_circumstances(out, rule, true);
	}
	buf__addf(out, "\n    }");
}

static bool is_text(const char *text)
{
	return !text || text_is_utf8(text, strlen(text));
}

static bool is_all_text(const struct profile *profile)
{
	if (!is_text(profile->listener_path) || !is_text(profile->listener_metadata))
		return false;
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		for (size_t n = 0; n < rule->names.len; n++)
			if (!is_text(rule->names.list[n]))
				return false;
		for (size_t n = 0; n < rule->circumstances_len; n++)
			if (!is_text(rule->circumstances[n].text))
				return false;
	}
	return true;
}

/* Under each native architecture its companions: as the profile says, or those that it lists. */
static void add_arch_map(struct buf *out, const struct profile *profile)
{
	unsigned int map[ARCH_COUNT];
	const char *before = "";

	memcpy(map, profile->arch_map, sizeof(map));
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (profile->arches[a])
			map[arch_host(a)] |= ARCH_BIT(a);
	buf__addf(out, "  \"archMap\": [");
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		const char *between = "";

		if (!map[a])
			continue;
		buf__addf(out,
			  "%s\n    {\n      \"architecture\": \"%s\",\n      \"subArchitectures\": [",
			  before, arch_scmp_name(a));
		for (enum arch sub = ARCH_INVALID + 1; sub < ARCH_COUNT; sub++) {
			if (sub == a || !(map[a] & ARCH_BIT(sub)))
				continue;
			buf__addf(out, "%s\n        \"%s\"", between, arch_scmp_name(sub));
			between = ",";
		}
		buf__addf(out, "%s]\n    }", *between ? "\n      " : "");
		before = ",";
	}
	buf__addf(out, "%s],\n", *before ? "\n  " : "");
}

/* Of no meaning to most profiles, and runc before 1.2 refuses them: only what is there. */
static void add_flags(struct buf *out, const struct profile *profile)
{
	const char *before = "  \"flags\": [";

	for (enum flag flag = 0; flag < FLAG_COUNT; flag++) {
		if (!profile->flags[flag])
			continue;
		buf__addf(out, "%s\n    \"%s\"", before, flag_name(flag));
		before = ",";
	}
	buf__addf(out, "%s", *before == ',' ? "\n  ],\n" : "");
	if (profile->listener_path) {
		buf__addf(out, "  \"listenerPath\": ");
		text_add_json(out, profile->listener_path);
		buf__addf(out, ",\n");
	}
	if (profile->listener_metadata) {
		buf__addf(out, "  \"listenerMetadata\": ");
		text_add_json(out, profile->listener_metadata);
		buf__addf(out, ",\n");
	}
}

static int emit_json(const struct profile *profile, bool docker, struct buf *out, struct err *err)
{
	const char *before = "";

	if (!is_all_text(profile))
		return err_set(err, -EINVAL, "cannot write the profile: a name that is no UTF-8");
	buf__addf(out, "{\n  \"defaultAction\": \"%s\",\n",
		  action_scmp_name(profile->default_action));
	if (action_has_errno(profile->default_action))
		buf__addf(out, "  \"defaultErrnoRet\": %d,\n", profile->default_errno);
	if (docker && (profile_has_arch_map(profile) || !profile_depends(profile)))
		add_arch_map(out, profile);
	else
		add_arches(out, profile);
	add_flags(out, profile);
	buf__addf(out, "  \"syscalls\": [");
	for (size_t i = 0; i < profile->rules_len; i++) {
		if (!profile->rules[i].names.len)
			continue;
		buf__addf(out, "%s", before);
		add_rule(out, profile, &profile->rules[i], docker);
		before = ",";
	}
	buf__addf(out, "%s]\n}\n", *before ? "\n  " : "");
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the profile") : 0;
}

int emit_oci(const struct profile *profile, struct buf *out, struct err *err)
{
	int rc = profile_needs_no_host(profile, err);

	return rc ? rc : emit_json(profile, false, out, err);
}

/* A companion without its host would get lost in the map. */
int emit_docker(const struct profile *profile, const struct emit_options *options, struct buf *out,
		struct err *err)
{
	(void)options;
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT && !profile_depends(profile); a++)
		if (profile->arches[a] && !profile->arches[arch_host(a)])
			return err_set(err, -EINVAL,
				       "docker has %s only as a companion of %s, which the profile does not list",
				       arch_token(a), arch_token(arch_host(a)));
	return emit_json(profile, true, out, err);
}

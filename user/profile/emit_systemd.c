// SPDX-License-Identifier: BSD-2-Clause
/*
 * A drop-in, systemd.exec(5). systemd adds @default to every allow-list, so the service may call a little more than the profile
 * says. It has no conditions, but for socket's family RestrictAddressFamilies= says the same.
 */
#include "profile/decision.h"
#include "profile/emit.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static const struct {
	unsigned int family;
	const char *name;
} families[] = {
	{AF_UNIX, "AF_UNIX"},     {AF_INET, "AF_INET"},
	{AF_INET6, "AF_INET6"},   {AF_NETLINK, "AF_NETLINK"},
	{AF_PACKET, "AF_PACKET"}, {AF_ALG, "AF_ALG"},
	{AF_VSOCK, "AF_VSOCK"},   {AF_BLUETOOTH, "AF_BLUETOOTH"},
	{AF_CAN, "AF_CAN"},       {AF_XDP, "AF_XDP"},
	{AF_KEY, "AF_KEY"},
};

/* The family that a rule for socket alone allows; NULL: it says something else. */
static const char *family_of(const struct rule *rule)
{
	if (rule->action != ACTION_ALLOW || rule->names_len != 1 ||
	    strcmp(rule->names[0], "socket") || rule->conditions_len != 1 ||
	    rule->conditions[0].index || rule->conditions[0].compare != COMPARE_EQ)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (families[i].family == rule->conditions[0].value)
			return families[i].name;
	return NULL;
}

static const char *const arches[ARCH_COUNT] = {
	[ARCH_INVALID] = "", [ARCH_X86_64] = "x86-64", [ARCH_X86] = "x86",
	[ARCH_X32] = "x32",  [ARCH_AARCH64] = "arm64", [ARCH_ARM] = "arm",
};

struct unit {
	struct rule allowed, logged;
	struct buf denied;   /* NAME:ERRNO */
	struct buf families; /* AF_... */
};

static void unit_clear(struct unit *unit)
{
	rule_clear(&unit->allowed);
	rule_clear(&unit->logged);
	buf__clear(&unit->denied);
	buf__clear(&unit->families);
}

static int add_name(struct unit *unit, const struct profile *profile, const char *name)
{
	struct outcome outcome;

	if (!decision_is_simple(profile, name, &outcome))
		return 0;
	if (outcome.action == ACTION_LOG && rule_add_name(&unit->logged, name))
		return -ENOMEM;
	if (outcome_allows(outcome) && rule_add_name(&unit->allowed, name))
		return -ENOMEM;
	if (outcome.action == ACTION_ERRNO && strerrorname_np(outcome.errno_value))
		buf__addf(&unit->denied, " %s:%s", name, strerrorname_np(outcome.errno_value));
	return 0;
}

static int add_rule(struct unit *unit, const struct profile *profile, size_t index,
		    const struct emit_options *options, struct err *err)
{
	const struct rule *rule = &profile->rules[index];
	const char *family = family_of(rule);

	if (family) {
		buf__addf(&unit->families, " %s", family);
		return rule_add_name(&unit->allowed, "socket") ?
			       err_errno(err, -ENOMEM, "cannot write the unit") :
			       0;
	}
	if (rule->action == ACTION_ERRNO && !outcome_allows(profile_default(profile)))
		return emit_refuse(profile, index, options,
				   "systemd's allow-lists refuse with one errno", err);
	if (rule->conditions_len)
		return emit_refuse(profile, index, options,
				   "systemd has no conditions but on the family of socket", err);
	if (rule->action != ACTION_ALLOW && rule->action != ACTION_LOG &&
	    rule->action != ACTION_ERRNO)
		return emit_refuse(profile, index, options, "systemd has no such action for a call",
				   err);
	for (size_t i = 0; i < rule->names_len; i++)
		if (add_name(unit, profile, rule->names[i]))
			return err_errno(err, -ENOMEM, "cannot write the unit");
	return 0;
}

static void add_line(struct buf *out, const char *key, const struct rule *names)
{
	if (!names->names_len)
		return;
	buf__addf(out, "%s=", key);
	for (size_t i = 0; i < names->names_len; i++)
		buf__addf(out, "%s%s", i ? " " : "", names->names[i]);
	buf__addf(out, "\n");
}

static int add_lists(const struct profile *profile, const struct unit *unit, struct buf *out,
		     struct err *err)
{
	const char *name = strerrorname_np(profile->default_errno);

	if (outcome_allows(profile_default(profile))) {
		if (unit->denied.len)
			buf__addf(out, "SystemCallFilter=~%s\n", buf__text(&unit->denied) + 1);
		return 0;
	}
	add_line(out, "SystemCallFilter", &unit->allowed);
	if (profile->default_action == ACTION_ERRNO && name)
		buf__addf(out, "SystemCallErrorNumber=%s\n", name);
	else if (profile->default_action != ACTION_KILL_PROCESS &&
		 profile->default_action != ACTION_KILL_THREAD)
		return err_set(err, -EOPNOTSUPP, "systemd cannot refuse by %s",
			       action_scmp_name(profile->default_action));
	return 0;
}

int emit_systemd(const struct profile *profile, const struct emit_options *options, struct buf *out,
		 struct err *err)
{
	__attribute__((cleanup(unit_clear))) struct unit unit = {0};
	int rc = 0;

	for (size_t i = 0; !rc && i < profile->rules_len; i++)
		rc = add_rule(&unit, profile, i, options, err);
	if (rc)
		return rc;
	buf__addf(out, "[Service]\nSystemCallArchitectures=");
	for (enum arch a = ARCH_INVALID + 1, first = 1; a < ARCH_COUNT; a++) {
		if (!profile->arches[a])
			continue;
		buf__addf(out, "%s%s", first ? "" : " ", arches[a]);
		first = 0;
	}
	buf__addf(out, "\n");
	rc = add_lists(profile, &unit, out, err);
	add_line(out, "SystemCallLog", &unit.logged);
	if (unit.families.len)
		buf__addf(out, "RestrictAddressFamilies=%s\n", buf__text(&unit.families) + 1);
	return rc || !buf__error(out) ? rc :
					err_errno(err, buf__error(out), "cannot write the unit");
}

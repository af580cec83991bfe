// SPDX-License-Identifier: BSD-2-Clause
/*
 * A drop-in, systemd.exec(5). systemd adds @default to every list of allowed calls: what the profile refuses of it is taken out again.
 * There are no conditions, but for socket's family RestrictAddressFamilies= says the same.
 */
#include "profile/decision.h"
#include "profile/emit.h"
#include "profile/evaluate.h"
#include "profile/families.h"
#include "profile/named.h"
#include "profile/systemd_groups.h"

#include <errno.h>
#include <string.h>

/* What libseccomp 2.5.4, and so systemd of Debian 12, does not know: it would say so in the log. */
static const char *const newer[] = {"lsm_get_self_attr", "lsm_list_modules", "mseal",
				    "riscv_hwprobe", "uretprobe"};

struct unit {
	struct names allowed, refused, logged, unlogged;
	struct names unlisted, unlisted_newer; /* of @default */
	struct buf families;                   /* " AF_..." each */
	bool families_deny, families_set;
};

static void unit_clear(struct unit *unit)
{
	names_clear(&unit->allowed);
	names_clear(&unit->logged);
	names_clear(&unit->unlogged);
	names_clear(&unit->unlisted);
	names_clear(&unit->unlisted_newer);
	names_clear(&unit->refused);
	buf__clear(&unit->families);
}

/* Nobody is there to be asked: the kernel says ENOSYS then. */
static bool is_asking(enum action action)
{
	return action == ACTION_TRACE || action == ACTION_NOTIFY;
}

static void add_refusal(struct buf *out, struct outcome outcome)
{
	const char *name = strerrorname_np(outcome.errno_value);

	if (is_asking(outcome.action))
		buf__addf(out, "ENOSYS");
	else if (outcome.action != ACTION_ERRNO)
		buf__addf(out, "kill");
	else if (name)
		buf__addf(out, "%s", name);
	else
		buf__addf(out, "%d", outcome.errno_value);
}

static int add_name(struct unit *unit, struct named *named, const char *name)
{
	struct outcome outcome, rest = profile_default(named->profile);
	const struct profile *view = named_view(named, name);
	int rc = 0;

	if (!decision_is_simple(view, name, &outcome))
		return 0;
	if (!outcome_allows(outcome))
		return outcome_equal(outcome, rest) ? 0 : names_add(&unit->refused, name);
	if (!outcome_allows(rest))
		rc = names_add(&unit->allowed, name);
	if (!rc && outcome.action == ACTION_LOG && rest.action != ACTION_LOG)
		rc = names_add(&unit->logged, name);
	if (!rc && outcome.action == ACTION_ALLOW && rest.action == ACTION_LOG)
		rc = names_add(&unit->unlogged, name);
	return rc;
}

static bool has_action(enum action action)
{
	return action == ACTION_ALLOW || action == ACTION_LOG || action == ACTION_ERRNO ||
	       action == ACTION_KILL_PROCESS;
}

/* RestrictAddressFamilies= says it. */
static bool is_about_family(const struct unit *unit, const struct rule *rule)
{
	return unit->families_set && rule->names.len == 1 && !strcmp(rule->names.list[0], "socket");
}

static int check_rule(const struct profile *profile, size_t index,
		      const struct emit_options *options, struct err *err)
{
	const struct rule *rule = &profile->rules[index];
	size_t number = rule_number(profile, rule);
	const char *more = rule->names.len > 1 ? ", ..." : "";
	const char *instead = is_asking(rule->action) ? "answers ENOSYS" : "kills the process";

	if (rule->conditions_len)
		return emit_refuse(profile, index, options,
				   "systemd has no conditions but on the family of socket", err);
	if (has_action(rule->action))
		return 0;
	if (!options->lossy)
		return err_set(err, -EOPNOTSUPP,
			       "rule %zu (%s%s): systemd has no such action for a call; --lossy %s",
			       number, rule->names.list[0], more, instead);
	buf__addf(options->warnings, "rule %zu (%s%s) %s: systemd has no such action for a call\n",
		  number, rule->names.list[0], more, instead);
	return 0;
}

/* By name, so that in each list each comes behind all others. */
static int add_names(struct unit *unit, struct named *named)
{
	const char *last = NULL;
	int rc = 0;

	for (size_t i = 0; !rc && i < named->len; i++) {
		const struct named_rule *row = &named->list[i];
		const struct rule *rule = &named->profile->rules[row->rule];

		if (rule->conditions_len || is_about_family(unit, rule) ||
		    (last && !strcmp(last, row->name)))
			continue;
		last = row->name;
		rc = add_name(unit, named, last);
	}
	return rc;
}

/* Where RestrictAddressFamilies= does nothing: systemd leaves out what has socketcall, or once had, and what it is not sure of. */
static int check_families(const struct profile *profile, const struct emit_options *options,
			  struct err *err)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		if (!profile_is_for(profile, a, arch_native()) || !arch_systemd_name(a) ||
		    systemd_restricts_families(a))
			continue;
		if (!options->lossy)
			return err_set(err, -EOPNOTSUPP,
				       "systemd does not look at the family of socket on %s; --lossy lets all of them through there",
				       arch_token(a));
		buf__addf(options->warnings,
			  "on %s socket gets through with any family: systemd does not look at it there\n",
			  arch_token(a));
	}
	return 0;
}

/* Are all rules for socket about its family, in a way that systemd has, too? */
static int add_families(struct unit *unit, const struct profile *profile)
{
	struct outcome through, refused;
	struct families families;

	if (!families_of(profile, &families, &through, &refused))
		return 0;
	if (outcome_allows(profile_default(profile)) &&
	    (refused.action != ACTION_ERRNO || refused.errno_value != EAFNOSUPPORT))
		return 0;
	unit->families_set = true;
	unit->families_deny = families.all_but;
	for (unsigned int i = 0; i < FAMILIES_END; i++)
		if (families.bits >> i & 1)
			buf__addf(&unit->families, " %s", family_name(i));
	if (through.action == ACTION_LOG && profile->default_action != ACTION_LOG &&
	    names_add(&unit->logged, "socket"))
		return -ENOMEM;
	if (through.action == ACTION_ALLOW && profile->default_action == ACTION_LOG &&
	    names_add(&unit->unlogged, "socket"))
		return -ENOMEM;
	return outcome_allows(profile_default(profile)) ? 0 : names_add(&unit->allowed, "socket");
}

static bool is_newer(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(newer); i++)
		if (!strcmp(newer[i], name))
			return true;
	return false;
}

/* What systemd allows with every list and the profile does not. What has an errno of its own is in the other list. */
static int add_unlisted(struct unit *unit, const struct profile *profile)
{
	struct names own_names names = {0};
	int rc = systemd_group_names("@default", &names);

	for (size_t i = 0; !rc && i < names.len; i++) {
		const char *name = names.list[i];
		struct outcome outcome;

		if (names_has(&unit->allowed, name) ||
		    (decision_is_simple(profile, name, &outcome) &&
		     !outcome_equal(outcome, profile_default(profile))))
			continue;
		rc = names_add(is_newer(name) ? &unit->unlisted_newer : &unit->unlisted, name);
	}
	return rc;
}

static int collect(struct unit *unit, struct named *named, const struct emit_options *options,
		   struct err *err)
{
	const struct profile *profile = named->profile;
	int rc = add_families(unit, profile);

	if (rc)
		return err_errno(err, rc, "cannot write the unit");
	if (unit->families_set)
		rc = check_families(profile, options, err);
	for (size_t i = 0; !rc && i < profile->rules_len; i++)
		if (!is_about_family(unit, &profile->rules[i]))
			rc = check_rule(profile, i, options, err);
	if (rc)
		return rc;
	rc = add_names(unit, named);
	if (!rc && !outcome_allows(profile_default(profile)))
		rc = add_unlisted(unit, profile);
	return rc ? err_errno(err, rc, "cannot write the unit") : 0;
}

/* What the unit has said of it would count as well, and its first line would say whether the list allows or refuses: an empty one undoes it. */
static void begin_list(struct buf *out, const char *key)
{
	buf__addf(out, "%s=\n", key);
}

static void add_line(struct buf *out, const char *key, const struct names *names)
{
	if (!names->len)
		return;
	buf__addf(out, "%s", key);
	for (size_t i = 0; i < names->len; i++)
		buf__addf(out, "%s%s", i ? " " : "", names->list[i]);
	buf__addf(out, "\n");
}

static void add_refused(const struct unit *unit, struct named *named, struct buf *out)
{
	struct outcome outcome;

	if (!unit->refused.len)
		return;
	buf__addf(out, "SystemCallFilter=~");
	for (size_t i = 0; i < unit->refused.len; i++) {
		const char *name = unit->refused.list[i];

		(void)decision_is_simple(named_view(named, name), name, &outcome);
		buf__addf(out, "%s%s:", i ? " " : "", name);
		add_refusal(out, outcome);
	}
	buf__addf(out, "\n");
}

static int add_arches(const struct profile *profile, const struct emit_options *options,
		      struct buf *out, struct err *err)
{
	const char *before = "";
	int rc = 0;

	begin_list(out, "SystemCallArchitectures");
	buf__addf(out, "SystemCallArchitectures=");
	for (enum arch a = ARCH_INVALID + 1; !rc && a < ARCH_COUNT; a++) {
		if (!profile->arches[a])
			continue;
		if (!arch_systemd_name(a)) {
			rc = emit_refuse_arch(a, options, "systemd", err);
			continue;
		}
		buf__addf(out, "%s%s", before, arch_systemd_name(a));
		before = " ";
	}
	buf__addf(out, "%s\n", *before ? "" : "native");
	return rc;
}

static int add_lists(const struct unit *unit, struct named *named, struct buf *out)
{
	const struct outcome rest = profile_default(named->profile);

	if (!outcome_allows(rest) || unit->refused.len)
		begin_list(out, "SystemCallFilter");
	if (!outcome_allows(rest)) {
		/* an empty list would be none at all */
		if (unit->allowed.len)
			add_line(out, "SystemCallFilter=", &unit->allowed);
		else
			buf__addf(out, "SystemCallFilter=execve\nSystemCallFilter=~execve\n");
		if (unit->unlisted.len)
			buf__addf(out, "# not what systemd allows by itself\n");
		add_line(out, "SystemCallFilter=~", &unit->unlisted);
		if (unit->unlisted_newer.len)
			buf__addf(out,
				  "# nor this, which an older systemd neither knows nor allows, and says so in its log\n");
		add_line(out, "SystemCallFilter=~", &unit->unlisted_newer);
	}
	add_refused(unit, named, out);
	if (!outcome_allows(rest)) {
		buf__addf(out, "SystemCallErrorNumber=");
		add_refusal(out, rest);
		buf__addf(out, "\n");
	}
	if (unit->logged.len || rest.action == ACTION_LOG)
		begin_list(out, "SystemCallLog");
	add_line(out, "SystemCallLog=", &unit->logged);
	if (rest.action == ACTION_LOG && unit->unlogged.len)
		add_line(out, "SystemCallLog=~", &unit->unlogged);
	else if (rest.action == ACTION_LOG)
		buf__addf(out,
			  "# all of them: no kernel has this one, and for none systemd logs nothing\nSystemCallLog=~" SYSTEMD_NO_CALL
			  "\n");
	if (unit->families_set) {
		begin_list(out, "RestrictAddressFamilies");
		buf__addf(out, "RestrictAddressFamilies=%s%s\n", unit->families_deny ? "~" : "",
			  buf__text(&unit->families) + 1);
	}
	return buf__error(out);
}

static int check_default(const struct profile *profile, const struct emit_options *options,
			 struct err *err)
{
	enum action action = profile->default_action;

	/* it ignores SystemCallErrorNumber=0, and kills */
	if (action == ACTION_ERRNO && !profile->default_errno)
		return err_set(err, -EOPNOTSUPP,
			       "the default action: systemd answers with no errno 0");
	if (has_action(action))
		return 0;
	if (action != ACTION_KILL_THREAD || !options->lossy)
		return err_set(err, -EOPNOTSUPP, "the default action: systemd has no %s%s",
			       action_scmp_name(action),
			       action == ACTION_KILL_THREAD ?
				       ", it kills the process; --lossy takes that" :
				       "");
	buf__addf(options->warnings, "the default action kills the process, not the thread\n");
	return 0;
}

int emit_systemd(const struct profile *profile, const struct emit_options *options, struct buf *out,
		 struct err *err)
{
	__attribute__((cleanup(unit_clear))) struct unit unit = {0};
	struct named own_named named = {0};
	int rc = check_default(profile, options, err);

	if (rc)
		return rc;
	if (named_make(profile, &named))
		return err_errno(err, -ENOMEM, "cannot write the unit");
	rc = collect(&unit, &named, options, err);
	if (rc)
		return rc;
	buf__addf(out, "[Service]\n");
	rc = add_arches(profile, options, out, err);
	if (rc)
		return rc;
	rc = add_lists(&unit, &named, out);
	return rc ? err_errno(err, rc, "cannot write the unit") : 0;
}

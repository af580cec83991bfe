// SPDX-License-Identifier: BSD-2-Clause
#include "profile/emit.h"
#include "profile/compile.h"
#include "profile/emit_oci.h"
#include "profile/evaluate.h"
#include "profile/resolve.h"

#include <errno.h>
#include <string.h>

/* OCI leaves nothing out. */
static int emit_plain_oci(const struct profile *profile, const struct emit_options *options,
			  struct buf *out, struct err *err)
{
	(void)options;
	return emit_oci(profile, out, err);
}

const struct emit_format emit_formats[] = {
	{"oci", true, true, false, true, false, false, emit_plain_oci},
	{"docker", true, true, false, true, false, true, emit_docker},
	{"kubernetes", false, true, false, true, true, false, emit_kubernetes},
	{"systemd", false, false, false, false, false, false, emit_systemd},
	{"minijail", false, false, true, false, false, false, emit_minijail},
	{"firecracker", false, false, true, false, false, false, emit_firecracker},
	{"firejail", false, false, false, false, false, false, emit_firejail},
	{"bpf", true, false, false, true, false, false, emit_bpf},
	{"pfc", true, false, false, true, false, false, emit_pfc},
	{"list", false, false, false, false, false, false, emit_list},
	{0},
};

int emit_profile(const struct emit_format *format, const struct profile *profile,
		 const struct emit_options *options, struct buf *out, struct err *err)
{
	for (size_t i = 0; !format->any_name && i < profile->rules_len; i++)
		for (size_t n = 0; n < profile->rules[i].names.len; n++)
			if (!syscall_is_name(profile->rules[i].names.list[n],
					     strlen(profile->rules[i].names.list[n])))
				return err_set(err, -EINVAL, "'%.60s' is no name of a call",
					       profile->rules[i].names.list[n]);
	if (!format->depends && profile_depends(profile))
		return err_set(err, -EINVAL, "%s cannot say what depends on container and host",
			       format->name);
	if (!format->has_flags && profile_has_flags(profile)) {
		if (!options->lossy)
			return err_set(err, -EOPNOTSUPP,
				       "%s has no place for flags and listeners of the profile; --lossy leaves them out",
				       format->name);
		buf__addf(options->warnings, "left out: flags and listeners\n");
	}
	return format->emit(profile, options, out, err);
}

int emit_refuse(const struct profile *profile, size_t index, const struct emit_options *options,
		const char *why, struct err *err)
{
	const struct rule *rule = &profile->rules[index];
	size_t number = rule_number(profile, rule);

	if (!options->lossy)
		return err_set(err, -EOPNOTSUPP, "rule %zu (%s%s): %s; --lossy leaves it out",
			       number, rule->names.list[0], rule->names.len > 1 ? ", ..." : "",
			       why);
	if (rule_counts(profile, rule) &&
	    outcome_compare(profile_default(profile), rule_outcome(rule)) > 0)
		return err_set(err, -EOPNOTSUPP,
			       "rule %zu (%s%s): %s, and without it more would be allowed", number,
			       rule->names.list[0], rule->names.len > 1 ? ", ..." : "", why);
	buf__addf(options->warnings, "left out: rule %zu (%s%s): %s\n", number, rule->names.list[0],
		  rule->names.len > 1 ? ", ..." : "", why);
	return 0;
}

int emit_refuse_call(const struct profile *profile, int rc, const struct err *reason,
		     const struct emit_options *options, struct err *err)
{
	if (rc != -EOPNOTSUPP)
		return err_set(err, rc, "%s", reason->text);
	if (!options->lossy)
		return err_set(err, rc, "%s; --lossy leaves it out", reason->text);
	if (outcome_allows(profile_default(profile)))
		return err_set(err, rc, "%s, and without it more would be allowed", reason->text);
	buf__addf(options->warnings, "left out: %s\n", reason->text);
	return 0;
}

void emit_tell_unknown(const struct buf *unknown, const struct emit_options *options)
{
	if (unknown->len)
		buf__addf(options->warnings,
			  "the installed libseccomp does not know these calls, so they get the default action: %s\n",
			  buf__text(unknown));
}

int emit_refuse_arch(enum arch arch, const struct emit_options *options, const char *who,
		     struct err *err)
{
	if (!options->lossy)
		return err_set(err, -EOPNOTSUPP, "%s has no architecture %s; --lossy leaves it out",
			       who, arch_token(arch));
	buf__addf(options->warnings, "left out: %s has no architecture %s\n", who,
		  arch_token(arch));
	return 0;
}

static void tell_arches(const struct profile *profile, enum arch machine,
			const struct emit_options *options)
{
	const char *before = "";
	bool others = false;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		others |= profile->arches[a] && a != machine;
	if (!others)
		return;
	buf__addf(options->warnings, "it is for %s alone; left out:", arch_token(machine));
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		if (!profile->arches[a] || a == machine)
			continue;
		buf__addf(options->warnings, "%s %s", before, arch_token(a));
		before = ",";
	}
	buf__addf(options->warnings, "\n");
}

int emit_names_of_machine(const struct profile *profile, const struct emit_options *options,
			  struct names *out, struct err *err)
{
	enum arch machine = compile_machine(profile);
	struct buf own_buf missing = BUF_INIT;
	struct names own_names names = {0};
	int rc = profile_names(profile, &names);

	for (size_t i = 0; !rc && i < names.len; i++) {
		int64_t nr;

		/* where libseccomp knows no calls, nobody can tell */
		if (!arch_is_known(machine) || syscall_resolve(machine, names.list[i], &nr))
			rc = names_add(out, names.list[i]);
		else
			buf__addf(&missing, " %s", names.list[i]);
	}
	if (!rc)
		rc = buf__error(&missing);
	if (rc)
		return err_errno(err, rc, "cannot write the profile");
	tell_arches(profile, machine, options);
	if (missing.len)
		buf__addf(options->warnings, "left out, because %s has no such calls:%s\n",
			  arch_token(machine), buf__text(&missing));
	return 0;
}

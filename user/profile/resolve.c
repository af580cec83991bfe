// SPDX-License-Identifier: BSD-2-Clause
#include "profile/resolve.h"
#include "base/capability.h"
#include "base/num.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *const host_default_caps[] = {
	"CAP_AUDIT_WRITE", "CAP_CHOWN",   "CAP_DAC_OVERRIDE",     "CAP_FOWNER",     "CAP_FSETID",
	"CAP_KILL",        "CAP_MKNOD",   "CAP_NET_BIND_SERVICE", "CAP_NET_RAW",    "CAP_SETFCAP",
	"CAP_SETGID",      "CAP_SETPCAP", "CAP_SETUID",           "CAP_SYS_CHROOT",
};
const size_t host_default_caps_len = ARRAY_LEN(host_default_caps);

static bool has_cap(const struct host *host, const char *text)
{
	const char *const *caps = host->caps ? host->caps : host_default_caps;
	size_t len = host->caps ? host->caps_len : host_default_caps_len;

	for (size_t i = 0; i < len; i++)
		if (!strcmp(caps[i], text))
			return true;
	return false;
}

static bool is_arch(const struct host *host, const char *text)
{
	const char *own = arch_docker_name(host->arch);

	return own && !strcmp(own, text);
}

static bool is_kernel(const struct host *host, const char *text)
{
	unsigned int major, minor;

	if (sscanf(text, "%5u.%5u", &major, &minor) != 2)
		return false;
	return host->kernel_major > major ||
	       (host->kernel_major == major && host->kernel_minor >= minor);
}

bool rule_holds(const struct rule *rule, const struct host *host)
{
	static bool (*const is[CIRCUMSTANCE_COUNT])(const struct host *host, const char *text) = {
		[CIRCUMSTANCE_CAP] = has_cap,
		[CIRCUMSTANCE_ARCH] = is_arch,
		[CIRCUMSTANCE_KERNEL] = is_kernel,
	};
	bool arches = false, arch = false;

	for (size_t i = 0; i < rule->circumstances_len; i++) {
		const struct circumstance *c = &rule->circumstances[i];
		bool there = is[c->kind](host, c->text);

		if (c->excluded) {
			if (there)
				return false;
		} else if (c->kind == CIRCUMSTANCE_ARCH) {
			arches = true;
			arch |= there;
		} else if (!there) {
			return false;
		}
	}
	return arch || !arches;
}

bool profile_has_arch_map(const struct profile *profile)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (profile->arch_map[a])
			return true;
	return false;
}

bool profile_rules_depend(const struct profile *profile)
{
	for (size_t i = 0; i < profile->rules_len; i++)
		if (profile->rules[i].circumstances_len)
			return true;
	return false;
}

bool profile_depends(const struct profile *profile)
{
	return profile_has_arch_map(profile) || profile_rules_depend(profile);
}

int profile_needs_no_host(const struct profile *profile, struct err *err)
{
	return profile_depends(profile) ?
		       err_set(err, -EINVAL,
			       "the profile depends on container and host, and was not resolved for one") :
		       0;
}

/* But for its circumstances. */
static int copy_rule(const struct rule *from, struct profile *profile)
{
	struct rule *to = profile_add_rule(profile, from->action, from->errno_value);

	if (!to)
		return -ENOMEM;
	to->number = from->number;
	to->place = from->place;
	for (size_t i = 0; i < from->names.len; i++)
		if (names_add(&to->names, from->names.list[i]))
			return -ENOMEM;
	for (size_t i = 0; i < from->conditions_len; i++)
		if (rule_add_condition(to, &from->conditions[i]))
			return -ENOMEM;
	if (from->comment && !(to->comment = strdup(from->comment)))
		return -ENOMEM;
	return 0;
}

int profile_resolve(const struct profile *profile, const struct host *host, struct profile *out)
{
	struct profile own_profile resolved = {.default_action = profile->default_action,
					       .default_errno = profile->default_errno,
					       .place = profile->place};

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		resolved.arches[a] = profile->arches[a] ||
				     profile->arch_map[host->arch] & ARCH_BIT(a);
	if (profile_copy_flags(profile, &resolved))
		return -ENOMEM;
	for (size_t i = 0; i < profile->rules_len; i++)
		if (rule_holds(&profile->rules[i], host) &&
		    copy_rule(&profile->rules[i], &resolved))
			return -ENOMEM;
	*out = resolved;
	resolved = (struct profile){0};
	return 0;
}

static void add_caps(struct buf *out, const struct host *host)
{
	if (!host->caps)
		buf__addf(out, "Docker's %zu capabilities", host_default_caps_len);
	else if (!host->caps_len)
		buf__addf(out, "no capability");
	else if (host->caps_len == CAPABILITY_COUNT)
		buf__addf(out, "all capabilities");
	else
		for (size_t i = 0; i < host->caps_len; i++)
			buf__addf(out, "%s%s", i ? ", " : "", host->caps[i]);
}

void resolve_note(const struct profile *profile, const struct host *host, const char *name,
		  struct buf *out)
{
	size_t depending = 0, holding = 0, machines = 0;

	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		depending += rule->circumstances_len > 0;
		holding += rule->circumstances_len && rule_holds(rule, host);
	}
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		machines += a != host->arch && profile->arch_map[a];
	if (!depending && !machines)
		return;
	buf__addf(out, "%s: ", name);
	if (depending) {
		buf__addf(out, "%zu of %zu %s on container and host; %zu of them %s, with ",
			  depending, profile->rules_len,
			  num_word(depending, "rules depends", "rules depend"), holding,
			  num_word(holding, "holds", "hold"));
		add_caps(out, host);
		buf__addf(out, " (--cap), on %s (--arch), Linux %u.%u (--kernel)",
			  arch_token(host->arch), host->kernel_major, host->kernel_minor);
	}
	if (machines)
		buf__addf(out, "%sof archMap, %s alone counts%s", depending ? "; " : "",
			  arch_token(host->arch), depending ? "" : " (--arch)");
	buf__addf(out, "\n");
}

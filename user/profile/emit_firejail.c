// SPDX-License-Identifier: BSD-2-Clause
/* A line for a profile of firejail: what is allowed, whatever the arguments; the rest gets one errno, or kills. */
#include "profile/emit.h"
#include "profile/outcome.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ENOSYS, which libraries take for an old kernel's answer, is not EPERM. */
static int refuse_other_errnos(const struct profile *profile, const struct emit_options *options,
			       struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < profile->rules_len; i++)
		if (profile->rules[i].action == ACTION_ERRNO && !profile->rules[i].conditions_len &&
		    (profile->default_action != ACTION_ERRNO ||
		     profile->rules[i].errno_value != profile->default_errno))
			rc = emit_refuse(profile, i, options,
					 "firejail answers all that is refused alike", err);
	return rc;
}

/* What it answers; NULL: nothing that it knows. */
static const char *error_action(const struct profile *profile)
{
	if (profile->default_action == ACTION_KILL_PROCESS ||
	    profile->default_action == ACTION_KILL_THREAD)
		return "kill";
	return profile->default_action == ACTION_ERRNO ? strerrorname_np(profile->default_errno) :
							 NULL;
}

/* Of lines, those that the architecture has; ARCH_INVALID: all. */
static void add_names(const struct buf *lines, enum arch arch, struct buf *out)
{
	const char *comma = "", *end = buf__text(lines) + lines->len;
	int64_t nr;

	for (const char *at = buf__text(lines); at < end;) {
		const char *line = memchr(at, '\n', end - at) ?: end;
		char name[SYSCALL_NAME_LEN];

		snprintf(name, sizeof(name), "%.*s", (int)(line - at), at);
		if (arch == ARCH_INVALID || syscall_resolve(arch, name, &nr)) {
			buf__addf(out, "%s%.*s", comma, (int)(line - at), at);
			comma = ",";
		}
		at = line + 1;
	}
}

int emit_firejail(const struct profile *profile, const struct emit_options *options,
		  struct buf *out, struct err *err)
{
	const char *action = error_action(profile);
	struct buf own_buf names = BUF_INIT;
	int rc;

	if (!action)
		return err_set(err, -EOPNOTSUPP, "firejail cannot refuse by %s",
			       action_scmp_name(profile->default_action));
	rc = refuse_other_errnos(profile, options, err);
	if (!rc)
		rc = emit_list(profile, options, &names, err);
	if (rc)
		return rc;
	buf__addf(out, "seccomp-error-action %s\n", action);
	/* without one of these firejail lets through all that 32-bit code calls */
	if (profile->arches[ARCH_X86]) {
		buf__addf(out, "seccomp.32.keep ");
		add_names(&names, ARCH_X86, out);
		buf__addf(out, "\n");
	} else {
		buf__addf(out, "seccomp.block-secondary\n");
	}
	buf__addf(out, "seccomp.keep ");
	add_names(&names, ARCH_INVALID, out);
	buf__addf(out, "\n");
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the profile") : 0;
}

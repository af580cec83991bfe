// SPDX-License-Identifier: BSD-2-Clause
/* A line for a profile of firejail: what is allowed, whatever the arguments; the rest gets one errno, or kills. */
#include "profile/emit.h"
#include "profile/outcome.h"

#include <errno.h>
#include <string.h>

int emit_firejail(const struct profile *profile, const struct emit_options *options,
		  struct buf *out, struct err *err)
{
	const char *name = strerrorname_np(profile->default_errno);
	struct buf own_buf names = BUF_INIT;
	int rc = emit_list(profile, options, &names, err);

	if (rc)
		return rc;
	if (profile->default_action == ACTION_ERRNO && name)
		buf__addf(out, "seccomp-error-action %s\n", name);
	else if (profile->default_action == ACTION_KILL_PROCESS ||
		 profile->default_action == ACTION_KILL_THREAD)
		buf__addf(out, "seccomp-error-action kill\n");
	else
		return err_set(err, -EOPNOTSUPP, "firejail cannot refuse by %s",
			       action_scmp_name(profile->default_action));
	buf__addf(out, "seccomp.keep ");
	for (size_t i = 0; i + 1 < names.len; i++)
		buf__add(out, names.data[i] == '\n' ? "," : &names.data[i], 1);
	buf__addf(out, "\n");
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the profile") : 0;
}

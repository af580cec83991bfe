// SPDX-License-Identifier: BSD-2-Clause
/* The filter itself: struct sock_filter after struct sock_filter, in the byte order of the machine that it is for. */
#include "profile/compile.h"
#include "profile/emit.h"

#include <errno.h>

int emit_bpf(const struct profile *profile, const struct emit_options *options, struct buf *out,
	     struct err *err)
{
	struct filter own_filter filter = {0};
	struct buf own_buf unknown = BUF_INIT;
	int rc = compile_filter(profile, compile_machine(profile), &filter, &unknown, err);

	if (!rc)
		rc = filter_check(&filter, err);
	if (rc)
		return rc;
	if (unknown.len)
		buf__addf(options->warnings,
			  "the installed libseccomp does not know these calls, so they get the default action: %s\n",
			  buf__text(&unknown));
	if (filter.is_foreign)
		filter_swap(&filter);
	buf__add(out, filter.code, filter.len * sizeof(*filter.code));
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the filter") : 0;
}

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
	emit_tell_unknown(&unknown, options);
	if (filter.is_foreign)
		filter_swap(&filter);
	buf__add(out, filter.code, filter.len * sizeof(*filter.code));
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the filter") : 0;
}

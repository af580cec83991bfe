// SPDX-License-Identifier: BSD-2-Clause
/* libseccomp's own description of the filter that it makes. */
#include "profile/compile.h"
#include "profile/emit.h"

#include <errno.h>
#include <sys/mman.h>

int emit_pfc(const struct profile *profile, const struct emit_options *options, struct buf *out,
	     struct err *err)
{
	scmp_filter_ctx own_seccomp context = NULL;
	struct buf own_buf unknown = BUF_INIT;
	int own_fd fd = memfd_create("pfc", MFD_CLOEXEC);
	char chunk[4096];
	ssize_t n;
	int rc = fd < 0 ? err_errno(err, -errno, "cannot describe the filter") :
			  compile_profile(profile, compile_machine(profile), &context, &unknown,
					  err);

	if (rc)
		return rc;
	emit_tell_unknown(&unknown, options);
	rc = seccomp_export_pfc(context, fd);
	if (rc)
		return err_errno(err, rc, "libseccomp cannot describe the filter");
	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf__add(out, chunk, n);
	return buf__error(out) || n < 0 ? err_set(err, -EIO, "cannot describe the filter") : 0;
}

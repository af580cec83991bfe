// SPDX-License-Identifier: BSD-2-Clause
#include "profile/digest.h"
#include "profile/emit_oci.h"
#include "profile/merge.h"

#include <errno.h>
#include <sha2.h>

_Static_assert(DIGEST_LEN == SHA256_DIGEST_STRING_LENGTH, "libmd writes a string of that length");

int profile_digest(const struct profile *profile, char out[DIGEST_LEN], struct err *err)
{
	struct profile own_profile canonical = {0};
	struct buf own_buf text = BUF_INIT;
	int rc = profile_canonical(profile, &canonical, err);

	if (!rc)
		rc = emit_oci(&canonical, &text, err);
	if (rc)
		return rc;
	return SHA256Data((const uint8_t *)text.data, text.len, out) ?
		       0 :
		       err_errno(err, -ENOMEM, "cannot make the digest");
}

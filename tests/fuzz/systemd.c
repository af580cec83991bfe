// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes for a unit of systemd: refused with a sentence, or read; and what systemd can say again is written and read as the same profile.
 */
#include "profile/diff.h"
#include "profile/emit.h"
#include "profile/parse_systemd.h"

#include <stdint.h>

int fuzz_systemd(const uint8_t *data, size_t len);

/* 1: taken, 0: refused; does not come back from a mistake. */
int fuzz_systemd(const uint8_t *data, size_t len)
{
	struct buf own_buf lost = BUF_INIT, own_buf unit = BUF_INIT;
	struct findings own_findings warnings = {0};
	struct parse_options options = {.arch = ARCH_X86_64,
					.lenient = len & 1,
					.warnings = &warnings};
	/* where systemd ignores families that is a loss, but it is read again as the same */
	struct emit_options emit = {.lossy = true, .warnings = &lost};
	struct profile own_profile first = {0}, own_profile second = {0};
	struct differences own_differences differences = {0};
	struct err err = {0};
	int rc;

	(void)is_systemd((const char *)data, len);
	rc = parse_systemd("f", (const char *)data, len, &options, &first, &err);
	if (rc != err.code || (rc && !*err.text))
		abort();
	if (rc)
		return 0;
	if (emit_systemd(&first, &emit, &unit, &err))
		abort();
	if (parse_systemd("g", unit.data, unit.len, &options, &second, &err))
		abort();
	if (profile_diff(&first, &second, &differences, &err) || !differences_none(&differences))
		abort();
	return 1;
}

#ifdef FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_systemd(data, len);
	return 0;
}
#endif

// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes for a profile: they are refused with a sentence, or read, written and read again as the same. tests/unit/test_fuzz.c
 * runs it on mutations, `make fuzz` with libFuzzer.
 */
#include "profile/emit_oci.h"
#include "profile/parse.h"

#include <stdint.h>
#include <string.h>

int fuzz_profile(const uint8_t *data, size_t len);

/* 1: taken, 0: refused; does not come back from a mistake. */
int fuzz_profile(const uint8_t *data, size_t len)
{
	struct buf own_buf warnings = BUF_INIT, own_buf notes = BUF_INIT;
	struct buf own_buf once = BUF_INIT, own_buf twice = BUF_INIT;
	struct parse_options options = {.arch = ARCH_X86_64,
					.kernel_major = 6,
					.lenient = len & 1,
					.warnings = &warnings,
					.notes = &notes};
	struct profile own_profile first = {0}, own_profile second = {0};
	struct err err = {0};
	int rc = profile_parse("f", (const char *)data, len, &options, &first, &err);

	if (rc != err.code || (rc && !*err.text))
		abort();
	if (rc)
		return 0;
	rc = emit_oci(&first, &once, &err);
	/* a name may be anything in YAML and JSON that is UTF-8: it always can be written */
	if (rc)
		abort();
	rc = profile_parse("g", once.data, once.len, &options, &second, &err);
	if (rc || emit_oci(&second, &twice, &err) || strcmp(once.data, twice.data))
		abort();
	return 1;
}

#ifdef FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_profile(data, len);
	return 0;
}
#endif

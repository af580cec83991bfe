// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes for a profile: they are refused with a sentence, or read, written and read again as the same. tests/unit/test_fuzz.c
 * runs it on mutations, `make fuzz` with libFuzzer.
 */
#include "profile/emit_oci.h"
#include "profile/emit.h"
#include "profile/parse.h"
#include "profile/resolve.h"

#include <stdint.h>
#include <string.h>

int fuzz_profile(const uint8_t *data, size_t len);

/* Written by `emit`, read again and written again: the same bytes. False: it cannot be written so. */
static bool comes_back(const struct profile *profile, const struct emit_format *format)
{
	struct buf own_buf once = BUF_INIT, own_buf twice = BUF_INIT, own_buf warnings = BUF_INIT;
	const struct parse_options parse = {.arch = ARCH_X86_64};
	const struct emit_options emit = {.warnings = &warnings};
	struct profile own_profile again = {0};
	struct err err = {0};

	if (emit_profile(format, profile, &emit, &once, &err))
		return false;
	if (profile_parse("g", once.data, once.len, &parse, &again, &err) ||
	    emit_profile(format, &again, &emit, &twice, &err) || strcmp(once.data, twice.data))
		abort();
	return true;
}

/* What Docker's form cannot say. */
static bool has_lone_companion(const struct profile *profile)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (profile->arches[a] && !profile->arches[arch_host(a)])
			return !profile_depends(profile);
	return false;
}

/* 1: taken, 0: refused; does not come back from a mistake. */
int fuzz_profile(const uint8_t *data, size_t len)
{
	static const char *const caps[] = {"CAP_SYS_ADMIN"};
	const struct host host = {ARCH_X86_64, len & 2 ? caps : NULL, 1, 6, 1};
	struct findings own_findings warnings = {0};
	struct buf own_buf notes = BUF_INIT;
	struct parse_options options = {.arch = ARCH_X86_64,
					.lenient = len & 1,
					.warnings = &warnings};
	struct profile own_profile whole = {0}, own_profile resolved = {0};
	struct err err = {0};
	int rc = profile_parse("f", (const char *)data, len, &options, &whole, &err);

	if (rc != err.code || (rc && !*err.text))
		abort();
	if (rc)
		return 0;
	if (!comes_back(&whole, &emit_formats[1]) && !has_lone_companion(&whole))
		abort();
	resolve_note(&whole, &host, "f", &notes);
	/* oci: a name may be anything in YAML and JSON that is UTF-8, so it always can be written */
	if (profile_resolve(&whole, &host, &resolved) || profile_depends(&resolved) ||
	    !comes_back(&resolved, &emit_formats[0]))
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

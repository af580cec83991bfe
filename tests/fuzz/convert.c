// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes for a profile, written in each of the formats: refused with a sentence, or written, losing what it cannot say or not; and
 * where whittle reads the format it lets through nothing that the profile does not.
 */
#include "profile/diff.h"
#include "profile/emit.h"
#include "profile/parse.h"
#include "profile/resolve.h"

#include <stdint.h>
#include <string.h>

int fuzz_convert(const uint8_t *data, size_t len);

/* Does whittle read what it writes in it? */
static bool is_read(const struct emit_format *format)
{
	static const char *const words[] = {"oci", "docker", "kubernetes", "systemd", "list"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!strcmp(format->name, words[i]))
			return true;
	return false;
}

static void check_no_more(const struct profile *profile, const struct emit_format *format,
			  const struct buf *text)
{
	const struct parse_options parse = {.arch = ARCH_X86_64};
	const struct host host = {.arch = ARCH_X86_64, .kernel_major = 6, .kernel_minor = 1};
	struct differences own_differences differences = {0};
	struct profile own_profile whole = {0}, own_profile again = {0};
	struct err err = {0};

	/* a list of names that no call has is taken for none */
	if (profile_parse("g", text->data, text->len, &parse, &whole, &err)) {
		if (strcmp(format->name, "list"))
			abort();
		return;
	}
	if (profile_resolve(&whole, &host, &again))
		abort();
	/* which ones these are is not always said */
	memcpy(again.arches, profile->arches, sizeof(again.arches));
	if (profile_diff(&again, profile, &differences, &err) ||
	    differences_go_beyond(&differences))
		abort();
}

static bool try_format(const struct profile *profile, const struct emit_format *format, bool lossy)
{
	struct buf own_buf text = BUF_INIT, own_buf warnings = BUF_INIT;
	const struct emit_options options = {.lossy = lossy, .warnings = &warnings};
	struct err err = {0};
	int rc = emit_profile(format, profile, &options, &text, &err);

	if (rc != err.code || (rc && !*err.text))
		abort();
	if (rc)
		return false;
	if (is_read(format) && text.len)
		check_no_more(profile, format, &text);
	return true;
}

/* 1: taken, 0: refused; does not come back from a mistake. */
int fuzz_convert(const uint8_t *data, size_t len)
{
	const struct host host = {.arch = ARCH_X86_64, .kernel_major = 6, .kernel_minor = 1};
	struct findings own_findings warnings = {0};
	struct parse_options options = {.arch = ARCH_X86_64,
					.lenient = len & 1,
					.warnings = &warnings};
	struct profile own_profile whole = {0}, own_profile profile = {0};
	struct err err = {0};
	bool lossless;

	if (profile_parse("f", (const char *)data, len, &options, &whole, &err))
		return 0;
	if (profile_resolve(&whole, &host, &profile))
		abort();
	for (const struct emit_format *format = emit_formats; format->name; format++) {
		/* libseccomp's own, of which profile_check_hazards() speaks */
		if (!strcmp(format->name, "bpf") || !strcmp(format->name, "pfc"))
			continue;
		lossless = try_format(&profile, format, false);
		if (!try_format(&profile, format, true) && lossless)
			abort();
	}
	return 1;
}

#ifdef FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_convert(data, len);
	return 0;
}
#endif

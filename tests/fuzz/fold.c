// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any two recordings, an empty line between them, as a fleet's: folded in any order and any groups they are the same, and can be read
 * again; the curve of all has its form, and the profile that is made of them can be read and allows all that was called.
 */
#include "cli/curve.h"
#include "cli/recording_read.h"
#include "profile/derive.h"
#include "profile/emit_oci.h"
#include "profile/parse.h"
#include "profile/survey.h"
#include "record/recording_join.h"

#include <errno.h>
#include <string.h>

int fuzz_fold(const uint8_t *data, size_t len);

static int read_two(const char *text, size_t len, struct recording *a, struct recording *b)
{
	const char *gap = memmem(text, len, "\n\n", 2);
	struct err err = {0};
	int rc = gap ? recording_parse("a", text, gap - text, a, &err) : -EINVAL;

	return rc ? rc : recording_parse("b", gap + 2, text + len - (gap + 2), b, &err);
}

/* Each is read anew: joining changes the first of two. `order`: 'a' and 'b', joined from the left; or, `right`, from the right. */
static char *fold(const char *text, size_t len, const char *order, bool right,
		  struct recording *out)
{
	struct recording all[3] = {0};
	struct buf own_buf json = BUF_INIT;
	struct err err = {0};
	size_t n = strlen(order);

	for (size_t i = 0; i < n; i++) {
		struct recording own_recording a = {0}, own_recording b = {0};
		struct recording *one = order[i] == 'a' ? &a : &b;

		if (read_two(text, len, &a, &b))
			abort();
		all[i] = *one;
		*one = (struct recording){0};
	}
	for (size_t i = 1; i < n; i++) {
		size_t from = right ? n - i : i, into = right ? from - 1 : 0;

		if (recording_join(&all[into], &all[from]))
			abort();
		recording_clear(&all[from]);
	}
	if (recording_to_json(&all[0], &json, &err))
		abort();
	if (out)
		*out = all[0];
	else
		recording_clear(&all[0]);
	return steal_ptr(&json.data);
}

static void check_same(const char *text, size_t len, const char *x, bool x_right, const char *y)
{
	char *own_ptr one = fold(text, len, x, x_right, NULL);
	char *own_ptr other = fold(text, len, y, false, NULL);

	if (strcmp(one, other))
		abort();
}

static void check_curve(const struct recording *recording)
{
	const struct curve_style style = {.width = 80, .unicode = true};
	struct saturation own_saturation saturation = {0};
	struct buf own_buf curve = BUF_INIT;

	if (recording_saturation(recording, &saturation))
		abort();
	for (size_t i = 1; i < saturation.distinct; i++)
		if (saturation.first[i - 1] > saturation.first[i])
			abort();
	if (saturation.since_new > recording_length(recording))
		abort();
	if (recording_length(recording) && saturation.distinct)
		curve_draw(&saturation, recording_length(recording), &style, &curve);
	if (buf__error(&curve))
		abort();
}

static void check_allowed(const struct profile *profile, const struct syscall_set *needed)
{
	struct syscall call = {0};
	char name[SYSCALL_NAME_LEN];

	while (syscall_set__next(needed, &call))
		if (!syscall_name(&call, name) || !profile_allows(profile, name))
			abort();
}

static void check_profile(const struct recording *recording)
{
	struct constraints own_constraints constraints = {0};
	struct profile own_profile profile = {0}, own_profile again = {0};
	const struct derive_options options = {.constraints = &constraints};
	const struct parse_options parse = {.arch = ARCH_X86_64};
	struct buf own_buf text = BUF_INIT;
	struct syscall_set needed;
	struct err err = {0};
	int rc;

	recording_needed(recording, &needed);
	if (constraints_make(&recording->arguments, &needed, &constraints))
		abort();
	rc = derive_profile(&needed, &options, &profile, NULL, &err);
	if (rc != err.code || (rc && !*err.text))
		abort();
	if (rc)
		return;
	if (emit_oci(&profile, &text, &err) ||
	    profile_parse("p", text.data, text.len, &parse, &again, &err))
		abort();
	check_allowed(&again, &needed);
}

/* 1: two recordings, 0: not two; does not come back from a mistake. */
int fuzz_fold(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct recording own_recording a = {0}, own_recording b = {0}, own_recording both = {0},
				       own_recording again = {0};
	char *own_ptr json = NULL;
	struct err err = {0};

	if (read_two(text, len, &a, &b))
		return 0;
	check_same(text, len, "ab", false, "ba");
	check_same(text, len, "aba", true, "aab");
	json = fold(text, len, "ab", false, &both);
	if (recording_parse("c", json, strlen(json), &again, &err))
		abort();
	check_curve(&both);
	check_profile(&both);
	return 1;
}

#ifdef FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_fold(data, len);
	return 0;
}
#endif

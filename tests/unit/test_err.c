// SPDX-License-Identifier: BSD-2-Clause
#include "base/err.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

/* What stands behind an error must survive whatever goes into it. */
struct guarded {
	struct err err;
	char guard[16];
};

#define GUARD "0123456789abcde"

static char *xs(char *room, size_t len)
{
	memset(room, 'x', len);
	room[len] = '\0';
	return room;
}

Test(err, set_stores_code_and_sentence)
{
	struct err err = {0};

	cr_expect_eq(err_set(&err, -ENOENT, "no %s in %d", "file", 7), -ENOENT);
	cr_expect_eq(err.code, -ENOENT);
	cr_expect_str_eq(err.text, "no file in 7");
}

Test(err, first_error_stays)
{
	struct err err = {0};

	cr_expect_eq(err_set(&err, -ENOENT, "first"), -ENOENT);
	cr_expect_eq(err_set(&err, -EINVAL, "second"), -EINVAL, "the code passes through");
	cr_expect_eq(err_errno(&err, -EIO, "third"), -EIO, "the code passes through");
	cr_expect_eq(err.code, -ENOENT);
	cr_expect_str_eq(err.text, "first");
}

Test(err, errno_adds_its_text)
{
	struct err err = {0};
	char want[256];

	snprintf(want, sizeof(want), "cannot open a/b: %s", strerror(EACCES));
	cr_expect_eq(err_errno(&err, -EACCES, "cannot open %s", "a/b"), -EACCES);
	cr_expect_eq(err.code, -EACCES);
	cr_expect_str_eq(err.text, want);
}

Test(err, caller_may_pass_null)
{
	cr_expect_eq(err_set(NULL, -EINVAL, "%s", "a"), -EINVAL);
	cr_expect_eq(err_errno(NULL, -EIO, "%s", "a"), -EIO);
	cr_expect_eq(err_wrap(NULL, -ENOENT, "%s", "a"), -ENOENT);
}

Test(err, long_sentences_are_cut)
{
	static const size_t lengths[] = {ERR_TEXT_LEN - 2, ERR_TEXT_LEN - 1, ERR_TEXT_LEN,
					 ERR_TEXT_LEN + 1, 5000};
	char text[5001], want[ERR_TEXT_LEN];

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct guarded set = {.guard = GUARD}, number = {.guard = GUARD};

		xs(text, lengths[i]);
		cr_expect_eq(err_set(&set.err, -EINVAL, "%s", text), -EINVAL);
		cr_expect_eq(err_errno(&number.err, -EINVAL, "%s", text), -EINVAL);
		snprintf(want, sizeof(want), "%.*s", ERR_TEXT_LEN - 1, text);
		cr_expect_str_eq(set.err.text, want);
		cr_expect_str_eq(set.guard, GUARD);
		cr_expect_eq(strncmp(number.err.text, want, ERR_TEXT_LEN - 2), 0);
		cr_expect_lt(strnlen(number.err.text, ERR_TEXT_LEN), ERR_TEXT_LEN);
		cr_expect_str_eq(number.guard, GUARD);
	}
}

Test(err, wrap_puts_context_before)
{
	struct err err = {0};

	cr_assert_eq(err_set(&err, -ENOENT, "no such name"), -ENOENT);
	cr_expect_eq(err_wrap(&err, -ENOENT, "line %d", 3), -ENOENT);
	cr_expect_str_eq(err.text, "line 3: no such name");
	cr_expect_eq(err_wrap(&err, -EINVAL, "read %s", "p.json"), -EINVAL);
	cr_expect_str_eq(err.text, "read p.json: line 3: no such name");
	cr_expect_eq(err.code, -EINVAL);
}

/* The place is beside the sentence, which is there however long the file's name is. */
Test(err, at_keeps_place_and_sentence)
{
	static const size_t lengths[] = {1, ERR_FILE_LEN, ERR_FILE_LEN + 1, 700, 5000};
	const struct text_place place = {4000000000, 17};

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct guarded g = {.guard = GUARD};
		char file[5001], want[ERR_TEXT_LEN];

		xs(file, lengths[i]);
		cr_expect_eq(err_at(&g.err, -EINVAL, file, place, "no %s", "call"), -EINVAL);
		snprintf(want, sizeof(want), "%.*s:4000000000:17: no call", ERR_FILE_LEN, file);
		cr_expect_str_eq(g.err.text, want);
		cr_expect_str_eq(err_sentence(&g.err), "no call");
		cr_expect_eq(g.err.place.line, 4000000000);
		cr_expect_eq(g.err.place.column, 17);
		cr_expect_eq(err_wrap(&g.err, -EINVAL, "read it"), -EINVAL);
		cr_expect_str_eq(err_sentence(&g.err), "no call");
		cr_expect_eq(err_wrap(&g.err, -EINVAL, "%s", xs(file, 5000)), -EINVAL);
		cr_expect_str_eq(err_sentence(&g.err), "");
		cr_expect_str_eq(g.guard, GUARD);
	}
}

/* Leaves no NUL on the stack for a text that forgets its own. */
static __attribute__((noinline)) void soil_stack(void)
{
	volatile char soil[8192];

	for (size_t i = 0; i < sizeof(soil); i++)
		soil[i] = 'z';
}

/* Of "CONTEXT: SENTENCE" the end is cut, and nothing else but a separator that nothing would follow. */
Test(err, wrap_cuts_the_end)
{
	static const size_t contexts[] = {0,    1,    500,  1018, 1019, 1020,
					  1021, 1022, 1023, 1024, 4000};
	static const size_t sentences[] = {0, 1, 2, 22, 523, 524, 1023};

	for (size_t i = 0; i < ARRAY_LEN(contexts); i++) {
		for (size_t k = 0; k < ARRAY_LEN(sentences); k++) {
			struct guarded g = {.guard = GUARD};
			char context[4001], full[6000];
			size_t len, most;

			xs(context, contexts[i]);
			g.err.code = -EIO;
			memset(g.err.text, 'y', sentences[k]);
			snprintf(full, sizeof(full), "%s: %s", context, g.err.text);
			most = strlen(full) < ERR_TEXT_LEN ? strlen(full) : ERR_TEXT_LEN - 1;
			soil_stack();
			cr_expect_eq(err_wrap(&g.err, -EIO, "%s", context), -EIO);
			len = strnlen(g.err.text, ERR_TEXT_LEN);
			cr_expect_leq(len, most, "%zu and %zu", contexts[i], sentences[k]);
			cr_expect_geq(len + 2, most, "%zu and %zu", contexts[i], sentences[k]);
			cr_expect_eq(strncmp(g.err.text, full, len), 0, "%zu and %zu", contexts[i],
				     sentences[k]);
			cr_expect(contexts[i] + 3 >= ERR_TEXT_LEN || len == most,
				  "%zu and %zu: the sentence fits, but is not there", contexts[i],
				  sentences[k]);
			cr_expect_str_eq(g.guard, GUARD);
		}
	}
}

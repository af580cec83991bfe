// SPDX-License-Identifier: BSD-2-Clause
#include "base/buf.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

/* So that an allocation that is too large fails under AddressSanitizer as it does without. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

Test(buf, nothing_written_is_an_empty_text)
{
	struct buf own_buf b = BUF_INIT;

	cr_expect_str_eq(buf__text(&b), "");
	cr_expect_null(b.data);
	buf__add(&b, NULL, 0);
	cr_expect_str_eq(buf__text(&b), "");
	cr_expect_eq(buf__error(&b), 0);
}

Test(buf, grows_byte_by_byte)
{
	struct buf own_buf b = BUF_INIT;

	for (size_t i = 0; i < 100000; i++) {
		char c = (char)(i * 7 + i / 256);

		buf__add(&b, &c, 1);
		cr_assert_eq(b.len, i + 1);
		cr_assert_lt(b.len, b.room);
		cr_assert_eq(b.data[b.len], '\0');
	}
	for (size_t i = 0; i < 100000; i++)
		cr_assert_eq(b.data[i], (char)(i * 7 + i / 256), "byte %zu", i);
	cr_expect_eq(buf__error(&b), 0);
}

/* Around the first sizes of the allocation: text, NUL and formatted text each end exactly there. */
Test(buf, grows_at_every_boundary)
{
	for (size_t len = 0; len < 1100; len++) {
		struct buf own_buf added = BUF_INIT, own_buf formatted = BUF_INIT;
		char text[1101];

		memset(text, 'a', len);
		text[len] = '\0';
		buf__add(&added, text, len);
		buf__addf(&formatted, "%s", text);
		buf__addf(&formatted, "%d", 42);
		cr_assert_eq(added.len, len);
		cr_assert_str_eq(buf__text(&added), text);
		cr_assert_eq(formatted.len, len + 2);
		cr_assert_eq(memcmp(formatted.data, text, len), 0);
		cr_assert_str_eq(formatted.data + len, "42");
	}
}

Test(buf, keeps_embedded_nul)
{
	static const char bytes[] = "ab\0cd\0";
	struct buf own_buf b = BUF_INIT;

	buf__add(&b, bytes, sizeof(bytes));
	buf__add(&b, "ef", 2);
	cr_expect_eq(b.len, sizeof(bytes) + 2);
	cr_expect_eq(memcmp(b.data, "ab\0cd\0\0ef\0", sizeof(bytes) + 3), 0);
}

Test(buf, error_is_sticky)
{
	struct buf own_buf b = BUF_INIT;

	buf__add(&b, "before", 6);
	b.error = -ENOMEM;
	buf__add(&b, "after", 5);
	buf__addf(&b, "%s", "after");
	cr_expect_eq(buf__error(&b), -ENOMEM);
	cr_expect_str_eq(buf__text(&b), "before");
	cr_expect_eq(b.len, 6);
}

Test(buf, too_large_is_an_error)
{
	struct buf own_buf b = BUF_INIT;

	buf__add(&b, "before", 6);
	buf__add(&b, "x", SIZE_MAX / 4);
	cr_expect_eq(buf__error(&b), -ENOMEM);
	cr_expect_str_eq(buf__text(&b), "before");
	for (size_t less = 0; less < 8; less++) {
		b.error = 0;
		buf__add(&b, "x", SIZE_MAX - less);
		cr_expect_eq(buf__error(&b), -ENOMEM, "SIZE_MAX - %zu", less);
		cr_expect_str_eq(buf__text(&b), "before");
	}
}

Test(buf, unprintable_format_is_an_error)
{
	struct buf own_buf b = BUF_INIT, own_buf full = {.error = -ENOMEM};
	const wchar_t wrong[] = {0x7fffffff, 0};

	buf__addf(&b, "%ls", wrong);
	cr_expect_eq(buf__error(&b), -EINVAL);
	buf__addf(&full, "%ls", wrong);
	cr_expect_eq(buf__error(&full), -ENOMEM, "the first error stays");
}

Test(buf, clear_starts_anew)
{
	struct buf own_buf b = BUF_INIT;

	buf__add(&b, "old", 3);
	b.error = -ENOMEM;
	buf__clear(&b);
	cr_expect_eq(buf__error(&b), 0);
	cr_expect_eq(b.len, 0);
	buf__clear(&b);
	buf__addf(&b, "n%s", "ew");
	cr_expect_str_eq(buf__text(&b), "new");
}

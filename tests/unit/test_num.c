// SPDX-License-Identifier: BSD-2-Clause
#include "base/num.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define S   1000000000ULL
#define MS  1000000ULL
#define DAY (86400 * S)

/* No function may touch its result when it fails. */
#define UNTOUCHED 0x5a5a5a5a5a5a5a5aULL

Test(num, parse)
{
	static const struct {
		const char *text;
		uint64_t max;
		int rc;
		uint64_t value;
	} rows[] = {
		{"0", 0, 0, 0},
		{"0", UINT64_MAX, 0, 0},
		{"7", 7, 0, 7},
		{"8", 7, -ERANGE, 0},
		{"007", 7, 0, 7},
		{"4294967295", UINT32_MAX, 0, UINT32_MAX},
		{"4294967296", UINT32_MAX, -ERANGE, 0},
		{"18446744073709551615", UINT64_MAX, 0, UINT64_MAX},
		{"18446744073709551616", UINT64_MAX, -ERANGE, 0},
		{"18446744073709551620", UINT64_MAX, -ERANGE, 0},
		{"184467440737095516150", UINT64_MAX, -ERANGE, 0},
		{"99999999999999999999999999999999", UINT64_MAX, -ERANGE, 0},
		{"", 9, -EINVAL, 0},
		{" ", 9, -EINVAL, 0},
		{" 1", 9, -EINVAL, 0},
		{"1 ", 9, -EINVAL, 0},
		{"1\n", 9, -EINVAL, 0},
		{"+1", 9, -EINVAL, 0},
		{"-1", 9, -EINVAL, 0},
		{"-0", 9, -EINVAL, 0},
		{"1x", 9, -EINVAL, 0},
		{"x1", 9, -EINVAL, 0},
		{"0x1", 9, -EINVAL, 0},
		{"1.0", 9, -EINVAL, 0},
		{"1e3", 9999, -EINVAL, 0},
		{"1,000", 9999, -EINVAL, 0},
		{"99999999999999999999x", UINT64_MAX, -EINVAL, 0},
		{"\xd9\xa1", 9, -EINVAL, 0}, /* an Arabic digit */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		uint64_t value = UNTOUCHED;

		cr_expect_eq(num_parse(rows[i].text, "the count", rows[i].max, &value, &err),
			     rows[i].rc, "'%s'", rows[i].text);
		cr_expect_eq(value, rows[i].rc ? UNTOUCHED : rows[i].value, "'%s'", rows[i].text);
		cr_expect_eq(err.code, rows[i].rc, "'%s'", rows[i].text);
		cr_expect(!rows[i].rc || strstr(err.text, "the count"), "'%s': %s", rows[i].text,
			  err.text);
		cr_expect(!rows[i].rc || strstr(err.text, rows[i].text), "'%s': %s", rows[i].text,
			  err.text);
	}
}

Test(num, parse_duration)
{
	static const struct {
		const char *text;
		uint64_t ns; /* 0: refused */
	} rows[] = {
		{"90", 90 * S},
		{"90s", 90 * S},
		{"1", 1 * S},
		{"1s", 1 * S},
		{"5m", 300 * S},
		{"1h30m", 5400 * S},
		{"1h30m15s", 5415 * S},
		{"1h15s", 3615 * S},
		{"0h1s", 1 * S},
		{"5m0s", 300 * S},
		{"90m", 5400 * S},
		{"2d", 2 * DAY},
		{"1d1h1m1s", DAY + 3661 * S},
		{"365d", 365 * DAY},
		{"31536000", 365 * DAY},
		{"364d24h", 365 * DAY},
		{"364d23h59m60s", 365 * DAY},
		{"366d", 0},
		{"365d1s", 0},
		{"364d25h", 0},
		{"31536001", 0},
		{"18446744073709551616s", 0},
		{"18446744073709551615d", 0},
		{"213503982334602d", 0},
		{"99999999999999999999999s", 0},
		{"0", 0},
		{"0s", 0},
		{"0d0h0m0s", 0},
		{"", 0},
		{"s", 0},
		{"m5", 0},
		{" 5m", 0},
		{"5m ", 0},
		{"5 m", 0},
		{"-5m", 0},
		{"+5m", 0},
		{"5.5m", 0},
		{"5M", 0},
		{"5min", 0},
		{"5ms", 5 * MS},
		{"500ms", 500 * MS},
		{"1500ms", 1500 * MS},
		{"1s500ms", 1500 * MS},
		{"1m1ms", 60 * S + MS},
		{"1d1h1m1s1ms", DAY + 3661 * S + MS},
		{"31536000000ms", 365 * DAY},
		{"31536000001ms", 0},
		{"365d1ms", 0},
		{"18446744073709551615ms", 0},
		{"0ms", 0},
		{"1ms1s", 0},
		{"1ms1", 0},
		{"1ms1ms", 0},
		{"1msm", 0},
		{"ms", 0},
		{"1us", 0},
		{"0h1", 0},
		{"5w", 0},
		{"1m1h", 0},
		{"1m1m", 0},
		{"1s1", 0},
		{"1s1s", 0},
		{"1hh", 0},
		{"1h-5m", 0},
		{"1:30", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int rc = rows[i].ns ? 0 : -EINVAL;
		struct err err = {0};
		uint64_t ns = UNTOUCHED;

		cr_expect_eq(num_parse_duration(rows[i].text, &ns, &err), rc, "'%s'", rows[i].text);
		cr_expect_eq(ns, rc ? UNTOUCHED : rows[i].ns, "'%s': %" PRIu64, rows[i].text, ns);
		cr_expect_eq(err.code, rc, "'%s'", rows[i].text);
		cr_expect(!rc || strstr(err.text, rows[i].text), "'%s': %s", rows[i].text,
			  err.text);
	}
}

Test(num, parse_size)
{
	static const struct {
		const char *text;
		uint64_t max;
		int rc;
		uint64_t bytes;
	} rows[] = {
		{"0", 0, 0, 0},
		{"4096", 4096, 0, 4096},
		{"4097", 4096, -ERANGE, 0},
		{"64k", 65536, 0, 65536},
		{"64K", 65536, 0, 65536},
		{"65k", 65536, -ERANGE, 0},
		{"64k", 65535, -ERANGE, 0},
		{"1m", UINT64_MAX, 0, 1 << 20},
		{"1M", UINT64_MAX, 0, 1 << 20},
		{"1g", UINT64_MAX, 0, 1 << 30},
		{"1G", UINT64_MAX, 0, 1 << 30},
		{"17179869183g", UINT64_MAX, 0, 17179869183ULL << 30},
		{"17179869184g", UINT64_MAX, -ERANGE, 0},
		{"18446744073709551615", UINT64_MAX, 0, UINT64_MAX},
		{"18446744073709551615k", UINT64_MAX, -ERANGE, 0},
		{"18446744073709551616", UINT64_MAX, -ERANGE, 0},
		{"99999999999999999999k", UINT64_MAX, -ERANGE, 0},
		{"", 9999, -EINVAL, 0},
		{"k", 9999, -EINVAL, 0},
		{"1kb", 9999, -EINVAL, 0},
		{"1kk", 9999, -EINVAL, 0},
		{"1 k", 9999, -EINVAL, 0},
		{" 1k", 9999, -EINVAL, 0},
		{"1k ", 9999, -EINVAL, 0},
		{"-1k", 9999, -EINVAL, 0},
		{"1.5k", 9999, -EINVAL, 0},
		{"1t", 9999, -EINVAL, 0},
		{"0x10", 9999, -EINVAL, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		uint64_t bytes = UNTOUCHED;

		cr_expect_eq(num_parse_size(rows[i].text, "ring-size", rows[i].max, &bytes, &err),
			     rows[i].rc, "'%s'", rows[i].text);
		cr_expect_eq(bytes, rows[i].rc ? UNTOUCHED : rows[i].bytes, "'%s'", rows[i].text);
		cr_expect_eq(err.code, rows[i].rc, "'%s'", rows[i].text);
		cr_expect(!rows[i].rc || strstr(err.text, "ring-size"), "'%s': %s", rows[i].text,
			  err.text);
	}
}

Test(num, format_duration)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} rows[] = {
		{0, "0 ms"},
		{999999, "0 ms"},
		{350000000, "350 ms"},
		{S - 1, "999 ms"},
		{S, "1.0 s"},
		{2100000000, "2.1 s"},
		{59 * S, "59.0 s"},
		{60 * S - 1, "59.9 s"}, /* a minute has no second 60 */
		{60 * S, "1m00s"},
		{303 * S, "5m03s"},
		{3600 * S - 1, "59m59s"},
		{3600 * S, "1h00m"},
		{3720 * S, "1h02m"},
		{100 * 3600 * S, "100h00m"},
		{UINT64_MAX, "5124095h34m"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[32];

		num_format_duration(rows[i].ns, text, sizeof(text));
		cr_expect_str_eq(text, rows[i].text);
	}
}

Test(num, format_duration_is_cut)
{
	for (size_t size = 1; size < 8; size++) {
		char text[8] = "#######", want[8];

		num_format_duration(350000000, text, size);
		snprintf(want, size, "350 ms");
		cr_expect_str_eq(text, want);
		cr_expect(size == 7 || text[size] == '#', "more than %zu bytes", size);
	}
}

Test(num, version)
{
	static const struct {
		const char *text;
		int rc;
		unsigned int major, minor;
	} rows[] = {
		{"4.8", 0, 4, 8},           {"6.18.0-1-amd64", 0, 6, 18},
		{"5.4-rc1", 0, 5, 4},       {"65535.65535", 0, 65535, 65535},
		{"", -EINVAL, 0, 0},        {"5", -EINVAL, 0, 0},
		{"5.", -EINVAL, 0, 0},      {".4", -EINVAL, 0, 0},
		{"-5.4", -EINVAL, 0, 0},    {"+5.4", -EINVAL, 0, 0},
		{" 5.4", -EINVAL, 0, 0},    {"5.-4", -EINVAL, 0, 0},
		{"5. 4", -EINVAL, 0, 0},    {"5 .4", -EINVAL, 0, 0},
		{"x", -EINVAL, 0, 0},       {"4294967301.4", -EINVAL, 0, 0},
		{"5.65536", -EINVAL, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned int major = 0, minor = 0;

		cr_expect_eq(num_parse_version(rows[i].text, &major, &minor), rows[i].rc, "'%s'",
			     rows[i].text);
		cr_expect(major == rows[i].major && minor == rows[i].minor, "'%s'", rows[i].text);
	}
}

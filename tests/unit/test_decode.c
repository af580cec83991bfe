// SPDX-License-Identifier: BSD-2-Clause
#include "record/decode.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct ev_first first = {
	.kind = EV_FIRST,
	.slot = SLOTS_MAX - 1,
	.time = 1ULL << 63,
	.nr = -1,
	.args = {1, 2, 3, 4, 5, UINT64_MAX},
	.sub = UINT32_MAX,
	.image = IMAGES_MAX - 1,
	.pid = 123,
	.tid = 124,
	.call_class = CLASS_COUNT - 1,
	.abi = ABI_X32,
	.comm = "fifteen letters",
};
static const struct ev_moved moved = {.kind = EV_MOVED,
				      .slot = 1,
				      .pid = 77,
				      .calls = UINT64_MAX,
				      .comm = "\xff\x01\n"};
static const struct ev_gone gone = {.kind = EV_GONE, .slot = SLOTS_MAX - 1};
static const struct ev_denied denied =
	{.kind = EV_DENIED,
	 .slot = 2,
	 .key = {.nr = -1, .slot = 2, .error = 4095, .action = DENIED_COUNT - 1, .abi = ABI_X32},
	 .args = {1, 2, 3, 4, 5, UINT64_MAX},
	 .comm = "fifteen letters"};

static const struct {
	const void *data;
	size_t len;
} good[] = {{&first, sizeof(first)},
	    {&moved, sizeof(moved)},
	    {&gone, sizeof(gone)},
	    {&denied, sizeof(denied)}};

static union event filled(void)
{
	union event event;

	memset(&event, 0x5a, sizeof(event));
	return event;
}

/* A refused record leaves the result alone and says why. */
static void expect_bad(const void *data, size_t len, const char *what)
{
	union event event = filled(), before = filled();
	struct err err = {0};

	cr_expect_eq(decode_event(data, len, &event, &err), -EBADMSG, "%s", what);
	cr_expect_eq(err.code, -EBADMSG, "%s", what);
	cr_expect_neq(err.text[0], '\0', "%s", what);
	cr_expect_eq(memcmp(&event, &before, sizeof(event)), 0, "%s", what);
	cr_expect_eq(decode_event(data, len, &event, NULL), -EBADMSG, "%s", what);
}

Test(decode, each_kind)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		union event event = filled();
		struct err err = {0};

		cr_assert_eq(decode_event(good[i].data, good[i].len, &event, &err), 0, "%s",
			     err.text);
		cr_expect_eq(memcmp(&event, good[i].data, good[i].len), 0, "record %zu", i);
	}
}

/* The ring gives out addresses that are multiples of 8; decoding needs not even that. */
Test(decode, at_any_address)
{
	for (size_t shift = 0; shift < 16; shift++) {
		char room[sizeof(first) + 16];
		union event event;

		memcpy(room + shift, &first, sizeof(first));
		cr_expect_eq(decode_event(room + shift, sizeof(first), &event, NULL), 0);
		cr_expect_eq(memcmp(&event, &first, sizeof(first)), 0);
	}
}

Test(decode, every_length)
{
	for (__u32 kind = 0; kind < 8; kind++) {
		for (size_t len = 0; len <= 200; len++) {
			/* of its exact length, so that a sanitizer sees a read behind it */
			char *data = calloc(1, len ? len : 1);
			bool right = (kind == EV_FIRST && len == 112) ||
				     (kind == EV_MOVED && len == 48) ||
				     (kind == EV_GONE && len == 8) ||
				     (kind == EV_DENIED && len == 112);
			union event event;

			memcpy(data, &kind, len < sizeof(kind) ? len : sizeof(kind));
			cr_expect_eq(decode_event(data, len, &event, NULL), right ? 0 : -EBADMSG,
				     "kind %u, %zu bytes", kind, len);
			free(data);
		}
	}
	expect_bad(NULL, 0, "nothing");
}

Test(decode, unknown_kinds)
{
	static const __u32 kinds[] = {EV_INVALID, EV_GONE + 1,        255,       256,
				      1 << 16,    EV_FIRST | 1 << 31, UINT32_MAX};

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
			char data[sizeof(first)];

			memcpy(data, good[i].data, good[i].len);
			memcpy(data, &kinds[k], sizeof(kinds[k]));
			expect_bad(data, good[i].len, "kind");
		}
	}
}

#define FIELD(record, member)                                                                      \
	(record).kind, offsetof(__typeof__(record), member), sizeof((record).member),              \
		#record "." #member

/* One field out of range, the rest good. */
Test(decode, fields_out_of_range)
{
	const struct {
		__u32 kind;
		size_t offset, size;
		const char *name;
		__u64 value;
	} rows[] = {
		{FIELD(first, slot), EACH_SLOTS_MAX},    {FIELD(first, slot), UINT32_MAX},
		{FIELD(first, image), IMAGES_MAX},       {FIELD(first, image), UINT32_MAX},
		{FIELD(first, call_class), CLASS_COUNT}, {FIELD(first, call_class), UINT16_MAX},
		{FIELD(first, abi), ABI_X32 + 1},        {FIELD(first, abi), UINT16_MAX},
		{FIELD(first, comm[15]), 'x'},           {FIELD(moved, slot), EACH_SLOTS_MAX},
		{FIELD(moved, slot), UINT32_MAX},        {FIELD(gone, slot), SLOTS_MAX},
		{FIELD(gone, slot), UINT32_MAX},
	};
	struct ev_moved open = moved;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char data[sizeof(first)];
		size_t record = rows[i].kind - EV_FIRST;

		memcpy(data, good[record].data, good[record].len);
		memcpy(data + rows[i].offset, &rows[i].value, rows[i].size);
		expect_bad(data, good[record].len, rows[i].name);
	}
	memset(open.comm, 'x', sizeof(open.comm));
	expect_bad(&open, sizeof(open), "moved.comm");
}

/* Numbers, times, arguments and processes may be anything. */
Test(decode, fields_without_range)
{
	struct ev_first record = first;
	union event event;

	for (int bit = 0; bit < 64; bit++) {
		record.nr = (__s64)(1ULL << bit);
		record.time = record.args[bit % 6] = 1ULL << bit;
		record.sub = record.pid = record.tid = 1u << bit % 32;
		cr_expect_eq(decode_event(&record, sizeof(record), &event, NULL), 0, "bit %d", bit);
		cr_expect_eq(event.first.nr, record.nr);
		cr_expect_eq(event.first.sub, record.sub);
	}
}

Test(decode, denied_out_of_range)
{
	struct ev_denied bad = denied;

	bad.key.slot = 3;
	expect_bad(&bad, sizeof(bad), "two slots");
	bad = denied;
	bad.slot = bad.key.slot = SLOTS_MAX;
	expect_bad(&bad, sizeof(bad), "slot");
	bad = denied;
	bad.key.action = DENIED_COUNT;
	expect_bad(&bad, sizeof(bad), "action");
	bad = denied;
	bad.key.abi = ABI_X32 + 1;
	expect_bad(&bad, sizeof(bad), "abi");
	bad = denied;
	bad.key.error = -1;
	expect_bad(&bad, sizeof(bad), "negative errno");
	bad.key.error = 4096;
	expect_bad(&bad, sizeof(bad), "errno");
	bad = denied;
	memset(bad.comm, 'x', sizeof(bad.comm));
	expect_bad(&bad, sizeof(bad), "comm");
}

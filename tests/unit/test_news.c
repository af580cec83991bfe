// SPDX-License-Identifier: BSD-2-Clause
#include "record/news.h"

#include <criterion/criterion.h>
#include <linux/bpf.h>
#include <string.h>

#define BYTES 256

/* A ring as the kernel lays it out, in memory: what is written shows up in both halves. */
static unsigned char data[2 * BYTES];
static uint64_t taken, made;
static struct news_ring ring = {.data = data, .taken = &taken, .made = &made, .bytes = BYTES};

static char seen[1000];

static void start_at(uint64_t position)
{
	taken = made = position;
	seen[0] = '\0';
}

static void write_bytes(uint64_t at, const void *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		data[(at + i) % BYTES] = data[(at + i) % BYTES + BYTES] =
			((const unsigned char *)bytes)[i];
}

/* Appends a record with flags; returns where it begins. */
static uint64_t put(const char *text, uint32_t flags)
{
	uint32_t header[2] = {strlen(text) | flags, 0};
	uint64_t at = made;

	write_bytes(at, header, sizeof(header));
	write_bytes(at + sizeof(header), text, strlen(text));
	made += (strlen(text) + sizeof(header) + 7) / 8 * 8;
	cr_assert_leq(made - taken, BYTES, "the test writes more than there is room for");
	return at;
}

/* Notes the text; the context is the text to stop at, if there is one. */
static bool note(const void *bytes, size_t len, void *context)
{
	size_t end = strlen(seen);

	snprintf(seen + end, sizeof(seen) - end, "%.*s,", (int)len, (const char *)bytes);
	return !context || strncmp(bytes, context, len);
}

static void expect_each(const char *want)
{
	uint64_t before = taken;

	seen[0] = '\0';
	news_each(&ring, note, NULL);
	cr_expect_str_eq(seen, want);
	cr_expect_eq(taken, before, "to look takes nothing off");
}

Test(news, empty)
{
	start_at(0);
	expect_each("");
	news_drop(&ring, note, NULL);
	cr_expect_eq(taken, 0);
}

Test(news, every_length)
{
	start_at(0);
	put("", 0);
	put("1", 0);
	put("1234567", 0);
	put("12345678", 0);
	put("123456789", 0);
	expect_each(",1,1234567,12345678,123456789,");
	expect_each(",1,1234567,12345678,123456789,");
}

Test(news, discarded)
{
	start_at(0);
	put("a", 0);
	put("never", BPF_RINGBUF_DISCARD_BIT);
	put("b", 0);
	expect_each("a,b,");
	news_drop(&ring, note, NULL);
	cr_expect_eq(taken, made, "what was discarded is taken off, too");
}

/* What follows a record that is being written waits for it. */
Test(news, busy)
{
	uint32_t done[2] = {4, 0};
	uint64_t at;

	start_at(0);
	put("a", 0);
	at = put("busy", BPF_RINGBUF_BUSY_BIT);
	put("b", 0);
	expect_each("a,");
	news_drop(&ring, note, NULL);
	cr_expect_eq(taken, at);
	write_bytes(at, done, sizeof(done));
	expect_each("busy,b,");
}

Test(news, wraps_around)
{
	/* every alignment of a record at the end of the data; and positions beyond 32 bits */
	for (uint64_t start = (1ULL << 33) - 64; start < (1ULL << 33) + 2 * BYTES; start += 8) {
		start_at(start);
		put("a record of some length", 0);
		put("b", 0);
		put("another of some length", 0);
		expect_each("a record of some length,b,another of some length,");
	}
}

Test(news, full)
{
	for (uint64_t start = 0; start < BYTES; start += 8) {
		start_at(start);
		for (int i = 0; i < BYTES / 16; i++)
			put("12345678", 0);
		cr_assert_eq(made - taken, BYTES);
		seen[0] = '\0';
		news_each(&ring, note, NULL);
		cr_expect_eq(strlen(seen), BYTES / 16 * 9);
		news_drop(&ring, note, NULL);
		cr_expect_eq(taken, made);
	}
}

Test(news, stops)
{
	uint64_t at;

	start_at(0);
	put("a", 0);
	at = put("b", 0);
	put("c", 0);
	news_each(&ring, note, "b");
	cr_expect_str_eq(seen, "a,b,");
	news_drop(&ring, note, "b");
	cr_expect_eq(taken, at, "what is needed stays, and all behind it");
	expect_each("b,c,");
}

Test(news, a_length_that_cannot_be)
{
	start_at(0);
	put("a", 0);
	put("b", BYTES + 8);
	expect_each("a,");
}

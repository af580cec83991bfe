// SPDX-License-Identifier: BSD-2-Clause
/* The entries of tests/fuzz on mutations of good input, always the same ones. */
#include "../fuzz/audit_log.c"
#include "../fuzz/convert.c"
#include "../fuzz/decode.c"
#include "../fuzz/engine.c"
#include "../fuzz/fold.c"
#include "../fuzz/mount.c"
#include "../fuzz/profile.c"
#include "../fuzz/recording.c"
#include "../fuzz/simulate.c"
#include "../fuzz/systemd.c"

#include "base/buf.h"
#include "base/fs.h"
#include "../fuzz/oci_state.c"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>

#define RECORDS 1000000
#define TEXTS   200000

/* xorshift64: the same everywhere */
static uint64_t state;

static uint32_t any(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % below;
}

/* A bit, a byte, an edge of a range, a piece of itself, its length. Returns the new length, at most `room`. */
static size_t mutate(uint8_t *data, size_t len, size_t room)
{
	static const uint8_t edges[] = {0,   1,   3,   4,   15,   16,  63,  64,
					127, 128, 255, ' ', '\n', '-', '\\'};
	size_t from, to, n;

	switch (any(6)) {
	case 0:
		if (len)
			data[any(len)] ^= 1 << any(8);
		return len;
	case 1:
		if (len)
			data[any(len)] = any(256);
		return len;
	case 2:
		if (len)
			data[any(len)] = edges[any(sizeof(edges))];
		return len;
	case 3:
		if (!len)
			return len;
		from = any(len);
		to = any(len);
		n = any(1 + (uint32_t)(len - (from > to ? from : to)));
		memmove(data + to, data + from, n);
		return len;
	case 4: /* shorter */
		return len ? len - 1 - any(any(4) ? 1 : len) : 0;
	default: /* longer */
		if (len < room)
			data[len++] = any(256);
		return len;
	}
}

Test(fuzz, decode)
{
	static const struct ev_first first = {.kind = EV_FIRST,
					      .slot = 1,
					      .nr = 59,
					      .comm = "fifteen letters"};
	static const struct ev_moved moved = {.kind = EV_MOVED,
					      .slot = 2,
					      .comm = "fifteen letters"};
	static const struct ev_gone gone = {.kind = EV_GONE, .slot = 3};
	static const struct {
		const void *data;
		size_t len;
	} seeds[] = {{&first, sizeof(first)}, {&moved, sizeof(moved)}, {&gone, sizeof(gone)}};
	size_t taken = 0;

	state = 88172645463325252;
	for (int i = 0; i < RECORDS; i++) {
		uint32_t seed = any(3);
		uint8_t room[200];
		size_t len = seeds[seed].len;

		memcpy(room, seeds[seed].data, len);
		for (uint32_t k = any(4); k < 4; k++)
			len = mutate(room, len, sizeof(room));
		taken += fuzz_decode(room, len);
	}
	/* neither all nor nothing: both sides were tried */
	cr_expect_gt(taken, RECORDS / 20, "%zu of %d were taken", taken, RECORDS);
	cr_expect_lt(taken, RECORDS / 2, "%zu of %d were taken", taken, RECORDS);
}

Test(fuzz, mount)
{
	static const char *const seeds[] = {
		"28 22 0:25 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n",
		"30 22 0:26 / /sys ro - tmpfs tmpfs ro\n31 30 0:27 /a\\040b /cg\\134x rw - cgroup2 none rw\n",
		"31 30 0:27 /../.. /cg rw shared:1 master:2 - cgroup2 none rw",
		"32 30 0:29 / /cg/systemd rw - cgroup cgroup rw,name=systemd\n",
	};
	size_t found = 0;

	state = 88172645463325252;
	for (int i = 0; i < TEXTS; i++) {
		const char *seed = seeds[any(4)];
		uint8_t room[400];
		size_t len = strlen(seed);

		memcpy(room, seed, len);
		for (uint32_t k = any(8); k < 8; k++)
			len = mutate(room, len, sizeof(room));
		found += fuzz_mount(room, len);
	}
	cr_expect_gt(found, TEXTS / 20, "%zu of %d were found", found, TEXTS);
	cr_expect_lt(found, TEXTS * 9 / 10, "%zu of %d were found", found, TEXTS);
}

/* --- what has a corpus: tests/fuzz/corpus/NAME, with what was found once --- */

struct corpus {
	struct buf files[64];
	size_t len;
};

static void corpus_clear(struct corpus *corpus)
{
	for (size_t i = 0; i < corpus->len; i++)
		buf__clear(&corpus->files[i]);
}

static void corpus_read(const char *name, struct corpus *corpus)
{
	char path[256];
	const struct dirent *entry;
	DIR *own_dir dir = NULL;

	snprintf(path, sizeof(path), "tests/fuzz/corpus/%s", name);
	dir = opendir(path);
	cr_assert_not_null(dir, "there is no %s", path);
	while ((entry = readdir(dir))) {
		if (*entry->d_name == '.')
			continue;
		cr_assert_lt(corpus->len, ARRAY_LEN(corpus->files));
		cr_assert_eq(fs_read(dirfd(dir), entry->d_name, 1 << 20,
				     &corpus->files[corpus->len++], NULL),
			     0);
	}
	cr_assert_gt(corpus->len, 0);
}

/* The files themselves, then mutations of them. Returns how many were taken. */
static size_t try_corpus(const char *name, int tries, int (*try)(const uint8_t *data, size_t len))
{
	__attribute__((cleanup(corpus_clear))) struct corpus corpus = {0};
	size_t taken = 0;

	corpus_read(name, &corpus);
	for (size_t i = 0; i < corpus.len; i++)
		taken += try((const uint8_t *)buf__text(&corpus.files[i]), corpus.files[i].len);
	cr_expect_gt(taken, 0, "nothing of the corpus was taken");
	state = 88172645463325252;
	for (int i = 0; i < tries; i++) {
		const struct buf *seed = &corpus.files[any(corpus.len)];
		size_t len = seed->len, room = len + 8;
		/* a block of its own, so that ASan sees a step outside */
		uint8_t *own_ptr data = malloc(room);

		cr_assert_not_null(data);
		memcpy(data, buf__text(seed), len);
		for (uint32_t k = any(4); k < 4; k++)
			len = mutate(data, len, room);
		taken += try(data, len);
	}
	return taken;
}

Test(fuzz, profile, .timeout = 60)
{
	size_t taken = try_corpus("profile", 20000, fuzz_profile);

	cr_expect(taken > 200 && taken < 19000, "%zu", taken);
}

Test(fuzz, recording, .timeout = 60)
{
	size_t taken = try_corpus("recording", 20000, fuzz_recording);

	cr_expect(taken > 200 && taken < 19000, "%zu", taken);
}

Test(fuzz, audit_log, .timeout = 60)
{
	size_t taken = try_corpus("audit_log", 20000, fuzz_audit_log);

	cr_expect(taken > 1000 && taken < 19800, "%zu", taken);
}

Test(fuzz, engine, .timeout = 60)
{
	size_t taken = try_corpus("engine", 20000, fuzz_engine);

	cr_expect(taken > 1000 && taken < 19000, "%zu", taken);
}

Test(fuzz, fold, .timeout = 60)
{
	size_t taken = try_corpus("fold", 2000, fuzz_fold);

	cr_expect(taken > 100 && taken < 1900, "%zu", taken);
}

Test(fuzz, convert, .timeout = 60)
{
	size_t taken = try_corpus("convert", 1000, fuzz_convert);

	cr_expect(taken > 100 && taken < 950, "%zu", taken);
}

Test(fuzz, systemd, .timeout = 60)
{
	size_t taken = try_corpus("systemd", 4000, fuzz_systemd);

	cr_expect(taken > 100 && taken < 3900, "%zu", taken);
}

Test(fuzz, simulate, .timeout = 60)
{
	size_t taken = try_corpus("simulate", 100000, fuzz_simulate);

	cr_expect(taken > 1000 && taken < 99000, "%zu", taken);
}

Test(fuzz, oci_state)
{
	static const char *const seeds[] = {
		"{\"id\":\"a\",\"status\":\"created\",\"pid\":1,\"annotations\":{\"io.containers.trace-syscall\":\"of:/a;if:/b\"}}",
		"{\"id\":\"a\",\"status\":\"stopped\",\"annotations\":{\"io.containers.trace-syscall\":\"if:/b;of:/a\"}}",
		"{\"id\":\"a-1\",\"status\":\"running\",\"pid\":null,\"bundle\":\"/b\"}",
	};
	size_t found[3] = {0};

	state = 88172645463325252;
	for (int i = 0; i < TEXTS; i++) {
		const char *seed = seeds[any(3)];
		uint8_t room[400];
		size_t len = strlen(seed);

		memcpy(room, seed, len);
		for (uint32_t k = any(4); k < 4; k++)
			len = mutate(room, len, sizeof(room));
		found[fuzz_oci_state(room, len)]++;
	}
	for (size_t i = 0; i < 3; i++)
		cr_expect_gt(found[i], TEXTS / 200, "%zu: %zu of %d", i, found[i], TEXTS);
}

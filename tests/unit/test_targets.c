// SPDX-License-Identifier: BSD-2-Clause
#include "record/targets.h"
#include "base/own.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define MANY    10000  /* targets that a session has room for */
#define OTHERS  100000 /* cgroups that are none */
#define SLOT(i) (1 + (__u32)(i) % (SLOTS_MAX - 1))

static struct target table[TARGETS_LEN];

static size_t places_taken(void)
{
	size_t n = 0;

	for (size_t i = 0; i < TARGETS_LEN; i++)
		n += table[i].id != 0;
	return n;
}

/* How the kernel numbers cgroups: a directory and the files in it count on, with gaps for what came and went. */
struct numbering {
	const char *name;
	uint64_t start;
	unsigned int step, jitter;
};

static const struct numbering numberings[] = {
	{"young host", 5000, 1, 0},
	{"one file each", 12345, 2, 0},
	{"files of cpu and memory", 70001, 37, 0},
	{"with churn", 1 << 20, 29, 200},
	{"end of 32 bits", 0xffffffffu - 150000, 31, 0},
	{"second round of the low half", (3ULL << 32) + 1000, 29, 40},
	{"highest", UINT64_MAX - 1000000, 31, 60},
};

static uint64_t next_id(const struct numbering *numbering, uint64_t id)
{
	return id + numbering->step + (numbering->jitter ? random() % numbering->jitter : 0);
}

/* Fills `ids` with targets, and `others` with ids before, between and behind them. */
static void number(const struct numbering *numbering, uint64_t *ids, uint64_t *others)
{
	uint64_t id = numbering->start, last;
	size_t n = 0;

	for (size_t i = 0; i < MANY; i++) {
		last = id;
		ids[i] = id = next_id(numbering, id);
		for (uint64_t between = last + 1; between < id && n < OTHERS / 2; between++)
			others[n++] = between;
	}
	for (uint64_t k = 1; n < OTHERS; k++) {
		others[n++] = numbering->start - k;
		if (n < OTHERS)
			others[n++] = id + k;
	}
}

Test(targets, ten_thousand_are_found_and_nobody_else)
{
	static uint64_t ids[MANY], others[OTHERS];

	srandom(3);
	for (size_t k = 0; k < ARRAY_LEN(numberings); k++) {
		const char *name = numberings[k].name;

		memset(table, 0, sizeof(table));
		number(&numberings[k], ids, others);
		for (size_t i = 0; i < MANY; i++)
			cr_assert_eq(targets_add(table, ids[i], SLOT(i)), TARGETS_ADDED, "%s: %zu",
				     name, i);
		cr_expect_eq(places_taken(), MANY, "%s", name);
		for (size_t i = 0; i < MANY; i++)
			cr_assert_eq(targets_rows(table, ids[i]), SLOT(i), "%s: %zu", name, i);
		for (size_t i = 0; i < OTHERS; i++)
			cr_assert_eq(targets_rows(table, others[i]), SLOT_NONE, "%s: %zu", name, i);
	}
}

/* Whatever the distance between cgroups is, there is room for all. */
Test(targets, every_distance_has_room)
{
	for (unsigned int step = 1; step <= 128; step++) {
		memset(table, 0, sizeof(table));
		for (uint64_t i = 1; i <= MANY; i++)
			cr_assert_eq(targets_add(table, 4096 + i * step, 1), TARGETS_ADDED,
				     "distance %u, target %lu", step, (unsigned long)i);
		for (uint64_t i = 1; i <= MANY; i++)
			cr_assert_eq(targets_rows(table, 4096 + i * step), 1);
	}
}

Test(targets, present_stays_as_it_is)
{
	cr_expect_eq(targets_add(table, 77, 3), TARGETS_ADDED);
	cr_expect_eq(targets_add(table, 77, 3), TARGETS_PRESENT);
	cr_expect_eq(targets_add(table, 77, 4), TARGETS_PRESENT);
	cr_expect_eq(targets_rows(table, 77), 3);
	cr_expect_eq(places_taken(), 1);
}

/* Ids that share their lower half share their place. */
static uint64_t same_place(unsigned int i)
{
	return ((uint64_t)i + 1) << 32 | 12345;
}

Test(targets, full_within_reach)
{
	unsigned int i;

	for (i = 0; i < TARGETS_PROBES; i++)
		cr_assert_eq(targets_add(table, same_place(i), SLOT(i)), TARGETS_ADDED, "%u", i);
	cr_expect_eq(targets_add(table, same_place(i), 5), TARGETS_FULL);
	cr_expect_eq(targets_rows(table, same_place(i)), SLOT_NONE);
	cr_expect_eq(places_taken(), TARGETS_PROBES, "what did not fit left something behind");
	cr_expect_eq(targets_add(table, same_place(0), 5), TARGETS_PRESENT);
	cr_expect_eq(targets_add(table, same_place(TARGETS_PROBES - 1), 5), TARGETS_PRESENT);
	for (i = 0; i < TARGETS_PROBES; i++)
		cr_expect_eq(targets_rows(table, same_place(i)), SLOT(i), "%u", i);
}

/* The end of the table goes on at its beginning. */
Test(targets, wraps_around)
{
	uint64_t id = 1;

	while (target_hash(id) != TARGETS_LEN - 1)
		id++;
	for (uint64_t k = 0; k < 4; k++)
		cr_expect_eq(targets_add(table, id | k << 32, 1 + k), TARGETS_ADDED);
	for (uint64_t k = 0; k < 4; k++)
		cr_expect_eq(targets_rows(table, id | k << 32), 1 + k);
	cr_expect_eq(table[TARGETS_LEN - 1].id, id);
	cr_expect_eq(table[2].id, id | 3ULL << 32);
}

/* All 32768 places taken by others: looking up ends, adding says so. */
Test(targets, whole_table_full)
{
	for (size_t i = 0; i < TARGETS_LEN; i++)
		table[i] = (struct target){.id = 1ULL << 40 | (i + 1), .rows = 1, .displaced = 1};
	for (uint64_t id = 1; id < 5000; id++) {
		cr_assert_eq(targets_rows(table, id), SLOT_NONE);
		cr_assert_eq(targets_add(table, id, 2), TARGETS_FULL);
	}
}

Test(targets, moved_to_another_slot)
{
	cr_expect_not(targets_move(table, 77, 4), "it is no target yet");
	targets_add(table, 77, 3);
	cr_expect(targets_move(table, 77, 4));
	cr_expect_eq(targets_rows(table, 77), 4);
	cr_expect_eq(places_taken(), 1);
}

/* As the programs leave it when a cgroup is removed. */
Test(targets, place_of_a_removed_one_is_taken_again)
{
	for (unsigned int i = 0; i < TARGETS_PROBES; i++)
		targets_add(table, same_place(i), 1);
	table[target_hash(12345)].rows = SLOT_NONE;
	table[target_hash(12345)].id = TARGET_REMOVED;
	cr_expect_eq(targets_rows(table, same_place(0)), SLOT_NONE);
	cr_expect_eq(targets_rows(table, TARGET_REMOVED), SLOT_NONE);
	cr_expect_eq(targets_rows(table, same_place(TARGETS_PROBES - 1)), 1, "behind the gap");
	cr_expect_eq(targets_add(table, same_place(TARGETS_PROBES), 2), TARGETS_ADDED);
	cr_expect_eq(targets_rows(table, same_place(TARGETS_PROBES)), 2);
}

Test(targets, one_is_removed)
{
	for (unsigned int i = 0; i < 4; i++)
		targets_add(table, same_place(i), 1 + i);
	targets_remove(table, same_place(1));
	targets_remove(table, same_place(1)); /* a program may have been as fast */
	targets_remove(table, same_place(4)); /* it is none */
	targets_remove(table, TARGET_REMOVED);
	for (unsigned int i = 0; i < 4; i++)
		cr_expect_eq(targets_rows(table, same_place(i)), i == 1 ? SLOT_NONE : 1 + i, "%u",
			     i);
	cr_expect_eq(targets_add(table, same_place(4), 7), TARGETS_ADDED);
	cr_expect_eq(places_taken(), 4, "the place is taken again");
}

Test(targets, slot_is_removed)
{
	for (unsigned int i = 0; i < TARGETS_PROBES; i++)
		targets_add(table, same_place(i), 1 + i % 3);
	cr_expect(targets_any(table, 2));
	targets_remove_slot(table, 2);
	cr_expect_not(targets_any(table, 2));
	for (unsigned int i = 0; i < TARGETS_PROBES; i++)
		cr_expect_eq(targets_rows(table, same_place(i)), i % 3 == 1 ? SLOT_NONE : 1 + i % 3,
			     "%u", i);
	targets_remove_slot(table, 2);
	cr_expect_eq(targets_add(table, same_place(TARGETS_PROBES), 4), TARGETS_ADDED);
}

Test(targets, empty_table_and_id_zero)
{
	for (uint64_t id = 0; id < 5000; id++)
		cr_assert_eq(targets_rows(table, id), SLOT_NONE);
	targets_add(table, 0, 3);
	cr_expect_eq(places_taken(), 0);
	cr_expect_eq(targets_rows(table, 0), SLOT_NONE, "nobody has id 0");
}

/* --- two writers at once --- */

#define SHARED 6000 /* ids that both add */
#define OWN    2000 /* ids that one adds alone */
#define ROUNDS 20
#define CROWD  8 /* ids to a place: writers meet there */

struct writer {
	struct writer *other;
	unsigned int number; /* 0 or 1 */
	unsigned int at;     /* the target that it adds next */
	enum targets_result results[SHARED];
	unsigned int own_added;
};

static uint64_t crowded_id(uint64_t i)
{
	return (i % CROWD + 1) << 32 | (5000 + i / CROWD * 29);
}

/* Both add the same target at the same time, as well as two processors can. */
static void meet(struct writer *writer, unsigned int i)
{
	unsigned int spins = 0;

	__atomic_store_n(&writer->at, i, __ATOMIC_RELEASE);
	while (__atomic_load_n(&writer->other->at, __ATOMIC_ACQUIRE) < i)
		if (++spins % 1024 == 0)
			sched_yield();
}

static void *write_targets(void *context)
{
	struct writer *writer = context;

	for (unsigned int i = 0; i < SHARED; i++) {
		meet(writer, i + 1);
		writer->results[i] = targets_add(table, crowded_id(i), SLOT(writer->number));
	}
	for (unsigned int i = 0; i < OWN; i++)
		writer->own_added += targets_add(table, crowded_id(SHARED + 2 * i + writer->number),
						 SLOT(writer->number)) == TARGETS_ADDED;
	return NULL;
}

static void check_shared(const struct writer writers[2])
{
	for (unsigned int i = 0; i < SHARED; i++) {
		unsigned int added = 0, by = 0;

		for (unsigned int w = 0; w < 2; w++) {
			cr_assert_neq(writers[w].results[i], TARGETS_FULL);
			if (writers[w].results[i] == TARGETS_ADDED) {
				added++;
				by = w;
			}
		}
		cr_assert_eq(added, 1, "target %u was added %u times", i, added);
		cr_assert_eq(targets_rows(table, crowded_id(i)), SLOT(by), "target %u", i);
	}
}

Test(targets, two_writers_add_each_once)
{
	static struct writer writers[2];

	for (int round = 0; round < ROUNDS; round++) {
		pthread_t threads[2];

		memset(table, 0, sizeof(table));
		memset(writers, 0, sizeof(writers));
		for (unsigned int w = 0; w < 2; w++) {
			writers[w].other = &writers[1 - w];
			writers[w].number = w;
			cr_assert_eq(pthread_create(&threads[w], NULL, write_targets, &writers[w]),
				     0);
		}
		for (unsigned int w = 0; w < 2; w++)
			cr_assert_eq(pthread_join(threads[w], NULL), 0);
		check_shared(writers);
		for (unsigned int w = 0; w < 2; w++) {
			cr_assert_eq(writers[w].own_added, OWN);
			for (unsigned int i = 0; i < OWN; i++)
				cr_assert_eq(targets_rows(table, crowded_id(SHARED + 2 * i + w)),
					     SLOT(w));
		}
		cr_assert_eq(places_taken(), SHARED + 2 * OWN);
	}
}

/* --- a slot is removed while its cgroups are, and others take their places --- */

#define TURNS 10000000

static int done;

static void *remove_slot(void *context)
{
	(void)context;
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		targets_remove_slot(table, 1);
	return NULL;
}

/* As the programs do it: bpf/target.bpf.h. */
static void remove_as_programs_do(uint64_t id, __u32 slot)
{
	/* not always in the first place: that may be half removed while it is added */
	for (__u32 i = 0; i < TARGETS_PROBES; i++) {
		struct target *t = &table[(target_hash(id) + i) & (TARGETS_LEN - 1)];

		if (__atomic_load_n(&t->id, __ATOMIC_ACQUIRE) != id)
			continue;
		if (__sync_val_compare_and_swap(&t->rows, slot, SLOT_NONE) == slot)
			__atomic_store_n(&t->id, TARGET_REMOVED, __ATOMIC_RELEASE);
		return;
	}
}

Test(targets, slot_is_removed_while_places_change_hands)
{
	pthread_t thread;

	cr_assert_eq(pthread_create(&thread, NULL, remove_slot, NULL), 0);
	/* all in one place */
	for (unsigned int i = 0; i < TURNS; i += 2) {
		targets_add(table, same_place(i), 1);
		remove_as_programs_do(same_place(i), 1);
		targets_add(table, same_place(i + 1), 2);
		cr_assert_eq(targets_rows(table, same_place(i + 1)), 2,
			     "turn %u: it was removed with somebody else", i);
		for (int k = 0; k < 10; k++)
			__atomic_thread_fence(__ATOMIC_SEQ_CST);
		cr_assert_eq(targets_rows(table, same_place(i + 1)), 2,
			     "turn %u: it was removed with somebody else", i);
		remove_as_programs_do(same_place(i + 1), 2);
	}
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	cr_assert_eq(pthread_join(thread, NULL), 0);
}

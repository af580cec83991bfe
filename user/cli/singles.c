// SPDX-License-Identifier: BSD-2-Clause
#include "cli/singles.h"
#include "base/num.h"

void singles_add(struct singles *singles, const struct syscall_set *needed)
{
	singles->recordings++;
	for (size_t arch = 0; arch < ARCH_COUNT; arch++)
		for (size_t word = 0; word < SET_WORDS; word++) {
			uint64_t bits = needed->bits[arch][word];

			singles->more.bits[arch][word] |= singles->any.bits[arch][word] & bits;
			singles->any.bits[arch][word] |= bits;
		}
}

size_t singles_only_in(const struct singles *singles, const struct syscall_set *needed)
{
	size_t n = 0;

	for (size_t arch = 0; arch < ARCH_COUNT; arch++)
		for (size_t word = 0; word < SET_WORDS; word++)
			n += __builtin_popcountll(needed->bits[arch][word] &
						  ~singles->more.bits[arch][word]);
	return n;
}

void singles_count(const struct singles *singles, size_t *distinct, size_t *only)
{
	*distinct = syscall_set__count(&singles->any);
	*only = singles_only_in(singles, &singles->any);
}

void singles_describe(const struct singles *singles, struct buf *out)
{
	size_t distinct, only;

	singles_count(singles, &distinct, &only);
	buf__addf(out, "%zu of %zu distinct %s (%.1f %%) %s seen by only one of %zu recordings",
		  only, distinct, num_word(distinct, "syscall", "syscalls"),
		  distinct ? 100.0 * only / distinct : 0.0, num_word(only, "was", "were"),
		  singles->recordings);
}

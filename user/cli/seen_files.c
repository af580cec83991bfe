// SPDX-License-Identifier: BSD-2-Clause
#include "cli/seen_files.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

void seen_files_clear(struct seen_files *seen)
{
	free(seen->sums);
	*seen = (struct seen_files){0};
}

/* Never 0, which is a free place. */
static uint64_t sum_of(const struct buf *text)
{
	uint64_t sum =
		0xcbf29ce484222325; /* FNV-1a, on words: the text is long, and eight bytes cost as much as one */
	uint64_t word;
	size_t i = 0;

	for (; i + sizeof(word) <= text->len; i += sizeof(word)) {
		memcpy(&word, text->data + i, sizeof(word));
		sum = (sum ^ word) * 0x100000001b3;
		sum ^= sum >> 29;
	}
	for (; i < text->len; i++)
		sum = (sum ^ (unsigned char)text->data[i]) * 0x100000001b3;
	return sum ? sum : 1;
}

/* True: it is there already. The table has a free place. */
static bool put(uint64_t *sums, size_t room, uint64_t sum)
{
	size_t place = sum & (room - 1);

	for (; sums[place]; place = (place + 1) & (room - 1))
		if (sums[place] == sum)
			return true;
	sums[place] = sum;
	return false;
}

static int grow(struct seen_files *seen)
{
	size_t room = seen->room ? seen->room * 2 : 64;
	uint64_t *sums = calloc(room, sizeof(*sums));

	if (!sums)
		return -ENOMEM;
	for (size_t i = 0; i < seen->room; i++)
		if (seen->sums[i])
			put(sums, room, seen->sums[i]);
	free(seen->sums);
	seen->sums = sums;
	seen->room = room;
	return 0;
}

int seen_files_add(struct seen_files *seen, const struct buf *text)
{
	if (seen->len * 2 >= seen->room && grow(seen))
		return -ENOMEM;
	if (put(seen->sums, seen->room, sum_of(text)))
		return 1;
	seen->len++;
	return 0;
}

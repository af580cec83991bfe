// SPDX-License-Identifier: BSD-2-Clause
#include "base/spelling.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* More wrong letters than that make another word. */
#define DISTANCE_MAX 3

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The optimal string alignment distance, a row for each letter of `a`; both fit into SPELLING_LEN. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][SPELLING_LEN];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	const size_t len = strlen(b);

	for (size_t k = 0; k <= len; k++)
		row[k] = k;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t *oldest = before;

		before = last;
		last = row;
		row = oldest;
		row[0] = i;
		for (size_t k = 1; k <= len; k++) {
			row[k] = smaller(last[k - 1] + !same(a[i - 1], b[k - 1]),
					 smaller(last[k], row[k - 1]) + 1);
			if (i > 1 && k > 1 && same(a[i - 1], b[k - 2]) && same(a[i - 2], b[k - 1]))
				row[k] = smaller(row[k], before[k - 2] + 1);
		}
	}
	return row[len];
}

/* A third of the letters may be wrong, and one always; not all of them. */
static size_t most(size_t len)
{
	return len < 2 ? 0 : len < 6 ? 1 : smaller(len / 3, DISTANCE_MAX);
}

void spelling_try(struct spelling *spelling, const char *candidate)
{
	const size_t len = strlen(spelling->word);
	size_t n;

	if (len >= SPELLING_LEN || strlen(candidate) >= SPELLING_LEN)
		return;
	n = distance(spelling->word, candidate);
	/* one that is not written to its end is not far */
	if (n > 1 && !strncasecmp(spelling->word, candidate, len))
		n = 1;
	if (n > most(len) || (*spelling->meant && n >= spelling->distance))
		return;
	strcpy(spelling->meant, candidate);
	spelling->distance = n;
}

const char *spelling_hint(struct spelling *spelling, const char *before)
{
	*spelling->hint = '\0';
	if (*spelling->meant)
		snprintf(spelling->hint, sizeof(spelling->hint), " (did you mean '%s%s'?)", before,
			 spelling->meant);
	return spelling->hint;
}

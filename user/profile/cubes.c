// SPDX-License-Identifier: BSD-2-Clause
#include "profile/cubes.h"

#include <errno.h>
#include <string.h>

/* Above that they are united two by two: exact, though perhaps not fewest. */
#define PRIMES_MAX 2048

void cubes_clear(struct cubes *cubes)
{
	free(cubes->list);
	*cubes = (struct cubes){0};
}

static bool same(const struct cube *a, const struct cube *b)
{
	return !memcmp(a, b, sizeof(*a));
}

int cubes_add(struct cubes *cubes, const struct cube *cube)
{
	for (size_t i = 0; i < cubes->len; i++)
		if (same(&cubes->list[i], cube))
			return 0;
	if (cubes->len == cubes->room) {
		size_t room = cubes->room ? cubes->room * 2 : 16;
		struct cube *list = reallocarray(cubes->list, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		cubes->list = list;
		cubes->room = room;
	}
	cubes->list[cubes->len++] = *cube;
	return 0;
}

/* True if they differ in one bit: *out leaves it free. */
static bool unite(const struct cube *a, const struct cube *b, struct cube *out)
{
	uint64_t differs = 0;
	size_t where = 0;

	if (memcmp(a->masks, b->masks, sizeof(a->masks)))
		return false;
	for (size_t i = 0; i < TUPLE_ARGS; i++) {
		uint64_t bits = a->values[i] ^ b->values[i];

		if (!bits)
			continue;
		if (differs || bits & (bits - 1))
			return false;
		differs = bits;
		where = i;
	}
	if (!differs)
		return false;
	*out = *a;
	out->masks[where] &= ~differs;
	out->values[where] &= ~differs;
	return true;
}

/* Does `a` hold for all that `b` holds for? */
static bool covers(const struct cube *a, const struct cube *b)
{
	for (size_t i = 0; i < TUPLE_ARGS; i++)
		if (a->masks[i] & ~b->masks[i] || (b->values[i] & a->masks[i]) != a->values[i])
			return false;
	return true;
}

/* All cubes that cannot be united with another one. -E2BIG: too many. */
static int find_primes(const struct cubes *from, struct cubes *primes)
{
	struct cubes own_cubes all = {0};
	int rc = from->len > PRIMES_MAX ? -E2BIG : 0;

	for (size_t i = 0; !rc && i < from->len; i++)
		rc = cubes_add(&all, &from->list[i]);
	/* what is united is appended, and met again further on */
	for (size_t i = 0; !rc && i < all.len; i++) {
		for (size_t k = 0; !rc && k < i; k++) {
			struct cube united;

			if (unite(&all.list[i], &all.list[k], &united))
				rc = cubes_add(&all, &united);
		}
		if (!rc && all.len > PRIMES_MAX)
			rc = -E2BIG;
	}
	for (size_t i = 0; !rc && i < all.len; i++) {
		bool prime = true;

		for (size_t k = 0; prime && k < all.len; k++)
			prime = k == i || !covers(&all.list[k], &all.list[i]);
		if (prime)
			rc = cubes_add(primes, &all.list[i]);
	}
	return rc;
}

/* Which of the cubes that are to be covered each prime covers, a bit for each: all is counted on this. */
struct cover {
	uint64_t *rows; /* owned */
	uint64_t *left; /* owned: what nothing chosen covers yet */
	size_t words;   /* of a row */
	size_t left_len;
};

static void cover_clear(struct cover *cover)
{
	free(cover->rows);
	free(cover->left);
}
#define own_cover own_with(cover_clear)

static bool has_bit(const uint64_t *row, size_t bit)
{
	return row[bit / 64] >> bit % 64 & 1;
}

static int cover_make(const struct cubes *primes, const struct cubes *from, struct cover *out)
{
	out->words = from->len / 64 + 1;
	out->rows = calloc(primes->len * out->words, sizeof(*out->rows));
	out->left = calloc(out->words, sizeof(*out->left));
	if (!out->rows || !out->left)
		return -ENOMEM;
	out->left_len = from->len;
	for (size_t k = 0; k < from->len; k++) {
		out->left[k / 64] |= 1ULL << k % 64;
		for (size_t i = 0; i < primes->len; i++)
			if (covers(&primes->list[i], &from->list[k]))
				out->rows[i * out->words + k / 64] |= 1ULL << k % 64;
	}
	return 0;
}

/* How much of what is left a prime covers. */
static size_t cover_count(const struct cover *cover, size_t prime)
{
	const uint64_t *row = cover->rows + prime * cover->words;
	size_t n = 0;

	for (size_t w = 0; w < cover->words; w++)
		n += __builtin_popcountll(row[w] & cover->left[w]);
	return n;
}

/* The prime that covers most of what is left. */
static size_t best_prime(const struct cover *cover, size_t primes)
{
	size_t best = 0, most = 0;

	for (size_t i = 0; i < primes; i++) {
		size_t n = cover_count(cover, i);

		if (n > most) {
			most = n;
			best = i;
		}
	}
	return best;
}

static int take(struct cover *cover, const struct cubes *primes, size_t prime, struct cubes *out)
{
	const uint64_t *row = cover->rows + prime * cover->words;

	cover->left_len -= cover_count(cover, prime);
	for (size_t w = 0; w < cover->words; w++)
		cover->left[w] &= ~row[w];
	return cubes_add(out, &primes->list[prime]);
}

/* First what only one prime covers, then greedily. -E2BIG: more than `limit`. */
static int choose(const struct cubes *primes, const struct cubes *from, size_t limit,
		  struct cubes *out)
{
	struct cover own_cover cover = {0};
	int rc = cover_make(primes, from, &cover);

	for (size_t k = 0; !rc && k < from->len; k++) {
		size_t only = 0, n = 0;

		for (size_t i = 0; i < primes->len && n < 2; i++) {
			if (has_bit(cover.rows + i * cover.words, k)) {
				only = i;
				n++;
			}
		}
		if (n == 1)
			rc = take(&cover, primes, only, out);
		if (!rc && out->len > limit)
			rc = -E2BIG;
	}
	while (!rc && cover.left_len) {
		rc = take(&cover, primes, best_prime(&cover, primes->len), out);
		if (!rc && out->len > limit)
			rc = -E2BIG;
	}
	return rc;
}

/* Unites two by two what differs in this bit alone. */
static void unite_pairs(struct cubes *cubes, size_t arg, uint64_t bit)
{
	for (size_t i = 0; i < cubes->len; i++) {
		for (size_t k = i + 1; k < cubes->len; k++) {
			struct cube *a = &cubes->list[i], *b = &cubes->list[k];

			if ((a->values[arg] ^ b->values[arg]) != bit || !unite(a, b, a))
				continue;
			*b = cubes->list[--cubes->len];
			break;
		}
	}
}

/* Bit by bit, for what is dense: whole blocks become one. */
static void unite_all(struct cubes *cubes)
{
	for (size_t arg = 0; arg < TUPLE_ARGS; arg++) {
		uint64_t differs = 0;

		for (size_t i = 1; i < cubes->len; i++)
			differs |= cubes->list[i].values[arg] ^ cubes->list[0].values[arg];
		for (; differs; differs &= differs - 1)
			unite_pairs(cubes, arg, differs & -differs);
	}
}

int cubes_reduce(struct cubes *cubes, size_t limit)
{
	struct cubes own_cubes primes = {0}, own_cubes chosen = {0};
	int rc = find_primes(cubes, &primes);

	if (rc == -E2BIG) {
		unite_all(cubes);
		return 0;
	}
	if (!rc)
		rc = choose(&primes, cubes, limit, &chosen);
	if (rc == -E2BIG)
		return 0;
	if (rc)
		return rc;
	cubes_clear(cubes);
	*cubes = chosen;
	chosen = (struct cubes){0};
	return 0;
}

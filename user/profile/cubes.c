// SPDX-License-Identifier: BSD-2-Clause
#include "profile/cubes.h"

#include <errno.h>
#include <string.h>

/* Above that, cubes stay as they are: exact, though not fewest. */
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
	int rc = 0;

	for (size_t i = 0; !rc && i < from->len; i++)
		rc = cubes_add(&all, &from->list[i]);
	/* what is united is appended, and met again further on */
	for (size_t i = 0; !rc && i < all.len; i++) {
		for (size_t k = 0; !rc && k < i; k++) {
			struct cube united;

			if (unite(&all.list[i], &all.list[k], &united))
				rc = cubes_add(&all, &united);
		}
		if (all.len > PRIMES_MAX)
			return -E2BIG;
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

/* The prime that covers most of what is left. */
static size_t best_prime(const struct cubes *primes, const struct cubes *from, const bool *done)
{
	size_t best = 0, most = 0;

	for (size_t i = 0; i < primes->len; i++) {
		size_t n = 0;

		for (size_t k = 0; k < from->len; k++)
			n += !done[k] && covers(&primes->list[i], &from->list[k]);
		if (n > most) {
			most = n;
			best = i;
		}
	}
	return best;
}

static void cover(const struct cube *prime, const struct cubes *from, bool *done, size_t *left)
{
	for (size_t k = 0; k < from->len; k++) {
		if (done[k] || !covers(prime, &from->list[k]))
			continue;
		done[k] = true;
		--*left;
	}
}

/* First what only one prime covers, then greedily. */
static int choose(const struct cubes *primes, const struct cubes *from, struct cubes *out)
{
	bool *own_ptr done = calloc(from->len + 1, sizeof(*done));
	size_t left = from->len;
	int rc = done ? 0 : -ENOMEM;

	for (size_t k = 0; !rc && k < from->len; k++) {
		size_t only = 0, n = 0;

		for (size_t i = 0; i < primes->len; i++) {
			if (covers(&primes->list[i], &from->list[k])) {
				only = i;
				n++;
			}
		}
		if (n != 1)
			continue;
		rc = cubes_add(out, &primes->list[only]);
		cover(&primes->list[only], from, done, &left);
	}
	while (!rc && left) {
		size_t best = best_prime(primes, from, done);

		rc = cubes_add(out, &primes->list[best]);
		cover(&primes->list[best], from, done, &left);
	}
	return rc;
}

int cubes_reduce(struct cubes *cubes)
{
	struct cubes own_cubes primes = {0}, own_cubes chosen = {0};
	int rc = find_primes(cubes, &primes);

	if (rc == -E2BIG)
		return 0;
	if (!rc)
		rc = choose(&primes, cubes, &chosen);
	if (rc)
		return rc;
	cubes_clear(cubes);
	*cubes = chosen;
	chosen = (struct cubes){0};
	return 0;
}

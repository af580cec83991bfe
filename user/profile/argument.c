// SPDX-License-Identifier: BSD-2-Clause
#include "profile/argument.h"

#include <errno.h>

void choices_clear(struct choices *choices)
{
	free(choices->list);
	*choices = (struct choices){0};
}

static int add(struct choices *choices, const struct condition *condition)
{
	if (choices->len == choices->room) {
		size_t room = choices->room ? choices->room * 2 : 4;
		struct condition *list = reallocarray(choices->list, room, sizeof(*choices->list));

		if (!list)
			return -ENOMEM;
		choices->list = list;
		choices->room = room;
	}
	choices->list[choices->len++] = *condition;
	return 0;
}

/* --- values from `low` to `high`, or all with `bits` where `mask` is set --- */

struct range {
	uint64_t low, high;
};

/* Into at most two ranges; 0: none. SIZE_MAX: it is a mask. */
#define IS_MASK SIZE_MAX

static size_t ranges_of(const struct condition *c, struct range out[2])
{
	switch (c->compare) {
	case COMPARE_EQ:
		out[0] = (struct range){c->value, c->value};
		return 1;
	case COMPARE_NE: {
		size_t n = 0;

		if (c->value > 0)
			out[n++] = (struct range){0, c->value - 1};
		if (c->value < UINT64_MAX)
			out[n++] = (struct range){c->value + 1, UINT64_MAX};
		return n;
	}
	case COMPARE_LT:
		out[0] = (struct range){0, c->value - 1};
		return c->value > 0;
	case COMPARE_LE:
		out[0] = (struct range){0, c->value};
		return 1;
	case COMPARE_GE:
		out[0] = (struct range){c->value, UINT64_MAX};
		return 1;
	case COMPARE_GT:
		out[0] = (struct range){c->value + 1, UINT64_MAX};
		return c->value < UINT64_MAX;
	case COMPARE_MASKED_EQ:
		return IS_MASK;
	default:
		out[0] = (struct range){0, UINT64_MAX};
		return 1;
	}
}

/* A mask that leaves nothing open is EQ. */
static int add_mask(struct choices *out, unsigned int index, uint64_t mask, uint64_t bits)
{
	struct condition condition = {index, COMPARE_MASKED_EQ, mask, bits};

	if (bits & ~mask)
		return 0; /* no value has bits that the mask takes away */
	if (mask == UINT64_MAX)
		condition = (struct condition){index, COMPARE_EQ, bits, 0};
	return add(out, &condition);
}

/* The largest aligned blocks that fill the range. */
static int add_blocks(struct choices *out, unsigned int index, struct range range)
{
	if (range.low == 0 && range.high == UINT64_MAX)
		return add_mask(out, index, 0, 0);
	while (true) {
		uint64_t size = range.low ? range.low & -range.low : 1ULL << 63;
		int rc;

		while (size - 1 > range.high - range.low)
			size >>= 1;
		rc = add_mask(out, index, ~(size - 1), range.low);
		if (rc || range.high - range.low == size - 1)
			return rc;
		range.low += size;
	}
}

/* One condition if it is a prefix, a suffix or one value, else blocks. */
static int add_range(struct choices *out, unsigned int index, struct range range)
{
	struct condition condition = {index, COMPARE_EQ, range.low, 0};

	if (range.low == range.high)
		return add(out, &condition);
	if (range.low && range.high != UINT64_MAX)
		return add_blocks(out, index, range);
	condition.compare = range.low ? COMPARE_GE : COMPARE_LE;
	condition.value = range.low ? range.low : range.high;
	return add(out, &condition);
}

bool condition_is_nothing(const struct condition *c)
{
	struct range ranges[2];
	size_t n = ranges_of(c, ranges);

	return n == IS_MASK ? c->value_two & ~c->value : !n;
}

bool condition_equal(const struct condition *a, const struct condition *b)
{
	return a->index == b->index && a->compare == b->compare && a->value == b->value &&
	       (a->compare != COMPARE_MASKED_EQ || a->value_two == b->value_two);
}

bool condition_is_everything(const struct condition *c)
{
	return (c->compare == COMPARE_MASKED_EQ && !c->value && !c->value_two) ||
	       (c->compare == COMPARE_LE && c->value == UINT64_MAX) ||
	       (c->compare == COMPARE_GE && c->value == 0);
}

static bool range_implies(struct range range, const struct condition *b)
{
	struct range ranges[2];
	size_t n = ranges_of(b, ranges);
	uint64_t varies = range.low ^ range.high;

	if (n == IS_MASK) {
		/* from the highest bit in which the ends differ down, every bit takes both values */
		for (int shift = 1; shift < 64; shift *= 2)
			varies |= varies >> shift;
		return !(varies & b->value) && (range.low & b->value) == b->value_two;
	}
	for (size_t i = 0; i < n; i++)
		if (ranges[i].low <= range.low && range.high <= ranges[i].high)
			return true;
	return false;
}

bool condition_implies(const struct condition *a, const struct condition *b)
{
	struct range ranges[2];
	size_t n = ranges_of(a, ranges);

	if (n != IS_MASK) {
		for (size_t i = 0; i < n; i++)
			if (!range_implies(ranges[i], b))
				return false;
		return true;
	}
	if (b->compare == COMPARE_MASKED_EQ)
		return !(b->value & ~a->value) && (a->value_two & b->value) == b->value_two;
	if (b->compare == COMPARE_NE)
		return (b->value & a->value) != a->value_two;
	/* its smallest and its largest value */
	return range_implies((struct range){a->value_two, a->value_two | ~a->value}, b);
}

int condition_to_masks(const struct condition *condition, struct choices *out)
{
	struct range ranges[2];
	size_t n = ranges_of(condition, ranges);
	int rc = 0;

	if (n == IS_MASK)
		return add_mask(out, condition->index, condition->value, condition->value_two);
	for (size_t i = 0; !rc && i < n; i++)
		rc = add_blocks(out, condition->index, ranges[i]);
	return rc;
}

static int meet_ranges(const struct condition *a, const struct condition *b, struct choices *out)
{
	struct range x[2], y[2];
	size_t n = ranges_of(a, x), m = ranges_of(b, y);
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		for (size_t k = 0; !rc && k < m; k++) {
			struct range both = {x[i].low > y[k].low ? x[i].low : y[k].low,
					     x[i].high < y[k].high ? x[i].high : y[k].high};

			if (both.low <= both.high)
				rc = add_range(out, a->index, both);
		}
	}
	return rc;
}

static int meet_masks(const struct condition *a, const struct condition *b, struct choices *out)
{
	struct choices own_choices x = {0}, own_choices y = {0};
	int rc = condition_to_masks(a, &x);

	if (!rc)
		rc = condition_to_masks(b, &y);
	for (size_t i = 0; !rc && i < x.len; i++) {
		for (size_t k = 0; !rc && k < y.len; k++) {
			const struct condition *p = &x.list[i], *q = &y.list[k];
			bool p_eq = p->compare == COMPARE_EQ, q_eq = q->compare == COMPARE_EQ;
			uint64_t pm = p_eq ? UINT64_MAX : p->value,
				 pb = p_eq ? p->value : p->value_two;
			uint64_t qm = q_eq ? UINT64_MAX : q->value,
				 qb = q_eq ? q->value : q->value_two;

			if (!((pb ^ qb) & pm & qm))
				rc = add_mask(out, a->index, pm | qm, pb | qb);
		}
	}
	return rc;
}

static bool same(const struct condition *a, const struct condition *b)
{
	return a->compare == b->compare && a->value == b->value &&
	       (a->compare != COMPARE_MASKED_EQ || a->value_two == b->value_two);
}

/* NE beside another condition: that one as it is, if the value is not in it anyway. */
static bool is_outside(const struct condition *ne, const struct condition *other)
{
	uint64_t args[6] = {0};

	args[other->index] = ne->value;
	return ne->compare == COMPARE_NE && other->compare == COMPARE_MASKED_EQ &&
	       (args[other->index] & other->value) != other->value_two;
}

int condition_meet(const struct condition *a, const struct condition *b, struct choices *out)
{
	struct range ranges[2];

	if (condition_is_everything(a) || same(a, b) || is_outside(a, b))
		return add(out, b);
	if (condition_is_everything(b) || is_outside(b, a))
		return add(out, a);
	if (ranges_of(a, ranges) == IS_MASK || ranges_of(b, ranges) == IS_MASK)
		return meet_masks(a, b, out);
	return meet_ranges(a, b, out);
}

/* For each bit of the mask: the bits above it as they must be, this one not. */
static int negate_mask(const struct condition *c, struct choices *out)
{
	uint64_t done = 0;
	int rc = 0;

	for (int bit = 63; !rc && bit >= 0; bit--) {
		uint64_t this = 1ULL << bit;

		if (!(c->value & this))
			continue;
		rc = add_mask(out, c->index, done | this,
			      (c->value_two & done) | (~c->value_two & this));
		done |= this;
	}
	return rc;
}

int condition_negate(const struct condition *condition, struct choices *out)
{
	static const enum compare opposite[COMPARE_COUNT] = {
		[COMPARE_EQ] = COMPARE_NE, [COMPARE_NE] = COMPARE_EQ, [COMPARE_LT] = COMPARE_GE,
		[COMPARE_LE] = COMPARE_GT, [COMPARE_GE] = COMPARE_LT, [COMPARE_GT] = COMPARE_LE,
	};
	struct condition negated = *condition;
	struct range ranges[2];

	if (condition->compare == COMPARE_MASKED_EQ)
		return negate_mask(condition, out);
	negated.compare = opposite[condition->compare];
	return ranges_of(&negated, ranges) ? add(out, &negated) : 0;
}

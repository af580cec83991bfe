// SPDX-License-Identifier: BSD-2-Clause
#include "profile/diff.h"
#include "profile/named.h"
#include "profile/resolve.h"

#include <errno.h>
#include <string.h>

static void difference_clear(struct difference *difference)
{
	free(difference->name);
	region_clear(&difference->region);
	region_clear(&difference->also);
	region_clear(&difference->except);
}
#define own_difference own_with(difference_clear)

void differences_clear(struct differences *differences)
{
	for (size_t i = 0; i < differences->len; i++)
		difference_clear(&differences->list[i]);
	free(differences->list);
	names_clear(&differences->unclear);
	*differences = (struct differences){0};
}

/* Takes over the difference. */
static int add(struct differences *out, struct difference *difference)
{
	if (out->len == out->room) {
		size_t room = out->room ? out->room * 2 : 16;
		struct difference *list = reallocarray(out->list, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		out->list = list;
		out->room = room;
	}
	out->list[out->len++] = *difference;
	*difference = (struct difference){0};
	return 0;
}

/*
 * Notes what `x` and `y` have in common, or what `x` has without `y`, if there is anything: listed, or by the two of them if these are
 * fewer terms.
 */
static int note(struct differences *out, const char *name, struct outcome a, struct outcome b,
		const struct region *x, bool without, const struct region *y)
{
	struct difference own_difference difference = {.a = a, .b = b};
	struct region *region = &difference.region;
	int rc;

	if (outcome_equal(a, b))
		return 0;
	rc = (without ? region_minus : region_meet)(x, y, region);
	if (rc == -E2BIG || (!rc && region->len > x->len + y->len)) {
		bool nothing;

		region_clear(region);
		rc = (without ? region_within : region_apart)(x, y, &nothing);
		if (!rc && !nothing)
			rc = region_add(region, x);
		if (!rc && !nothing)
			rc = region_add(without ? &difference.except : &difference.also, y);
	}
	if (rc || !region->len)
		return rc;
	if (name && !(difference.name = strdup(name)))
		return -ENOMEM;
	return add(out, &difference);
}

static int covered(const struct decision *decision, struct region *out)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < decision->len; i++)
		rc = region_add(out, &decision->parts[i].region);
	return rc;
}

/* The parts of the one against the parts of the other. */
static int diff_parts(const char *name, const struct decision *a, const struct decision *b,
		      struct differences *out)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < a->len; i++)
		for (size_t k = 0; !rc && k < b->len; k++)
			rc = note(out, name, a->parts[i].outcome, b->parts[k].outcome,
				  &a->parts[i].region, false, &b->parts[k].region);
	return rc;
}

/* The parts of `a` against what is left to the default in `b`; `swap`: they are the wrong way round. */
static int diff_rest(const char *name, const struct decision *a, const struct decision *b,
		     bool swap, struct differences *out)
{
	struct region own_region taken = {0};
	int rc = covered(b, &taken);

	for (size_t i = 0; !rc && i < a->len; i++) {
		struct outcome x = a->parts[i].outcome, y = b->rest;

		rc = note(out, name, swap ? y : x, swap ? x : y, &a->parts[i].region, true, &taken);
	}
	return rc;
}

static int diff_defaults(const char *name, const struct decision *a, const struct decision *b,
			 struct differences *out)
{
	struct region own_region all = {0}, own_region taken = {0};
	int rc;

	/* all of them together may be too many */
	if (outcome_equal(a->rest, b->rest))
		return 0;
	rc = region_add_everything(&all);
	if (!rc)
		rc = covered(a, &taken);
	if (!rc)
		rc = covered(b, &taken);
	return rc ? rc : note(out, name, a->rest, b->rest, &all, true, &taken);
}

/* What was found of the last call, which is not all. */
static void forget(struct differences *out, size_t len)
{
	while (out->len > len)
		difference_clear(&out->list[--out->len]);
}

static int diff_name(const struct profile *a, const struct profile *b, const char *name,
		     struct differences *out)
{
	struct decision own_decision x = {0}, own_decision y = {0};
	struct outcome p, q;
	int rc;

	if (decision_is_simple(a, name, &p) && decision_is_simple(b, name, &q) &&
	    outcome_equal(p, q))
		return 0;
	rc = decision_make(a, name, &x);
	if (!rc)
		rc = decision_make(b, name, &y);
	if (!rc)
		rc = diff_parts(name, &x, &y, out);
	if (!rc)
		rc = diff_rest(name, &x, &y, false, out);
	if (!rc)
		rc = diff_rest(name, &y, &x, true, out);
	return rc ? rc : diff_defaults(name, &x, &y, out);
}

static int diff_others(const struct profile *a, const struct profile *b, struct differences *out)
{
	struct region own_region all = {0}, none = {0};
	int rc = region_add_everything(&all);

	return rc ? rc : note(out, NULL, profile_default(a), profile_default(b), &all, true, &none);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same_flags(const struct profile *a, const struct profile *b)
{
	return !memcmp(a->flags, b->flags, sizeof(a->flags)) &&
	       same_text(a->listener_path, b->listener_path) &&
	       same_text(a->listener_metadata, b->listener_metadata);
}

int profile_diff(const struct profile *a, const struct profile *b, struct differences *out,
		 struct err *err)
{
	struct differences own_differences found = {0};
	struct named own_named rules_a = {0}, own_named rules_b = {0};
	struct names own_names names = {0};
	int rc = profile_needs_no_host(a, err);

	if (!rc)
		rc = profile_needs_no_host(b, err);
	if (rc)
		return rc;
	rc = profile_names(a, &names);
	found.flags = !same_flags(a, b);
	found.opens = a->flags[FLAG_SPEC_ALLOW] && !b->flags[FLAG_SPEC_ALLOW];
	if (!rc)
		rc = profile_names(b, &names);
	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++) {
		found.only_a[arch] = a->arches[arch] && !b->arches[arch];
		found.only_b[arch] = b->arches[arch] && !a->arches[arch];
	}
	rc = rc ? rc : named_make(a, &rules_a);
	rc = rc ? rc : named_make(b, &rules_b);
	for (size_t i = 0; !rc && i < names.len; i++) {
		const char *name = names.list[i];
		const struct profile *x = named_view(&rules_a, name),
				     *y = named_view(&rules_b, name);
		size_t before = found.len;

		rc = diff_name(x, y, name, &found);
		if (rc == -E2BIG) {
			forget(&found, before);
			rc = names_add(&found.unclear, name);
		}
	}
	if (!rc)
		rc = diff_others(a, b, &found);
	if (rc)
		return err_errno(err, rc, "cannot compare");
	*out = found;
	found = (struct differences){0};
	return 0;
}

bool difference_holds(const struct difference *difference, const uint64_t args[6])
{
	return region_holds(&difference->region, args) &&
	       (!difference->also.len || region_holds(&difference->also, args)) &&
	       !region_holds(&difference->except, args);
}

bool differences_none(const struct differences *differences)
{
	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++)
		if (differences->only_a[arch] || differences->only_b[arch])
			return false;
	return !differences->len && !differences->flags && !differences->unclear.len;
}

bool differences_go_beyond(const struct differences *differences)
{
	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++)
		if (differences->only_a[arch])
			return true;
	for (size_t i = 0; i < differences->len; i++)
		if (outcome_goes_beyond(differences->list[i].a, differences->list[i].b))
			return true;
	return differences->opens;
}

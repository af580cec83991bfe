// SPDX-License-Identifier: BSD-2-Clause
#include "profile/diff.h"
#include "profile/named.h"
#include "profile/resolve.h"

#include <errno.h>
#include <string.h>

void differences_clear(struct differences *differences)
{
	for (size_t i = 0; i < differences->len; i++) {
		free(differences->list[i].name);
		region_clear(&differences->list[i].region);
	}
	free(differences->list);
	rule_clear(&differences->unclear);
	*differences = (struct differences){0};
}

static struct difference *add(struct differences *out, const char *name, struct outcome a,
			      struct outcome b)
{
	char *own_ptr copy = NULL;

	if (out->len == out->room) {
		size_t room = out->room ? out->room * 2 : 16;
		struct difference *list = reallocarray(out->list, room, sizeof(*list));

		if (!list)
			return NULL;
		out->list = list;
		out->room = room;
	}
	if (name && !(copy = strdup(name)))
		return NULL;
	out->list[out->len] = (struct difference){.name = steal_ptr(&copy), .a = a, .b = b};
	return &out->list[out->len++];
}

/* Takes over the region, if there is anything in it and the outcomes differ. */
static int note(struct differences *out, const char *name, struct outcome a, struct outcome b,
		struct region *region)
{
	struct difference *difference;

	if (!region->len || outcome_equal(a, b))
		return 0;
	difference = add(out, name, a, b);
	if (!difference)
		return -ENOMEM;
	difference->region = *region;
	*region = (struct region){0};
	return 0;
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

	for (size_t i = 0; !rc && i < a->len; i++) {
		for (size_t k = 0; !rc && k < b->len; k++) {
			struct region own_region both = {0};

			if (outcome_equal(a->parts[i].outcome, b->parts[k].outcome))
				continue;
			rc = region_meet(&a->parts[i].region, &b->parts[k].region, &both);
			if (!rc)
				rc = note(out, name, a->parts[i].outcome, b->parts[k].outcome,
					  &both);
		}
	}
	return rc;
}

/* The parts of `a` against what is left to the default in `b`; `swap`: they are the wrong way round. */
static int diff_rest(const char *name, const struct decision *a, const struct decision *b,
		     bool swap, struct differences *out)
{
	struct region own_region taken = {0};
	int rc = covered(b, &taken);

	for (size_t i = 0; !rc && i < a->len; i++) {
		struct region own_region left = {0};
		struct outcome x = a->parts[i].outcome;

		if (outcome_equal(x, b->rest))
			continue;
		rc = region_minus(&a->parts[i].region, &taken, &left);
		if (!rc)
			rc = swap ? note(out, name, b->rest, x, &left) :
				    note(out, name, x, b->rest, &left);
	}
	return rc;
}

static int diff_defaults(const char *name, const struct decision *a, const struct decision *b,
			 struct differences *out)
{
	struct region own_region all = {0}, own_region taken = {0}, own_region left = {0};
	int rc;

	if (outcome_equal(a->rest, b->rest))
		return 0;
	rc = region_add_everything(&all);
	if (!rc)
		rc = covered(a, &taken);
	if (!rc)
		rc = covered(b, &taken);
	if (!rc)
		rc = region_minus(&all, &taken, &left);
	return rc ? rc : note(out, name, a->rest, b->rest, &left);
}

/* What was found of the last call, which is not all. */
static void forget(struct differences *out, size_t len)
{
	while (out->len > len) {
		struct difference *last = &out->list[--out->len];

		free(last->name);
		region_clear(&last->region);
	}
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
	struct region own_region all = {0};
	int rc = region_add_everything(&all);

	return rc ? rc : note(out, NULL, profile_default(a), profile_default(b), &all);
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
	struct rule own_rule names = {0};
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
	for (size_t i = 0; !rc && i < names.names_len; i++) {
		const char *name = names.names[i];
		const struct profile *x = named_view(&rules_a, name),
				     *y = named_view(&rules_b, name);
		size_t before = found.len;

		rc = x && y ? diff_name(x, y, name, &found) : -ENOMEM;
		if (rc == -E2BIG) {
			forget(&found, before);
			rc = rule_add_name(&found.unclear, name);
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

bool differences_none(const struct differences *differences)
{
	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++)
		if (differences->only_a[arch] || differences->only_b[arch])
			return false;
	return !differences->len && !differences->flags && !differences->unclear.names_len;
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

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/named.h"

#include <errno.h>
#include <string.h>

void named_clear(struct named *named)
{
	free(named->list);
	free(named->view.rules);
	*named = (struct named){0};
}

static int compare(const void *p, const void *q)
{
	const struct named_rule *a = p, *b = q;
	int order = strcmp(a->name, b->name);

	return order ? order : (a->rule > b->rule) - (a->rule < b->rule);
}

/* As many rules as have one name. */
static size_t longest_run(const struct named *named)
{
	size_t longest = 0, begin = 0;

	for (size_t i = 0; i < named->len; i++) {
		if (strcmp(named->list[begin].name, named->list[i].name))
			begin = i;
		if (longest < i - begin + 1)
			longest = i - begin + 1;
	}
	return longest;
}

int named_make(const struct profile *profile, struct named *out)
{
	size_t len = 0;

	for (size_t i = 0; i < profile->rules_len; i++)
		len += profile->rules[i].names.len;
	out->list = calloc(len + 1, sizeof(*out->list));
	if (!out->list)
		return -ENOMEM;
	for (size_t i = 0; i < profile->rules_len; i++)
		for (size_t n = 0; n < profile->rules[i].names.len; n++)
			out->list[out->len++] =
				(struct named_rule){profile->rules[i].names.list[n], i};
	qsort(out->list, out->len, sizeof(*out->list), compare);
	out->profile = profile;
	out->view.rules_room = longest_run(out);
	out->view.rules = calloc(out->view.rules_room + 1, sizeof(*out->view.rules));
	return out->view.rules ? 0 : -ENOMEM;
}

/* The first that is not before the name; or, not `up_to` it. */
static size_t place_of(const struct named *named, const char *name, bool up_to)
{
	size_t low = 0, high = named->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(named->list[middle].name, name) < (up_to ? 1 : 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct named_rule *named_rules(const struct named *named, const char *name, size_t *len)
{
	size_t first = place_of(named, name, false);

	*len = place_of(named, name, true) - first;
	return named->list + first;
}

const struct profile *named_view(struct named *named, const char *name)
{
	struct profile *view = &named->view;
	struct rule *rules = view->rules;
	const size_t room = view->rules_room;
	size_t len;
	const struct named_rule *list = named_rules(named, name, &len);

	for (size_t i = 0; i < len; i++)
		rules[i] = named->profile->rules[list[i].rule];
	*view = *named->profile;
	view->rules = rules;
	view->rules_len = len;
	view->rules_room = room;
	return view;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/circumstance.h"

#include <errno.h>
#include <string.h>

const char *circumstance_key(enum circumstance_kind kind)
{
	static const char *const keys[CIRCUMSTANCE_COUNT] = {
		[CIRCUMSTANCE_CAP] = "caps",
		[CIRCUMSTANCE_ARCH] = "arches",
		[CIRCUMSTANCE_KERNEL] = "minKernel",
	};

	return keys[kind];
}

static int compare(const struct circumstance *a, const struct circumstance *b)
{
	if (a->excluded != b->excluded)
		return a->excluded - b->excluded;
	return a->kind != b->kind ? (int)a->kind - (int)b->kind : strcmp(a->text, b->text);
}

int rule_add_circumstance(struct rule *rule, bool excluded, enum circumstance_kind kind,
			  const char *text)
{
	char *own_ptr copy = strdup(text);
	const struct circumstance next = {excluded, kind, copy};
	size_t place = 0;

	if (!copy)
		return -ENOMEM;
	while (place < rule->circumstances_len && compare(&rule->circumstances[place], &next) < 0)
		place++;
	if (place < rule->circumstances_len && !compare(&rule->circumstances[place], &next))
		return 0;
	if (rule->circumstances_len == CIRCUMSTANCES_MAX)
		return -E2BIG;
	if (rule->circumstances_len == rule->circumstances_room) {
		size_t room = rule->circumstances_room ? rule->circumstances_room * 2 : 2;
		struct circumstance *list = reallocarray(rule->circumstances, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		rule->circumstances = list;
		rule->circumstances_room = room;
	}
	memmove(rule->circumstances + place + 1, rule->circumstances + place,
		(rule->circumstances_len - place) * sizeof(*rule->circumstances));
	rule->circumstances[place] = next;
	rule->circumstances_len++;
	steal_ptr(&copy);
	return 0;
}

void circumstances_text(const struct rule *rule, struct buf *out)
{
	const struct circumstance *before = NULL;

	for (size_t i = 0; i < rule->circumstances_len; i++) {
		const struct circumstance *c = &rule->circumstances[i];

		if (!before || before->excluded != c->excluded || before->kind != c->kind)
			buf__addf(out, "%s%s %s", before ? ", " : "",
				  c->excluded ? "excludes" : "includes", circumstance_key(c->kind));
		buf__addf(out, " %s", c->text);
		before = c;
	}
}

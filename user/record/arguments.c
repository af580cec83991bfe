// SPDX-License-Identifier: BSD-2-Clause
#include "record/arguments.h"

#include <errno.h>

struct collect {
	struct recording *recording;
	struct session *session;
	const struct arguments_context *context;
	const struct arg_plan *plan;
	bool *noted; /* for each observed call and class: a tuple of it was kept */
};

/* A set for each planned call that was made; those of which nothing can be recorded are open at once. */
static int make_sets(struct collect *collect)
{
	struct recording *recording = collect->recording;

	for (size_t i = 0; i < recording->observed_len; i++) {
		const struct observed *o = &recording->observed[i];
		const struct tuples *planned = tuples_find(&collect->plan->calls, &o->call);
		struct tuples *set;

		if (!planned || !observed_is_needed(o->class) ||
		    tuples_find(&recording->arguments, &o->call))
			continue;
		set = tuples_make(&recording->arguments, &o->call, planned->masks);
		if (!set)
			return -ENOMEM;
		if (planned->open)
			tuples_open(set, planned->open);
	}
	return 0;
}

static void open_full(struct collect *collect, struct tuples *set)
{
	__u32 row = session__row(&set->call);

	for (__u32 slot = 0; row != ROW_OUTSIDE && slot < SLOTS_MAX; slot++) {
		__u64 count;

		if (!(collect->context->slots >> slot & 1))
			continue;
		count = session__tuple_count(collect->session, slot, row);
		if (count >= TUPLES_LOST)
			tuples_open(set, OPEN_ROOM);
		else if (count > collect->plan->cap)
			tuples_open(set, OPEN_MANY);
	}
}

static struct tuples *set_of_row(const struct collect *collect, __u32 row)
{
	struct tuples_list *list = &collect->recording->arguments;

	for (size_t i = 0; i < list->len; i++)
		if (session__row(&list->calls[i].call) == row)
			return &list->calls[i];
	return NULL;
}

static int add_tuple(const struct tuple *tuple, void *context)
{
	struct collect *collect = context;
	struct recording *recording = collect->recording;
	struct apart_key key = {.slot = tuple->slot,
				.image = tuple->image,
				.call_class = tuple->call_class};
	enum observed_class class;
	struct tuples *set;

	if (tuple->slot >= SLOTS_MAX || !(collect->context->slots >> tuple->slot & 1))
		return 0;
	class = collect->context->class_of(&key, collect->context->context);
	set = set_of_row(collect, tuple->row);
	if (!set || !observed_is_needed(class))
		return 0;
	for (size_t i = 0; i < recording->observed_len; i++)
		if (recording->observed[i].class == class &&
		    !syscall_compare(&recording->observed[i].call, &set->call))
			collect->noted[i] = true;
	return tuples_add(set, (const uint64_t *)tuple->values);
}

int arguments_collect(struct recording *recording, struct session *session,
		      const struct arguments_context *context, struct err *err)
{
	bool *own_ptr noted = calloc(recording->observed_len + 1, sizeof(*noted));
	struct collect collect = {recording, session, context, session__args(session), noted};
	int rc;

	if (!collect.plan)
		return 0;
	rc = noted ? make_sets(&collect) : -ENOMEM;
	for (size_t i = 0; !rc && i < recording->arguments.len; i++)
		open_full(&collect, &recording->arguments.calls[i]);
	if (rc)
		return err_errno(err, rc, "cannot keep the arguments of calls");
	rc = session__each_tuple(session, add_tuple, &collect, err);
	for (size_t i = 0; !rc && i < recording->observed_len; i++) {
		const struct observed *o = &recording->observed[i];
		struct tuples *set = tuples_find(&recording->arguments, &o->call);

		if (set && !noted[i] && observed_is_needed(o->class))
			tuples_open(set, OPEN_UNKNOWN);
	}
	return rc;
}

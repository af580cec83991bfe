// SPDX-License-Identifier: BSD-2-Clause
#include "record/arguments.h"

#include <errno.h>

struct collect {
	struct recording *recording;
	struct session *session;
	const struct arg_plan *plan;
	uint64_t slots;
	struct tuples_list *sets;                /* where they go, the recording's */
	const struct arguments_context *context; /* NULL: of denied calls, they have no class */
	bool enosys;                             /* of those that were answered ENOSYS */
	bool *noted; /* for each observed call and class: a tuple of it was kept */
};

/* The set of a planned call; one of which nothing can be recorded is open at once. */
static int make_set(struct collect *collect, const struct syscall *call)
{
	const struct tuples *planned = tuples_find(&collect->plan->calls, call);
	struct tuples *set;

	if (!planned || tuples_find(collect->sets, call))
		return 0;
	set = tuples_make(collect->sets, call, planned->masks);
	if (!set)
		return -ENOMEM;
	if (planned->open)
		tuples_open(set, planned->open);
	return 0;
}

/* A set for each planned call that was made. */
static int make_sets(struct collect *collect)
{
	const struct recording *recording = collect->recording;
	int rc = 0;

	for (size_t i = 0; !rc && i < recording->observed_len; i++)
		if (observed_is_needed(recording->observed[i].class))
			rc = make_set(collect, &recording->observed[i].call);
	return rc;
}

static void open_full(struct collect *collect, struct tuples *set)
{
	__u32 row = session__row(&set->call);

	for (__u32 slot = 0; row != ROW_OUTSIDE && slot < SLOTS_MAX; slot++) {
		__u64 count;

		if (!(collect->slots >> slot & 1))
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
	struct tuples_list *list = collect->sets;

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

	if (tuple->slot >= SLOTS_MAX || !(collect->slots >> tuple->slot & 1))
		return 0;
	set = set_of_row(collect, tuple->row);
	if (!collect->context)
		return set && tuple->image == collect->enosys ?
			       tuples_add(set, (const uint64_t *)tuple->values) :
			       0;
	class = collect->context->class_of(&key, collect->context->context);
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
	struct collect collect = {.recording = recording,
				  .session = session,
				  .plan = session__args(session),
				  .slots = context->slots,
				  .sets = &recording->arguments,
				  .context = context,
				  .noted = noted};
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

/* What no program saw denied: the arguments of those calls are not known. */
static void open_unseen(struct collect *collect, const struct denials *denied, bool sees_logged)
{
	for (size_t i = 0; i < denied->len; i++) {
		struct tuples *set = tuples_find(collect->sets, &denied->rows[i].call);

		if (set && (!set->len || (denied->rows[i].action == DENIAL_LOG && !sees_logged)))
			tuples_open(set, OPEN_UNKNOWN);
	}
}

static int collect_denied(struct collect *collect, const struct denials *denied, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < denied->len; i++)
		if (denial_is_finding(&denied->rows[i]) != collect->enosys)
			rc = make_set(collect, &denied->rows[i].call);
	for (size_t i = 0; !rc && i < collect->sets->len; i++)
		open_full(collect, &collect->sets->calls[i]);
	if (rc)
		return err_errno(err, rc, "cannot keep the arguments of denied calls");
	rc = session__each_tuple(collect->session, add_tuple, collect, err);
	open_unseen(collect, denied, session__sees_logged(collect->session));
	return rc;
}

int arguments_collect_denied(struct recording *recording, struct session *session, uint64_t slots,
			     struct err *err)
{
	struct denials *denied = &recording->denied;
	struct collect collect = {.recording = recording,
				  .session = session,
				  .plan = session__denied_args(session),
				  .slots = slots,
				  .sets = &denied->arguments};
	int rc = collect.plan ? collect_denied(&collect, denied, err) : 0;

	collect.sets = &denied->enosys;
	collect.enosys = true;
	return rc || !collect.plan ? rc : collect_denied(&collect, denied, err);
}

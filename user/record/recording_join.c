// SPDX-License-Identifier: BSD-2-Clause
#include "record/recording_join.h"

#include <errno.h>
#include <string.h>

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The parts of a target, between which "; " stands, in order. Cuts the text. Returns their number; *out is owned. */
static size_t split_target(char *text, char ***out)
{
	char **words = calloc(strlen(text) / 2 + 2, sizeof(*words)), *at;
	bool ordered = true;
	size_t len = 0;

	for (*out = words; words && text; text = at ? at + 2 : NULL) {
		at = strstr(text, "; ");
		if (at)
			*at = '\0';
		words[len++] = text;
		ordered &= len < 2 || strcmp(words[len - 2], text) <= 0;
	}
	/* one that was joined before is in order, and may be long */
	if (!ordered)
		qsort(words, len, sizeof(*words), compare_words);
	return len;
}

static void add_part(struct buf *joined, const char *part, const char **last)
{
	if (!*part || (*last && !strcmp(*last, part)))
		return;
	if (*last)
		buf__add(joined, "; ", 2);
	buf__add(joined, part, strlen(part));
	*last = part;
}

/* The parts of both, each once, in order. */
static int join_target(struct recording *into, const struct recording *from)
{
	char *own_ptr a = strdup(into->target ? into->target : "");
	char *own_ptr b = strdup(from->target ? from->target : "");
	char **own_ptr x = NULL, **own_ptr y = NULL;
	struct buf own_buf joined = BUF_INIT;
	size_t x_len, y_len, i = 0, j = 0;
	const char *last = NULL;

	if (!a || !b)
		return -ENOMEM;
	if (!strcmp(a, b))
		return 0;
	x_len = split_target(a, &x);
	y_len = split_target(b, &y);
	if (!x || !y)
		return -ENOMEM;
	while (i < x_len || j < y_len) {
		bool first = j == y_len || (i < x_len && strcmp(x[i], y[j]) <= 0);

		add_part(&joined, first ? x[i++] : y[j++], &last);
	}
	if (buf__error(&joined))
		return -ENOMEM;
	free(into->target);
	into->target = steal_ptr(&joined.data);
	return 0;
}

/* Of two hosts the one that comes first in the order of letters: whichever file came first. */
static void join_host(struct recording *into, const struct recording *from)
{
	int order = strcmp(into->machine, from->machine);

	order = order ? order : strcmp(into->kernel, from->kernel);
	order = order ? order : strcmp(into->libseccomp, from->libseccomp);
	order = order ? order : strcmp(into->hook, from->hook);
	if (order <= 0)
		return;
	memcpy(into->machine, from->machine, sizeof(into->machine));
	memcpy(into->kernel, from->kernel, sizeof(into->kernel));
	memcpy(into->libseccomp, from->libseccomp, sizeof(into->libseccomp));
	into->native = from->native;
	into->hook = from->hook;
}

void recording_forget_sums(struct recording *recording)
{
	for (size_t i = 0; i < recording->observed_len; i++) {
		recording->observed[i].calls = 0;
		recording->observed[i].errors = 0;
		recording->observed[i].total_ns = 0;
	}
	for (size_t i = 0; i < recording->denied.len; i++)
		recording->denied.rows[i].count = 0;
	recording->longest = recording_length(recording);
	recording->elapsed = 0;
	recording->losses = (struct losses){0};
}

/* Before the calls are joined. */
static int join_arguments(struct recording *into, const struct recording *from)
{
	struct syscall_set into_calls, from_calls;

	recording_needed(into, &into_calls);
	recording_needed(from, &from_calls);
	return tuples_join(&into->arguments, &into_calls, &from->arguments, &from_calls);
}

static uint64_t longer(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* As many as a recording has of one host; more of them are counted. */
static int join_denied(struct recording *into, const struct recording *from)
{
	for (size_t i = 0; i < from->denied.len; i++) {
		const struct denial *denial = &from->denied.rows[i];
		int rc = denials_join(&into->denied, denial);

		if (rc == -ENOSPC)
			into->losses.denials = recording_sum(into->losses.denials, denial->count);
		else if (rc)
			return rc;
	}
	denials_sort(&into->denied);
	return 0;
}

static int join_moved(struct recording *into, const struct recording *from)
{
	for (size_t i = 0; i < from->moved_len; i++)
		if (recording_add_moved(into, &from->moved[i]))
			return -ENOMEM;
	recording_sort_moved(into);
	if (into->moved_len <= RECORDING_MOVED_MAX)
		return 0;
	into->losses.moved =
		recording_sum(into->losses.moved, into->moved_len - RECORDING_MOVED_MAX);
	into->moved_len = RECORDING_MOVED_MAX;
	return 0;
}

int recording_join(struct recording *into, const struct recording *from)
{
	if (join_arguments(into, from))
		return -ENOMEM;
	for (size_t i = 0; i < from->observed_len; i++)
		if (recording_add(into, &from->observed[i]))
			return -ENOMEM;
	recording_sort(into);
	if (join_moved(into, from) || join_denied(into, from))
		return -ENOMEM;
	join_host(into, from);
	into->calls_since_known = false;
	into->container |= from->container;
	into->whole &= from->whole;
	into->incomplete |= from->incomplete;
	into->timed |= from->timed;
	into->longest = longer(recording_length(into), recording_length(from));
	into->elapsed = recording_sum(into->elapsed, from->elapsed);
	if (from->started && (!into->started || from->started < into->started))
		into->started = from->started;
	into->losses.late = recording_sum(into->losses.late, from->losses.late);
	into->losses.cgroups = recording_sum(into->losses.cgroups, from->losses.cgroups);
	into->losses.groups = recording_sum(into->losses.groups, from->losses.groups);
	into->losses.calls = recording_sum(into->losses.calls, from->losses.calls);
	into->losses.left = recording_sum(into->losses.left, from->losses.left);
	into->losses.moved = recording_sum(into->losses.moved, from->losses.moved);
	into->losses.misses = recording_sum(into->losses.misses, from->losses.misses);
	into->losses.denials = recording_sum(into->losses.denials, from->losses.denials);
	into->losses.log = recording_sum(into->losses.log, from->losses.log);
	return join_target(into, from);
}

// SPDX-License-Identifier: BSD-2-Clause
/* When each call of a recording came first, see recording.h. */
#include "record/recording.h"

#include <errno.h>
#include <string.h>

void saturation_clear(struct saturation *saturation)
{
	free(saturation->first);
	*saturation = (struct saturation){0};
}

static int by_time(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The earliest of what is known of two classes of one call; 0, before recording began, is earliest. */
static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

int recording_saturation(const struct recording *recording, struct saturation *out)
{
	const struct observed *last = NULL;
	uint64_t newest;

	*out = (struct saturation){
		.first = calloc(recording->observed_len + 1, sizeof(*out->first))};
	if (!out->first)
		return -ENOMEM;
	/* sorted by call, so that the classes of one stand side by side */
	for (size_t i = 0; i < recording->observed_len; i++) {
		const struct observed *o = &recording->observed[i];

		if (!observed_is_needed(o->class))
			continue;
		out->calls = recording_sum(out->calls, o->calls);
		if (last && !syscall_compare(&last->call, &o->call)) {
			out->first[out->distinct - 1] =
				earlier(out->first[out->distinct - 1], o->first_ns);
		} else {
			out->first[out->distinct++] = o->first_ns;
		}
		last = o;
	}
	qsort(out->first, out->distinct, sizeof(*out->first), by_time);
	newest = out->distinct ? out->first[out->distinct - 1] : 0;
	out->since_new =
		recording_length(recording) > newest ? recording_length(recording) - newest : 0;
	return 0;
}

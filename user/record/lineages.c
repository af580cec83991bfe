// SPDX-License-Identifier: BSD-2-Clause
#include "record/lineages.h"

#include <errno.h>
#include <stdlib.h>

static int add(const struct lineage *lineage, void *context)
{
	struct lineages *lineages = context;

	if (lineages->len == lineages->room) {
		size_t room = lineages->room ? 2 * lineages->room : 256;
		struct lineage *more = reallocarray(lineages->all, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		lineages->all = more;
		lineages->room = room;
	}
	lineages->all[lineages->len++] = *lineage;
	return 0;
}

int lineages_read(struct lineages *lineages, const struct session *session, struct err *err)
{
	int rc = session__each_lineage(session, add, lineages, err);

	return rc ? err_errno(err, rc, "cannot keep who is still in set-up") : 0;
}

void lineages_clear(struct lineages *lineages)
{
	free(lineages->all);
	*lineages = (struct lineages){0};
}

// SPDX-License-Identifier: BSD-2-Clause
#include "cli/live_line.h"
#include "base/num.h"

#include <inttypes.h>
#include <stdio.h>

#define ERASE_LINE "\r\033[K"

void live_line_show(struct progress progress)
{
	char elapsed[32], since[32];

	num_format_duration(progress.elapsed, elapsed, sizeof(elapsed));
	num_format_duration(progress.since_new, since, sizeof(since));
	fprintf(stderr,
		ERASE_LINE "whittle: %s: %" PRIu64
			   " calls, %zu distinct syscalls, the last new one %s and %" PRIu64
			   " calls ago",
		elapsed, progress.calls, progress.distinct, since, progress.calls_since_new);
	fflush(stderr);
}

void live_line_clear(void)
{
	fputs(ERASE_LINE, stderr);
	fflush(stderr);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "cli/live_line.h"
#include "base/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ERASE_LINE "\r\033[K"

void live_line_show(struct progress progress)
{
	char elapsed[32], since[32], line[256];
	struct winsize size;

	num_format_duration(progress.elapsed, elapsed, sizeof(elapsed));
	num_format_duration(progress.since_new, since, sizeof(since));
	snprintf(line, sizeof(line),
		 "whittle: %s: %" PRIu64 " %s, %zu distinct %s, the last new one %s and %" PRIu64
		 " %s ago",
		 elapsed, progress.calls, num_word(progress.calls, "call", "calls"),
		 progress.distinct, num_word(progress.distinct, "syscall", "syscalls"), since,
		 progress.calls_since_new, num_word(progress.calls_since_new, "call", "calls"));
	/* one that goes on in the next row would stay there */
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		size.ws_col = 80;
	fprintf(stderr, ERASE_LINE "%.*s", size.ws_col - 1, line);
	fflush(stderr);
}

void live_line_clear(void)
{
	fputs(ERASE_LINE, stderr);
	fflush(stderr);
}

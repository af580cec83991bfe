// SPDX-License-Identifier: BSD-2-Clause
/* What reading a profile costs, in CPU time of this process: the best and the mean of a thousand times. usage: parse FILE */
#include "base/fs.h"
#include "profile/parse.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>

#define TIMES 1000

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	const struct parse_options options = {.arch = ARCH_X86_64};
	struct buf own_buf text = BUF_INIT;
	double best = 0, start = now_ms();
	struct err err = {0};
	int rc = argc == 2 ? fs_read(AT_FDCWD, argv[1], PROFILE_FILE_MAX, &text, &err) : 2;

	for (int i = 0; !rc && i < TIMES; i++) {
		struct profile own_profile profile = {0};
		double before = now_ms(), took;

		rc = profile_parse(argv[1], buf__text(&text), text.len, &options, &profile, &err);
		took = now_ms() - before;
		best = !i || took < best ? took : best;
	}
	if (rc)
		return fprintf(stderr, "%s\n", rc == 2 ? "usage: parse FILE" : err.text), 1;
	printf("%6.3f ms of CPU at best, %.3f on average\n", best, (now_ms() - start) / TIMES);
	return 0;
}

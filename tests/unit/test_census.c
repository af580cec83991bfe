// SPDX-License-Identifier: BSD-2-Clause
/* Asking all engines beside: with programs in PATH that answer as docker and podman do, or not at all. */
#include "base/clock.h"
#include "target/census.h"
#include "directory.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static void set_up(void)
{
	signal(SIGPIPE, SIG_IGN);
	directory_make();
	setenv("PATH", directory, 1);
	unsetenv("DOCKER_HOST");
	unsetenv("CONTAINER_HOST");
	unsetenv("CONTAINER_CONNECTION");
}

TestSuite(census, .init = set_up, .fini = directory_remove, .timeout = 60);

static void fake(const char *engine, const char *list)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "#!/bin/sh\nPATH=/usr/bin:/bin\n[ \"$1\" = ps ] || exit 1\n%s\n", list);
	make_file(engine, text, 0755);
}

/* Waits until one is there. */
static void await(struct census *census, struct engine_containers *containers)
{
	struct pollfd answer = {.fd = census->answer, .events = POLLIN};

	do
		cr_assert_eq(poll(&answer, 1, 30000), 1, "no answer");
	while (!census_take(census, containers));
}

Test(census, of_all_engines)
{
	struct engine_containers own_engine_containers containers = {0};
	struct census own_census census = CENSUS_NONE;
	const struct engine_container *found;

	fake("podman", "echo '[{\"Id\": \"" C "\", \"Names\": [\"c\"], \"Image\": \"three\"}]'");
	/* an id that is only the beginning of the whole */
	fake("docker", "echo '{\"ID\": \"" B "\", \"Names\": \"b\", \"Image\": \"two\"}'\n"
		       "echo '{\"ID\": \"aaaaaaaaaaaa\", \"Names\": \"a\", \"Image\": \"one\"}'");
	cr_assert_eq(census_start(&census, NULL), 0);
	cr_expect_eq(census_ask(&census), 1);
	await(&census, &containers);
	cr_expect_eq(census.done, 1);
	cr_expect_eq(containers.len, 3);
	found = census_find(&containers, A);
	cr_expect(found && !strcmp(found->name, "a") && !strcmp(found->engine->name, "docker"));
	found = census_find(&containers, B);
	cr_expect(found && !strcmp(found->image, "two"));
	found = census_find(&containers, C);
	cr_expect(found && !strcmp(found->engine->name, "podman"));
	cr_expect_null(census_find(&containers, "aaaaaaaaaaab" A));
	cr_expect_null(census_find(&containers, "0" A));
}

/* Whoever asks while one is being made gets the next one, of what is there then. */
Test(census, begins_after_the_question)
{
	struct engine_containers own_engine_containers containers = {0};
	struct census own_census census = CENSUS_NONE;

	fake("docker", "sleep 0.3; cat \"${0%/*}/list\"");
	make_file("list", "", 0644);
	cr_assert_eq(census_start(&census, NULL), 0);
	cr_expect_eq(census_ask(&census), 1);
	make_file("list", "{\"ID\": \"" A "\", \"Names\": \"a\", \"Image\": \"one\"}", 0644);
	cr_expect_eq(census_ask(&census), 2);
	cr_expect_eq(census_ask(&census), 2);
	await(&census, &containers);
	cr_expect_eq(census.done, 1);
	await(&census, &containers);
	cr_expect_eq(census.done, 2);
	cr_expect_eq(containers.len, 1);
	cr_expect_eq(census_ask(&census), 3, "... and nobody asks without being asked");
}

/* Engines rest for as long as they were busy, by their own clock; and who asks where there are none is no busy loop. */
Test(census, no_more_than_half_of_the_time)
{
	struct engine_containers own_engine_containers containers = {0};
	struct census own_census census = CENSUS_NONE;
	unsigned long long begun[2], ended[2];
	FILE *file;

	fake("podman", "date +%s%N >>\"${0%/*}/times\"; sleep 0.4; date +%s%N >>\"${0%/*}/times\"");
	cr_assert_eq(census_start(&census, NULL), 0);
	census_ask(&census);
	census_ask(&census);
	await(&census, &containers);
	await(&census, &containers);
	file = fopen(in_directory("times"), "r");
	cr_assert_not_null(file);
	for (size_t i = 0; i < ARRAY_LEN(begun); i++)
		cr_assert_eq(fscanf(file, "%llu %llu", &begun[i], &ended[i]), 2);
	fclose(file);
	cr_expect_geq(begun[1] - ended[0], ended[0] - begun[0]);
}

Test(census, of_nobody_without_end)
{
	struct engine_containers own_engine_containers containers = {0};
	struct census own_census census = CENSUS_NONE;
	const uint64_t begun = clock_ns(CLOCK_MONOTONIC);

	cr_assert_eq(census_start(&census, NULL), 0);
	for (int i = 0; i < 5; i++) {
		census_ask(&census);
		await(&census, &containers);
	}
	cr_expect_geq(clock_ns(CLOCK_MONOTONIC) - begun, 4 * 50 * 1000000ULL);
}

/* Without an engine, or with one that fails, there is an answer, too. */
Test(census, of_nobody)
{
	struct engine_containers own_engine_containers containers = {0};
	struct census own_census census = CENSUS_NONE;

	fake("docker", "echo '{\"ID\": \"" A "\"}' && exit 1");
	cr_assert_eq(census_start(&census, NULL), 0);
	census_ask(&census);
	await(&census, &containers);
	cr_expect_eq(census.done, 1, "it was answered, and nobody was lost");
	cr_expect_eq(containers.len, 0);
	cr_expect_null(census_find(&containers, A));
}

/* One that hangs is ended with the process that asks it; and whoever waits is told when that is gone. */
Test(census, ends)
{
	struct engine_containers own_engine_containers containers = {0};
	struct census own_census census = CENSUS_NONE;
	int files = open_files(), asked;
	FILE *file;

	fake("docker", "echo $$ >\"${0%/*}/pid.new\" && mv \"${0%/*}/pid.new\" \"${0%/*}/pid\"\n"
		       "exec sleep 1000");
	cr_assert_eq(census_start(&census, NULL), 0);
	census_ask(&census);
	while (access(in_directory("pid"), F_OK))
		usleep(1000);
	file = fopen(in_directory("pid"), "r");
	cr_assert(file && fscanf(file, "%d", &asked) == 1);
	fclose(file);
	census_end(&census);
	cr_expect_eq(open_files(), files);
	while (!kill(asked, 0)) /* or the time of the test is over */
		usleep(1000);

	cr_assert_eq(census_start(&census, NULL), 0);
	census_ask(&census);
	kill(census.pid, SIGKILL);
	await(&census, &containers);
	cr_expect_eq(census.done, UINT64_MAX);
	cr_expect_eq(census.answer, -1);
	cr_expect_eq(census_ask(&census), 1, "nobody is asked any more, and that is no failure");
	cr_expect_not(census_take(&census, &containers));
}

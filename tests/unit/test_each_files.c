// SPDX-License-Identifier: BSD-2-Clause
/* Recordings of --each whose containers an engine tells of late, or never: a program in PATH answers as docker does. */
#include "cli/each_files.h"
#include "directory.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void set_up(void)
{
	signal(SIGPIPE, SIG_IGN);
	directory_make();
	setenv("PATH", directory, 1);
	unsetenv("DOCKER_HOST");
	make_file("docker",
		  "#!/bin/sh\nPATH=/usr/bin:/bin\n[ \"$1\" = ps ] || exit 1\n"
		  "echo '{\"ID\": \"" A "\", \"Names\": \"web\", \"Image\": \"nginx\"}'\n",
		  0755);
}

TestSuite(each_files, .init = set_up, .fini = directory_remove, .timeout = 60);

static void begin(struct each_files *files)
{
	*files = (struct each_files){.top = "/top", .directory = directory, .census = CENSUS_NONE};
	cr_assert_eq(census_start(&files->census, NULL), 0);
}

/* One that called read, and has ended. */
static int end_one(struct each_files *files, const char *id, struct err *err)
{
	struct recording own_recording recording = {0};
	struct each_who who = {.kind = TARGET_CONTAINER, .path = strdup(id)};
	struct observed observed = {.call = {.arch = ARCH_X86_64},
				    .class = OBSERVED_WORKLOAD,
				    .calls = 1};
	int rc;

	cr_assert_eq(recording_init(&recording, NULL), 0);
	recording.hook = "tp_btf";
	cr_assert_eq(recording_add(&recording, &observed), 0);
	each_files_meet(files, id, &who);
	rc = each_files_add(files, &who, &recording, err);
	each_who_clear(&who);
	return rc;
}

static void await_names(struct each_files *files)
{
	struct pollfd answer = {.fd = files->census.answer, .events = POLLIN};

	do
		cr_assert_eq(poll(&answer, 1, 30000), 1, "no answer");
	while (!each_files_take(files));
}

static bool is_there(const char *name)
{
	return !access(in_directory(name), F_OK);
}

Test(each_files, wait_for_names)
{
	struct each_files files;

	begin(&files);
	cr_assert_eq(end_one(&files, A, NULL), 0);
	cr_assert_eq(end_one(&files, B, NULL), 0);
	cr_expect_eq(files.ended_len, 2);
	cr_expect_not(each_files_write_some(&files));
	cr_expect_eq(files.ended_len, 2, "nothing is due before the engine has told");
	await_names(&files);
	cr_expect_not(each_files_write_some(&files));
	cr_expect(is_there("web.json"));
	cr_expect_eq(files.ended_len, 1,
		     "the other one may be in the census that begins after it was met");
	await_names(&files);
	cr_expect_not(each_files_write_some(&files));
	cr_expect(is_there("bbbbbbbbbbbb.json"));
	cr_expect_eq(files.ended_len, 0);
	/* known by now */
	cr_assert_eq(end_one(&files, A, NULL), 0);
	cr_expect(is_there("web.2.json"));
	cr_expect_eq(files.written, 3);
	each_files_end(&files);
	cr_expect_not(files.failed);
	each_files_clear(&files);
}

Test(each_files, nobody_tells)
{
	struct each_files files;

	begin(&files);
	cr_assert_eq(end_one(&files, A, NULL), 0);
	kill(files.census.pid, SIGKILL);
	await_names(&files);
	cr_expect_not(each_files_write_some(&files));
	cr_expect_eq(files.ended_len, 0);
	cr_expect_eq(files.written, 1);
	cr_assert_eq(end_one(&files, B, NULL), 0);
	cr_expect(is_there("bbbbbbbbbbbb.json"), "it is not waited for any more");
	each_files_clear(&files);
}

Test(each_files, last_names)
{
	struct each_files files;

	begin(&files);
	cr_assert_eq(end_one(&files, A, NULL), 0);
	each_files_last_names(&files, false);
	each_files_end(&files);
	cr_expect_eq(files.written, 1);
	cr_expect(is_there("web.json"));
	each_files_clear(&files);
}

/* What cannot be written stays until the end, and is a failure then; nobody is kept from the room for it. */
Test(each_files, cannot_be_written)
{
	struct each_files files;

	begin(&files);
	files.directory = in_directory("none");
	cr_assert_eq(end_one(&files, A, NULL), 0);
	await_names(&files);
	cr_expect_not(each_files_write_some(&files));
	cr_expect_eq(files.ended_len, 1);
	cr_expect_not(each_files_write_some(&files), "it is not tried again and again");
	cr_expect_neq(end_one(&files, A, NULL), 0, "whoever has a name stays with the caller");
	each_files_last_names(&files, false);
	files.directory = directory;
	each_files_end(&files);
	cr_expect_not(files.failed, "there is a place for it by now");
	cr_expect(is_there("web.json"));
	each_files_clear(&files);
}

Test(each_files, many_wait)
{
	struct each_files files;
	char id[65];

	begin(&files);
	files.merge_by = MERGE_BY_IMAGE;
	make_file("docker", "#!/bin/sh\nexec sleep 1000\n", 0755);
	for (int i = 0; i < 5000; i++) {
		snprintf(id, sizeof(id), "%064x", i);
		cr_assert_eq(end_one(&files, id, NULL), 0);
	}
	cr_expect_leq(files.ended_len, 4096, "memory is bounded");
	cr_expect_geq(files.ended_len, 4000);
	each_files_clear(&files);
}

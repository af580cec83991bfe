// SPDX-License-Identifier: BSD-2-Clause
/* Files whose paths are chosen by who must not be trusted. */
#include "base/fs.h"
#include "cli/hook_place.h"
#include "directory.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#define PROFILE "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": []}"

#define ROUNDS 20000

static void fill(void)
{
	directory_make();
	if (mkdir(in_directory("top"), 0755) || mkdir(in_directory("top/dir"), 0755) ||
	    mkdir(in_directory("topfoo"), 0755) || mkdir(in_directory("out"), 0755) ||
	    symlink("dir", in_directory("top/link")) ||
	    symlink("../out", in_directory("top/away")) ||
	    symlink(in_directory("out"), in_directory("top/absolute")) ||
	    symlink("file", in_directory("top/link-to-file")) ||
	    symlink("missing", in_directory("top/dangling")) ||
	    mkfifo(in_directory("top/fifo"), 0666))
		abort();
	make_file("top/file", "precious", 0644);
	make_file("out/file", "theirs", 0644);
}

TestSuite(place, .init = fill, .fini = directory_remove);

static int open_place(const char *top, const char *path, struct fs_place *place)
{
	struct err err = {0};
	int rc = fs_open_place(in_directory(top), in_directory(path), place, &err);

	cr_expect_eq(rc, err.code, "%s", err.text);
	cr_expect(!rc || strstr(err.text, path) || strstr(err.text, top), "%s: %s", path, err.text);
	return rc;
}

Test(place, opened)
{
	static const struct {
		const char *top, *path;
		int rc;
		const char *name;
	} rows[] = {
		{"top", "top/new", 0, "new"},
		{"top/", "top/new", 0, "new"},
		{"top//", "top//new", 0, "new"},
		{"top", "top///dir//new", 0, "new"},
		{"top", "top/dir/../new", 0, "new"},
		{"top", "top/./new", 0, "new"},
		{"top", "top", -EXDEV, NULL},
		{"top", "topfoo/new", -EXDEV, NULL},
		{"top/", "topfoo/new", -EXDEV, NULL},
		{"top", "out/new", -EXDEV, NULL},
		{"top", "top/", -EINVAL, NULL},
		{"top", "top/dir/", -EINVAL, NULL},
		{"top", "top/.", -EINVAL, NULL},
		{"top", "top/..", -EINVAL, NULL},
		{"top", "top/dir/..", -EINVAL, NULL},
		{"top", "top/../out/new", -ELOOP, NULL},
		{"top", "top/dir/../../out/new", -ELOOP, NULL},
		{"top", "top/link/new", -ELOOP, NULL},
		{"top", "top/away/new", -ELOOP, NULL},
		{"top", "top/absolute/new", -ELOOP, NULL},
		{"top", "top/dangling/new", -ELOOP, NULL},
		{"top", "top/missing/new", -ENOENT, NULL},
		{"top", "top/file/new", -ENOTDIR, NULL},
		{"top", "top/fifo/new", -ENOTDIR, NULL},
		{"none", "none/new", -ENOENT, NULL},
	};
	int files = open_files();

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fs_place own_place place = FS_PLACE_CLOSED;
		int rc = open_place(rows[i].top, rows[i].path, &place);

		cr_expect_eq(rc, rows[i].rc, "%s below %s: %d", rows[i].path, rows[i].top, rc);
		cr_expect_eq(place.dir >= 0, !rc);
		if (!rc)
			cr_expect_str_eq(place.name, rows[i].name);
	}
	cr_expect_eq(open_files(), files);
}

Test(place, long_names)
{
	struct fs_place own_place place = FS_PLACE_CLOSED;
	char path[400] = "top/";

	memset(path + 4, 'n', NAME_MAX + 1);
	cr_expect_eq(open_place("top", path, &place), -EINVAL);
	path[4 + NAME_MAX] = '\0';
	cr_expect_eq(open_place("top", path, &place), 0);
}

/* What is no regular file is neither read nor replaced, and nobody waits for a writer. */
Test(place, refused_files)
{
	static const struct {
		const char *name;
		int read, write;
	} rows[] = {{"top/dir", -EINVAL, -EISDIR},
		    {"top/fifo", -EINVAL, -EINVAL},
		    {"top/link-to-file", -EINVAL, -ELOOP},
		    {"top/dangling", -EINVAL, -ELOOP},
		    {"top/away", -EINVAL, -ELOOP}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fs_place own_place place = FS_PLACE_CLOSED;
		struct buf own_buf text = BUF_INIT;

		cr_assert_eq(open_place("top", rows[i].name, &place), 0);
		cr_expect_eq(fs_read_place(&place, 100, &text, NULL), rows[i].read, "%s",
			     rows[i].name);
		cr_expect_eq(fs_write_place(&place, "x", 1, NULL), rows[i].write, "%s",
			     rows[i].name);
		cr_expect_eq(text.len, 0);
	}
}

Test(place, read_and_written)
{
	struct fs_place own_place place = FS_PLACE_CLOSED;
	struct buf own_buf before = BUF_INIT, own_buf after = BUF_INIT;

	cr_assert_eq(open_place("top", "top/file", &place), 0);
	cr_expect_eq(fs_read_place(&place, 7, &before, NULL), -EFBIG);
	cr_expect_eq(fs_write_place(&place, "new", 3, NULL), 0);
	cr_expect_eq(fs_read_place(&place, 3, &after, NULL), 0);
	cr_expect_str_eq(buf__text(&after), "new");
}

/* The directory that was looked at is the one that is written to. */
Test(place, directory_that_is_exchanged_afterwards)
{
	struct fs_place own_place place = FS_PLACE_CLOSED;

	cr_assert_eq(open_place("top", "top/dir/file", &place), 0);
	cr_assert_eq(rename(in_directory("top/dir"), in_directory("top/moved")), 0);
	cr_assert_eq(symlink("../out", in_directory("top/dir")), 0);
	cr_expect_eq(fs_write_place(&place, "new", 3, NULL), 0);
	cr_expect_eq(access(in_directory("top/moved/file"), F_OK), 0);
	cr_expect_eq(stat(in_directory("out/file"), &(struct stat){0}), 0);
}

static atomic_bool done;

/* Makes "top/dir" a symbolic link and a directory by turns, as fast as it can. */
static void *exchange(void *context)
{
	const char **names = context;

	while (!done)
		syscall(SYS_renameat2, AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE);
	return NULL;
}

Test(place, directory_that_is_exchanged_meanwhile)
{
	char dir[PATH_MAX], away[PATH_MAX];
	const char *names[] = {dir, away};
	struct buf own_buf text = BUF_INIT;
	unsigned int opened = 0, refused = 0;
	pthread_t thread;

	strcpy(dir, in_directory("top/dir"));
	strcpy(away, in_directory("top/away"));
	cr_assert_eq(pthread_create(&thread, NULL, exchange, names), 0);
	for (int i = 0; i < ROUNDS || ((!opened || !refused) && i < 100 * ROUNDS); i++) {
		struct fs_place own_place place = FS_PLACE_CLOSED;
		int rc = fs_open_place(in_directory("top"), in_directory("top/dir/file"), &place,
				       NULL);

		cr_assert(rc == 0 || rc == -ELOOP, "%d", rc);
		opened += !rc;
		refused += rc != 0;
		if (!rc)
			cr_assert_eq(fs_read_place(&place, 100, &text, NULL), -ENOENT,
				     "a link was followed to somebody else's file");
	}
	done = true;
	cr_assert_eq(pthread_join(thread, NULL), 0);
	cr_expect(opened && refused, "%u times opened, %u times refused", opened, refused);
}

Test(place, directories_are_removed_with_all_in_them)
{
	int own_fd dir = open(directory, O_RDONLY | O_DIRECTORY);

	fs_remove_directory(dir, "none");
	fs_remove_directory(dir, "out");
	cr_expect_neq(access(in_directory("out"), F_OK), 0);
	cr_assert_eq(symlink("top", in_directory("link")), 0);
	fs_remove_directory(dir, "link");
	cr_expect_eq(access(in_directory("top/file"), F_OK), 0, "a link is not followed");
	cr_assert_eq(symlink("../../out", in_directory("top/dir/link")), 0);
	cr_assert_eq(mkdir(in_directory("out"), 0700), 0);
	fs_remove_directory(dir, "top");
	cr_expect_neq(access(in_directory("top"), F_OK), 0);
	cr_expect_eq(access(in_directory("out"), F_OK), 0, "a link is not followed");
}

/* --- the directories of hook.conf --- */

/* "@" in the text stands for the test's directory. */
static int open_below(const char *conf, const char *path, struct err *err)
{
	struct fs_place own_place place = FS_PLACE_CLOSED;
	char text[4 * PATH_MAX];
	size_t len = 0;

	for (; *conf; conf++)
		len += snprintf(text + len, sizeof(text) - len, "%.*s",
				*conf == '@' ? (int)strlen(directory) : 1,
				*conf == '@' ? directory : conf);
	text[len] = '\0';
	*err = (struct err){0};
	return hook_place_open_below(text, in_directory(path), &place, err);
}

Test(place, conf)
{
	static const struct {
		const char *conf, *path;
		int rc;
	} rows[] = {
		{"@/top\n", "top/new", 0},
		{"@/top", "top/new", 0},
		{"@/top/\r\n", "top/new", 0},
		{" \t@/top// # comment\n", "top/dir/new", 0},
		{"# @/top\n", "top/new", -EPERM},
		{"", "top/new", -EPERM},
		{"\n \n#\n", "top/new", -EPERM},
		{"@/top\n", "topfoo/new", -EPERM},
		/* one name begins like another, in either order */
		{"@/top\n@/topfoo\n", "topfoo/new", 0},
		{"@/topfoo\n@/top\n", "top/new", 0},
		/* a relative line allows nothing */
		{"top\n.\n..\ntmp\n", "top/new", -EPERM},
		{"/\n", "top/new", 0},
		{"@/none\n@/top\n", "top/new", 0},
		{"@/top\n", "top/away/new", -ELOOP},
		{"@/top\n", "top/../out/new", -ELOOP},
		{"@/top\n", "top/file", -EEXIST},
		{"@/top\n", "top/empty", 0},
		{"@/top\n", "top/profile", 0},
		{"@/top\n", "top/fifo", -EINVAL},
		{"@/top\n", "top/dir", -EINVAL},
		{"@/top\n", "top/link-to-file", -EINVAL},
	};

	make_file("top/empty", "", 0644);
	make_file("top/profile", PROFILE, 0644);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err;
		int rc = open_below(rows[i].conf, rows[i].path, &err);

		cr_expect_eq(rc, rows[i].rc, "row %zu: %d %s", i, rc, err.text);
		cr_expect_eq(err.code, rc, "row %zu", i);
		cr_expect_not(strchr(err.text, '\n'));
	}
}

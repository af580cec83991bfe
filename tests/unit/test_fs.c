// SPDX-License-Identifier: BSD-2-Clause
#include "base/fs.h"
#include "directory.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#define NOBODY 65534

TestSuite(fs, .init = directory_make, .fini = directory_remove);

static struct stat stat_of(const char *path)
{
	struct stat st;

	cr_assert_eq(lstat(path, &st), 0, "%s: %s", path, strerror(errno));
	return st;
}

static void expect_text(const char *path, const char *text)
{
	struct buf own_buf b = BUF_INIT;
	struct err err = {0};

	cr_assert_eq(fs_read(AT_FDCWD, path, 1 << 20, &b, &err), 0, "%s", err.text);
	cr_expect_str_eq(buf__text(&b), text);
}

/* --- reading --- */

Test(fs, read_bound)
{
	static const struct {
		size_t size, max;
		int rc;
	} rows[] = {
		{0, 0, 0},         {0, 10, 0},          {1, 0, -EFBIG},
		{1, 1, 0},         {16384, 16384, 0},   {16384, 16383, -EFBIG},
		{16385, 16385, 0}, {100000, 100000, 0}, {100000, 99999, -EFBIG},
	};
	static char bytes[100000];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 31 + i / 256);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf own_buf b = BUF_INIT;
		struct err err = {0};
		const char *path = in_directory("file");
		FILE *file = fopen(path, "w");

		cr_assert_eq(fwrite(bytes, 1, rows[i].size, file), rows[i].size);
		cr_assert_eq(fclose(file), 0);
		cr_expect_eq(fs_read(AT_FDCWD, path, rows[i].max, &b, &err), rows[i].rc,
			     "%zu of %zu: %s", rows[i].size, rows[i].max, err.text);
		cr_expect_eq(err.code, rows[i].rc);
		if (rows[i].rc)
			continue;
		cr_expect_eq(b.len, rows[i].size);
		cr_expect(!b.len || !memcmp(b.data, bytes, b.len), "%zu bytes differ", b.len);
	}
}

Test(fs, read_appends)
{
	struct buf own_buf b = BUF_INIT;

	make_file("a", "one", 0644);
	make_file("b", "two", 0644);
	cr_assert_eq(fs_read(AT_FDCWD, in_directory("a"), 3, &b, NULL), 0);
	cr_assert_eq(fs_read(AT_FDCWD, in_directory("b"), 3, &b, NULL), 0,
		     "the bound is the file's, not the buffer's");
	cr_expect_str_eq(buf__text(&b), "onetwo");
}

Test(fs, read_below_directory)
{
	struct buf own_buf b = BUF_INIT;
	int own_fd dir = open(directory, O_PATH | O_DIRECTORY);

	make_file("a", "one", 0644);
	cr_expect_eq(fs_read(dir, "a", 10, &b, NULL), 0);
	cr_expect_str_eq(buf__text(&b), "one");
}

Test(fs, read_errors)
{
	static const struct {
		const char *name;
		int rc;
	} rows[] = {{"missing", -ENOENT},
		    {".", -EISDIR},
		    {"file/below", -ENOTDIR},
		    {"loop", -ELOOP},
		    {"dangling", -ENOENT}};
	int before;

	make_file("file", "", 0644);
	cr_assert_eq(symlink("loop", in_directory("loop")), 0);
	cr_assert_eq(symlink("missing", in_directory("dangling")), 0);
	before = open_files();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf own_buf b = BUF_INIT;
		struct err err = {0};

		cr_expect_eq(fs_read(AT_FDCWD, in_directory(rows[i].name), 10, &b, &err),
			     rows[i].rc, "%s: %s", rows[i].name, err.text);
		cr_expect(strstr(err.text, rows[i].name), "%s", err.text);
	}
	cr_expect_eq(open_files(), before);
}

Test(fs, read_reports_the_error_of_the_buffer)
{
	struct buf own_buf b = {.error = -ENOMEM};

	make_file("a", "one", 0644);
	cr_expect_eq(fs_read(AT_FDCWD, in_directory("a"), 10, &b, NULL), -ENOMEM);
}

/* --- writing --- */

Test(fs, new_file_gets_mode_of_umask)
{
	static const struct {
		mode_t umask, mode;
	} rows[] = {{022, 0644}, {077, 0600}, {0, 0666}, {027, 0640}, {0777, 0}, {0111, 0666}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *path = in_directory("new");
		struct err err = {0};
		mode_t before = umask(rows[i].umask);
		int rc = fs_write(path, "text", 4, &err);

		cr_expect_eq(umask(before), rows[i].umask, "the umask is left as it was");
		cr_assert_eq(rc, 0, "%s", err.text);
		cr_expect_eq(stat_of(path).st_mode, S_IFREG | rows[i].mode, "umask %03o",
			     rows[i].umask);
		cr_expect_eq(directory_entries(), 1);
		cr_assert_eq(unlink(path), 0);
	}
}

Test(fs, writes_all_bytes)
{
	static const size_t sizes[] = {0, 1, 4095, 4096, 1000000};
	static char bytes[1000000];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 31 + i / 256);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct buf own_buf b = BUF_INIT;
		const char *path = in_directory("file");

		cr_assert_eq(fs_write(path, bytes, sizes[i], NULL), 0);
		cr_assert_eq(fs_read(AT_FDCWD, path, sizeof(bytes), &b, NULL), 0);
		cr_expect_eq(b.len, sizes[i]);
		cr_expect(!b.len || !memcmp(b.data, bytes, b.len), "%zu bytes differ", b.len);
		cr_expect_eq(directory_entries(), 1);
	}
}

Test(fs, replaced_file_keeps_mode)
{
	static const mode_t modes[] = {0600, 0640, 0644, 0755, 0444, 04755, 0666};
	mode_t before = umask(077);

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		const char *path = make_file("file", "old and longer", modes[i]);
		struct err err = {0};

		cr_assert_eq(fs_write(path, "new", 3, &err), 0, "%s", err.text);
		cr_expect_eq(stat_of(path).st_mode, S_IFREG | modes[i], "%04o became %04o",
			     modes[i], stat_of(path).st_mode & 07777);
		expect_text(path, "new");
		cr_expect_eq(directory_entries(), 1);
		cr_assert_eq(unlink(path), 0);
	}
	umask(before);
}

Test(fs, replaced_file_keeps_owner)
{
	const char *path = make_file("file", "old", 0640);

	/* who is not root can own a file only as himself */
	if (geteuid() == 0)
		cr_assert_eq(chown(path, 1234, 5678), 0);
	struct stat before = stat_of(path);

	setenv("SUDO_UID", "1111", 1);
	setenv("SUDO_GID", "2222", 1);
	cr_assert_eq(fs_write(path, "new", 3, NULL), 0);
	cr_expect_eq(stat_of(path).st_uid, before.st_uid);
	cr_expect_eq(stat_of(path).st_gid, before.st_gid);
	cr_expect_eq(stat_of(path).st_mode, before.st_mode);
}

/* In a directory with the setgid bit the temporary file is born with the directory's group. */
Test(fs, replaced_file_keeps_group_in_setgid_directory)
{
	const char *path = make_file("file", "old", 0640);
	gid_t other = 5678, groups[64];
	int n = getgroups(ARRAY_LEN(groups), groups);

	for (int i = 0; i < n && geteuid() != 0; i++)
		other = groups[i];
	cr_assert_eq(chown(path, -1, getegid()), 0);
	/* who is not root needs a second group for this to tell anything */
	if (chown(directory, -1, other))
		cr_assert_neq(geteuid(), 0);
	cr_assert_eq(chmod(directory, 02775), 0);
	cr_assert_eq(fs_write(path, "new", 3, NULL), 0);
	cr_expect_eq(stat_of(path).st_gid, getegid(), "the group became %u", stat_of(path).st_gid);
}

Test(fs, new_file_belongs_to_caller_of_sudo)
{
	static const struct {
		const char *uid, *gid;
		bool given;
	} rows[] = {{"1111", "2222", true},        {NULL, NULL, false},
		    {"1111", NULL, false},         {NULL, "2222", false},
		    {"1111x", "2222", false},      {"", "2222", false},
		    {"-1", "2222", false},         {"1111", " 2222", false},
		    {"4294967295", "2222", false}, {"0", "0", true},
		    {"1111", "99999999999", false}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool given = rows[i].given && geteuid() == 0;
		const char *path = in_directory("new");

		unsetenv("SUDO_UID");
		unsetenv("SUDO_GID");
		if (rows[i].uid)
			setenv("SUDO_UID", rows[i].uid, 1);
		if (rows[i].gid)
			setenv("SUDO_GID", rows[i].gid, 1);
		cr_assert_eq(fs_write(path, "x", 1, NULL), 0);
		cr_expect_eq(stat_of(path).st_uid, given ? (uid_t)atoi(rows[i].uid) : geteuid(),
			     "row %zu: uid %u", i, stat_of(path).st_uid);
		cr_expect_eq(stat_of(path).st_gid, given ? (gid_t)atoi(rows[i].gid) : getegid(),
			     "row %zu: gid %u", i, stat_of(path).st_gid);
		cr_assert_eq(unlink(path), 0);
	}
}

static void make_socket(const char *path)
{
	int own_fd fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0, "%s",
		     strerror(errno));
}

/* What is no place for a file is refused, before the work and after it, and left as it is. */
Test(fs, refused_outputs)
{
	static const struct {
		const char *name;
		int rc;
	} rows[] = {{"link", -ELOOP},       {"dangling", -ELOOP}, {"link-to-directory", -ELOOP},
		    {"dir", -EISDIR},       {"fifo", -EINVAL},    {"socket", -EINVAL},
		    {"missing/x", -ENOENT}, {"file/x", -ENOTDIR}, {"dangling/x", -ENOENT},
		    {"new/", -EISDIR},      {"file/", -EISDIR},   {".", -EINVAL},
		    {"dir/.", -EINVAL},     {"dir/..", -EINVAL},  {"device", -EINVAL}};
	int entries, files;

	make_file("file", "precious", 0600);
	cr_assert_eq(symlink("file", in_directory("link")), 0);
	cr_assert_eq(symlink("missing", in_directory("dangling")), 0);
	cr_assert_eq(mkdir(in_directory("dir"), 0755), 0);
	cr_assert_eq(symlink("dir", in_directory("link-to-directory")), 0);
	cr_assert_eq(mkfifo(in_directory("fifo"), 0666), 0);
	make_socket(in_directory("socket"));
	/* only root can make a device; others have one more fifo */
	if (mknod(in_directory("device"), S_IFCHR | 0666, makedev(1, 5)))
		cr_assert_eq(mkfifo(in_directory("device"), 0666), 0);
	entries = directory_entries();
	files = open_files();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *path = in_directory(rows[i].name);
		struct err check = {0}, write = {0};

		cr_expect_eq(fs_check_output(path, &check), rows[i].rc, "%s: %d %s", rows[i].name,
			     check.code, check.text);
		cr_expect_eq(fs_write(path, "new", 3, &write), rows[i].rc, "%s: %d %s",
			     rows[i].name, write.code, write.text);
		cr_expect(strstr(check.text, path), "%s", check.text);
		cr_expect_str_eq(check.text, write.text);
	}
	cr_expect_eq(directory_entries(), entries);
	cr_expect_eq(open_files(), files);
	expect_text(in_directory("file"), "precious");
	cr_expect(S_ISLNK(stat_of(in_directory("link")).st_mode));
	cr_expect(S_ISLNK(stat_of(in_directory("dangling")).st_mode));
	cr_expect(S_ISFIFO(stat_of(in_directory("fifo")).st_mode));
}

Test(fs, refused_names)
{
	char name[400];
	struct err err = {0};
	struct stat st;

	cr_expect_eq(fs_check_output("", &err), -EISDIR);
	cr_expect_eq(fs_check_output("/", NULL), -EISDIR);
	cr_expect_eq(fs_check_output("..", NULL), -EINVAL);
	cr_expect_eq(fs_check_output("/dev/zero", NULL), -EINVAL);
	cr_expect_eq(fs_write("/dev/zero", "x", 1, NULL), -EINVAL);
	cr_expect_eq(fs_check_output("/dev/null", NULL), 0);
	cr_expect_eq(fs_write("/dev/null", "x", 1, NULL), 0);
	cr_expect_eq(stat("/dev/null", &st), 0);
	cr_expect(S_ISCHR(st.st_mode));
	memset(name, 'n', NAME_MAX + 1);
	name[NAME_MAX + 1] = '\0';
	cr_expect_eq(fs_check_output(in_directory(name), NULL), -ENAMETOOLONG);
	cr_expect_eq(fs_write(in_directory(name), "x", 1, NULL), -ENAMETOOLONG);
	name[NAME_MAX] = '\0';
	cr_expect_eq(fs_write(in_directory(name), "x", 1, NULL), 0);
	cr_expect_eq(directory_entries(), 1);
}

Test(fs, check_creates_nothing)
{
	const char *old = make_file("old", "text", 0600);

	cr_expect_eq(fs_check_output(in_directory("new"), NULL), 0);
	cr_expect_eq(fs_check_output(old, NULL), 0);
	cr_expect_eq(directory_entries(), 1);
	expect_text(old, "text");
}

Test(fs, relative_paths)
{
	cr_assert_eq(mkdir(in_directory("dir"), 0755), 0);
	cr_assert_eq(chdir(in_directory("dir")), 0);
	cr_expect_eq(fs_check_output("new", NULL), 0);
	cr_expect_eq(fs_write("new", "a", 1, NULL), 0);
	cr_expect_eq(fs_write("./.././new", "b", 1, NULL), 0);
	expect_text(in_directory("dir/new"), "a");
	expect_text(in_directory("new"), "b");
	cr_assert_eq(chdir("/"), 0);
}

Test(fs, unwritable_directory)
{
	const char *path = in_directory("dir/new");

	cr_assert_eq(mkdir(in_directory("dir"), 0555), 0);
	/* root may write everywhere */
	cr_assert_eq(geteuid() == 0 ? seteuid(NOBODY) : 0, 0);
	cr_expect_eq(fs_check_output(path, NULL), -EACCES);
	cr_expect_eq(fs_write(path, "x", 1, NULL), -EACCES);
	cr_assert_eq(getuid() == 0 ? seteuid(0) : 0, 0);
	cr_expect_neq(access(path, F_OK), 0);
}

/* An owner that cannot be kept: found before the work, not after it. */
Test(fs, output_of_somebody_else)
{
	const char *path;
	struct err err = {0};

	if (geteuid())
		cr_skip_test("not here: needs root");
	cr_assert_eq(mkdir(in_directory("dir"), 0777), 0);
	cr_assert_eq(chmod(in_directory("dir"), 0777), 0);
	path = make_file("dir/old", "x", 0644);
	cr_expect_eq(fs_check_output(path, NULL), 0);
	cr_assert_eq(seteuid(NOBODY), 0);
	cr_expect_eq(fs_check_output(path, &err), -EPERM);
	cr_expect(strstr(err.text, "owner"), "%s", err.text);
	cr_expect_eq(fs_check_output(in_directory("dir/new"), NULL), 0);
	cr_assert_eq(seteuid(0), 0);
	expect_text(path, "x");
}

/* Whoever has the old file open, or another name for it, keeps all of it. */
Test(fs, replaces_instead_of_overwriting)
{
	const char *path = make_file("file", "old", 0644);
	int own_fd fd = open(path, O_RDONLY);
	char text[8] = "";

	cr_assert_eq(link(path, in_directory("other")), 0);
	cr_assert_eq(fs_write(path, "newer", 5, NULL), 0);
	cr_expect_eq(read(fd, text, sizeof(text)), 3);
	cr_expect_str_eq(text, "old");
	expect_text(in_directory("other"), "old");
	expect_text(path, "newer");
}

/* The kernel lets a file have 5,000 bytes: the write of 100,000 fails half way through. */
Test(fs, failed_write_changes_nothing)
{
	static char bytes[100000];
	struct rlimit before, limit;
	const char *path = make_file("file", "old", 0640);
	struct err old = {0}, new = {0};
	int rc_old, rc_new, files = open_files();

	cr_assert_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = (struct rlimit){.rlim_cur = 5000, .rlim_max = before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	rc_old = fs_write(path, bytes, sizeof(bytes), &old);
	rc_new = fs_write(in_directory("new"), bytes, sizeof(bytes), &new);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	cr_expect_eq(rc_old, -EFBIG, "%s", old.text);
	cr_expect_eq(rc_new, -EFBIG, "%s", new.text);
	cr_expect(strstr(old.text, path), "%s", old.text);
	expect_text(path, "old");
	cr_expect_eq(stat_of(path).st_mode, S_IFREG | 0640);
	cr_expect_eq(directory_entries(), 1, "a temporary file stayed behind");
	cr_expect_eq(open_files(), files);
}

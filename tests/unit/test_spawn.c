// SPDX-License-Identifier: BSD-2-Clause
#include "base/spawn.h"
#include "directory.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

TestSuite(spawn, .init = directory_make, .fini = directory_remove);

static sigset_t no_signals;

/* The programs are born in both ways. */
#define WAYS 2

static int start(char *const *argv, int way, pid_t *pid, bool *exec_failed, struct err *err)
{
	struct spawn spawn = {.argv = argv, .cgroup_fd = -1, .no_clone3 = way, .mask = &no_signals};

	return spawn_start(&spawn, pid, exec_failed, err);
}

/* How a shell that runs `script` ends, as waitpid tells. */
static int status_of(char *script, int way)
{
	char *argv[] = {"sh", "-c", script, NULL};
	bool exec_failed = true;
	struct err err = {0};
	pid_t pid = -1;
	int status = -1;

	cr_assert_eq(start(argv, way, &pid, &exec_failed, &err), 0, "%s", err.text);
	cr_expect_not(exec_failed);
	cr_assert_gt(pid, 0);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void expect_no_child(const char *what)
{
	cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1, "%s left a child behind", what);
	cr_expect_eq(errno, ECHILD);
}

/* Starts what cannot be executed. */
static void expect_exec_failure(char *name, int rc)
{
	for (int way = 0; way < WAYS; way++) {
		char *argv[] = {name, "argument", NULL};
		struct err err = {0};
		bool exec_failed = false;
		int files = open_files();
		pid_t pid = -77;

		cr_expect_eq(start(argv, way, &pid, &exec_failed, &err), rc, "'%s': %d %s", name,
			     err.code, err.text);
		cr_expect(exec_failed, "'%s'", name);
		cr_expect_eq(pid, -77);
		cr_expect_eq(err.code, rc);
		cr_expect(strstr(err.text, name), "%s", err.text);
		cr_expect_eq(open_files(), files);
		expect_no_child(name);
	}
}

Test(spawn, exit_status)
{
	static const struct {
		char *script;
		int status;
	} rows[] = {
		{"exit 0", W_EXITCODE(0, 0)},
		{"exit 1", W_EXITCODE(1, 0)},
		{"exit 127", W_EXITCODE(127, 0)},
		{"exit 255", W_EXITCODE(255, 0)},
		{"kill -TERM $$", W_EXITCODE(0, SIGTERM)},
		{"kill -KILL $$", W_EXITCODE(0, SIGKILL)},
	};
	int files = open_files();

	for (int way = 0; way < WAYS; way++)
		for (size_t i = 0; i < ARRAY_LEN(rows); i++)
			cr_expect_eq(status_of(rows[i].script, way), rows[i].status, "%s",
				     rows[i].script);
	cr_expect_eq(open_files(), files);
	expect_no_child("a program that was waited for");
}

Test(spawn, arguments_and_environment)
{
	char *argv[] = {"sh", "-c", "[ $# = 3 ] && [ \"$1$2$3\" = 'a  b*$x' ] && [ $SPAWN = set ]",
			"sh", "a ", " b*",
			"$x", NULL};

	setenv("SPAWN", "set", 1);
	for (int way = 0; way < WAYS; way++) {
		bool exec_failed;
		pid_t pid;
		int status = -1;

		cr_assert_eq(start(argv, way, &pid, &exec_failed, NULL), 0);
		cr_assert_eq(waitpid(pid, &status, 0), pid);
		cr_expect_eq(status, 0);
	}
}

Test(spawn, not_found)
{
	setenv("PATH", "/usr/bin:/bin", 1);
	expect_exec_failure("whittle-no-such-command", -ENOENT);
	expect_exec_failure("/no/such/command", -ENOENT);
	expect_exec_failure("./no-such-command", -ENOENT);
	expect_exec_failure("", -ENOENT);
	setenv("PATH", "", 1);
	expect_exec_failure("whittle-no-such-command", -ENOENT);
	setenv("PATH", "/no/such/directory:/etc/passwd", 1);
	expect_exec_failure("whittle-no-such-command", -ENOENT);
	unsetenv("PATH");
	expect_exec_failure("whittle-no-such-command", -ENOENT);
}

Test(spawn, not_executable)
{
	make_file("plain", "#!/bin/sh\n", 0644);
	make_file("text", "no program\n", 0755);
	make_file("no-interpreter", "#!/no/such/interpreter\n", 0755);
	cr_assert_eq(mkdir(in_directory("dir"), 0755), 0);
	expect_exec_failure((char *)in_directory("plain"), -EACCES);
	expect_exec_failure((char *)in_directory("dir"), -EACCES);
	expect_exec_failure((char *)in_directory("text"), -ENOEXEC);
	expect_exec_failure((char *)in_directory("plain/x"), -ENOTDIR);
	expect_exec_failure((char *)in_directory("no-interpreter"), -ENOENT);
	setenv("PATH", directory, 1);
	expect_exec_failure("plain", -EACCES);
	expect_exec_failure("text", -ENOEXEC);
	expect_exec_failure("dir", -EACCES);
}

/* Directories a, b and c: `tool` is not executable in a, tells 12 in b and 13 in c. */
Test(spawn, path_lookup)
{
	static const struct {
		const char *path; /* %s: the directory of the test */
		int status;
	} rows[] = {
		{"%1$s/b", 12},
		{"%1$s/b:%1$s/c", 12},
		{"%1$s/c:%1$s/b", 13},
		{"%1$s/a:%1$s/c", 13}, /* one that may not be executed is passed over */
		{"/no/such/dir:%1$s/c", 13},
		{"%1$s/a/tool:%1$s/c", 13}, /* a file instead of a directory */
		{":%1$s/c", 11},            /* empty: where we are */
		{"/no/such/dir::%1$s/c", 11},
		{"/no/such/dir:", 11},
		{"%1$s/c/:", 13},
	};

	for (const char *d = "abc"; *d; d++) {
		char name[8], text[64];

		snprintf(name, sizeof(name), "%c", *d);
		cr_assert_eq(mkdir(in_directory(name), 0755), 0);
		snprintf(name, sizeof(name), "%c/tool", *d);
		snprintf(text, sizeof(text), "#!/bin/sh\nexit %d\n", 11 + *d - 'a');
		make_file(name, text, *d == 'a' ? 0644 : 0755);
	}
	make_file("tool", "#!/bin/sh\nexit 11\n", 0755);
	cr_assert_eq(chdir(directory), 0);
	for (int way = 0; way < WAYS; way++) {
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			char *argv[] = {"tool", NULL}, path[3 * PATH_MAX];
			bool exec_failed;
			struct err err = {0};
			pid_t pid = -1;
			int status = -1;

			snprintf(path, sizeof(path), rows[i].path, directory);
			setenv("PATH", path, 1);
			cr_expect_eq(start(argv, way, &pid, &exec_failed, &err), 0, "%s: %s",
				     rows[i].path, err.text);
			cr_expect_eq(waitpid(pid, &status, 0), pid);
			cr_expect_eq(status, W_EXITCODE(rows[i].status, 0), "%s: status %d",
				     rows[i].path, WEXITSTATUS(status));
		}
	}
	cr_assert_eq(chdir("/"), 0);
}

Test(spawn, without_path)
{
	unsetenv("PATH");
	for (int way = 0; way < WAYS; way++)
		cr_expect_eq(status_of("exit 9", way), W_EXITCODE(9, 0));
}

/* Files that are open to others than the program are not open in it. */
Test(spawn, leaks_no_files)
{
	static char script[] =
		"for fd in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31; do "
		"[ ! -e /proc/$$/fd/$fd ] || exit $fd; done";
	int own_fd inherited = -1;

	for (int fd = 3; fd < 256; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	for (int way = 0; way < WAYS; way++)
		cr_expect_eq(status_of(script, way), 0);
	/* would the script see one? */
	inherited = fcntl(STDERR_FILENO, F_DUPFD, 20);
	for (int way = 0; way < WAYS; way++)
		cr_expect_eq(status_of(script, way), W_EXITCODE(inherited, 0));
}

Test(spawn, signal_mask)
{
	sigset_t ours, program;
	char *argv[] = {"grep", "-q", "^SigBlk:.0000000000000a00$", "/proc/self/status", NULL};
	struct spawn spawn = {.argv = argv, .cgroup_fd = -1, .mask = &program};

	sigfillset(&ours);
	cr_assert_eq(sigprocmask(SIG_SETMASK, &ours, NULL), 0);
	sigemptyset(&program);
	sigaddset(&program, SIGUSR1);
	sigaddset(&program, SIGUSR2);
	for (int way = 0; way < WAYS; way++) {
		bool exec_failed;
		int status = -1;
		pid_t pid;

		spawn.no_clone3 = way;
		cr_assert_eq(spawn_start(&spawn, &pid, &exec_failed, NULL), 0);
		cr_assert_eq(waitpid(pid, &status, 0), pid);
		cr_expect_eq(status, 0);
		cr_expect(sigprocmask(SIG_BLOCK, NULL, &ours) == 0 &&
				  sigismember(&ours, SIGTERM) == 1,
			  "our own mask has changed");
	}
}

/* Who ignores SIGPIPE before whittle starts, and who does not, finds it the same in the program. */
Test(spawn, sigpipe_is_inherited)
{
	for (int way = 0; way < WAYS; way++) {
		signal(SIGPIPE, SIG_DFL);
		cr_expect_eq(status_of("kill -PIPE $$; exit 3", way), W_EXITCODE(0, SIGPIPE));
		signal(SIGPIPE, SIG_IGN);
		cr_expect_eq(status_of("kill -PIPE $$; exit 3", way), W_EXITCODE(3, 0));
	}
}

Test(spawn, directory_is_no_cgroup)
{
	char *argv[] = {"true", NULL};
	int own_fd dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct spawn spawn = {.argv = argv, .cgroup_fd = dir, .mask = &no_signals};

	for (int way = 0; way < WAYS; way++) {
		struct err err = {0};
		bool exec_failed = true;
		int files = open_files();
		pid_t pid = -77;

		spawn.no_clone3 = way;
		cr_expect_lt(spawn_start(&spawn, &pid, &exec_failed, &err), 0);
		cr_expect_not(exec_failed, "the program is not to blame");
		cr_expect(strstr(err.text, "true"), "%s", err.text);
		cr_expect_eq(pid, -77);
		cr_expect_eq(open_files(), files);
		expect_no_child("a program without cgroup");
	}
}

Test(spawn_user, find)
{
	struct spawn_user root = {0}, number = {0}, none = {0};
	struct err err = {0};

	cr_assert_eq(spawn_find_user("root", &root, &err), 0, "%s", err.text);
	cr_expect_eq(root.uid, 0);
	cr_expect_eq(root.gid, 0);
	cr_expect_geq(root.groups_len, 1);
	cr_assert_eq(spawn_find_user("0", &number, NULL), 0);
	cr_expect_eq(number.uid, 0);
	cr_expect_eq(spawn_find_user("no such user", &none, &err), -ENOENT);
	cr_expect(strstr(err.text, "no such user"), "%s", err.text);
	cr_expect_eq(spawn_find_user("4294967295", &none, NULL), -ENOENT);
	cr_expect_eq(spawn_find_user("", &none, NULL), -ENOENT);
	cr_expect_null(none.groups);
	spawn_user_clear(&root);
	spawn_user_clear(&number);
	cr_expect_null(root.groups);
}

/* Root becomes the user with all that belongs to it. */
Test(spawn_user, becomes_the_user)
{
	gid_t groups[] = {60001, 60002};
	struct spawn_user user = {.uid = 61234, .gid = 61235, .groups = groups, .groups_len = 2};
	char *argv[] = {"sh", "-c",
			"grep -q '^Uid:.61234.61234.61234.61234$' /proc/self/status &&"
			"grep -q '^Gid:.61235.61235.61235.61235$' /proc/self/status &&"
			"grep -q '^Groups:.60001 60002 *$' /proc/self/status",
			NULL};
	struct spawn spawn = {.argv = argv, .user = &user, .cgroup_fd = -1, .mask = &no_signals};

	if (geteuid() != 0)
		cr_skip_test("not here: only root can become another user");
	for (int way = 0; way < WAYS; way++) {
		bool exec_failed = true;
		struct err err = {0};
		pid_t pid = -77;
		int status = -1;

		spawn.no_clone3 = way;
		cr_assert_eq(spawn_start(&spawn, &pid, &exec_failed, &err), 0, "%s", err.text);
		cr_expect_not(exec_failed);
		cr_assert_eq(waitpid(pid, &status, 0), pid);
		cr_expect_eq(status, 0);
	}
}

/* Nobody else can, and that is no failure of the program. */
Test(spawn_user, without_the_right)
{
	struct spawn_user user = {.uid = 61234, .gid = 61235};
	char *argv[] = {"true", NULL};
	struct spawn spawn = {.argv = argv, .user = &user, .cgroup_fd = -1, .mask = &no_signals};

	cr_assert_eq(geteuid() == 0 ? seteuid(65534) : 0, 0);
	for (int way = 0; way < WAYS; way++) {
		bool exec_failed = true;
		struct err err = {0};
		pid_t pid = -77;

		spawn.no_clone3 = way;
		cr_expect_eq(spawn_start(&spawn, &pid, &exec_failed, &err), -EPERM, "%s", err.text);
		cr_expect_not(exec_failed);
		cr_expect_eq(pid, -77);
		cr_expect(strstr(err.text, "true"), "%s", err.text);
		expect_no_child("a program that may not become the user");
	}
	cr_assert_eq(getuid() == 0 ? seteuid(0) : 0, 0);
}

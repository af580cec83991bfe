// SPDX-License-Identifier: BSD-2-Clause
#include "base/spawn.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/sched.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

int spawn_find_user(const char *name, struct spawn_user *user, struct err *err)
{
	const struct passwd *pw = getpwnam(name);
	uint64_t uid;
	int len = 0;

	if (!pw && !num_parse(name, "user", UINT32_MAX - 1, &uid, NULL))
		pw = getpwuid(uid);
	if (!pw)
		return err_set(err, -ENOENT, "there is no user '%s'", name);
	user->uid = pw->pw_uid;
	user->gid = pw->pw_gid;
	getgrouplist(pw->pw_name, pw->pw_gid, NULL, &len);
	user->groups = calloc(len ? len : 1, sizeof(gid_t));
	user->groups_len = len;
	if (!user->groups ||
	    getgrouplist(pw->pw_name, pw->pw_gid, user->groups, &user->groups_len) < 0) {
		spawn_user_clear(user);
		return err_set(err, -ENOMEM, "cannot read the groups of user '%s'", name);
	}
	return 0;
}

void spawn_user_clear(struct spawn_user *user)
{
	free(user->groups);
	user->groups = NULL;
}

/* What a child says when it could not become the program. */
struct failure {
	int error; /* errno */
	bool exec; /* the exec itself, not what came before it */
};

static _Noreturn void child_fail(int report, bool exec)
{
	struct failure failure;

	memset(&failure, 0, sizeof(failure)); /* its padding is written, too */
	failure.error = errno;
	failure.exec = exec;

	/* a short write to a pipe does not happen below PIPE_BUF */
	_exit(write(report, &failure, sizeof(failure)) == sizeof(failure) ? 127 : 126);
}

static int child_become(const struct spawn_user *user)
{
	if (setgroups(user->groups_len, user->groups) ||
	    setresgid(user->gid, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid))
		return -1;
	return 0;
}

/* Walks PATH: the next file that `command` may mean. False: there are no more. Start with *path at the variable's text. */
static bool next_candidate(const char **path, const char *command, char file[PATH_MAX])
{
	const char *end;
	int len;

	if (!*path)
		return false;
	end = strchrnul(*path, ':');
	len = snprintf(file, PATH_MAX, "%.*s%s%s", (int)(end - *path), *path,
		       end == *path ? "" : "/", command);
	if (len >= PATH_MAX)
		file[0] = '\0'; /* no such file */
	*path = *end ? end + 1 : NULL;
	return true;
}

static const char *search_path(void)
{
	const char *path = getenv("PATH");

	return path ? path : "/bin:/usr/bin";
}

int spawn_find_command(const char *command, char path[PATH_MAX], struct err *err)
{
	const char *rest = search_path();
	int error = ENOENT;

	if (strchr(command, '/')) {
		if (snprintf(path, PATH_MAX, "%s", command) >= PATH_MAX)
			return err_errno(err, -ENAMETOOLONG, "cannot execute '%s'", command);
		if (access(path, X_OK))
			return err_errno(err, -errno, "cannot execute '%s'", command);
		return 0;
	}
	while (next_candidate(&rest, command, path)) {
		struct stat st;

		if (stat(path, &st) || !S_ISREG(st.st_mode))
			continue;
		if (!access(path, X_OK))
			return 0;
		error = errno;
	}
	if (error == ENOENT)
		return err_set(err, -ENOENT, "command '%s' not found in PATH", command);
	return err_errno(err, -error, "cannot execute '%s'", command);
}

/* execvp, but a file that the kernel does not know is not handed to a shell. Returns with errno. */
static void child_exec(char *const *argv)
{
	const char *rest = search_path();
	char file[PATH_MAX];
	int error = ENOENT;

	/* execv refuses an empty name with ENOENT, as execvp does */
	if (!*argv[0] || strchr(argv[0], '/')) {
		execv(argv[0], argv);
		return;
	}
	while (next_candidate(&rest, argv[0], file)) {
		execv(file, argv);
		if (errno == ENOENT || errno == ENOTDIR)
			continue;
		error = errno;
		if (errno != EACCES)
			break;
	}
	errno = error;
}

/* The files may be standard ones themselves. */
static int child_take_files(const int files[3])
{
	int copies[3];

	for (int i = 0; i < 3; i++) {
		copies[i] = fcntl(files[i], F_DUPFD_CLOEXEC, 3);
		if (copies[i] < 0)
			return -1;
	}
	for (int i = 0; i < 3; i++)
		if (dup2(copies[i], i) < 0)
			return -1;
	return 0;
}

static void child_own_session(void)
{
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
}

static _Noreturn void child_run(const struct spawn *spawn, int start, int report)
{
	char go;

	/* whittle's side of the fork path: it has put this process into its cgroup */
	if (start >= 0 && read(start, &go, 1) != 1)
		_exit(126);
	if (spawn->files && child_take_files(spawn->files))
		child_fail(report, false);
	if (spawn->own_session)
		child_own_session();
	if (spawn->locked_memory && setrlimit(RLIMIT_MEMLOCK, spawn->locked_memory))
		child_fail(report, false);
	if (spawn->user && child_become(spawn->user))
		child_fail(report, false);
	if (spawn->ignore_sigchld)
		signal(SIGCHLD, SIG_IGN);
	sigprocmask(SIG_SETMASK, spawn->mask, NULL);
	child_exec(spawn->argv);
	child_fail(report, true);
}

static pid_t clone_into_cgroup(int cgroup_fd)
{
	struct clone_args args = {
		.flags = cgroup_fd >= 0 ? CLONE_INTO_CGROUP : 0,
		.exit_signal = SIGCHLD,
		.cgroup = cgroup_fd >= 0 ? cgroup_fd : 0,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

static int join_cgroup(int cgroup_fd, pid_t pid)
{
	int own_fd procs = openat(cgroup_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	if (procs < 0 || dprintf(procs, "%d", pid) < 0)
		return -errno;
	return 0;
}

static pid_t fork_and_join(const struct spawn *spawn, int report)
{
	int start[2];
	pid_t pid;
	int rc = 0;

	if (pipe2(start, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid == 0) {
		close(start[1]);
		child_run(spawn, start[0], report);
	}
	close(start[0]);
	if (pid < 0)
		rc = -errno;
	else if (spawn->cgroup_fd >= 0)
		rc = join_cgroup(spawn->cgroup_fd, pid);
	if (!rc && write(start[1], "g", 1) != 1)
		rc = -errno;
	close(start[1]); /* without the byte the child ends */
	if (rc && pid > 0)
		waitpid(pid, NULL, 0);
	return rc ? rc : pid;
}

static pid_t start_child(const struct spawn *spawn, int report)
{
	if (!spawn->no_clone3) {
		pid_t pid = clone_into_cgroup(spawn->cgroup_fd);

		if (pid == 0)
			child_run(spawn, -1, report);
		if (pid > 0)
			return pid;
		/* before 5.7, or a container's filter: the other way may still work */
		if (errno != ENOSYS && errno != EPERM && errno != EINVAL && errno != E2BIG)
			return -errno;
	}
	return fork_and_join(spawn, report);
}

/* Closes all files but two, the smaller one first. */
static void close_others(unsigned int a, unsigned int b)
{
	if (a > b) {
		unsigned int swapped = a;

		a = b;
		b = swapped;
	}
	if (a > 3)
		syscall(SYS_close_range, 3, a - 1, 0);
	if (b > a + 1)
		syscall(SYS_close_range, a + 1, b - 1, 0);
	syscall(SYS_close_range, b + 1, ~0U, 0);
}

static _Noreturn void helper_run(int (*run)(int alive, void *context), void *context, int keep,
				 int alive)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t all;

	/* a signal to whittle's process group is not for it */
	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	close_others(keep, alive);
	_exit(run(alive, context));
}

int spawn_helper(int (*run)(int alive, void *context), void *context, int keep, pid_t *pid,
		 int *alive, struct err *err)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return err_errno(err, -errno, "cannot start a helper");
	child = fork();
	if (child == 0)
		helper_run(run, context, keep, ends[0]);
	close(ends[0]);
	if (child < 0) {
		int rc = -errno;

		close(ends[1]);
		return err_errno(err, rc, "cannot start a helper");
	}
	*pid = child;
	*alive = ends[1];
	return 0;
}

int spawn_start(const struct spawn *spawn, pid_t *pid, bool *exec_failed, struct err *err)
{
	int own_fd report = -1, own_fd reported = -1;
	struct failure failure;
	int ends[2];
	pid_t child;
	ssize_t n;

	*exec_failed = false;
	if (pipe2(ends, O_CLOEXEC))
		return err_errno(err, -errno, "cannot start %s", spawn->argv[0]);
	reported = ends[0];
	report = ends[1];
	child = start_child(spawn, report);
	if (child < 0)
		return err_errno(err, child, "cannot start %s: fork into its cgroup",
				 spawn->argv[0]);
	close(steal_fd(&report));
	do
		n = read(reported, &failure, sizeof(failure));
	while (n < 0 && errno == EINTR);
	if (n == 0) {
		*pid = child;
		return 0;
	}
	waitpid(child, NULL, 0);
	if (n != sizeof(failure))
		return err_set(err, -EIO, "cannot start %s: the child ended before its exec",
			       spawn->argv[0]);
	*exec_failed = failure.exec;
	if (!failure.exec)
		return err_errno(err, -failure.error, "cannot start %s: %s", spawn->argv[0],
				 spawn->user ? "become the user" : "prepare its files");
	if (failure.error == ENOENT && !strchr(spawn->argv[0], '/')) {
		char path[PATH_MAX];

		if (spawn_find_command(spawn->argv[0], path, NULL))
			return err_set(err, -ENOENT, "command '%s' not found in PATH",
				       spawn->argv[0]);
		return err_set(err, -ENOENT, "cannot execute '%s': its interpreter does not exist",
			       path);
	}
	return err_errno(err, -failure.error, "cannot execute '%s'", spawn->argv[0]);
}

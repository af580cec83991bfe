// SPDX-License-Identifier: BSD-2-Clause
#include "record/pin_home.h"
#include "base/clock.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/vfs.h>

#define BPFFS "/sys/fs/bpf"

static const char *name_in(const char *path)
{
	return strrchr(path, '/') + 1;
}

/* Whoever can write there could hand us maps of his own. */
static int check_owner(const struct pin_home *home, int fd, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st))
		return err_errno(err, -errno, "cannot open %s", home->path);
	if (st.st_uid != geteuid() || st.st_mode & 022)
		return err_set(err, -EPERM,
			       "%s belongs to user %u with mode %04o: remove it, whittle makes its own",
			       home->path, st.st_uid, st.st_mode & 07777);
	return 0;
}

int pin_home_open(struct pin_home *home, bool make, struct err *err)
{
	int own_fd bpffs = open(BPFFS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int own_fd fd = -1;
	struct statfs fs;
	int rc;

	if (bpffs < 0 || fstatfs(bpffs, &fs) || fs.f_type != BPF_FS_MAGIC)
		return err_set(err, -ENODEV,
			       "no BPF file system is mounted at " BPFFS
			       ": 'mount -t bpf bpf " BPFFS "' mounts it");
	if (make && mkdirat(bpffs, name_in(home->path), 0700) && errno != EEXIST)
		return err_errno(err, -errno, "cannot make %s", home->path);
	fd = openat(bpffs, name_in(home->path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, -errno, "cannot open %s", home->path);
	rc = check_owner(home, fd, err);
	if (!rc)
		home->fd = steal_fd(&fd);
	return rc;
}

void pin_home_close(struct pin_home *home)
{
	/* the directory stays: with it would go the lock that somebody else may wait for */
	if (home->fd >= 0)
		close(home->fd);
	home->fd = -1;
}

static void wake(int signal)
{
	(void)signal;
}

/*
 * Whoever waits in flock(2) gets the lock in turn and costs nothing until then; a signal ends the wait. It comes again and again:
 * the first may come before the wait has begun.
 */
static int wait_for_lock(int fd, int limit_ms)
{
	const struct itimerval limit = {
		.it_value = {limit_ms / 1000, limit_ms % 1000 * 1000},
		.it_interval.tv_usec = 10000,
	};
	const struct itimerval never = {0};
	const struct sigaction waker = {.sa_handler = wake};
	const uint64_t end = clock_ns(CLOCK_MONOTONIC) + limit_ms * 1000000ULL;
	struct sigaction before;
	sigset_t alarm, mask;
	int rc;

	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigaction(SIGALRM, &waker, &before);
	/* whoever called us may have blocked it, and left one pending */
	sigprocmask(SIG_UNBLOCK, &alarm, &mask);
	setitimer(ITIMER_REAL, &limit, NULL);
	do /* until it is the limit that ends it, and no other alarm */
		rc = flock(fd, LOCK_EX) ? -errno : 0;
	while (rc == -EINTR && clock_ns(CLOCK_MONOTONIC) < end);
	setitimer(ITIMER_REAL, &never, NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGALRM, &before, NULL);
	return rc;
}

int pin_home_lock(const struct pin_home *home, int limit_ms, struct err *err)
{
	int rc = flock(home->fd, LOCK_EX | LOCK_NB) ? -errno : 0;

	if (rc == -EWOULDBLOCK)
		rc = wait_for_lock(home->fd, limit_ms);
	if (rc == -EINTR)
		return err_set(err, -EBUSY, "another whittle keeps %s locked", home->path);
	return rc ? err_errno(err, rc, "cannot lock %s", home->path) : 0;
}

void pin_home_unlock(const struct pin_home *home)
{
	if (home->fd >= 0)
		flock(home->fd, LOCK_UN);
}

ino_t pin_home_number(const struct pin_home *home)
{
	struct stat st;

	return fstatat(home->fd, name_in(home->pins), &st, AT_SYMLINK_NOFOLLOW) ? 0 : st.st_ino;
}

void pin_home_clean(const struct pin_home *home)
{
	fs_remove_directory(home->fd, name_in(home->half));
}

int pin_home_begin(const struct pin_home *home, struct err *err)
{
	if (mkdirat(home->fd, name_in(home->half), 0700))
		return err_errno(err, -errno, "cannot make %s", home->half);
	return 0;
}

int pin_home_commit(const struct pin_home *home, struct err *err)
{
	if (renameat(home->fd, name_in(home->half), home->fd, name_in(home->pins)))
		return err_errno(err, -errno, "cannot make %s", home->pins);
	return 0;
}

/* With some of them gone, the rest would be in use. What somebody who was killed has left may be in the way. */
int pin_home_remove(const struct pin_home *home, struct err *err)
{
	pin_home_clean(home);
	if (renameat(home->fd, name_in(home->pins), home->fd, name_in(home->half)))
		return err_errno(err, -errno, "cannot remove %s", home->pins);
	pin_home_clean(home);
	return 0;
}

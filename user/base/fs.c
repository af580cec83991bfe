// SPDX-License-Identifier: BSD-2-Clause
#include "base/fs.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

static int read_all(int fd, const char *path, size_t max, struct buf *out, struct err *err)
{
	size_t total = 0;
	char chunk[16384];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, -errno, "cannot read %s", path);
		buf__add(out, chunk, total + n > max ? max - total : (size_t)n);
		total += n;
		if (total > max)
			return err_set(err, -EFBIG, "%s is larger than %zu bytes", path, max);
	}
	if (buf__error(out))
		return err_errno(err, buf__error(out), "cannot read %s", path);
	return 0;
}

int fs_read(int dir, const char *path, size_t max, struct buf *out, struct err *err)
{
	int own_fd fd = openat(dir, path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? err_errno(err, -errno, "cannot open %s", path) :
			read_all(fd, path, max, out, err);
}

/* An output path taken apart: its directory, opened, and the name in it. */
struct output {
	int dir;
	char name[NAME_MAX + 1];
	bool exists;
	bool null;      /* it is /dev/null, which takes anything and keeps nothing */
	struct stat st; /* if it exists */
};

static void output_close(struct output *out)
{
	if (out->dir >= 0)
		close(out->dir);
}

static bool sudo_id(const char *variable, unsigned int *id)
{
	const char *text = getenv(variable);
	uint64_t value;

	if (!text || num_parse(text, variable, UINT32_MAX - 1, &value, NULL))
		return false;
	*id = value;
	return true;
}

/*
 * Is it a file that somebody has put where anybody may put one? A new one would be his as well. (What fs.protected_regular refuses of files that
 * are opened.)
 */
static bool is_strangers(const struct output *out)
{
	unsigned int uid;
	struct stat dir;

	if (fstat(out->dir, &dir) || !(dir.st_mode & S_ISVTX) ||
	    !(dir.st_mode & (S_IWGRP | S_IWOTH)))
		return false;
	if (out->st.st_uid == geteuid() || out->st.st_uid == dir.st_uid)
		return false;
	return geteuid() || !sudo_id("SUDO_UID", &uid) || out->st.st_uid != uid;
}

/* What is there already under the output's name? */
static int output_look(struct output *out, const char *path, struct err *err)
{
	struct statx stx;

	if (fstatat(out->dir, out->name, &out->st, AT_SYMLINK_NOFOLLOW)) {
		if (errno != ENOENT)
			return err_errno(err, -errno, "cannot write %s", path);
		return 0;
	}
	out->exists = true;
	if (S_ISDIR(out->st.st_mode))
		return err_set(err, -EISDIR, "cannot write %s: it is a directory", path);
	if (S_ISLNK(out->st.st_mode))
		return err_set(err, -ELOOP,
			       "cannot write %s: it is a symbolic link; name the file that it means%s",
			       path, strncmp(path, "/dev/", 5) ? "" : " ('-': standard output)");
	out->null = S_ISCHR(out->st.st_mode) && out->st.st_rdev == makedev(1, 3);
	if (out->null)
		return 0;
	if (!S_ISREG(out->st.st_mode))
		return err_set(err, -EINVAL, "cannot write %s: it is not a regular file", path);
	if (is_strangers(out))
		return err_set(err, -EACCES,
			       "cannot write %s: it belongs to user %u, in a directory where others may make files; remove it or name another",
			       path, out->st.st_uid);
	/* of older kernels and other file systems nothing is known */
	if (statx(out->dir, out->name, AT_SYMLINK_NOFOLLOW, 0, &stx))
		return 0;
	if (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT)
		return err_set(err, -EBUSY,
			       "cannot write %s: something is mounted there, which no new file can replace; name another file",
			       path);
	if (stx.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND))
		return err_set(err, -EPERM,
			       "cannot write %s: it is immutable or append-only (chattr -i -a), or name another file",
			       path);
	return 0;
}

static int output_open(const char *path, struct output *out, struct err *err)
{
	char *own_ptr copy = strdup(path), *own_ptr copy2 = strdup(path);
	const char *name, *dir;

	if (!copy || !copy2)
		return err_errno(err, -ENOMEM, "cannot write %s", path);
	if (!*path || path[strlen(path) - 1] == '/')
		return err_set(err, -EISDIR, "cannot write '%s': it names no file", path);
	name = basename(copy);
	dir = dirname(copy2);
	if (strlen(name) > NAME_MAX)
		return err_errno(err, -ENAMETOOLONG, "cannot write %s", path);
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return err_set(err, -EINVAL, "cannot write '%s': it names no file", path);
	strcpy(out->name, name);
	out->dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (out->dir < 0)
		return err_errno(err, -errno, "cannot write %s: directory %s", path, dir);
	return output_look(out, path, err);
}

bool fs_same_output(const char *a, const char *b)
{
	struct output own_with(output_close) x = {.dir = -1},
					     own_with(output_close) y = {.dir = -1};
	struct stat p, q;

	if (output_open(a, &x, NULL) || output_open(b, &y, NULL) || x.null || fstat(x.dir, &p) ||
	    fstat(y.dir, &q))
		return false;
	return p.st_dev == q.st_dev && p.st_ino == q.st_ino && !strcmp(x.name, y.name);
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= n;
	}
	return 0;
}

/* Gives a finished temporary file the mode and owner of what it replaces, or of the one who called sudo. */
static int output_own(const struct output *out, int fd)
{
	unsigned int uid, gid;
	struct stat st;
	mode_t mask;

	if (out->exists) {
		/* the file's own ids: in a set-group-ID directory they are not the process's */
		if (fstat(fd, &st))
			return -errno;
		if ((out->st.st_uid != st.st_uid || out->st.st_gid != st.st_gid) &&
		    fchown(fd, out->st.st_uid, out->st.st_gid))
			return -errno;
		return fchmod(fd, out->st.st_mode & 07777) ? -errno : 0;
	}
	mask = umask(0);
	umask(mask);
	if (fchmod(fd, 0666 & ~mask))
		return -errno;
	if (geteuid() == 0 && sudo_id("SUDO_UID", &uid) && sudo_id("SUDO_GID", &gid) &&
	    fchown(fd, uid, gid))
		return -errno;
	return 0;
}

/* A new file in the output's directory, with a name that nobody could foresee. */
static int temporary_open(const struct output *out, char *name, size_t size)
{
	unsigned long long random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EAGAIN;
	snprintf(name, size, ".whittle-%016llx", random);
	int fd = openat(out->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

/* Does the new file take what will be written, and can it be whose it shall be? */
static int try_output(const struct output *out, int fd, const char *path, struct err *err)
{
	static const char text[4096];
	int rc = write_all(fd, text, sizeof(text));

	if (rc)
		return err_errno(err, rc, "cannot write %s", path);
	rc = output_own(out, fd);
	if (rc == -EPERM)
		return err_errno(err, rc,
				 "cannot write %s: its owner would change, so name another file",
				 path);
	return rc ? err_errno(err, rc, "cannot write %s", path) : 0;
}

/* A file without a name tells more than modes do: room, quota, owner. */
int fs_check_output(const char *path, struct err *err)
{
	struct output own_with(output_close) out = {.dir = -1};
	char name[NAME_MAX + 1] = "";
	int own_fd fd = -1;
	int rc = output_open(path, &out, err);

	if (rc || out.null)
		return rc;
	fd = openat(out.dir, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
	if (fd < 0)
		fd = -errno;
	/* some file systems, NFS for one, have no such files */
	if (fd == -EOPNOTSUPP)
		fd = temporary_open(&out, name, sizeof(name));
	if (fd < 0)
		return err_errno(err, fd, "cannot write %s: no file can be made beside it", path);
	rc = try_output(&out, fd, path, err);
	if (*name && unlinkat(out.dir, name, 0) && !rc)
		rc = err_errno(err, -errno, "cannot write %s: %s stays beside it", path, name);
	return rc;
}

bool fs_output_changes_owner(const char *path)
{
	struct output own_with(output_close) out = {.dir = -1};
	unsigned int uid, gid;

	if (output_open(path, &out, NULL))
		return false;
	if (out.exists)
		return out.st.st_uid != geteuid() || out.st.st_gid != getegid();
	return geteuid() == 0 && sudo_id("SUDO_UID", &uid) && sudo_id("SUDO_GID", &gid);
}

static int temporary_finish(const struct output *out, int fd, const char *name, const void *data,
			    size_t len)
{
	int rc = write_all(fd, data, len);

	if (!rc)
		rc = output_own(out, fd);
	if (!rc && fsync(fd))
		rc = -errno;
	if (!rc && renameat(out->dir, name, out->dir, out->name))
		rc = -errno;
	return rc;
}

static int output_write(const struct output *out, const char *path, const void *data, size_t len,
			struct err *err)
{
	char name[64];
	int own_fd fd = temporary_open(out, name, sizeof(name));
	int rc;

	if (fd < 0)
		return err_errno(err, fd, "cannot write %s", path);
	rc = temporary_finish(out, fd, name, data, len);
	if (rc) {
		unlinkat(out->dir, name, 0);
		return err_errno(err, rc, "cannot write %s", path);
	}
	return 0;
}

int fs_write(const char *path, const void *data, size_t len, struct err *err)
{
	struct output own_with(output_close) out = {.dir = -1};
	int rc = output_open(path, &out, err);

	return rc || out.null ? rc : output_write(&out, path, data, len, err);
}

/* The part of `path` below `top`, NULL if it does not lie there. */
static const char *part_below(const char *top, const char *path)
{
	size_t len = strlen(top);

	while (len && top[len - 1] == '/')
		len--;
	return !strncmp(path, top, len) && path[len] == '/' ? path + len + 1 : NULL;
}

int fs_open_place(const char *top, const char *path, struct fs_place *out, struct err *err)
{
	struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
			       .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
					  RESOLVE_NO_MAGICLINKS};
	int tries = 1000;
	const char *rest = part_below(top, path), *slash = rest ? strrchr(rest, '/') : NULL;
	const char *name = slash ? slash + 1 : rest;
	char *own_ptr dir = slash ? strndup(rest, slash - rest) : strdup(".");
	int own_fd fd = -1;

	if (!rest)
		return err_set(err, -EXDEV, "%s does not lie below %s", path, top);
	if (!*name || !strcmp(name, ".") || !strcmp(name, "..") || strlen(name) > NAME_MAX)
		return err_set(err, -EINVAL, "'%s' names no file", path);
	fd = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || !dir)
		return err_errno(err, -errno, "cannot open %s", top);
	while (*dir == '/') /* "top//name" */
		memmove(dir, dir + 1, strlen(dir));
	/* openat2(2): ".." beside a rename anywhere on the machine is to be tried again */
	do
		out->dir = syscall(SYS_openat2, fd, *dir ? dir : ".", &how, sizeof(how));
	while (out->dir < 0 && errno == EAGAIN && tries--);
	if (out->dir < 0 && (errno == EXDEV || errno == ELOOP))
		return err_set(err, -ELOOP,
			       "cannot open the directory of %s: no '..' that leaves %s and no symbolic link may be in it",
			       path, top);
	if (out->dir < 0)
		return err_errno(err, -errno, "cannot open the directory of %s", path);
	strcpy(out->name, name);
	return 0;
}

void fs_close_place(struct fs_place *place)
{
	if (place->dir >= 0)
		close(place->dir);
	place->dir = -1;
}

int fs_read_place(const struct fs_place *place, size_t max, struct buf *out, struct err *err)
{
	/* looked at before it is opened: to open a device can be to use it */
	int own_fd file = openat(place->dir, place->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	int own_fd fd = -1;
	char self[64];
	struct stat st;

	if (file < 0)
		return err_errno(err, -errno, "cannot open %s", place->name);
	if (fstat(file, &st) || !S_ISREG(st.st_mode))
		return err_set(err, -EINVAL, "%s is not a regular file", place->name);
	/* some files of /proc, which all seem empty, lose what is read */
	if (!st.st_size)
		return 0;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", file);
	fd = open(self, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, -errno, "cannot open %s", place->name);
	return read_all(fd, place->name, max, out, err);
}

int fs_write_place(const struct fs_place *place, const void *data, size_t len, struct err *err)
{
	struct output out = {.dir = place->dir};
	int rc;

	strcpy(out.name, place->name);
	rc = output_look(&out, place->name, err);
	if (!rc && out.null)
		rc = err_set(err, -EINVAL, "cannot write %s: it is not a regular file",
			     place->name);
	return rc ? rc : output_write(&out, place->name, data, len, err);
}

int fs_make_directory(const char *path, struct err *err)
{
	unsigned int uid, gid;
	struct stat st;
	int own_fd fd = -1;

	if (mkdir(path, 0777))
		return errno == EEXIST ? 0 :
					 err_errno(err, -errno, "cannot make directory %s", path);
	if (geteuid() || !sudo_id("SUDO_UID", &uid) || !sudo_id("SUDO_GID", &gid))
		return 0;
	/* whoever may write above it may have put another there: it is empty, and nobody else's, or it stays as it is */
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) || st.st_uid || st.st_nlink > 2 || fchown(fd, uid, gid))
		return err_set(err, -EACCES, "cannot give directory %s to who called sudo", path);
	return 0;
}

void fs_remove_directory(int dir, const char *name)
{
	int own_fd fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *own_dir listing = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!listing)
		return;
	fd = -1; /* the listing's */
	while ((entry = readdir(listing)))
		if (unlinkat(dirfd(listing), entry->d_name, 0) && errno == EISDIR &&
		    strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			fs_remove_directory(dirfd(listing), entry->d_name);
	unlinkat(dir, name, AT_REMOVEDIR);
}

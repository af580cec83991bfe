// SPDX-License-Identifier: BSD-2-Clause
#include "target/cgroup_tree.h"
#include "base/fs.h"
#include "base/num.h"
#include "target/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#define CGROUP_FILE_MAX (16 << 20)
/* kernel: cgroup.max.depth is unlimited by default, PATH_MAX limits what can be opened by path */
#define DEPTH_MAX 1024

/* What a walk does with each directory: before its children (enter) or after them (leave). */
struct walk {
	int (*enter)(int parent, const char *name, int dir, void *context);
	int (*leave)(int parent, const char *name, void *context);
	void *context;
};

static int walk_children(int fd, const struct walk *walk, int depth);

/* One child directory: enter, what is below it, leave. */
static int walk_child(int parent, const char *name, const struct walk *walk, int depth)
{
	int own_fd child = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int rc;

	if (child < 0)
		return errno == ENOENT || errno == ENODEV ? 0 : -errno;
	rc = walk->enter ? walk->enter(parent, name, child, walk->context) : 0;
	/* kernfs counts them, as a directory's links: most have none */
	if (!rc && (fstat(child, &st) || st.st_nlink > 2))
		rc = walk_children(steal_fd(&child), walk, depth + 1);
	if (!rc && walk->leave)
		rc = walk->leave(parent, name, walk->context);
	return rc;
}

/* Takes the fd: one a level is open at a time. */
static int walk_children(int fd, const struct walk *walk, int depth)
{
	DIR *own_dir dir = fdopendir(fd);
	const struct dirent *entry;
	int rc = 0;

	if (!dir) {
		close(fd);
		return -errno;
	}
	if (depth > DEPTH_MAX)
		return -ELOOP;
	while (!rc && (errno = 0, entry = readdir(dir)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
		    strcmp(entry->d_name, ".."))
			rc = walk_child(dirfd(dir), entry->d_name, walk, depth);
	/* a directory that is removed while it is read ends with ENOENT */
	if (!rc && errno && errno != ENOENT && errno != ENODEV)
		rc = -errno;
	return rc;
}

static int walk_below(const struct cgroup *cgroup, const struct walk *walk)
{
	int copy = openat(cgroup->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (copy < 0)
		return errno == ENOENT || errno == ENODEV ? 0 : -errno;
	return walk_children(copy, walk, 0);
}

#define KILL_ROUNDS 100

struct walk_members {
	int signo;
	pid_t spared; /* a process group */
	bool found;   /* there was one */
};

/* Those that a cgroup holds itself. */
static int signal_members(int parent, const char *name, int dir, void *context)
{
	struct buf own_buf procs = BUF_INIT;
	struct walk_members *members = context;
	char *rest, *line;
	uint64_t pid;

	(void)parent;
	(void)name;
	/* gone meanwhile */
	if (fs_read(dir, "cgroup.procs", CGROUP_FILE_MAX, &procs, NULL) || !procs.len)
		return 0;
	for (rest = procs.data; (line = strsep(&rest, "\n"));) {
		/* 0 is one of a pid namespace that is not seen from here, and to kill(2) whittle's own process group */
		if (num_parse(line, "pid", INT32_MAX, &pid, NULL) || !pid)
			continue;
		members->found = true;
		if (!members->spared || getpgid((pid_t)pid) != members->spared)
			kill((pid_t)pid, members->signo);
	}
	return 0;
}

static int signal_all(const struct cgroup *cgroup, struct walk_members *members)
{
	const struct walk walk = {.enter = signal_members, .context = members};

	members->found = false;
	signal_members(-1, "", cgroup->fd, members);
	return walk_below(cgroup, &walk);
}

/* Before Linux 5.14: again and again, as they may fork meanwhile. */
static int kill_one_by_one(const struct cgroup *cgroup)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	struct walk_members members = {.signo = SIGKILL, .found = true};

	for (int round = 0; members.found && round < KILL_ROUNDS; round++) {
		int rc;

		if (round)
			nanosleep(&pause, NULL);
		rc = signal_all(cgroup, &members);
		if (rc)
			return rc;
	}
	return members.found ? -EBUSY : 0;
}

int cgroup_signal(const struct cgroup *cgroup, int signo, pid_t spared, struct err *err)
{
	struct walk_members members = {.signo = signo, .spared = spared};
	int rc = signal_all(cgroup, &members);

	return rc ? err_errno(err, rc, "cannot send signal %d to what is left in cgroup %s", signo,
			      cgroup->path) :
		    0;
}

int cgroup_kill(const struct cgroup *cgroup, struct err *err)
{
	int own_fd fd = openat(cgroup->fd, "cgroup.kill", O_WRONLY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0 && errno == ENOENT && cgroup_exists(cgroup))
		rc = kill_one_by_one(cgroup);
	else if (fd < 0 || write(fd, "1", 1) != 1)
		rc = -errno;
	return rc ? err_errno(err, rc, "cannot kill what is left in cgroup %s", cgroup->path) : 0;
}

struct walk_ids {
	int (*fn)(uint64_t id, void *context);
	void (*gone)(uint64_t id, void *context);
	void *context;
};

static bool is_there(int dir)
{
	return !faccessat(dir, "cgroup.procs", F_OK, 0) || (errno != ENOENT && errno != ENODEV);
}

static int enter_id(int parent, const char *name, int dir, void *context)
{
	const struct walk_ids *ids = context;
	uint64_t id = 0;
	int rc = cgroup_id_at(dir, "", &id);

	(void)parent;
	(void)name;
	rc = rc ? rc : ids->fn(id, ids->context);
	if (!rc && !is_there(dir))
		ids->gone(id, ids->context);
	return rc;
}

int cgroup_walk(const struct cgroup *cgroup, int (*fn)(uint64_t id, void *context),
		void (*gone)(uint64_t id, void *context), void *context, struct err *err)
{
	struct walk_ids ids = {.fn = fn, .gone = gone, .context = context};
	const struct walk walk = {.enter = enter_id, .context = &ids};
	int rc = fn(cgroup->id, context);

	if (!rc && !cgroup_exists(cgroup))
		gone(cgroup->id, context);
	if (!rc)
		rc = walk_below(cgroup, &walk);
	if (rc < 0)
		return err_errno(err, rc, "cannot walk what lies below cgroup %s", cgroup->path);
	return rc;
}

struct walk_below {
	int (*fn)(const struct cgroup_below *below, void *context);
	void (*gone)(uint64_t id, void *context);
	void *context;
};

static int enter_below(int parent, const char *name, int dir, void *context)
{
	const struct walk_below *walk = context;
	struct cgroup_below below = {.name = name};
	int rc = cgroup_id_at(dir, "", &below.id);

	rc = rc ? rc : cgroup_id_at(parent, "", &below.parent);
	rc = rc ? rc : walk->fn(&below, walk->context);
	if (!rc && !is_there(dir))
		walk->gone(below.id, walk->context);
	return rc;
}

int cgroup_walk_below(const struct cgroup *cgroup,
		      int (*fn)(const struct cgroup_below *below, void *context),
		      void (*gone)(uint64_t id, void *context), void *context, struct err *err)
{
	struct walk_below below = {.fn = fn, .gone = gone, .context = context};
	const struct walk walk = {.enter = enter_below, .context = &below};
	int rc = walk_below(cgroup, &walk);

	if (rc < 0)
		return err_errno(err, rc, "cannot walk what lies below cgroup %s", cgroup->path);
	return rc;
}

size_t cgroup_descendants(const struct cgroup *cgroup)
{
	struct buf own_buf text = BUF_INIT;
	const char *at;

	if (fs_read(cgroup->fd, "cgroup.stat", CGROUP_FILE_MAX, &text, NULL))
		return 0;
	at = strstr(buf__text(&text), "nr_descendants ");
	return at ? strtoul(at + strlen("nr_descendants "), NULL, 10) : 0;
}

bool cgroup_can_remove(const struct cgroup *cgroup)
{
	return !faccessat(cgroup->fd, "..", W_OK | X_OK, AT_EACCESS);
}

static int leave_remove(int parent, const char *name, void *context)
{
	(void)context;
	return unlinkat(parent, name, AT_REMOVEDIR) && errno != ENOENT ? -errno : 0;
}

int cgroup_remove(struct cgroup *cgroup, struct err *err)
{
	const struct walk walk = {.leave = leave_remove};
	int rc = walk_below(cgroup, &walk);

	if (!rc && rmdir(cgroup->path) && errno != ENOENT)
		rc = -errno;
	if (rc)
		return err_errno(err, rc, "cannot remove cgroup %s", cgroup->path);
	return 0;
}

#define V1_MOUNTS "/sys/fs/cgroup"

bool cgroup_remove_twins(const struct cgroup *cgroup)
{
	const struct walk walk = {.leave = leave_remove};
	DIR *own_dir mounts = opendir(V1_MOUNTS);
	const struct dirent *entry;
	struct mount mount;
	bool gone = true;
	size_t len;

	if (!mounts || mount_find(&mount, NULL))
		return true;
	len = strlen(mount.point);
	if (strncmp(cgroup->path, mount.point, len) || cgroup->path[len] != '/')
		return true;
	while ((entry = readdir(mounts))) {
		int own_fd top = openat(dirfd(mounts), entry->d_name,
					O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		struct statfs fs;
		int twin;

		if (top < 0 || fstatfs(top, &fs) || fs.f_type != CGROUP_SUPER_MAGIC)
			continue;
		twin = openat(top, cgroup->path + len + 1,
			      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (twin < 0)
			continue;
		if (walk_children(twin, &walk, 0) ||
		    unlinkat(top, cgroup->path + len + 1, AT_REMOVEDIR))
			gone = false;
	}
	return gone;
}

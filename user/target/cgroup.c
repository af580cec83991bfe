// SPDX-License-Identifier: BSD-2-Clause
#include "target/cgroup.h"
#include "base/fs.h"
#include "base/num.h"
#include "target/cgroup_v1.h"
#include "target/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#define CGROUP_FILE_MAX (16 << 20)
/* kernel: cgroup.max.depth is unlimited by default, PATH_MAX limits what can be opened by path */
#define DEPTH_MAX 1024

void cgroup_close(struct cgroup *cgroup)
{
	if (cgroup->fd >= 0)
		close(cgroup->fd);
	cgroup->fd = -1;
}

/* kernfs: a file handle is the 64-bit id (include/linux/exportfs.h FILEID_KERNFS) */
struct kernfs_handle {
	struct file_handle head;
	uint64_t id;
};
#define FILEID_KERNFS 0xfe

static int id_of(int dir, const char *name, uint64_t *id)
{
	union {
		struct file_handle head;
		char room[sizeof(struct file_handle) + 128];
	} handle = {.head.handle_bytes = 128};
	int mount;

	if (name_to_handle_at(dir, name, &handle.head, &mount, *name ? 0 : AT_EMPTY_PATH))
		return -errno;
	if (handle.head.handle_bytes < sizeof(*id))
		return -EINVAL;
	memcpy(id, handle.head.f_handle, sizeof(*id));
	return 0;
}

static int open_directory(const char *path, struct cgroup *out, struct err *err)
{
	struct cgroup own_cgroup cgroup = CGROUP_CLOSED;
	struct statfs fs;
	struct stat st;
	int rc;

	if ((size_t)snprintf(cgroup.path, sizeof(cgroup.path), "%s", path) >= sizeof(cgroup.path))
		return err_errno(err, -ENAMETOOLONG, "cgroup %s", path);
	cgroup.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup.fd < 0 && errno == ENOTDIR && !stat(path, &st))
		return err_set(err, -EINVAL, "%s is a file, not a cgroup: name its directory",
			       path);
	if (cgroup.fd < 0 && errno == ENOENT)
		return err_set(err, -ENOENT, "there is no cgroup '%s'%s", path,
			       *path == '/' ? "" : ": a path in the hierarchy begins with '/'");
	if (cgroup.fd < 0)
		return err_errno(err, -errno, "cannot open cgroup %s", path);
	if (fstatfs(cgroup.fd, &fs))
		return err_errno(err, -errno, "cannot open cgroup %s", path);
	if (fs.f_type != CGROUP2_SUPER_MAGIC && fs.f_type != CGROUP_SUPER_MAGIC)
		return err_set(err, -EINVAL,
			       "%s is not a cgroup: it does not lie on a cgroup2 file system",
			       path);
	rc = fs.f_type == CGROUP_SUPER_MAGIC ? cgroup_v1_identify(&cgroup, err) : 0;
	if (rc)
		return rc;
	rc = id_of(cgroup.fd, "", &cgroup.id);
	if (rc)
		return err_errno(err, rc, "cannot read the id of cgroup %s", path);
	*out = cgroup;
	cgroup.fd = -1;
	return 0;
}

static int open_id(uint64_t id, struct cgroup *out, struct err *err)
{
	struct kernfs_handle handle = {
		.head = {.handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS}};
	int own_fd mount_fd = -1, own_fd fd = -1;
	char link[64], path[PATH_MAX];
	struct mount mount;
	ssize_t n;
	int rc = mount_find(&mount, err);

	if (rc)
		return rc;
	mount_fd = open(mount.point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mount_fd < 0)
		return err_errno(err, -errno, "cannot open %s", mount.point);
	memcpy(handle.head.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(mount_fd, &handle.head, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && (errno == ESTALE || errno == ENOTDIR))
		return err_set(err, -ENOENT, "there is no cgroup with id %llu",
			       (unsigned long long)id);
	if (fd < 0)
		return err_errno(err, -errno, "cannot open the cgroup with id %llu",
				 (unsigned long long)id);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return err_errno(err, -errno, "cannot read the path of the cgroup with id %llu",
				 (unsigned long long)id);
	path[n] = '\0';
	return open_directory(path, out, err);
}

static int open_in(const struct mount *mount, const char *path, struct cgroup *out, struct err *err)
{
	char directory[PATH_MAX];
	int rc = mount_directory(mount, path, directory, err);

	return rc ? rc : open_directory(directory, out, err);
}

int cgroup_open(const char *spec, struct cgroup *out, struct err *err)
{
	struct err reason = {0};
	struct mount mount;
	uint64_t id;
	int rc;

	if (*spec && !spec[strspn(spec, "0123456789")]) {
		rc = num_parse(spec, "cgroup id", UINT64_MAX, &id, err);
		return rc ? rc : open_id(id, out, err);
	}
	/* a directory of this name elsewhere must not hide the cgroup; if there is neither, its error is the better one */
	if (!open_directory(spec, out, &reason))
		return 0;
	/* without the hierarchy no name can mean anything */
	rc = mount_find(&mount, err);
	if (rc || (*spec == '/' && !open_in(&mount, spec, out, NULL)))
		return rc;
	return err_set(err, reason.code, "%s", reason.text);
}

int cgroup_path_of(pid_t pid, char path[PATH_MAX], struct err *err)
{
	struct buf own_buf text = BUF_INIT;
	const char *line, *end;
	char file[64];
	int rc;

	snprintf(file, sizeof(file), "/proc/%d/cgroup", pid);
	rc = fs_read(AT_FDCWD, file, CGROUP_FILE_MAX, &text, NULL);
	if (rc == -ENOENT || rc == -ESRCH)
		return err_set(err, -ESRCH, "there is no process %d", pid);
	if (rc)
		return err_errno(err, rc, "cannot read %s", file);
	for (line = buf__text(&text); *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (strncmp(line, "0::", 3))
			continue;
		if ((size_t)(end - line - 3) >= PATH_MAX)
			return err_errno(err, -ENAMETOOLONG, "the cgroup of process %d", pid);
		snprintf(path, PATH_MAX, "%.*s", (int)(end - line - 3), line + 3);
		return 0;
	}
	return err_set(err, -ENOENT, "process %d has no cgroup of the v2 hierarchy", pid);
}

int cgroup_open_pid(pid_t pid, struct cgroup *out, struct err *err)
{
	char path[PATH_MAX];
	struct mount mount;
	int rc = cgroup_path_of(pid, path, err);

	if (!rc)
		rc = mount_find(&mount, err);
	return rc ? rc : open_in(&mount, path, out, err);
}

int cgroup_each(int (*fn)(const char *path, const char *name, void *context), void *context,
		struct err *err)
{
	struct mount mount;
	int rc = mount_find(&mount, err);

	return rc ? rc : mount_each(&mount, strlen(mount.point), fn, context, err);
}

bool cgroup_exists(const struct cgroup *cgroup)
{
	return !faccessat(cgroup->fd, "cgroup.procs", F_OK, 0);
}

int cgroup_parent(const struct cgroup *cgroup, uint64_t *id, const char **name, struct err *err)
{
	const char *slash = strrchr(cgroup->path, '/');
	int own_fd dir = openat(cgroup->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;
	int rc;

	if (dir < 0)
		return err_errno(err, -errno, "cannot open what %s lies in", cgroup->path);
	if (!slash || !slash[1] || fstatfs(dir, &fs) ||
	    fs.f_type != (cgroup->hierarchy ? CGROUP_SUPER_MAGIC : CGROUP2_SUPER_MAGIC))
		return err_set(err, -EINVAL, "cgroup %s lies in no other here", cgroup->path);
	rc = id_of(dir, "", id);
	*name = slash + 1;
	return rc ? err_errno(err, rc, "cannot read the id of what %s lies in", cgroup->path) : 0;
}

bool cgroup_is_root(const struct cgroup *cgroup)
{
	if (cgroup->hierarchy) /* this one it gives to the root only */
		return !faccessat(cgroup->fd, "release_agent", F_OK, 0);
	/* the kernel gives this file to all cgroups but the root (Documentation/admin-guide/cgroup-v2.rst) */
	return faccessat(cgroup->fd, "cgroup.type", F_OK, 0) != 0;
}

#define CONTAINER_ID_DIGITS 64

/* One component, `len` bytes. */
static bool is_container_name(const char *name, size_t len)
{
	static const char scope[] = ".scope", monitor[] = "libpod-conmon-";
	const size_t scope_len = strlen(scope);

	/* who watches a container of Podman is not in it */
	if (!strncmp(name, monitor, strlen(monitor)))
		return false;
	if (len > scope_len && !strncmp(name + len - scope_len, scope, scope_len))
		len -= scope_len;
	if (len < CONTAINER_ID_DIGITS ||
	    strspn(name + len - CONTAINER_ID_DIGITS, "0123456789abcdef") < CONTAINER_ID_DIGITS)
		return false;
	return len == CONTAINER_ID_DIGITS || name[len - CONTAINER_ID_DIGITS - 1] == '-';
}

bool cgroup_names_container(const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if (is_container_name(path, len))
			return true;
		path += len + (path[len] == '/');
	}
	return false;
}

int cgroup_make(struct cgroup *out, struct err *err)
{
	struct cgroup own_cgroup own = CGROUP_CLOSED;
	char path[PATH_MAX];
	uint32_t random;
	int rc = cgroup_open_pid(getpid(), &own, err);

	if (rc)
		return err_wrap(err, rc, "cannot make a cgroup for the command");
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return err_errno(err, -EAGAIN, "cannot make a cgroup for the command");
	if ((size_t)snprintf(path, sizeof(path), "%s/whittle-%d-%08x", own.path, getpid(),
			     random) >= sizeof(path))
		return err_errno(err, -ENAMETOOLONG,
				 "cannot make a cgroup for the command below %s", own.path);
	if (mkdir(path, 0755))
		return err_errno(err, -errno,
				 "cannot make a cgroup for the command below %s (root can, or who owns it)",
				 own.path);
	rc = open_directory(path, out, err);
	if (rc)
		rmdir(path);
	return rc;
}

int cgroup_make_parent(bool slice, struct cgroup *out, char parent[NAME_MAX + 2], struct err *err)
{
	char path[PATH_MAX];
	struct mount mount;
	uint32_t random;
	int rc = mount_find(&mount, err);

	if (rc)
		return rc;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return err_errno(err, -EAGAIN, "cannot make a cgroup for the container");
	/* a dash in the name of a slice would put it below another one */
	snprintf(parent, NAME_MAX + 2, "/whittle_%d_%08x%s", getpid(), random,
		 slice ? ".slice" : "");
	rc = mount_directory(&mount, parent, path, err);
	if (rc)
		return rc;
	if (mkdir(path, 0755))
		return err_errno(err, -errno, "cannot make cgroup %s for the container", path);
	rc = open_directory(path, out, err);
	if (rc)
		rmdir(path);
	if (slice)
		memmove(parent, parent + 1, strlen(parent));
	return rc;
}

int cgroup_events_fd(const struct cgroup *cgroup, struct err *err)
{
	int fd = openat(cgroup->fd, "cgroup.events", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_errno(err, -errno, "cannot watch cgroup %s", cgroup->path);
	return fd;
}

bool cgroup_events_populated(int events_fd)
{
	char text[256];
	/* through the same file: the read is what acknowledges the event */
	ssize_t n = pread(events_fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return false;
	text[n] = '\0';
	return strstr(text, "populated 1") != NULL;
}

/* What a walk does with each directory: before its children (enter) or after them (leave). */
struct walk {
	int (*enter)(int parent, const char *name, int dir, void *context);
	int (*leave)(int parent, const char *name, void *context);
	void *context;
};

static int walk_children(int fd, const struct walk *walk, int depth);

/* One child directory: enter, what is below it, leave. Takes the fd. */
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

/* Those that a cgroup holds itself. *found: there was one. */
static int kill_members(int parent, const char *name, int dir, void *context)
{
	struct buf own_buf procs = BUF_INIT;
	bool *found = context;
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
		*found = true;
		kill((pid_t)pid, SIGKILL);
	}
	return 0;
}

/* Before Linux 5.14: again and again, as they may fork meanwhile. */
static int kill_one_by_one(const struct cgroup *cgroup)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	bool found = true;
	const struct walk walk = {.enter = kill_members, .context = &found};

	for (int round = 0; found && round < KILL_ROUNDS; round++) {
		int rc;

		if (round)
			nanosleep(&pause, NULL);
		found = false;
		kill_members(-1, "", cgroup->fd, &found);
		rc = walk_below(cgroup, &walk);
		if (rc)
			return rc;
	}
	return found ? -EBUSY : 0;
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
	void *context;
};

static int enter_id(int parent, const char *name, int dir, void *context)
{
	const struct walk_ids *ids = context;
	uint64_t id = 0;
	int rc = id_of(dir, "", &id);

	(void)parent;
	(void)name;
	return rc ? rc : ids->fn(id, ids->context);
}

int cgroup_walk(const struct cgroup *cgroup, int (*fn)(uint64_t id, void *context), void *context,
		struct err *err)
{
	struct walk_ids ids = {.fn = fn, .context = context};
	const struct walk walk = {.enter = enter_id, .context = &ids};
	int rc = fn(cgroup->id, context);

	if (!rc)
		rc = walk_below(cgroup, &walk);
	if (rc < 0)
		return err_errno(err, rc, "cannot walk what lies below cgroup %s", cgroup->path);
	return rc;
}

struct walk_below {
	int (*fn)(const struct cgroup_below *below, void *context);
	void *context;
};

static int enter_below(int parent, const char *name, int dir, void *context)
{
	const struct walk_below *walk = context;
	struct cgroup_below below = {.name = name};
	int rc = id_of(dir, "", &below.id);

	rc = rc ? rc : id_of(parent, "", &below.parent);
	return rc ? rc : walk->fn(&below, walk->context);
}

int cgroup_walk_below(const struct cgroup *cgroup,
		      int (*fn)(const struct cgroup_below *below, void *context), void *context,
		      struct err *err)
{
	struct walk_below below = {.fn = fn, .context = context};
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

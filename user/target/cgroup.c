// SPDX-License-Identifier: BSD-2-Clause
#include "target/cgroup.h"
#include "base/fs.h"
#include "base/num.h"
#include "target/cgroup_v1.h"
#include "target/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define CGROUP_FILE_MAX (16 << 20)

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

int cgroup_id_at(int dir, const char *name, uint64_t *id)
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

static int path_of(int fd, char path[PATH_MAX])
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_MAX - 1);
	if (n < 0)
		return -errno;
	path[n] = '\0';
	return 0;
}

static int open_directory(const char *path, struct cgroup *out, struct err *err)
{
	struct cgroup own_cgroup cgroup = CGROUP_CLOSED;
	char real[PATH_MAX];
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
	/* what was typed may have double slashes or links, or be relative: what is made anew there is known by the path that it has */
	rc = path_of(cgroup.fd, real);
	if (!rc)
		snprintf(cgroup.path, sizeof(cgroup.path), "%s", real);
	rc = fs.f_type == CGROUP_SUPER_MAGIC ? cgroup_v1_identify(&cgroup, err) : 0;
	if (rc)
		return rc;
	rc = cgroup_id_at(cgroup.fd, "", &cgroup.id);
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
	char path[PATH_MAX];
	struct mount mount;
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
	rc = path_of(fd, path);
	if (rc)
		return err_errno(err, rc, "cannot read the path of the cgroup with id %llu",
				 (unsigned long long)id);
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

bool cgroup_renew(struct cgroup *cgroup)
{
	struct cgroup anew = CGROUP_CLOSED;

	if (cgroup_exists(cgroup) || cgroup_open(cgroup->path, &anew, NULL))
		return false;
	cgroup_close(cgroup);
	*cgroup = anew;
	return true;
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
	rc = cgroup_id_at(dir, "", id);
	*name = slash + 1;
	return rc ? err_errno(err, rc, "cannot read the id of what %s lies in", cgroup->path) : 0;
}

/* kernel: include/linux/proc_ns.h PROC_CGROUP_INIT_INO */
#define FIRST_NAMESPACE 0xEFFFFFFBU

/* Do paths begin at the top of the hierarchy here, as those that the kernel tells of? */
static bool sees_top(const struct mount *mount)
{
	struct stat st;

	return !strcmp(mount->root, "/") && !stat("/proc/self/ns/cgroup", &st) &&
	       st.st_ino == FIRST_NAMESPACE;
}

static bool identify_path(const struct mount *mount, const char *path, struct cgroup_identity *out)
{
	*out = (struct cgroup_identity){0};
	if (*path != '/' || !sees_top(mount))
		return false;
	out->too_long = strlen(path) > CGROUP_PATH_KNOWN;
	if (!out->too_long)
		snprintf(out->name, sizeof(out->name), "%s", path);
	return !out->too_long;
}

bool cgroup_identify_path(const char *path, struct cgroup_identity *out)
{
	struct mount mount;

	return !mount_find(&mount, NULL) && identify_path(&mount, path, out);
}

int cgroup_identify_below(const struct cgroup *cgroup, const char *name,
			  struct cgroup_identity *out, struct err *err)
{
	struct buf own_buf path = BUF_INIT;
	struct mount mount;

	out->too_long = false;
	if (!cgroup->hierarchy && !mount_find(&mount, NULL) &&
	    !strncmp(cgroup->path, mount.point, strlen(mount.point)) &&
	    strchr("/", cgroup->path[strlen(mount.point)])) {
		buf__addf(&path, "%s/%s", cgroup->path + strlen(mount.point), name);
		if (!buf__error(&path) && identify_path(&mount, buf__text(&path), out))
			return 0;
	}
	out->parent = cgroup->id;
	if ((size_t)snprintf(out->name, sizeof(out->name), "%s", name) >= sizeof(out->name))
		return err_set(err, -ENAMETOOLONG, "'%.40s' is too long for a cgroup's name", name);
	return 0;
}

int cgroup_identify(const struct cgroup *cgroup, struct cgroup_identity *out, struct err *err)
{
	struct cgroup own_cgroup parent = CGROUP_CLOSED;
	const char *name;
	int rc = cgroup_parent(cgroup, &parent.id, &name, err);

	if (rc)
		return rc;
	parent.hierarchy = cgroup->hierarchy;
	snprintf(parent.path, sizeof(parent.path), "%.*s", (int)(name - 1 - cgroup->path),
		 cgroup->path);
	return cgroup_identify_below(&parent, name, out, err);
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

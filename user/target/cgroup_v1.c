// SPDX-License-Identifier: BSD-2-Clause
#include "target/cgroup_v1.h"
#include "base/fs.h"
#include "target/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CGROUP_FILE_MAX (16 << 20)

/* "NUMBER:CONTROLLER,...:PATH". False: it is not of v1, or has no controller. */
static bool parse(const char *line, size_t len, struct membership *out)
{
	const char *controllers = memchr(line, ':', len), *path;
	size_t controller_len, path_len;

	path = controllers ? memchr(controllers + 1, ':', line + len - controllers - 1) : NULL;
	if (!path || !strncmp(++controllers, "name=", 5))
		return false;
	controller_len = strcspn(controllers, ",:");
	path_len = line + len - ++path;
	if (!controller_len || controller_len >= sizeof(out->controller) ||
	    path_len >= sizeof(out->path))
		return false;
	out->hierarchy = strtoul(line, NULL, 10);
	snprintf(out->controller, sizeof(out->controller), "%.*s", (int)controller_len,
		 controllers);
	snprintf(out->path, sizeof(out->path), "%.*s", (int)path_len, path);
	return out->hierarchy != 0;
}

/* Calls fn for each membership of a process until it returns other than -ENOENT, and returns that. */
static int each(pid_t pid, int (*fn)(struct membership *membership, void *context), void *context,
		struct err *err)
{
	struct buf own_buf text = BUF_INIT;
	struct membership membership;
	const char *line, *end;
	char file[64];
	int rc;

	snprintf(file, sizeof(file), "/proc/%d/cgroup", pid);
	rc = fs_read(AT_FDCWD, file, CGROUP_FILE_MAX, &text, NULL);
	if (rc == -ENOENT || rc == -ESRCH)
		return err_set(err, -ESRCH, "there is no process %d", pid);
	if (rc)
		return err_errno(err, rc, "cannot read %s", file);
	rc = -ENOENT;
	for (line = buf__text(&text); rc == -ENOENT && *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (parse(line, end - line, &membership))
			rc = fn(&membership, context);
	}
	return rc;
}

/* What the kernel calls a controller that v1 calls otherwise (include/linux/cgroup_subsys.h). */
static const char *kernel_name(const char *controller)
{
	return strcmp(controller, "blkio") ? controller : "io";
}

struct identify {
	struct cgroup *cgroup;
	dev_t dev;
};

static int identify_one(struct membership *membership, void *context)
{
	const struct identify *identify = context;
	struct mount mount;
	struct stat st;

	if (mount_find_v1(membership->controller, &mount, NULL) || stat(mount.point, &st) ||
	    st.st_dev != identify->dev)
		return -ENOENT;
	identify->cgroup->hierarchy = membership->hierarchy;
	snprintf(identify->cgroup->controller, CONTROLLER_LEN, "%s",
		 kernel_name(membership->controller));
	return 0;
}

int cgroup_v1_identify(struct cgroup *cgroup, struct err *err)
{
	struct identify identify = {.cgroup = cgroup};
	struct stat st;
	int rc;

	if (fstat(cgroup->fd, &st))
		return err_errno(err, -errno, "cannot open cgroup %s", cgroup->path);
	identify.dev = st.st_dev;
	rc = each(getpid(), identify_one, &identify, err);
	if (rc == -ENOENT)
		return err_set(err, -EOPNOTSUPP,
			       "%s is a cgroup of a v1 hierarchy without a controller: name the one of the same path below another, such as pids",
			       cgroup->path);
	return rc;
}

struct search {
	bool (*wanted)(struct membership *membership, void *context);
	void *context;
	struct cgroup *out;
};

static int open_one(struct membership *membership, void *context)
{
	const struct search *search = context;
	char directory[PATH_MAX];
	struct mount mount;

	if (!search->wanted(membership, search->context) ||
	    mount_find_v1(membership->controller, &mount, NULL) ||
	    mount_directory(&mount, membership->path, directory, NULL))
		return -ENOENT;
	return cgroup_open(directory, search->out, NULL) ? -ENOENT : 0;
}

int cgroup_v1_open_pid(pid_t pid, bool (*wanted)(struct membership *membership, void *context),
		       void *context, struct cgroup *out, struct err *err)
{
	struct search search = {wanted, context, out};
	int rc = each(pid, open_one, &search, err);

	return rc == -ENOENT ? err_set(err, rc, "process %d is in no such cgroup", pid) : rc;
}

static bool is_of(struct membership *membership, void *context)
{
	return membership->hierarchy == *(const uint32_t *)context;
}

int cgroup_open_pid_in(pid_t pid, uint32_t hierarchy, struct cgroup *out, struct err *err)
{
	return hierarchy ? cgroup_v1_open_pid(pid, is_of, &hierarchy, out, err) :
			   cgroup_open_pid(pid, out, err);
}

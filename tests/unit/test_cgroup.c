// SPDX-License-Identifier: BSD-2-Clause
#include "target/cgroup.h"
#include "base/buf.h"
#include "base/fs.h"
#include "target/mount.h"
#include "directory.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>

TestSuite(cgroup, .init = directory_make, .fini = directory_remove);

/* Opens what is no cgroup: nothing is left open, nothing touched. Returns the code. */
static int refused(const char *spec, struct err *err)
{
	struct cgroup cgroup, before;
	int files = open_files(), rc;

	memset(&cgroup, 0x5a, sizeof(cgroup));
	memset(&before, 0x5a, sizeof(before));
	rc = cgroup_open(spec, &cgroup, err);
	cr_expect_lt(rc, 0, "'%s'", spec);
	cr_expect_eq(err->code, rc);
	cr_expect_eq(memcmp(&cgroup, &before, sizeof(cgroup)), 0, "'%s'", spec);
	cr_expect_eq(open_files(), files, "'%s'", spec);
	return rc;
}

Test(cgroup, refused)
{
	const struct {
		const char *spec;
		int rc;
	} rows[] = {
		{"/proc", -EINVAL},
		{".", -EINVAL},
		{directory, -EINVAL},
		{make_file("file", "", 0644), -EINVAL},
		{"/proc/self/cgroup", -EINVAL},
		{"/no-such-slice/no-such.service", -ENOENT},
		{"no/such/directory", -ENOENT},
		{"", -ENOENT},
		{"18446744073709551616", -ERANGE},
		{"99999999999999999999999", -ERANGE},
		{"-1", -ENOENT},
		{"12x", -ENOENT},
	};

	cr_assert_eq(chdir(directory), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};

		cr_expect_eq(refused(rows[i].spec, &err), rows[i].rc, "'%s': %d %s", rows[i].spec,
			     err.code, err.text);
		cr_expect(strstr(err.text, rows[i].spec), "%s", err.text);
	}
	cr_assert_eq(chdir("/"), 0);
}

/* The first mount of a kind; "": there is none. */
static void find_mount(const char *type, char point[PATH_MAX])
{
	FILE *own_file mounts = fopen("/proc/self/mounts", "r");
	char *own_ptr line = NULL, kind[64];
	size_t room = 0;

	cr_assert_not_null(mounts);
	while (getline(&line, &room, mounts) > 0)
		if (sscanf(line, "%*s %4095s %63s", point, kind) == 2 && !strcmp(kind, type))
			return;
	*point = '\0';
}

Test(cgroup_mounted, version_1)
{
	struct cgroup own_cgroup cgroup = CGROUP_CLOSED;
	char point[PATH_MAX];
	struct err err = {0};
	int rc;

	find_mount("cgroup", point);
	if (!*point)
		cr_skip_test("not here: no v1 hierarchy is mounted");
	rc = cgroup_open(point, &cgroup, &err);
	if (rc == -EOPNOTSUPP) {
		cr_expect(strstr(err.text, "v1"), "%s", err.text);
		return;
	}
	cr_assert_eq(rc, 0, "%s", err.text);
	cr_expect_neq(cgroup.hierarchy, 0);
	cr_expect_str_neq(cgroup.controller, "");
	cr_expect(cgroup_is_root(&cgroup));
}

/* No cgroup has this id. Only root may ask by id. */
Test(cgroup, id_of_none)
{
	struct err err = {0};
	int rc = refused("18446744073709551615", &err);

	cr_expect(rc == -ENOENT || rc == -EPERM, "%s", err.text);
	cr_expect(strstr(err.text, "18446744073709551615") || strstr(err.text, "not mounted"), "%s",
		  err.text);
}

Test(cgroup, process_of_none)
{
	struct cgroup cgroup = CGROUP_CLOSED;
	struct err err = {0};

	cr_expect_eq(cgroup_open_pid(INT_MAX, &cgroup, &err), -ESRCH, "%s", err.text);
	cr_expect_eq(cgroup.fd, -1);
	cr_expect(strstr(err.text, "2147483647"), "%s", err.text);
}

/* The root by its directory; the inode number is the id (kernel 5.5 and later, 64 bit). */
Test(cgroup_mounted, root)
{
	struct cgroup own_cgroup cgroup = CGROUP_CLOSED;
	char point[PATH_MAX];
	struct err err = {0};
	struct stat st;

	find_mount("cgroup2", point);
	if (!*point)
		cr_skip_test("not here: cgroup v2 is not mounted");
	cr_assert_eq(cgroup_open(point, &cgroup, &err), 0, "%s", err.text);
	cr_assert_eq(stat(point, &st), 0);
	cr_expect_eq(cgroup.id, st.st_ino);
	cr_expect_str_eq(cgroup.path, point);
	/* every cgroup but the root has this file; what is mounted here may be a part, in a container */
	cr_expect_eq(cgroup_is_root(&cgroup), faccessat(cgroup.fd, "cgroup.events", F_OK, 0) != 0);
}

/* The cgroup that we are in, from what the kernel says of us. */
Test(cgroup_mounted, own)
{
	struct cgroup own_cgroup cgroup = CGROUP_CLOSED;
	struct buf own_buf text = BUF_INIT;
	char point[PATH_MAX], want[2 * PATH_MAX];
	struct mount mount;
	struct err err = {0};
	struct stat st;
	char *line;

	find_mount("cgroup2", point);
	cr_assert_eq(fs_read(AT_FDCWD, "/proc/self/cgroup", 65536, &text, NULL), 0);
	line = text.len ? strstr(text.data, "0::") : NULL;
	if (!*point || !line || mount_find(&mount, NULL) || strcmp(mount.root, "/"))
		cr_skip_test("not here: cgroup v2 is not mounted whole");
	line[strcspn(line, "\n")] = '\0';
	snprintf(want, sizeof(want), "%s%s", mount.point, strcmp(line, "0::/") ? line + 3 : "");
	cr_assert_eq(cgroup_open_pid(getpid(), &cgroup, &err), 0, "%s", err.text);
	cr_expect_str_eq(cgroup.path, want);
	cr_assert_eq(stat(want, &st), 0);
	cr_expect_eq(cgroup.id, st.st_ino);
}

Test(cgroup, close_twice)
{
	struct cgroup cgroup = CGROUP_CLOSED;
	int files = open_files();

	cgroup_close(&cgroup);
	cgroup.fd = open("/", O_RDONLY | O_CLOEXEC);
	cgroup_close(&cgroup);
	cr_expect_eq(cgroup.fd, -1);
	cgroup_close(&cgroup);
	cr_expect_eq(open_files(), files);
}

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

Test(cgroup, names_container)
{
	static const char *const yes[] = {
		"/docker/" ID,
		"/sys/fs/cgroup/unified/docker/" ID,
		"/system.slice/docker-" ID ".scope",
		"/libpod_parent/libpod-" ID,
		"/machine.slice/libpod-" ID ".scope/container",
		"/kubepods/besteffort/pod1c2d/" ID,
		"/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope",
		"/docker/" ID "/system.slice/nginx.service",
		ID,
	};
	static const char *const no[] = {
		"",
		"/",
		"/system.slice/nginx.service",
		"/docker",
		"/docker/" ID "0",
		"/docker/x" ID,
		"/docker/0123456789abcdef",
		"/docker/" ID ".slice",
		"/docker/0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
		"/machine.slice/libpod-conmon-" ID ".scope",
	};

	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		cr_expect(cgroup_names_container(yes[i]), "%s", yes[i]);
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		cr_expect_not(cgroup_names_container(no[i]), "%s", no[i]);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "target/mount.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PURE                                                                                       \
	"22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"                                  \
	"23 22 0:21 / /proc rw,nosuid shared:2 - proc proc rw\n"                                   \
	"28 22 0:25 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 "  \
	"rw,nsdelegate,memory_recursiveprot\n"
#define HYBRID                                                                                      \
	"30 22 0:26 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755\n"                \
	"32 30 0:29 / /sys/fs/cgroup/systemd rw shared:11 - cgroup cgroup rw,xattr,name=systemd\n"  \
	"31 30 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:10 - cgroup2 cgroup2 rw,nsdelegate\n" \
	"33 30 0:30 / /sys/fs/cgroup/memory rw shared:12 - cgroup cgroup rw,memory\n"

Test(mount, parse)
{
	static const struct {
		const char *name, *text;
		const char *point, *root; /* NULL: there is none */
	} rows[] = {
		{"pure v2", PURE, "/sys/fs/cgroup", "/"},
		{"hybrid", HYBRID, "/sys/fs/cgroup/unified", "/"},
		{"the first of several", "1 2 0:3 /a /first rw - cgroup2 none rw\n" PURE, "/first",
		 "/a"},
		{"no optional field", "1 2 0:3 / /cg rw - cgroup2 none rw\n", "/cg", "/"},
		{"several optional fields",
		 "1 2 0:3 / /cg rw shared:1 master:2 propagate_from:3 - cgroup2 none rw\n", "/cg",
		 "/"},
		{"no newline at the end", "1 2 0:3 / /cg rw - cgroup2 none rw", "/cg", "/"},
		{"empty lines", "\n\n1 2 0:3 / /cg rw - cgroup2 none rw\n\n", "/cg", "/"},
		{"blank, tab, newline and backslash",
		 "1 2 0:3 / /a\\040b\\011c\\012d\\134e rw - cgroup2 none rw\n", "/a b\tc\nd\\e",
		 "/"},
		{"escape at the ends", "1 2 0:3 \\057 \\057x\\040 rw - cgroup2 none rw\n", "/x ",
		 "/"},
		{"an escaped backslash stays one", "1 2 0:3 / /a\\134040b rw - cgroup2 none rw\n",
		 "/a\\040b", "/"},
		{"cut escapes are none", "1 2 0:3 /\\04 /a\\0 rw - cgroup2 none rw\n", "/a\\0",
		 "/\\04"},
		{"UTF-8", "1 2 0:3 / /caf\xc3\xa9 rw - cgroup2 none rw\n", "/caf\xc3\xa9", "/"},
		{"root of a container",
		 "1 2 0:3 /docker/0123 /sys/fs/cgroup ro - cgroup2 cgroup rw\n", "/sys/fs/cgroup",
		 "/docker/0123"},
		{"mounted outside the cgroup namespace",
		 "1 2 0:3 /../../.. /sys/fs/cgroup ro - cgroup2 cgroup rw\n", "/sys/fs/cgroup",
		 "/../../.."},
		{"a mount point like the separator",
		 "1 2 0:3 / /a\\040-\\040b rw - cgroup2 none rw\n", "/a - b", "/"},
		{"v1 only", "1 2 0:3 / /cg rw - cgroup cgroup rw,memory\n", NULL, NULL},
		{"longer type", "1 2 0:3 / /cg rw - cgroup2x none rw\n", NULL, NULL},
		{"cgroup2 as source", "1 2 0:3 / /cg rw - tmpfs cgroup2 rw\n", NULL, NULL},
		{"cgroup2 as mount point", "1 2 0:3 / cgroup2 rw - tmpfs cgroup2 rw\n", NULL, NULL},
		{"nothing", "", NULL, NULL},
		{"empty line", "\n", NULL, NULL},
		{"no separator", "1 2 0:3 / /cg rw cgroup2 none rw\n", NULL, NULL},
		{"separator at the end", "1 2 0:3 / /cg rw - \n", NULL, NULL},
		{"too few fields", "1 2 0:3 / - cgroup2 none rw\n", NULL, NULL},
		{"nothing but the type", " - cgroup2", NULL, NULL},
		{"type of the next line", "1 2 0:3 / /cg rw - \ncgroup2 none rw\n", NULL, NULL},
		{"blanks", "     \n   -   \n", NULL, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mount mount = {.point = "untouched", .root = "too"};
		struct err err = {0};
		int rc = mount_parse(rows[i].text, NULL, &mount, &err);

		cr_expect_eq(rc, rows[i].point ? 0 : -ENOENT, "%s", rows[i].name);
		cr_expect_eq(err.code, rc, "%s", rows[i].name);
		cr_expect_str_eq(mount.point, rows[i].point ? rows[i].point : "untouched");
		cr_expect_str_eq(mount.root, rows[i].point ? rows[i].root : "too");
		cr_expect(rc == 0 || strstr(err.text, "cgroup v2 is not mounted"), "%s", err.text);
	}
}

/* A mount point that no buffer holds is passed over; the next one counts. */
Test(mount, parse_too_long)
{
	static const struct {
		size_t len;
		bool fits;
	} rows[] = {{PATH_MAX - 2, true}, {PATH_MAX - 1, true}, {PATH_MAX, false}, {20000, false}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char path[20001], text[20400];
		struct mount mount = {.point = "untouched", .root = "too"};
		int rc;

		memset(path, 'p', rows[i].len);
		path[0] = '/';
		path[rows[i].len] = '\0';
		snprintf(text, sizeof(text), "1 2 0:3 /root %s rw - cgroup2 none rw\n", path);
		rc = mount_parse(text, NULL, &mount, NULL);
		cr_expect_eq(rc, rows[i].fits ? 0 : -ENOENT, "%zu", rows[i].len);
		cr_expect_str_eq(mount.point, rows[i].fits ? path : "untouched");
		cr_expect_str_eq(mount.root, rows[i].fits ? "/root" : "too");
		strcat(text, PURE);
		cr_expect_eq(mount_parse(text, NULL, &mount, NULL), 0);
		cr_expect_str_eq(mount.point, rows[i].fits ? path : "/sys/fs/cgroup");
	}
}

static bool below_run(const struct mount *mount)
{
	return !strncmp(mount->point, "/run/", 5);
}

static bool none(const struct mount *mount)
{
	(void)mount;
	return false;
}

#define FOREIGN "1 2 0:3 /../a /foreign rw - cgroup2 none rw\n"
#define RUN     "1 2 0:3 /b /run/cg rw - cgroup2 none rw\n"

/* Of several the first that is usable; one of outside this cgroup namespace only if there is no other. */
Test(mount, parse_chooses)
{
	static const struct {
		const char *text;
		bool (*usable)(const struct mount *mount);
		const char *point; /* NULL: there is none */
	} rows[] = {
		{PURE RUN, NULL, "/sys/fs/cgroup"},
		{RUN PURE, NULL, "/run/cg"},
		{PURE RUN, below_run, "/run/cg"},
		{PURE, below_run, NULL},
		{PURE RUN, none, NULL},
		{FOREIGN, NULL, "/foreign"},
		{FOREIGN PURE, NULL, "/sys/fs/cgroup"},
		{PURE FOREIGN, NULL, "/sys/fs/cgroup"},
		{FOREIGN PURE RUN, NULL, "/sys/fs/cgroup"},
		{FOREIGN PURE RUN, below_run, "/run/cg"},
		{FOREIGN "1 2 0:3 /.. /foreign2 rw - cgroup2 none rw\n", NULL, "/foreign"},
		{FOREIGN RUN, none, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mount mount = {.point = "untouched"};
		int rc = mount_parse(rows[i].text, rows[i].usable, &mount, NULL);

		cr_expect_eq(rc, rows[i].point ? 0 : -ENOENT, "row %zu", i);
		cr_expect_str_eq(mount.point, rows[i].point ? rows[i].point : "untouched");
	}
}

/* It is a mount that the kernel lists as cgroup2, and a cgroup lies there. */
Test(mount, find)
{
	struct mount mount = {0};
	char *own_ptr line = NULL, point[PATH_MAX];
	FILE *own_file mounts = fopen("/proc/self/mounts", "r");
	bool any = false, listed = false;
	size_t room = 0;
	int rc = mount_find(&mount, NULL);

	cr_assert_not_null(mounts);
	while (getline(&line, &room, mounts) > 0) {
		if (!strstr(line, " cgroup2 ") || sscanf(line, "%*s %4095s", point) != 1)
			continue;
		strncat(point, "/cgroup.controllers", sizeof(point) - strlen(point) - 1);
		any |= access(point, F_OK) == 0;
		*strrchr(point, '/') = '\0';
		/* a mount point with a blank is escaped there */
		listed |= strchr(point, '\\') || !strcmp(point, mount.point);
	}
	cr_expect_eq(rc, any ? 0 : -ENOENT);
	cr_expect_eq(listed, rc == 0, "'%s' is no mount of cgroup2", mount.point);
}

Test(mount, directory)
{
	static const struct {
		const char *root, *path;
		const char *directory; /* NULL: outside */
	} rows[] = {
		{"/", "/", "/cg"},
		{"/", "", "/cg"},
		{"/", "/a", "/cg/a"},
		{"/", "/a/b.service", "/cg/a/b.service"},
		{"/", "/..", NULL},
		{"/", "/../b", NULL},
		{"/", "/../../b", NULL},
		{"/", "/..b", "/cg/..b"}, /* a name like any other */
		{"/", "/...", "/cg/..."},
		{"/", "/.b", "/cg/.b"},
		{"/", "a", NULL},
		{"/docker/0123", "/docker/0123", "/cg"},
		{"/docker/0123", "/docker/0123/", "/cg"},
		{"/docker/0123", "/docker/0123/a/b", "/cg/a/b"},
		{"/docker/0123", "/docker/01234", NULL},
		{"/docker/0123", "/docker/012", NULL},
		{"/docker/0123", "/docker", NULL},
		{"/docker/0123", "/", NULL},
		{"/docker/0123", "", NULL},
		{"/docker/0123", "/a/docker/0123", NULL},
		{"/..", "/", NULL},
		{"/..", "/a", NULL},
		{"/..", "/..", NULL},
		{"/../..", "/../../a", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mount mount = {.point = "/cg"};
		char directory[PATH_MAX] = "untouched";
		struct err err = {0};
		int rc;

		strcpy(mount.root, rows[i].root);
		rc = mount_directory(&mount, rows[i].path, directory, &err);
		cr_expect_eq(rc, rows[i].directory ? 0 : -ENOENT, "'%s' below '%s': %s",
			     rows[i].path, rows[i].root, directory);
		cr_expect_str_eq(directory, rows[i].directory ? rows[i].directory : "untouched");
		cr_expect(rc == 0 || strstr(err.text, rows[i].path), "%s", err.text);
	}
}

Test(mount, directory_too_long)
{
	struct mount mount = {.point = "/cg", .root = "/"};
	char path[PATH_MAX + 1], directory[PATH_MAX];

	memset(path, 'p', sizeof(path));
	path[0] = '/';
	path[PATH_MAX - 4] = '\0';
	cr_expect_eq(mount_directory(&mount, path, directory, NULL), 0);
	cr_expect_eq(strlen(directory), PATH_MAX - 1);
	path[PATH_MAX - 4] = 'p';
	path[PATH_MAX - 3] = '\0';
	cr_expect_eq(mount_directory(&mount, path, directory, NULL), -ENAMETOOLONG);
}

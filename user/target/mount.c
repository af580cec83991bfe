// SPDX-License-Identifier: BSD-2-Clause
#include "target/mount.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#define MOUNTINFO_MAX (16 << 20)

/* Undoes the octal escapes (\040 for a blank) that the kernel puts into mount fields. False: it does not fit. */
static bool unescape(const char *text, size_t len, char out[PATH_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned int octal;

		if (n == PATH_MAX - 1)
			return false;
		int digits = 0;

		if (text[i] == '\\' && len - i > 3 &&
		    sscanf(text + i + 1, "%3o%n", &octal, &digits) == 1 && digits == 3) {
			out[n++] = (char)octal;
			i += 3;
		} else {
			out[n++] = text[i];
		}
	}
	out[n] = '\0';
	return true;
}

/* Field `index` of a line of blank-separated fields. False: there are not so many. */
static bool field(const char *line, size_t len, int index, const char **start, size_t *field_len)
{
	const char *p = line, *end = line + len;

	for (;; index--) {
		size_t n = 0;

		while (p < end && *p == ' ')
			p++;
		while (p + n < end && p[n] != ' ')
			n++;
		if (!n)
			return false;
		if (index == 0) {
			*start = p;
			*field_len = n;
			return true;
		}
		p += n;
	}
}

/* Is it among these, which commas part? */
static bool has_option(const char *options, size_t len, const char *option)
{
	for (const char *p = options, *end; p < options + len; p = end + 1) {
		end = memchr(p, ',', options + len - p);
		end = end ? end : options + len;
		if ((size_t)(end - p) == strlen(option) && !memcmp(p, option, end - p))
			return true;
	}
	return false;
}

/*
 * mountinfo: 36 35 98:0 ROOT POINT OPTIONS [optional fields] - FSTYPE SOURCE SUPER_OPTIONS. Is it of this type and, unless that
 * is NULL, with this option of its file system?
 */
static bool parse_line(const char *line, size_t len, const char *type, const char *option,
		       struct mount *out)
{
	const char *separator = memmem(line, len, " - ", 3), *start;
	size_t n, rest;

	if (!separator)
		return false;
	rest = line + len - separator - 3;
	if (!field(separator + 3, rest, 0, &start, &n) || n != strlen(type) ||
	    memcmp(start, type, n))
		return false;
	if (option && (!field(separator + 3, rest, 2, &start, &n) || !has_option(start, n, option)))
		return false;
	len = separator - line;
	return field(line, len, 3, &start, &n) && unescape(start, n, out->root) &&
	       field(line, len, 4, &start, &n) && unescape(start, n, out->point);
}

/* "/.." and what follows: outside of this cgroup namespace. A cgroup may be called "..b". */
static bool is_outside(const char *path)
{
	return !strncmp(path, "/..", 3) && (!path[3] || path[3] == '/');
}

int mount_parse(const char *mountinfo, bool (*usable)(const struct mount *mount), struct mount *out,
		struct err *err)
{
	struct mount mount;
	bool found = false;

	for (const char *line = mountinfo, *end; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (!parse_line(line, end - line, "cgroup2", NULL, &mount) ||
		    (usable && !usable(&mount)))
			continue;
		if (!found || (is_outside(out->root) && !is_outside(mount.root)))
			*out = mount;
		found = true;
	}
	if (found)
		return 0;
	return err_set(err, -ENOENT,
		       "cgroup v2 is not mounted: try 'mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified' (or /sys/fs/cgroup)");
}

static bool is_visible(const struct mount *mount)
{
	struct statfs fs;

	return !statfs(mount->point, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

int mount_find(struct mount *out, struct err *err)
{
	struct buf own_buf text = BUF_INIT;
	int rc = fs_read(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &text, err);

	return rc ? rc : mount_parse(buf__text(&text), is_visible, out, err);
}

int mount_find_v1(const char *controller, struct mount *out, struct err *err)
{
	struct buf own_buf text = BUF_INIT;
	int rc = fs_read(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &text, err);
	struct statfs fs;

	if (rc)
		return rc;
	for (const char *line = buf__text(&text), *end; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		/* one that another mount hides, or that was made outside of this cgroup namespace, is of no use */
		if (parse_line(line, end - line, "cgroup", controller, out) &&
		    !is_outside(out->root) && !statfs(out->point, &fs) &&
		    fs.f_type == CGROUP_SUPER_MAGIC)
			return 0;
	}
	return err_set(err, -ENOENT, "the controller %s of cgroups v1 is not mounted", controller);
}

const char *mount_find_any_v1(const char *after, struct mount *out)
{
	static const char *const controllers[] = {"pids",    "memory", "devices", "cpu",
						  "cpuacct", "blkio",  "freezer", "cpuset"};

	for (size_t i = 0; i < ARRAY_LEN(controllers); i++) {
		if (after && !strcmp(controllers[i], after))
			after = NULL;
		else if (!after && !mount_find_v1(controllers[i], out, NULL))
			return controllers[i];
	}
	return NULL;
}

int mount_each(const struct mount *mount, size_t skip,
	       int (*fn)(const char *path, const char *name, void *context), void *context,
	       struct err *err)
{
	char *roots[] = {(char *)mount->point, NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	FTSENT *entry;
	int rc = 0;

	if (!tree)
		return err_errno(err, -errno, "cannot walk %s", mount->point);
	/* what vanishes meanwhile is passed over */
	while (!rc && (entry = fts_read(tree)))
		if (entry->fts_info == FTS_D && entry->fts_level > 0)
			rc = fn(entry->fts_path + skip, entry->fts_name, context);
	fts_close(tree);
	return rc;
}

int mount_directory(const struct mount *mount, const char *path, char out[PATH_MAX],
		    struct err *err)
{
	const char *root = strcmp(mount->root, "/") ? mount->root : "";
	size_t len = strlen(root);

	/* a mount that was made outside this cgroup namespace: nothing here has a name in it */
	if (strncmp(path, root, len) || (path[len] && path[len] != '/') || is_outside(path))
		return err_set(err, -ENOENT,
			       "cgroup %s lies outside of what is mounted at %s (%s): run whittle in the cgroup namespace of the host",
			       path, mount->point, mount->root);
	if ((size_t)snprintf(out, PATH_MAX, "%s%s", mount->point,
			     strcmp(path + len, "/") ? path + len : "") >= PATH_MAX)
		return err_set(err, -ENAMETOOLONG, "the path of cgroup %s is too long", path);
	return 0;
}

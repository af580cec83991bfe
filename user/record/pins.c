// SPDX-License-Identifier: BSD-2-Clause
#include "record/pins.h"
#include "base/fs.h"
#include "pins_id.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* bpffs has no dots in names: ".bss" is "_bss" there. */
static void pin_path(char path[PATH_MAX], const char *dir, const char *kind, const char *name)
{
	size_t len = snprintf(path, PATH_MAX, "%s/", dir);

	snprintf(path + len, PATH_MAX - len, "%s-%s", kind, name);
	for (char *c = path + len; *c; c++)
		if (*c == '.')
			*c = '_';
}

/* As a map of one value, which all versions can read. */
#define VERSION_FILE "version"

struct version {
	uint64_t id;      /* of the programs' source */
	char whittle[56]; /* for people */
	uint64_t files;   /* that were pinned before it */
};

/* Below 0: an errno. */
static int count_files(const char *dir)
{
	DIR *own_dir listing = opendir(dir);
	const struct dirent *entry;
	int n = 0;

	if (!listing)
		return -errno;
	while ((errno = 0, entry = readdir(listing)))
		n += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	return errno ? -errno : n;
}

int pins_seal(const char *dir, struct err *err)
{
	int files = count_files(dir);
	struct version version = {.id = PINS_ID, .whittle = WHITTLE_VERSION, .files = files};
	int own_fd fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "whittle_version", sizeof(uint32_t),
				       sizeof(version), 1, NULL);
	char path[PATH_MAX];
	uint32_t key = 0;
	int rc = files < 0 ? files : fd < 0 ? fd : bpf_map_update_elem(fd, &key, &version, BPF_ANY);

	snprintf(path, sizeof(path), "%s/" VERSION_FILE, dir);
	if (!rc)
		rc = bpf_obj_pin(fd, path);
	return rc ? err_errno(err, rc, "cannot pin %s", path) : 0;
}

static int read_version(const char *dir, struct version *version)
{
	struct bpf_map_info info = {0};
	char path[PATH_MAX];
	__u32 len = sizeof(info);
	uint32_t key = 0;
	int own_fd fd = -1;

	snprintf(path, sizeof(path), "%s/" VERSION_FILE, dir);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return fd;
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY || info.value_size != sizeof(*version))
		return -ENOENT;
	return bpf_map_lookup_elem(fd, &key, version);
}

/* A program that is not pinned any more is not attached, either: whatever is read may lack calls. */
static int check_files(const char *dir, uint64_t pinned, struct err *err)
{
	int files = count_files(dir);

	if (files < 0)
		return err_errno(err, files, "cannot read %s", dir);
	if ((uint64_t)files > pinned) /* the version's as well */
		return 0;
	return err_set(err, -EPROTO,
		       "files of whittle were removed from %s, so that nothing that was recorded can be relied on: 'whittle stop --force' throws all of it away",
		       dir);
}

int pins_check(const char *dir, struct err *err)
{
	struct version version = {0};
	int rc = read_version(dir, &version);

	if (rc && rc != -ENOENT)
		return err_errno(err, rc, "cannot read %s/" VERSION_FILE, dir);
	if (!rc && version.id == PINS_ID)
		return check_files(dir, version.files, err);
	version.whittle[sizeof(version.whittle) - 1] = '\0';
	for (char *c = version.whittle; *c; c++)
		if (*c <= 0x20 || *c >= 0x7f)
			*c = '?';
	return err_set(err, -EPROTO,
		       "the recordings at %s are those of another whittle%s%s: stop them with that one; 'whittle stop --force' throws them all away",
		       dir, *version.whittle ? ", version " : "", version.whittle);
}

int pins_put_maps(const char *dir, const struct bpf_object *object, struct err *err)
{
	char path[PATH_MAX];
	struct bpf_map *map;
	int rc;

	bpf_object__for_each_map(map, object)
	{
		/* from libbpf 1.4 on these have a descriptor, too: that of an empty file */
		if (!bpf_map__autocreate(map))
			continue;
		pin_path(path, dir, "map", bpf_map__name(map));
		rc = bpf_obj_pin(bpf_map__fd(map), path);
		if (rc)
			return err_errno(err, rc, "cannot pin %s", path);
	}
	return 0;
}

int pins_put_link(const char *dir, const char *program, struct bpf_link *link, struct err *err)
{
	char path[PATH_MAX];
	int rc;

	pin_path(path, dir, "link", program);
	rc = bpf_link__pin(link, path);
	return rc ? err_errno(err, rc, "cannot pin %s", path) : 0;
}

int pins_put_program(const char *dir, struct bpf_program *program, struct err *err)
{
	char path[PATH_MAX];
	int rc;

	pin_path(path, dir, "program", bpf_program__name(program));
	rc = bpf_obj_pin(bpf_program__fd(program), path);
	return rc ? err_errno(err, rc, "cannot pin %s", path) : 0;
}

/* Another version of whittle may have laid a map out in another way. */
static int check_map(const struct bpf_map *map, int fd)
{
	struct bpf_map_info info = {0};
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	return info.type == bpf_map__type(map) && info.key_size == bpf_map__key_size(map) &&
			       info.value_size == bpf_map__value_size(map) ?
		       0 :
		       -EPROTO;
}

static int get_map(const char *dir, struct bpf_map *map, struct err *err)
{
	char path[PATH_MAX];
	int own_fd fd = -1;
	int rc;

	pin_path(path, dir, "map", bpf_map__name(map));
	fd = bpf_obj_get(path);
	/* variables are always there, or the pins are being removed just now */
	if (fd == -ENOENT && !bpf_map__is_internal(map))
		return bpf_map__set_autocreate(map, false);
	if (fd < 0)
		return err_errno(err, fd, "cannot open %s", path);
	rc = check_map(map, fd);
	if (!rc)
		rc = bpf_map__reuse_fd(map, fd);
	return rc ? err_errno(err, rc, "%s is not of this version of whittle", path) : 0;
}

int pins_get_maps(const char *dir, struct bpf_object *object, struct err *err)
{
	struct bpf_program *program;
	struct bpf_map *map;
	int rc = 0;

	bpf_object__for_each_program(program, object)
		rc = rc ? rc : bpf_program__set_autoload(program, false);
	if (rc)
		return err_errno(err, rc, "cannot use the programs that are pinned at %s", dir);
	bpf_object__for_each_map(map, object)
	{
		rc = get_map(dir, map, err);
		if (rc)
			return rc;
	}
	return 0;
}

int pins_get_link(const char *dir, const char *program, struct bpf_link **out)
{
	char path[PATH_MAX];

	pin_path(path, dir, "link", program);
	*out = bpf_link__open(path);
	return *out ? 0 : -errno;
}

int pins_get_program(const char *dir, const char *program, struct err *err)
{
	char path[PATH_MAX];
	int fd;

	pin_path(path, dir, "program", program);
	fd = bpf_obj_get(path);
	if (fd == -ENOENT)
		return err_set(err, -EPROTO, "%s is missing", path);
	return fd < 0 ? err_errno(err, fd, "cannot open %s", path) : fd;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "cli/hook_place.h"
#include "cli/profile_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define HOME     "/etc/whittle"
#define CONF     HOME "/hook.conf"
#define CONF_MAX 65536
#define DEFAULTS "/var/lib/whittle\n/tmp\n"

/* A symbolic link to what there is not? Somebody meant to say something, so this is not to have said nothing. */
static bool leads_nowhere(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && stat(path, &st);
}

static int read_conf(struct buf *text, struct err *err)
{
	struct stat st;

	if (stat(CONF, &st)) {
		if (errno != ENOENT || leads_nowhere(HOME) || leads_nowhere(CONF))
			return err_errno(err, -errno, "cannot read " CONF);
		buf__addf(text, DEFAULTS);
		return buf__error(text);
	}
	if (st.st_uid != 0 || st.st_mode & 022)
		return err_set(err, -EPERM,
			       CONF " must belong to root, and nobody else may write it");
	return fs_read(AT_FDCWD, CONF, CONF_MAX, text, err);
}

/* The next directory of the text, without comment and blanks; NULL at the end. Cuts the text up. */
static char *next_directory(char **rest)
{
	char *line;

	while ((line = strsep(rest, "\n"))) {
		size_t len;

		line += strspn(line, " \t");
		line[strcspn(line, "#\r")] = '\0';
		len = strlen(line);
		while (len && strchr(" \t", line[len - 1]))
			line[--len] = '\0';
		if (len)
			return line;
	}
	return NULL;
}

static int find_place(char *directories, const char *path, struct fs_place *out, struct err *err)
{
	char *directory;

	while ((directory = next_directory(&directories))) {
		struct err why = {0};
		int rc = fs_open_place(directory, path, out, &why);

		if (rc != -EXDEV)
			return rc ? err_set(err, rc, "%s", why.text) : 0;
	}
	return err_set(err, -EPERM,
		       "no profile may be written to %s: it lies below no directory that " CONF
		       " allows (by default /var/lib/whittle and /tmp)",
		       path);
}

/* Nothing but a profile is replaced, or the empty file that mktemp(1) makes. */
static int check_present(const struct fs_place *place, const char *path, struct err *err)
{
	struct profile own_profile profile = {0};
	struct buf own_buf text = BUF_INIT;
	struct err why = {0};

	if (faccessat(place->dir, place->name, F_OK, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : err_errno(err, -errno, "cannot write %s", path);
	if (fs_read_place(place, PROFILE_FILE_MAX, &text, &why))
		return err_set(err, why.code, "%s is in the way of the profile: %s", path,
			       why.text);
	if (text.len &&
	    profile_file_parse(path, &text, &(struct file_options){.json = true}, &profile, NULL))
		return err_set(err, -EEXIST,
			       "%s is in the way of the profile: it is not a profile itself", path);
	return 0;
}

int hook_place_open_below(const char *conf, const char *path, struct fs_place *out, struct err *err)
{
	char *own_ptr directories = strdup(conf);
	int rc;

	if (!directories)
		return err_errno(err, -ENOMEM, "cannot read " CONF);
	rc = find_place(directories, path, out, err);
	return rc ? rc : check_present(out, path, err);
}

int hook_place_open(const char *path, struct fs_place *out, struct err *err)
{
	struct buf own_buf text = BUF_INIT;
	int rc = read_conf(&text, err);

	return rc ? rc : hook_place_open_below(buf__text(&text), path, out, err);
}

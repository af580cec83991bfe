// SPDX-License-Identifier: BSD-2-Clause
#include "cli/each_files.h"
#include "base/fs.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

/* How many censuses a container is looked for in: some are nobody's. */
#define CENSUSES_MAX 3
/* Recordings that wait for a name, some KiB each: with engines that take seconds, and many containers a second. */
#define ENDED_MAX 4096
/* Files are written through to the disk: so many, and news are taken before the next ones. */
#define SOME 32

void each_who_clear(struct each_who *who)
{
	free(who->path);
	free(who->file);
	free(who->container);
	free(who->image);
	*who = (struct each_who){0};
}

static void forget(struct each_ended *ended)
{
	each_who_clear(&ended->who);
	recording_clear(&ended->recording);
}

void each_files_clear(struct each_files *files)
{
	census_end(&files->census);
	for (size_t i = 0; i < files->ended_len; i++)
		forget(&files->ended[i]);
	free(files->ended);
	each_names_clear(&files->names);
	each_groups_clear(&files->groups);
}

static int check_directory(const char *path, struct err *err)
{
	struct stat st;
	int rc;

	if (!path)
		return 0;
	rc = fs_make_directory(path, err);
	if (rc)
		return rc;
	if (stat(path, &st))
		return err_errno(err, -errno, "cannot open %s", path);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, -ENOTDIR, "%s is not a directory, which --each needs", path);
	if (faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS))
		return err_errno(err, -errno, "cannot write into %s", path);
	return 0;
}

int each_files_check(const struct each_files *files, struct err *err)
{
	int rc = check_directory(files->directory, err);

	return rc ? rc : check_directory(files->result.recording, err);
}

/* --- names --- */

bool each_who_is_nameless(const struct each_who *who)
{
	return who->container && !strchr(who->container, ':');
}

static void look_up(struct each_files *files, const char *id, struct each_who *who)
{
	struct buf own_buf container = BUF_INIT, own_buf image = BUF_INIT;

	each_names_container(&files->names, id, &container, &image);
	if (buf__error(&container) || buf__error(&image))
		return;
	free(who->container);
	free(who->image);
	who->container = steal_ptr(&container.data);
	who->image = steal_ptr(&image.data);
}

/* Has it been looked for where it must be, if it is anywhere? */
static bool is_settled(const struct each_files *files, const struct each_who *who)
{
	return !each_who_is_nameless(who) || files->census.done >= who->census;
}

void each_files_meet(struct each_files *files, const char *id, struct each_who *who)
{
	look_up(files, id, who);
	if (each_who_is_nameless(who))
		who->census = census_ask(&files->census);
}

/* An id is one container's for ever: it may be found in any census. */
static void look_up_again(struct each_files *files, struct each_who *who)
{
	char *own_ptr id = NULL;

	if (!each_who_is_nameless(who))
		return;
	id = steal_ptr(&who->container);
	look_up(files, id, who);
	if (!who->container)
		who->container = steal_ptr(&id);
}

void each_files_look_up(struct each_files *files, struct each_who *who)
{
	look_up_again(files, who);
	if (!each_who_is_nameless(who) || !is_settled(files, who) ||
	    files->census.done == UINT64_MAX || ++who->censuses >= CENSUSES_MAX)
		return;
	who->census = census_ask(&files->census);
}

/* --- files --- */

/* "container docker:web (cgroup /sys/fs/cgroup/...)" */
static void describe(const struct each_files *files, const struct each_who *who, struct buf *out)
{
	const char *slash = strrchr(who->path, '/');

	if (who->kind == TARGET_CGROUP)
		buf__addf(out, "cgroup %s/%s", files->top, who->path);
	else
		buf__addf(out, "%s %s (cgroup %s/%s)", target_kind_name(who->kind),
			  who->container ? who->container :
			  slash          ? slash + 1 :
					   who->path,
			  files->top, who->path);
}

/* What its file is called after. */
static void file_stem(const struct each_who *who, struct buf *out)
{
	const char *slash = strrchr(who->path, '/'), *colon;

	if (who->container) {
		colon = strchr(who->container, ':');
		if (colon)
			buf__addf(out, "%s", colon + 1);
		else /* no engine knows it: the id */
			buf__addf(out, "%.12s", who->container);
	} else {
		buf__addf(out, "%s", slash && who->kind == TARGET_UNIT ? slash + 1 : who->path);
	}
}

/* *file is the name, made if there is none yet. */
static int write_files(struct each_files *files, struct recording *recording, const char *stem,
		       char **file)
{
	struct buf own_buf name = BUF_INIT, own_buf profile = BUF_INIT, own_buf whole = BUF_INIT;
	struct result_options result = files->result;
	int rc;

	if (!*file && each_names_file(&files->names, stem, &name))
		return -ENOMEM;
	if (!*file)
		*file = steal_ptr(&name.data);
	buf__addf(&profile, "%s/%s.json", files->directory ?: "", *file);
	buf__addf(&whole, "%s/%s.recording.json", result.recording ?: "", *file);
	if (buf__error(&profile) || buf__error(&whole))
		return -ENOMEM;
	result.output = files->directory ? buf__text(&profile) : NULL;
	result.recording = result.recording ? buf__text(&whole) : NULL;
	result.quiet = true;
	rc = result_write(&result, recording, true);
	files->written += !rc;
	return rc;
}

static int write_now(struct each_files *files, struct each_who *who, struct recording *recording,
		     struct err *err)
{
	struct buf own_buf words = BUF_INIT, own_buf stem = BUF_INIT, own_buf key = BUF_INIT;

	recording->container = who->kind == TARGET_CONTAINER;
	file_stem(who, &stem);
	if (files->merge_by)
		each_group_key(files->merge_by, who->kind, buf__text(&stem), who->image, &key);
	else
		describe(files, who, &words);
	if (buf__error(&words) || buf__error(&stem) || buf__error(&key) ||
	    (files->merge_by && each_groups_add(&files->groups, buf__text(&key), recording)))
		return err_errno(err, -ENOMEM, "cannot keep what was recorded");
	if (files->merge_by)
		return 0;
	free(recording->target);
	recording->target = steal_ptr(&words.data);
	return write_files(files, recording, buf__text(&stem), &who->file);
}

/* --- those that have ended --- */

/*
 * Writes up to `max` of those whose name is as well known as it will be, or of all; how many more there are. What cannot be written was
 * told: it is tried again at the end.
 */
static size_t write_ended(struct each_files *files, bool all, size_t max)
{
	size_t kept = 0, left = 0;

	for (size_t i = 0; i < files->ended_len; i++) {
		struct each_ended *ended = &files->ended[i];
		bool due = all || (!ended->who.file && is_settled(files, &ended->who));
		struct err err = {0};

		left += due && !max;
		if (due && max) {
			max--;
			if (!write_now(files, &ended->who, &ended->recording, &err)) {
				forget(ended);
				continue;
			}
			if (err.code)
				log_warn("%s", err.text);
		}
		files->ended[kept++] = *ended;
	}
	files->ended_len = kept;
	return left;
}

bool each_files_write_some(struct each_files *files)
{
	const size_t before = files->ended_len;

	/* without memory none is written, and the same ones would be tried without end */
	return write_ended(files, false, SOME) && files->ended_len < before;
}

/* Without a name, as there is no room for more; but none that could not be written before. */
static void make_room(struct each_files *files)
{
	for (size_t i = 0; i < files->ended_len; i++)
		files->ended[i].who.census = 0;
	write_ended(files, false, SOME);
}

static int keep(struct each_files *files, struct each_who *who, struct recording *recording)
{
	if (!files->ended)
		files->ended = calloc(ENDED_MAX, sizeof(*files->ended));
	if (files->ended_len == ENDED_MAX)
		make_room(files);
	if (!files->ended || files->ended_len == ENDED_MAX)
		return -ENOMEM;
	files->ended[files->ended_len++] =
		(struct each_ended){.who = *who, .recording = *recording};
	*who = (struct each_who){0};
	*recording = (struct recording){0};
	return 0;
}

int each_files_add(struct each_files *files, struct each_who *who, struct recording *recording,
		   struct err *err)
{
	if (!is_settled(files, who) && !keep(files, who, recording))
		return 0;
	return write_now(files, who, recording, err);
}

static void name_ended(struct each_files *files)
{
	for (size_t i = 0; i < files->ended_len; i++)
		look_up_again(files, &files->ended[i].who);
}

bool each_files_take(struct each_files *files)
{
	if (!census_take(&files->census, &files->names.containers))
		return false;
	name_ended(files);
	return true;
}

void each_files_last_names(struct each_files *files, bool wanted)
{
	for (size_t i = 0; i < files->ended_len; i++)
		wanted |= each_who_is_nameless(&files->ended[i].who);
	/* not by whittle itself, which has dropped what engines need */
	if (wanted)
		census_wait(&files->census, &files->names.containers);
	census_end(&files->census);
	name_ended(files);
}

static void write_group(struct each_group *group, void *context)
{
	struct each_files *files = context;
	struct buf own_buf words = BUF_INIT;
	char *own_ptr file = NULL;

	buf__addf(&words, "%s %s below %s (of %zu cgroups)", merge_by_choices[files->merge_by],
		  group->key, files->top, group->members);
	free(group->recording.target);
	group->recording.target = steal_ptr(&words.data);
	if (!group->recording.target || write_files(files, &group->recording, group->key, &file))
		files->failed = true;
}

void each_files_end(struct each_files *files)
{
	write_ended(files, true, SIZE_MAX);
	files->failed |= files->ended_len > 0;
	each_groups_walk(&files->groups, write_group, files);
}

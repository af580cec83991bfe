// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"
#include "cli/cmd.h"
#include "cli/profile_file.h"
#include "cli/recording_read.h"
#include "cli/seen_files.h"
#include "profile/compile.h"
#include "profile/decision.h"
#include "profile/emit_oci.h"
#include "profile/evaluate.h"
#include "profile/merge.h"
#include "profile/survey.h"
#include "record/recording_join.h"

#include <errno.h>
#include <string.h>

struct merge_options {
	struct file_options file;
	const char *output;
	bool intersect, origins;
};

static const struct option_row rows[] = {
	{"output", 'o', OPTION_TEXT, "FILE", "write here instead of standard output",
	 offsetof(struct merge_options, output), NULL, 0},
	{"intersect", 0, OPTION_FLAG, NULL, "allow what all allow, instead of what any allows",
	 offsetof(struct merge_options, intersect), NULL, 0},
	{"origins", 0, OPTION_FLAG, NULL,
	 "say of each call which profile was the first to allow it",
	 offsetof(struct merge_options, origins), NULL, 0},
	{"arch", 0, OPTION_TEXT, "ARCH",
	 "the machine of a profile that leaves it open (default: this one)",
	 offsetof(struct merge_options, file.arch), NULL, 0},
	FILE_OPTION_ROWS(struct merge_options),
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

/* Recordings that are joined already, and of how many. */
struct heap {
	struct recording recording;
	size_t members;
};

/*
 * Recordings one file after the other: memory grows no faster than the logarithm of their number. Profiles when all are there: what
 * comes of them is not to depend on their order.
 */
struct merging {
	const struct merge_options *options;
	struct profile *profiles;
	char **paths; /* of the profiles; borrowed, these files are profiles all */
	size_t profiles_len, profiles_room, recordings, heaps_len;
	struct heap heaps[64];
	struct seen_files seen;
};

static void merging_clear(struct merging *merging)
{
	for (size_t i = 0; i < merging->profiles_len; i++)
		profile_clear(&merging->profiles[i]);
	free(merging->profiles);
	for (size_t i = 0; i < merging->heaps_len; i++)
		recording_clear(&merging->heaps[i].recording);
	seen_files_clear(&merging->seen);
}

static bool same_arches(const struct profile *a, const struct profile *b)
{
	return !memcmp(a->arches, b->arches, sizeof(a->arches));
}

/* What a profile lets through, on some arguments at least, and those before it did not. */
static int tell_new(const struct profile *profile, const char *path, struct names *allowed)
{
	struct names own_names names = {0};
	int rc = profile_names(profile, &names);

	for (size_t i = 0; !rc && i < names.len; i++) {
		if (names_has(allowed, names.list[i]) || !profile_allows(profile, names.list[i]))
			continue;
		log_note("%s: first allowed by %s", names.list[i], path);
		rc = names_add(allowed, names.list[i]);
	}
	return rc;
}

static int tell_origins(const struct merging *merging, struct err *err)
{
	struct names own_names allowed = {0};

	for (size_t i = 0; i < merging->profiles_len; i++)
		if (tell_new(&merging->profiles[i], merging->paths[i], &allowed))
			return err_errno(err, -ENOMEM, "cannot merge %s", merging->paths[i]);
	return 0;
}

/* If none of them lists any, the result is the machine's own as well. */
static void settle_arches(struct merging *merging, enum arch machine)
{
	bool some = false;

	for (size_t i = 0; i < merging->profiles_len; i++)
		some |= profile_lists_arches(&merging->profiles[i]);
	for (size_t i = 0; some && i < merging->profiles_len; i++)
		profile_settle_arches(&merging->profiles[i], machine);
}

static void warn_of_arches(const struct merging *merging)
{
	for (size_t i = 1; i < merging->profiles_len; i++)
		if (!same_arches(&merging->profiles[i - 1], &merging->profiles[i]))
			log_warn("%s: it lists other architectures than %s; what is allowed is allowed on all of them",
				 merging->paths[i], merging->paths[i - 1]);
}

static int add_profile(struct merging *merging, struct profile *next, struct err *err)
{
	if (merging->profiles_len == merging->profiles_room) {
		size_t room = merging->profiles_room ? merging->profiles_room * 2 : 4;
		struct profile *list =
			reallocarray(merging->profiles, room, sizeof(*merging->profiles));

		if (!list)
			return err_errno(err, -ENOMEM, "cannot merge");
		merging->profiles = list;
		merging->profiles_room = room;
	}
	merging->profiles[merging->profiles_len++] = *next;
	*next = (struct profile){0};
	return 0;
}

static int join_last_heaps(struct merging *merging)
{
	struct heap *last = &merging->heaps[--merging->heaps_len];
	int rc = recording_join(&last[-1].recording, &last->recording);

	last[-1].members += last->members;
	recording_clear(&last->recording);
	return rc;
}

/* As a counter carries: each is joined with one of as many, or what has grown large would be gone through once for each file. */
static int add_to_heaps(struct merging *merging, struct recording *next)
{
	struct heap *heaps = merging->heaps;
	int rc = 0;

	heaps[merging->heaps_len++] = (struct heap){.recording = *next, .members = 1};
	*next = (struct recording){0};
	while (!rc && merging->heaps_len > 1 &&
	       heaps[merging->heaps_len - 2].members <= heaps[merging->heaps_len - 1].members)
		rc = join_last_heaps(merging);
	return rc;
}

static int add_recording(struct merging *merging, const char *name, const struct buf *text,
			 struct err *err)
{
	struct recording own_recording next = {0};
	int rc = recording_parse(name, buf__text(text), text->len, &next, err), seen;

	if (rc)
		return rc;
	seen = seen_files_add(&merging->seen, text);
	if (seen < 0)
		return err_errno(err, seen, "cannot merge %s", name);
	if (seen) {
		log_warn("%s: the same recording was given before: its calls count once", name);
		recording_forget_sums(&next);
	}
	merging->recordings++;
	rc = add_to_heaps(merging, &next);
	return rc ? err_errno(err, rc, "cannot merge %s", name) : 0;
}

/* An option that would do nothing to recordings; NULL: none is given. */
static const char *profile_option(const struct merge_options *options)
{
	return options->intersect ? "--intersect" :
	       options->origins   ? "--origins" :
	       options->file.arch ? "--arch" :
				    file_options_given(&options->file);
}

/* -EXDEV: profiles and recordings are mixed, or options are for the others. */
static int add_file(struct merging *merging, const char *path, struct err *err)
{
	struct profile own_profile next = {0};
	struct buf own_buf text = BUF_INIT;
	const char *option = profile_option(merging->options);
	bool recording, docker = profile_file_is_docker(path);
	int rc = docker ? profile_file_read(path, &merging->options->file, &next, err) :
			  file_read(path, RECORDING_FILE_MAX, &text, err);

	if (rc)
		return rc;
	recording = !docker && recording_is(buf__text(&text), text.len);
	if (recording ? merging->profiles_len : merging->recordings)
		return err_set(err, -EXDEV, "%s: profiles and recordings cannot be merged together",
			       profile_file_name(path));
	if (recording && option)
		return err_set(err, -EXDEV, "%s: %s is for profiles, this is a recording",
			       profile_file_name(path), option);
	if (recording)
		return add_recording(merging, path, &text, err);
	if (!docker)
		rc = profile_file_parse(path, &text, &merging->options->file, &next, err);
	return rc ? rc : add_profile(merging, &next, err);
}

/* What is put together anew may come to what no filter can say, though each of the profiles can be one. */
static int check_result(const struct merging *merging, const struct profile *profile,
			struct err *err)
{
	struct filter own_filter filter = {0};
	struct buf own_buf unknown = BUF_INIT;
	struct err why = {0};

	if (profile_gains_high_bits(profile, merging->profiles, merging->profiles_len) ||
	    profile_loses_high_bits(profile, merging->profiles, merging->profiles_len))
		return err_set(err, -ENOTSUP,
			       "conditions of these profiles cannot be put together for 32-bit architectures as well, which compare but 32 bits: merge profiles for 64-bit architectures");
	if (compile_filter(profile, compile_machine(profile), &filter, &unknown, &why) == -EEXIST)
		return err_set(err, -EEXIST, "the profiles cannot be put together: %s", why.text);
	return 0;
}

/* Whoever has merged files removes them: what comes of them must be one that can be read. */
static int recording_text(struct merging *merging, struct buf *text, struct err *err)
{
	struct recording own_recording again = {0};
	struct err why = {.text = "more than 64 MiB"};
	int rc = 0;

	while (!rc && merging->heaps_len > 1)
		rc = join_last_heaps(merging);
	if (rc)
		return err_errno(err, rc, "cannot merge the recordings");
	rc = recording_to_json(&merging->heaps[0].recording, text, err);
	if (rc)
		return rc;
	rc = text->len > RECORDING_FILE_MAX ?
		     -EFBIG :
		     recording_parse("it", buf__text(text), text->len, &again, &why);
	return rc ? err_set(err, rc,
			    "the recordings make one that could not be read again, merge fewer: %s",
			    why.text) :
		    0;
}

static int profile_text(struct merging *merging, struct buf *text, struct err *err)
{
	struct profile own_profile merged = {0};
	bool intersect = merging->options->intersect;
	enum arch machine;
	int rc = native_arch(merging->options->file.arch, &machine, err);

	if (rc)
		return rc;
	settle_arches(merging, machine);
	if (!intersect)
		warn_of_arches(merging);
	if (merging->options->origins)
		rc = tell_origins(merging, err);
	if (!rc)
		rc = profile_merge_all(merging->profiles, merging->profiles_len,
				       intersect ? MERGE_INTERSECTION : MERGE_UNION, &merged, err);
	if (!rc)
		rc = check_result(merging, &merged, err);
	return rc ? rc : emit_oci(&merged, text, err);
}

static int write_result(struct merging *merging, struct err *err)
{
	struct buf own_buf text = BUF_INIT;
	int rc = merging->recordings ? recording_text(merging, &text, err) :
				       profile_text(merging, &text, err);

	return rc ? rc : file_write(merging->options->output, &text, "result", err);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct merge_options options = {0};
	__attribute__((cleanup(merging_clear))) struct merging merging = {.options = &options};
	struct err err = {0};
	int rest, status, rc = 0;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	if (rest >= argc)
		err_set(&err, -EINVAL, "a profile or a recording is missing");
	if (err.code || file_options_check(&options.file, &err))
		return command_usage_error(self, &err);
	if (options.intersect && options.origins) {
		err_set(&err, -EINVAL,
			"--origins is for a union: an intersection is allowed by all");
		return command_usage_error(self, &err);
	}
	merging.paths = argv + rest;
	for (int i = rest; !rc && i < argc; i++)
		rc = add_file(&merging, argv[i], &err);
	if (rc == -EXDEV)
		return command_usage_error(self, &err);
	if (!rc)
		rc = write_result(&merging, &err);
	if (rc)
		log_error("%s", err.text);
	return rc ? STATUS_FAILED : STATUS_OK;
}

const struct command cmd_merge = {
	.name = "merge",
	.summary = "join profiles, or recordings, into one",
	.synopsis = "[OPTION...] FILE...",
	.description =
		"All profiles, or all recordings, give one of that kind. Of two outcomes for the same call and arguments the\n"
		"more permissive one counts, with --intersect the stricter one, in the kernel's order: allow, log, trace,\n"
		"notify, errno (ENOSYS before others, then the lower number), trap, kill-thread, kill-process.\n",
	.options = rows,
	.run = run,
};

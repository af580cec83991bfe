// SPDX-License-Identifier: BSD-2-Clause
/* Reads a recording of the resident session and writes it; stop also ends it, once it is written. */
#include "base/log.h"
#include "cli/cmd.h"
#include "cli/result.h"
#include "cli/stop_each.h"
#include "cli/summary.h"
#include "record/resident.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

struct stop_options {
	struct result_options result;
	const char *directory;
	bool force, quiet;
	int merge_by, verbose;
};

#define AT(member) offsetof(struct stop_options, member)

#define EACH_ROWS                                                                                                                                                \
	{"directory",                                                                                                                                            \
	 'd',                                                                                                                                                    \
	 OPTION_TEXT,                                                                                                                                            \
	 "DIR",                                                                                                                                                  \
	 "of a recording of each cgroup: write the profiles here; --recording names a directory, too",                                                           \
	 AT(directory),                                                                                                                                          \
	 NULL,                                                                                                                                                   \
	 0},                                                                                                                                                     \
	{                                                                                                                                                        \
		"merge-by", 0, OPTION_CHOICE, "WHAT",                                                                                                            \
			"of a recording of each cgroup: fold those into one that have the same image, unit or name (without a number): none, name, unit, image", \
			AT(merge_by), merge_by_choices, 0                                                                                                        \
	}

#define LEVEL_ROWS                                                                                 \
	{"verbose", 'v', OPTION_COUNT, NULL, "say more (-vv: even more)", AT(verbose), NULL, 0},   \
		{"quiet", 'q', OPTION_FLAG, NULL, "say only warnings and errors", AT(quiet),       \
		 NULL,    0},                                                                      \
		{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},                    \
	{                                                                                          \
		0                                                                                  \
	}

static const struct option_row snapshot_rows[] = {RESULT_OPTION_ROWS(struct stop_options, result),
						  EACH_ROWS, LEVEL_ROWS};

static const struct option_row stop_rows[] = {
	RESULT_OPTION_ROWS(struct stop_options, result),
	EACH_ROWS,
	{"force", 0, OPTION_FLAG, NULL,
	 "end it even if it is half-made or cannot be written; without a name: throw away all half-made ones, or what cannot be read: another version of whittle has made it, or files of it are gone",
	 AT(force), NULL, 0},
	LEVEL_ROWS,
};

/* What was read, and which recording it was. */
struct reading {
	struct recording recording;
	uint64_t begun;
};

static int read_recording(const char *name, struct reading *reading, struct err *err)
{
	struct resident own_resident resident = RESIDENT_CLOSED;
	const struct entry *entry;
	__u32 slot = SLOT_NONE;
	struct err why = {0};
	int rc = recording_init(&reading->recording, &why);

	if (!rc)
		rc = resident_open(&resident, false, 0, &why);
	if (!rc)
		slot = resident_find(&resident, name);
	if (rc == -ENOENT || (!rc && slot == SLOT_NONE))
		return resident_no_such(name, err);
	if (rc)
		return err_set(err, rc, "%s", why.text);
	entry = resident_entry(&resident, slot);
	if (entry->flags & ENTRY_HALF)
		return err_set(err, -EBUSY,
			       "%s is half-made: whoever began or ended it was killed; 'whittle stop --force %s' removes it",
			       name, name);
	reading->begun = entry->begun;
	return resident_read(&resident, slot, &reading->recording, err);
}

/* It was written. What it records until this moment is in no file: it ended when it was read. */
static int forget(const char *name, uint64_t begun, struct err *err)
{
	struct resident own_resident resident = RESIDENT_CLOSED;
	__u32 slot = SLOT_NONE;
	int rc = resident_open(&resident, false, 0, err);

	if (!rc)
		slot = resident_find(&resident, name);
	if (rc == -ENOENT || (!rc && (slot == SLOT_NONE || !resident_is(&resident, slot, begun))))
		return 0; /* somebody else has stopped it meanwhile */
	if (!rc)
		resident_forget(&resident, slot);
	return rc;
}

struct recording_names {
	char name[SLOTS_MAX][ENTRY_NAME_LEN];
	size_t len;
};

/* Half-made recordings; `name` NULL: all of them. What is said of it comes later: others wait for the lock. */
static int remove_half(const char *name, bool each, struct recording_names *removed,
		       struct err *err)
{
	struct resident own_resident resident = RESIDENT_CLOSED;
	int rc;

	resident.each = each;
	rc = resident_open(&resident, false, 0, err);

	for (__u32 slot = 1; !rc && slot < resident_slots(&resident); slot++) {
		const struct entry *entry = resident_entry(&resident, slot);

		if (!*entry->name || !(entry->flags & ENTRY_HALF) ||
		    (name && slot != resident_find(&resident, name)))
			continue;
		memcpy(removed->name[removed->len++], entry->name, ENTRY_NAME_LEN);
		resident_forget(&resident, slot);
	}
	return rc;
}

/* How many were, of one of the two sessions; below 0: an error. */
static int throw_away_of(const char *name, bool each, struct err *err)
{
	struct recording_names removed = {0};
	struct err why = {0};
	int rc = remove_half(name, each, &removed, &why);

	for (size_t i = 0; i < removed.len; i++)
		log_note("%s was half-made, and is removed", removed.name[i]);
	if (rc == -EPROTO && !name) {
		rc = resident_remove_unreadable(each, err);
		if (!rc)
			log_note("all that was being recorded %sis thrown away",
				 each ? "with --each " : "");
		return rc ? rc : 1;
	}
	/* with a name: of what cannot be read another one speaks, if it is the one that has it */
	if (rc && rc != -ENOENT && !name)
		return err_set(err, rc, "%s", why.text);
	return removed.len;
}

static int throw_away(const char *name, bool *done, struct err *err)
{
	int one = throw_away_of(name, false, err);
	int each = throw_away_of(name, true, err);

	if (one < 0 || each < 0)
		return one < 0 ? one : each;
	*done = one || each || !name;
	if (!one && !each && !name)
		log_note("nothing is half-made");
	return 0;
}

static int write_out(const struct stop_options *options, const char *name, bool ends,
		     struct err *err)
{
	struct reading reading = {0};
	int rc = result_check_files(&options->result, err);
	bool idle = false;

	if (rc && ends && !options->force)
		return err_wrap(err, rc, "nothing was ended");
	if (!rc || options->force) {
		struct err why = {0};
		int read = read_recording(name, &reading, rc ? &why : err);

		rc = rc ? rc : read;
	}
	if (!rc) {
		summary_recording(&reading.recording, options->result.assume_startup);
		rc = result_write(&options->result, &reading.recording, false);
		idle = ends && rc == -ENOMSG; /* to keep it would keep nothing */
		if (rc && !idle && !options->force)
			err_set(err, rc,
				"%s is still being recorded: this has taken nothing from it%s",
				name, ends ? " ('whittle stop --force' ends it all the same)" : "");
	}
	if (ends && reading.begun && (!rc || idle || options->force)) {
		int forgot = forget(name, reading.begun, err);

		if (rc && !forgot)
			log_note("%s is not recorded any more%s", name,
				 idle ? ", and no profile is written" : "");
		rc = rc ? rc : forgot;
	}
	if (!rc && recording_is_incomplete(&reading.recording))
		rc = STATUS_INCOMPLETE;
	recording_clear(&reading.recording);
	return rc;
}

static int write_out_each(const struct stop_options *options, const char *name, bool ends,
			  struct err *err)
{
	const struct stop_each wanted = {
		.name = name,
		.directory = options->directory,
		.result = options->result,
		.merge_by = options->merge_by,
		.ends = ends,
		.force = options->force,
	};

	return stop_each(&wanted, err);
}

static int write_out_any(const struct stop_options *options, const char *name, bool ends,
			 struct err *err)
{
	if (options->directory || options->merge_by || resident_has(name, true))
		return write_out_each(options, name, ends, err);
	return write_out(options, name, ends, err);
}

static int check_usage(const struct stop_options *options, int argc, char **argv, int rest,
		       struct err *err)
{
	if (rest >= argc)
		return options->force ?
			       0 :
			       err_set(err, -EINVAL, "the name of the recording is missing");
	if (rest + 1 < argc)
		return err_set(err, -EINVAL, "'%s' is one word too many behind the name",
			       argv[rest + 1]);
	if (resident_check_name(argv[rest], err))
		return -EINVAL;
	return result_check_usage(&options->result, false, err);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct stop_options options = {0};
	struct err err = {0};
	bool done = false;
	const char *name;
	int rest, status, rc = 0;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	if (check_usage(&options, argc, argv, rest, &err))
		return command_usage_error(self, &err);
	if (options.quiet)
		log_set_level(LOG_LEVEL_WARN);
	else if (options.verbose)
		log_set_level(options.verbose == 1 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG);
	/* that a write is refused is an error, not our end */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	name = rest < argc ? argv[rest] : NULL;
	if (options.force)
		rc = throw_away(name, &done, &err);
	if (!rc && !done)
		rc = write_out_any(&options, name, self == &cmd_stop, &err);
	if (rc >= 0)
		return rc;
	if (*err.text)
		log_error("%s", err.text);
	return STATUS_FAILED;
}

const struct command cmd_snapshot = {
	.name = "snapshot",
	.summary = "write a recording that was started, and let it go on",
	.synopsis = "NAME [OPTION...] [-o FILE | -d DIR]",
	.description = "Writes the profile of what 'whittle start NAME' has recorded so far.\n",
	.options = snapshot_rows,
	.run = run,
};

const struct command cmd_stop = {
	.name = "stop",
	.summary = "write a recording that was started, and end it",
	.synopsis = "NAME [OPTION...] [-o FILE | -d DIR]",
	.description =
		"Writes the profile of what 'whittle start NAME' has recorded, and then ends the recording. When something\n"
		"cannot be written, the recording goes on, and another stop may succeed. One in which there is nothing ends\n"
		"without a profile, with status 1.\n",
	.options = stop_rows,
	.run = run,
};

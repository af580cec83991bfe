// SPDX-License-Identifier: BSD-2-Clause
/* What the resident session records. */
#include "base/log.h"
#include "base/num.h"
#include "cli/cmd.h"
#include "record/resident.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#define EACH_PATIENCE_MS 2000

struct status_options {
	bool json;
	int verbose;
};

static const struct option_row rows[] = {
	{"json", 0, OPTION_FLAG, NULL, "print JSON", offsetof(struct status_options, json), NULL,
	 0},
	{"verbose", 'v', OPTION_COUNT, NULL, "say more (-vv: even more)",
	 offsetof(struct status_options, verbose), NULL, 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

/* A recording, as it stands. */
struct standing {
	const char *state;
	char name[ENTRY_NAME_LEN], target[ENTRY_TARGET_LEN]; /* printable */
	bool each;
	struct resident_cgroups cgroups; /* with `each` */
	struct recording recording;      /* empty, if it is half-made */
	struct saturation saturation;
};

struct standings {
	struct standing *all;
	size_t len;
};

static void standings_clear(struct standings *standings)
{
	for (size_t i = 0; i < standings->len; i++) {
		recording_clear(&standings->all[i].recording);
		saturation_clear(&standings->all[i].saturation);
	}
	free(standings->all);
}
#define own_standings own_with(standings_clear)

static const char *state_of(const struct resident *resident, __u32 slot)
{
	unsigned int flags = resident_entry(resident, slot)->flags;

	if (flags & ENTRY_HALF)
		return "half-made";
	if (resident_has_targets(resident, slot))
		return "recording";
	return flags & ENTRY_FOLLOWS ? "waiting" : "gone";
}

/* Paths and names are anybody's. */
static void copy_printable(char *to, const char *from, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size && from[i]; i++)
		to[i] = from[i] >= 0x20 && from[i] < 0x7f ? from[i] : '?';
	to[i] = '\0';
}

static int look(struct resident *resident, __u32 slot, struct standing *standing, struct err *err)
{
	const struct entry *entry = resident_entry(resident, slot);
	int rc = recording_init(&standing->recording, err);

	copy_printable(standing->name, entry->name, sizeof(standing->name));
	standing->state = state_of(resident, slot);
	copy_printable(standing->target, entry->target, sizeof(standing->target));
	standing->each = resident->each;
	if (resident->each)
		resident_count(resident, &standing->cgroups);
	if (rc || entry->flags & ENTRY_HALF)
		return rc;
	rc = resident_read(resident, slot, &standing->recording, err);
	if (!rc && recording_saturation(&standing->recording, &standing->saturation))
		rc = err_errno(err, -ENOMEM, "cannot look at %s", entry->name);
	return rc;
}

static uint64_t lost(const struct losses *losses)
{
	return losses->cgroups + losses->calls + losses->left + losses->misses;
}

/* Room that is taken stays taken: whoever looks sees it run out. */
static void describe_target(const struct standing *standing, struct buf *out)
{
	const struct resident_cgroups *cgroups = &standing->cgroups;

	if (standing->each)
		buf__addf(out, "each cgroup below %s: %zu, %zu gone, room for %zu",
			  standing->target, cgroups->there, cgroups->gone, cgroups->vacant);
	else
		buf__addf(out, "%s", standing->target);
}

static void print_row(const struct standing *standing, bool first)
{
	struct buf own_buf target = BUF_INIT;
	char age[32] = "-", since[32] = "-", calls_since[32] = "-";

	if (first)
		printf("%-20s %-10s %9s %9s %14s %9s %14s %6s  %s\n", "NAME", "STATE", "AGE",
		       "SYSCALLS", "CALLS", "LAST NEW", "CALLS SINCE", "LOST", "TARGET");
	if (standing->recording.elapsed) {
		num_format_duration(standing->recording.elapsed, age, sizeof(age));
		num_format_duration(standing->saturation.since_new, since, sizeof(since));
	}
	if (standing->recording.calls_since_known)
		snprintf(calls_since, sizeof(calls_since), "%" PRIu64,
			 standing->recording.calls_since_new);
	describe_target(standing, &target);
	printf("%-20s %-10s %9s %9zu %14" PRIu64 " %9s %14s %6" PRIu64 "  %s\n", standing->name,
	       standing->state, age, standing->saturation.distinct, standing->saturation.calls,
	       since, calls_since, lost(&standing->recording.losses),
	       buf__error(&target) ? standing->target : buf__text(&target));
}

static json_t *losses_to_json(const struct losses *losses)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "cgroups", (json_int_t)losses->cgroups,
			 "calls", (json_int_t)losses->calls, "left", (json_int_t)losses->left,
			 "misses", (json_int_t)losses->misses, "groups", (json_int_t)losses->groups,
			 "late", (json_int_t)losses->late);
}

/* NULL: it is one recording, or there is no memory. */
static json_t *cgroups_to_json(const struct standing *standing)
{
	const struct resident_cgroups *cgroups = &standing->cgroups;

	return standing->each ?
		       json_pack("{s:I, s:I, s:I}", "there", (json_int_t)cgroups->there, "gone",
				 (json_int_t)cgroups->gone, "room", (json_int_t)cgroups->vacant) :
		       NULL;
}

static int add_json(json_t *list, const struct standing *standing)
{
	json_t *row = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:o*, s:o*}", "name",
				standing->name, "state", standing->state, "target",
				standing->target, "age_ns", (json_int_t)standing->recording.elapsed,
				"syscalls", (json_int_t)standing->saturation.distinct, "calls",
				(json_int_t)standing->saturation.calls, "since_new_ns",
				(json_int_t)standing->saturation.since_new, "lost",
				losses_to_json(&standing->recording.losses), "cgroups",
				cgroups_to_json(standing));

	if (standing->recording.calls_since_known &&
	    json_object_set_new(row, "calls_since_new",
				json_integer((json_int_t)standing->recording.calls_since_new))) {
		json_decref(row);
		return -ENOMEM;
	}
	return json_array_append_new(list, row) ? -ENOMEM : 0;
}

/*
 * `name` NULL: all of one of the two sessions. They are looked at under the lock, and printed after it: whoever reads what is printed takes the time
 * he wants, and a container's start does not wait for him.
 */
static int look_at(const char *name, bool each, struct standings *standings, struct err *err)
{
	struct resident own_resident resident = RESIDENT_CLOSED;
	struct err why = {0};
	struct standing *more;
	int rc;

	resident.each = each;
	/* whoever stops that one has it for as long as files are written */
	resident.patience_ms = each ? EACH_PATIENCE_MS : 0;
	rc = resident_open(&resident, false, 0, &why);
	if (rc)
		return rc == -ENOENT ? 0 : err_set(err, rc, "%s", why.text);
	more = reallocarray(standings->all, standings->len + resident_slots(&resident),
			    sizeof(*more));
	if (!more)
		return err_errno(err, -ENOMEM, "cannot look at the recordings");
	standings->all = more;
	for (__u32 slot = 1; !rc && slot < resident_slots(&resident); slot++) {
		const char *at = resident_entry(&resident, slot)->name;

		if (!*at || (name && strcmp(at, name)))
			continue;
		standings->all[standings->len] = (struct standing){0};
		rc = look(&resident, slot, &standings->all[standings->len++], err);
	}
	return rc;
}

static void print_table(const struct standings *standings)
{
	for (size_t i = 0; i < standings->len; i++)
		print_row(&standings->all[i], !i);
}

static int print_json(const struct standings *standings, struct err *err)
{
	json_t *list = json_array();
	json_t *root = json_pack("{s:i, s:o}", "version", 1, "recordings", list);
	char *own_ptr text = NULL;
	int rc = root ? 0 : -ENOMEM;

	for (size_t i = 0; !rc && i < standings->len; i++)
		rc = add_json(list, &standings->all[i]);
	if (!rc)
		text = json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	if (!text)
		return err_errno(err, -ENOMEM, "cannot print the recordings");
	puts(text);
	return 0;
}

static int show(const struct status_options *options, const char *name, struct err *err)
{
	struct standings own_standings standings = {0};
	struct err why = {0};
	int rc = look_at(name, false, &standings, err), each;

	/* one of the two is no reason not to show the other */
	each = look_at(name, true, &standings, rc ? &why : err);
	if (rc && each)
		log_error("%s", why.text);
	rc = rc ? rc : each;
	if (rc && !standings.len)
		return rc;
	if (!standings.len && name)
		return resident_no_such(name, err);
	if (options->json) {
		int printed = print_json(&standings, err);

		return rc ? rc : printed;
	}
	print_table(&standings);
	if (!standings.len)
		log_note("nothing is being recorded");
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct status_options options = {0};
	struct err err = {0};
	int rest, status;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	if (rest + 1 < argc) {
		err_set(&err, -EINVAL, "'%s' is one word too many", argv[rest + 1]);
		return command_usage_error(self, &err);
	}
	if (rest < argc && resident_check_name(argv[rest], &err))
		return command_usage_error(self, &err);
	if (options.verbose)
		log_set_level(options.verbose == 1 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG);
	if (!show(&options, rest < argc ? argv[rest] : NULL, &err))
		return STATUS_OK;
	log_error("%s", err.text);
	return STATUS_FAILED;
}

const struct command cmd_status = {
	.name = "status",
	.summary = "list the recordings that were started",
	.synopsis = "[OPTION...] [NAME]",
	.description =
		"Lists what 'whittle start' and the hook have begun: state, age, syscalls, calls, how long ago the last call that was\n"
		"new was made and how many calls came since somebody looked and found it, what was lost, and the target. A recording whose target is gone is 'waiting' for it to\n"
		"be made anew, or it is 'gone'; 'half-made': whoever began or ended it was killed.\n",
	.options = rows,
	.run = run,
};

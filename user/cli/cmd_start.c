// SPDX-License-Identifier: BSD-2-Clause
/* Puts a recording into the resident session, and leaves it to itself. */
#include "base/log.h"
#include "base/num.h"
#include "cli/cmd.h"
#include "cli/each_start.h"
#include "cli/start_each.h"
#include "cli/start_wait.h"
#include "cli/target_list.h"
#include "record/features.h"
#include "record/resident.h"
#include "target/cgroup_tree.h"

#include <errno.h>
#include <string.h>

struct start_options {
	struct target_options targets;
	bool follow, wait, count_moved, denials, quiet;
	const char *args, *each, *each_max;
	uint64_t ring_size;
	int verbose;
};

#define AT(member) offsetof(struct start_options, member)

static const struct option_row rows[] = {
	TARGET_OPTION_ROWS(struct start_options, targets),
	{"each", 0, OPTION_TEXT, "PATH",
	 "record each cgroup below this one by itself, those that are made meanwhile, too",
	 AT(each), NULL, 0},
	{"each-max", 0, OPTION_TEXT, "N",
	 "with --each: room for so many cgroups, those that are gone by then with them (default those there, a quarter more, and 1024)",
	 AT(each_max), NULL, 0},
	{"follow", 0, OPTION_FLAG, NULL,
	 "record a --cgroup, too, when it is made anew (containers and units always are)",
	 AT(follow), NULL, 0},
	{"wait", 0, OPTION_FLAG, NULL, "targets need not exist yet: record each from its birth on",
	 AT(wait), NULL, 0},
	{"count-moved", 0, OPTION_FLAG, NULL,
	 "count processes that move in as workload from the start", AT(count_moved), NULL, 0},
	{"denials", 0, OPTION_FLAG, NULL, "look for calls that a seccomp filter denies",
	 AT(denials), NULL, 0},
	{"args", 0, OPTION_SET, "[LIST]",
	 "record arguments, too, and allow no others: default, all, or calls: socket,ioctl:1,clone",
	 AT(args), NULL, 0},
	{"ring-size", 0, OPTION_SIZE, "SIZE",
	 "room for news of first calls, if this is the first recording (default 1m)", AT(ring_size),
	 NULL, 64 << 20},
	{"verbose", 'v', OPTION_COUNT, NULL, "say more (-vv: even more)", AT(verbose), NULL, 0},
	{"quiet", 'q', OPTION_FLAG, NULL, "say only warnings and errors", AT(quiet), NULL, 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

struct start {
	struct start_options options;
	const char *name;
	uint64_t each_max; /* 0: the usual */
	struct target_list targets;
	struct awaited_places places; /* of targets that do not exist yet */
	struct arg_plan args;
	struct resident resident;
	__u32 slot;
	bool came;       /* one that was waited for */
	struct err *err; /* of a walk */
};

static void start_clear(struct start *start)
{
	resident_close(&start->resident);
	target_list_clear(&start->targets);
	awaited_places_clear(&start->places);
	arg_plan_clear(&start->args);
}
#define own_start own_with(start_clear)

/* A process may be anywhere, and a cgroup's name may be anybody's next: units and containers keep theirs. */
static bool is_followed(const struct start *start, size_t i)
{
	const char *kind = start->targets.kinds[i];

	return start->options.follow || start->options.wait || !strcmp(kind, "container") ||
	       !strcmp(kind, "unit");
}

static unsigned int entry_flags(const struct start *start)
{
	unsigned int flags = ENTRY_STARTED;

	flags |= start->options.denials ? ENTRY_DENIALS : 0;
	flags |= start->options.args ? ENTRY_ARGS : 0;
	for (size_t i = 0; i < start->targets.len; i++) {
		if (!strcmp(start->targets.kinds[i], "container") ||
		    cgroup_names_container(start->targets.cgroups[i].path))
			flags |= ENTRY_CONTAINER;
		if (is_followed(start, i))
			flags |= ENTRY_FOLLOWS;
	}
	return flags;
}

static unsigned int slot_flags(const struct start *start)
{
	unsigned int flags = start->options.count_moved ? SLOT_COUNT_MOVED : 0;

	if (!target_list_sees_all()) {
		flags |= SLOT_STRANGERS;
		log_warn(
			"whittle runs in a pid namespace of its own: calls that processes outside of it are blocked in are not seen");
	}
	return flags;
}

static int add_id(uint64_t id, void *context)
{
	struct start *start = context;

	return resident_add(&start->resident, start->slot, id, start->err);
}

static void remove_id(uint64_t id, void *context)
{
	struct start *start = context;

	resident_remove(&start->resident, id);
}

static bool is_there(const struct start *start, size_t i)
{
	return start->targets.cgroups[i].fd >= 0;
}

static int follow(struct start *start, size_t i, struct err *err)
{
	struct cgroup_identity known;
	int rc = cgroup_identify(&start->targets.cgroups[i], &known, err);

	return rc ? rc :
		    resident_follow(&start->resident, start->slot, known.parent, known.name, err);
}

/* While nobody waits for the session: whoever reads what is told may be slow. */
static void tell_followed(const struct start *start)
{
	struct cgroup_identity known;

	for (size_t i = 0; i < start->targets.len; i++)
		if (is_there(start, i) && is_followed(start, i) &&
		    !cgroup_identify(&start->targets.cgroups[i], &known, NULL))
			target_list_tell_known(&known, start->targets.words[i]);
}

/* A cgroup made below a target joins it, so the walk may come after the targets and miss none. */
static int add_targets(struct start *start, struct err *err)
{
	struct target_list *targets = &start->targets;
	int rc = 0;

	start->err = err;
	for (size_t i = 0; !rc && i < targets->len; i++)
		if (is_there(start, i) && is_followed(start, i))
			rc = follow(start, i, err);
	/* what was made anew while all of this was made ready, before anybody looked out for it */
	for (size_t i = 0; !rc && i < targets->len; i++)
		if (is_there(start, i) && is_followed(start, i))
			cgroup_renew(&targets->cgroups[i]);
	for (size_t i = 0; !rc && i < targets->len; i++)
		if (is_there(start, i))
			rc = add_id(targets->cgroups[i].id, start);
	for (size_t i = 0; !rc && i < targets->len; i++)
		if (is_there(start, i))
			rc = cgroup_walk(&targets->cgroups[i], add_id, remove_id, start, err);
	return rc;
}

/* By its path or name; and if that is not enough by what it lies in. */
static bool is_awaited(const struct start *start, const char *path, const char *name)
{
	struct cgroup own_cgroup cgroup = CGROUP_CLOSED;
	uint64_t parent = 0;
	const char *same;

	for (size_t i = 0; i < start->places.len; i++) {
		const struct cgroup_identity *place = &start->places.place[i];

		if (strcmp(place->name, *place->name == '/' ? path : name))
			continue;
		if (!place->parent)
			return true;
		if (!parent && (cgroup_open(path, &cgroup, NULL) ||
				cgroup_parent(&cgroup, &parent, &same, NULL)))
			return false;
		if (place->parent == parent)
			return true;
	}
	return false;
}

static int add_if_awaited(const char *path, const char *name, void *context)
{
	struct start *start = context;
	struct cgroup own_cgroup cgroup = CGROUP_CLOSED;

	if (!is_awaited(start, path, name) || cgroup_open(path, &cgroup, NULL))
		return 0;
	start->came = true;
	return cgroup_walk(&cgroup, add_id, remove_id, start, start->err);
}

/*
 * Some may have been made since they were looked for: they are looked for again, now that nobody can come unseen. Not by asking engines:
 * the lock is held.
 */
static int add_awaited(struct start *start, struct err *err)
{
	int rc = 0;

	start->err = err;
	for (size_t i = 0; !rc && i < start->places.len; i++)
		rc = resident_follow(&start->resident, start->slot, start->places.place[i].parent,
				     start->places.place[i].name, err);
	return rc || !start->places.len ? rc : cgroup_each(add_if_awaited, start, err);
}

static int begin(struct start *start, const char *words, unsigned int slot_flags, struct err *err)
{
	const struct resident_request request = {
		.name = start->name,
		.target = words,
		.flags = entry_flags(start),
		.slot_flags = slot_flags,
	};
	int rc = resident_begin(&start->resident, &request, &start->slot, err);

	if (rc == -EEXIST)
		return rc;
	if (!rc)
		rc = add_awaited(start, err);
	if (!rc)
		rc = add_targets(start, err);
	if (!rc)
		rc = resident_arm(&start->resident, start->slot,
				  !start->came && target_list_is_empty(&start->targets), err);
	if (rc && start->slot != SLOT_NONE)
		resident_forget(&start->resident, start->slot);
	return rc;
}

static int start_many(const struct start *start, struct err *err)
{
	struct start_each wanted = {
		.name = start->name,
		.path = start->options.each,
		.max = start->each_max,
		.ring_size = start->options.ring_size,
		.count_moved = start->options.count_moved,
	};
	int rc = features_parse(getenv("WHITTLE_FEATURES"), &wanted.features, err);

	return rc ? rc : start_each(&wanted, err);
}

static int start_recording(struct start *start, struct err *err)
{
	const struct target_options *targets = &start->options.targets;
	struct buf own_buf words = BUF_INIT;
	const struct cgroup *first;
	unsigned int features, flags = 0;
	int rc = features_parse(getenv("WHITTLE_FEATURES"), &features, err);

	if (!rc)
		rc = target_list_reserve(&start->targets, target_options_len(targets), err);
	if (!rc)
		rc = start->options.wait ?
			     start_wait_open(&start->targets, targets, &start->places, err) :
			     target_list_open(&start->targets, targets, err);
	if (!rc)
		rc = target_list_check_hierarchy(&start->targets, false, &first, err);
	for (size_t i = 0; !rc && i < start->targets.len; i++)
		buf__addf(&words, "%s%s", i ? ", " : "", start->targets.words[i]);
	if (!rc && buf__error(&words))
		rc = err_errno(err, buf__error(&words), "cannot record");
	start->resident.ring_bytes = start->options.ring_size;
	start->resident.patience_ms = RESIDENT_PATIENCE_MS;
	start->resident.denials = start->options.denials;
	start->resident.args = start->options.args ? &start->args : NULL;
	if (!rc) {
		flags = slot_flags(start);
		tell_followed(start);
	}
	if (!rc)
		rc = resident_open(&start->resident, true, features, err);
	if (!rc)
		rc = begin(start, buf__text(&words), flags, err);
	/* whoever reads what is said takes the time he wants, and others wait for the lock */
	resident_close(&start->resident);
	if (!rc)
		log_note("recording %s: 'whittle stop %s' ends it and writes", buf__text(&words),
			 start->name);
	return rc;
}

static int check_each(struct start *start, struct err *err)
{
	const struct start_options *options = &start->options;
	const struct {
		bool given;
		const char *name;
	} others[] = {
		{target_options_len(&options->targets) != 0, "another target"},
		{options->follow, "--follow: whatever is made anew is recorded anyway"},
		{options->wait, "--wait"},
		{options->denials, "--denials"},
		{options->args != NULL, "--args"},
	};

	if (!options->each && options->each_max)
		return err_set(err, -EINVAL, "--each-max goes with --each");
	for (size_t i = 0; options->each && i < ARRAY_LEN(others); i++)
		if (others[i].given)
			return err_set(err, -EINVAL, "--each does not go with %s", others[i].name);
	if (options->each_max &&
	    (num_parse(options->each_max, "--each-max", EACH_START_MOST, &start->each_max, err) ||
	     !start->each_max))
		return err_set(err, -EINVAL, "--each-max is a number from 1 to %d",
			       EACH_START_MOST);
	return 0;
}

static int check_usage(struct start *start, int argc, char **argv, int rest, struct err *err)
{
	if (rest >= argc)
		return err_set(err, -EINVAL, "the name of the recording is missing");
	start->name = argv[rest];
	if (rest + 1 < argc)
		return err_set(err, -EINVAL, "'%s' is one word too many behind the name",
			       argv[rest + 1]);
	if (resident_check_name(start->name, err))
		return -EINVAL;
	if (check_each(start, err))
		return -EINVAL;
	if (!target_options_len(&start->options.targets) && !start->options.each)
		return err_set(err, -EINVAL,
			       "nothing to record: name a --container, a --unit, a --cgroup, a --pid, or --each cgroup below one");
	if (start->options.args &&
	    arg_plan_parse(start->options.args, arch_native(), &start->args, err))
		return -EINVAL;
	return target_options_check(&start->options.targets, err);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct start own_start start = {.resident = RESIDENT_CLOSED};
	struct err err = {0};
	int rest, status;

	if (command_is_answered(self, argc, argv, &start.options, &rest, &status))
		return status;
	if (check_usage(&start, argc, argv, rest, &err))
		return command_usage_error(self, &err);
	if (start.options.quiet)
		log_set_level(LOG_LEVEL_WARN);
	else if (start.options.verbose)
		log_set_level(start.options.verbose == 1 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG);
	if (!(start.options.each ? start_many(&start, &err) : start_recording(&start, &err)))
		return STATUS_OK;
	log_error("%s", err.text);
	return STATUS_FAILED;
}

const struct command cmd_start = {
	.name = "start",
	.summary = "begin a recording that needs no process",
	.synopsis =
		"NAME [OPTION...] [--container [ENGINE:]NAME] [--unit NAME] [--cgroup PATH|ID] [--pid PID] [--each PATH]",
	.description =
		"Begins to record containers, units and cgroups under a name, and ends: the kernel keeps the recording, without\n"
		"any process, until 'whittle stop NAME', or until the machine is shut down. A container or a unit that is\n"
		"started anew is recorded on, from its first instruction. --each gives every cgroup below PATH a recording of its own, in\n"
		"a second set of programs.\n",
	.options = rows,
	.run = run,
};

// SPDX-License-Identifier: BSD-2-Clause
#include "cli/record_wait.h"
#include "base/log.h"
#include "cli/record.h"
#include "target/container.h"
#include "target/mount.h"
#include "target/unit.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <time.h>

/* A millisecond each: a cgroup that cannot be opened then has ended. */
#define OPEN_TRIES 100

bool record_waits(const struct record *record)
{
	return record->awaited_len || record->engine.caught;
}

static void await(struct record *record, enum awaited_kind kind, const char *name)
{
	record->awaited[record->awaited_len++] = (struct awaited){.kind = kind, .name = name};
}

/* What cannot come is not waited for. */
static int check(const struct target_options *targets, struct err *err)
{
	const struct texts *names[] = {&targets->cgroups, &targets->units};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		for (size_t k = 0; k < names[i]->len; k++)
			if (!*names[i]->text[k])
				return err_set(err, -EINVAL, "--wait: a %s without a name",
					       i ? "unit" : "cgroup");
	for (size_t i = 0; !rc && i < targets->containers.len; i++)
		rc = container_check(targets->containers.text[i], err);
	return rc;
}

static int plan_start(struct record *record, struct err *err)
{
	int rc = container_find_stopped(record->options.targets.containers.text[0],
					&record->to_start, record->start_label, err);

	if (!rc)
		await(record, AWAITED_CONTAINER, record->to_start.id);
	return rc;
}

int record_wait_plan(struct record *record, struct err *err)
{
	const struct record_options *options = &record->options;
	const struct target_options *targets = &options->targets;
	size_t len = targets->cgroups.len + targets->containers.len + targets->units.len;
	struct mount mount;
	int rc;

	if (!options->wait && !options->start)
		return 0;
	rc = options->wait ? check(targets, err) : 0;
	if (rc)
		return rc;
	rc = mount_find(&mount, err);
	if (rc) /* nobody would ever come */
		return err_wrap(err, rc, "what is waited for gets a cgroup of v2");
	record->awaited = calloc(len, sizeof(*record->awaited));
	if (!record->awaited)
		return err_errno(err, -ENOMEM, "cannot wait");
	if (options->start)
		return plan_start(record, err);
	for (size_t i = 0; i < targets->cgroups.len; i++)
		await(record, AWAITED_CGROUP, targets->cgroups.text[i]);
	for (size_t i = 0; i < targets->units.len; i++)
		await(record, AWAITED_UNIT, targets->units.text[i]);
	for (size_t i = 0; i < targets->containers.len; i++)
		await(record, AWAITED_CONTAINER, targets->containers.text[i]);
	return 0;
}

static bool is_unit(const char *unit, const char *name)
{
	char own[UNIT_NAME_LEN];

	return unit_name(unit, own) && !strcmp(own, name);
}

static bool is_container(struct awaited *awaited, const char *name, char label[CONTAINER_LABEL_LEN])
{
	enum container_match match = container_match(awaited->name, name, label);

	if (match == CONTAINER_UNKNOWN && !awaited->unknown) {
		awaited->unknown = true;
		log_warn("no engine knows of container %.12s (any more): it is not recorded, even if it was '%s' (one that is waited for by its id is known without asking)",
			 label, awaited->name);
	}
	return match == CONTAINER_MEANT;
}

/* Is the new cgroup what is waited for? `label` says in words what it is. */
static bool is_awaited(struct awaited *awaited, const char *name, char label[CONTAINER_LABEL_LEN])
{
	snprintf(label, CONTAINER_LABEL_LEN, "%s", awaited->name);
	switch (awaited->kind) {
	case AWAITED_CGROUP:
		return !fnmatch(awaited->name, name, 0);
	case AWAITED_UNIT:
		return is_unit(awaited->name, name);
	default:
		return is_container(awaited, name, label);
	}
}

static const char *const kinds[] = {
	[AWAITED_CGROUP] = "cgroup",
	[AWAITED_UNIT] = "unit",
	[AWAITED_CONTAINER] = "container",
};

static bool all_found(const struct record *record)
{
	for (size_t i = 0; i < record->awaited_len; i++)
		if (!record->awaited[i].found)
			return false;
	return !record->engine.caught || record->engine.found;
}

/* A pattern may mean more than one cgroup; a container or a unit is one. */
static bool is_open(const struct record *record)
{
	for (size_t i = 0; i < record->awaited_len; i++)
		if (record->awaited[i].kind == AWAITED_CGROUP)
			return true;
	return !all_found(record);
}

/* What is it, that was born? NULL: nobody waits for it. */
static const char *kind_of_newborn(struct record *record, const char *name,
				   char label[CONTAINER_LABEL_LEN])
{
	char id[65];

	for (size_t i = 0; i < record->awaited_len; i++) {
		struct awaited *awaited = &record->awaited[i];

		if ((awaited->found && awaited->kind != AWAITED_CGROUP) ||
		    !is_awaited(awaited, name, label))
			continue;
		awaited->found = true;
		if (record->options.start)
			snprintf(label, CONTAINER_LABEL_LEN, "%s", record->start_label);
		return kinds[awaited->kind];
	}
	if (record->engine.caught && container_id_in(name, "", id) &&
	    record_engine_made(&record->engine, id)) {
		record->engine.found = true;
		record->engine.target = record->targets.len;
		snprintf(label, CONTAINER_LABEL_LEN, "%s:%.12s", record->engine.run.engine, id);
		return "container";
	}
	return NULL;
}

static void keep(struct record *record, const struct newborn *newborn)
{
	recorder__adopt(record->recorder, newborn->slot);
	session__keep_newborn(record->session, newborn->slot);
}

/*
 * It joins its slot again when it is made anew. A container's name is like no other: it is enough, and known of one that has ended
 * already.
 */
static int follow(struct record *record, const struct newborn *newborn, const struct cgroup *cgroup,
		  struct err *err)
{
	char id[65];

	if (container_id_in(newborn->name, "", id))
		return session__follow(record->session, newborn->slot, 0, newborn->name, err);
	return cgroup->fd < 0 ? 0 : record_follow(record, newborn->slot, cgroup, err);
}

/* Who names a container of such a policy may well mean all of its lives. */
static void tell_restarts(const struct record *record, const struct newborn *newborn,
			  const char *label)
{
	const char *colon = strchr(label, ':');
	struct engine_container container = {.engine = colon ? engine_find(label, colon - label) :
							       NULL};

	if (!record->options.follow && !record->engine.used && container.engine &&
	    container_id_in(newborn->name, "", container.id) && engine_restarts(&container))
		log_note("%s has a restart policy: the recording ends when it ends for the first time (--follow records it each time, until a signal)",
			 label);
}

/* The kernel tells of a cgroup a moment before it lets anybody open it (cgroup_mkdir()), and who is told may be the faster one. */
static int open_newborn(uint64_t id, struct cgroup *cgroup)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	char text[24];
	int rc;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)id);
	for (int i = 0; (rc = cgroup_open(text, cgroup, NULL)) && i < OPEN_TRIES; i++)
		nanosleep(&pause, NULL);
	return rc;
}

/* A target more. It may have ended already: what it called is recorded. */
static void take_target(struct record *record, const struct newborn *newborn, const char *kind,
			const char *label)
{
	struct cgroup cgroup = CGROUP_CLOSED;
	struct err err = {0};

	keep(record, newborn);
	if (open_newborn(newborn->id, &cgroup))
		cgroup = CGROUP_CLOSED;
	if (target_list_add(&record->targets, &cgroup, kind, label,
			    record->options.targets.allow_root_cgroup, &err))
		log_warn("%s", err.text);
	else
		log_note("recording %s", record->targets.words[record->targets.len - 1]);
	if (!strcmp(kind, kinds[AWAITED_CONTAINER]))
		tell_restarts(record, newborn, label);
	/* a process that is in it now is the runtime's */
	record->targets.container.caps_known = false;
	record->loop.targets_len = record->targets.len;
	record->loop.awaiting = !all_found(record);
	if (record_follows(record) && follow(record, newborn, &cgroup, &err))
		log_warn("%s", err.text);
	if (!is_open(record))
		session__ignore_newborns(record->session);
}

static void on_newborn(const struct newborn *newborn, void *context)
{
	struct record *record = context;
	char label[CONTAINER_LABEL_LEN];
	struct err err = {0};
	const char *kind;

	if (newborn->below_ours) {
		keep(record, newborn);
		return;
	}
	kind = record->targets.len < record->targets.room ?
		       kind_of_newborn(record, newborn->name, label) :
		       NULL;
	if (kind)
		take_target(record, newborn, kind, label);
	else if (session__dismiss_newborn(record->session, newborn->slot, &err))
		log_warn("%s", err.text);
}

/* Where only containers are waited for, names without room for an id are of no interest. */
static size_t name_min(const struct record *record)
{
	for (size_t i = 0; i < record->awaited_len; i++)
		if (record->awaited[i].kind != AWAITED_CONTAINER)
			return 0;
	return ENGINE_ID_LEN;
}

/* A container without a cgroup of its own in v2 never comes to where it is waited for. */
static int check_started(const struct record *record, struct err *err)
{
	struct cgroup own_cgroup cgroup = CGROUP_CLOSED;
	char label[CONTAINER_LABEL_LEN];
	struct err reason = {0};
	struct mount v1;

	/* it may have ended, too */
	if (!mount_find_any_v1(NULL, &v1) ||
	    container_open(record->to_start.id, &cgroup, label, &reason) || !cgroup.hierarchy)
		return 0;
	return err_set(err, -ENOTSUP,
		       "container '%s' was started, and has a cgroup of its own in v1 hierarchies only, where its start cannot be seen: record it without --start",
		       label);
}

static void tell_present(const struct record *record, struct awaited *awaited,
			 const struct cgroup *cgroup, const char *label)
{
	if (!cgroup->hierarchy && session__slot_of(record->session, cgroup->id) != SLOT_NONE)
		return; /* it has just been caught */
	awaited->present = true;
	log_note("%s %s is there already: the next one of that name is waited for (without --wait this one is recorded)",
		 kinds[awaited->kind], label);
}

static int tell_if_awaited(const char *path, const char *name, void *context)
{
	const struct record *record = context;
	char label[CONTAINER_LABEL_LEN];

	for (size_t i = 0; i < record->awaited_len; i++) {
		struct awaited *awaited = &record->awaited[i];
		struct cgroup own_cgroup cgroup = CGROUP_CLOSED;

		if (awaited->kind != AWAITED_CONTAINER && !awaited->present &&
		    is_awaited(awaited, name, label) && !cgroup_open(path, &cgroup, NULL))
			tell_present(record, awaited, &cgroup, name);
	}
	return 0;
}

/*
 * The next one of that name may well be meant, but who means one that is there would wait for ever. Asked once those to come are caught: it
 * may have been made while whittle was getting ready.
 */
static void tell_all_present(struct record *record)
{
	for (size_t i = 0; i < record->awaited_len; i++) {
		struct awaited *awaited = &record->awaited[i];
		struct cgroup own_cgroup cgroup = CGROUP_CLOSED;
		char label[CONTAINER_LABEL_LEN];
		struct err err = {0};
		int rc;

		if (awaited->kind != AWAITED_CONTAINER)
			continue;
		rc = container_open(awaited->name, &cgroup, label, &err);
		if (rc == -ESRCH) /* unless it has just ended, its engine is elsewhere */
			rc = container_open(awaited->name, &cgroup, label, &err);
		if (!rc)
			tell_present(record, awaited, &cgroup, label);
		else if (rc != -ENOENT && rc != -ENXIO) /* it is no good sign */
			log_warn("%s", err.text);
	}
	if (name_min(record) < ENGINE_ID_LEN && cgroup_each(tell_if_awaited, record, NULL))
		log_info("cgroups that are there already could not be looked at");
}

/* Nothing would tell of a container in v1 hierarchies only: no cgroup of v2 is made for it. */
static void tell_waiting(const struct awaited *awaited)
{
	struct mount v1;

	log_note("waiting for %s %s; Ctrl-C ends it", kinds[awaited->kind], awaited->name);
	if (awaited->kind == AWAITED_CONTAINER && mount_find_any_v1(NULL, &v1))
		log_note(
			"this host has cgroups v1 as well: a container that has one in these only is not seen here; once it runs, --container without --wait records it");
}

int record_wait_begin(struct record *record, struct err *err)
{
	int rc;

	record->loop.awaiting = true;
	recorder__on_newborn(record->recorder, on_newborn, record);
	session__welcome_newborns(record->session, name_min(record));
	if (record->options.start) {
		rc = engine_start(&record->to_start, err);
		return rc ? rc : check_started(record, err);
	}
	tell_all_present(record);
	if (!record->engine.used)
		tell_waiting(&record->awaited[0]);
	return 0;
}

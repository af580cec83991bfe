// SPDX-License-Identifier: BSD-2-Clause
#include "cli/stop_each.h"
#include "base/log.h"
#include "cli/cmd.h"
#include "cli/each_targets.h"
#include "record/resident.h"
#include "record/session_each.h"

#include <errno.h>

/* From the table of births on: news say who was first, of the calls that there was room for. */
static int read_all(struct each_targets *targets, struct resident *resident, struct err *err)
{
	int rc;

	targets->session = resident->session;
	targets->begun = resident_entry(resident, EACH_TOP)->begun;
	targets->misses = resident_entry(resident, EACH_TOP)->misses;
	targets->files.top = resident_entry(resident, EACH_TOP)->target;
	rc = each_targets_reserve(targets, session__slots(resident->session), err);
	if (!rc)
		rc = each_targets_know_all(targets, err);
	if (rc)
		return rc;
	resident->take = each_targets_take;
	resident->take_context = targets;
	rc = each_targets_end(targets, err);
	resident->take = NULL;
	return rc;
}

static int open_resident(struct resident *resident, const char *name, bool force, struct err *err)
{
	struct err why = {0};
	int rc;

	resident->each = true;
	rc = resident_open(resident, false, 0, &why);
	if (rc && rc != -ENOENT)
		return err_set(err, rc, "%s", why.text);
	if (rc || resident_find(resident, name) == SLOT_NONE)
		return resident_has(name, false) ?
			       err_set(err, -ENOENT,
				       "%s is no recording of each cgroup: -d and --merge-by go with one, -o FILE with any other",
				       name) :
			       resident_no_such(name, err);
	if (resident_entry(resident, EACH_TOP)->flags & ENTRY_HALF && !force)
		return err_set(err, -EBUSY,
			       "%s is half-made: whoever began or ended it was killed; 'whittle stop --force %s' removes it",
			       name, name);
	return 0;
}

/* Engines are asked for names: whittle may be in one of the cgroups itself, and what it asks is none of what is recorded. */
static int start_census(struct resident *resident, struct census *census, struct err *err)
{
	int rc = session__inventory(resident->session, err);

	if (rc)
		return rc;
	session__expect_helper(resident->session, true);
	rc = census_start(census, err);
	session__expect_helper(resident->session, false);
	return rc;
}

/* All of it under the lock: what is read may not be ended by somebody else meanwhile. */
static int write_and_end(const struct stop_each *wanted, struct each_targets *targets,
			 struct err *err)
{
	struct resident own_resident resident = RESIDENT_CLOSED;
	int rc = open_resident(&resident, wanted->name, wanted->force, err), read;

	if (!rc)
		rc = start_census(&resident, &targets->files.census, err);
	if (rc)
		return rc;
	read = read_all(targets, &resident, err);
	if (!read)
		each_targets_tell(targets);
	if (wanted->ends && (wanted->force || (!read && !targets->files.failed))) {
		resident_forget(&resident, EACH_TOP);
		if (read || targets->files.failed)
			log_note("%s is not recorded any more", wanted->name);
	} else if (!read && targets->files.failed) {
		read = err_set(err, -EIO,
			       "%s is still being recorded: this has taken nothing from it%s",
			       wanted->name,
			       wanted->ends ? " ('whittle stop --force' ends it all the same)" :
					      "");
	}
	return read ? read : targets->files.failed ? -EIO : 0;
}

int stop_each(const struct stop_each *wanted, struct err *err)
{
	struct each_targets own_each_targets targets = {
		.top = CGROUP_CLOSED,
		.resident = true,
		.files =
			{
				.directory = wanted->directory,
				.result = wanted->result,
				.merge_by = wanted->merge_by,
				.census = CENSUS_NONE,
			},
	};
	struct err why = {0};
	int checked, rc;

	if (wanted->result.output)
		return err_set(err, -EINVAL,
			       "%s is of many cgroups, and -o names one file: name a directory with -d",
			       wanted->name);
	if (!wanted->directory && !wanted->result.recording)
		return err_set(err, -EINVAL,
			       "%s is of many cgroups, and makes many profiles: say where they go with -d DIR",
			       wanted->name);
	checked = each_files_check(&targets.files, &why);
	if (checked && !wanted->force) {
		err_set(err, checked, "%s", why.text);
		return wanted->ends ? err_wrap(err, checked, "nothing was ended") : checked;
	}
	if (checked)
		log_error("%s", why.text);
	rc = write_and_end(wanted, &targets, err);
	if (rc || checked)
		return rc ? rc : STATUS_FAILED;
	return targets.incomplete ? STATUS_INCOMPLETE : STATUS_OK;
}

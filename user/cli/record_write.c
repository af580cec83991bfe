// SPDX-License-Identifier: BSD-2-Clause
/* What was recorded, in words, and its results. */
#include "base/log.h"
#include "cli/record.h"
#include "cli/result.h"
#include "target/engine_run.h"

#include <errno.h>
#include <string.h>

/* What was recorded, in words: "cgroup /sys/fs/cgroup/a, container docker:web (cgroup ...), command ls -l". */
static int describe_target(struct record *record)
{
	struct buf own_buf text = BUF_INIT;

	for (size_t i = 0; i < record->targets.len; i++)
		buf__addf(&text, "%s%s", text.len ? ", " : "", record->targets.words[i]);
	if (record->argv)
		buf__addf(&text, "%scommand", text.len ? ", " : "");
	for (char **arg = record->argv; arg && *arg; arg++)
		buf__addf(&text, " %s", *arg);
	record->recording.target = steal_ptr(&text.data);
	return buf__error(&text);
}

static bool target_is_container(const struct record *record)
{
	for (size_t i = 0; i < record->targets.len; i++)
		if (cgroup_names_container(record->targets.cgroups[i].path))
			return true;
	return record->engine.used;
}

/*
 * An engine's client that something else runs: a script, timeout(1). What it calls is recorded as anybody's, but the
 * container is not below the command.
 */
static void warn_client_inside(const struct record *record)
{
	const struct recording *recording = &record->recording;

	if (!record->argv || record->engine.used || record->options.plain ||
	    engine_run_client(record->argv[0]))
		return;
	for (size_t i = 0; i < recording->observed_len; i++) {
		const struct observed *o = &recording->observed[i];
		const char *engine = o->class == OBSERVED_WORKLOAD && o->first.known ?
					     engine_run_client(o->first.comm) :
					     NULL;

		if (!engine)
			continue;
		log_warn("%s ran inside the command: its own calls are recorded, and those of no container that it may have started; 'whittle record -- %s run ...' records one (--plain: it is the client that is wanted)",
			 engine, engine);
		return;
	}
}

int record_write(struct record *record)
{
	int rc = describe_target(record);

	if (rc) {
		log_error("cannot say what was recorded: %s", strerror(-rc));
		return rc;
	}
	warn_client_inside(record);
	record->recording.container = target_is_container(record);
	return result_write(&record->options.result, &record->recording, record->argv != NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "cli/audit_live.h"
#include "base/log.h"
#include "cli/audit_report.h"
#include "cli/record.h"
#include "cli/record_denials.h"
#include "record/features.h"

#include <errno.h>

bool audit_live_is_asked_for(const struct audit_live_options *options, char *const *argv)
{
	return argv || target_options_len(&options->targets) || options->user ||
	       options->duration || options->plain;
}

int audit_live_check(const struct audit_live_options *options, char *const *argv, struct err *err)
{
	if (!argv && !target_options_len(&options->targets))
		return err_set(err, -EINVAL,
			       "nothing to audit: name a --container, a --unit, a --cgroup, a --pid, a --log, or a command behind '--'");
	if (!argv && (options->user || options->plain))
		return err_set(err, -EINVAL, "%s needs a command to run",
			       options->user ? "--user" : "--plain");
	return target_options_check(&options->targets, err);
}

static void tell(const struct denial *denial, void *context)
{
	char call[2 * SYSCALL_NAME_LEN], action[SYSCALL_NAME_LEN], comm[RECORDING_COMM_LEN];

	(void)context;
	audit_call_text(&denial->call, call);
	audit_action_text(denial, action);
	recording_comm_text(denial->comm, comm);
	log_note("%s: %s, %s[%u]", call, action, comm, denial->pid);
}

int audit_live(const struct audit_live_options *options, char **argv, struct recording *out,
	       struct audit_live_end *end, struct err *err)
{
	struct record own_record record = RECORD_INIT;
	int rc;

	record.options.targets = options->targets;
	record.options.user = options->user;
	record.options.duration = options->duration;
	record.options.plain = options->plain;
	record.options.denials = DENIALS_ALWAYS;
	/* the engine's own filter is what is audited */
	record.options.filter = FILTER_ENGINE;
	record.options.progress = PROGRESS_NEVER;
	record.argv = argv;
	record.audits = true;
	record.on_denial = options->tell ? tell : NULL;
	if (options->args && arg_plan_widen(options->args, &record.args))
		return err_errno(err, -ENOMEM, "cannot plan what arguments to look at");
	rc = features_parse(getenv("WHITTLE_FEATURES"), &record.features, err);
	if (!rc && argv && !options->plain)
		rc = record_engine_plan(&record.engine, argv, err);
	if (!rc)
		rc = record_plan(&record, err);
	if (!rc)
		rc = record_run(&record, err);
	record_release_cgroup(&record);
	*end = (struct audit_live_end){record.exec_failed, record.logs_unseen,
				       record.loop.child_ended, loop_command_status(&record.loop)};
	if (rc)
		return rc;
	*out = record.recording;
	record.recording = (struct recording){0};
	return 0;
}

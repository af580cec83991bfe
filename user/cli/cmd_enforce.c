// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"
#include "base/privilege.h"
#include "base/spawn.h"
#include "cli/cmd.h"
#include "cli/profile_file.h"
#include "profile/compile.h"
#include "profile/evaluate.h"
#include "profile/survey.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct enforce_options {
	bool quiet;
};

static const struct option_row rows[] = {
	{"quiet", 'q', OPTION_FLAG, NULL, "do not warn", offsetof(struct enforce_options, quiet),
	 NULL, 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

static int load_profile(const char *path, scmp_filter_ctx *context, struct err *err)
{
	const struct file_options options = {.quiet = !log_enabled(LOG_LEVEL_WARN)};
	struct buf own_buf unknown = BUF_INIT;
	struct profile own_profile profile = {0};
	int rc = profile_file_read(path, &options, &profile, err);

	if (!rc && !profile_allows(&profile, "execve"))
		rc = err_set(err, -EINVAL,
			     "%s: it does not allow execve, so no command can be started under it",
			     path);
	if (!rc)
		rc = compile_needs_no_supervisor(&profile, err);
	if (!rc)
		rc = compile_profile(&profile, arch_native(), context, &unknown, err);
	if (rc)
		return rc;
	if (unknown.len)
		log_warn("%s: the installed libseccomp (%u.%u.%u) does not know these calls, so they get the default action: %s",
			 path, seccomp_version()->major, seccomp_version()->minor,
			 seccomp_version()->micro, buf__text(&unknown));
	return 0;
}

/*
 * Becomes the command: nothing is between it and whoever waits for whittle. Once the filter is loaded even an error
 * sentence may be refused, so what can be known is checked before.
 */
static int become(scmp_filter_ctx context, char **argv, struct err *err)
{
	char path[PATH_MAX];
	int rc = spawn_find_command(argv[0], path, err);

	if (rc)
		return rc == -ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_EXECUTE;
	/* without the capability the kernel wants no_new_privs, under which set-user-ID programs gain nothing */
	rc = seccomp_attr_set(context, SCMP_FLTATR_CTL_NNP, !privilege_has(CAP_SYS_ADMIN));
	if (!rc)
		rc = seccomp_load(context);
	if (rc) {
		err_errno(err, rc, "cannot load the filter");
		return STATUS_OWN_FAILURE;
	}
	execv(path, argv);
	err_errno(err, -errno, "cannot execute '%s'", argv[0]);
	return STATUS_CANNOT_EXECUTE;
}

static int run(const struct command *self, int argc, char **argv)
{
	scmp_filter_ctx own_seccomp context = NULL;
	struct enforce_options options = {0};
	struct err err = {0};
	const char *profile;
	int rest, status;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	profile = rest < argc ? argv[rest++] : NULL;
	if (rest < argc && !strcmp(argv[rest], "--"))
		rest++;
	if (!profile || rest >= argc) {
		err_set(&err, -EINVAL,
			!profile ? "a profile is missing" : "a command to run is missing");
		return command_usage_error(self, &err);
	}
	if (options.quiet)
		log_set_level(LOG_LEVEL_ERROR);
	if (load_profile(profile, &context, &err)) {
		log_error("%s", err.text);
		return STATUS_OWN_FAILURE;
	}
	status = become(context, argv + rest, &err);
	log_error("%s", err.text);
	return status;
}

const struct command cmd_enforce = {
	.name = "enforce",
	.summary = "run a command under a profile",
	.synopsis = "[OPTION...] PROFILE [--] COMMAND [ARG...]",
	.description =
		"Loads a seccomp profile with libseccomp, as a container runtime does, and becomes the command.\n"
		"Without CAP_SYS_ADMIN the command runs with no_new_privs.\n",
	.options = rows,
	.runs_another = true,
	.run = run,
};

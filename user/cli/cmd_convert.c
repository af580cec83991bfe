// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"
#include "cli/cmd.h"
#include "cli/profile_file.h"
#include "profile/compile.h"
#include "profile/decision.h"
#include "profile/emit.h"
#include "profile/equivalents.h"
#include "profile/hazard.h"
#include "profile/merge.h"
#include "profile/redefault.h"
#include "profile/relist.h"
#include "profile/twin.h"

#include <errno.h>
#include <string.h>

#define UNKNOWN_MAX                                                                                \
	100 /* names that no call has: so many are looked at, at a thousand names each time */

struct convert_options {
	struct file_options file;
	const char *output, *format, *default_action, *arches, *name;
	bool portable, lossy;
};

/* What they stand for is in the same order. */
static const char *const action_words[] = {"allow",       "log",          "errno", "trap",
					   "kill-thread", "kill-process", NULL};
static const enum action actions[] = {ACTION_ALLOW, ACTION_LOG,         ACTION_ERRNO,
				      ACTION_TRAP,  ACTION_KILL_THREAD, ACTION_KILL_PROCESS};

static const struct option_row rows[] = {
	{"output", 'o', OPTION_TEXT, "FILE", "write here instead of standard output",
	 offsetof(struct convert_options, output), NULL, 0},
	{"format", 0, OPTION_TEXT, "FORMAT",
	 "oci (default), docker, kubernetes, systemd, minijail, firecracker, firejail, bpf, pfc, list",
	 offsetof(struct convert_options, format), NULL, 0},
	{"default-action", 0, OPTION_TEXT, "ACTION",
	 "what becomes of all other calls: log makes a twin that only logs",
	 offsetof(struct convert_options, default_action), action_words, 0},
	{"arch", 0, OPTION_TEXT, "ARCH,...", "the architectures of the result, and so its machine",
	 offsetof(struct convert_options, arches), NULL, 0},
	{"portable", 0, OPTION_FLAG, NULL,
	 "allow what stands for the calls on other architectures and C libraries",
	 offsetof(struct convert_options, portable), NULL, 0},
	{"lossy", 0, OPTION_FLAG, NULL, "leave out what the format cannot say, with a warning",
	 offsetof(struct convert_options, lossy), NULL, 0},
	{"name", 0, OPTION_TEXT, "NAME",
	 "with --format kubernetes: the name of the profile (default: whittle)",
	 offsetof(struct convert_options, name), NULL, 0},
	FILE_OPTION_ROWS(struct convert_options),
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

static const struct emit_format *find_format(const char *name, struct err *err)
{
	const struct emit_format *format = emit_formats;
	struct spelling spelling = {.word = name};
	char list[256] = "";

	while (name && format->name && strcmp(format->name, name))
		format++;
	if (format->name)
		return format;
	for (format = emit_formats; format->name; format++) {
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
			 *list ? ", " : "", format->name);
		spelling_try(&spelling, format->name);
	}
	err_set(err, -EINVAL, "format '%s' is none of %s%s", name, list,
		spelling_hint(&spelling, ""));
	return NULL;
}

/* "log", "kill-process", "errno", "errno:ENOSYS" is not needed: EPERM; or SCMP_ACT_... */
static int parse_action(const char *text, struct outcome *out, struct err *err)
{
	struct spelling spelling = {.word = text};

	*out = (struct outcome){action_from_scmp_name(text), 0};
	for (size_t i = 0; action_words[i]; i++) {
		if (!strcmp(action_words[i], text))
			out->action = actions[i];
		spelling_try(&spelling, action_words[i]);
	}
	if (out->action == ACTION_INVALID)
		return err_set(err, -EINVAL,
			       "action '%s' is none of allow, log, errno, trap, kill-thread, kill-process%s",
			       text, spelling_hint(&spelling, ""));
	out->errno_value = out->action == ACTION_ERRNO ? EPERM : 0;
	return 0;
}

static int parse_arches(const char *text, bool arches[ARCH_COUNT], struct err *err)
{
	char *own_ptr copy = strdup(text);
	char *save = NULL;

	if (!copy)
		return err_errno(err, -ENOMEM, "cannot read the architectures");
	if (!text[strspn(text, ",")])
		return err_set(err, -EINVAL, "--arch '%s' names no architecture", text);
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		enum arch arch;
		int rc = arch_parse(word, &arch, err);

		if (rc)
			return rc;
		arches[arch] = true;
	}
	return 0;
}

static int set_default(struct profile *profile, struct outcome outcome, struct err *err)
{
	struct profile own_profile twin = {0};
	int rc;

	if (outcome.action != ACTION_LOG)
		return profile_change(profile, NULL, outcome, err);
	rc = profile_twin(profile, &twin, err);
	if (!rc && profile_gains_high_bits(&twin, profile, 1))
		rc = err_set(err, -ENOTSUP,
			     "its conditions cannot be turned round for 32-bit architectures as well, which compare but 32 bits: --arch names others");
	if (rc)
		return rc;
	profile_clear(profile);
	*profile = twin;
	twin = (struct profile){0};
	return 0;
}

static int rewrite(struct profile *profile, struct err *err)
{
	struct profile own_profile safe = {0};
	int rc;

	if (!profile_check_hazards(profile, NULL))
		return 0;
	rc = profile_canonical(profile, &safe, err);
	if (rc)
		return rc;
	if (profile_gains_high_bits(&safe, profile, 1) ||
	    profile_loses_high_bits(&safe, profile, 1)) {
		log_warn(
			"rules that libseccomp may make something else of were left as they are: they cannot be rewritten for 32-bit architectures as well, which compare but 32 bits (--arch names others)");
		return 0;
	}
	log_warn("rules that libseccomp would make something else of were rewritten");
	profile_clear(profile);
	*profile = safe;
	safe = (struct profile){0};
	return 0;
}

/* Rules that libseccomp would get wrong are written so that it does not; all others stay as they are. */
static int make_safe(struct profile *profile, struct err *err)
{
	struct profile before = *profile; /* its architectures, as they are said */
	int rc;

	if (profile_rules_depend(profile)) {
		if (profile_check_hazards(profile, NULL))
			log_warn(
				"rules that libseccomp would make something else of were left as they are, for they depend on the container: --cap, --kernel or --arch say for which one they are rewritten");
		return 0;
	}
	profile_list_arch_map(profile);
	rc = rewrite(profile, err);
	memcpy(profile->arches, before.arches, sizeof(before.arches));
	memcpy(profile->arch_map, before.arch_map, sizeof(before.arch_map));
	return rc;
}

static void tell(struct buf *lines, enum log_level level, const char *before)
{
	char *save = NULL;

	if (!lines->len)
		return;
	for (char *line = strtok_r(lines->data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		log_write(level, "%s%s", before, line);
}

/* Can the result keep what depends on container and host? Not if it is asked for one of them, nor where rules are weighed against each other. */
static bool keeps_whole(const struct convert_options *options, const struct emit_format *format,
			const struct outcome *outcome)
{
	return format->depends && !options->arches && !options->portable &&
	       outcome->action != ACTION_LOG && !options->file.caps.len && !options->file.kernel;
}

static int read_profile(const struct convert_options *options, const char *path, bool whole,
			struct profile *out, struct err *err)
{
	return (whole ? profile_file_read_whole : profile_file_read)(path, &options->file, out,
								     err);
}

static int convert(const struct convert_options *options, const struct emit_format *format,
		   struct profile *profile, struct buf *out, struct err *err)
{
	struct buf own_buf warnings = BUF_INIT, own_buf added = BUF_INIT,
			   own_buf missing = BUF_INIT;
	struct emit_options emit = {options->lossy, &warnings, options->name};
	int rc = options->portable ? equivalents_add(profile, &added, &missing, err) : 0;

	if (!rc)
		rc = format->libseccomp ? make_safe(profile, err) : 0;
	if (!rc)
		rc = emit_profile(format, profile, &emit, out, err);
	tell(&added, LOG_LEVEL_NOTE, "added: ");
	tell(&missing, LOG_LEVEL_WARN, "not added: ");
	tell(&warnings, LOG_LEVEL_NOTE, "");
	return rc;
}

static bool has_call(enum arch arch, const char *name)
{
	int64_t nr;

	return syscall_resolve(arch, name, &nr) || syscall_multiplexer(arch, name);
}

/* Of the calls that a profile's architectures have, one that is new to it may lack some, where others are made for them. */
static int tell_absent(const struct convert_options *options, const struct profile *profile,
		       enum arch arch, struct err *err)
{
	struct names own_names names = {0};
	struct buf own_buf list = BUF_INIT;
	int rc = profile_names(profile, &names);

	if (rc)
		return err_errno(err, rc, "cannot look at the names");
	for (size_t i = 0; i < names.len; i++) {
		bool known = false;

		for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
			known |= profile->arches[a] && has_call(a, names.list[i]);
		if (known && !has_call(arch, names.list[i]))
			buf__addf(&list, " %s", names.list[i]);
	}
	if (list.len)
		log_note("kept, though %s has no such calls%s:%s", arch_token(arch),
			 options->portable ? "" : " (--portable adds what stands for them)",
			 buf__text(&list));
	return 0;
}

/* Runtimes leave out in silence what is no name of a call: what looks like one is told. */
static int tell_misspelt(const struct profile *profile, struct err *err)
{
	struct names own_names names = {0};
	int rc = profile_names(profile, &names);
	size_t unknown = 0;

	if (rc)
		return err_errno(err, rc, "cannot look at the names");
	for (size_t i = 0; i < names.len && unknown < UNKNOWN_MAX; i++) {
		struct spelling spelling = {.word = names.list[i]};

		if (syscall_exists(names.list[i]))
			continue;
		unknown++;
		syscall_spell(compile_machine(profile), &spelling);
		if (*spelling.meant)
			log_warn("no architecture that whittle knows has a call '%s'%s",
				 names.list[i], spelling_hint(&spelling, ""));
	}
	return 0;
}

/* The profile's architectures are these from now on. */
static int set_arches(const struct convert_options *options, const struct emit_format *format,
		      const bool arches[ARCH_COUNT], struct profile *profile, struct err *err)
{
	int rc = 0;

	/* where libseccomp knows no calls, nobody can tell */
	for (enum arch a = ARCH_INVALID + 1; !rc && a < ARCH_COUNT; a++)
		if (arches[a] && !profile->arches[a] && arch_is_known(a) && !format->one_machine)
			rc = tell_absent(options, profile, a, err);
	return rc ? rc : profile_relist(profile, arches, arch_host(arch_native()), err);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct profile own_profile profile = {0};
	struct buf own_buf text = BUF_INIT;
	struct convert_options options = {0};
	struct outcome outcome = {0};
	bool arches[ARCH_COUNT] = {0};
	const struct emit_format *format;
	struct err err = {0};
	int rest, status;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	if (argc - rest != 1)
		err_set(&err, -EINVAL, "convert takes one profile");
	if (options.name && !kubernetes_name_is_valid(options.name))
		err_set(&err, -EINVAL,
			"--name takes lowercase letters, digits, '-' and '.', each part between dots beginning and ending with a letter or digit, 253 characters at most, not '%.60s'",
			options.name);
	format = find_format(options.format, &err);
	if (options.name && format && !format->named)
		err_set(&err, -EINVAL, "--name goes with --format kubernetes: %s names nothing",
			format->name);
	if (err.code || !format || file_options_check(&options.file, &err) ||
	    (options.default_action && parse_action(options.default_action, &outcome, &err)) ||
	    (options.arches && parse_arches(options.arches, arches, &err)))
		return command_usage_error(self, &err);
	/* what depends on the machine is meant for the result's */
	for (enum arch a = ARCH_COUNT - 1; a > ARCH_INVALID; a--)
		if (arches[a])
			options.file.arch = arch_token(arch_host(a));
	if (read_profile(&options, argv[rest], keeps_whole(&options, format, &outcome), &profile,
			 &err)) {
		log_error("%s", err.text);
		return STATUS_FAILED;
	}
	if (tell_misspelt(&profile, &err) ||
	    (options.arches && set_arches(&options, format, arches, &profile, &err)) ||
	    (options.default_action && set_default(&profile, outcome, &err)) ||
	    convert(&options, format, &profile, &text, &err) ||
	    file_write(options.output, &text, "result", &err)) {
		log_error("%s", err.text);
		return STATUS_FAILED;
	}
	return STATUS_OK;
}

const struct command cmd_convert = {
	.name = "convert",
	.summary = "write a profile in another format",
	.synopsis = "[OPTION...] PROFILE",
	.description =
		"Reads OCI, Docker and Podman JSON, a SeccompProfile in YAML or JSON, a systemd unit, a list of names, and what\n"
		"strace prints (-c, or its log). What the format cannot say is an error that names the rule.\n"
		"Docker's includes and excludes are kept in the format docker, unless --cap, --kernel or --arch say for which container.\n",
	.options = rows,
	.run = run,
};

// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"
#include "cli/cmd.h"
#include "cli/profile_file.h"
#include "profile/check.h"
#include "profile/text.h"

#include <errno.h>
#include <string.h>

struct check_options {
	struct file_options file;
	int consumer;
	bool json;
	bool quiet;
};

/* In the order of enum consumer. */
static const char *const consumers[] = {"any",  "docker", "podman", "kubernetes",
					"runc", "crun",   NULL};

static const struct option_row rows[] = {
	{"consumer", 0, OPTION_CHOICE, "WHO",
	 "say what this one does with it: any (default), docker, podman, kubernetes, runc, crun",
	 offsetof(struct check_options, consumer), consumers, 0},
	{"arch", 0, OPTION_TEXT, "ARCH",
	 "the machine of a profile that leaves it open (default: this one)",
	 offsetof(struct check_options, file.arch), NULL, 0},
	FILE_OPTION_ROWS(struct check_options),
	{"json", 0, OPTION_FLAG, NULL, "print JSON", offsetof(struct check_options, json), NULL, 0},
	{"quiet", 'q', OPTION_FLAG, NULL, "leave notes out", offsetof(struct check_options, quiet),
	 NULL, 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

static bool is_json(const struct buf *text)
{
	const char *p = buf__text(text);

	return p[strspn(p, " \t\r\n")] == '{';
}

/* What cannot be read at all is a finding like others. */
static int check_text(const struct check_options *options, const char *path, const struct buf *text,
		      struct findings *out, struct err *err)
{
	struct file_options lenient = options->file;
	struct profile own_profile profile = {0};
	struct node own_node node = {0};
	const struct node *inner;
	struct err reason = {0};
	int rc = 0;

	if (profile_file_is_docker(path)) {
		rc = profile_file_read(path, &options->file, &profile, err);
		return rc ? rc : check_profile(&profile, out, err);
	}
	if (is_json(text)) {
		rc = document_parse_json(path, buf__text(text), text->len, &node, &reason);
		if (!rc)
			rc = profile_in_document(path, &node, &inner, &reason);
		if (!rc && check_document(inner, options->consumer, out, err))
			return err->code;
	}
	lenient.lenient = true;
	if (!rc)
		rc = profile_file_parse(path, text, &lenient, &profile, &reason);
	if (rc && findings_add(out, SEVERITY_ERROR, "unreadable", "%s", reason.text))
		return err_errno(err, -ENOMEM, "cannot check the profile");
	return rc ? 0 : check_profile(&profile, out, err);
}

static bool is_shown(const struct check_options *options, const struct finding *finding)
{
	return !options->quiet || finding->severity != SEVERITY_NOTE;
}

static void print_text(const struct check_options *options, const char *path,
		       const struct findings *findings)
{
	for (size_t i = 0; i < findings->len; i++)
		if (is_shown(options, &findings->list[i]))
			printf("%s: %s: %s [%s]\n", path, severity_name(findings->list[i].severity),
			       findings->list[i].text, findings->list[i].id);
}

static int print_json(const struct check_options *options, const struct findings *findings,
		      struct err *err)
{
	struct buf own_buf text = BUF_INIT;
	const char *before = "";

	buf__addf(&text, "{\n  \"consumer\": \"%s\",\n  \"findings\": [",
		  consumers[options->consumer]);
	for (size_t i = 0; i < findings->len; i++) {
		const struct finding *finding = &findings->list[i];

		if (!is_shown(options, finding))
			continue;
		buf__addf(&text,
			  "%s\n    {\"severity\": \"%s\", \"id\": \"%s\", \"text\": ", before,
			  severity_name(finding->severity), finding->id);
		text_add_json(&text, finding->text);
		buf__addf(&text, "}");
		before = ",";
	}
	buf__addf(&text, "\n  ]\n}\n");
	return file_write(NULL, &text, "findings", err);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct findings own_findings findings = {0};
	struct check_options options = {0};
	struct buf own_buf text = BUF_INIT;
	struct err err = {0};
	bool help;
	int rest;

	if (options_parse_anywhere(rows, argc, argv, &options, &rest, &help, &err))
		return command_usage_error(self, &err);
	if (help) {
		command_print_help(self);
		return STATUS_OK;
	}
	if (argc - rest != 1) {
		err_set(&err, -EINVAL, "check takes one profile");
		return command_usage_error(self, &err);
	}
	if ((!profile_file_is_docker(argv[rest]) &&
	     file_read(argv[rest], PROFILE_FILE_MAX, &text, &err)) ||
	    check_text(&options, argv[rest], &text, &findings, &err) ||
	    (options.json && print_json(&options, &findings, &err))) {
		log_error("%s", err.text);
		return STATUS_FAILED;
	}
	if (!options.json)
		print_text(&options, argv[rest], &findings);
	for (size_t i = 0; i < findings.len; i++)
		if (findings.list[i].severity == SEVERITY_ERROR)
			return STATUS_FAILED;
	return STATUS_OK;
}

const struct command cmd_check = {
	.name = "check",
	.summary = "find what is wrong with a profile, or wider than it looks",
	.synopsis = "[OPTION...] PROFILE",
	.description =
		"Prints a finding a line: unknown names, rules that have no effect, what runtimes refuse or ignore, what every\n"
		"program needs, wide and risky rules, what libseccomp makes something else of. Exit status 1: an error among them.\n",
	.options = rows,
	.run = run,
};

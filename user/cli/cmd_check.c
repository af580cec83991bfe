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

/* Where something was found that is more than a note, in order. */
struct places {
	uint64_t *list;
	size_t len;
};

static void places_clear(struct places *places)
{
	free(places->list);
}
#define own_places own_with(places_clear)

static uint64_t place_key(struct text_place place)
{
	return (uint64_t)place.line << 32 | place.column;
}

static int compare_keys(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int find_places(const struct findings *findings, struct places *out)
{
	out->list = calloc(findings->len + 1, sizeof(*out->list));
	if (!out->list)
		return -ENOMEM;
	for (size_t i = 0; i < findings->len; i++)
		if (findings->list[i].severity != SEVERITY_NOTE)
			out->list[out->len++] = place_key(findings->list[i].place);
	qsort(out->list, out->len, sizeof(*out->list), compare_keys);
	return 0;
}

static bool has_place(const struct places *places, struct text_place place)
{
	const uint64_t key = place_key(place);

	return bsearch(&key, places->list, places->len, sizeof(key), compare_keys);
}

/* What is said of all of a file stands at its beginning. */
static struct text_place place_or_begin(struct text_place place)
{
	return place.line ? place : (struct text_place){1, 1};
}

/* One of a place where something was `found` already says it again. */
static int add_warnings(const struct findings *warnings, const struct places *found,
			struct findings *out)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < warnings->len; i++) {
		const struct finding *warning = &warnings->list[i];

		if (!has_place(found, warning->place))
			rc = findings_add(out, warning->severity, warning->id,
					  place_or_begin(warning->place), "%s", warning->text);
	}
	return rc;
}

/* All that it is refused for; or the one thing, if that is not in its members. */
static int add_errors(const struct findings *errors, const struct err *reason, struct findings *out)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < errors->len; i++)
		rc = findings_add(out, SEVERITY_ERROR, errors->list[i].id,
				  place_or_begin(errors->list[i].place), "%s",
				  errors->list[i].text);
	if (!rc && errors->len == PARSE_ERRORS_MAX)
		return findings_add(out, SEVERITY_NOTE, "unreadable", (struct text_place){1, 1},
				    "what comes behind so many errors was not looked at");
	if (rc || errors->len)
		return rc;
	return findings_add(out, SEVERITY_ERROR, "unreadable", place_or_begin(reason->place), "%s",
			    err_sentence(reason));
}

/* What cannot be read at all is a finding like others; so is what is read, and ignored. */
static int check_text(const struct check_options *options, const char *path, const struct buf *text,
		      struct findings *out, struct err *err)
{
	struct file_options lenient = options->file;
	struct profile own_profile profile = {0};
	struct findings own_findings warnings = {0}, own_findings errors = {0};
	struct node own_node node = {0};
	struct places own_places found = {0};
	const struct node *inner;
	struct err reason = {0};
	bool is_document;
	int rc;

	if (profile_file_is_docker(path)) {
		rc = profile_file_read(path, &options->file, &profile, err);
		return rc ? rc : check_profile(&profile, NULL, options->consumer, out, err);
	}
	rc = profile_document(profile_file_name(path), buf__text(text), text->len, &node,
			      &is_document, &reason);
	if (!rc && is_document)
		rc = profile_in_document(profile_file_name(path), &node, &inner, &reason);
	if (!rc && is_document && !profile_is_resource(&node) &&
	    check_members(inner, options->consumer, out, err))
		return err->code;
	if (!rc && is_document && check_document(inner, options->consumer, out, err))
		return err->code;
	lenient.lenient = true;
	lenient.warnings = &warnings;
	lenient.errors = &errors;
	if (!rc)
		rc = profile_file_parse(path, text, &lenient, &profile, &reason);
	if (find_places(out, &found) || add_warnings(&warnings, &found, out) ||
	    (rc && add_errors(&errors, &reason, out)))
		return err_errno(err, -ENOMEM, "cannot check the profile");
	return rc ? 0 : check_profile(&profile, text, options->consumer, out, err);
}

static bool is_shown(const struct check_options *options, const struct finding *finding)
{
	return !options->quiet || finding->severity != SEVERITY_NOTE;
}

static void print_text(const struct check_options *options, const char *path,
		       const struct findings *findings)
{
	for (size_t i = 0; i < findings->len; i++) {
		const struct finding *finding = &findings->list[i];

		if (!is_shown(options, finding))
			continue;
		printf("%s", profile_file_name(path));
		if (finding->place.line)
			printf(":%u:%u", finding->place.line, finding->place.column);
		printf(": %s: %s [%s]\n", severity_name(finding->severity), finding->text,
		       finding->id);
	}
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
		buf__addf(&text, "%s\n    {\"severity\": \"%s\", \"id\": \"%s\", ", before,
			  severity_name(finding->severity), finding->id);
		if (finding->place.line)
			buf__addf(&text, "\"line\": %u, \"column\": %u, ", finding->place.line,
				  finding->place.column);
		buf__addf(&text, "\"text\": ");
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
	int rest, status;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	if (argc - rest != 1)
		err_set(&err, -EINVAL, "check takes one profile");
	if (err.code || file_options_check(&options.file, &err))
		return command_usage_error(self, &err);
	if ((!profile_file_is_docker(argv[rest]) &&
	     file_read(argv[rest], PROFILE_FILE_MAX, &text, &err)) ||
	    check_text(&options, argv[rest], &text, &findings, &err)) {
		log_error("%s", err.text);
		return STATUS_USAGE;
	}
	/* 1 would be an error among the findings */
	if (options.json && print_json(&options, &findings, &err)) {
		log_error("%s", err.text);
		return STATUS_USAGE;
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
		"Prints a finding a line, with its place: unknown names, rules that have no effect, what runtimes refuse or ignore, what every\n"
		"program needs, wide and risky rules, what libseccomp makes something else of. Exit status 1: an error among them.\n",
	.options = rows,
	.run = run,
};

// SPDX-License-Identifier: BSD-2-Clause
#include "cli/options.h"
#include "base/num.h"
#include "base/spelling.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#define ROWS_MAX 64
/* getopt's value of a long option is its row and this: outside of what a letter can be */
#define ROW_BASE 1000

/* As getopt_long numbers it. */
static int takes_argument(const struct option_row *row)
{
	if (row->kind == OPTION_SET)
		return optional_argument;
	return row->kind != OPTION_FLAG && row->kind != OPTION_COUNT && row->kind != OPTION_HELP ?
		       required_argument :
		       no_argument;
}

/* getopt's two forms of the table. */
static void build(const struct option_row *rows, bool anywhere, struct option longs[ROWS_MAX + 1],
		  char letters[3 * ROWS_MAX + 3])
{
	size_t n = 0;

	/* '+': stop at the command; ':': tell a missing argument from an unknown option */
	if (!anywhere)
		letters[n++] = '+';
	letters[n++] = ':';
	for (size_t i = 0; rows[i].name; i++) {
		longs[i] = (struct option){.name = rows[i].name,
					   .has_arg = takes_argument(&rows[i]),
					   .val = ROW_BASE + i};
		longs[i + 1] = (struct option){0};
		if (!rows[i].letter)
			continue;
		letters[n++] = rows[i].letter;
		for (int colons = takes_argument(&rows[i]); colons; colons--)
			letters[n++] = ':';
	}
	letters[n] = '\0';
}

static const struct option_row *row_of(const struct option_row *rows, int value)
{
	if (value >= ROW_BASE)
		return &rows[value - ROW_BASE];
	for (; rows->name; rows++)
		if (rows->letter && rows->letter == value)
			return rows;
	return NULL;
}

/* "--nonsense", "--nonsense=1" */
static int no_option(const struct option_row *rows, const char *text, struct err *err)
{
	char name[SPELLING_LEN];
	struct spelling spelling = {.word = name};

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text + 2, "="), text + 2);
	for (; rows->name; rows++)
		spelling_try(&spelling, rows->name);
	return err_set(err, -EINVAL, "there is no option %s%s", text,
		       spelling_hint(&spelling, "--"));
}

static int store_choice(const struct option_row *row, const char *text, int *out, struct err *err)
{
	struct spelling spelling = {.word = text};
	char list[256] = "";

	for (int i = 0; row->choices[i]; i++) {
		if (!strcmp(row->choices[i], text)) {
			*out = i;
			return 0;
		}
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", i ? ", " : "",
			 row->choices[i]);
		spelling_try(&spelling, row->choices[i]);
	}
	return err_set(err, -EINVAL, "--%s '%s' is none of %s%s", row->name, text, list,
		       spelling_hint(&spelling, ""));
}

static int store_text(const struct option_row *row, const char *text, const char **out,
		      struct err *err)
{
	if (*out)
		return err_set(err, -EINVAL, "--%s was given twice", row->name);
	*out = text;
	return 0;
}

static int store_version(const struct option_row *row, const char *text, const char **out,
			 struct err *err)
{
	unsigned int major, minor;

	if (num_parse_version(text, &major, &minor))
		return err_set(err, -EINVAL, "%s '%s' is not a version such as 4.8", row->name,
			       text);
	return store_text(row, text, out, err);
}

static int store(const struct option_row *row, const char *text, void *into, struct err *err)
{
	void *place = (char *)into + row->offset;
	struct texts *texts = place;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)place = true;
		return 0;
	case OPTION_COUNT:
		++*(int *)place;
		return 0;
	case OPTION_TEXT:
	case OPTION_SET:
		return store_text(row, text, place, err);
	case OPTION_VERSION:
		return store_version(row, text, place, err);
	case OPTION_TEXTS:
		if (texts->len == TEXTS_MAX)
			return err_set(err, -EINVAL, "--%s was given more than %d times", row->name,
				       TEXTS_MAX);
		texts->text[texts->len++] = text;
		return 0;
	case OPTION_DURATION:
		return num_parse_duration(text, place, err);
	case OPTION_SIZE:
		return num_parse_size(text, row->name, row->max, place, err);
	case OPTION_CHOICE:
		return store_choice(row, text, place, err);
	case OPTION_HELP:
		break;
	}
	return 0;
}

static int parse(const struct option_row *rows, bool anywhere, int argc, char **argv, void *into,
		 int *rest, bool *help, struct err *err)
{
	struct option longs[ROWS_MAX + 1];
	char letters[3 * ROWS_MAX + 3];
	struct err reason = {0};
	int value;

	build(rows, anywhere, longs, letters);
	*help = false;
	opterr = 0;
	optind = 0; /* glibc: start anew, with the '+' honoured */
	while ((value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct option_row *row;

		if (value == '?' && optopt && optopt < ROW_BASE)
			return err_set(err, -EINVAL, "there is no option -%c", optopt);
		if (value == '?' && optopt)
			return err_set(err, -EINVAL, "option --%s takes no argument: %s",
				       row_of(rows, optopt)->name, argv[optind - 1]);
		if (value == '?')
			return no_option(rows, argv[optind - 1], err);
		if (value == ':')
			return err_set(err, -EINVAL, "option %s needs an argument",
				       argv[optind - 1]);
		row = row_of(rows, value);
		if (row->kind == OPTION_HELP) {
			*help = true;
			return 0;
		}
		/* to getopt, what may be missing is never a word of its own */
		if (row->kind == OPTION_SET && !optarg)
			optarg = optind < argc && *argv[optind] != '-' ? argv[optind++] : "default";
		/* whichever way a number is wrong, it is a usage error */
		if (store(row, optarg, into, &reason))
			return err_set(err, -EINVAL, "%s", reason.text);
	}
	*rest = optind;
	return 0;
}

int options_parse(const struct option_row *rows, int argc, char **argv, void *into, int *rest,
		  bool *help, struct err *err)
{
	return parse(rows, false, argc, argv, into, rest, help, err);
}

int options_parse_anywhere(const struct option_row *rows, int argc, char **argv, void *into,
			   int *rest, bool *help, struct err *err)
{
	return parse(rows, true, argc, argv, into, rest, help, err);
}

void option_text(const struct option_row *row, char out[OPTION_TEXT_LEN])
{
	char letter[] = "-x, ";

	letter[1] = row->letter;
	snprintf(out, OPTION_TEXT_LEN, "%s--%s%s%s", row->letter ? letter : "", row->name,
		 row->argument ? " " : "", row->argument ? row->argument : "");
}

void options_print(const struct option_row *rows)
{
	for (; rows->name; rows++) {
		char text[OPTION_TEXT_LEN];

		option_text(rows, text);
		/* those without a letter stand below the others' names */
		printf(rows->letter ? "  %-29s %s\n" : "      %-25s %s\n", text, rows->help);
	}
}

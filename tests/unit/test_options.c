// SPDX-License-Identifier: BSD-2-Clause
#include "cli/options.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const choices[] = {"auto", "always", "never", NULL};

struct values {
	bool flag;
	int count;
	const char *text, *set;
	struct texts texts;
	uint64_t duration, size;
	int choice;
};

#define AT(member) offsetof(struct values, member)

static const struct option_row rows[] = {
	{"flag", 'f', OPTION_FLAG, NULL, "a flag", AT(flag), NULL, 0},
	{"count", 'c', OPTION_COUNT, NULL, "one more", AT(count), NULL, 0},
	{"text", 't', OPTION_TEXT, "TEXT", "a text", AT(text), NULL, 0},
	{"set", 'S', OPTION_SET, "[LIST]", "a list", AT(set), NULL, 0},
	{"texts", 'T', OPTION_TEXTS, "TEXT", "texts", AT(texts), NULL, 0},
	{"for", 0, OPTION_DURATION, "DURATION", "a duration", AT(duration), NULL, 0},
	{"size", 's', OPTION_SIZE, "SIZE", "a size", AT(size), NULL, 1 << 20},
	{"choice", 0, OPTION_CHOICE, "WHEN", "a choice", AT(choice), choices, 0},
	{"help", 'h', OPTION_HELP, NULL, "help", 0, NULL, 0},
	{0},
};

#define WORDS_MAX 12

/* Parses words; *argc is their number with the command's name in front. */
static int parse(const char *const *words, struct values *values, int *rest, int *argc, bool *help,
		 struct err *err)
{
	static char *argv[WORDS_MAX + 2];

	*argc = 1;
	argv[0] = "command";
	for (; *words; words++)
		argv[(*argc)++] = (char *)*words;
	argv[*argc] = NULL;
	return options_parse(rows, *argc, argv, values, rest, help, err);
}

Test(options, good)
{
	static const struct {
		const char *words[WORDS_MAX];
		struct values want;
		int rest; /* words left over */
	} good[] = {
		{{NULL}, {0}, 0},
		{{"--flag"}, {.flag = true}, 0},
		{{"-f"}, {.flag = true}, 0},
		{{"-f", "--flag"}, {.flag = true}, 0},
		{{"-c"}, {.count = 1}, 0},
		{{"-ccc", "--count", "-c"}, {.count = 5}, 0},
		{{"-fc"}, {.flag = true, .count = 1}, 0},
		{{"--text", "a b"}, {.text = "a b"}, 0},
		{{"--text=a=b"}, {.text = "a=b"}, 0},
		{{"--text="}, {.text = ""}, 0},
		{{"-t", "x"}, {.text = "x"}, 0},
		{{"-tx"}, {.text = "x"}, 0},
		{{"-t", "-f"}, {.text = "-f"}, 0},
		{{"-t", "--"}, {.text = "--"}, 0},
		{{"-fct", "x"}, {.flag = true, .count = 1, .text = "x"}, 0},
		{{"-ctf"}, {.count = 1, .text = "f"}, 0},
		{{"-T", "a", "--texts=b", "-Tc"}, {.texts = {.text = {"a", "b", "c"}, .len = 3}}, 0},
		{{"--for", "1h30m"}, {.duration = 5400000000000}, 0},
		{{"--for=90", "--for=5"}, {.duration = 5000000000}, 0},
		{{"--set"}, {.set = "default"}, 0},
		{{"--set", "a,b"}, {.set = "a,b"}, 0},
		{{"--set=a", "b"}, {.set = "a"}, 1},
		{{"--set="}, {.set = ""}, 0},
		{{"--set", "-f"}, {.set = "default", .flag = true}, 0},
		{{"--set", "--", "ls"}, {.set = "default"}, 1},
		{{"--set", "a", "ls", "-f"}, {.set = "a"}, 2},
		{{"-fSa", "-c"}, {.flag = true, .set = "a", .count = 1}, 0},
		{{"-fS", "-c"}, {.flag = true, .set = "default", .count = 1}, 0},
		{{"-S", "a"}, {.set = "a"}, 0},
		{{"--size", "64k"}, {.size = 65536}, 0},
		{{"-s1m"}, {.size = 1 << 20}, 0},
		{{"--choice", "auto"}, {.choice = 0}, 0},
		{{"--choice=never"}, {.choice = 2}, 0},
		{{"--"}, {0}, 0},
		{{"-"}, {0}, 1},
		{{"ls"}, {0}, 1},
		{{"ls", "-f", "--no-such"}, {0}, 3},
		{{"-f", "ls", "-c"}, {.flag = true}, 2},
		{{"--", "-f", "--no-such"}, {0}, 2},
		{{"-f", "--", "--", "-c"}, {.flag = true}, 2},
		{{"-f", "--", "ls", "--"}, {.flag = true}, 2},
		{{"-t", "ls", "-f", "sh", "-c"}, {.text = "ls", .flag = true}, 2},
		{{""}, {0}, 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		const struct values *want = &good[i].want;
		struct values got = {0};
		struct err err = {0};
		bool help = true;
		int rest = -1, argc;

		cr_expect_eq(parse(good[i].words, &got, &rest, &argc, &help, &err), 0,
			     "row %zu: %s", i, err.text);
		cr_expect_not(help, "row %zu", i);
		cr_expect_eq(argc - rest, good[i].rest, "row %zu: %d are left", i, argc - rest);
		cr_expect_eq(got.flag, want->flag, "row %zu", i);
		cr_expect_eq(got.count, want->count, "row %zu", i);
		cr_expect(want->text ? got.text && !strcmp(got.text, want->text) : !got.text,
			  "row %zu: %s", i, got.text);
		cr_expect(want->set ? got.set && !strcmp(got.set, want->set) : !got.set,
			  "row %zu: %s", i, got.set);
		cr_expect_eq(got.duration, want->duration, "row %zu", i);
		cr_expect_eq(got.size, want->size, "row %zu", i);
		cr_expect_eq(got.choice, want->choice, "row %zu", i);
		cr_assert_eq(got.texts.len, want->texts.len, "row %zu", i);
		for (size_t k = 0; k < want->texts.len; k++)
			cr_expect_str_eq(got.texts.text[k], want->texts.text[k]);
	}
}

Test(options, bad)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *says; /* part of the sentence */
	} bad[] = {
		{{"--nonsense"}, "there is no option --nonsense"},
		{{"-f", "--nonsense=1", "ls"}, "--nonsense"},
		{{"-x"}, "-x"},
		{{"-fx"}, "-x"},
		{{"-xf", "ls"}, "-x"},
		{{"-?"}, "-?"},
		{{"-:"}, "-:"},
		{{"-+"}, "-+"},
		{{"--flag=yes"}, "option --flag takes no argument"},
		{{"--help=me"}, "--help"},
		{{"--text"}, "--text"},
		{{"-t"}, "-t"},
		{{"-ft"}, "needs an argument"},
		{{"-f", "--size"}, "--size"},
		{{"--texts"}, "--texts"},
		{{"-t", "a", "--text=b"}, "--text was given twice"},
		{{"-t", "", "-t", ""}, "--text was given twice"},
		{{"--set", "--set"}, "--set was given twice"},
		{{"--for", "1w"}, "'1w'"},
		{{"--for="}, "''"},
		{{"--for", "0"}, "'0'"},
		{{"--size", "1x"}, "'1x'"},
		{{"--size", "2m"}, "size"},
		{{"--size", "--flag"}, "'--flag'"},
		{{"--choice", "sometimes"}, "auto, always, never"},
		{{"--choice", "alway"}, "'alway'"},
		{{"--choice", ""}, "--choice"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct values got = {0};
		struct err err = {0};
		bool help = true;
		int rest = -77, argc;

		cr_expect_eq(parse(bad[i].words, &got, &rest, &argc, &help, &err), -EINVAL,
			     "row %zu", i);
		cr_expect_eq(err.code, -EINVAL, "row %zu", i);
		cr_expect(strstr(err.text, bad[i].says), "row %zu: %s", i, err.text);
		cr_expect_not(help, "row %zu", i);
		cr_expect_eq(rest, -77, "row %zu", i);
	}
}

/* Nothing matters behind --help; what is wrong before it does. */
Test(options, help)
{
	static const struct {
		const char *words[WORDS_MAX];
		int rc;
		bool help;
	} helps[] = {
		{{"--help"}, 0, true},        {{"-h"}, 0, true},
		{{"-fh"}, 0, true},           {{"-f", "--help", "--nonsense"}, 0, true},
		{{"-hx"}, 0, true},           {{"--nonsense", "--help"}, -EINVAL, false},
		{{"--", "--help"}, 0, false}, {{"ls", "--help"}, 0, false},
		{{"-t", "--help"}, 0, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(helps); i++) {
		struct values got = {0};
		bool help = !helps[i].help;
		int rest, argc;

		cr_expect_eq(parse(helps[i].words, &got, &rest, &argc, &help, NULL), helps[i].rc,
			     "row %zu", i);
		cr_expect_eq(help, helps[i].help, "row %zu", i);
	}
}

Test(options, too_many_texts)
{
	char *argv[TEXTS_MAX + 3] = {"command"};
	struct values got = {0};
	struct err err = {0};
	int rest;
	bool help;

	for (int i = 1; i <= TEXTS_MAX + 1; i++)
		argv[i] = "-Tx";
	cr_expect_eq(options_parse(rows, TEXTS_MAX + 1, argv, &got, &rest, &help, &err), 0, "%s",
		     err.text);
	cr_expect_eq(got.texts.len, TEXTS_MAX);
	got = (struct values){0};
	cr_expect_eq(options_parse(rows, TEXTS_MAX + 2, argv, &got, &rest, &help, &err), -EINVAL);
	cr_expect(strstr(err.text, "--texts"), "%s", err.text);
	cr_expect_eq(got.texts.len, TEXTS_MAX);
}

/* The words of the caller stay in their order: a command is run with them. */
Test(options, words_are_not_moved)
{
	char *argv[] = {"command", "-f", "ls", "-c", "--", "x", "-t", NULL}, *before[8];
	struct values got = {0};
	int rest;
	bool help;

	memcpy(before, argv, sizeof(argv));
	cr_expect_eq(options_parse(rows, 7, argv, &got, &rest, &help, NULL), 0);
	cr_expect_eq(rest, 2);
	cr_expect_eq(memcmp(before, argv, sizeof(argv)), 0);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options as rows: one row is parsing, help and limits of one option, and the place in the command's own struct that it
 * fills in. Help text, man synopsis check and completion are read from the same rows.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
	OPTION_FLAG,     /* bool */
	OPTION_COUNT,    /* int, one more each time */
	OPTION_TEXT,     /* const char *, borrowed from argv */
	OPTION_SET,      /* the same; "default" if the next word is an option, or there is none */
	OPTION_VERSION,  /* the same, of a kernel: "4.8" */
	OPTION_TEXTS,    /* struct texts: may be given more than once */
	OPTION_DURATION, /* uint64_t, ns */
	OPTION_SIZE,     /* uint64_t, bytes */
	OPTION_CHOICE,   /* int: index into choices */
	OPTION_HELP,     /* no place: the caller prints help */
};

struct option_row {
	const char *name; /* long name; NULL ends a table */
	char letter;      /* 0: none */
	enum option_kind kind;
	const char *argument; /* what help calls it */
	const char *help;
	size_t offset;
	/* NULL-terminated; of OPTION_CHOICE all that there are, of others those that a shell offers */
	const char *const *choices;
	uint64_t max; /* of OPTION_SIZE */
};

#define TEXTS_MAX 256

struct texts {
	const char *text[TEXTS_MAX];
	size_t len;
};

/**
 * Fills `into` from argv[1..] up to "--" or the first word that is no option, and sets *rest to the index of what
 * follows. *help: --help was given, and nothing else matters. -EINVAL: a usage error.
 */
int options_parse(const struct option_row *rows, int argc, char **argv, void *into, int *rest,
		  bool *help, struct err *err) must_check;

/** The same with options anywhere before "--": moves them before the words, which begin at *rest. */
int options_parse_anywhere(const struct option_row *rows, int argc, char **argv, void *into,
			   int *rest, bool *help, struct err *err) must_check;

/** "-o, --output FILE" of a row. */
#define OPTION_TEXT_LEN 64
void option_text(const struct option_row *row, char out[OPTION_TEXT_LEN]);

/** Prints the rows for people, two columns, on stdout. */
void options_print(const struct option_row *rows);

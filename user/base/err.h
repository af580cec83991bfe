/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An error: its code and its sentence, born together. The caller owns the struct (it may pass NULL and take the code
 * alone); nothing is allocated. Sentences are lower case, without a full stop, name the object, and the remedy where there
 * is one. What is wrong with a file has its place there beside the sentence, for whoever wants to know it: nobody reads it out of the text.
 */
#pragma once

#include "base/own.h"

#include <stdarg.h>
#include <stddef.h>

#define ERR_TEXT_LEN 1024
#define ERR_FILE_LEN                                                                               \
	500 /* of a longer name that much is told: the sentence is not to be lost for it */

/** Where something stands in a text, for people: from 1 on, columns in characters. Line 0: nowhere. */
struct text_place {
	unsigned int line, column;
};

struct err {
	int code;                /* negative errno, 0 as long as nothing failed */
	struct text_place place; /* in the file that is wrong, if it is one */
	size_t front;            /* bytes of the text before what is wrong there */
	char text[ERR_TEXT_LEN];
};

/** Stores code and sentence (cut at ERR_TEXT_LEN) and returns code, which must be negative. Overwrites nothing: the first
 * error stays. */
int err_set(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** As err_set, with ": STRERROR" of the code behind the sentence. */
int err_errno(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** As err_set, with "FILE:LINE:COLUMN: " before the sentence. */
int err_at(struct err *err, int code, const char *file, struct text_place place, const char *format,
	   ...) __attribute__((format(printf, 5, 6)));
int err_at_args(struct err *err, int code, const char *file, struct text_place place,
		const char *format, va_list args) __attribute__((format(printf, 5, 0)));

/** What is wrong, without the place in a file. */
const char *err_sentence(const struct err *err);

/** Puts "CONTEXT: " before the sentence of an error that happened; returns its code. */
int err_wrap(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An error: its code and its sentence, born together. The caller owns the struct (it may pass NULL and take the code
 * alone); nothing is allocated. Sentences are lower case, without a full stop, name the object, and the remedy where there
 * is one.
 */
#pragma once

#include "base/own.h"

#define ERR_TEXT_LEN 1024

struct err {
	int code; /* negative errno, 0 as long as nothing failed */
	char text[ERR_TEXT_LEN];
};

/** Stores code and sentence (cut at ERR_TEXT_LEN) and returns code, which must be negative. Overwrites nothing: the first
 * error stays. */
int err_set(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** As err_set, with ": STRERROR" of the code behind the sentence. */
int err_errno(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** Puts "CONTEXT: " before the sentence of an error that happened; returns its code. */
int err_wrap(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

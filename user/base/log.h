/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is said beside the result: one line each on stderr, "whittle: LEVEL: text". Libraries below cli do not call it; they
 * return errors. The level is the one global of the program besides its signal handling.
 */
#pragma once

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_NOTE, /* the default: summary and progress, too */
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

void log_set_level(enum log_level level);
/** Control characters become '?': a text in which a name may be somebody else's choice stays in its line, and no terminal obeys it. */
void log_keep_in_line(char *text);

/** Would a line of this level be written? */
int log_enabled(enum log_level level);

void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_LEVEL_WARN, __VA_ARGS__)
/* without a level word: what the user asked to be told */
#define log_note(...)  log_write(LOG_LEVEL_NOTE, __VA_ARGS__)
#define log_info(...)  log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/parse_list.h"
#include "syscalls/syscall.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define NAMES_MAX 10000

struct line {
	const char *text;
	size_t len;
	unsigned int number; /* from 1 on */
};

/* The next line; start with a zeroed *line. */
static bool next_line(const char *text, size_t len, struct line *line)
{
	const char *start = line->number ? line->text + line->len + 1 : text;
	const char *end;

	if (start >= text + len)
		return false;
	end = memchr(start, '\n', text + len - start);
	line->text = start;
	line->len = (end ? end : text + len) - start;
	line->number++;
	return true;
}

static bool is_name(const char *text, size_t len)
{
	if (!len || len >= SYSCALL_NAME_LEN || !(islower((unsigned char)*text) || *text == '_'))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!islower((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) &&
		    text[i] != '_')
			return false;
	return true;
}

/* The next blank-separated word of a line from *at on. */
static bool next_word(const struct line *line, size_t *at, const char **word, size_t *len)
{
	while (*at < line->len && isspace((unsigned char)line->text[*at]))
		++*at;
	*word = line->text + *at;
	*len = 0;
	while (*at < line->len && !isspace((unsigned char)line->text[*at])) {
		++*at;
		++*len;
	}
	return *len;
}

static int add(struct profile *profile, const char *file, const char *word, size_t len,
	       struct err *err)
{
	char name[SYSCALL_NAME_LEN];

	memcpy(name, word, len);
	name[len] = '\0';
	if (profile->rules[0].names_len >= NAMES_MAX)
		return err_set(err, -EINVAL, "%s: more than %d names", file, NAMES_MAX);
	return rule_add_name(&profile->rules[0], name) ?
		       err_errno(err, -ENOMEM, "cannot read %s", file) :
		       0;
}

static int begin(const char *file, const struct parse_options *options, struct profile *profile,
		 struct err *err)
{
	*profile = (struct profile){.default_action = ACTION_ERRNO, .default_errno = EPERM};
	profile->arches[options->arch] = true;
	return profile_add_rule(profile, ACTION_ALLOW, 0) ?
		       0 :
		       err_errno(err, -ENOMEM, "cannot read %s", file);
}

static int end(const char *file, struct profile *profile, struct profile *out, struct err *err)
{
	if (!profile->rules[0].names_len)
		return err_set(err, -EINVAL, "%s: it names no call", file);
	*out = *profile;
	*profile = (struct profile){0};
	return 0;
}

/* --- a list --- */

bool is_list(const char *text, size_t len)
{
	struct line line = {0};
	const char *word;
	size_t at, n;

	while (next_line(text, len, &line)) {
		at = 0;
		if (next_word(&line, &at, &word, &n) && *word != '#')
			return is_name(word, n);
	}
	return false;
}

int parse_list(const char *name, const char *text, size_t len, const struct parse_options *options,
	       struct profile *out, struct err *err)
{
	struct profile own_profile profile = {0};
	struct line line = {0};
	int rc = begin(name, options, &profile, err);

	while (!rc && next_line(text, len, &line)) {
		const char *word;
		size_t at = 0, n;

		while (!rc && next_word(&line, &at, &word, &n) && *word != '#') {
			if (!is_name(word, n))
				rc = err_set(err, -EINVAL, "%s:%u:%zu: '%.*s' is no name of a call",
					     name, line.number, word - line.text + 1,
					     (int)(n < 40 ? n : 40), word);
			else
				rc = add(&profile, name, word, n, err);
		}
	}
	return rc ? rc : end(name, &profile, out, err);
}

/* --- strace -c: columns under "% time ... syscall", between lines of dashes; the name is the last column --- */

bool is_strace_summary(const char *text, size_t len)
{
	struct line line = {0};

	while (next_line(text, len, &line))
		if (line.len > 6 && !strncmp(line.text, "% time", 6))
			return true;
	return false;
}

int parse_strace_summary(const char *name, const char *text, size_t len,
			 const struct parse_options *options, struct profile *out, struct err *err)
{
	struct profile own_profile profile = {0};
	struct line line = {0};
	int dashes = 0;
	int rc = begin(name, options, &profile, err);

	while (!rc && next_line(text, len, &line)) {
		const char *word = NULL, *last = NULL;
		size_t at = 0, n, last_len = 0;

		while (next_word(&line, &at, &word, &n)) {
			last = word;
			last_len = n;
		}
		/* a table for each architecture: two lines of dashes each */
		if (last && *line.text == '-')
			dashes++;
		else if (last && dashes % 2 && !is_name(last, last_len))
			rc = err_set(err, -EINVAL, "%s:%u:%zu: '%.*s' is no name of a call", name,
				     line.number, last - line.text + 1,
				     (int)(last_len < 40 ? last_len : 40), last);
		else if (last && dashes % 2)
			rc = add(&profile, name, last, last_len, err);
	}
	return rc ? rc : end(name, &profile, out, err);
}

/* --- strace: "NAME(...", behind "PID ", "[pid N] " and times; "<... NAME resumed>" --- */

static bool is_time(const char *word, size_t len)
{
	/* the text need not end in a NUL */
	for (size_t i = 0; i < len; i++)
		if (!isdigit((unsigned char)word[i]) && (!word[i] || !strchr(".:+", word[i])))
			return false;
	return len;
}

/* The name of the call that the line begins; false: it begins none (a signal, an exit, the end of a call). */
static bool call_of(const struct line *line, const char **name, size_t *name_len)
{
	const char *word, *paren;
	size_t at = 0, n;

	while (next_word(line, &at, &word, &n)) {
		if (is_time(word, n) || (n >= 4 && !strncmp(word, "[pid", 4)) ||
		    (n > 1 && word[n - 1] == ']' && is_time(word, n - 1)))
			continue;
		paren = memchr(word, '(', n);
		*name = word;
		*name_len = paren ? paren - word : 0;
		return paren && is_name(word, *name_len);
	}
	return false;
}

bool is_strace_log(const char *text, size_t len)
{
	struct line line = {0};
	const char *name;
	size_t n;

	while (next_line(text, len, &line) && line.number < 100)
		if (call_of(&line, &name, &n))
			return true;
	return false;
}

int parse_strace_log(const char *name, const char *text, size_t len,
		     const struct parse_options *options, struct profile *out, struct err *err)
{
	struct profile own_profile profile = {0};
	struct line line = {0};
	int rc = begin(name, options, &profile, err);

	while (!rc && next_line(text, len, &line)) {
		const char *word;
		size_t n;

		if (call_of(&line, &word, &n))
			rc = add(&profile, name, word, n, err);
	}
	return rc ? rc : end(name, &profile, out, err);
}

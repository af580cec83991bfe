// SPDX-License-Identifier: BSD-2-Clause
#include "profile/parse_list.h"
#include "base/num.h"
#include "profile/text.h"
#include "syscalls/syscall.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX     10000
#define UNKNOWN_TOLD  16 /* numbers without a name: that many are told one by one */
#define STRACE_NUMBER "syscall_0x"
#define NO_PLACE      ((struct text_place){0}) /* of what is said of all of it */

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

/* What is being read, and into what. */
struct reading {
	const char *file, *text;
	size_t len;
	const struct parse_options *options;
	struct profile *profile;
	struct err *err;
	size_t unknown; /* numbers that were left out */
	/* of a log of strace */
	size_t skipped;    /* lines that begin like a call, and no end of one was found */
	const char *begun; /* the name in one of them, whose end may yet come; NULL: there is none */
	size_t begun_len;
	bool begun_open;
};

static struct reading reading_of(const char *file, const char *text, size_t len,
				 const struct parse_options *options, struct profile *profile,
				 struct err *err)
{
	return (struct reading){.file = file,
				.text = text,
				.len = len,
				.options = options,
				.profile = profile,
				.err = err};
}

__attribute__((format(printf, 3, 4))) static int refuse(const struct reading *r, const char *at,
							const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = err_at_args(r->err, -EINVAL, r->file, text_place(r->text, at - r->text), format, args);
	va_end(args);
	return rc;
}

static int no_memory(const struct reading *r)
{
	return err_errno(r->err, -ENOMEM, "cannot read %s", r->file);
}

static int no_name(const struct reading *r, const char *word, size_t len)
{
	return refuse(r, word, "'%.*s' is no name of a call", (int)(len < 40 ? len : 40), word);
}

/* "syscall_0x1c5": strace is older than the call. The number is the kernel's, and syscall_is_name() has seen to its digits' case. */
static bool number_of(const char *name, enum arch arch, int64_t *nr)
{
	const char *digits = name + strlen(STRACE_NUMBER);
	size_t len = strlen(digits);

	/* strtoll would take a sign, a second 0x and nothing at all */
	if (!len || len > 8 || strspn(digits, "0123456789abcdef") != len)
		return false;
	*nr = strtoll(digits, NULL, 16);
	if (*nr >= arch_number_base(arch))
		*nr -= arch_number_base(arch);
	return true;
}

static int name_number(struct reading *r, const char *word, char name[SYSCALL_NAME_LEN])
{
	struct syscall call = {.arch = r->options->arch};
	char known[SYSCALL_NAME_LEN];

	if (number_of(name, call.arch, &call.nr) && syscall_name(&call, known)) {
		strcpy(name, known);
		return 0;
	}
	if (!r->options->lenient)
		return refuse(r, word, "neither strace nor whittle knows the call %.40s", name);
	if (r->unknown++ < UNKNOWN_TOLD &&
	    findings_add_ignored(r->options->warnings, text_place(r->text, word - r->text),
				 "neither strace nor whittle knows the call %s: left out", name))
		return no_memory(r);
	*name = '\0';
	return 0;
}

/* `word` syscall_is_name(). */
static int add(struct reading *r, const char *word, size_t len)
{
	struct rule *rule = &r->profile->rules[0];
	char name[SYSCALL_NAME_LEN];
	int rc = 0;

	memcpy(name, word, len);
	name[len] = '\0';
	if (rule->names.len >= NAMES_MAX)
		return refuse(r, word, "more than %d names", NAMES_MAX);
	if (!strncmp(name, STRACE_NUMBER, strlen(STRACE_NUMBER)))
		rc = name_number(r, word, name);
	if (rc || !*name)
		return rc;
	return names_add(&rule->names, name) ? no_memory(r) : 0;
}

static int begin(const struct reading *r)
{
	*r->profile = (struct profile){.default_action = ACTION_ERRNO, .default_errno = EPERM};
	r->profile->arches[r->options->arch] = true;
	return profile_add_rule(r->profile, ACTION_ALLOW, 0) ? 0 : no_memory(r);
}

static int end(const struct reading *r, struct profile *out)
{
	if (r->unknown > UNKNOWN_TOLD &&
	    findings_add_ignored(r->options->warnings, NO_PLACE,
				 "%zu more that nobody knows %s left out",
				 r->unknown - UNKNOWN_TOLD,
				 num_word(r->unknown - UNKNOWN_TOLD, "is", "are")))
		return no_memory(r);
	if (!r->profile->rules[0].names.len)
		return refuse(r, r->text + r->len, "the file ends, and names no call");
	*out = *r->profile;
	*r->profile = (struct profile){0};
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
			return syscall_is_name(word, n);
	}
	return false;
}

/* Nearly any text is a list of words. */
static bool names_a_call(const struct rule *rule)
{
	for (size_t i = 0; i < rule->names.len; i++)
		if (syscall_exists(rule->names.list[i]))
			return true;
	return false;
}

int parse_list(const char *name, const char *text, size_t len, const struct parse_options *options,
	       struct profile *out, struct err *err)
{
	struct profile own_profile profile = {0};
	struct reading r = reading_of(name, text, len, options, &profile, err);
	struct line line = {0};
	int rc = begin(&r);

	while (!rc && next_line(text, len, &line)) {
		const char *word;
		size_t at = 0, n;

		while (!rc && next_word(&line, &at, &word, &n) && *word != '#') {
			rc = syscall_is_name(word, n) ? add(&r, word, n) : no_name(&r, word, n);
		}
	}
	if (!rc && profile.rules[0].names.len && !names_a_call(&profile.rules[0]))
		return refuse(&r, text, "no word of it is the name of a call");
	return rc ? rc : end(&r, out);
}

/* --- strace: "NAME(...", behind what its options put in front: "PID ", "PID<comm> ", "[pid N] ", "[number] ", "[address] ", times --- */

/* Behind the next `c` from `at` on; `at` if there is none. */
static size_t after_char(const struct line *line, size_t at, char c)
{
	const char *found = memchr(line->text + at, c, line->len - at);

	return found ? (size_t)(found + 1 - line->text) : at;
}

/* Where a "PID<comm>" or time that begins at `at` has ended, or `at`: it is neither. */
static size_t after_number(const struct line *line, size_t at)
{
	size_t end = at;

	/* the text need not end in a NUL */
	while (end < line->len && line->text[end] && strchr("0123456789.:+", line->text[end]))
		end++;
	if (end > at && end < line->len && line->text[end] == '<')
		end = after_char(line, end, '>');
	return end < line->len && isblank((unsigned char)line->text[end]) ? end : at;
}

static bool begins(const struct line *line, size_t at, const char *what)
{
	size_t len = strlen(what);

	return line->len - at >= len && !memcmp(line->text + at, what, len);
}

#define PROCESS "[ Process PID="

/* Where what options put in front has ended. */
static size_t after_front(const struct line *line)
{
	size_t at = 0, before;

	do {
		while (at < line->len && isblank((unsigned char)line->text[at]))
			at++;
		before = at;
		if (begins(line, at, PROCESS))
			break;
		at = at < line->len && line->text[at] == '[' ? after_char(line, at, ']') :
							       after_number(line, at);
	} while (at > before);
	return at;
}

/* The name of the call that the line begins; false: it begins none (a signal, an exit, the end of a call). */
static bool call_of(const struct line *line, const char **name, size_t *name_len)
{
	size_t at = after_front(line);
	const char *paren;

	paren = memchr(line->text + at, '(', line->len - at);
	*name = line->text + at;
	*name_len = paren ? paren - *name : 0;
	return paren && syscall_is_name(*name, *name_len);
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

/* "[ Process PID=4711 runs in 32 bit mode. ]", of update_personality() in its syscall.c; *at: where the mode stands. */
static bool mode_in_log(const struct line *line, size_t *at)
{
	*at = after_front(line);
	if (!begins(line, *at, PROCESS))
		return false;
	*at += strlen(PROCESS);
	while (*at < line->len && isdigit((unsigned char)line->text[*at]))
		++*at;
	if (!begins(line, *at, " runs in "))
		return false;
	*at += strlen(" runs in ");
	return true;
}

/* "System call usage summary for 32 bit mode:", of call_summary() in its count.c. */
static bool mode_of_table(const struct line *line, size_t *at)
{
	static const char before[] = "System call usage summary for ";

	*at = strlen(before);
	return begins(line, 0, before);
}

static enum arch arch_of_mode(const struct line *line, size_t at, enum arch host)
{
	if (begins(line, at, "32 bit mode"))
		return arch_compat(host);
	if (begins(line, at, "x32 mode") && host == arch_host(ARCH_X32))
		return ARCH_X32;
	return ARCH_INVALID;
}

/* Processes of another architecture are among those that made the calls: it is listed as well. */
static int add_mode(struct reading *r, const struct line *line, size_t at)
{
	enum arch arch = arch_of_mode(line, at, r->options->arch);

	if (arch == ARCH_INVALID || r->profile->arches[arch])
		return 0;
	r->profile->arches[arch] = true;
	return findings_add_ignored(r->options->warnings, (struct text_place){line->number, at + 1},
				    "some of the calls are %s ones: it is listed as well, and all of them are allowed there, too",
				    arch_token(arch)) ?
		       no_memory(r) :
		       0;
}

/* What strace says of a call ends in ") = ...", "<unfinished ...>" or "<detached ...>". What the program itself says may stand between that. */
static bool ends_call(const struct line *line)
{
	static const char *const others[] = {"<unfinished ...>", "<detached ...>"};

	for (size_t i = 0; i < line->len; i++) {
		size_t end = i + 1;

		if (line->text[i] != ')')
			continue;
		while (end < line->len && line->text[end] == ' ')
			end++;
		if (line->len - end > 2 && line->text[end] == '=' && line->text[end + 1] == ' ')
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (memmem(line->text, line->len, others[i], strlen(others[i])))
			return true;
	return false;
}

/* Do the arguments from `at` on go on behind the line? */
static bool is_open(const struct line *line, size_t at)
{
	bool quoted = false;
	int depth = 0;

	for (; at < line->len; at++) {
		char c = line->text[at];

		if (quoted && c == '\\')
			at++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted)
			depth += (c == '(') - (c == ')');
		if (!depth && !quoted)
			return false;
	}
	return true;
}

/* Of several that a call may have begun with, the first whose arguments go on, or else the first. */
static void begin_call(struct reading *r, const struct line *line, const char *name, size_t len)
{
	bool open = is_open(line, name + len - line->text);

	r->skipped++;
	if (r->begun && (r->begun_open || !open))
		return;
	r->begun = name;
	r->begun_len = len;
	r->begun_open = open;
}

static int add_begun(struct reading *r)
{
	const char *name = r->begun;

	if (!name)
		return 0;
	r->begun = NULL;
	r->skipped--;
	return add(r, name, r->begun_len);
}

/*
 * Where strace and the program write to one place, what the program says may stand between the two ends of a call, and look like the beginning
 * of one ("mount(2) failed"). Between them strace says nothing of another call.
 */
static int add_called(struct reading *r, const struct line *line)
{
	const char *name;
	size_t len, at;

	if (mode_in_log(line, &at))
		return add_mode(r, line, at);
	if (call_of(line, &name, &len)) {
		if (!ends_call(line)) {
			begin_call(r, line, name, len);
			return 0;
		}
		r->begun = NULL;
		return add(r, name, len);
	}
	if (begins(line, after_front(line), "<... "))
		r->begun = NULL;
	return ends_call(line) ? add_begun(r) : 0;
}

static int tell_skipped(const struct reading *r)
{
	return r->skipped && findings_add_ignored(r->options->warnings, NO_PLACE,
						  "%zu %s like a call and %s none: left out",
						  r->skipped,
						  num_word(r->skipped, "line begins",
							   "lines begin"),
						  num_word(r->skipped, "is", "are")) ?
		       no_memory(r) :
		       0;
}

int parse_strace_log(const char *name, const char *text, size_t len,
		     const struct parse_options *options, struct profile *out, struct err *err)
{
	struct profile own_profile profile = {0};
	struct reading r = reading_of(name, text, len, options, &profile, err);
	struct line line = {0};
	int rc = begin(&r);

	while (!rc && next_line(text, len, &line))
		rc = add_called(&r, &line);
	/* cut off in the middle of a call */
	if (!rc && r.begun_open)
		rc = add_begun(&r);
	rc = rc ? rc : tell_skipped(&r);
	return rc ? rc : end(&r, out);
}

/* --- strace -c: columns under "% time ... syscall", between lines of dashes; the name is the last column. With -C the log is in front --- */

#define DASHES "------"

bool is_strace_summary(const char *text, size_t len)
{
	struct line line = {0};

	while (next_line(text, len, &line))
		if (line.len > 6 && !strncmp(line.text, "% time", 6))
			return true;
	return false;
}

static int add_last_word(struct reading *r, const struct line *line)
{
	const char *word, *last = NULL;
	size_t at = 0, n, last_len = 0;

	while (next_word(line, &at, &word, &n)) {
		last = word;
		last_len = n;
	}
	if (!last)
		return 0;
	return syscall_is_name(last, last_len) ? add(r, last, last_len) :
						 no_name(r, last, last_len);
}

/* strace counts a call when it returns (count_syscall() in its count.c). */
static int add_endings(struct reading *r)
{
	static const char *const endings[] = {"exit", "exit_group"};
	const struct rule *rule = &r->profile->rules[0];
	struct buf own_buf added = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t before = rule->names.len;

		if (names_add(&r->profile->rules[0].names, endings[i]))
			return no_memory(r);
		if (rule->names.len > before)
			buf__addf(&added, " %s", endings[i]);
	}
	if (added.len &&
	    findings_add_ignored(r->options->warnings, NO_PLACE,
				 "strace -c counts no calls that do not return, which no program can do without: added%s",
				 buf__text(&added)))
		return no_memory(r);
	return 0;
}

int parse_strace_summary(const char *name, const char *text, size_t len,
			 const struct parse_options *options, struct profile *out, struct err *err)
{
	struct profile own_profile profile = {0};
	struct reading r = reading_of(name, text, len, options, &profile, err);
	struct line line = {0};
	int dashes = 0;
	int rc = begin(&r);

	while (!rc && next_line(text, len, &line)) {
		size_t at;

		if (dashes % 2 == 0 && mode_of_table(&line, &at))
			rc = add_mode(&r, &line, at);
		/* a table for each architecture: two lines of dashes each */
		else if (line.len >= strlen(DASHES) && !strncmp(line.text, DASHES, strlen(DASHES)))
			dashes++;
		else
			rc = dashes % 2 ? add_last_word(&r, &line) :
			     ends_call(&line) || mode_in_log(&line, &at) ? add_called(&r, &line) :
									   0;
	}
	if (!rc && dashes % 2)
		return refuse(&r, text + len, "the file ends within the table");
	if (!rc && profile.rules[0].names.len)
		rc = add_endings(&r);
	return rc ? rc : end(&r, out);
}

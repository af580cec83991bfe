// SPDX-License-Identifier: BSD-2-Clause
#include "profile/parse_systemd.h"
#include "profile/families.h"
#include "profile/systemd_groups.h"
#include "profile/systemd_unit.h"
#include "syscalls/syscall.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define WORDS_MAX 20000
#define WORD_LEN  128

/* A word of a value, and where it stands. */
struct word {
	char text[WORD_LEN];
	struct text_place place;
};

struct reader {
	const char *name;
	const char *at, *end, *line_start;
	unsigned int line;
	unsigned int first; /* line of a setting that says something about calls; 0: none yet */
	size_t words;
	const struct parse_options *options;
	struct err *err;
};

static int no_memory(const struct reader *r)
{
	return err_errno(r->err, -ENOMEM, "cannot read %s", r->name);
}

/* What systemd ignores: an error here, or with `lenient` a warning. */
__attribute__((format(printf, 3, 4))) static int object(struct reader *r, struct text_place place,
							const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!r->options->lenient)
		return err_at(r->err, -EINVAL, r->name, place, "%s", text);
	return findings_add_ignored(r->options->warnings, place, "%s: ignored", text) ?
		       no_memory(r) :
		       0;
}

/* --- lines --- */

/* In the line that is read. */
static struct text_place place_of(const struct reader *r, const char *at)
{
	return (struct text_place){r->line, at - r->line_start + 1};
}

static bool at_newline(const struct reader *r)
{
	return r->at >= r->end || *r->at == '\n';
}

static void skip_blanks(struct reader *r)
{
	while (!at_newline(r) && isspace((unsigned char)*r->at))
		r->at++;
}

static void skip_line(struct reader *r)
{
	while (!at_newline(r))
		r->at++;
	if (r->at < r->end)
		r->at++;
	r->line++;
	r->line_start = r->at;
}

static bool at_comment(const struct reader *r)
{
	return !at_newline(r) && (*r->at == '#' || *r->at == ';');
}

/* A backslash at the end of a line goes on in the next one that is no comment. */
static bool at_continuation(const struct reader *r)
{
	return r->at + 1 < r->end && r->at[0] == '\\' && r->at[1] == '\n';
}

static void skip_between(struct reader *r)
{
	skip_blanks(r);
	while (at_continuation(r)) {
		skip_line(r);
		skip_blanks(r);
		while (at_comment(r)) {
			skip_line(r);
			skip_blanks(r);
		}
	}
}

/* The next word of a value. One that is too long for anything ends in dots, which nothing does. */
static bool next_word(struct reader *r, struct word *word)
{
	size_t len = 0;

	skip_between(r);
	if (at_newline(r))
		return false;
	word->place = place_of(r, r->at);
	while (!at_newline(r) && !isspace((unsigned char)*r->at) && !at_continuation(r)) {
		if (len + 1 < WORD_LEN)
			word->text[len++] = *r->at;
		else
			memcpy(word->text + WORD_LEN - 4, "...", 3);
		r->at++;
	}
	word->text[len] = '\0';
	r->words++;
	return true;
}

static void skip_value(struct reader *r)
{
	struct word word;

	while (next_word(r, &word))
		;
}

/* A '~' in front of a value. */
static bool take_tilde(struct reader *r)
{
	skip_between(r);
	if (at_newline(r) || *r->at != '~')
		return false;
	r->at++;
	return true;
}

/* --- lists of calls --- */

/* "NAME", "@GROUP", with ":ERRNO" or ":kill" behind it. */
static int read_call(struct reader *r, struct word *word, bool inverted, struct unit_list *list)
{
	struct names own_names names = {0};
	char *colon = strchr(word->text, ':');
	int number = UNIT_PLAIN, rc;

	if (colon) {
		*colon = '\0';
		number = strcmp(colon + 1, "kill") ? errno_from_text(colon + 1) : UNIT_KILL;
		if (number == -1)
			return object(r, word->place, "there is no errno '%.40s'", colon + 1);
		if (!inverted)
			return object(r, word->place,
				      "'%s' is allowed here and takes no errno: it is for a list with ~",
				      word->text);
	}
	if (*word->text == '@') {
		rc = systemd_group_names(word->text, &names);
		if (rc == -ENOENT)
			return object(r, word->place, "whittle knows no group '%.60s' of systemd's",
				      word->text);
		r->words += names.len; /* it is as many words as it has names */
	} else if (!syscall_is_name(word->text, strlen(word->text))) {
		return object(r, word->place, "'%.60s' is no name of a call", word->text);
	} else {
		rc = names_add(&names, word->text);
	}
	if (!rc)
		rc = unit_list_add(list, inverted, &names, number);
	return rc ? no_memory(r) : 0;
}

static int read_list(struct reader *r, struct unit_list *list, bool with_default)
{
	bool inverted = take_tilde(r), some = inverted;
	struct word word;

	for (; next_word(r, &word); some = true) {
		int rc;

		if (!list->is_set && unit_list_begin(list, inverted, with_default))
			return no_memory(r);
		rc = read_call(r, &word, inverted, list);
		if (!rc && r->words > WORDS_MAX)
			rc = err_at(r->err, -EINVAL, r->name, word.place, "more than %d words",
				    WORDS_MAX);
		if (rc)
			return rc;
	}
	if (!some)
		unit_list_reset(list);
	else if (!list->is_set && unit_list_begin(list, inverted, with_default))
		return no_memory(r);
	return 0;
}

/* --- the directives --- */

static int read_calls(struct reader *r, struct unit *unit)
{
	return read_list(r, &unit->calls, true);
}

static int read_logged(struct reader *r, struct unit *unit)
{
	return read_list(r, &unit->logged, false);
}

static int read_refusal(struct reader *r, struct unit *unit)
{
	struct word word;
	int number, rc = 0;

	unit->refusal = UNIT_KILL;
	for (size_t words = 0; !rc && next_word(r, &word); words++) {
		number = strcmp(word.text, "kill") ? errno_from_text(word.text) : UNIT_KILL;
		if (number == -1)
			rc = object(r, word.place, "there is no errno '%.40s'", word.text);
		else if (!number || words)
			rc = object(r, word.place,
				    "systemd takes one errno other than 0, and kills for all else");
		else
			unit->refusal = number;
	}
	return rc;
}

static int read_arches(struct reader *r, struct unit *unit)
{
	bool some = false;
	struct word word;
	int rc = 0;

	while (next_word(r, &word)) {
		enum arch arch = strcmp(word.text, "native") ? arch_from_systemd_name(word.text) :
							       r->options->arch;

		some = true;
		if (arch != ARCH_INVALID)
			unit->arches[arch] = true;
		else
			rc = object(r, word.place, "whittle does not know the architecture '%.40s'",
				    word.text);
		if (rc)
			return rc;
	}
	unit->arches_set = some;
	if (!some)
		memset(unit->arches, 0, sizeof(unit->arches));
	else
		unit->arches[r->options->arch] = true; /* the machine's own is always let in */
	return rc;
}

/* As with calls: the first assignment says what is listed. "none" allows none at all. */
static int read_families(struct reader *r, struct unit *unit)
{
	bool inverted = take_tilde(r), some = inverted;
	struct word word;
	int rc = 0;

	if (inverted && !unit->families_set)
		unit->families_set = unit->families_deny = true;
	while (next_word(r, &word)) {
		int family = family_from_name(word.text);

		some = true;
		if (!strcmp(word.text, "none") && !inverted) {
			unit->families_set = true;
			unit->families_deny = false;
			unit->families = 0;
			continue;
		}
		if (!unit->families_set)
			unit->families_deny = inverted;
		unit->families_set = true;
		if (family < 0)
			rc = object(r, word.place, "there is no address family '%.40s'", word.text);
		else if (inverted == unit->families_deny)
			unit->families |= 1ULL << family;
		else
			unit->families &= ~(1ULL << family);
		if (rc)
			return rc;
	}
	if (!rc && !some) {
		unit->families_set = unit->families_deny = false;
		unit->families = 0;
	}
	return rc;
}

static const struct {
	const char *key;
	int (*read)(struct reader *r, struct unit *unit);
} directives[] = {
	{"SystemCallFilter", read_calls},           {"SystemCallLog", read_logged},
	{"SystemCallErrorNumber", read_refusal},    {"SystemCallArchitectures", read_arches},
	{"RestrictAddressFamilies", read_families},
};

/* Filters that systemd adds for them are not looked at: the unit allows less than the profile says. */
static const char *const others[] = {
	"LockPersonality",      "MemoryDenyWriteExecute", "PrivateDevices",
	"ProtectClock",         "ProtectHostname",        "ProtectKernelLogs",
	"ProtectKernelModules", "ProtectKernelTunables",  "RestrictNamespaces",
	"RestrictRealtime",     "RestrictSUIDSGID",
};

static int read_other(struct reader *r, const char *key, size_t len)
{
	static const char *const off[] = {"no", "false", "off", "0", "n", "f", ""};
	const struct text_place place = {r->line, 1};
	struct word word = {0};
	bool on = true;
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (strlen(others[i]) != len || memcmp(others[i], key, len))
			continue;
		next_word(r, &word);
		for (size_t k = 0; k < ARRAY_LEN(off); k++)
			on &= strcasecmp(word.text, off[k]) != 0;
		if (on)
			rc = findings_add_ignored(r->options->warnings, place,
						  "%s= refuses more calls than whittle reads from it",
						  others[i]);
	}
	skip_value(r);
	return rc ? no_memory(r) : 0;
}

static int read_directive(struct reader *r, struct unit *unit)
{
	const char *key = r->at;
	size_t len;

	while (!at_newline(r) && *r->at != '=')
		r->at++;
	if (at_newline(r)) /* systemd's "Missing '='" */
		return object(r, place_of(r, key), "no '=' in this line");
	len = r->at++ - key;
	while (len && isspace((unsigned char)key[len - 1]))
		len--;
	for (size_t i = 0; i < ARRAY_LEN(directives); i++)
		if (strlen(directives[i].key) == len && !memcmp(directives[i].key, key, len)) {
			r->first = r->first ? r->first : r->line;
			return directives[i].read(r, unit);
		}
	return read_other(r, key, len);
}

/* Sections that have the settings of systemd.exec(5). */
static bool takes_settings(const char *text, size_t len)
{
	static const char *const sections[] = {"[Service]", "[Socket]", "[Mount]", "[Swap]"};

	for (size_t i = 0; i < ARRAY_LEN(sections); i++)
		if (strlen(sections[i]) == len && !memcmp(sections[i], text, len))
			return true;
	return false;
}

static int read_unit(struct reader *r, struct unit *unit)
{
	bool reads = false;
	int rc = 0;

	while (!rc && r->at < r->end) {
		skip_blanks(r);
		if (at_newline(r) || at_comment(r)) {
			skip_line(r);
		} else if (*r->at == '[') {
			const char *start = r->at;

			while (!at_newline(r) && *r->at != ']')
				r->at++;
			reads = takes_settings(start, r->at - start + !at_newline(r));
			skip_line(r);
		} else if (!reads) {
			skip_value(r);
			skip_line(r);
		} else {
			rc = read_directive(r, unit);
			skip_line(r);
		}
	}
	return rc;
}

bool is_systemd(const char *text, size_t len)
{
	struct reader r = {.at = text, .end = text + len, .line_start = text, .line = 1};

	while (r.at < r.end) {
		skip_blanks(&r);
		if (!at_newline(&r) && !at_comment(&r))
			break;
		skip_line(&r);
	}
	if (r.end - r.at < 3 || *r.at != '[' || !isupper((unsigned char)r.at[1]))
		return false;
	for (r.at++; !at_newline(&r) && *r.at != ']'; r.at++)
		if (!isalnum((unsigned char)*r.at) && *r.at != '-')
			return false;
	return !at_newline(&r);
}

/* What a profile cannot say. */
static int tell(const struct reader *r, const struct unit *unit, const struct profile *profile)
{
	int rc = 0;

	if (unit->families_set && !outcome_allows(profile_default(profile)) &&
	    !(profile->default_action == ACTION_ERRNO && profile->default_errno == EAFNOSUPPORT))
		rc = findings_add_ignored(r->options->warnings, profile->place,
					  "other address families get EAFNOSUPPORT of systemd, and the default action here");
	for (enum arch a = ARCH_INVALID + 1; !rc && unit->families_set && a < ARCH_COUNT; a++)
		if (profile->arches[a] && !systemd_restricts_families(a))
			rc = findings_add_ignored(r->options->warnings, profile->place,
						  "RestrictAddressFamilies= does nothing on %s: systemd lets more through there than whittle reads",
						  arch_token(a));
	return rc ? no_memory(r) : 0;
}

int parse_systemd(const char *name, const char *text, size_t len,
		  const struct parse_options *options, struct profile *out, struct err *err)
{
	struct profile own_profile profile = {0};
	struct unit own_unit unit = {.refusal = UNIT_KILL};
	struct reader r = {.name = name,
			   .at = text,
			   .end = text + len,
			   .line_start = text,
			   .line = 1,
			   .options = options,
			   .err = err};
	int rc = read_unit(&r, &unit);

	if (rc)
		return rc;
	if (!unit.calls.is_set && !unit.logged.is_set && !unit.arches_set && !unit.families_set)
		return err_at(err, -EINVAL, name, text_place(text, 0),
			      "nothing in it is about system calls: no SystemCallFilter= in [Service]");
	if (unit_profile(&unit, options->arch, &profile))
		return no_memory(&r);
	profile.place = (struct text_place){r.first, 1};
	rc = tell(&r, &unit, &profile);
	if (rc)
		return rc;
	*out = profile;
	profile = (struct profile){0};
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "base/own.h"
#include "base/spelling.h"

#include <criterion/criterion.h>
#include <string.h>

/* Tried in this order. */
static const char *const words[] = {"record", "start", "status",  "stop",       "show",
				    "docker", "oci",   "openat2", "kubernetes", "SYS_ADMIN"};

static void meant(const char *word, char out[SPELLING_LEN])
{
	struct spelling spelling = {.word = word};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		spelling_try(&spelling, words[i]);
	strcpy(out, spelling.meant);
}

Test(spelling, nearest)
{
	static const struct {
		const char *word, *meant;
	} rows[] = {
		{"recrod", "record"},       /* in each other's place */
		{"recor", "record"},        /* missing */
		{"recorrd", "record"},      /* too many */
		{"recold", "record"},       /* wrong */
		{"Record", "record"},       /* another case */
		{"sys_admni", "SYS_ADMIN"}, /* both */
		{"shwo", "show"},           /* four letters: one */
		{"shaw", "show"},
		{"shiw", "show"},
		{"sohw", "show"},
		{"shhww", ""},               /* two */
		{"kubrentes", "kubernetes"}, /* nine: three */
		{"kuebrents", "kubernetes"},
		{"kbrnts", ""},         /* four */
		{"kube", "kubernetes"}, /* not to its end */
		{"st", "start"},        /* the first of three */
		{"stat", "start"},      /* one missing, and the beginning of another: as near */
		{"open", "openat2"},
		{"ocu", "oci"},
		{"x", ""}, /* nothing is like a letter */
		{"s", ""},
		{"", ""},
		{"nonsense", ""},
		{"recording-of-mine", ""},   /* longer */
		{"rec\xc3\xb6rd", "record"}, /* two bytes: a third of seven */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char got[SPELLING_LEN];

		meant(rows[i].word, got);
		cr_expect_str_eq(got, rows[i].meant, "%s: '%s' instead of '%s'", rows[i].word, got,
				 rows[i].meant);
	}
}

Test(spelling, hint)
{
	struct spelling spelling = {.word = "recrod"};

	cr_expect_str_eq(spelling_hint(&spelling, ""), "");
	spelling_try(&spelling, "docker");
	cr_expect_str_eq(spelling_hint(&spelling, ""), "");
	spelling_try(&spelling, "record");
	cr_expect_str_eq(spelling_hint(&spelling, ""), " (did you mean 'record'?)");
	cr_expect_str_eq(spelling_hint(&spelling, "--"), " (did you mean '--record'?)");
}

/* Words have any length. */
Test(spelling, long_words)
{
	char longest[SPELLING_LEN + 1] = "";
	struct spelling spelling = {.word = longest};

	memset(longest, 'a', SPELLING_LEN);
	spelling_try(&spelling, longest);
	cr_expect_str_eq(spelling.meant, "");
	longest[SPELLING_LEN - 1] = '\0';
	spelling_try(&spelling, longest);
	cr_expect_str_eq(spelling.meant, longest);
	cr_expect_eq(strlen(spelling_hint(&spelling, "--")),
		     SPELLING_LEN - 1 + strlen(" (did you mean '--'?)"));
}

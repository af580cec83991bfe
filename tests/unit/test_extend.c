// SPDX-License-Identifier: BSD-2-Clause
#include "profile/extend.h"
#include "profile/parse_oci.h"

#include <criterion/criterion.h>
#include <string.h>

static void parse(const char *rules, struct profile *out)
{
	char text[2000];
	struct err err = {0};

	snprintf(text, sizeof(text), "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [%s]}",
		 rules);
	cr_assert_eq(parse_oci("test", text, strlen(text), NULL, out, &err), 0, "%s", err.text);
}

#define ALLOW(names) "{\"names\": [" names "], \"action\": \"SCMP_ACT_ALLOW\"}"
#define ERRNO(names, nr)                                                                           \
	"{\"names\": [" names "], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": " nr "}"
#define LOG(names) "{\"names\": [" names "], \"action\": \"SCMP_ACT_LOG\"}"
#define ALLOW_IF(names, nr)                                                                        \
	"{\"names\": [" names                                                                      \
	"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, \"value\": " #nr             \
	", \"op\": \"SCMP_CMP_EQ\"}]}"

/* The rules as text: action, errno, conditions, names. */
static void describe(const struct profile *profile, char *out, size_t size)
{
	size_t len = 0;

	*out = '\0';
	for (size_t r = 0; r < profile->rules_len; r++) {
		const struct rule *rule = &profile->rules[r];

		len += snprintf(out + len, size - len,
				"%s %d %zu:", action_scmp_name(rule->action) + strlen("SCMP_ACT_"),
				action_has_errno(rule->action) ? rule->errno_value : 0,
				rule->conditions_len);
		for (size_t i = 0; i < rule->names.len; i++)
			len += snprintf(out + len, size - len, " %s", rule->names.list[i]);
		len += snprintf(out + len, size - len, "; ");
	}
}

/* "refused; limited" */
static void describe_kept(const struct extension *kept, char *out, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < kept->refused.len; i++)
		len += snprintf(out + len, size - len, "%s ", kept->refused.list[i]);
	len += snprintf(out + len, size - len, ";");
	for (size_t i = 0; i < kept->limited.len; i++)
		len += snprintf(out + len, size - len, " %s", kept->limited.list[i]);
}

Test(extend, rules)
{
	static const struct {
		const char *profile, *more, *want, *kept;
	} rows[] = {
		{"", "", "", ";"},
		{ALLOW("\"read\""), "", "ALLOW 0 0: read; ", ";"},
		{"", ALLOW("\"read\", \"write\""), "ALLOW 0 0: read write; ", ";"},
		/* what is allowed already */
		{ALLOW("\"read\""), ALLOW("\"read\""), "ALLOW 0 0: read; ", ";"},
		{LOG("\"read\""), ALLOW("\"read\""), "LOG 0 0: read; ", ";"},
		{ALLOW("\"read\""), ALLOW("\"write\", \"read\", \"close\""),
		 "ALLOW 0 0: read; ALLOW 0 0: close write; ", ";"},
		/* what is refused stays refused, and with its errno */
		{ERRNO("\"mkdir\"", "13"), ALLOW("\"mkdir\", \"read\""),
		 "ERRNO 13 0: mkdir; ALLOW 0 0: read; ", "mkdir ;"},
		{ERRNO("\"socketcall\"", "13"), ALLOW_IF("\"socketcall\"", 9),
		 "ERRNO 13 0: socketcall; ", "socketcall ;"},
		{ALLOW("\"clone3\""), ERRNO("\"clone3\", \"rseq\"", "38"),
		 "ALLOW 0 0: clone3; ERRNO 38 0: rseq; ", ";"},
		{ERRNO("\"clone3\"", "1"), ERRNO("\"clone3\"", "38"), "ERRNO 1 0: clone3; ", ";"},
		/* on its condition */
		{ALLOW_IF("\"personality\"", 8), ALLOW("\"personality\", \"read\""),
		 "ALLOW 0 1: personality; ALLOW 0 0: read; ", "; personality"},
		{ALLOW_IF("\"ipc\"", 8) "," ERRNO("\"ipc\"", "13"), ALLOW_IF("\"ipc\"", 9),
		 "ALLOW 0 1: ipc; ERRNO 13 0: ipc; ", "; ipc"},
		/* a subcall beside others */
		{ALLOW_IF("\"socketcall\"", 8),
		 ALLOW_IF("\"socketcall\"", 8) "," ALLOW_IF("\"socketcall\"", 9),
		 "ALLOW 0 1: socketcall; ALLOW 0 1: socketcall; ", ";"},
		{ALLOW("\"read\""), ALLOW_IF("\"socketcall\"", 8),
		 "ALLOW 0 0: read; ALLOW 0 1: socketcall; ", ";"},
		/* rules of the same name in what is added are no obstacle to each other */
		{ALLOW("\"read\""), ALLOW_IF("\"ipc\"", 8) "," ALLOW_IF("\"ipc\"", 9),
		 "ALLOW 0 0: read; ALLOW 0 1: ipc; ALLOW 0 1: ipc; ", ";"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct profile own_profile profile = {0}, own_profile more = {0};
		struct extension own_extension kept = {0};
		char got[1000], before[1000], after[1000];

		parse(rows[i].profile, &profile);
		parse(rows[i].more, &more);
		describe(&more, before, sizeof(before));
		cr_assert_eq(profile_extend(&profile, &more, &kept), 0);
		describe(&profile, got, sizeof(got));
		cr_expect_str_eq(got, rows[i].want, "row %zu: %s", i, got);
		describe_kept(&kept, got, sizeof(got));
		cr_expect_str_eq(got, rows[i].kept, "row %zu: %s", i, got);
		describe(&more, after, sizeof(after));
		cr_expect_str_eq(after, before, "what is added is copied");
	}
}

Test(extend, architectures_are_joined)
{
	struct profile own_profile profile = {0}, own_profile more = {0};
	struct extension own_extension kept = {0};

	profile.arches[ARCH_INVALID + 1] = true;
	more.arches[ARCH_COUNT - 1] = true;
	cr_assert_eq(profile_extend(&profile, &more, &kept), 0);
	for (enum arch a = 0; a < ARCH_COUNT; a++)
		cr_expect_eq(profile.arches[a], a == ARCH_INVALID + 1 || a == ARCH_COUNT - 1);
}

/* Either profile's. */
Test(extend, flags)
{
	struct profile own_profile profile = {0}, own_profile more = {0};
	struct extension own_extension kept = {0};

	parse(ALLOW("\"read\""), &profile);
	parse(ALLOW("\"write\""), &more);
	profile.flags[FLAG_TSYNC] = true;
	more.flags[FLAG_LOG] = true;
	cr_assert_eq(profile_extend(&profile, &more, &kept), 0);
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++)
		cr_expect_eq(profile.flags[flag], flag == FLAG_TSYNC || flag == FLAG_LOG, "%s",
			     flag_name(flag));
}

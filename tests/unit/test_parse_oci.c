// SPDX-License-Identifier: BSD-2-Clause
/* Profiles come from anywhere: what is good survives a round trip, what is not is refused with its place. */
#include "profile/compile.h"
#include "profile/emit_oci.h"
#include "profile/parse_oci.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static int parse(const char *text, struct profile *out, struct err *err)
{
	return parse_oci("p.json", text, strlen(text), NULL, out, err);
}

Test(parse_oci, round_trip)
{
	static const char text[] =
		"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 38,"
		" \"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"],"
		" \"syscalls\": ["
		"  {\"names\": [\"write\", \"read\", \"read\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": []},"
		"  {\"names\": [\"clone\"], \"action\": \"SCMP_ACT_ALLOW\", \"includes\": {}, \"args\": ["
		"    {\"index\": 0, \"value\": 2114060288, \"valueTwo\": 0, \"op\": \"SCMP_CMP_MASKED_EQ\"},"
		"    {\"index\": 5, \"value\": 9223372036854775807, \"op\": \"SCMP_CMP_GT\"}]},"
		"  {\"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38},"
		"  {\"names\": [\"ptrace\"], \"action\": \"SCMP_ACT_KILL\"}]}";
	struct profile own_profile first = {0}, own_profile second = {0};
	struct buf own_buf once = BUF_INIT, own_buf twice = BUF_INIT;
	struct err err = {0};

	cr_assert_eq(parse(text, &first, &err), 0, "%s", err.text);
	cr_expect_eq(first.default_errno, 38);
	cr_expect(first.arches[ARCH_X86_64] && first.arches[ARCH_X86] && !first.arches[ARCH_X32]);
	cr_expect_eq(first.rules_len, 4);
	cr_expect_eq(first.rules[0].names.len, 2, "a name that is there twice counts once");
	cr_expect_eq(first.rules[1].conditions[0].compare, COMPARE_MASKED_EQ);
	cr_expect_eq(first.rules[1].conditions[1].value, INT64_MAX);
	cr_expect_eq(first.rules[3].action, ACTION_KILL_THREAD);
	cr_assert_eq(emit_oci(&first, &once, &err), 0, "%s", err.text);
	cr_assert_eq(parse_oci("once", once.data, once.len, NULL, &second, &err), 0, "%s",
		     err.text);
	cr_assert_eq(emit_oci(&second, &twice, &err), 0);
	cr_expect_str_eq(once.data, twice.data);
}

/* libseccomp makes no condition of it; where one of several is enough, it is. */
Test(parse_oci, a_mask_of_0_is_no_condition)
{
	static const char text[] =
		"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": ["
		" {\"names\": [\"clone\"], \"action\": \"SCMP_ACT_LOG\", \"args\": ["
		"  {\"index\": 0, \"value\": 0, \"valueTwo\": 5, \"op\": \"SCMP_CMP_MASKED_EQ\"}]},"
		" {\"names\": [\"read\"], \"action\": \"SCMP_ACT_LOG\", \"args\": ["
		"  {\"index\": 0, \"value\": 0, \"op\": \"SCMP_CMP_MASKED_EQ\"},"
		"  {\"index\": 1, \"value\": 7, \"op\": \"SCMP_CMP_EQ\"}]},"
		" {\"names\": [\"write\"], \"action\": \"SCMP_ACT_LOG\", \"args\": ["
		"  {\"index\": 1, \"value\": 7, \"op\": \"SCMP_CMP_EQ\"},"
		"  {\"index\": 1, \"value\": 0, \"op\": \"SCMP_CMP_MASKED_EQ\"}]}]}";
	struct profile own_profile profile = {0};
	struct err err = {0};

	cr_assert_eq(parse(text, &profile, &err), 0, "%s", err.text);
	cr_expect_eq(profile.rules[0].conditions_len, 0);
	cr_assert_eq(profile.rules[1].conditions_len, 1);
	cr_expect_eq(profile.rules[1].conditions[0].index, 1);
	cr_expect_eq(profile.rules[2].conditions_len, 0);
}

#define HEAD "{\"defaultAction\": \"SCMP_ACT_ERRNO\", "
#define RULE(rest)                                                                                 \
	HEAD "\"syscalls\": [{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\"" rest "}]}"

Test(parse_oci, refused_with_its_place)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"", "p.json:1:1: the file ends"},
		{"{\"defaultAction\":", "p.json:1:"},
		{"{\n\"a\": 1,\n\"a\": 2}", "p.json:3:"},
		{"[]", "not an object"},
		{"{}", "no \"defaultAction\""},
		{"{\"defaultAction\": 1}", "not a string"},
		{"{\"defaultAction\": \"SCMP_ACT_NONSENSE\"}",
		 "there is no action 'SCMP_ACT_NONSENSE'"},
		{"{\"defaultAction\": \"SCMP_ACT_KILL\", \"defaultErrnoRet\": 1}",
		 "does not go with"},
		{HEAD "\"defaultErrnoRet\": 4096}", "0 to 4095"},
		{HEAD "\"defaultErrnoRet\": -1}", "0 to 4095"},
		{HEAD "\"architectures\": [\"SCMP_ARCH_VAX\"]}", "'SCMP_ARCH_VAX'"},
		{HEAD "\"architectures\": [7]}", "architecture"},
		{HEAD "\"architectures\": \"SCMP_ARCH_X86\"}", "not an array"},
		{HEAD "\"archMap\": [{\"architecture\": \"SCMP_ARCH_X86_64\"}]}", "archMap"},
		{HEAD "\"syscalls\": {}}", "not an array"},
		{HEAD "\"syscalls\": [3]}", "rule 1: it is not an object"},
		{HEAD "\"syscalls\": [{\"action\": \"SCMP_ACT_ALLOW\"}]}", "rule 1: \"names\""},
		{HEAD "\"syscalls\": [{\"names\": [], \"action\": \"SCMP_ACT_ALLOW\"}]}",
		 "\"names\""},
		{HEAD "\"syscalls\": [{\"names\": [\"\"], \"action\": \"SCMP_ACT_ALLOW\"}]}",
		 "no name"},
		{HEAD "\"syscalls\": [{\"names\": [1], \"action\": \"SCMP_ACT_ALLOW\"}]}",
		 "no name"},
		{HEAD "\"syscalls\": [{\"names\": [\"read\"]}]}", "no \"action\""},
		{RULE(", \"errnoRet\": 1"), "does not go with"},
		{RULE(", \"includes\": {\"caps\": [\"CAP_SYS_ADMIN\"]}"), "includes"},
		{RULE(", \"excludes\": {\"arches\": [\"arm\"]}"), "excludes"},
		{RULE(", \"includes\": \"CAP_SYS_ADMIN\""), "\"includes\" is not an object"},
		{RULE(", \"includes\": 7"), "\"includes\" is not an object"},
		{RULE(", \"excludes\": true"), "\"excludes\" is not an object"},
		{RULE(", \"excludes\": []"), "\"excludes\" is not an object"},
		{HEAD "\"archMap\": \"SCMP_ARCH_X86\"}", "\"archMap\" is not an array"},
		{HEAD "\"Syscalls\": []}", "\"Syscalls\" as \"syscalls\""},
		{HEAD "\"defaultaction\": \"SCMP_ACT_ALLOW\"}", "as \"defaultAction\""},
		{RULE(", \"Action\": \"SCMP_ACT_LOG\""), "as \"action\""},
		{RULE(", \"arg\u017f\": []"), "as \"args\""},
		{RULE(", \"args\": [{\"index\": 0, \"valuetwo\": 1, \"op\": \"SCMP_CMP_EQ\"}]"),
		 "as \"valueTwo\""},
		{RULE(", \"args\": 1"), "not an array"},
		{RULE(", \"args\": [1]"), "needs \"index\""},
		{RULE(", \"args\": [{\"index\": 0, \"value\": 1}]"), "needs \"index\""},
		{RULE(", \"args\": [{\"index\": 6, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"}]"),
		 "0 to 5"},
		{RULE(", \"args\": [{\"index\": 0, \"value\": -1, \"op\": \"SCMP_CMP_EQ\"}]"),
		 "value"},
		{RULE(", \"args\": [{\"index\": 0, \"value\": 1.5, \"op\": \"SCMP_CMP_EQ\"}]"),
		 "value"},
		{RULE(", \"args\": [{\"index\": 0, \"value\": 1, \"op\": \"EQ\"}]"),
		 "no comparison 'EQ'"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct profile own_profile profile = {0};
		struct err err = {0};

		cr_expect_eq(parse(rows[i].text, &profile, &err), -EINVAL, "row %zu", i);
		cr_expect(strstr(err.text, rows[i].words), "row %zu: %s", i, err.text);
		cr_expect(!strncmp(err.text, "p.json:", 7), "row %zu: %s", i, err.text);
		cr_expect_eq(profile.rules_len, 0);
	}
}

Test(parse_oci, bounded)
{
	struct buf own_buf deep = BUF_INIT, own_buf many = BUF_INIT;
	struct profile own_profile profile = {0};
	struct err err = {0};

	for (int i = 0; i < 100000; i++)
		buf__addf(&deep, "[");
	cr_expect_eq(parse_oci("p.json", deep.data, deep.len, NULL, &profile, &err), -EINVAL);
	buf__addf(&many, HEAD "\"syscalls\": [");
	for (int i = 0; i < 10001; i++)
		buf__addf(&many, "%s{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\"}",
			  i ? "," : "");
	buf__addf(&many, "]}");
	err = (struct err){0};
	cr_expect_eq(parse_oci("p.json", many.data, many.len, NULL, &profile, &err), -EINVAL);
	cr_expect(strstr(err.text, "more than"), "%s", err.text);
}

/* Any byte of a good profile, changed or cut off: an error or a profile, and nothing else. */
Test(parse_oci, mutated)
{
	static const char good[] =
		RULE(", \"args\": [{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"}]");
	unsigned int seed = 1, taken = 0;
	char text[sizeof(good)];

	for (int i = 0; i < 100000; i++) {
		struct profile own_profile profile = {0};
		struct err err = {0};
		size_t len = sizeof(good) - 1;
		int rc;

		memcpy(text, good, sizeof(good));
		for (int changes = rand_r(&seed) % 3; changes >= 0; changes--)
			text[rand_r(&seed) % len] = rand_r(&seed);
		if (rand_r(&seed) % 8 == 0)
			len = rand_r(&seed) % len;
		rc = parse_oci("p.json", text, len, NULL, &profile, &err);
		cr_assert(rc == 0 || rc == -EINVAL, "%d", rc);
		cr_assert_eq(rc == 0, err.code == 0);
		taken += rc == 0;
	}
	cr_expect(taken > 100 && taken < 90000, "%u", taken);
}

Test(parse_oci, what_cannot_be_enforced)
{
	static const char *const texts[] = {
		"{\"defaultAction\": \"SCMP_ACT_NOTIFY\"}",
		"{\"defaultAction\": \"SCMP_ACT_TRACE\"}",
		HEAD "\"syscalls\": [{\"names\": [\"read\"], \"action\": \"SCMP_ACT_NOTIFY\"}]}",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct profile own_profile profile = {0};
		struct err err = {0};

		cr_assert_eq(parse(texts[i], &profile, &err), 0, "%s", err.text);
		cr_expect_eq(compile_needs_no_supervisor(&profile, &err), -EOPNOTSUPP);
	}
}

Test(parse_oci, unknown_names_are_told)
{
	struct profile own_profile profile = {0};
	scmp_filter_ctx own_seccomp filter = NULL;
	struct buf own_buf unknown = BUF_INIT;
	struct err err = {0};

	cr_assert_eq(parse(HEAD
			   "\"syscalls\": [{\"names\": [\"read\", \"no_such_call\", \"nor_this\"],"
			   " \"action\": \"SCMP_ACT_ALLOW\"}]}",
			   &profile, &err),
		     0);
	cr_expect_eq(compile_profile(&profile, arch_native(), &filter, &unknown, &err), 0, "%s",
		     err.text);
	cr_expect_not_null(filter);
	cr_expect_str_eq(buf__text(&unknown), "no_such_call nor_this");
}

// SPDX-License-Identifier: BSD-2-Clause
#include "profile/derive.h"
#include "profile/emit_oci.h"
#include "calls.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

/* Emits and parses back. The caller releases. */
static json_t *emit(const struct profile *profile)
{
	struct buf own_buf text = BUF_INIT;
	struct err err = {0};
	json_error_t error;
	json_t *json;

	cr_assert_eq(emit_oci(profile, &text, &err), 0, "%s", err.text);
	cr_expect_eq(strlen(buf__text(&text)), text.len);
	cr_expect_eq(text.data[text.len - 1], '\n');
	json = json_loads(buf__text(&text), JSON_REJECT_DUPLICATES, &error);
	cr_assert_not_null(json, "line %d: %s", error.line, error.text);
	return json;
}

static struct profile derive(const struct syscall *calls, size_t len)
{
	struct syscall_set set = set_of(calls, len);
	struct derive_options options = {0};
	struct profile profile = {0};

	cr_assert_eq(derive_profile(&set, &options, &profile, NULL, NULL), 0);
	return profile;
}

static const char *text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text ? text : "(none)";
}

/* One rule, written by hand, of each shape: the JSON is stated whole. */
Test(emit_oci, every_member)
{
	static const char want[] =
		"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 1,"
		" \"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"],"
		" \"syscalls\": ["
		"  {\"names\": [\"a\", \"b\", \"c\"], \"action\": \"SCMP_ACT_ALLOW\"},"
		"  {\"names\": [\"d\"], \"action\": \"SCMP_ACT_ALLOW\","
		"   \"args\": [{\"index\": 5, \"value\": 4294967296, \"op\": \"SCMP_CMP_EQ\"}]},"
		"  {\"names\": [\"e\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38},"
		"  {\"names\": [\"f\"], \"action\": \"SCMP_ACT_LOG\", \"args\": ["
		"   {\"index\": 5, \"value\": 4294967296, \"op\": \"SCMP_CMP_EQ\"},"
		"   {\"index\": 0, \"value\": 255, \"valueTwo\": 7, \"op\": \"SCMP_CMP_MASKED_EQ\"}]}]}";
	struct profile own_profile profile = {.default_action = ACTION_ERRNO, .default_errno = 1};
	const struct condition equal = {.index = 5, .compare = COMPARE_EQ, .value = 1ULL << 32};
	const struct condition masked = {.compare = COMPARE_MASKED_EQ,
					 .value = 255,
					 .value_two = 7};
	struct rule *rule;
	json_t *got, *expected = json_loads(want, 0, NULL);

	profile.arches[ARCH_X86] = profile.arches[ARCH_X86_64] = true;
	rule = profile_add_rule(&profile, ACTION_ALLOW, 0);
	cr_assert_eq(names_add(&rule->names, "b"), 0);
	cr_assert_eq(names_add(&rule->names, "c"), 0);
	cr_assert_eq(names_add(&rule->names, "a"), 0);
	cr_assert_eq(names_add(&rule->names, "b"), 0, "a second time");
	rule = profile_add_rule(&profile, ACTION_ALLOW, 0);
	cr_assert_eq(rule_add_condition(rule, &equal), 0);
	cr_assert_eq(names_add(&rule->names, "d"), 0);
	rule = profile_add_rule(&profile, ACTION_ERRNO, 38);
	cr_assert_eq(names_add(&rule->names, "e"), 0);
	rule = profile_add_rule(&profile, ACTION_LOG, 0);
	cr_assert_eq(rule_add_condition(rule, &equal), 0);
	cr_assert_eq(rule_add_condition(rule, &masked), 0);
	cr_assert_eq(names_add(&rule->names, "f"), 0);
	cr_assert_not_null(profile_add_rule(&profile, ACTION_ALLOW, 0), "one without names");
	got = emit(&profile);
	cr_expect(json_equal(got, expected));
	json_decref(got);
	json_decref(expected);
}

Test(emit_oci, default_action_without_errno)
{
	struct profile own_profile profile = {.default_action = ACTION_ALLOW, .default_errno = 1};
	json_t *json = emit(&profile);

	cr_expect_str_eq(text_of(json, "defaultAction"), "SCMP_ACT_ALLOW");
	cr_expect_null(json_object_get(json, "defaultErrnoRet"), "crun refuses it there");
	json_decref(json);
}

/* What runtimes read alike, and nothing beside it. */
static void expect_subset(const json_t *json)
{
	static const char *const top[] = {"defaultAction", "defaultErrnoRet", "architectures",
					  "syscalls"};
	static const char *const members[] = {"names", "action", "errnoRet", "args"};
	const json_t *rules = json_object_get(json, "syscalls");

	cr_expect_eq(json_object_size(json), ARRAY_LEN(top));
	for (size_t i = 0; i < ARRAY_LEN(top); i++)
		cr_expect_not_null(json_object_get(json, top[i]), "%s", top[i]);
	for (size_t r = 0; r < json_array_size(rules); r++) {
		const json_t *rule = json_array_get(rules, r);
		const json_t *names = json_object_get(rule, "names");
		bool is_errno = !strcmp(text_of(rule, "action"), "SCMP_ACT_ERRNO");
		size_t known = 0;

		for (size_t i = 0; i < ARRAY_LEN(members); i++)
			known += json_object_get(rule, members[i]) != NULL;
		cr_expect_eq(json_object_size(rule), known, "rule %zu has more members", r);
		cr_expect(is_errno || !strcmp(text_of(rule, "action"), "SCMP_ACT_ALLOW"));
		cr_expect_eq(json_object_get(rule, "errnoRet") != NULL, is_errno,
			     "crun refuses errnoRet except on ERRNO");
		cr_expect_gt(json_array_size(names), 0);
		for (size_t n = 1; n < json_array_size(names); n++)
			cr_expect_lt(strcmp(json_string_value(json_array_get(names, n - 1)),
					    json_string_value(json_array_get(names, n))),
				     0, "names are not sorted");
	}
}

/* What is derived says the same as JSON. */
static void expect_same(const struct profile *profile, const json_t *json)
{
	const json_t *rules = json_object_get(json, "syscalls");
	size_t n = 0;

	cr_assert_eq(json_array_size(rules), profile->rules_len);
	for (size_t r = 0; r < profile->rules_len; r++) {
		const struct rule *rule = &profile->rules[r];
		const json_t *got = json_array_get(rules, r);
		const json_t *names = json_object_get(got, "names");
		const json_t *args = json_object_get(got, "args");

		cr_expect_str_eq(text_of(got, "action"), action_scmp_name(rule->action));
		cr_assert_eq(json_array_size(names), rule->names.len);
		for (size_t i = 0; i < rule->names.len; i++)
			cr_expect_str_eq(json_string_value(json_array_get(names, i)),
					 rule->names.list[i]);
		cr_assert_eq(json_array_size(args), rule->conditions_len);
		cr_expect(!args || (size_t)json_integer_value(
					   json_object_get(json_array_get(args, 0), "value")) ==
					   rule->conditions[0].value);
		cr_expect(rule->action != ACTION_ERRNO ||
			  json_integer_value(json_object_get(got, "errnoRet")) ==
				  rule->errno_value);
	}
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (profile->arches[a])
			cr_expect_str_eq(json_string_value(
						 json_array_get(json_object_get(json,
										"architectures"),
								n++)),
					 arch_scmp_name(a));
	cr_expect_eq(json_array_size(json_object_get(json, "architectures")), n);
}

Test(emit_oci, derived_profiles)
{
	const struct {
		const struct syscall *calls;
		size_t len;
	} rows[] = {{CALLS(CALLS_OF_LS)},
		    {CALLS(CALLS_OF_LS, CALLS_OF_I386)},
		    {CALLS(CALLS_OF_X32)},
		    {CALLS(CALLS_OF_ARM)},
		    {CALLS({ARCH_X86, 102, 3})}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct profile own_profile profile = derive(rows[i].calls, rows[i].len);
		json_t *json = emit(&profile);

		expect_subset(json);
		expect_same(&profile, json);
		json_decref(json);
	}
}

Test(emit_oci, appends_the_same_bytes)
{
	struct profile own_profile profile = derive(CALLS(CALLS_OF_LS, CALLS_OF_I386));
	struct buf own_buf twice = BUF_INIT;
	size_t half;

	cr_assert_eq(emit_oci(&profile, &twice, NULL), 0);
	half = twice.len;
	cr_assert_eq(emit_oci(&profile, &twice, NULL), 0);
	cr_assert_eq(twice.len, 2 * half);
	cr_expect_eq(memcmp(twice.data, twice.data + half, half), 0);
}

Test(emit_oci, error_of_the_buffer)
{
	struct profile own_profile profile = derive(CALLS(CALLS_OF_LS));
	struct buf own_buf text = {.error = -12};

	cr_expect_eq(emit_oci(&profile, &text, NULL), -12);
}

/* Runtimes read a value as 64 bits without a sign. It is written so, never as a negative number. */
Test(emit_oci, value_above_the_signed_range)
{
	struct profile own_profile profile = {.default_action = ACTION_ERRNO, .default_errno = 1};
	struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);
	struct buf own_buf text = BUF_INIT;

	cr_assert_eq(names_add(&rule->names, "a"), 0);
	cr_assert_eq(rule_add_condition(rule, &(struct condition){.compare = COMPARE_EQ,
								  .value = UINT64_MAX}),
		     0);
	cr_expect_eq(emit_oci(&profile, &text, NULL), 0);
	cr_expect(strstr(buf__text(&text), "18446744073709551615"), "%s", buf__text(&text));
}

/* A name that JSON cannot hold must not be left out in silence. */
Test(emit_oci, name_that_is_no_text)
{
	struct profile own_profile profile = {.default_action = ACTION_ERRNO, .default_errno = 1};
	struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);
	struct buf own_buf text = BUF_INIT;
	struct err err = {0};

	cr_assert_eq(names_add(&rule->names, "good"), 0);
	cr_assert_eq(names_add(&rule->names, "bad\xff"), 0);
	cr_expect_lt(emit_oci(&profile, &text, &err), 0, "%s", buf__text(&text));
	cr_expect_lt(err.code, 0);
	cr_expect_str_eq(buf__text(&text), "");
}

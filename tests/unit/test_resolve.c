// SPDX-License-Identifier: BSD-2-Clause
#include "profile/circumstance.h"
#include "profile/compile.h"
#include "profile/diff.h"
#include "profile/digest.h"
#include "profile/docker_default.h"
#include "profile/emit.h"
#include "profile/evaluate.h"
#include "profile/merge.h"
#include "profile/parse_oci.h"
#include "profile/survey.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

static const char *const none[] = {NULL};
static const char *const admin[] = {"CAP_SYS_ADMIN"};
static const char *const some[] = {"CAP_BPF", "CAP_SYS_NICE", "CAP_SYS_PTRACE"};

static const struct host hosts[] = {
	{ARCH_X86_64, NULL, 0, 6, 1}, {ARCH_X86_64, none, 0, 6, 1}, {ARCH_X86_64, admin, 1, 6, 1},
	{ARCH_X86_64, some, 3, 6, 1}, {ARCH_X86_64, NULL, 0, 4, 7}, {ARCH_AARCH64, NULL, 0, 6, 1},
	{ARCH_S390X, NULL, 0, 6, 1},  {ARCH_S390X, admin, 1, 6, 1},
};

static void same_rule(const struct rule *a, const struct rule *b)
{
	cr_assert_eq(a->action, b->action);
	cr_assert_eq(a->errno_value, b->errno_value);
	cr_assert_eq(a->names.len, b->names.len);
	for (size_t i = 0; i < a->names.len; i++)
		cr_assert_str_eq(a->names.list[i], b->names.list[i]);
	cr_assert_eq(a->conditions_len, b->conditions_len);
	for (size_t i = 0; i < a->conditions_len; i++) {
		const struct condition *x = &a->conditions[i], *y = &b->conditions[i];

		cr_assert(x->index == y->index && x->compare == y->compare &&
			  x->value == y->value && x->value_two == y->value_two);
	}
	cr_assert_eq(a->circumstances_len, b->circumstances_len);
	for (size_t i = 0; i < a->circumstances_len; i++) {
		const struct circumstance *x = &a->circumstances[i], *y = &b->circumstances[i];

		cr_assert(x->excluded == y->excluded && x->kind == y->kind);
		cr_assert_str_eq(x->text, y->text);
	}
}

static void same_profile(const struct profile *a, const struct profile *b)
{
	cr_assert_eq(a->default_action, b->default_action);
	cr_assert_eq(a->default_errno, b->default_errno);
	cr_assert_arr_eq(a->arches, b->arches, sizeof(a->arches));
	cr_assert_arr_eq(a->arch_map, b->arch_map, sizeof(a->arch_map));
	cr_assert_eq(a->rules_len, b->rules_len);
	for (size_t i = 0; i < a->rules_len; i++)
		same_rule(&a->rules[i], &b->rules[i]);
}

/* Written as `format` and read again. */
static void again(const char *format, const struct profile *profile, struct profile *out)
{
	const struct parse_options parse = {.arch = ARCH_X86_64};
	const struct emit_format *row = emit_formats;
	struct buf own_buf text = BUF_INIT, own_buf warnings = BUF_INIT;
	struct emit_options emit = {.warnings = &warnings};
	struct err err = {0};

	while (strcmp(row->name, format))
		row++;
	cr_assert_eq(emit_profile(row, profile, &emit, &text, &err), 0, "%s", err.text);
	cr_assert_eq(parse_oci(format, text.data, text.len, &parse, out, &err), 0, "%s", err.text);
}

Test(resolve, docker_and_back_is_the_identity)
{
	struct profile own_profile whole = {0}, own_profile back = {0};

	cr_assert_eq(docker_default_whole(&whole), 0);
	cr_assert(profile_depends(&whole));
	again("docker", &whole, &back);
	same_profile(&whole, &back);
}

/* What only Docker can say is refused, not left out. */
Test(resolve, oci_cannot_say_it)
{
	struct profile own_profile whole = {0};
	struct buf own_buf text = BUF_INIT, own_buf warnings = BUF_INIT;
	struct emit_options emit = {.lossy = true, .warnings = &warnings, .name = "n"};
	struct err err = {0};

	cr_assert_eq(docker_default_whole(&whole), 0);
	for (const struct emit_format *row = emit_formats; row->name; row++)
		if (!row->depends)
			cr_expect_eq(emit_profile(row, &whole, &emit, &text, &err), -EINVAL, "%s",
				     row->name);
	cr_expect_eq(text.len, 0);
}

/* Nor are its rules weighed against each other as if all held. */
Test(resolve, nothing_takes_it_for_resolved)
{
	struct differences own_differences differences = {0};
	struct profile own_profile whole = {0}, own_profile out = {0};
	struct filter own_filter filter = {0};
	struct buf own_buf unknown = BUF_INIT;
	char digest[DIGEST_LEN];
	struct err err = {0};

	cr_assert_eq(docker_default_whole(&whole), 0);
	cr_expect_eq(profile_merge(&whole, &whole, MERGE_INTERSECTION, &out, &err), -EINVAL);
	cr_expect_eq(profile_canonical(&whole, &out, &err), -EINVAL);
	cr_expect_eq(profile_digest(&whole, digest, &err), -EINVAL);
	cr_expect_eq(profile_diff(&whole, &whole, &differences, &err), -EINVAL);
	cr_expect_eq(compile_filter(&whole, ARCH_X86_64, &filter, &unknown, &err), -EINVAL);
	cr_expect_not_null(strstr(err.text, "depends on container and host"), "%s", err.text);
}

/* The filter of what was written as OCI does what the rules say that were resolved. */
Test(resolve, oci_and_back_loses_nothing, .timeout = 60)
{
	static const uint64_t values[] = {0, 8, 38, 39, 40, 41, 0x20008, 0x10000000, 0xffffffff};
	struct profile own_profile whole = {0};

	cr_assert_eq(docker_default_whole(&whole), 0);
	for (size_t h = 0; h < ARRAY_LEN(hosts); h++) {
		struct profile own_profile resolved = {0}, own_profile back = {0};
		struct filter own_filter filter = {0};
		struct buf own_buf unknown = BUF_INIT;
		char name[SYSCALL_NAME_LEN];
		struct err err = {0};
		int64_t nr = -1;

		cr_assert_eq(profile_resolve(&whole, &hosts[h], &resolved), 0);
		cr_assert_not(profile_depends(&resolved));
		again("oci", &resolved, &back);
		same_profile(&resolved, &back);
		cr_assert_eq(compile_filter(&back, hosts[h].arch, &filter, &unknown, &err), 0, "%s",
			     err.text);
		cr_assert_eq(filter_check(&filter, &err), 0, "%s", err.text);
		while (syscall_next(hosts[h].arch, &nr, name)) {
			const struct syscall call = {.arch = hosts[h].arch, .nr = nr};

			for (size_t v = 0; v < ARRAY_LEN(values); v++) {
				const uint64_t args[6] = {values[v], values[v]};
				const struct seccomp_data data = {(int)nr,
								  arch_audit(call.arch),
								  0,
								  {values[v], values[v], 0, 0, 0,
								   0}};

				if (compile_knows(name))
					cr_assert(outcome_equal(outcome_from_return(
									filter_run(&filter, &data)),
								evaluate(&resolved, &call, args)
									.outcome),
						  "host %zu, %s", h, name);
			}
		}
	}
}

Test(resolve, what_holds)
{
	static const struct {
		bool excluded;
		enum circumstance_kind kind;
		const char *text;
		const char *holds; /* a digit for each of hosts[] */
	} rows[] = {
		{false, CIRCUMSTANCE_CAP, "CAP_CHOWN", "10001110"},
		{false, CIRCUMSTANCE_CAP, "CAP_SYS_ADMIN", "00100001"},
		{true, CIRCUMSTANCE_CAP, "CAP_SYS_ADMIN", "11011110"},
		{false, CIRCUMSTANCE_CAP, "CAP_WHAT", "00000000"},
		{true, CIRCUMSTANCE_CAP, "CAP_WHAT", "11111111"},
		{false, CIRCUMSTANCE_ARCH, "amd64", "11111000"},
		{true, CIRCUMSTANCE_ARCH, "s390x", "11111100"},
		{false, CIRCUMSTANCE_ARCH, "pdp11", "00000000"},
		{false, CIRCUMSTANCE_KERNEL, "4.8", "11110111"},
		{false, CIRCUMSTANCE_KERNEL, "6.1", "11110111"},
		{false, CIRCUMSTANCE_KERNEL, "6.2", "00000000"},
		{true, CIRCUMSTANCE_KERNEL, "4.8", "00001000"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rule own_rule rule = {0};

		cr_assert_eq(rule_add_circumstance(&rule, rows[i].excluded, rows[i].kind,
						   rows[i].text),
			     0);
		for (size_t h = 0; h < ARRAY_LEN(hosts); h++)
			cr_expect_eq(rule_holds(&rule, &hosts[h]), rows[i].holds[h] == '1',
				     "row %zu, host %zu", i, h);
	}
}

Test(resolve, several_circumstances)
{
	struct rule own_rule rule = {0};
	struct buf own_buf text = BUF_INIT;

	/* one of the architectures is enough, capabilities are all needed */
	cr_assert_eq(rule_add_circumstance(&rule, false, CIRCUMSTANCE_ARCH, "s390x"), 0);
	cr_assert_eq(rule_add_circumstance(&rule, false, CIRCUMSTANCE_ARCH, "amd64"), 0);
	cr_assert_eq(rule_add_circumstance(&rule, false, CIRCUMSTANCE_ARCH, "s390x"), 0);
	cr_expect(rule_holds(&rule, &hosts[0]) && rule_holds(&rule, &hosts[6]));
	cr_expect_not(rule_holds(&rule, &hosts[5]));
	cr_assert_eq(rule_add_circumstance(&rule, true, CIRCUMSTANCE_KERNEL, "7.0"), 0);
	cr_assert_eq(rule_add_circumstance(&rule, false, CIRCUMSTANCE_CAP, "CAP_BPF"), 0);
	cr_expect(rule_holds(&rule, &hosts[3]));
	cr_assert_eq(rule_add_circumstance(&rule, false, CIRCUMSTANCE_CAP, "CAP_SYS_BOOT"), 0);
	cr_expect_not(rule_holds(&rule, &hosts[3]));
	circumstances_text(&rule, &text);
	cr_expect_str_eq(buf__text(&text),
			 "includes caps CAP_BPF CAP_SYS_BOOT, includes arches amd64 s390x, excludes minKernel 7.0");
}

Test(resolve, bounded)
{
	struct rule own_rule rule = {0};
	char text[32];

	for (int i = 0; i < CIRCUMSTANCES_MAX; i++) {
		snprintf(text, sizeof(text), "CAP_%d", i);
		cr_assert_eq(rule_add_circumstance(&rule, false, CIRCUMSTANCE_CAP, text), 0);
	}
	cr_expect_eq(rule_add_circumstance(&rule, false, CIRCUMSTANCE_CAP, "CAP_X"), -E2BIG);
	cr_expect_eq(rule_add_circumstance(&rule, false, CIRCUMSTANCE_CAP, "CAP_1"), 0);
}

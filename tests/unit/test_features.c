// SPDX-License-Identifier: BSD-2-Clause
#include "record/features.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#define PREEMPTED ((unsigned int)FEATURE_UNPREEMPTED | FEATURE_PERF | FEATURE_FENTRY)
#define OTHERS    ((unsigned int)FEATURE_CPU_ROWS | FEATURE_VERDICTS | PREEMPTED)
#define KEPT      ((unsigned int)FEATURE_FETCH | OTHERS)
#define ALL       ((unsigned int)FEATURE_TP_BTF | FEATURE_CLONE3 | KEPT)
#define BAD       UINT_MAX

Test(features, parse)
{
	static const struct {
		const char *off;
		unsigned int features;
	} rows[] = {
		{NULL, ALL},
		{"", ALL},
		{"-tp_btf", FEATURE_CLONE3 | KEPT},
		{"-clone3", FEATURE_TP_BTF | KEPT},
		{"-fetch", FEATURE_TP_BTF | FEATURE_CLONE3 | OTHERS},
		{"-cpu_rows", ALL & ~(unsigned int)FEATURE_CPU_ROWS},
		{"-verdicts", ALL & ~(unsigned int)FEATURE_VERDICTS},
		{"-tp_btf,-clone3", KEPT},
		{"-tp_btf,-clone3,-unpreempted,-perf,-fentry,-fetch,-cpu_rows,-verdicts", 0},
		{"-clone3,-tp_btf", KEPT},
		{"-clone3,-clone3", FEATURE_TP_BTF | KEPT},
		{"tp_btf", BAD},
		{"+tp_btf", BAD},
		{"--tp_btf", BAD},
		{"-", BAD},
		{",", BAD},
		{",-clone3", BAD},
		{"-clone3,,-tp_btf", BAD},
		{"-tp_btf -clone3", BAD},
		{" -tp_btf", BAD},
		{"-tp_btf ", BAD},
		{"-tp_bt", BAD},
		{"-tp_btfx", BAD},
		{"-TP_BTF", BAD},
		{"-tp_btf,-no_such_feature", BAD},
		{"-tp_btf\n", BAD},
		{"1", BAD},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned int features = 0x5a5a;
		struct err err = {0};
		int rc = features_parse(rows[i].off, &features, &err);

		cr_expect_eq(rc, rows[i].features == BAD ? -EINVAL : 0, "'%s': %s", rows[i].off,
			     err.text);
		cr_expect_eq(features, rows[i].features == BAD ? 0x5a5a : rows[i].features, "'%s'",
			     rows[i].off);
		cr_expect(rc == 0 || strstr(err.text, "WHITTLE_FEATURES"), "%s", err.text);
	}
}

Test(features, error_names_the_word)
{
	unsigned int features;
	struct err err = {0};

	cr_expect_eq(features_parse("-clone3,-telepathy,-tp_btf", &features, &err), -EINVAL);
	cr_expect(strstr(err.text, "'-telepathy'"), "%s", err.text);
}

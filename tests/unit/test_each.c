// SPDX-License-Identifier: BSD-2-Clause
/* What the recordings of --each are called, and which of them are folded. */
#include "cli/each_groups.h"
#include "cli/each_names.h"

#include <criterion/criterion.h>
#include <string.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

Test(each, kinds)
{
	static const struct {
		const char *name;
		enum target_kind kind;
		const char *id;
	} rows[] = {
		{"web", TARGET_CGROUP, ""},
		{"nginx.service", TARGET_UNIT, ""},
		{"session-4.scope", TARGET_UNIT, ""},
		{"user@1000.service", TARGET_CGROUP, ""},
		{"system.slice", TARGET_CGROUP, ""},
		{".service", TARGET_CGROUP, ""},
		{ID, TARGET_CONTAINER, ID},
		{"docker-" ID ".scope", TARGET_CONTAINER, ID},
		{"libpod-" ID, TARGET_CONTAINER, ID},
		{"libpod-conmon-" ID ".scope", TARGET_UNIT, ""},
		{"", TARGET_CGROUP, ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char id[ENGINE_ID_LEN + 1] = "x";

		cr_expect_eq(target_kind_of(rows[i].name, id), rows[i].kind, "%s", rows[i].name);
		cr_expect_str_eq(id, rows[i].id, "%s", rows[i].name);
	}
}

Test(each, keys)
{
	static const struct {
		enum merge_by by;
		enum target_kind kind;
		const char *name, *image, *key;
	} rows[] = {
		{MERGE_BY_NAME, TARGET_CGROUP, "web-2", NULL, "web"},
		{MERGE_BY_NAME, TARGET_CGROUP, "web", NULL, "web"},
		{MERGE_BY_NAME, TARGET_CONTAINER, "shop_web.17", "nginx", "shop_web"},
		{MERGE_BY_NAME, TARGET_CGROUP, "job17", NULL, "job"},
		{MERGE_BY_NAME, TARGET_CGROUP, "17", NULL, "17"},
		{MERGE_BY_NAME, TARGET_CGROUP, "-17", NULL, "-17"},
		{MERGE_BY_NAME, TARGET_CGROUP, "", NULL, ""},
		{MERGE_BY_NAME, TARGET_UNIT, "getty@tty1.service", NULL, "getty@tty1.service"},
		{MERGE_BY_UNIT, TARGET_UNIT, "getty@tty1.service", NULL, "getty@.service"},
		{MERGE_BY_UNIT, TARGET_UNIT, "nginx.service", NULL, "nginx.service"},
		{MERGE_BY_UNIT, TARGET_UNIT, "odd.a@b", NULL, "odd.a@b"},
		{MERGE_BY_UNIT, TARGET_CGROUP, "web-2", NULL, "web-2"},
		{MERGE_BY_IMAGE, TARGET_CONTAINER, "web-2", "nginx:1.27", "nginx:1.27"},
		{MERGE_BY_IMAGE, TARGET_CONTAINER, "web-2", NULL, "web-2"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf own_buf key = BUF_INIT;

		each_group_key(rows[i].by, rows[i].kind, rows[i].name, rows[i].image, &key);
		cr_expect_str_eq(buf__text(&key), rows[i].key, "%s", rows[i].name);
	}
}

/* Whatever a cgroup is called, its file lies in the directory, and no two are the same. */
Test(each, files)
{
	static const struct {
		const char *text, *file;
	} rows[] = {
		{"web", "web"},
		{"web", "web.2"},
		{"web.3", "web.3"},
		{"web", "web.4"}, /* the third has another's name */
		{"web.2", "web.2.2"},
		{"a/b", "a_b"},
		{"a_b", "a_b.2"},
		{"../../etc/passwd", "_._.._etc_passwd"},
		{"..", "_."},
		{".hidden", "_hidden"},
		{"a b\n\x01\xff$(c)", "a_b_____c_"},
		{"", ""},
	};
	struct each_names names = {0};
	char longest[1000];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf own_buf file = BUF_INIT;

		cr_expect_eq(each_names_file(&names, rows[i].text, &file), 0);
		cr_expect_str_eq(buf__text(&file), rows[i].file, "%s", rows[i].text);
		cr_expect_null(strchr(buf__text(&file), '/'));
	}
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	for (int i = 0; i < 3; i++) {
		struct buf own_buf file = BUF_INIT;

		cr_expect_eq(each_names_file(&names, longest, &file), 0);
		cr_expect_lt(file.len + strlen(".recording.json"), 256);
	}
	each_names_clear(&names);
}

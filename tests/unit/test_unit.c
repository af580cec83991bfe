// SPDX-License-Identifier: BSD-2-Clause
/* Where systemd puts the cgroup of a slice, systemd.slice(5). */
#include "target/unit.c"

#include <criterion/criterion.h>

Test(unit, slices_are_nested)
{
	static const struct {
		const char *slice, *path;
	} rows[] = {
		{"-.slice", ""},
		{"system.slice", "/system.slice"},
		{"a-b.slice", "/a.slice/a-b.slice"},
		{"a-b-c.slice", "/a.slice/a-b.slice/a-b-c.slice"},
		{"system-getty.slice", "/system.slice/system-getty.slice"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf own_buf path = BUF_INIT;

		add_slice(&path, rows[i].slice);
		cr_expect_str_eq(buf__text(&path), rows[i].path);
	}
}

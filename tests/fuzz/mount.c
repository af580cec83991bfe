// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any text: what mount_parse() finds are terminated strings out of a line of type cgroup2, what it does not find leaves
 * the result alone. tests/unit/test_fuzz.c runs it on mutations. For libFuzzer: clang -DFUZZER
 * -fsanitize=fuzzer,address -D_GNU_SOURCE -Iuser tests/fuzz/mount.c user/target/mount.c user/base/{err,buf,fs,num}.c
 */
#include "target/mount.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int fuzz_mount(const uint8_t *data, size_t len);

static bool is_text(const char text[PATH_MAX])
{
	return memchr(text, '\0', PATH_MAX) != NULL;
}

/* 1: found, 0: none; does not come back from a mistake. */
int fuzz_mount(const uint8_t *data, size_t len)
{
	static struct mount mount;
	char directory[PATH_MAX];
	char *text = malloc(len + 1);
	int rc;

	if (!text)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	strcpy(mount.point, "untouched");
	strcpy(mount.root, "too");
	rc = mount_parse(text, NULL, &mount, NULL);
	if (rc != 0 && rc != -ENOENT)
		abort();
	if (rc && (strcmp(mount.point, "untouched") || strcmp(mount.root, "too")))
		abort();
	if (!rc && (!strstr(text, "cgroup2") || !is_text(mount.point) || !is_text(mount.root)))
		abort();
	/* the text once more, as a path below what was found */
	if (!rc && mount_directory(&mount, text, directory, NULL) == 0 && !is_text(directory))
		abort();
	free(text);
	return rc == 0;
}

#ifdef FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_mount(data, len);
	return 0;
}
#endif

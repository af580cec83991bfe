// SPDX-License-Identifier: BSD-2-Clause
#include "record/launchers.h"
#include "base/own.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static const char *const directories[] = {"/usr/bin",        "/usr/sbin",    "/usr/local/bin",
					  "/usr/local/sbin", "/usr/libexec", "/usr/lib/systemd"};
static const char *const names[] = {"runc", "crun", "youki", "systemd-executor"};

size_t launchers_find(struct file_id *out, size_t max)
{
	size_t n = 0;

	for (size_t d = 0; d < ARRAY_LEN(directories); d++) {
		for (size_t i = 0; i < ARRAY_LEN(names) && n < max; i++) {
			char path[PATH_MAX];
			struct stat st;

			snprintf(path, sizeof(path), "%s/%s", directories[d], names[i]);
			if (stat(path, &st) || !S_ISREG(st.st_mode))
				continue;
			/* the kernel's dev_t: 12 bits of major, 20 of minor */
			out[n++] =
				(struct file_id){.ino = st.st_ino,
						 .dev = major(st.st_dev) << 20 | minor(st.st_dev)};
		}
	}
	return n;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "target/filtered.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>

#define FILE_MAX  (1 << 20)
#define PROCS_MAX (16 << 20)

static bool is_filtered(const char *status)
{
	struct buf own_buf text = BUF_INIT;

	return !fs_read(AT_FDCWD, status, FILE_MAX, &text, NULL) &&
	       strstr(buf__text(&text), "\nSeccomp:\t2");
}

bool filtered_self(void)
{
	return is_filtered("/proc/self/status");
}

static bool any_of(const char *directory)
{
	struct buf own_buf procs = BUF_INIT;
	char path[PATH_MAX];
	char *rest, *line;

	if (snprintf(path, sizeof(path), "%s/cgroup.procs", directory) >= (int)sizeof(path) ||
	    fs_read(AT_FDCWD, path, PROCS_MAX, &procs, NULL) || !procs.len)
		return false;
	for (rest = procs.data; (line = strsep(&rest, "\n"));) {
		uint64_t pid;

		if (num_parse(line, "pid", INT32_MAX, &pid, NULL))
			continue;
		snprintf(path, sizeof(path), "/proc/%u/status", (unsigned int)pid);
		if (is_filtered(path))
			return true;
	}
	return false;
}

bool filtered_any(const struct cgroup *cgroup)
{
	char path[PATH_MAX];
	char *const paths[] = {path, NULL};
	bool found = false;
	FTSENT *entry;
	FTS *tree;

	snprintf(path, sizeof(path), "%s", cgroup->path);
	tree = cgroup->fd < 0 ? NULL : fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	while (tree && !found && (entry = fts_read(tree)))
		found = entry->fts_info == FTS_D && any_of(entry->fts_path);
	if (tree)
		fts_close(tree);
	return found;
}

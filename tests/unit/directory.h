/* SPDX-License-Identifier: BSD-2-Clause */
/* A temporary directory for one test: .init = directory_make, .fini = directory_remove. */
#pragma once

#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[PATH_MAX - 512];

static inline void directory_make(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(directory, sizeof(directory), "%s/whittle-unit.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(directory) || chmod(directory, 0755))
		abort();
}

static inline int directory_remove_one(const char *path, const struct stat *st, int type,
				       struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static inline void directory_remove(void)
{
	nftw(directory, directory_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The path of a name in it; each of the last eight stays valid. */
static inline const char *in_directory(const char *name)
{
	static char paths[8][PATH_MAX];
	static unsigned int next;
	char *path = paths[next++ % 8];

	snprintf(path, PATH_MAX, "%s/%s", directory, name);
	return path;
}

/* Makes a file with this text and mode. */
static inline const char *make_file(const char *name, const char *text, mode_t mode)
{
	const char *path = in_directory(name);
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) || chmod(path, mode))
		abort();
	return path;
}

/* How many names it holds. */
static inline int directory_entries(void)
{
	DIR *dir = opendir(directory);
	int n = -2; /* . and .. */

	if (!dir)
		abort();
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* How many files this process has open. */
static inline int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = -3; /* . and .. and the one that reads */

	if (!dir)
		abort();
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ownership, visible on the line: a local that owns something is declared with the attribute that releases it, and
 * steal_ptr()/steal_fd() hand it on. Nothing here allocates.
 */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define own_with(release) __attribute__((cleanup(release)))
#define must_check        __attribute__((warn_unused_result))

static inline void own_free_(void *p)
{
	free(*(void **)p);
}

static inline void own_close_(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void own_fclose_(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void own_closedir_(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* char *own_ptr p = NULL; -- freed at the end of the scope */
#define own_ptr own_with(own_free_)
/* int own_fd fd = -1; */
#define own_fd   own_with(own_close_)
#define own_file own_with(own_fclose_)
#define own_dir  own_with(own_closedir_)

/* Moves a pointer out of its owner, which is NULL afterwards. */
#define steal_ptr(pp)                                                                              \
	({                                                                                         \
		__typeof__(*(pp)) stolen_ = *(pp);                                                 \
		*(pp) = NULL;                                                                      \
		stolen_;                                                                           \
	})

/* Moves a file descriptor out of its owner, which is -1 afterwards. */
static inline int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

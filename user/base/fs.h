/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files: read whole with a bound, written whole or not at all. As whittle runs as root, an output path is never followed
 * blindly: a symbolic link, a directory or a device at its end is refused, but for /dev/null.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <limits.h>

/** Reads a file below directory `dir` (AT_FDCWD: the usual meaning) whole, at most max bytes (-EFBIG above, and `out` has so many of them). Appends. */
int fs_read(int dir, const char *path, size_t max, struct buf *out, struct err *err) must_check;

/** Can `path` be written by fs_write? Tells before the work instead of after it; leaves nothing. */
int fs_check_output(const char *path, struct err *err) must_check;

/** Will fs_write give the file to somebody else than this process: the owner of what it replaces, or who called sudo? */
bool fs_output_changes_owner(const char *path);

/** Do two output paths mean the same file? False where one cannot be written anyway, and for /dev/null. */
bool fs_same_output(const char *a, const char *b);

/**
 * Writes a file whole: temporary file beside it, fsync, rename. A new file gets 0666 & ~umask and the owner
 * who called sudo (SUDO_UID, SUDO_GID, if whittle is root); a replaced one keeps its mode and owner. On failure an existing
 * file is untouched and the temporary file is gone.
 */
int fs_write(const char *path, const void *data, size_t len, struct err *err) must_check;

/*
 * A file whose path somebody chose who must not be trusted: it lies below a directory that is allowed, and no symbolic link is
 * followed on the way there.
 */
struct fs_place {
	int dir; /* the directory that it lies in, -1: closed */
	char name[NAME_MAX + 1];
};

#define FS_PLACE_CLOSED ((struct fs_place){.dir = -1})

/** Opens the directory of `path`, absolute, which lies below `top`. -EXDEV: it does not; -ELOOP: a symbolic link is on the way, or a ".." that leads out. */
int fs_open_place(const char *top, const char *path, struct fs_place *out,
		  struct err *err) must_check;
void fs_close_place(struct fs_place *place);
#define own_place own_with(fs_close_place)

/** As fs_read; only a regular file, and never through a symbolic link. */
int fs_read_place(const struct fs_place *place, size_t max, struct buf *out,
		  struct err *err) must_check;
/** As fs_write; no device at all. */
int fs_write_place(const struct fs_place *place, const void *data, size_t len,
		   struct err *err) must_check;

/** Makes a directory for outputs, if it is not there: that of who called sudo, as files are. */
int fs_make_directory(const char *path, struct err *err) must_check;

/** Removes a directory below `dir` with all that is in it, as far as it can: one that nobody else may write in. */
void fs_remove_directory(int dir, const char *name);

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands about profiles have in common: reading files or standard input, writing files or standard output. */
#pragma once

#include "base/buf.h"
#include "base/capability.h"
#include "cli/options.h"
#include "profile/parse.h"
#include "profile/resolve.h"

/* Embedded as `file` in a command's options; FILE_OPTION_ROWS are their rows. */
struct file_options {
	bool lenient;
	bool json;                 /* take JSON alone: nearly any text is a list of names */
	bool quiet;                /* log neither warnings nor notes */
	struct findings *warnings; /* not NULL: warnings go there instead of being logged */
	struct findings *errors;   /* see parse_options */
	struct texts caps;
	const char *kernel;
	const char *arch;
};

#define FILE_OPTION_ROWS(type)                                                                     \
	{"lenient",                                                                                \
	 0,                                                                                        \
	 OPTION_FLAG,                                                                              \
	 NULL,                                                                                     \
	 "warn of what would be refused in a profile",                                             \
	 offsetof(type, file.lenient),                                                             \
	 NULL,                                                                                     \
	 0},                                                                                       \
		{"cap",                                                                            \
		 0,                                                                                \
		 OPTION_TEXTS,                                                                     \
		 "CAP",                                                                            \
		 "the container has this capability (default: Docker's 14; 'none')",               \
		 offsetof(type, file.caps),                                                        \
		 NULL,                                                                             \
		 0},                                                                               \
	{                                                                                          \
		"kernel", 0, OPTION_VERSION, "K.M",                                                \
			"the kernel that minKernel is compared with (default: this one)",          \
			offsetof(type, file.kernel), NULL, 0                                       \
	}

/** "x86_64", "aarch64", "SCMP_ARCH_X86" ...; -EINVAL with the ones there are. */
int arch_parse(const char *text, enum arch *out, struct err *err) must_check;

/** The same, or the machine's own for NULL. */
int native_arch(const char *text, enum arch *out, struct err *err) must_check;

/** What sentences call the file: "standard input" for "-". */
const char *profile_file_name(const char *path);

/** "docker" is no file but what Docker gives a container that names no profile. */
bool profile_file_is_docker(const char *path);

/** Are --cap, --kernel and --arch what they should be? -EINVAL: no. */
int file_options_check(const struct file_options *options, struct err *err) must_check;

/** One of them that is given and says how a profile is read, "--cap"; NULL: none is. --arch means something else to some commands, and is theirs. */
const char *file_options_given(const struct file_options *options);

/** For which container on which host the options ask: *out borrows `caps`. */
int profile_file_host(const struct file_options *options, const char *caps[CAPABILITY_COUNT],
		      struct host *out, struct err *err) must_check;

/**
 * Reads and parses, or makes Docker's default, and resolves it for the options' container and host; warnings are logged, and for whom it
 * was resolved.
 */
int profile_file_read(const char *path, const struct file_options *options, struct profile *out,
		      struct err *err) must_check;

/** The same with a text that was read already. */
int profile_file_parse(const char *path, const struct buf *text, const struct file_options *options,
		       struct profile *out, struct err *err) must_check;

/** The first without the last step: with all that depends on container and host. */
int profile_file_read_whole(const char *path, const struct file_options *options,
			    struct profile *out, struct err *err) must_check;

/** The last step alone. *whole is taken if it depends on nothing. */
int profile_file_resolve(const char *path, const struct file_options *options,
			 struct profile *whole, struct profile *out, struct err *err) must_check;

/** Reads all of a file, or standard input for "-", at most `max` bytes. */
int file_read(const char *path, size_t max, struct buf *out, struct err *err) must_check;

/** Writes whole or not at all; NULL and "-" are standard output. `what` names the text in an error. */
int file_write(const char *path, const struct buf *text, const char *what,
	       struct err *err) must_check;

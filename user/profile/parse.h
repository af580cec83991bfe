/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a profile in any of the formats that whittle knows; which one is found out from the text. Strict about what would
 * silently change the meaning; `lenient` turns those refusals into warnings.
 */
#pragma once

#include "profile/findings.h"
#include "profile/profile.h"

/** A profile file is a few tens of KiB; this is plenty. */
#define PROFILE_FILE_MAX (4 << 20)

/* All borrowed. */
struct parse_options {
	bool lenient;
	bool exact; /* JSON and YAML: of a SeccompProfile, whose keys Kubernetes reads to the letter */
	enum arch arch; /* the native one of the machine: of what leaves it open (lists, strace, systemd) */
	struct findings *warnings; /* may be NULL */
	/*
	 * What a profile in JSON or YAML is refused for, the first one included; not NULL: the others are looked for, until there are
	 * PARSE_ERRORS_MAX of them
	 */
	struct findings *errors;
};

/* Who has mended so many has another look. */
#define PARSE_ERRORS_MAX 100

struct node;

/**
 * Where in a document the profile is: the spec of a SeccompProfile, linux.seccomp of an OCI runtime's config.json, or all of it.
 * *out is borrowed. -EINVAL: there is none in it.
 */
int profile_in_document(const char *name, const struct node *node, const struct node **out,
			struct err *err) must_check;

/** Is the document a SeccompProfile, whose keys Kubernetes reads to the letter? Other profiles are read by what takes no notice of case. */
bool profile_is_resource(const struct node *node);

/**
 * The document that a profile in JSON or YAML is. False in *is and no error: the text is of another format. *out was zeroed. -EINVAL: it
 * cannot be read.
 */
int profile_document(const char *name, const char *text, size_t len, struct node *out, bool *is,
		     struct err *err) must_check;

/**
 * Parses `len` bytes. `name` is what errors call the file: "NAME:LINE:COLUMN: ...", and the place is beside it.
 * *out may depend on container and host (resolve.h); it was cleared or zeroed, and is untouched on failure. -EINVAL: it is no profile, or one that whittle cannot take.
 */
int profile_parse(const char *name, const char *text, size_t len,
		  const struct parse_options *options, struct profile *out,
		  struct err *err) must_check;

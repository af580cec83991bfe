/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads JSON profiles: OCI's, which runc and crun read, and Docker's and Podman's dialects of it. Without options only OCI's: archMap,
 * includes and excludes are refused then, because whoever asks so knows no container.
 */
#pragma once

#include "profile/document.h"
#include "profile/parse.h"

/**
 * Parses `len` bytes. `name` is what errors call the file: "NAME:LINE:COLUMN: ...". `options` may be NULL.
 * *out was cleared or zeroed, and is untouched on failure. -EINVAL: it is no profile, or one that whittle cannot take.
 */
int parse_oci(const char *name, const char *text, size_t len, const struct parse_options *options,
	      struct profile *out, struct err *err) must_check;

/** The same from a document: of JSON, or the spec of a SeccompProfile in YAML. */
int parse_oci_document(const char *name, const struct node *node,
		       const struct parse_options *options, struct profile *out,
		       struct err *err) must_check;

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a container runtime tells its hooks: the OCI state on standard input, and in it the annotation that asks for a profile.
 * Whoever may start containers chooses what stands there.
 */
#pragma once

#include "base/err.h"

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

/** A state is a few KiB; annotations may make it larger. */
#define OCI_STATE_MAX (1 << 20)

#define TRACE_ANNOTATION "io.containers.trace-syscall"

enum oci_status {
	OCI_CREATING,
	OCI_CREATED,
	OCI_RUNNING,
	OCI_STOPPED,
};

struct oci_state {
	char id[128]; /* letters, digits, "_.+-" */
	enum oci_status status;
	pid_t pid;                     /* 0: none */
	char annotation[2 * PATH_MAX]; /* of TRACE_ANNOTATION; "": none */
};

/** -EINVAL: it is no OCI state. */
int oci_state_parse(const char *text, size_t len, struct oci_state *out,
		    struct err *err) must_check;

/* "of:/PATH;if:/PATH", in either order; the input is optional. */
struct trace_request {
	char output[PATH_MAX];
	char input[PATH_MAX]; /* "": none */
};

/** -EINVAL: what is wrong with it. */
int trace_request_parse(const char *annotation, struct trace_request *out,
			struct err *err) must_check;

// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes: what oci_state_parse() takes are terminated texts in range, and its annotation, if it is a request, has absolute
 * paths. tests/unit/test_fuzz.c runs it on mutations. For libFuzzer: clang -DFUZZER -fsanitize=fuzzer,address
 * -D_GNU_SOURCE -Iuser tests/fuzz/oci_state.c user/target/oci_state.c user/base/err.c -ljansson
 */
#include "target/oci_state.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int fuzz_oci_state(const uint8_t *data, size_t len);

/* 0: no state; 1: a state; 2: with a request in it; does not come back from a mistake. */
int fuzz_oci_state(const uint8_t *data, size_t len)
{
	struct trace_request request;
	struct oci_state state;
	struct err err = {0};
	int rc;

	memset(&state, 0x5a, sizeof(state));
	rc = oci_state_parse((const char *)data, len, &state, &err);
	if (rc != err.code || (rc && rc != -EINVAL))
		abort();
	if (rc)
		return 0;
	if (!memchr(state.id, '\0', sizeof(state.id)) || !*state.id || strchr(state.id, '/') ||
	    state.status > OCI_STOPPED || state.pid < 0 ||
	    !memchr(state.annotation, '\0', sizeof(state.annotation)))
		abort();
	memset(&request, 0x5a, sizeof(request));
	rc = trace_request_parse(state.annotation, &request, &err);
	if (rc != err.code || (rc && rc != -EINVAL))
		abort();
	if (rc)
		return 1;
	if (!memchr(request.output, '\0', PATH_MAX) || !memchr(request.input, '\0', PATH_MAX) ||
	    *request.output != '/' || (*request.input && *request.input != '/') ||
	    strchr(request.output, ';') || strchr(request.input, ';'))
		abort();
	return 2;
}

#ifdef FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_oci_state(data, len);
	return 0;
}
#endif

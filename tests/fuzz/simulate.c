// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes for a filter: what filter_check() takes runs to an end on any call, and gives the same answer again. The first 64 bytes are the
 * call.
 */
#include "profile/simulate.h"

#include <string.h>

int fuzz_simulate(const uint8_t *data, size_t len);

/* 1: taken, 0: refused; does not come back from a mistake. */
int fuzz_simulate(const uint8_t *data, size_t len)
{
	struct filter own_filter filter = {0};
	struct seccomp_data call = {0};
	struct err err = {0};
	int rc;

	if (len < sizeof(call))
		return 0;
	memcpy(&call, data, sizeof(call));
	filter.len = (len - sizeof(call)) / sizeof(*filter.code);
	/* exactly so large that a step outside is seen */
	filter.code = malloc(filter.len * sizeof(*filter.code) + !filter.len);
	if (!filter.code)
		return 0;
	memcpy(filter.code, data + sizeof(call), filter.len * sizeof(*filter.code));
	rc = filter_check(&filter, &err);
	if (rc != err.code)
		abort();
	if (rc)
		return 0;
	if (filter_run(&filter, &call) != filter_run(&filter, &call))
		abort();
	return 1;
}

#ifdef FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_simulate(data, len);
	return 0;
}
#endif

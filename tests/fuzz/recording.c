// SPDX-License-Identifier: BSD-2-Clause
/* Any bytes for a recording: refused with a sentence, or read, written and read again as the same. */
#include "cli/recording_read.h"

#include <string.h>

int fuzz_recording(const uint8_t *data, size_t len);

/* 1: taken, 0: refused; does not come back from a mistake. */
int fuzz_recording(const uint8_t *data, size_t len)
{
	struct recording own_recording first = {0}, own_recording second = {0};
	struct buf own_buf once = BUF_INIT, own_buf twice = BUF_INIT;
	struct err err = {0};
	int rc = recording_parse("f", (const char *)data, len, &first, &err);

	if (rc != err.code || (rc && !*err.text))
		abort();
	if (rc)
		return 0;
	if (recording_to_json(&first, &once, &err) ||
	    recording_parse("g", once.data, once.len, &second, &err) ||
	    recording_to_json(&second, &twice, &err) || strcmp(once.data, twice.data))
		abort();
	return 1;
}

#ifdef FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_recording(data, len);
	return 0;
}
#endif

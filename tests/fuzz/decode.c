// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes: what decode_event() takes is in range, what it refuses leaves the result alone. tests/unit/test_fuzz.c
 * runs it on mutations. For libFuzzer: clang -DFUZZER -fsanitize=fuzzer,address -D_GNU_SOURCE -Iuser -Ibpf
 * tests/fuzz/decode.c user/record/decode.c user/base/err.c
 */
#include "record/decode.h"

#include <stdint.h>
#include <string.h>

int fuzz_decode(const uint8_t *data, size_t len);

static bool in_range(const union event *event, size_t len)
{
	switch (event->kind) {
	case EV_FIRST:
		return len == sizeof(event->first) && event->first.slot < EACH_SLOTS_MAX &&
		       event->first.call_class < CLASS_COUNT && event->first.abi <= ABI_X32 &&
		       event->first.image < IMAGES_MAX &&
		       strnlen(event->first.comm, COMM_LEN) < COMM_LEN;
	case EV_MOVED:
		return len == sizeof(event->moved) && event->moved.slot < EACH_SLOTS_MAX &&
		       strnlen(event->moved.comm, COMM_LEN) < COMM_LEN;
	case EV_GONE:
		return len == sizeof(event->gone) && event->gone.slot < SLOTS_MAX;
	case EV_EACH:
		return len == sizeof(event->each) && event->each.slot != SLOT_NONE &&
		       event->each.slot < EACH_SLOTS_MAX;
	case EV_DENIED:
		return len == sizeof(event->denied) && event->denied.slot < SLOTS_MAX &&
		       event->denied.key.slot == event->denied.slot &&
		       event->denied.key.abi <= ABI_X32 &&
		       event->denied.key.action < DENIED_COUNT && event->denied.key.error >= 0 &&
		       event->denied.key.error <= 4095 &&
		       strnlen(event->denied.comm, COMM_LEN) < COMM_LEN;
	default:
		return false;
	}
}

/* 1: taken, 0: refused; does not come back from a mistake. */
int fuzz_decode(const uint8_t *data, size_t len)
{
	union event event, before;
	struct err err = {0};
	int rc;

	memset(&event, 0x5a, sizeof(event));
	memset(&before, 0x5a, sizeof(before));
	rc = decode_event(data, len, &event, &err);
	if (rc != err.code)
		abort();
	if (rc && memcmp(&event, &before, sizeof(event)))
		abort();
	if (!rc && (!in_range(&event, len) || memcmp(&event, data, len)))
		abort();
	return rc == 0;
}

#ifdef FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_decode(data, len);
	return 0;
}
#endif

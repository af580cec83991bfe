/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes off the ring, checked before anyone looks at them: length, kind, ranges, terminated strings. The kernel side is
 * ours, but a record is input like any other. Copies; allocates nothing; knows no libbpf.
 */
#pragma once

#include "base/err.h"
#include "event.h"
#include "syscalls/arch.h"

#include <stdbool.h>

union event {
	__u32 kind; /* enum ev_kind */
	struct ev_first first;
	struct ev_moved moved;
	struct ev_gone gone;
	struct ev_born born;
	struct ev_denied denied;
	struct ev_each each;
};

/** -EBADMSG: it is none of ours; *out is untouched then. */
int decode_event(const void *data, size_t len, union event *out, struct err *err) must_check;

/** The architecture of calls that came by an ABI of this machine. */
enum arch decode_arch(enum arch native, __u32 abi);

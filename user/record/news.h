/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a BPF ring buffer without taking anything off it: the ring of a resident session is shared by recordings that end at
 * different times. Knows the layout of the ring (Documentation/bpf/ringbuf.rst) and no libbpf.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct news_ring {
	const unsigned char *data; /* two pages of positions aside: the data, mapped twice in a row */
	uint64_t *taken;           /* position of the consumer */
	const uint64_t *made;      /* position of the producer */
	size_t bytes;              /* of the data, a power of two */
};

/** Maps the ring of map `fd`, which is `bytes` large. Unmap with news_unmap(). */
int news_map(int fd, size_t bytes, struct news_ring *ring, struct err *err) must_check;
void news_unmap(struct news_ring *ring);

/** Calls fn for each record that is whole, from the oldest on, until it returns false. */
void news_each(const struct news_ring *ring,
	       bool (*fn)(const void *data, size_t len, void *context), void *context);

/** Takes records off, from the oldest on, as long as fn says that nobody needs them. Under a lock: there is one consumer. */
void news_drop(struct news_ring *ring, bool (*fn)(const void *data, size_t len, void *context),
	       void *context);

// SPDX-License-Identifier: BSD-2-Clause
#include "record/news.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>

#define ROUND_UP_8(n) (((n) + 7) & ~7ULL)

int news_map(int fd, size_t bytes, struct news_ring *ring, struct err *err)
{
	size_t page = sysconf(_SC_PAGESIZE);
	void *taken, *made;

	taken = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (taken == MAP_FAILED)
		return err_errno(err, -errno, "cannot map the ring buffer");
	made = mmap(NULL, page + 2 * bytes, PROT_READ, MAP_SHARED, fd, page);
	if (made == MAP_FAILED) {
		int rc = err_errno(err, -errno, "cannot map the ring buffer");

		munmap(taken, page);
		return rc;
	}
	*ring = (struct news_ring){.data = (unsigned char *)made + page,
				   .taken = taken,
				   .made = made,
				   .bytes = bytes};
	return 0;
}

void news_unmap(struct news_ring *ring)
{
	size_t page = sysconf(_SC_PAGESIZE);

	if (!ring->taken)
		return;
	munmap(ring->taken, page);
	munmap((void *)ring->made, page + 2 * ring->bytes);
	*ring = (struct news_ring){0};
}

/*
 * The record at a position: *data is NULL for one that was discarded. Returns the position behind it, or `at` when
 * there is none, or its writer is not done with it.
 */
static uint64_t record_at(const struct news_ring *ring, uint64_t at, const void **data, size_t *len)
{
	uint64_t made = __atomic_load_n(ring->made, __ATOMIC_ACQUIRE);
	const uint32_t *header = (const void *)(ring->data + (at & (ring->bytes - 1)));
	uint32_t word, size;

	if (at >= made)
		return at;
	word = __atomic_load_n(header, __ATOMIC_ACQUIRE);
	size = word & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
	if (word & BPF_RINGBUF_BUSY_BIT || size > ring->bytes)
		return at;
	*data = word & BPF_RINGBUF_DISCARD_BIT ? NULL : (const char *)header + BPF_RINGBUF_HDR_SZ;
	*len = size;
	return at + ROUND_UP_8(size + BPF_RINGBUF_HDR_SZ);
}

void news_each(const struct news_ring *ring,
	       bool (*fn)(const void *data, size_t len, void *context), void *context)
{
	uint64_t at = __atomic_load_n(ring->taken, __ATOMIC_ACQUIRE), next;
	const void *data;
	size_t len;

	for (; (next = record_at(ring, at, &data, &len)) != at; at = next)
		if (data && !fn(data, len, context))
			return;
}

void news_drop(struct news_ring *ring, bool (*fn)(const void *data, size_t len, void *context),
	       void *context)
{
	uint64_t at = __atomic_load_n(ring->taken, __ATOMIC_ACQUIRE), next;
	const void *data;
	size_t len;

	for (; (next = record_at(ring, at, &data, &len)) != at; at = next) {
		if (data && !fn(data, len, context))
			return;
		__atomic_store_n(ring->taken, next, __ATOMIC_RELEASE);
	}
}

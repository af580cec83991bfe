/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes page faults all the time, and makes but two calls: mmap and munmap. What a fault leaves in the saved registers must not
 * be taken for a call.
 */
#include <stddef.h>
#include <sys/mman.h>

int main(void)
{
	size_t size = (size_t)64 << 20;

	for (;;) {
		volatile char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return 1;
		for (size_t i = 0; i < size; i += 4096)
			p[i] = 1;
		munmap((void *)p, size);
	}
}

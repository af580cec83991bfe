// SPDX-License-Identifier: BSD-2-Clause
/* Numbers that no table has, and those of x32, which few kernels have. All enter the kernel. */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define X32_BIT 0x40000000

int main(void)
{
	/* the kernel looks at 32 bits only: the last one is 39 */
	static const long numbers[] = {
		-1,
		-2,
		-5,
		-4096,
		447,
		509,
		510,
		511,
		512,
		547,
		548,
		1000,
		1024,
		4095,
		65536,
		0x3fffffff,
		0x7fffffff,
		INT_MIN,
		INT_MIN + 39,
		X32_BIT | 39,
		X32_BIT | 102,
		X32_BIT | 512,
		X32_BIT | 547,
		X32_BIT | 548,
		X32_BIT | 1000,
		0xc0000027,
		0x100000027,
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		for (size_t times = 0; times <= i; times++)
			syscall(numbers[i], -1L, 0L, 0L, 0L);
	puts("still alive");
	return 0;
}

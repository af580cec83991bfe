// SPDX-License-Identifier: BSD-2-Clause
#include "syscalls/set.h"

#define ARM_PRIVATE   0xf0000
#define SUBCALLS_EACH 32

#define FIRST_PRIVATE    SET_NUMBERS
#define FIRST_SOCKETCALL (SET_NUMBERS + SET_PRIVATE)
#define FIRST_IPC        (FIRST_SOCKETCALL + SUBCALLS_EACH)
#define BITS_USED        (FIRST_IPC + SUBCALLS_EACH)

/* The bit of a call, -1 if there is none. */
static int bit_of(const struct syscall *call)
{
	if (call->arch <= ARCH_INVALID || call->arch >= ARCH_COUNT)
		return -1;
	if (syscall_is_multiplexer(call)) {
		if (call->sub >= SUBCALLS_EACH)
			return -1;
		return (call->nr == NR_IPC ? FIRST_IPC : FIRST_SOCKETCALL) + call->sub;
	}
	if (call->nr >= 0 && call->nr < SET_NUMBERS)
		return call->nr;
	if (call->arch == ARCH_ARM && call->nr >= ARM_PRIVATE &&
	    call->nr < ARM_PRIVATE + SET_PRIVATE)
		return FIRST_PRIVATE + (call->nr - ARM_PRIVATE);
	return -1;
}

static struct syscall call_of(enum arch arch, int bit)
{
	if (bit >= FIRST_IPC)
		return (struct syscall){arch, NR_IPC, bit - FIRST_IPC};
	if (bit >= FIRST_SOCKETCALL)
		return (struct syscall){arch, NR_SOCKETCALL, bit - FIRST_SOCKETCALL};
	if (bit >= FIRST_PRIVATE)
		return (struct syscall){arch, ARM_PRIVATE + bit - FIRST_PRIVATE, 0};
	return (struct syscall){arch, bit, 0};
}

bool syscall_set__add(struct syscall_set *set, const struct syscall *call)
{
	int bit = bit_of(call);

	if (bit < 0)
		return false;
	set->bits[call->arch][bit / 64] |= 1ULL << bit % 64;
	return true;
}

bool syscall_set__has(const struct syscall_set *set, const struct syscall *call)
{
	int bit = bit_of(call);

	return bit >= 0 && set->bits[call->arch][bit / 64] >> bit % 64 & 1;
}

void syscall_set__join(struct syscall_set *into, const struct syscall_set *from)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		for (int w = 0; w < SET_WORDS; w++)
			into->bits[a][w] |= from->bits[a][w];
}

size_t syscall_set__count(const struct syscall_set *set)
{
	size_t n = 0;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		for (int w = 0; w < SET_WORDS; w++)
			n += __builtin_popcountll(set->bits[a][w]);
	return n;
}

bool syscall_set__has_arch(const struct syscall_set *set, enum arch arch)
{
	for (int w = 0; w < SET_WORDS; w++)
		if (set->bits[arch][w])
			return true;
	return false;
}

bool syscall_set__next(const struct syscall_set *set, struct syscall *it)
{
	enum arch arch = it->arch == ARCH_INVALID ? ARCH_INVALID + 1 : it->arch;
	int bit = it->arch == ARCH_INVALID ? 0 : bit_of(it) + 1;

	for (; arch < ARCH_COUNT; arch++, bit = 0) {
		while (bit < BITS_USED) {
			uint64_t rest = set->bits[arch][bit / 64] >> bit % 64;

			if (rest) {
				*it = call_of(arch, bit + __builtin_ctzll(rest));
				return true;
			}
			bit += 64 - bit % 64;
		}
	}
	return false;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of syscalls: a bitset per architecture. Holds what can have a name (numbers below 1024, 32-bit arm's private
 * calls, subcalls of multiplexers). Plain value: assign to copy, `{0}` is empty.
 */
#pragma once

#include "syscalls/syscall.h"

#define SET_NUMBERS  1024
#define SET_PRIVATE  32 /* 32-bit arm: 0xf0000 + n */
#define SET_SUBCALLS 64 /* of socketcall, then of ipc: 32 each */
#define SET_WORDS    ((SET_NUMBERS + SET_PRIVATE + SET_SUBCALLS + 63) / 64)

struct syscall_set {
	uint64_t bits[ARCH_COUNT][SET_WORDS];
};

/** False: the set cannot hold such a number. */
bool syscall_set__add(struct syscall_set *set, const struct syscall *call);
bool syscall_set__has(const struct syscall_set *set, const struct syscall *call);
/** Adds all of another set. */
void syscall_set__join(struct syscall_set *into, const struct syscall_set *from);
size_t syscall_set__count(const struct syscall_set *set);
bool syscall_set__has_arch(const struct syscall_set *set, enum arch arch);

/**
 * The next member in order (architecture, number, subcalls last): start with a zeroed *it. False: there are no more.
 */
bool syscall_set__next(const struct syscall_set *set, struct syscall *it);

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One syscall: architecture, number, and the subcall of a multiplexer; and its names. Names are libseccomp's for the
 * architecture; for numbers that are newer than the installed library there is a short table. A number without a name
 * stays without one.
 */
#pragma once

#include "base/spelling.h"
#include "syscalls/arch.h"

#include <stddef.h>

struct syscall {
	enum arch arch;
	int64_t nr; /* as the kernel's tables count: x32 without bit 30, MIPS without 4000, 5000 or 6000 */
	uint32_t sub; /* socketcall and ipc: the first argument, else 0 */
};

/* Multiplexers, of i386 and of all others that have them (kernel: arch/.../syscalls/syscall.tbl and its siblings) */
#define NR_SOCKETCALL 102
#define NR_IPC        117

/** Longest name and its NUL. */
#define SYSCALL_NAME_LEN 64

/** Can this be a call's name? Small letters, digits and underscores, and no digit first. */
bool syscall_is_name(const char *text, size_t len);

/** Its name ("socketcall" for a multiplexer). False: it has none, and `name` is "". */
bool syscall_name(const struct syscall *call, char name[SYSCALL_NAME_LEN]);

/** socketcall or ipc, whose `sub` matters. */
bool syscall_is_multiplexer(const struct syscall *call);

/* No multiplexer has more subcalls. */
#define SUBCALLS_MAX 32

/** The bits of a multiplexer's first argument that choose the subcall; ipc has the version of its layout above them. */
uint32_t syscall_subcall_mask(const struct syscall *call);

/** What the subcall of a multiplexer does, by the name of the direct call ("socket"); NULL: unknown, or no multiplexer. */
const char *syscall_subname(const struct syscall *call);

/** "socketcall" or "ipc", where that makes the call of this name as well; NULL: none does. */
const char *syscall_multiplexer(enum arch arch, const char *name);

/** The number of a name; false: this architecture has no such call, as far as the installed libseccomp and whittle know. */
bool syscall_resolve(enum arch arch, const char *name, int64_t *nr);

/** The next call of an architecture that has a name, by number; start with *nr = -1. False: there are no more. */
bool syscall_next(enum arch arch, int64_t *nr, char name[SYSCALL_NAME_LEN]);

/** Does any architecture have a call of this name? */
bool syscall_exists(const char *name);

/** Tries the name of each call of an architecture. */
void syscall_spell(enum arch arch, struct spelling *spelling);

/** Order by architecture, number, subcall: <0, 0, >0. */
int syscall_compare(const struct syscall *a, const struct syscall *b);

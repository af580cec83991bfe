/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Architectures: a syscall number means nothing without one. A recording has up to three of them at once (x86-64,
 * i386 and x32 share a kernel). Tokens are libseccomp's; rows in a table, never branches.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum arch {
	ARCH_INVALID = 0,
	ARCH_X86_64,
	ARCH_X86,
	ARCH_X32,
	ARCH_AARCH64,
	ARCH_ARM,
	ARCH_COUNT,
};

/** "x86_64"; "invalid" for ARCH_INVALID. */
const char *arch_token(enum arch arch);
/** "SCMP_ARCH_X86_64", as OCI profiles spell it. */
const char *arch_scmp_name(enum arch arch);
/** "x86-64", as systemd's SystemCallArchitectures= spells it. */
const char *arch_systemd_name(enum arch arch);
/** libseccomp's SCMP_ARCH_* number. */
uint32_t arch_scmp_token(enum arch arch);
/** 32-bit registers: its libc calls other names (mmap2, sigreturn, clock_gettime64). */
bool arch_is_32bit(enum arch arch);
/** What is added to a call's number for libseccomp and the kernel: bit 30 for x32, else 0. */
uint32_t arch_number_bit(enum arch arch);

/** ARCH_INVALID if there is none of this name ("SCMP_ARCH_X86_64"). */
enum arch arch_from_scmp_name(const char *name);
/** ARCH_INVALID if there is none of this name ("x86-64"). */
enum arch arch_from_systemd_name(const char *name);
/** The native architecture of a machine as uname(2) spells it; ARCH_INVALID: whittle does not know it. */
enum arch arch_from_machine(const char *machine);
/** The architecture of 32-bit processes beside a native one; ARCH_INVALID if there is none. */
enum arch arch_compat(enum arch native);

/** The native architecture of the machines that an architecture runs on: x86 and x32 on x86-64, arm on aarch64. */
enum arch arch_host(enum arch arch);

/**
 * The architecture that the kernel's audit records mean by their arch= (AUDIT_ARCH_*), x32 by the bit in the number, which
 * loses it. ARCH_INVALID: none that whittle knows (foreign.h).
 */
enum arch arch_from_audit(uint32_t audit_arch, int64_t *nr);

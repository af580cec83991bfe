/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Architectures: a syscall number means nothing without one. All that libseccomp knows, in one table: a profile may list any of them,
 * and logs tell of any. What is recorded is x86-64's and arm64's: up to three of them at once there (x86-64, i386 and x32 share a
 * kernel). Tokens are libseccomp's; rows in a table, never branches.
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
	ARCH_LOONGARCH64,
	ARCH_M68K,
	ARCH_MIPS64,
	ARCH_MIPS,
	ARCH_MIPS64N32,
	ARCH_MIPSEL64,
	ARCH_MIPSEL,
	ARCH_MIPSEL64N32,
	ARCH_PARISC64,
	ARCH_PARISC,
	ARCH_PPC64,
	ARCH_PPC,
	ARCH_PPC64LE,
	ARCH_RISCV64,
	ARCH_S390X,
	ARCH_S390,
	ARCH_SH,
	ARCH_SHEB,
	ARCH_COUNT,
};

/** For sets of architectures in an unsigned int. */
#define ARCH_BIT(arch) (1U << (arch))
_Static_assert(ARCH_COUNT <= 32, "ARCH_BIT() has no room for so many");

/** "x86_64"; "invalid" for ARCH_INVALID. */
const char *arch_token(enum arch arch);
/** "SCMP_ARCH_X86_64", as OCI profiles spell it. */
const char *arch_scmp_name(enum arch arch);
/** "x86-64", as systemd's SystemCallArchitectures= spells it; NULL: systemd has none of it. */
const char *arch_systemd_name(enum arch arch);
/** "amd64", as the conditions in Docker's profiles spell it; NULL: Docker has none of it. */
const char *arch_docker_name(enum arch arch);
/** libseccomp's SCMP_ARCH_* number. */
uint32_t arch_scmp_token(enum arch arch);
/** The kernel's AUDIT_ARCH_* number, in audit records and seccomp_data: libseccomp's, but for x32, of which the kernel says x86-64. */
uint32_t arch_audit(enum arch arch);
/** 32-bit registers: its libc calls other names (mmap2, sigreturn, clock_gettime64). */
bool arch_is_32bit(enum arch arch);
/** libseccomp's filters look at 32 bits of an argument: the 32-bit ones, and x32 and MIPS n32, whose registers are wider. */
bool arch_compares_32bit(enum arch arch);
bool arch_is_big_endian(enum arch arch);
/** It has socketcall and ipc, numbers 102 and 117, and libseccomp follows them to the calls that they make. */
bool arch_multiplexes(enum arch arch);
/** What is added to a call's number for libseccomp and the kernel: bit 30 for x32, 4000, 5000 and 6000 for MIPS, else 0. */
uint32_t arch_number_base(enum arch arch);
/** Are calls of it recorded? */
bool arch_is_recorded(enum arch arch);
/** Does the installed libseccomp know it? It knows no call of it otherwise, and makes no filter for it. */
bool arch_is_known(enum arch arch);

/** ARCH_INVALID if there is none of this name ("x86_64"). */
enum arch arch_from_token(const char *token);
/** ARCH_INVALID if there is none of this name ("SCMP_ARCH_X86_64"). */
enum arch arch_from_scmp_name(const char *name);
/** ARCH_INVALID if there is none of this name ("x86-64"). */
enum arch arch_from_systemd_name(const char *name);
/** The native architecture of a machine as uname(2) spells it; ARCH_INVALID: whittle does not know it. */
enum arch arch_from_machine(const char *machine);
/** What this program was built for, and the libseccomp that it uses. */
enum arch arch_native(void);
/** The architecture of 32-bit processes beside a native one; ARCH_INVALID if there is none. */
enum arch arch_compat(enum arch native);

/** The native architecture of the machines that an architecture runs on: x86 and x32 on x86-64, arm on aarch64. */
enum arch arch_host(enum arch arch);

/**
 * The architecture that the kernel's audit records mean by their arch= (AUDIT_ARCH_*). *nr loses what the architecture adds to its
 * numbers; by its bit x32 is known. ARCH_INVALID: none that whittle knows.
 */
enum arch arch_from_audit(uint32_t audit_arch, int64_t *nr);

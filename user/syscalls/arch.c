// SPDX-License-Identifier: BSD-2-Clause
#include "syscalls/arch.h"
#include "base/own.h"

#include <seccomp.h>
#include <string.h>

static const struct {
	const char *token;
	const char *scmp_name;
	const char *systemd_name; /* of SystemCallArchitectures= */
	const char *machine;      /* native on it */
	uint32_t scmp_token;
	uint32_t number_bit;
	bool is_32bit;
	enum arch compat;
} rows[ARCH_COUNT] = {
	[ARCH_INVALID] = {.token = "invalid", .scmp_name = "invalid", .systemd_name = "invalid"},
	[ARCH_X86_64] = {.token = "x86_64",
			 .scmp_name = "SCMP_ARCH_X86_64",
			 .systemd_name = "x86-64",
			 .machine = "x86_64",
			 .scmp_token = SCMP_ARCH_X86_64,
			 .compat = ARCH_X86},
	[ARCH_X86] = {.token = "x86",
		      .scmp_name = "SCMP_ARCH_X86",
		      .systemd_name = "x86",
		      .scmp_token = SCMP_ARCH_X86,
		      .is_32bit = true},
	[ARCH_X32] = {.token = "x32",
		      .scmp_name = "SCMP_ARCH_X32",
		      .systemd_name = "x32",
		      .scmp_token = SCMP_ARCH_X32,
		      .number_bit = 0x40000000},
	[ARCH_AARCH64] = {.token = "aarch64",
			  .scmp_name = "SCMP_ARCH_AARCH64",
			  .systemd_name = "arm64",
			  .machine = "aarch64",
			  .scmp_token = SCMP_ARCH_AARCH64,
			  .compat = ARCH_ARM},
	[ARCH_ARM] = {.token = "arm",
		      .scmp_name = "SCMP_ARCH_ARM",
		      .systemd_name = "arm",
		      .scmp_token = SCMP_ARCH_ARM,
		      .is_32bit = true},
};

const char *arch_token(enum arch arch)
{
	return rows[arch].token;
}

const char *arch_scmp_name(enum arch arch)
{
	return rows[arch].scmp_name;
}

const char *arch_systemd_name(enum arch arch)
{
	return rows[arch].systemd_name;
}

uint32_t arch_scmp_token(enum arch arch)
{
	return rows[arch].scmp_token;
}

bool arch_is_32bit(enum arch arch)
{
	return rows[arch].is_32bit;
}

uint32_t arch_number_bit(enum arch arch)
{
	return rows[arch].number_bit;
}

enum arch arch_from_scmp_name(const char *name)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (!strcmp(rows[a].scmp_name, name))
			return a;
	return ARCH_INVALID;
}

enum arch arch_from_systemd_name(const char *name)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (!strcmp(rows[a].systemd_name, name))
			return a;
	return ARCH_INVALID;
}

enum arch arch_from_machine(const char *machine)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (rows[a].machine && !strcmp(rows[a].machine, machine))
			return a;
	return ARCH_INVALID;
}

enum arch arch_compat(enum arch native)
{
	return rows[native].compat;
}

enum arch arch_host(enum arch arch)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (rows[a].compat == arch)
			return a;
	return arch == ARCH_X32 ? ARCH_X86_64 : arch;
}

/* libseccomp's tokens are the kernel's numbers, but for x32, of which the kernel says x86-64. */
enum arch arch_from_audit(uint32_t audit_arch, int64_t *nr)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		if (a == ARCH_X32 || rows[a].scmp_token != audit_arch)
			continue;
		if (a == ARCH_X86_64 && *nr >= 0 && *nr & rows[ARCH_X32].number_bit) {
			*nr &= ~(int64_t)rows[ARCH_X32].number_bit;
			return ARCH_X32;
		}
		return a;
	}
	return ARCH_INVALID;
}

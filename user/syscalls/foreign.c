// SPDX-License-Identifier: BSD-2-Clause
#include "syscalls/foreign.h"
#include "base/own.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <string.h>

static const struct {
	uint32_t audit_arch;
	const char *name;
} rows[FOREIGN_COUNT] = {
	{0, "unknown"},
	{AUDIT_ARCH_S390X, "s390x"},
	{AUDIT_ARCH_S390, "s390"},
	{AUDIT_ARCH_PPC64LE, "ppc64le"},
	{AUDIT_ARCH_PPC64, "ppc64"},
	{AUDIT_ARCH_PPC, "ppc"},
	{AUDIT_ARCH_RISCV64, "riscv64"},
	{AUDIT_ARCH_LOONGARCH64, "loongarch64"},
	{AUDIT_ARCH_MIPS, "mips"},
	{AUDIT_ARCH_MIPSEL, "mipsel"},
	{AUDIT_ARCH_MIPS64, "mips64"},
	{AUDIT_ARCH_MIPSEL64, "mipsel64"},
	{AUDIT_ARCH_PARISC, "parisc"},
	{AUDIT_ARCH_PARISC64, "parisc64"},
	{AUDIT_ARCH_M68K, "m68k"},
	{AUDIT_ARCH_SH, "sh"},
};

size_t foreign_find(uint32_t audit_arch)
{
	for (size_t i = 1; i < FOREIGN_COUNT; i++)
		if (rows[i].audit_arch == audit_arch)
			return i;
	return 0;
}

uint32_t foreign_audit_arch(size_t row)
{
	return rows[row].audit_arch;
}

size_t foreign_by_name(const char *name)
{
	for (size_t i = 1; i < FOREIGN_COUNT; i++)
		if (!strcmp(rows[i].name, name))
			return i;
	return 0;
}

const char *foreign_name(size_t row)
{
	return rows[row].name;
}

/* libseccomp's tokens are the kernel's AUDIT_ARCH_* numbers; for one that it does not know it has no name either. */
bool foreign_syscall_name(size_t row, int64_t nr, char name[SYSCALL_NAME_LEN])
{
	char *own_ptr known = NULL;

	name[0] = '\0';
	if (!row || nr < 0 || nr >= 1 << 30)
		return false;
	known = seccomp_syscall_resolve_num_arch(rows[row].audit_arch, (int)nr);
	if (!known || strlen(known) >= SYSCALL_NAME_LEN)
		return false;
	strcpy(name, known);
	return true;
}

bool foreign_syscall_number(size_t row, const char *name, int64_t *nr)
{
	int number;

	if (!row)
		return false;
	number = seccomp_syscall_resolve_name_arch(rows[row].audit_arch, name);
	if (number < 0)
		return false;
	*nr = number;
	return true;
}

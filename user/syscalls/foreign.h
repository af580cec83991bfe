/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machines that whittle does not record, but whose logs it may be shown: they have a name, and libseccomp knows their calls.
 * None of them can be in a profile that whittle writes.
 */
#pragma once

#include "syscalls/syscall.h"

/** Rows of the table; row 0 stands for all that are unknown. */
#define FOREIGN_COUNT 16

/** The row of an AUDIT_ARCH_* number; 0: unknown. */
size_t foreign_find(uint32_t audit_arch);
/** And back; 0 for row 0. */
uint32_t foreign_audit_arch(size_t row);
/** The row of a name as ausearch(8) prints it ("s390x"); 0: unknown. */
size_t foreign_by_name(const char *name);
/** "s390x", "ppc64le"; "unknown" for row 0. */
const char *foreign_name(size_t row);
/** The name of a call there. False: it has none, and `name` is "". */
bool foreign_syscall_name(size_t row, int64_t nr, char name[SYSCALL_NAME_LEN]);
/** The number of a name; false: there is no such call, as far as the installed libseccomp knows. */
bool foreign_syscall_number(size_t row, const char *name, int64_t *nr);

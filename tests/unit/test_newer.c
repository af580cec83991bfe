// SPDX-License-Identifier: BSD-2-Clause
/*
 * The names of numbers that are newer than the installed libseccomp: the code once more, with a libseccomp that knows
 * nothing from 424 on, against the installed one wherever that knows more.
 */
#include <criterion/criterion.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define OLD_KNOWS 424

/* Where an architecture's numbers begin: bit 30 or some thousands are in that of its read(2). */
static int old_base(uint32_t arch)
{
	int read = seccomp_syscall_resolve_name_arch(arch, "read");

	return read & 0x40000000 ? 0x40000000 : read / 1000 * 1000;
}

static char *old_resolve_num(uint32_t arch, int nr)
{
	return nr - old_base(arch) < OLD_KNOWS ? seccomp_syscall_resolve_num_arch(arch, nr) : NULL;
}

static int old_resolve_name(uint32_t arch, const char *name)
{
	int nr = seccomp_syscall_resolve_name_arch(arch, name);

	return nr >= 0 && nr - old_base(arch) < OLD_KNOWS ? nr : __NR_SCMP_ERROR;
}

#define syscall_name                      old_name
#define syscall_resolve                   old_resolve
#define syscall_subname                   old_subname
#define syscall_subcall_mask              old_subcall_mask
#define syscall_is_multiplexer            old_is_multiplexer
#define syscall_compare                   old_compare
#define seccomp_syscall_resolve_num_arch  old_resolve_num
#define seccomp_syscall_resolve_name_arch old_resolve_name
#include "syscalls/syscall.c"
#undef seccomp_syscall_resolve_num_arch
#undef seccomp_syscall_resolve_name_arch

/* Every name that libseccomp knows for an architecture has the number of the table. */
Test(newer, names_have_the_numbers_of_libseccomp)
{
	size_t known = 0;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		for (size_t i = 0; i < ARRAY_LEN(newer); i++) {
			int theirs =
				seccomp_syscall_resolve_name_arch(arch_scmp_token(a), newer[i]);

			if (theirs < 0)
				continue;
			known++;
			cr_expect_eq(theirs, (int)(NEWER_FIRST + i) + (int)arch_number_base(a),
				     "%s of %s is %d there", newer[i], arch_token(a), theirs);
		}
	}
	/* 2.5.4 knows all up to set_mempolicy_home_node (450) */
	cr_expect_geq(known, 19 * (440 - NEWER_FIRST), "libseccomp knew only %zu", known);
}

/* Every number that libseccomp knows for an architecture has the name of the table. */
Test(newer, numbers_have_the_names_of_libseccomp)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		for (int64_t n = NEWER_FIRST; n < 512; n++) {
			struct syscall call = {.arch = a, .nr = n};
			char name[SYSCALL_NAME_LEN];
			char *own_ptr theirs =
				seccomp_syscall_resolve_num_arch(arch_scmp_token(a),
								 n + arch_number_base(a));

			if (!theirs || n >= NEWER_FIRST + (int64_t)ARRAY_LEN(newer))
				continue;
			cr_expect(old_name(&call, name), "%s %ld", arch_token(a), (long)n);
			cr_expect_str_eq(name, theirs);
		}
	}
}

Test(newer, each_name_once)
{
	for (size_t i = 0; i < ARRAY_LEN(newer); i++) {
		cr_assert_lt(strlen(newer[i]), SYSCALL_NAME_LEN);
		for (size_t k = 0; k < i; k++)
			cr_expect_str_neq(newer[i], newer[k]);
	}
}

/* kernel: scripts/syscall.tbl */
Test(newer, numbers_of_the_kernel)
{
	static const struct {
		int64_t nr;
		const char *name;
	} rows[] = {
		{424, "pidfd_send_signal"},
		{434, "pidfd_open"},
		{435, "clone3"},
		{439, "faccessat2"},
		{447, "memfd_secret"},
		{449, "futex_waitv"},
		{452, "fchmodat2"},
		{455, "futex_wait"},
		{457, "statmount"},
		{462, "mseal"},
		{463, "setxattrat"},
		{466, "removexattrat"},
		{467, "open_tree_attr"},
		{469, "file_setattr"},
		{471, "rseq_slice_yield"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char name[SYSCALL_NAME_LEN];
		int64_t nr = -77;

		cr_expect(old_name(&(struct syscall){ARCH_X86_64, rows[i].nr, 0}, name), "%s",
			  rows[i].name);
		cr_expect_str_eq(name, rows[i].name);
		cr_expect(old_resolve(ARCH_X32, rows[i].name, &nr), "%s", rows[i].name);
		cr_expect_eq(nr, rows[i].nr);
	}
}

/* Below, above and between the tables there are no names. */
Test(newer, ends_of_the_table)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		for (int64_t n = NEWER_FIRST + (int64_t)ARRAY_LEN(newer); n < 512; n++) {
			struct syscall call = {.arch = a, .nr = n};
			char name[SYSCALL_NAME_LEN] = "#";

			cr_expect_not(old_name(&call, name), "%s %ld is %s", arch_token(a), (long)n,
				      name);
			cr_expect_str_eq(name, "");
		}
	}
	/* 335 to 423 do not exist on x86-64; 335 is uretprobe from 6.11 on */
	for (int64_t n = 340; n < NEWER_FIRST; n++)
		cr_expect_not(old_name(&(struct syscall){ARCH_X86_64, n, 0},
				       (char[SYSCALL_NAME_LEN]){0}),
			      "%ld", (long)n);
}

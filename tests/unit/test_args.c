// SPDX-License-Identifier: BSD-2-Clause
/* What people read of an argument's values: the kernel's names, where these are few and known. */
#include "syscalls/args.h"

#include <criterion/criterion.h>

static const bool amd64[ARCH_COUNT] = {[ARCH_X86_64] = true, [ARCH_X86] = true};

static void expect(const char *name, unsigned int index, uint64_t mask, uint64_t value,
		   const char *expected)
{
	struct buf own_buf text = BUF_INIT;
	struct syscall call;

	cr_assert(args_call(amd64, name, &call));
	args_match_text(&call, index, mask, value, &text);
	cr_expect_str_eq(buf__text(&text), expected, "%s: %s instead of %s", name, buf__text(&text),
			 expected);
}

Test(args, values)
{
	expect("socket", 0, UINT64_MAX, 2, "AF_INET");
	expect("socket", 0, 0xffffffff, 2, "AF_INET");
	expect("socket", 0, 0xfffffff7, 2, "AF_INET or AF_INET6");
	expect("socket", 0, 0xfffffffd, 16, "AF_NETLINK or 0x12");
	expect("socket", 1, 0xfff7f7ff, 1, "SOCK_STREAM");
	expect("socket", 1, 0xfff7f7fb, 1, "SOCK_STREAM or SOCK_SEQPACKET");
}

Test(args, values_without_names)
{
	expect("socket", 0, UINT64_MAX, 200, "");
	/* not what AF_INET is */
	expect("socket", 0, UINT64_MAX, 0x100000002, "");
	expect("socket", 0, 0xf, 2, "");
	/* no value has these bits under that mask */
	expect("socket", 0, 0xffffffff & ~2, 2, "");
	expect("socket", 2, UINT64_MAX, 0, "");
	expect("read", 0, UINT64_MAX, 1, "");
}

Test(args, flags)
{
	expect("clone", 0, 0x7e020000, 0x10000000, "CLONE_NEWUSER");
	expect("clone", 0, 0x30000000, 0, "none of CLONE_NEWUSER|CLONE_NEWPID");
	expect("mprotect", 2, 6, 6, "PROT_WRITE|PROT_EXEC");
	expect("mprotect", 2, 6, 0, "none of PROT_WRITE|PROT_EXEC");
	/* bits that are no flags */
	expect("clone", 0, UINT64_MAX, 0x10000011, "");
	expect("clone", 0, UINT64_MAX, 0, "");
	expect("clone", 0, 0, 0x10000000, "");
	expect("personality", 0, UINT64_MAX, 0xffffffff, "");
}

/* Where the stack of clone comes first, argument 0 is another one; there may be no such call at all. */
Test(args, one_meaning)
{
	bool arches[ARCH_COUNT] = {[ARCH_X86_64] = true, [ARCH_S390X] = true};
	struct buf own_buf text = BUF_INIT;
	struct syscall call;

	cr_expect_not(args_call(arches, "clone", &call));
	cr_expect(args_call(arches, "socket", &call));
	arches[ARCH_X86_64] = false;
	cr_assert(args_call(arches, "clone", &call));
	args_match_text(&call, 1, 0x7e020000, 0x10000000, &text);
	cr_expect_str_eq(buf__text(&text), "CLONE_NEWUSER");
	cr_expect_not(args_call(arches, "arch_prctl", &call));
	cr_expect_not(args_call((bool[ARCH_COUNT]){0}, "read", &call));
}

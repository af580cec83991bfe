// SPDX-License-Identifier: BSD-2-Clause
/* What people read of an argument's values: the kernel's names, where these are few and known. */
#include "syscalls/args.h"

#include <criterion/criterion.h>
#include <errno.h>

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

/* Flags beside a value, which recordings leave out. */
Test(args, values_with_flags)
{
	expect("socket", 1, UINT64_MAX, 0x80001, "SOCK_STREAM|SOCK_CLOEXEC");
	expect("socketpair", 1, 0xffffffff, 0x80802, "SOCK_DGRAM|SOCK_NONBLOCK|SOCK_CLOEXEC");
	expect("socket", 1, 0xfff7ffff, 0x801, "SOCK_STREAM|SOCK_NONBLOCK");
	expect("socket", 1, 0x80000, 0x80000, "SOCK_CLOEXEC");
	expect("socket", 1, 0x80800, 0, "none of SOCK_NONBLOCK|SOCK_CLOEXEC");
	expect("futex", 1, UINT64_MAX, 0x189,
	       "FUTEX_WAIT_BITSET|FUTEX_PRIVATE_FLAG|FUTEX_CLOCK_REALTIME");
	expect("futex", 1, UINT64_MAX, 1, "FUTEX_WAKE");
	/* a type without a name, another flag */
	expect("socket", 1, UINT64_MAX, 0x80009, "");
	expect("socket", 1, UINT64_MAX, 0x180001, "");
	expect("socket", 1, 0xc0000, 0xc0000, "");
}

/* What is printed is read again as the same. */
Test(args, parse)
{
	static const struct {
		const char *name;
		unsigned int index;
		const char *text;
		uint64_t value;    /* UINT64_MAX: refused */
		const char *again; /* NULL: as it was */
	} rows[] = {
		{"socket", 0, "AF_INET", 2, NULL},
		{"socket", 0, "2", 2, "AF_INET"},
		{"socket", 1, "SOCK_STREAM|SOCK_CLOEXEC", 0x80001, NULL},
		{"socket", 1, "SOCK_CLOEXEC|SOCK_STREAM", 0x80001, "SOCK_STREAM|SOCK_CLOEXEC"},
		{"socket", 1, "1|SOCK_NONBLOCK", 0x801, "SOCK_STREAM|SOCK_NONBLOCK"},
		{"socket", 1, "0x80009", 0x80009, NULL},
		{"futex", 1, "FUTEX_WAKE|FUTEX_PRIVATE_FLAG", 0x81, NULL},
		{"clone", 0, "CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD", 0x1200011, NULL},
		{"clone", 0, "CLONE_NEWUSER|0x7f", 0x1000007f, NULL},
		{"read", 2, "010", 8, "8"},
		{"socket", 0, "SOCK_CLOEXEC", UINT64_MAX, NULL},
		{"socket", 1, "SOCK_STREAM|", UINT64_MAX, NULL},
		{"socket", 1, "|SOCK_STREAM", UINT64_MAX, NULL},
		{"socket", 1, "SOCK_STREAM|SOCK", UINT64_MAX, NULL},
		{"socket", 1, "", UINT64_MAX, NULL},
		{"read", 2, "18446744073709551616", UINT64_MAX, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf own_buf text = BUF_INIT;
		uint64_t value = UINT64_MAX;
		uint64_t values[TUPLE_ARGS] = {0}, masks[TUPLE_ARGS] = {0};
		const char *want;
		struct syscall call;
		struct err err = {0};
		int rc;

		cr_assert(args_call(amd64, rows[i].name, &call));
		rc = args_value_parse(&call, rows[i].index, rows[i].text, &value, &err);
		cr_expect_eq(rc, rows[i].value == UINT64_MAX ? -EINVAL : 0, "%s: %s", rows[i].text,
			     err.text);
		cr_expect_eq(value, rows[i].value, "%s: %#llx", rows[i].text,
			     (unsigned long long)value);
		if (rc)
			continue;
		values[rows[i].index] = value;
		masks[rows[i].index] = UINT64_MAX;
		args_call_text(&call, masks, values, &text);
		want = rows[i].again ? rows[i].again : rows[i].text;
		/* "NAME(*, VALUE)" */
		cr_expect(strlen(want) < text.len &&
				  !strncmp(buf__text(&text) + text.len - 1 - strlen(want), want,
					   strlen(want)),
			  "%s: %s", want, buf__text(&text));
	}
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

// SPDX-License-Identifier: BSD-2-Clause
#include "record/audit_stream.h"

#include <criterion/criterion.h>
#include <string.h>

#define RECORD                                                                                     \
	"audit(1795881375.128:609): auid=4294967295 uid=0 gid=0 ses=4294967295 pid=7200 comm=\"a b\" exe=\"/tmp/pid=1\" sig=0 "

static bool parse(const char *text, struct logged_call *out)
{
	/* exactly as long as it is: a record is not terminated */
	char *own_ptr copy = malloc(strlen(text) + 1);

	memcpy(copy, text, strlen(text));
	return audit_record_parse(copy, strlen(text), out);
}

Test(audit_stream, logged)
{
	struct logged_call record = {0};

	cr_assert(parse(RECORD
			"arch=c000003e syscall=110 compat=0 ip=0x7f075fd49829 code=0x7ffc0000",
			&record));
	cr_expect_eq(record.time, 1795881375128000000);
	cr_expect_eq(record.denial.call.arch, ARCH_X86_64);
	cr_expect_eq(record.denial.call.nr, 110);
	cr_expect_eq(record.denial.pid, 7200);
	cr_expect_eq(record.denial.action, DENIAL_LOG);
	cr_expect_eq(record.denial.count, 1);
	cr_expect_not(record.denial.args_known);
	cr_expect_str_eq(record.denial.comm, "a b");
}

Test(audit_stream, architectures)
{
	struct logged_call record = {0};

	cr_assert(parse(RECORD "arch=40000003 syscall=110 compat=1 ip=0x7f code=0x7ffc0000",
			&record));
	cr_expect_eq(record.denial.call.arch, ARCH_X86);
	cr_assert(parse(RECORD "arch=c000003e syscall=1073741934 compat=0 ip=0x7f code=0x7ffc0000",
			&record));
	cr_expect_eq(record.denial.call.arch, ARCH_X32);
	cr_expect_eq(record.denial.call.nr, 110);
	cr_assert(
		parse(RECORD "arch=c00000b7 syscall=1 compat=0 ip=0x7f code=0x7ffc0000", &record));
	cr_expect_eq(record.denial.call.arch, ARCH_AARCH64);
	cr_expect_not(
		parse(RECORD "arch=8000002 syscall=1 compat=0 ip=0x7f code=0x7ffc0000", &record));
}

Test(audit_stream, comm_in_hexadecimal)
{
	struct logged_call record = {0};

	cr_assert(
		parse("audit(1.001:1): pid=1 comm=6122C3A9 arch=c000003e syscall=1 code=0x7ffc0000",
		      &record));
	cr_expect_str_eq(record.denial.comm, "a\"\xc3\xa9");
	cr_assert(
		parse("audit(1.001:1): pid=1 comm=\"01234567890123456789\" arch=c000003e syscall=1 code=0x7ffc0000",
		      &record));
	cr_expect_str_eq(record.denial.comm, "012345678901234");
}

Test(audit_stream, others)
{
	static const char *const texts[] = {
		"",
		"audit(",
		"audit(1.001:1): ",
		RECORD
		"arch=c000003e syscall=110 compat=0 ip=0x7f code=0x80000000", /* it was killed */
		RECORD "arch=c000003e syscall=110 compat=0 ip=0x7f",
		RECORD "arch=c000003e syscall= compat=0 ip=0x7f code=0x7ffc0000",
		RECORD "arch=c000003e syscall=x compat=0 ip=0x7f code=0x7ffc0000",
		RECORD "arch=c000003e syscall=99999999999999999999999 code=0x7ffc0000",
		"audit(1.001:1): pid=99999999999 comm=\"a\" arch=c000003e syscall=1 code=0x7ffc0000",
		"audit(1.001:1): comm=\"a\" arch=c000003e syscall=1 code=0x7ffc0000",
		"pid=1 comm=\"a\" arch=c000003e syscall=1 code=0x7ffc0000",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct logged_call record;

		cr_expect_not(parse(texts[i], &record), "%s", texts[i]);
	}
}

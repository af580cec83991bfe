// SPDX-License-Identifier: BSD-2-Clause
#include "syscalls/since.h"
#include "syscalls/syscall.h"

#include <criterion/criterion.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

Test(since, rows)
{
	cr_expect_null(syscall_since_linux("read"));
	cr_expect_null(syscall_since_linux("nonsense"));
	cr_expect_null(syscall_since_linux("clone"));
	cr_expect_str_eq(syscall_since_linux("clone3"), "5.3");
	cr_expect_str_eq(syscall_since_linux("mseal"), "6.10");
	cr_expect_null(syscall_since_libseccomp("clone3"));
	cr_expect_str_eq(syscall_since_libseccomp("mseal"), "2.6.0");
	cr_expect_str_eq(syscall_since_libseccomp("listns"), "2.6.1");
}

static int number_of(const char *version)
{
	int major = 0, minor = 0, micro = 0;

	sscanf(version, "%d.%d.%d", &major, &minor, &micro);
	return major * 10000 + minor * 100 + micro;
}

/*
 * The installed library resolves what its release has. Distributions add names to old releases, so that what it should not know proves
 * nothing. From 424 on all calls are newer than Linux 5.0.
 */
Test(since, the_installed_library)
{
	const struct scmp_version *v = seccomp_version();
	int installed = v->major * 10000 + v->minor * 100 + v->micro;
	char name[SYSCALL_NAME_LEN];

	for (int64_t nr = 424; nr < 600; nr++) {
		const struct syscall call = {ARCH_AARCH64, nr, 0};
		const char *linux_version, *library;
		bool known;

		if (!syscall_name(&call, name))
			continue;
		linux_version = syscall_since_linux(name);
		library = syscall_since_libseccomp(name);
		known = seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR;
		cr_expect(linux_version && number_of(linux_version) > 50000, "%s", name);
		if (!library || number_of(library) <= installed)
			cr_expect(known, "%s", name);
	}
}

// SPDX-License-Identifier: BSD-2-Clause
#include "base/privilege.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* The kernel's two halves of each set, as one word. */
struct sets {
	uint64_t effective, permitted, inheritable;
};

static int get(struct sets *sets)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		return -errno;
	sets->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	sets->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	sets->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	return 0;
}

static int set(const struct sets *sets)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {
		{.effective = sets->effective,
		 .permitted = sets->permitted,
		 .inheritable = sets->inheritable},
		{.effective = sets->effective >> 32,
		 .permitted = sets->permitted >> 32,
		 .inheritable = sets->inheritable >> 32},
	};

	return syscall(SYS_capset, &head, data) ? -errno : 0;
}

bool privilege_has(int capability)
{
	struct sets sets = {0};

	return !get(&sets) && sets.effective & PRIVILEGE(capability);
}

int privilege_lower(uint64_t keep, struct err *err)
{
	struct sets sets = {0};
	int rc = get(&sets);

	if (!rc) {
		sets.effective = sets.permitted & keep;
		rc = set(&sets);
	}
	return rc ? err_errno(err, rc, "cannot lower capabilities") : 0;
}

int privilege_raise(struct err *err)
{
	return privilege_lower(UINT64_MAX, err);
}

int privilege_keep(uint64_t keep, struct err *err)
{
	struct sets sets = {0};
	int rc = get(&sets);

	if (!rc) {
		sets.permitted &= keep;
		sets.effective = sets.permitted;
		sets.inheritable = 0;
		rc = set(&sets);
	}
	if (!rc && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		rc = -errno;
	return rc ? err_errno(err, rc, "cannot drop capabilities") : 0;
}

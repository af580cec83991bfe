/* build: -static */
// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tries calls that a container must not make, each as often as its place in the list says, with arguments that do no harm where
 * they are allowed; `forbidden names` prints their names.
 */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALL(name)                                                                                 \
	{                                                                                          \
#name, SYS_##name                                                                  \
	}

static const struct {
	const char *name;
	long nr;
} calls[] = {
	CALL(mount),         CALL(umount2),       CALL(swapon),          CALL(swapoff),
	CALL(sethostname),   CALL(setdomainname), CALL(pivot_root),      CALL(init_module),
	CALL(delete_module), CALL(acct),          CALL(settimeofday),    CALL(clock_settime),
	CALL(setns),         CALL(bpf),           CALL(perf_event_open), CALL(quotactl),
	CALL(kexec_load),    CALL(userfaultfd),   CALL(lookup_dcookie),  CALL(open_by_handle_at),
	CALL(fanotify_init), CALL(vhangup),
};

int main(int argc, char **argv)
{
	size_t n = sizeof(calls) / sizeof(*calls);

	for (size_t i = 0; i < n; i++) {
		if (argc > 1 && !strcmp(argv[1], "names"))
			printf("%s %zu\n", calls[i].name, i + 1);
		else
			for (size_t times = 0; times <= i; times++)
				syscall(calls[i].nr, -1L, -1L, -1L, -1L, -1L, -1L);
	}
	return 0;
}

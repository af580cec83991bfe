// SPDX-License-Identifier: BSD-2-Clause
/*
 * unknown COUNT [CGROUP | denied]: makes COUNT calls whose numbers exist in no kernel, each once. Behind CGROUP, its cgroup.procs, the program moves in
 * and loads a filter that allows them, and is set-up from there to its end; "denied": the filter denies them.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST 1000

static void filter(unsigned int action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = 4, .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0))
		_exit(1);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc == 3 && !strcmp(argv[2], "denied")) {
		filter(SECCOMP_RET_ERRNO | 1);
	} else if (argc == 3) {
		fd = open(argv[2], O_WRONLY);
		if (fd < 0 || write(fd, "0", 1) != 1)
			return 1;
		filter(SECCOMP_RET_ALLOW);
	}
	for (long i = 0; argc > 1 && i < atol(argv[1]); i++)
		syscall(FIRST + i);
	return 0;
}

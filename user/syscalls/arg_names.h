/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel calls the values and flags of arguments. Tables, each ended by a row without a name. */
#pragma once

#include <stdint.h>

struct arg_name {
	uint64_t value;
	const char *name;
};

extern const struct arg_name names_family[], names_socket_type[], names_socket_flags[],
	names_clone[], names_prctl[], names_arch_prctl[], names_ioctl[], names_fcntl[],
	names_level[], names_madvise[], names_prot[], names_keyctl[], names_bpf[], names_ptrace[],
	names_seccomp[], names_seccomp_flags[], names_futex[], names_futex_flags[], names_signal[],
	names_resource[], names_mount[], names_umount[], names_epoll[], names_shm[], names_memfd[],
	names_personality[];

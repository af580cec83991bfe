/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The name that a task goes by. */
#ifndef WHITTLE_COMM_BPF_H
#define WHITTLE_COMM_BPF_H

#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>

/*
 * Of the first four characters, the first one lowest: "3", "12", "100". In a function of its own: the stack of callers has no room for it, see
 * lineage_new().
 */
static __noinline int comm_is_number(__u32 first)
{
	for (int i = 0; i < 4; i++, first >>= 8) {
		if (!(__u8)first)
			return i > 0;
		if ((__u8)(first - '0') > 9)
			return 0;
	}
	return 0;
}

/*
 * Kernels before 6.14 (and stable ones of that time) name a task that runs a file by its descriptor, as crun runs its copy of itself, after the
 * descriptor: "3". Later ones name it after the file, which is done for the others here.
 */
static __always_inline void comm_of(struct task_struct *task, char comm[COMM_LEN])
{
	const unsigned char *name;
	__u32 first;

	bpf_probe_read_kernel_str(comm, COMM_LEN, &task->comm);
	__builtin_memcpy(&first, comm, sizeof(first));
	if (!comm_is_number(first))
		return;
	name = BPF_CORE_READ(task, mm, exe_file, f_path.dentry, d_name.name);
	if (name)
		bpf_probe_read_kernel_str(comm, COMM_LEN, name);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The name that a task goes by. */
#ifndef WHITTLE_COMM_BPF_H
#define WHITTLE_COMM_BPF_H

#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>

static __always_inline bool comm_digit(char c)
{
	return (__u8)(c - '0') < 10;
}

/* "3", "12", "100" */
static __always_inline bool comm_is_number(const char comm[COMM_LEN])
{
	return comm_digit(comm[0]) &&
	       (!comm[1] ||
		(comm_digit(comm[1]) && (!comm[2] || (comm_digit(comm[2]) && !comm[3]))));
}

/*
 * Kernels before 6.14 (and stable ones of that time) name a task that runs a file by its descriptor, as crun runs its copy of itself, after the
 * descriptor: "3". Later ones name it after the file, which is done for the others here.
 */
static __always_inline void comm_of(struct task_struct *task, char comm[COMM_LEN])
{
	const unsigned char *name;

	bpf_probe_read_kernel_str(comm, COMM_LEN, &task->comm);
	if (!comm_is_number(comm))
		return;
	name = BPF_CORE_READ(task, mm, exe_file, f_path.dentry, d_name.name);
	if (name)
		bpf_probe_read_kernel_str(comm, COMM_LEN, name);
}

#endif

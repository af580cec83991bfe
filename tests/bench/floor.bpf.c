// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* The floor: an empty program on the tracepoint that whittle uses. What it costs, every tracer on sys_enter costs. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sys_enter")
int empty(__u64 *ctx)
{
	return 0;
}

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# From Linux 7.2 on the kernel skips programs on sys_enter of tasks that were preempted there. whittle loses nothing all the same.
# THOROUGH=yes: 51 runs with one CPU and with two, and what is lost without the remedy.
set -eu
. tests/lib.sh
. tests/vm.sh
need qemu-system-x86_64 cpio busybox jq
need_kernels newest-amd64

tests/vm/image "$T/image" tests/vm/guest-loss setpriv
if [ "${THOROUGH-}" = yes ]; then
    APPEND="RUNS=17 CHEAP=10" CPUS=1 boot newest-amd64 900
    APPEND="RUNS=17 CHEAP=10" CPUS=2 boot newest-amd64 900
else
    APPEND="RUNS=1" CPUS=1 boot newest-amd64
fi

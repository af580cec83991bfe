#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What whittle records on other kernels is what programs call there, and tests of tests/live pass on them. THOROUGH=yes: all of these on each
# kernel that it knows, with UPDATE=yes they are written to tests/vm/kernels.table and README.md; else some on some.
set -eu
. tests/lib.sh
. tests/vm.sh
need qemu-system-x86_64 cpio busybox jq strace bpftool

# the longest first
machines=("6.1-amd64 accuracy,live/enforce" "newest-amd64 accuracy" "newest-amd64 denials" "5.10-amd64 refused")
if [ "${THOROUGH-}" = yes ]; then
    machines=()
    for kernel in 6.1-amd64 6.12-amd64 newest-amd64; do
        machines+=("$kernel live/record,live/start,live/truth,live/enforce" "$kernel accuracy,live/denials,live/args,live/quiet,live/v1")
    done
    machines+=("5.10-amd64 refused" "generic-amd64 x32 syscall.x32=y")
fi
mapfile -t kernels < <(printf '%s\n' "${machines[@]%% *}" | sort -u)
need_kernels "${kernels[@]}"
tests/vm/image-live "$T/image"
boot_parts "$(often 900 1700)" "${machines[@]}"
check_facts

# --- what is not tried there ---
leave_out() { # REASON TEST...
    local reason=$1 test
    shift
    for test; do
        skip "live/$test on other kernels" "not here: $reason"
    done
}
leave_out "needs a container runtime" baseline hook set-up
leave_out "needs a compiler, or what only this kernel's own build has" sanitized verifier
leave_out "measures, or repeats until there is load" busy footprint nothing-lost hook-slots

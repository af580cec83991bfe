#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What whittle records on other kernels is what programs call there, and tests of tests/live pass on them. THOROUGH=yes: all on each
# kernel, or on KERNELS='6.1-amd64 ...'; with UPDATE=yes they are written to tests/vm/kernels.table and README.md. Else some on some. MACHINES='6.1-amd64
# live/each; ...': only these.
set -eu
. tests/lib.sh
. tests/vm.sh
need qemu-system-x86_64 cpio busybox jq strace bpftool

# the longest first
choose_machines "${KERNELS:-5.10-amd64 6.1-amd64 6.12-amd64 newest-amd64 generic-amd64}" \
    "6.1-amd64 features FEATURES=tp_btf,fetch,cpu_rows" "6.1-amd64 accuracy,live/enforce" "newest-amd64 accuracy,live/enforce,live/busy" \
    "newest-amd64 denials,live/start-denials" "6.12-amd64 live/start-denials,live/loop,live/busy" "5.10-amd64 accuracy,refusals,live/enforce"
need_kernels "${kernels[@]}"
tests/vm/image-live "$T/image"
boot_parts "$(often 500 1700)" "${machines[@]}"
check_facts

# --- what is not tried there ---
leave_out() { # REASON TEST...
    local reason=$1 test
    shift
    for test; do
        skip "live/$test on other kernels" "not here: $reason"
    done
}
leave_out "it needs a compiler" sanitized verifier
leave_out "it makes load that such a machine does not bear in time" hook-slots
[ "${THOROUGH-}" = yes ] || leave_out "it takes too long in an emulated machine" args bad-input baseline denials doctor each footprint hook moving names \
    nothing-lost quiet record resident set-up shared start start-each truth v1 verdicts

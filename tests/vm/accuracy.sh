#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What whittle records on other kernels is what programs call there, and tests of tests/live pass on them. THOROUGH=yes: on each
# kernel that it knows, with UPDATE=yes they are written to tests/vm/kernels.table and README.md; else some on some. MACHINES='6.1-amd64
# live/each; ...': only these.
set -eu
. tests/lib.sh
. tests/vm.sh
need qemu-system-x86_64 cpio busybox jq strace bpftool

# the longest first
machines=("6.1-amd64 accuracy" "newest-amd64 accuracy" "newest-amd64 denials" "5.10-amd64 accuracy,refusals")
if [ "${THOROUGH-}" = yes ]; then
    each=accuracy,denials,live/args,live/enforce,live/moving,live/names,live/truth,live/v1,live/verdicts
    # what takes minutes in an emulated machine is shared out among the kernels
    machines=("6.1-amd64 live/record,live/start" "newest-amd64 live/record" "newest-amd64 live/denials,live/start-denials,live/nothing-lost"
        "6.12-amd64 live/record" "newest-amd64 live/start" "5.10-amd64 live/start" "6.1-amd64 live/each,live/denials,live/quiet,live/busy,live/footprint"
        "6.12-amd64 live/start,live/footprint,live/nothing-lost" "6.1-amd64 live/start-denials,live/loop,live/nothing-lost,live/resident" "6.12-amd64 live/each,live/loop"
        "6.12-amd64 live/denials,live/doctor,live/busy" "newest-amd64 live/quiet,live/footprint,live/resident,live/start-each"
        "6.1-amd64 live/start-each" "6.12-amd64 accuracy,live/resident,live/shared,live/start-each possible_cpus=64"
        "6.1-amd64 $each,live/doctor" "6.12-amd64 $each,live/start-denials" "newest-amd64 $each,live/doctor,live/loop"
        "generic-amd64 x32 syscall.x32=y" "5.10-amd64 ${each/denials/refusals}")
fi
[ -z "${MACHINES-}" ] || IFS=';' read -ra machines <<<"$MACHINES"
mapfile -t kernels < <(printf '%s\n' "${machines[@]}" | awk '{ print $1 }' | sort -u)
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
leave_out "it starts container runtimes by the dozen, which takes too long there" baseline hook set-up
leave_out "it needs a compiler" sanitized verifier
leave_out "it makes load that such a machine does not bear in time" hook-slots
leave_out "its mounts do not go away in that image" bad-input
[ "${THOROUGH-}" = yes ] || leave_out "it takes too long in an emulated machine" args busy denials doctor each enforce footprint loop moving names \
    nothing-lost quiet record resident shared start start-denials start-each truth v1 verdicts

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
    "newest-amd64 denials,live/start-denials" "6.12-amd64 live/start-denials,live/loop,live/busy,live/v1" "5.10-amd64 accuracy,refusals,live/enforce"
need_kernels "${kernels[@]}"
need_sanitized "$BUILD"
tests/vm/image-live "$T/image"
boot_parts "$(often 500 1700)" "${machines[@]}"
check_facts

# --- what is not tried there ---
for test in tests/live/*.sh; do
    test=${test##*/} test=${test%.sh}
    [[ ${machines[*]} =~ live/$test([ ,]|$) ]] && continue
    case $test:${THOROUGH-}:${MACHINES:+some} in
    *:yes:) fail "live/$test runs on other kernels" "it is not in the list of tests/vm.sh" ;;
    *) skip "live/$test on other kernels" "not here: it takes too long in an emulated machine" ;;
    esac
done

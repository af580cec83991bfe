#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What whittle records on other kernels is what programs call there. THOROUGH=yes: on each kernel that it knows.
set -eu
. tests/lib.sh
. tests/vm.sh
need qemu-system-x86_64 cpio busybox jq

old=(5.10-amd64)
kernels=(newest-amd64)
[ "${THOROUGH-}" != yes ] || kernels=(6.1-amd64 6.12-amd64 newest-amd64)
need_kernels "${old[@]}" "${kernels[@]}"

tests/vm/image "$T/image" tests/vm/guest-accuracy
for kernel in "${kernels[@]}"; do
    boot "$kernel"
done
tests/vm/image "$T/image" tests/vm/guest-denials
for kernel in "${kernels[@]}"; do
    boot "$kernel"
done
tests/vm/image "$T/image" tests/vm/guest-refused
for kernel in "${old[@]}"; do
    boot "$kernel"
done

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# whittle for arm64 is built here with a cross compiler and records there, on arm64 kernels, native and 32-bit programs; tests of tests/live pass
# there. THOROUGH=yes only; KERNELS and MACHINES as in accuracy.sh.
set -eu
. tests/lib.sh
. tests/vm.sh
if [ "${THOROUGH-}" != yes ]; then
    skip arm64 "not here: THOROUGH=yes builds for arm64 and boots its kernels"
    exit 0
fi
need qemu-system-aarch64 aarch64-linux-gnu-gcc ld.lld cpio
choose_machines "${KERNELS:-5.10-arm64 6.1-arm64 6.12-arm64 newest-arm64}"
need_kernels "${kernels[@]}"

status=0
tests/vm/sysroot "$BUILD/vm/sysroot" 2>"$T/err" || status=$?
if [ $status = 77 ]; then
    skip arm64 "$(sed -n 's/^sysroot: //p' "$T/err")"
    exit 0
fi
sysroot=$(cd "$BUILD/vm/sysroot" && pwd)
cross=(CROSS_COMPILE=aarch64-linux-gnu- "SYSROOT=$sysroot")
check "make CROSS_COMPILE=aarch64-linux-gnu- SYSROOT=DIR builds" make "${cross[@]}" vm-programs
need_sanitized build/arm64 "${cross[@]}"
SYSROOT=$sysroot BUILD=build/arm64 tests/vm/image-live "$T/image"
boot_parts 1700 "${machines[@]}"
check_facts

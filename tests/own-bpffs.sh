# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Sourced before lib.sh by tests that pin: begins the test anew in a mount namespace with a BPF file system of its own, so that the
# pins of the machine, if there are some, are left alone.

if [ -z "${WHITTLE_TEST_PRIVATE:-}" ]; then
    WHITTLE_TEST_PRIVATE=1 exec unshare -m bash "$0"
fi
mount -t bpf bpf /sys/fs/bpf

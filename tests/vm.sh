# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# For the tests in tests/vm, which run things on other kernels in virtual machines: sourced after tests/lib.sh. Kernels are kept in
# $BUILD/vm/kernels. tests/vm/kernels says which there are.

BUILD=${BUILD:-build}
export BUILD

# Ends the test, skipped, when its kernels cannot be had.
need_kernels() { # KERNEL...
    local status=0 why
    tests/vm/kernels "$BUILD/vm/kernels" "$@" 2>"$T/kernels" || status=$?
    detail <"$T/kernels"
    why=$(sed -n 's/^kernels: \(not here: .*\)/\1/p' "$T/kernels")
    case $status in
    0) ;;
    77)
        skip "$_name" "$why"
        exit 0
        ;;
    *)
        fail "kernels can be fetched" "status $status"
        exit 1
        ;;
    esac
}

# Runs the guest of $T/image on a kernel; its results become this test's.
boot() { # KERNEL [SECONDS]
    local rc=0
    tests/vm/boot "$BUILD/vm/kernels/$1" "$T/image" "${2:-300}" >"$T/console" 2>&1 || rc=$?
    sed -n "s/^\(ok\|not ok\|skip\) - /\1 - $1: /p; /^#/p" "$T/console"
    grep -q "^not ok - " "$T/console" && _failures=$((_failures + 1))
    if [ $rc != 0 ] && ! grep -q '^not ok - ' "$T/console" || ! grep -q '^ok - ' "$T/console"; then
        fail "$1: the machine runs its tests" "status $rc"
        detail <"$T/console"
    fi
}

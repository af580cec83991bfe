#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Everything builds without a warning; the sanitizers find nothing; valgrind neither.
set -eu
. tests/lib.sh
need gcc clang valgrind

# With gcc, CI builds what it tests with -Werror. One build with clang shows the rest: its warnings, and what the sanitizers find.
check "clang builds everything without a warning, with ASan and UBSan" \
    flock build/san.lock make -s -j"$(nproc)" SAN=1 tests
# lib.sh's BUILD is that of the plain build
tiers=(unit)
[ "${THOROUGH-}" != yes ] || tiers=(unit golden)
if BUILD=build/san tests/run "${tiers[@]}" >"$T/san" 2>&1; then
    pass "tests under ASan and UBSan: ${tiers[*]} ($(tail -n1 "$T/san"))"
else
    fail "tests under ASan and UBSan: ${tiers[*]}" "$(tail -n1 "$T/san")"
    grep '^not ok\|ERROR\|runtime error' "$T/san" | detail
fi

check "valgrind: help" valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
    "$WHITTLE" help record
check_status 2 "valgrind: a usage error" valgrind -q --error-exitcode=99 --leak-check=full \
    --errors-for-leak-kinds=definite "$WHITTLE" record --for 3x

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What whittle records of real programs is what strace sees, both ways; truth.py tells how it is judged.
# usage: tests/live/truth.sh [CASE...] (or TRUTH_CASES); TRUTH_RUNS=10 makes ten runs of each instead of three.
# BESIDE: its cgroups and its recordings are its own.
set -eu
. tests/lib.sh
need python3 strace

if [ "$(id -u)" != 0 ]; then
    fail truth "needs root"
elif [ ! -x "$WHITTLE" ]; then
    fail truth "$WHITTLE is not built"
else
    # shellcheck disable=SC2086
    WHITTLE=$WHITTLE python3 tests/live/truth.py "$@" ${TRUTH_CASES-}
fi

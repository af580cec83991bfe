#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# whittle record -- ENGINE run: the container from its first instruction to its last, and nothing of the runtime's set-up.
set -eu
. tests/lib.sh
. tests/engines.sh
each_layout "$@"
engines_up

allowed() { # PROFILE
    jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' "$1" | sort -u
}
of_class() { # CLASS
    jq -r --arg c "$1" '.syscalls[] | select(.class == $c) | .name' "$T/rec.json" | sort -u
}

for engine in "${ENGINES[@]}"; do
    for runtime in $(runtimes_of $engine); do
        what="$engine, ${runtime##*/}"
        timeout 60 "$WHITTLE" record -o "$T/p.json" --recording "$T/rec.json" -- $engine run --network none --rm --runtime "$runtime" bb:1 ls / >"$T/out" 2>"$T/err" || echo "status $?"
        cat "$T/err"
        cat "$T/out" | head -3
        echo "W: $(of_class workload | tr '\n' ' ')"
        echo "R: $(of_class runtime | tr '\n' ' ')"
        jq -c '[.moved, .target]' "$T/rec.json"
        find /sys/fs/cgroup -name 'whittle_*' | head
    done
done

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Under a filter that refuses none of it, a workload does all that looks a little like a denied call: threads, forks, execs, signals,
# interrupted and restarted calls, tracers that skip calls or change them, supervisors that are interrupted. Only what was planted
# is told as denied. SECONDS_BUSY of it (default 3; THOROUGH=yes 600, which wants TEST_TIMEOUT=1200).
set -eu
. tests/lib.sh
need jq
program=$PWD/${BUILD:-build}/tests/programs/busy
seconds=${SECONDS_BUSY:-$(often 3 600)}
planted=$((seconds * 5))

check "a filter, and what looks like denied calls" "$WHITTLE" record -q --denials always -o "$T/profile.json" --recording "$T/rec.json" -- "$program" "$seconds" "$planted"
jq -r '.denied[] | "\(.name) \(.action) \(.errno) \(.count) \(.comm)"' "$T/rec.json" >"$T/seen"
echo "swapoff errno 1 $planted busy" >"$T/want"
same "$seconds seconds, $(jq '[.syscalls[].calls] | add' "$T/rec.json") calls: what was planted was denied, and nothing else" "$T/want" "$T/seen"
if [ "$(jq .complete "$T/rec.json")" = true ]; then
    pass "nothing is lost"
else
    fail "nothing is lost" "$(jq -c .losses "$T/rec.json")"
fi

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Counters that CPUs share, as on a machine with so many that each cannot have its own: what is recorded is the same, with
# arguments and without a process as well. A flood on all CPUs at once counts exactly.
set -eu
. tests/lib.sh
need jq
programs=$PWD/${BUILD:-build}/tests/programs
export WHITTLE_FEATURES=-cpu_rows

own_cgroup
"$WHITTLE" record -q --cgroup "$CG" --recording "$T/rec" -o "$T/p.json" & recorder=$!
await_recording $recorder
# two processes of two threads each, and one that comes and goes: all count in the same counters, and each says how often it called
for i in 1 2; do
    in_cgroup "$programs/flood" >"$T/flood.$i" & floods+=($!)
done
for ((i = 0; i < 20; i++)); do in_cgroup "$programs/spell" 16; done # sysinfo
wait "${floods[@]}"
kill -INT $recorder
wait $recorder && pass "a flood on all CPUs is recorded" || fail "a flood on all CPUs is recorded"
sysinfo=$(jq '.syscalls[] | select(.name == "sysinfo").number' "$T/rec" | head -n 1)
{
    cat "$T"/flood.?
    echo "$sysinfo 20"
} | awk '{ n[$1] += $2 } END { for (nr in n) print nr, n[nr] }' | sort >"$T/want"
jq -r '.syscalls[] | select(.class == "workload") | "\(.number) \(.calls)"' "$T/rec" | sort |
    join -j 1 - <(cut -d' ' -f1 "$T/want") >"$T/got"
# what the programs call beside that, to begin and to end, is little and not told: of the calls that both make it is a few more
awk 'NR == FNR { want[$1] = $2; next } { more = $2 - want[$1]; if (more < 0 || more > 60 || (more && $1 >= 600)) print $1, $2, "instead of", want[$1] }' "$T/want" "$T/got" >"$T/wrong"
[ "$(wc -l <"$T/want")" -gt 400 ] && [ "$(wc -l <"$T/got")" = "$(wc -l <"$T/want")" ] && [ ! -s "$T/wrong" ] &&
    pass "... call for call: $(awk '{ n += $2 } END { print n }' "$T/want") of $(wc -l <"$T/want") kinds" ||
    fail "... call for call" "$(wc -l <"$T/got") of $(wc -l <"$T/want") kinds: $(head -n 5 "$T/wrong")"

for test in args resident; do
    bash "tests/live/$test.sh" >"$T/$test" 2>&1 || :
    sed -n "s/^\(ok\|not ok\|skip\) - /\1 - $test: /p" "$T/$test"
    grep -q '^not ok' "$T/$test" && detail <"$T/$test"
    grep -q '^ok' "$T/$test" || fail "$test has results" "$(tail -n 3 "$T/$test")"
done
[ -z "$(sed -n 's/^not ok - //p' "$T"/{args,resident})" ] || exit 1

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# --until-quiet: a recording ends by itself when nothing new comes, however busy the workload is; and not before.
set -eu
. tests/lib.sh
need jq
own_cgroup

# Busy for good, with the same calls over and over; something new when it is told.
# shellcheck disable=SC2016
in_cgroup bash -c 'while :; do
    if [ -e "$0/new" ]; then sync "$0/new"; mv "$0/new" "$0/done"; fi
    /bin/true
done' "$T" &

wait_for() { # COMMAND...
    for _ in {1..300}; do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}

rc=0
timeout 90 "$WHITTLE" record --cgroup "$CG" --until-quiet 1s --recording "$T/r.json" -o "$T/p.json" 2>"$T/err" || rc=$?
[ $rc = 0 ] && pass 'it ends by itself' || fail 'it ends by itself' "status $rc"
grep -Eq '^whittle: the last new syscall came .* and at least [0-9]+ calls? before the end$' "$T/err" && pass 'the summary tells since when' ||
    fail 'the summary tells since when' "$(cat "$T/err")"
jq -e '.elapsed_ns - ([.syscalls[].first.ns] | max) >= 1000000000' "$T/r.json" >/dev/null && pass 'nothing new for that long' ||
    fail 'nothing new for that long'
jq -e '.calls_since_new > 0 and .calls_since_new < ([.syscalls[].calls] | add)' "$T/r.json" >/dev/null && pass 'calls since then are counted' ||
    fail 'calls since then are counted' "$(jq .calls_since_new "$T/r.json")"

# What is new is waited for anew: it comes long after the beginning, and the time counts from there.
timeout 90 "$WHITTLE" record --cgroup "$CG" --until-quiet 5s --recording "$T/r2.json" -o "$T/p2.json" 2>"$T/err" & w=$!
wait_for grep -q '^whittle: recording' "$T/err" || fail 'it starts'
touch "$T/new"
wait_for [ -e "$T/done" ] || fail 'the new call is made'
wait $w && pass 'with a new call it ends, too' || fail 'with a new call it ends, too'
jq -e '[.syscalls[].name] | any(. == "fsync" or . == "fdatasync")' "$T/r2.json" >/dev/null && pass 'the new call is in it' ||
    fail 'the new call is in it'
jq -e '.elapsed_ns - ([.syscalls[].first.ns] | max) >= 5000000000' "$T/r2.json" >/dev/null && pass 'the time counts from the last new call' ||
    fail 'the time counts from the last new call'

# A command is asked to end, and its status is whittle's.
rc=0
timeout 90 "$WHITTLE" record -q --until-quiet 1s -o "$T/p3.json" -- sh -c 'trap "exit 7" TERM; while :; do /bin/true; done' || rc=$?
[ $rc = 7 ] && pass 'a command is sent SIGTERM' || fail 'a command is sent SIGTERM' "status $rc"

# What is waited for may come later than that.
timeout 90 "$WHITTLE" record --wait --cgroup "${CG##*/}-later" --until-quiet 3s -o "$T/p4.json" --recording "$T/r4.json" 2>"$T/err" & w=$!
wait_for grep -q '^whittle: waiting' "$T/err" || fail 'it waits'
sleep 2.5
mkdir "$CG-later"
_cgroups+=("$CG-later")
CG=$CG-later in_cgroup sync "$T"
wait $w && pass 'with what is waited for it ends, too' || fail 'with what is waited for it ends, too' "$(cat "$T/err")"
jq -e '[.syscalls[].name] | any(. == "fsync" or . == "fdatasync")' "$T/r4.json" >/dev/null && pass '... once that has come' || fail '... once that has come'

# In a time namespace, whose clock is ahead of the kernel's.
if unshare -T --fork --monotonic=1000 true 2>"$T/err"; then
    rc=0
    timeout 90 unshare -T --fork --monotonic=1000 "$WHITTLE" record --until-quiet 2s -o "$T/p5.json" --recording "$T/r5.json" -- \
        sh -c 'sleep 1.3; sync "$0"; sleep 60' "$T" 2>"$T/err" || rc=$?
    [ $rc = 143 ] && pass 'it ends in a time namespace, too' || fail 'it ends in a time namespace, too' "status $rc: $(cat "$T/err")"
    # the shell waits for sync, and later for the other sleep: what is new before the last 2 seconds comes after the first one
    jq -e '([.syscalls[].first.ns] | max) as $last | $last >= 1300000000 and .elapsed_ns - $last >= 2000000000' "$T/r5.json" >/dev/null &&
        pass '... that long after the last new call' || fail '... that long after the last new call' "$(jq -c '[.elapsed_ns, .syscalls[].first.ns]' "$T/r5.json")"
else
    skip 'a time namespace' "not here: $(cat "$T/err")"
fi

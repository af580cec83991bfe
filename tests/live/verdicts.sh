#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the programs remember of the task that called last on a CPU is void when its stack is another task's, when it moves, and when a
# cgroup becomes a target or is none any more. The oracle is tests/programs/restack.c: which call is made where, and how often.
set -eu
. tests/own-bpffs.sh
. tests/lib.sh
need jq
programs=$PWD/${BUILD:-build}/tests/programs
own_cgroup
mkdir "$CG/target" "$CG/other" "$CG/late"
rounds=$(often 1000 100000)

calls() { # FILE SYSCALL
    jq "[.syscalls[] | select(.name == \"$2\" and .class == \"workload\").calls] | add // 0" "$1"
}
is() { # DESC WANT GOT
    if [ "$2" = "$3" ]; then pass "$1: $3"; else fail "$1" "$3 instead of $2"; fi
}
# on both CPUs at once, and somebody who forks meanwhile
restack() {
    local pids=() pid
    for _ in 1 2 3; do
        "$programs/restack" "$rounds" "$CG/target" "$CG/other" & pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || fail "tasks are born, and move" "status $?"; done
}
expect() { # DESC FILE
    is "$1: born into the target" $((3 * 3 * rounds)) "$(calls "$2" getppid)"
    is "... moved into it" $((3 * 3 * rounds)) "$(calls "$2" getpriority)"
    is "... born outside, and none of it" 0 "$(calls "$2" getpgid)"
    is "... and none of what moves, before and after" 0 "$(calls "$2" getsid)"
}

# by itself, with arguments, and as one of many: each has a hot path of its own
for options in "" "--args getsid:0"; do
    # shellcheck disable=SC2086
    "$WHITTLE" record -q --cgroup "$CG/target" --count-moved $options --recording "$T/rec" -o "$T/p.json" & recorder=$!
    await_recording $recorder
    restack
    kill -INT $recorder
    rc=0
    wait $recorder || rc=$?
    is "what left it is told by the status" 3 "$rc"
    expect "record${options:+ $options}" "$T/rec"
    hook=$(jq -r .hook "$T/rec")
done
echo "# $hook"
"$WHITTLE" start -q one --cgroup "$CG/target" --count-moved
restack
check_status 3 "... of stop as well" "$WHITTLE" stop -q one --recording "$T/rec" -o "$T/p.json"
expect start "$T/rec"

if kernel_before 5.15; then
    skip "start --each" "not here: this kernel cannot"
else
    "$WHITTLE" start -q each --each "$CG" --count-moved
    restack
    rc=0
    "$WHITTLE" stop -q each --recording "$T/each" -d "$T/each" || rc=$?
    expect "start --each" "$T/each/target.recording.json"
    is "... born into the other one" $((3 * 3 * rounds)) "$(calls "$T/each/other.recording.json" getpgid)"
    is "... and in it before and after a move" $((3 * 6 * rounds)) "$(calls "$T/each/other.recording.json" getsid)"
fi

# a cgroup that becomes a target while a process in it calls without a pause, and is none any more
"$WHITTLE" start -q other --cgroup "$CG/other"
(
    echo "$BASHPID" >"$CG/late/cgroup.procs"
    # shellcheck disable=SC2016
    exec bash -c 'while :; do kill -0 $$; done'
) & loop=$!
sleep 0.5
for i in 1 2 3; do
    "$WHITTLE" start -q late --cgroup "$CG/late"
    sleep 0.3
    first=$("$WHITTLE" status --json late | jq '.recordings[0].calls')
    sleep 0.3
    second=$("$WHITTLE" status --json late | jq '.recordings[0].calls')
    "$WHITTLE" stop -q late -o "$T/late.json"
    [ "$first" -gt 20 ] && [ "$second" -gt $((first + 20)) ] && pass "a process that calls without a pause is recorded from then on: $i" ||
        fail "a process that calls without a pause is recorded from then on: $i" "$first, then $second calls"
    [ "$(jq -c '[.syscalls[].names[] | select(. == "kill")]' "$T/late.json")" = '["kill"]' ] && pass "... with what it calls" ||
        fail "... with what it calls" "$(jq -c .syscalls "$T/late.json")"
done
kill $loop
wait $loop 2>/dev/null || :
"$WHITTLE" stop -q --force other -o "$T/x.json" 2>/dev/null || :

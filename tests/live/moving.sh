#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Processes that move into targets, out of them, and from one to another while they run: what they call is in the right recording,
# or it is told that it is in none. The oracle is tests/programs/mover.c: how often it calls what, and where.
set -eu
. tests/own-bpffs.sh
. tests/lib.sh
need jq bpftool
mover=${BUILD:-build}/tests/programs/mover

own_cgroup
top=$CG
mkdir "$top/a" "$top/b" "$top/x"

# Begins a recording of a cgroup; all are in one session.
record() { # NAME CGROUP OPTION...
    local name=$1 dir=$2
    shift 2
    "$WHITTLE" start -q "$name" --cgroup "$dir" "$@"
}

# ... and ends it: NAME.json, NAME.log, and its exit status in $status.
finish() { # NAME
    status=0
    "$WHITTLE" stop "$1" --recording "$T/$1.json" -o "$T/$1.profile" 2>"$T/$1.log" || status=$?
    "$WHITTLE" stop -q --force "$1" -o "$T/nothing" 2>/dev/null || : # if there was nothing to make a profile of
}

calls() { # NAME SYSCALL [CLASS]: how often
    jq -r --arg n "$2" --arg c "${3-workload}" '[.syscalls[] | select(.name == $n and .class == $c) | .calls] | add // 0' "$T/$1.json"
}

is() { # DESC WANT GOT NAME
    if [ "$2" = "$3" ]; then
        pass "$1"
    else
        fail "$1" "$3 instead of $2"
        detail <"$T/$4.log"
    fi
}

# one that leaves a child in the first target and is in the second one at once; others move meanwhile, which makes that quick
runs=$(often 20 100)
record a "$top/a"
record b "$top/b"
restless=()
for _ in 1 2; do
    "$mover" to-fro:"$top/x" &
    restless+=($!)
done
for _ in $(seq "$runs"); do
    "$mover" window born:"$top/a" later:60 in:"$top/b" sleep:150 exec calls:10
done
kill "${restless[@]}"
wait "${restless[@]}" 2>/dev/null || :
finish a
finish b
is "$runs processes that came from another target, where their children were: what they call is in the second one's" $((runs * 10)) "$(calls b getppid)" b

# one that moves in and goes on, without an exec, when a child of it has run one
record a "$top/a"
"$mover" in:"$top/a" true calls:100
finish a
moved=$(jq '[.moved[].calls | select(. >= 100)] | length' "$T/a.json")
is "one that goes on in set-up behind its child's exec is told of" 1 "$moved" a

# ... and one that only waits for the child is a runtime
record a "$top/a"
"$mover" in:"$top/a" calls:100 true
finish a
is "one that waits for it and ends is not" 0 "$(jq '.moved | length' "$T/a.json")" a

# one that leaves while it runs: its calls are lost, and that is told
record a "$top/a"
"$mover" in:"$top/a" exec calls:10 in:"$top/x" calls:100 in:"$top" in:"$top/x"
finish a
is "one that leaves the target: what it called there is in the recording" 10 "$(calls a getppid)" a
is "... which is incomplete" "3 false 1" "$status $(jq -r '"\(.complete) \(.losses.left)"' "$T/a.json")" a

# one that another recording knew, and that was inside before this one began
"$mover" in:"$top/a" ready:"$T/inside" sleep:60000 calls:10 & pid=$!
until [ -e "$T/inside" ]; do sleep 0.05; done
record a "$top/a"
echo $pid >"$top/b/cgroup.procs"
record b "$top/b"
kill -USR1 $pid
wait $pid
finish a
finish b
is "one that was inside before, and was known to another recording, is workload" "10 0" "$(calls b getppid) $(jq '.moved | length' "$T/b.json")" b

# threads apart: what the process is stays with it
mkdir "$top/t" "$top/t/a" "$top/t/b"
echo threaded >"$top/t/a/cgroup.type"
echo threaded >"$top/t/b/cgroup.type"
join="in:$top/t lead:$top/t/a"

record a "$top/t/a"
# shellcheck disable=SC2086
"$mover" $join exec thread out:"$top/t/b" calls:10
finish a
is "a thread leaves: what the others call is recorded" "10 0" "$(calls a getppid) $(jq '.moved | length' "$T/a.json")" a

record a "$top/t/a"
record b "$top/t/b"
# shellcheck disable=SC2086
"$mover" $join exec thread lead:"$top/t/b" others:10 calls:20
finish a
finish b
is "the first thread goes to another target: what the others call is in the first one's" "10 0" "$(calls a getpgid) $(jq '.moved | length' "$T/a.json")" a
is "... and what it calls itself in the other one's" "20 0" "$(calls b getppid) $(jq '.moved | length' "$T/b.json")" b

record a "$top/t/a"
record b "$top/t/b"
# shellcheck disable=SC2086
"$mover" $join exec thread out:"$top/t/b" execs calls:10
finish a
finish b
is "a thread in another target runs an exec: it counts once, and the process is what it was" "1 10 0" \
    "$(calls b execve) $(calls b getppid) $(jq '.moved | length' "$T/b.json")" b

# counted from where it moves in: with the call that it is in, and without its start
"$mover" ready:"$T/outside" sleep:60000 calls:10 & pid=$!
until [ -e "$T/outside" ]; do sleep 0.05; done
record a "$top/a" --count-moved
echo $pid >"$top/a/cgroup.procs"
kill -USR1 $pid
wait $pid
finish a
in_flight=$(jq -r '[.syscalls[] | select(.class == "in_flight") | "\(.name) \(.calls)"] | join(" ")' "$T/a.json")
is "--count-moved: the call that it is in is in flight, and its start was not seen" "10 nanosleep 1 false" \
    "$(calls a getppid) ${in_flight#clock_} $(jq .whole "$T/a.json")" a

# one whose threads find all at once that it has moved, each time
moves=$(often 100 500)
record a "$top/a"
record b "$top/b"
"$mover" flood:3 ready:"$T/floods" sleep:600000 & pid=$!
until [ -e "$T/floods" ]; do sleep 0.05; done
for _ in $(seq "$moves"); do
    for dir in "$top/a" "$top/b"; do
        echo $pid >"$dir/cgroup.procs"
        sleep 0.002
    done
done
kill $pid
wait $pid 2>/dev/null || :
until [ ! -s "$top/b/cgroup.procs" ]; do sleep 0.05; done
left=$(bpftool -j map dump pinned /sys/fs/bpf/whittle/v1/map-lineages | jq length)
finish a
finish b
for name in a b; do
    moved=$(jq '(.moved | length) + .losses.moved' "$T/$name.json")
    is "of $moves that moved in between two calls none is told of twice, none is workload, and none stays" "true 0 0 0" \
        "$([ "$moved" -le "$moves" ] && echo true || echo "$moved") $(calls $name getppid) $(jq .losses.processes "$T/$name.json") $left" $name
done

# one with busy threads, of which one calls where it has come before the kernel tells that it has gone
runs=$(often 20 100)
record a "$top/a"
record b "$top/b" --count-moved
for _ in $(seq "$runs"); do
    rm -f "$T/busy"
    "$mover" in:"$top/a" exec flood:3 ready:"$T/busy" sleep:600000 & pid=$!
    until [ -e "$T/busy" ]; do sleep 0.01; done
    echo $pid >"$top/b/cgroup.procs"
    kill $pid
    wait $pid 2>/dev/null || :
done
finish a
finish b
in_flight=$(jq '[.syscalls[] | select(.class == "in_flight") | .calls] | add' "$T/b.json")
is "of $runs with busy threads that leave all are told of, and where they go all were in a call" "$runs $runs" "$(jq .losses.left "$T/a.json") $in_flight" a

# one whose first thread has ended: the kernel leaves that where it was
record a "$top/a"
record b "$top/b" --count-moved
"$mover" in:"$top/a" exec flood:2 ends & pid=$!
until grep -q '^State:[[:space:]]*Z' "/proc/$pid/status"; do sleep 0.05; done
echo $pid >"$top/b/cgroup.procs"
sleep 0.2
kill -KILL $pid
wait $pid 2>/dev/null || :
finish a
finish b
is "one whose first thread has ended leaves, which is told, and what it calls elsewhere is recorded there" "1 true" \
    "$(jq .losses.left "$T/a.json") $([ "$(calls b getppid)" -gt 100 ] && echo true)" b

# a crowd that moves into one target takes nothing from the recording of another one
crowd=6000
record a "$top/a" --ring-size 64k
record b "$top/b"
"$mover" crowd:$crowd:"$top/a"
"$mover" in:"$top/b" calls:10
"$mover" in:"$top/b" exec calls:10
finish a
finish b
is "of $crowd that moved in and ran no exec all are told of, and none is workload" "$crowd 0 0" \
    "$(jq '(.moved | length) + .losses.moved' "$T/a.json") $(calls a getppid) $(jq .losses.processes "$T/a.json")" a
is "... and another recording has its own workload alone, and who came first" "10 1 0 0" \
    "$(calls b getppid) $(jq -r '"\(.moved | length) \(.losses.processes) \(.losses.late)"' "$T/b.json")" b

# the hook tells of what it leaves out
mkdir "$top/c"
(
    echo "$BASHPID" >"$top/c/cgroup.procs"
    kill -STOP "$BASHPID"
    exec "$mover" calls:10
) & pid=$!
until grep -q '^State:[[:space:]]*T' "/proc/$pid/status"; do sleep 0.01; done
state() { # STATUS PID
    printf '{"ociVersion": "1.0.2", "id": "moving", "status": "%s", "pid": %d, "bundle": "/x",
        "annotations": {"io.containers.trace-syscall": "of:%s/hook.profile"}}' "$1" "$2" "$T"
}
state created $pid | "$WHITTLE" hook
kill -CONT $pid
wait $pid
"$mover" in:"$top/c" calls:10
status=0
state stopped 0 | "$WHITTLE" hook 2>"$T/hook.log" || status=$?
told='no calls of 1 process that moved into the container and ran no exec: mover (pid [0-9]*, [0-9][0-9] calls)$'
is "the hook tells of one that moved in and ran no exec, by name" "0 1" "$status $(grep -c "$told" "$T/hook.log")" hook

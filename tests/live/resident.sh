#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What recordings without a process share: their pins, which somebody may remove, their lock, and room for calls and news, which one of them may
# use up. Each check has its own recordings, and the last one takes the pins with it.
set -eu
. tests/own-bpffs.sh
. tests/lib.sh
need jq
programs=$PWD/${BUILD:-build}/tests/programs
PINS=/sys/fs/bpf/whittle/v1
own_cgroup

whittle() { timeout 120 "$WHITTLE" "$@"; }
run_in() { # CGROUP COMMAND...
    (
        echo "$BASHPID" >"$1/cgroup.procs"
        shift
        exec "$@"
    ) >/dev/null 2>&1
}

# what a filter stops is seen from 5.15 on
denials=--denials denied=50
! kernel_before 5.15 || denials='' denied=0

# --- pins of which one is missing
mkdir "$CG/a"
whittle start -q whole --cgroup "$CG/a" $denials
check "a recording whose pins are all there is read" whittle status whole
# each kind: a map, variables, a link, a program. All of them are told by their number
for pin in map-entries map-first_seen map-tracer_b_bss link-cgroup_rmdir program-inventory; do
    check "there is $pin" rm "$PINS/$pin"
    for command in status "stop whole" "start other --cgroup $CG/a" "stop --force whole"; do
        # shellcheck disable=SC2086
        check_status 1 "without it nothing is read: ${command%% -*}" whittle $command
        grep -q "files of whittle were removed from $PINS" "$T/err" && [ "$(wc -l <"$T/err")" = 1 ] && pass "which is told in a sentence" ||
            fail "which is told in a sentence" "$(cat "$T/err")"
    done
    check "and --force throws the rest away" whittle stop --force
    [ ! -e "$PINS" ] && pass "all of it" || fail "all of it" "$(ls "$PINS")"
    check "so that another can begin" whittle start -q whole --cgroup "$CG/a"
done
mkdir -p "$PINS-half/somebody's"
run_in "$CG/a" "$programs/spell" 1
check "a directory is in the way of the last stop" whittle stop whole -o "$T/whole.json"
[ -z "$(ls -A "${PINS%/*}")" ] && pass "which takes the pins with it all the same" || fail "which takes the pins with it all the same" "$(ls "${PINS%/*}")"
mkdir -p "$PINS-half/somebody's"
check "and so it is at a start" whittle start -q whole --cgroup "$CG/a"
whittle stop -q --force whole -o "$T/whole.json" 2>/dev/null || :

# --- one that calls more than there is room for takes none of that of others
mkdir "$CG/flood" "$CG/quiet"
row() { # NAME MEMBER
    whittle status --json "$1" | jq -r ".recordings[0].$2"
}
whittle start -q flood --cgroup "$CG/flood" $denials
run_in "$CG/flood" "$programs/unknown" 9000
run_in "$CG/flood" "$programs/unknown" 9000 denied
[ "$(row flood lost.calls)" -gt 4000 ] && pass "a flood of numbers that nobody knows is counted as lost" || fail "a flood of numbers that nobody knows is counted as lost" "$(whittle status --json flood)"
whittle start -q quiet --cgroup "$CG/quiet" $denials
run_in "$CG/quiet" "$programs/unknown" 50 denied
run_in "$CG/quiet" "$programs/spell" 1023
check "another recording beside it is complete" whittle stop quiet -o "$T/quiet.json" --recording "$T/quiet"
jq -e --argjson denied "$denied" '.complete and .losses.calls == 0 and .losses.denials == 0 and ([.denied[].count] | add // 0) == $denied' "$T/quiet" >/dev/null && pass "with all that it was denied" ||
    fail "with all that it was denied" "$(jq -c '.losses, (.denied | length)' "$T/quiet")"
check_status 1 "a stop that cannot write ends nothing" whittle stop flood -o "$T" # a directory
check_status 3 "and the flood's own recording is incomplete" whittle stop flood -o "$T/flood.json"

# --- a container whose recording has nothing but losses
hook() { # STATUS PID
    printf '{"ociVersion": "1.0.2", "id": "lost", "status": "%s", "pid": %d, "bundle": "/x",
        "annotations": {"io.containers.trace-syscall": "of:%s/lost.json"}}' "$1" "$2" "$T" >"$T/state"
    timeout 60 "$WHITTLE" hook <"$T/state"
}
mkdir "$CG/lost"
(
    echo "$BASHPID" >"$CG/lost/cgroup.procs"
    exec sleep 1000
) &
waiting=$!
await_sleep "$CG/lost"
check "its recording begins" hook created $waiting
"$programs/unknown" 9000 "$CG/lost/cgroup.procs"
kill -KILL $waiting
wait $waiting 2>/dev/null || :
for _ in {1..300}; do ! rmdir "$CG/lost" 2>/dev/null || break; sleep 0.1; done
[ "$(row lost lost.calls)" -gt 4000 ] && pass "it is there until it is ended" || fail "it is there until it is ended" "$(whittle status 2>&1)"
check_status 1 "its end fails" hook stopped 0
grep -q "something was lost while container lost was recorded: no syscall was recorded" "$T/err" && pass "and says why" || fail "and says why" "$(cat "$T/err")"
[ -z "$(ls -A "${PINS%/*}")" ] && pass "nothing is left of it" || fail "nothing is left of it" "$(ls "${PINS%/*}")"

# --- whoever reads what is printed takes his time, and nobody waits for him
mkdir "$CG/seen" "$CG/next"
mkfifo "$T/full"
exec {full}<>"$T/full"
dd if=/dev/zero of="$T/full" bs=4096 oflag=nonblock 2>/dev/null || :
blocked() { # PID: in writing
    local _
    for _ in {1..50}; do
        # older kernels do not know where one waits, but what it came by
        ! grep -qs pipe "/proc/$1/wchan" "/proc/$1/stack" || return 0
        sleep 0.1
    done
    return 1
}
check "a recording begins" whittle start -q seen --cgroup "$CG/seen"
"$WHITTLE" status --json >"$T/full" 2>/dev/null {full}>&- & reader=$!
check "status waits for its reader" blocked $reader
"$WHITTLE" start told --cgroup "$CG/next" 2>"$T/full" {full}>&- & teller=$!
check "so does what start says" blocked $teller
mkdir "$CG/third"
check "another recording begins meanwhile" timeout 10 "$WHITTLE" start -q third --cgroup "$CG/third"
kill $reader $teller
wait $reader $teller 2>/dev/null || :
exec {full}>&-
[ "$(whittle status | awk 'NR > 1 { print $1, $2 }' | sort | tr '\n' ' ')" = "seen recording third recording told recording " ] && pass "and all of them are there" ||
    fail "and all of them are there" "$(whittle status)"
for name in seen told third; do whittle stop -q --force "$name" -o "$T/x.json" 2>/dev/null || :; done

# --- a cgroup that is removed between the look at it and its becoming a target
need strace
mkdir -p "$CG/walked/below" "$CG/third"
check "a recording begins, whose programs are there" whittle start -q other --cgroup "$CG/third"
# it has opened the directory, has asked for its id, and has the answer in a second
strace -qq -f -e trace=name_to_handle_at -e inject=name_to_handle_at:delay_exit=1000000 -o "$T/strace" \
    "$WHITTLE" start -q walked --cgroup "$CG/walked" & tracer=$!
for _ in {1..1000}; do
    find /proc/[0-9]*/fd -lname "$CG/walked/below" 2>/dev/null | grep -q . && break
    sleep 0.01
done
sleep 0.2
rmdir "$CG/walked/below"
wait $tracer && pass "one begins with a cgroup that is removed meanwhile" || fail "one begins with a cgroup that is removed meanwhile"
[ "$(row walked state)" = recording ] && pass "it has the one above" || fail "it has the one above" "$(whittle status)"
rmdir "$CG/walked"
[ "$(row walked state)" = gone ] && pass "and nothing is left when that is removed" || fail "and nothing is left when that is removed" "$(whittle status)"
for name in walked other; do whittle stop -q --force "$name" -o "$T/x.json" 2>/dev/null || :; done

# --- when the last new call was made is known without news, too
mkdir "$CG/news"
whittle start -q news --cgroup "$CG/news" --ring-size 4096
run_in "$CG/news" "$programs/unknown" 100
sleep 1
before=${EPOCHREALTIME/./}
run_in "$CG/news" "$programs/spell" 1023
[ "$(row news lost.late)" -gt 0 ] && pass "news found no room" || fail "news found no room"
since=$(row news since_new_ns)
elapsed=$(((${EPOCHREALTIME/./} - before) * 1000))
[ "$since" -lt $elapsed ] && pass "the last new one is the one behind them" || fail "the last new one is the one behind them" "$since ns of $elapsed"
whittle stop -q --force news -o "$T/x.json" 2>/dev/null

# --- one that is old keeps no room for news from the young
mkdir "$CG/old" "$CG/young"
whittle start -q old --cgroup "$CG/old" --ring-size 65536 # some 500 records
run_in "$CG/old" "$programs/spell" 1023
late=
for i in {1..10}; do
    whittle start -q young --cgroup "$CG/young"
    run_in "$CG/young" "$programs/unknown" 100
    run_in "$CG/old" "$programs/unknown" "$i"
    whittle stop -q young -o "$T/young.json" --recording "$T/young" 2>/dev/null
    late+=$(jq .losses.late "$T/young")
done
[ "$late" = 0000000000 ] && pass "ten after another have all their news" || fail "ten after another have all their news" "$late"
whittle stop -q old -o "$T/old.json" --recording "$T/old" 2>/dev/null
jq -e '.losses.late == 0 and ([.syscalls[] | select(.class == "workload" and .first.comm == null)] | length) == 0' "$T/old" >/dev/null && pass "and so has the old one" ||
    fail "and so has the old one" "$(jq -c '.losses.late, [.syscalls[] | select(.first.comm == null)][0:3]' "$T/old")"
jq -e '[.. | objects | select(.class? == "workload" and .first?.comm? == "spell")] | length > 10' "$T/old" >/dev/null && pass "from its beginning on" || fail "from its beginning on" "$(head -c 600 "$T/old")"

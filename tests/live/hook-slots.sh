#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# whittle hook without a runtime: as many recordings as can be, slots that are used again, hooks that are killed in the middle.
# Each process spells a number of its own in system calls, and its profile must spell the same.
set -eu
. tests/own-bpffs.sh
. tests/lib.sh
need jq
spell=${BUILD:-build}/tests/programs/spell
HOME_OF_PINS=/sys/fs/bpf/whittle
own_cgroup
declare -A pids=()

# A process that has stopped in a cgroup of its own, and goes on to spell N.
container() { # N
    mkdir "$CG/c$1"
    (
        echo "$BASHPID" >"$CG/c$1/cgroup.procs"
        kill -STOP "$BASHPID"
        exec "$spell" "$1"
    ) &
    pids[$1]=$!
    until grep -q '^State:[[:space:]]*T' "/proc/${pids[$1]}/status"; do sleep 0.005; done
}
go_on() { # N...: to the end
    local n
    for n; do kill -CONT "${pids[$n]}" 2>/dev/null || :; done
    for n; do
        wait "${pids[$n]}"
        rmdir "$CG/c$n"
    done
}
state() { # NAME STATUS PID
    printf '{"ociVersion": "1.0.2", "id": "%s", "status": "%s", "pid": %d, "bundle": "/x",
        "annotations": {"io.containers.trace-syscall": "of:%s/%s.json"}}' "$1" "$2" "$3" "$T" "$1"
}
begin() { # NAME PID
    state "$1" created "$2" | timeout 60 "$WHITTLE" hook 2>>"$T/begin.err"
}
end() { # NAME
    state "$1" stopped 0 | timeout 60 "$WHITTLE" hook 2>>"$T/end.err"
}
milliseconds() { # COMMAND...
    local from=${EPOCHREALTIME/./}
    "$@"
    echo "$(((${EPOCHREALTIME/./} - from) / 1000)) ms"
}

bits=(getpgid getsid getpriority times sysinfo sched_get_priority_max sched_get_priority_min getitimer getresuid sched_getscheduler)
spelled() { # NAME: the number that its profile spells
    local number=0 i
    jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' "$T/$1.json" >"$T/names" 2>/dev/null || echo none
    for i in "${!bits[@]}"; do
        ! grep -qx "${bits[i]}" "$T/names" || number=$((number | 1 << i))
    done
    echo "$number"
}
# Does what each of these wrote spell its own number?
check_spelling() { # DESC N...
    local desc=$1 n got wrong=
    shift
    for n; do
        got=$(spelled "m$n")
        [ "$got" = "$n" ] || wrong+=" $n:$got"
    done
    [ -z "$wrong" ] && pass "$desc" || fail "$desc" "$wrong"
}
nothing_is_left() { # DESC
    [ -z "$(ls -A "$HOME_OF_PINS")" ] && pass "$1" || fail "$1" "$(ls -R "$HOME_OF_PINS" | head -n 20 | tr '\n' ' ')"
}
at_once() { # COMMAND N...: the command for each N, HOOKS_AT_ONCE at a time; $failed is how many failed
    local command=$1 n jobs most=${HOOKS_AT_ONCE:-64}
    shift
    failed=0
    while [ $# != 0 ]; do
        jobs=()
        for n in "${@:1:most}"; do
            $command "$n" &
            jobs+=($!)
        done
        for n in "${jobs[@]}"; do wait "$n" || failed=$((failed + 1)); done
        shift $(($# < most ? $# : most))
    done
}
begin_n() { begin "m$1" "${pids[$1]}"; }
end_n() { end "m$1"; }

# --- a cgroup is in one recording, and a name stands for one cgroup ---
refused() { # DESC PHRASE COMMAND...
    local desc=$1 phrase=$2
    shift 2
    : >"$T/begin.err"
    if "$@"; then
        fail "$desc" "it is recorded"
    elif [ "$(wc -l <"$T/begin.err")" = 1 ] && grep -q "$phrase" "$T/begin.err"; then
        pass "$desc"
    else
        fail "$desc" "$(cat "$T/begin.err")"
    fi
}
container 300
container 301
check "a recording begins" begin m300 "${pids[300]}"
check "in two stages of the start" begin m300 "${pids[300]}"
refused "a second name for a cgroup is refused" "as m300" begin other "${pids[300]}"
refused "a second cgroup for a name is refused" "in another cgroup" begin m300 "${pids[301]}"
go_on 300
container 300 # the first has gone, and nobody said that it has stopped
check "a name whose cgroup is gone may be used again" begin m300 "${pids[300]}"
go_on 300 301
end m300
check_spelling "and is recorded" 300
nothing_is_left "and nothing is left"
: >"$T/begin.err"

# --- a profile that cannot be written: its recording is kept until it is, or the container starts anew ---
kept() { # DESC PHRASE COMMAND...
    local desc=$1 phrase=$2
    shift 2
    : >"$T/end.err"
    if "$@"; then
        fail "$desc" "it is written"
    elif [ "$(wc -l <"$T/end.err")" = 1 ] && grep -q "the recording is kept, 'whittle stop m304 .*$phrase" "$T/end.err" &&
        [ "$("$WHITTLE" status m304 --json | jq -r '.recordings[].state')" = gone ]; then
        pass "$desc"
    else
        fail "$desc" "$(cat "$T/end.err")"
    fi
}
container 304
check "a recording begins" begin m304 "${pids[304]}"
go_on 304
echo precious >"$T/m304.json"
kept "a file that is in the way of the profile" "not a profile" end m304
rm "$T/m304.json"
check "... its recording can be written elsewhere" "$WHITTLE" stop m304 -o "$T/m304.json"
check_spelling "... and is whole" 304
nothing_is_left "... and over"
for n in 304 305; do
    rm -f "$T/m304.json"
    container $n
    : >"$T/begin.err"
    check "a recording begins" begin m304 "${pids[$n]}"
    cp "$T/begin.err" "$T/anew"
    go_on $n
    echo precious >"$T/m304.json"
    kept "its profile cannot be written" "not a profile" end m304
done
grep -qx 'whittle: warning: hook: container m304 starts anew: .* is lost' "$T/anew" &&
    pass "a start under its name throws it away, and tells" || fail "a start under its name throws it away, and tells" "$(cat "$T/anew")"
rm "$T/m304.json"
check "... and is recorded" end m304
mv "$T/m304.json" "$T/m305.json"
check_spelling "... for itself" 305
nothing_is_left "... and over"
: >"$T/begin.err"

# --- pins that were half removed ---
container 302
begin m302 "${pids[302]}"
mv "$HOME_OF_PINS/v1" "$HOME_OF_PINS/v1-half"
rm "$HOME_OF_PINS"/v1-half/link-sys_enter*
check "a container that is not recorded any more" end m302
nothing_is_left "what was killed while it removed the pins is removed by the next"
go_on 302

# --- a lock that is held, and a caller whose hook inherits SIGALRM blocked, and one pending ---
container 303
(exec 8<"$HOME_OF_PINS" && flock 8 && exec sleep 1000) & locker=$!
while flock -n "$HOME_OF_PINS" true; do sleep 0.01; done
state m303 created "${pids[303]}" >"$T/state"
no_alarm='import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
os.kill(os.getpid(), signal.SIGALRM)
os.execv(sys.argv[1], sys.argv[1:])'
refused "a lock that somebody holds is not waited for beyond the time that a start has" "locked" \
    eval 'timeout 60 python3 -c "$no_alarm" "$WHITTLE" hook <"$T/state" 2>>"$T/begin.err"'
kill $locker
wait $locker || :
: >"$T/begin.err"
check "and once it is free it is taken" begin m303 "${pids[303]}"
go_on 303
end m303

# --- as many as can be, all begun at once, and one more ---
for n in {1..64}; do container "$n"; done
echo "# the first, which loads the programs: $(milliseconds begin_n 1)"
echo "# the second, which finds them: $(milliseconds begin_n 2)"
at_once begin_n {3..63}
[ $failed = 0 ] && pass "61 hooks at once" || fail "61 hooks at once" "$failed failed: $(sort "$T/begin.err" | uniq -c | head -n 3)"
check_status 1 "the 64th is refused" begin_n 64
[ "$(wc -l <"$T/begin.err")" = 1 ] && grep -q "there can be no more" "$T/begin.err" &&
    pass "in a sentence" || fail "in a sentence" "$(cat "$T/begin.err")"
go_on {1..63..2}
: >"$T/begin.err"
check_status 1 "... also while some are gone" begin_n 64
grep -q ": 32 recordings are of containers that are gone, 'whittle status' names them" "$T/begin.err" &&
    pass "... which is said" || fail "... which is said" "$(cat "$T/begin.err")"
at_once end_n {1..63..2}
[ $failed = 0 ] && pass "32 ends at once" || fail "32 ends at once" "$failed failed: $(sort "$T/end.err" | uniq -c | head -n 3)"
check_spelling "each profile has its own calls, and no others" {1..63..2}

# --- their slots, used again, while the others go on ---
: >"$T/begin.err"
for n in {100..130}; do container "$n"; done
at_once begin_n 64 {100..130}
[ $failed = 0 ] && pass "32 begin in slots that were used" || fail "32 begin in slots that were used" "$failed failed: $(head -n 3 "$T/begin.err")"
# some have ended before, and some end at the same time
go_on 64 {100..114} {2..30..2}
for n in {115..130} {32..62..2}; do kill -CONT "${pids[$n]}"; done
at_once end_n 64 {100..114} {2..30..2}
[ $failed = 0 ] && pass "31 end while others run" || fail "31 end while others run" "$failed failed: $(head -n 3 "$T/end.err")"
go_on {115..130} {32..62..2}
at_once end_n {115..130} {32..62..2}
check_spelling "nothing of the first is in the second" 64 {100..130}
check_spelling "nothing of the second is in the first" {2..62..2}
nothing_is_left "the last takes the pins with it"

# --- a hook that is killed ---
container 200
container 201
cold=$(milliseconds begin m201 "${pids[201]}")
cold=${cold% ms}
go_on 201
end m201
worked=0
kills=$(often 12 40)
for k in $(seq "$kills"); do
    container $((200 + k + 1))
    what=created at=$cold
    # once in four it is killed while it ends
    if [ $((k % 4)) = 0 ]; then
        begin m200 "${pids[200]}"
        what=stopped at=30
    fi
    state m200 $what "${pids[200]}" >"$T/state"
    "$WHITTLE" hook <"$T/state" 2>/dev/null & hook=$!
    sleep "$(printf '0.%03d' $((RANDOM % at)))"
    kill -KILL $hook 2>/dev/null || :
    wait $hook 2>/dev/null || :
    # whoever is next works
    n=$((200 + k + 1))
    if begin_n $n && go_on $n && end_n $n && [ "$(spelled m$n)" = $n ]; then worked=$((worked + 1)); fi
    # the runtime ends what it began; the killed end is followed by a container of the same name
    [ $what = created ] || begin m200 "${pids[200]}" || :
    end m200 2>/dev/null || :
done 2>"$T/killed"
[ $worked = "$kills" ] && pass "after a hook that was killed the next one works, $kills times" ||
    fail "after a hook that was killed the next one works, $kills times" "$worked: $(sort "$T/begin.err" "$T/end.err" | uniq -c | sort -n | tail -n 3)"
nothing_is_left "and nothing of it stays"
go_on 200

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Recorded arguments: a program makes calls with known ones; the recording has exactly these, and the profile allows each and refuses
# their neighbours.
# BESIDE: its cgroups and its recordings are its own.
set -eu
. tests/lib.sh
need jq

program=$PWD/${BUILD:-build}/tests/programs/arguments
rec=$T/r.json profile=$T/p.json
. tests/arguments.sh

expect() { # DESC CONDITION...
    check "$@"
}

# the errnos of a run of the program, sorted, each once
errnos() { # COMMAND...
    "$@" | cut -d' ' -f1 | sort -u | tr '\n' ' '
}

"$WHITTLE" record -q --args all -o "$profile" --recording "$rec" -- "$program" "${calls[@]}" >"$T/free"
# what libc calls by itself is there without them, too
"$WHITTLE" record -q --args all --recording "$T/libc.json" -- "$program" >/dev/null
jq -r '.arguments[].texts[]?' "$rec" | sort >"$T/seen"
{ jq -r '.arguments[].texts[]?' "$T/libc.json" && texts; } | sort -u >"$T/expected"
same "a recording has exactly the arguments that were used" "$T/expected" "$T/seen"
"$WHITTLE" enforce "$profile" -- "$program" "${calls[@]}" >"$T/held"
same "the profile allows each of them: the same results" "$T/free" "$T/held"
"$WHITTLE" enforce "$profile" -- "$program" "${neighbours[@]}" >"$T/held" || :
grep -v '^1 ' "$T/held" >"$T/passed" || :
: >"$T/nothing"
same "... and refuses each neighbour" "$T/nothing" "$T/passed"
expect "... all of which were tried" [ "$(wc -l <"$T/held")" = ${#neighbours[@]} ]
# the same by simulation: the answer of the compiled filter
for call in "${calls[@]}" "${neighbours[@]}"; do
    # shellcheck disable=SC2086
    "$WHITTLE" explain --json "$profile" ${call//:/ } | jq -c '.action // .'
done | sort | uniq -c | awk '{ print $2, $1 }' >"$T/simulated"
printf '%s\n' "\"SCMP_ACT_ALLOW\" ${#calls[@]}" "\"SCMP_ACT_ERRNO\" ${#neighbours[@]}" >"$T/expected"
same "... and so does simulation" "$T/expected" "$T/simulated"
expect "... which all go through without it" [ "$("$program" socket:10:1 socket:2:2 futex:0:0 | grep -vc '^1 ')" = 3 ]

# --- what matters is in memory: io_uring_setup, clone3, openat2 ---
"$WHITTLE" record --args all -o "$profile" --recording "$rec" -- "$program" io_uring_setup:0:0 clone3:0:0 openat2:0:0:0:0 >"$T/free" 2>"$T/said"
expect "arguments in memory leave a call open" [ "$(jq -r '[.arguments[] | select(.open == "memory").name] | sort | join(" ")' "$rec")" = "clone3 io_uring_setup openat2" ]
check "... which the summary says" grep -q 'with any: io_uring_setup, clone3, openat2: what matters is in memory' "$T/said"
"$WHITTLE" enforce "$profile" -- "$program" io_uring_setup:0:0 io_uring_setup:8:0 clone3:0:0 clone3:0:8 openat2:0:0:0:0 openat2:0:0:0:8 | grep -c '^1 ' >"$T/refused" || :
expect "... and the profile allows it with any" [ "$(cat "$T/refused")" = 0 ]

# --- threads, known tuples behind the fast path, the cap ---
many=()
for i in $(seq 40); do many+=("ioctl:$bad:$i"); done
"$WHITTLE" record -q --args ioctl,socket -o "$profile" --recording "$rec" -- "$program" thread socket:2:1 socket:2:1 socket:1:1 socket:2:1 socket:16:3 "${many[@]:0:32}" >"$T/free"
values() { jq -c "[.arguments[] | select(.name == \"$1\") | .open // (.values | length)]" "$rec"; }
expect "calls of threads, after many of the same" [ "$(values socket) $(values ioctl)" = "[3] [32]" ]
flags=mount:0:0:0
"$WHITTLE" record -q --args mount --recording "$rec" -- "$program" $flags:0x1000 $flags:0x1000 $flags:0x1000 $flags:0x5000 >"$T/free"
expect "the fourth argument differs, after many of the same" [ "$(values mount)" = "[2]" ]
"$WHITTLE" record --args ioctl,socket -o "$profile" --recording "$rec" -- "$program" socket:2:1 "${many[@]:0:33}" >"$T/free" 2>"$T/said"
expect "more than --args-max values: the call is open" [ "$(values socket) $(values ioctl)" = '[1] ["many"]' ]
check "... which the summary says" grep -q 'with any: ioctl: more distinct values than --args-max' "$T/said"
expect "... and the profile" [ "$(errnos "$WHITTLE" enforce "$profile" -- "$program" "ioctl:$bad:0x9999" socket:1:1)" = "1 9 " ]
"$WHITTLE" record -q --args ioctl --args-max 40 -o "$profile" --recording "$rec" -- "$program" "${many[@]}" >"$T/free"
expect "--args-max 40: not open" [ "$(values ioctl)" = '[40]' ]

# --- what is not seen as a call of workload: in flight when recording begins, and the runtime's behind its filter ---
record_cgroup() { # ARG...    in the background: $recorder
    "$WHITTLE" record --cgroup "$CG" --assume-startup -o "$profile" --recording "$rec" "$@" 2>"$T/said" &
    recorder=$!
    for _ in $(seq 300); do
        ! grep -q '^whittle: recording' "$T/said" || return 0
        sleep 0.1
    done
}
end_recording() {
    kill -INT "$recorder"
    wait "$recorder" || fail "the recording is complete" "$(cat "$T/said")"
}
is_in_call() { # PID NUMBER
    for _ in $(seq 300); do
        ! grep -q "^$2 " "/proc/$1/syscall" || return 0
        sleep 0.1
    done
}
own_cgroup
mkfifo "$T/never"
# splice from an empty pipe waits
(in_cgroup "$program" splice:9:0:8:0:1 splice:8:0:9:0:1 9<>"$T/never" 8>/dev/null >"$T/free") &
waiting=$!
for _ in $(seq 300); do
    reader=$(tail -n 1 "$CG/cgroup.procs")
    [ "$(cat "/proc/${reader:-none}/comm" 2>/dev/null)" != arguments ] || break
    sleep 0.1
done
is_in_call "$reader" "$([ "$(uname -m)" = x86_64 ] && echo 275 || echo 76)"
record_cgroup --args splice:0
echo >"$T/never"
wait $waiting
end_recording
expect "a call in flight and one afterwards" [ "$(jq -r '[.syscalls[] | select(.name == "splice") | .class] | sort | join(" ")' "$rec")" = "in_flight workload" ]
expect "... each with its arguments" [ "$(values splice) $(jq -c '[.arguments[] | select(.name == "splice").values[][0]] | sort' "$rec")" = '[2] ["0x8","0x9"]' ]
expect "... which the profile allows, and no others" [ "$("$WHITTLE" enforce "$profile" -- "$program" splice:8:0:8:0:1 splice:9:0:9:0:1 splice:7:0:7:0:1 | cut -d' ' -f1 | tr '\n' ' ')" = "9 9 1 " ]

own_cgroup
record_cgroup --args getpgid:0,prctl:0
"${BUILD:-build}/tests/programs/launcher" "$CG" filter -- "$program" getpgid:0x7ffffff0 prctl:3 >"$T/free"
end_recording
expect "a call of the runtime, behind its filter" [ "$(jq -r '[.syscalls[] | select(.name == "getpgid") | .class] | sort | join(" ")' "$rec")" = "runtime workload" ]
expect "... is recorded with its arguments, and before the filter it is not" [ "$(values getpgid) $(values prctl)" = "[2] [1]" ]
expect "... which the profile allows, and no others" [ "$("$WHITTLE" enforce "$profile" -- "$program" getpgid:0x7ffffff0 getpgid:0 getpgid:0x7ffffff1 prctl:3 prctl:38 | cut -d' ' -f1 | tr '\n' ' ')" = "3 0 1 0 1 " ]

# --- recordings joined ---
"$WHITTLE" record -q --args socket --recording "$T/a.json" -- "$program" socket:2:1 >/dev/null
"$WHITTLE" record -q --args socket --recording "$T/b.json" -- "$program" socket:1:1 >/dev/null
"$WHITTLE" record -q --recording "$T/c.json" -- "$program" socket:16:3 >/dev/null
"$WHITTLE" show "$T/a.json" >"$T/shown"
check "show tells arguments by name" grep -qx 'arguments: socket(AF_INET, SOCK_STREAM, 0)' "$T/shown"
"$WHITTLE" profile -q -o "$profile" "$T/a.json" "$T/b.json"
expect "recordings join their sets" [ "$("$WHITTLE" enforce "$profile" -- "$program" socket:2:1 socket:1:1 socket:2:2 socket:10:1 | cut -c1 | tr -d '\n')" = 0011 ]
"$WHITTLE" profile -q -o "$profile" "$T/a.json" "$T/c.json"
expect "one without arguments opens the call" [ "$("$WHITTLE" enforce "$profile" -- "$program" socket:2:1 socket:16:3 socket:10:1 | cut -c1 | tr -d '\n')" = 000 ]

# --- i386 ---
if [ "$("$program" i20)" = "0 i20" ]; then
    "$WHITTLE" record -q --args socket,ioctl,fcntl64 -o "$profile" --recording "$rec" -- "$program" i359:2:1 i359:1:0x80802 socket:2:2 i54:$bad:0x5401 i221:$bad:3 >/dev/null
    expect "i386 calls, each with its own number" [ "$(jq -r '[.arguments[] | select(.arch == "x86") | .texts[]] | sort | join(" ")' "$rec")" = "fcntl64(*, F_GETFL) ioctl(*, TCGETS) socket(AF_INET, SOCK_STREAM, 0) socket(AF_UNIX, SOCK_DGRAM, 0)" ]
    expect "... are allowed" [ "$(errnos "$WHITTLE" enforce "$profile" -- "$program" i359:2:1 i359:1:0x80802 socket:2:2 i54:$bad:0x5401 i221:$bad:3)" = "0 9 " ]
    expect "... and their neighbours are not" [ "$(errnos "$WHITTLE" enforce "$profile" -- "$program" i359:10:1 i359:2:3 socket:10:1 i54:$bad:0x5402 i221:$bad:4)" = "1 " ]
else
    skip "arguments of i386" "not here: the kernel has no i386 entry"
fi

# --- usage ---
for words in "nothing" "socket:6" "socket:" "execve:0" "read" "" "ioctl,,socket"; do
    check_status 2 "refused: --args '$words'" "$WHITTLE" record --args "$words" -o "$profile" -- true
done
check_status 2 "--args-max 0" "$WHITTLE" record --args socket --args-max 0 -o "$profile" -- true
check_status 2 "--args-max without --args" "$WHITTLE" record --args-max 3 -o "$profile" -- true

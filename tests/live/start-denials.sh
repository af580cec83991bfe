#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Recordings without a process that keep denied calls and arguments: start --denials and --args. All recordings share one set of programs, and so
# what can be kept; each keeps what it was asked for.
set -eu
. tests/own-bpffs.sh
. tests/lib.sh
need jq
programs=$PWD/${BUILD:-build}/tests/programs
whittle() { timeout 120 "$WHITTLE" "$@"; }
stop() { # NAME
    whittle stop "$1" -o "$T/$1.json" --recording "$T/$1.rec" >"$T/out" 2>"$T/err" || { fail "stop $1" && detail <"$T/err"; }
}
told() { # DESC TEXT: the last command said so
    if grep -q "$2" "$T/err"; then pass "$1"; else fail "$1" && detail <"$T/err"; fi
}
denied() { # NAME
    jq -r '.denied[] | "\(.name) \(.action) \(.errno // 0) \(.count) \(.comm)"' "$T/$1.rec" | sort
}
arguments() { # NAME
    jq -r '.arguments[]? | .texts // [.name + " " + .open] | .[]' "$T/$1.rec" | sort
}

own_cgroup && one=$CG
own_cgroup && two=$CG
check "start --denials --args" whittle start one --cgroup "$one" --count-moved --denials --args socket,ioctl,clone3
check "another one, without" whittle start two --cgroup "$two" --count-moved
for CG in "$one" "$two"; do
    in_cgroup "$programs/denied" errno 37 || fail "denied"
    in_cgroup "$programs/denied" kill-process 3 || fail "denied"
    in_cgroup "$programs/arguments" socket:2:1 socket:1:0x80802:0 ioctl:0xffffffff:0x5413 clone3:0:0 >"$T/out"
done
printf '%s\n' "getpgid errno 1 37 denied" "getpgid kill_process 0 3 denied" "getsid errno 38 37 denied" "setdomainname errno 0 37 denied" "swapoff errno 133 37 denied" >"$T/want"
check "snapshot" whittle snapshot one -o "$T/one.json" --recording "$T/one.rec"
denied one >"$T/seen"
same "a snapshot has the denied calls" "$T/want" "$T/seen"
stop one
denied one >"$T/seen"
same "denied calls, with their true counts" "$T/want" "$T/seen"
if [ "$(jq -c '.denied[0].args' "$T/one.rec")" != null ]; then pass "... and the arguments of the first"; else fail "... and the arguments of the first"; fi
: >"$T/nothing"
printf '%s\n' "clone3 memory" "ioctl(*, TIOCGWINSZ)" "socket(AF_INET, SOCK_STREAM, 0)" "socket(AF_UNIX, SOCK_DGRAM, 0)" >"$T/want"
arguments one >"$T/seen"
same "arguments, and what has them in memory" "$T/want" "$T/seen"
if "$WHITTLE" enforce "$T/one.json" -- "$programs/arguments" socket:2:1 socket:10:1 | cut -c1 | tr -d '\n' | grep -qx 01; then
    pass "the profile allows these and no others"
else
    fail "the profile allows these and no others"
fi
stop two
{ denied two && arguments two; } >"$T/seen"
same "a recording that asked for neither has neither" "$T/nothing" "$T/seen"

# --- the same slot again: a thread that was seen in it before is in a call whose beginning nobody has seen
if command -v perl >/dev/null; then
    CG=$one
    mkfifo "$T/fifo"
    : >"$T/said"
    check "start again" whittle start one --cgroup "$one" --count-moved --denials
    check "another one holds the session" whittle start two --cgroup "$two" --denials
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["acct"], "action": "SCMP_ACT_ERRNO"}]}' >"$T/acct.json"
    # in user space, when the first recording ends
    in_cgroup "$WHITTLE" enforce "$T/acct.json" -- \
        perl -e '$SIG{USR1} = sub { $go = 1 }; $| = 1; print "1\n"; 1 until $go; print "2\n"; <STDIN>; print "3\n"; <STDIN>' <"$T/fifo" >"$T/said" &
    reader=$!
    exec {fifo}>"$T/fifo"
    said() { # N: that many lines
        for _ in $(seq 300); do
            [ "$(wc -l <"$T/said")" -ge "$1" ] && return
            sleep 0.1
        done
    }
    said 1
    pid=$(cat "$one/cgroup.procs")
    stop one
    kill -USR1 "$pid"
    said 2
    for _ in $(seq 300); do
        ! grep -q '^0 ' "/proc/$pid/syscall" || break
        sleep 0.1
    done
    check "start once more" whittle start one --cgroup "$one" --denials
    echo >&"$fifo"
    said 3
    exec {fifo}>&-
    wait $reader || :
    stop one
    denied one >"$T/seen"
    same "a call that was begun before the recording is not denied" "$T/nothing" "$T/seen"
else
    check "a recording holds the session" whittle start two --cgroup "$two" --denials
fi

# --- what the session that is there cannot keep
throw_away() { # NAME: nothing was recorded
    whittle stop --force "$1" -o "$T/x.json" >"$T/out" 2>"$T/err" || :
}
check_status 1 "--args where others keep none" whittle start three --cgroup "$one" --args socket
told "... is told" 'keep no arguments'
throw_away two
check "without" whittle start two --cgroup "$two"
check_status 1 "--denials where others look for none" whittle start three --cgroup "$one" --denials
told "... is told" 'look for no denied calls'
throw_away two
check "--args" whittle start two --cgroup "$two" --args socket,ioctl
check_status 1 "--args of other calls" whittle start three --cgroup "$one" --args socket
check "the same ones, in any order" whittle start three --cgroup "$one" --args ioctl,socket
throw_away two
throw_away three
check_status 2 "--args of a call that there is not" whittle start three --cgroup "$one" --args nonsense
if [ ! -e /sys/fs/bpf/whittle/v1 ]; then pass "nothing is left"; else fail "nothing is left"; fi

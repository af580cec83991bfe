#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Recorded arguments: a program makes calls with known ones; the recording has exactly these, and the profile allows each and refuses
# their neighbours.
set -eu
. tests/lib.sh
need jq
if [ "$(uname -m)" != x86_64 ]; then
    skip args "not here: the numbers of its calls are those of x86-64"
    exit 0
fi

program=$PWD/${BUILD:-build}/tests/programs/arguments
rec=$T/r.json profile=$T/p.json bad=0xffffffff

# what is called, in the order of the recording
calls=(16:$bad:0x5401 16:$bad:0x5413 # ioctl TCGETS TIOCGWINSZ
    28:0:0:3 28:0:0:4                # madvise WILLNEED DONTNEED
    30:$bad:0:0x1000                 # shmat SHM_RDONLY
    41:2:1 41:1:0x80802:0            # socket AF_INET STREAM; AF_UNIX DGRAM, two bits of noise
    53:1:1                           # socketpair AF_UNIX STREAM
    54:$bad:1:2 54:$bad:6:1          # setsockopt SOL_SOCKET SO_REUSEADDR; SOL_TCP TCP_NODELAY
    55:$bad:1:4                      # getsockopt SO_ERROR
    56:0x11 56:0x04000011            # clone SIGCHLD; CLONE_NEWUTS
    62:0x7ffffff0:0 62:0x7ffffff0:15 # kill 0 and SIGTERM
    72:$bad:1 72:0xabcd0000ffffffff:0xabcd000000000003 # fcntl F_GETFD; F_GETFL with garbage in the upper halves
    101:2:0x7ffffff0                 # ptrace PEEKDATA
    135:$bad                         # personality, asks
    157:3 157:21                     # prctl GET_DUMPABLE GET_SECCOMP
    165:0:0:0:0x1000 165:0:0:0:0x5000 # mount MS_BIND, MS_BIND|MS_REC
    166:0:2                          # umount2 MNT_DETACH
    179:0x800003:0                   # quotactl Q_GETFMT
    202:0:1 202:0:129                # futex WAKE, with and without noise
    233:$bad:1:$bad:0                # epoll_ctl ADD
    234:1:0x7ffffff0:10              # tgkill SIGUSR1
    250:11:0x7ffffff0                # keyctl READ
    272:0x04000000                   # unshare CLONE_NEWUTS
    308:$bad:0x40000000              # setns CLONE_NEWNET
    317:2:0:0                        # seccomp GET_ACTION_AVAIL
    319:0:2 319:0:3                  # memfd_create ALLOW_SEALING, and CLOEXEC
    321:1)                           # bpf MAP_LOOKUP_ELEM
# one thing changed in each
neighbours=(16:$bad:0x5402 16:$bad:0x5412 28:0:0:5 28:0:0:12 30:$bad:0:0 30:$bad:0:0x9000 41:10:1 41:2:2 41:1:1 41:2:1:132 41:2:3 53:2:1
    54:$bad:1:1 54:$bad:6:2 54:$bad:41:2 55:$bad:1:3 56:0x40000011 56:0x24000011 62:0x7ffffff0:9 62:0x7ffffff0:7 72:$bad:2 72:$bad:0 72:$bad:5
    101:3:0x7ffffff0 101:16:0x7ffffff0 135:0 135:0x0040000 157:4 157:22 157:5 165:0:0:0:0 165:0:0:0:0x1001 165:0:0:0:0x4000 166:0:3 166:0:0
    179:0x800002:0 202:0:3 202:0:0 233:$bad:2:$bad:0 234:1:0x7ffffff0:11 250:10:0x7ffffff0 250:0 272:0x08000000 272:0x0c000000
    308:$bad:0 308:$bad:0x20000000 317:3:0:0 317:2:1:0 319:0:0 319:0:4 321:0 321:5)

expect() { # DESC CONDITION...
    check "$@"
}

# the errnos of a run of the program, sorted, each once
errnos() { # COMMAND...
    "$@" | cut -d' ' -f1 | sort -u | tr '\n' ' '
}

"$WHITTLE" record -q --args all -o "$profile" --recording "$rec" -- "$program" "${calls[@]}" >"$T/free"
# libc calls the others, too
jq -r '.arguments[] | select(.name | IN("mmap", "mprotect", "prlimit64", "arch_prctl") | not) | .texts[]?' "$rec" | sort >"$T/seen"
sort >"$T/expected" <<'END'
ioctl(*, TCGETS)
ioctl(*, TIOCGWINSZ)
madvise(*, *, MADV_WILLNEED)
madvise(*, *, MADV_DONTNEED)
shmat(*, *, SHM_RDONLY)
socket(AF_INET, SOCK_STREAM, 0)
socket(AF_UNIX, SOCK_DGRAM, 0)
socketpair(AF_UNIX, SOCK_STREAM, 0)
setsockopt(*, SOL_SOCKET, 2)
setsockopt(*, SOL_TCP, 1)
getsockopt(*, SOL_SOCKET, 4)
clone(0)
clone(CLONE_NEWUTS)
kill(*, 0)
kill(*, SIGTERM)
fcntl(*, F_GETFD)
fcntl(*, F_GETFL)
ptrace(PTRACE_PEEKDATA)
personality(0xffffffff)
mount(*, *, *, MS_BIND)
mount(*, *, *, MS_BIND|MS_REC)
umount2(*, MNT_DETACH)
quotactl(0x800003)
futex(*, FUTEX_WAKE)
epoll_ctl(*, EPOLL_CTL_ADD)
tgkill(*, *, SIGUSR1)
keyctl(KEYCTL_READ)
unshare(CLONE_NEWUTS)
setns(*, CLONE_NEWNET)
seccomp(SECCOMP_GET_ACTION_AVAIL, 0)
memfd_create(*, MFD_ALLOW_SEALING)
memfd_create(*, MFD_CLOEXEC|MFD_ALLOW_SEALING)
bpf(BPF_MAP_LOOKUP_ELEM)
prctl(PR_GET_DUMPABLE)
prctl(PR_GET_SECCOMP)
END
same "a recording has exactly the arguments that were used" "$T/expected" "$T/seen"
"$WHITTLE" enforce "$profile" -- "$program" "${calls[@]}" >"$T/held"
same "the profile allows each of them: the same results" "$T/free" "$T/held"
"$WHITTLE" enforce "$profile" -- "$program" "${neighbours[@]}" | grep -v '^1 ' >"$T/passed" || :
: >"$T/nothing"
same "... and refuses each neighbour" "$T/nothing" "$T/passed"
expect "... which all go through without it" [ "$("$program" 41:10:1 41:2:2 202:0:0 | grep -c '^1 ')" = 0 ]

# --- threads, known tuples behind the fast path, the cap ---
many=()
for i in $(seq 40); do many+=("16:$bad:$i"); done
"$WHITTLE" record -q --args ioctl,socket -o "$profile" --recording "$rec" -- "$program" thread 41:2:1 41:2:1 41:1:1 41:2:1 41:16:3 "${many[@]:0:32}" >"$T/free"
values() { jq -c "[.arguments[] | select(.name == \"$1\") | .open // (.values | length)]" "$rec"; }
expect "calls of threads, after many of the same" [ "$(values socket) $(values ioctl)" = "[3] [32]" ]
"$WHITTLE" record --args ioctl,socket -o "$profile" --recording "$rec" -- "$program" 41:2:1 "${many[@]:0:33}" >"$T/free" 2>"$T/said"
expect "more than --args-max values: the call is open" [ "$(values socket) $(values ioctl)" = '[1] ["many"]' ]
check "... which the summary says" grep -q 'with any: ioctl: more distinct values than --args-max' "$T/said"
expect "... and the profile" [ "$(errnos "$WHITTLE" enforce "$profile" -- "$program" "16:$bad:0x9999" 41:1:1)" = "1 9 " ]
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
(in_cgroup "$program" 275:9:0:8:0:1 275:8:0:9:0:1 9<>"$T/never" 8>/dev/null >"$T/free") &
waiting=$!
for _ in $(seq 300); do
    reader=$(tail -n 1 "$CG/cgroup.procs")
    [ "$(cat "/proc/${reader:-none}/comm" 2>/dev/null)" != arguments ] || break
    sleep 0.1
done
is_in_call "$reader" 275
record_cgroup --args splice:0
echo >"$T/never"
wait $waiting
end_recording
expect "a call in flight and one afterwards" [ "$(jq -r '[.syscalls[] | select(.name == "splice") | .class] | sort | join(" ")' "$rec")" = "in_flight workload" ]
expect "... each with its arguments" [ "$(values splice) $(jq -c '[.arguments[] | select(.name == "splice").values[][0]] | sort' "$rec")" = '[2] ["0x8","0x9"]' ]
expect "... which the profile allows, and no others" [ "$("$WHITTLE" enforce "$profile" -- "$program" 275:8:0:8:0:1 275:9:0:9:0:1 275:7:0:7:0:1 | cut -d' ' -f1 | tr '\n' ' ')" = "9 9 1 " ]

own_cgroup
record_cgroup --args getpgid:0,prctl:0
"${BUILD:-build}/tests/programs/launcher" "$CG" filter -- "$program" 121:0x7ffffff0 157:3 >"$T/free"
end_recording
expect "a call of the runtime, behind its filter" [ "$(jq -r '[.syscalls[] | select(.name == "getpgid") | .class] | sort | join(" ")' "$rec")" = "runtime workload" ]
expect "... is recorded with its arguments, and before the filter it is not" [ "$(values getpgid) $(values prctl)" = "[2] [1]" ]
expect "... which the profile allows, and no others" [ "$("$WHITTLE" enforce "$profile" -- "$program" 121:0x7ffffff0 121:0 121:0x7ffffff1 157:3 157:38 | cut -d' ' -f1 | tr '\n' ' ')" = "3 0 1 0 1 " ]

# --- recordings joined ---
"$WHITTLE" record -q --args socket --recording "$T/a.json" -- "$program" 41:2:1 >/dev/null
"$WHITTLE" record -q --args socket --recording "$T/b.json" -- "$program" 41:1:1 >/dev/null
"$WHITTLE" record -q --recording "$T/c.json" -- "$program" 41:16:3 >/dev/null
"$WHITTLE" show "$T/a.json" >"$T/shown"
check "show tells arguments by name" grep -qx 'arguments: socket(AF_INET, SOCK_STREAM, 0)' "$T/shown"
"$WHITTLE" profile -q -o "$profile" "$T/a.json" "$T/b.json"
expect "recordings join their sets" [ "$("$WHITTLE" enforce "$profile" -- "$program" 41:2:1 41:1:1 41:2:2 41:10:1 | cut -c1 | tr -d '\n')" = 0011 ]
"$WHITTLE" profile -q -o "$profile" "$T/a.json" "$T/c.json"
expect "one without arguments opens the call" [ "$("$WHITTLE" enforce "$profile" -- "$program" 41:2:1 41:16:3 41:10:1 | cut -c1 | tr -d '\n')" = 000 ]

# --- i386 ---
if [ "$("$program" i20)" = "0 i20" ]; then
    "$WHITTLE" record -q --args socket,ioctl,fcntl64 -o "$profile" --recording "$rec" -- "$program" i359:2:1 i359:1:0x80802 41:2:2 i54:$bad:0x5401 i221:$bad:3 >/dev/null
    expect "i386 calls, each with its own number" [ "$(jq -r '[.arguments[] | select(.arch == "x86") | .texts[]] | sort | join(" ")' "$rec")" = "fcntl64(*, F_GETFL) ioctl(*, TCGETS) socket(AF_INET, SOCK_STREAM, 0) socket(AF_UNIX, SOCK_DGRAM, 0)" ]
    expect "... are allowed" [ "$(errnos "$WHITTLE" enforce "$profile" -- "$program" i359:2:1 i359:1:0x80802 41:2:2 i54:$bad:0x5401 i221:$bad:3)" = "0 9 " ]
    expect "... and their neighbours are not" [ "$(errnos "$WHITTLE" enforce "$profile" -- "$program" i359:10:1 i359:2:3 41:10:1 i54:$bad:0x5402 i221:$bad:4)" = "1 " ]
else
    skip "arguments of i386" "not here: the kernel has no i386 entry"
fi

# --- usage ---
for words in "nothing" "socket:6" "socket:" "execve:0" "read" "" "ioctl,,socket"; do
    check_status 2 "refused: --args '$words'" "$WHITTLE" record --args "$words" -o "$profile" -- true
done
check_status 2 "--args-max 0" "$WHITTLE" record --args socket --args-max 0 -o "$profile" -- true
check_status 2 "--args-max without --args" "$WHITTLE" record --args-max 3 -o "$profile" -- true

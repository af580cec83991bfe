#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Recordings by a build with ASan, UBSan and LeakSanitizer: a finding is on stderr, or the status.
# SANITIZED=PROGRAM: that build, if it cannot be made here.
set -eu
. tests/lib.sh
need jq
if [ "${1:-}" = hook ]; then # in a mount namespace: $2 and $3 are a process and where the profile goes
    mount -t bpf bpf /sys/fs/bpf
    state() { # STATUS
        printf '{"id": "a", "status": "%s", "pid": %d, "annotations": {"io.containers.trace-syscall": "of:%s"}}' "$1" "$2" "$3"
    }
    state created "$2" "$3" | "$4" hook
    state created "$2" "$3" | "$4" hook
    kill -CONT "$2"
    for _ in {1..500}; do [ -s "$3.ls" ] && break || sleep 0.02; done
    state stopped 0 "$3" | "$4" hook
    [ -z "$(ls -A /sys/fs/bpf/whittle)" ]
    exit
fi

sanitized=${SANITIZED:-build/san/whittle}
# tests/builds may be making it just now
[ -n "${SANITIZED-}" ] || check "the build with sanitizers" flock build/san.lock make -s SAN=1 all
clean() { # DESC
    if [ "$rc" = 0 ] && ! grep -q 'ERROR\|runtime error\|LeakSanitizer' "$T/err" && [ "$(jq .complete "$T/rec.json")" = true ]; then
        pass "$1"
    else
        fail "$1" "status $rc"
        detail <"$T/err"
    fi
}
options=(--recording "$T/rec.json" -o "$T/p.json")
stats=--stats
! kernel_before 5.15 || stats=--args
rc=0; "$sanitized" record $stats "${options[@]}" -- sh -c 'ls -l /usr | sort; build/tests/programs/brief 50' >"$T/out" 2>"$T/err" || rc=$?
clean "a command, with $stats"
rc=0; "$sanitized" record --user nobody "${options[@]}" -- id >"$T/out" 2>"$T/err" || rc=$?
clean "a command of another user"
rc=0; WHITTLE_FEATURES=-tp_btf,-clone3 "$sanitized" record "${options[@]}" -- ls >"$T/out" 2>"$T/err" || rc=$?
clean "the fallbacks"
own_cgroup
mkdir "$CG/below"
in_cgroup sleep 1000 & sleeper=$!
await_sleep "$CG"
"$sanitized" record --progress always --cgroup "$CG" "${options[@]}" 2>"$T/err" & w=$!
await_recording $w
in_cgroup sh -c 'ls; sleep 0.1' >"$T/out"
kill -INT $w
rc=0; wait $w || rc=$?
clean "a cgroup that somebody is in"
# who waits for it is another process
xargs kill <"$CG/cgroup.procs"
wait $sleeper || :
rc=0; "$sanitized" enforce "$T/p.json" -- true 2>"$T/err" || rc=$?
if grep -q 'ERROR\|runtime error\|LeakSanitizer' "$T/err"; then
    fail "enforce"
    detail <"$T/err"
else
    pass "enforce"
fi
(
    echo "$BASHPID" >"$CG/cgroup.procs"
    kill -STOP "$BASHPID"
    exec sh -c "ls / >'$T/hook.json.ls'"
) & stopped=$!
for _ in {1..500}; do grep -q '^State:[[:space:]]*T' "/proc/$stopped/status" && break || sleep 0.02; done
rc=0; unshare -m bash "$0" hook $stopped "$T/hook.json" "$sanitized" 2>"$T/err" || rc=$?
kill -CONT $stopped 2>/dev/null || :
wait $stopped || :
if [ $rc = 0 ] && [ ! -s "$T/err" ] && jq -e '[.syscalls[].names[]] | index("getdents64")' "$T/hook.json" >"$T/out"; then
    pass "the hook, from the start of a container to its end"
else
    fail "the hook, from the start of a container to its end" "status $rc"
    detail <"$T/err"
fi
check "doctor" "$sanitized" doctor

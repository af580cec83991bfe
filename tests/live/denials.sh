#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Calls that a filter stops: each is seen, with its true count, whatever the filter answers; and nothing else is.
set -eu
. tests/lib.sh
need jq strace
program=${BUILD:-build}/tests/programs/denied
n=37

# record CASE COUNT: records it, and writes what was denied to $T/seen: NAME ACTION ERRNO COUNT
record() {
    "$WHITTLE" record --denials always -o "$T/profile.json" --recording "$T/rec.json" -- "$program" "$1" "$2" >"$T/out" 2>"$T/err" || true
    jq -r '.denied[] | "\(.arch):\(.name) \(.action) \(.errno // 0) \(.count)"' "$T/rec.json" | sort >"$T/seen"
}

machine=$(uname -m)

# expect CASE DESC LINE...: these, and no others
expect() {
    local case=$1 desc=$2
    shift 2
    record "$case" $n
    printf '%s\n' "$@" | sed "/./s/^/$machine:/; /^$/d" | sort >"$T/want"
    same "$case: $desc" "$T/want" "$T/seen"
}

expect errno "errnos, also 0 and ENOSYS" "getpgid errno 1 $n" "getsid errno 38 $n" "setdomainname errno 0 $n" "swapoff errno 133 $n"
if jq -e '.denied[] | select(.name == "getpgid") | .comm == "denied" and .pid > 0 and .args == ["0xb", "0x16", "0x21", "0x2c", "0x37", "0x42"]' "$T/rec.json" >/dev/null; then
    pass "who was first, with which arguments"
else
    fail "who was first, with which arguments"
    jq -c '.denied[]' "$T/rec.json" | detail
fi
if jq -e '[.syscalls[].name] | contains(["getpgid"]) | not' "$T/rec.json" >/dev/null; then
    pass "what was denied is not among the calls"
else
    fail "what was denied is not among the calls"
fi
expect upper "what is in the upper half of a number does not matter" "getpgid errno 1 $n"
expect trap "SIGSYS, handled" "getpgid trap 0 $n"
expect trap-death "SIGSYS ends a process of four threads" "getpgid trap 0 $n"
expect kill-process "a process of four threads is killed" "getpgid kill_process 0 $n"
expect kill-thread "one thread of several is killed" "getpgid kill_thread 0 $n"
expect kill-alone "the only thread is killed" "getpgid kill_process 0 $n"
expect trace "nobody traces" "getpgid errno 38 $n"
expect notify "the supervisor's answers" "getpgid notify 18 $((2 * n))" "getsid notify 0 $n" "setdomainname errno 1 $n"
expect tsync "threads that get the filter from another" "getpgid errno 1 4"

# The kernel sends a record for each, if there is room.
if [ -e /proc/self/loginuid ] || [ "$(id -u)" = 0 ]; then
    expect log "a call that is let through, and logged" "getpgid log 0 $n"
fi

if ("$program" i386 1) 2>/dev/null; then
    record i386 $n
    printf '%s\n' "x86:getpgid errno 1 $n" "x86:socketcall errno 13 $n" "$machine:getpgid errno 1 $n" | sort >"$T/want"
    same "i386 calls of a 64-bit program" "$T/want" "$T/seen"
else
    skip "i386 calls" "not here: this kernel runs no 32-bit programs"
fi
if ("$program" x32 1) 2>/dev/null; then
    machine=x32 expect x32 "x32 numbers" "getpgid errno 1 $n"
else
    skip "x32 numbers" "not here: no x32"
fi

# --- a lot of them

many=${MANY:-200000}
[ "${THOROUGH:-}" != yes ] || many=2000000
record errno $((many / 4))
sed -i 's/^.*://' "$T/seen"
printf '%s\n' "getpgid errno 1 $((many / 4))" "getsid errno 38 $((many / 4))" "setdomainname errno 0 $((many / 4))" "swapoff errno 133 $((many / 4))" >"$T/want"
same "$many denied calls, as fast as they can be made" "$T/want" "$T/seen"

# --- nothing that only looks like one

innocent=${INNOCENT:-30}
[ "${THOROUGH:-}" != yes ] || innocent=20000
: >"$T/want"
record innocent "$innocent"
same "threads, forks, vfork, signals, exec: no false report" "$T/want" "$T/seen"

# The tracer stops each call, in front of the filter and behind it.
"$WHITTLE" record --denials always -o "$T/profile.json" --recording "$T/rec.json" -- strace -f -qq -o "$T/strace" "$program" innocent 5 >"$T/out" 2>"$T/err" || true
jq -r '.denied[]' "$T/rec.json" >"$T/seen"
same "under strace: no false report" "$T/want" "$T/seen"

# Attached to in the middle of all that, and moved out of the target and back.
own_cgroup
in_cgroup "$program" innocent 1000000 &
busy=$!
for _ in 1 2 3; do
    "$WHITTLE" record --denials always --cgroup "$CG" --recording "$T/rec.json" -o "$T/profile.json" 2>"$T/err" &
    recorder=$!
    for _ in $(seq 300); do
        grep -q '^whittle: recording' "$T/err" && break
        sleep 0.1
    done
    for _ in 1 2 3 4 5; do
        echo "$busy" >"$(cgroup_mount)/cgroup.procs"
        sleep 0.05
        echo "$busy" >"$CG/cgroup.procs"
        sleep 0.05
    done
    kill -INT "$recorder"
    wait "$recorder" || true
    jq -r '.denied[]' "$T/rec.json" >"$T/seen"
    same "attached to while it is busy, moved out and back: no false report" "$T/want" "$T/seen"
done
kill "$busy"
wait "$busy" 2>/dev/null || true

# One that is no workload yet, moved out while it calls nothing; it comes back by its own call, which it enters outside.
own_cgroup
"$WHITTLE" record -q --denials always --cgroup "$CG" --recording "$T/rec.json" -o "$T/profile.json" 2>"$T/err" &
recorder=$!
await_recording $recorder
echo 0 >"$T/when"
: >"$T/said"
BACK_TO=$CG/cgroup.procs BACK_WHEN=$T/when in_cgroup "$program" back >"$T/said" &
back=$!
await_file "$T/said"
cat "$CG/cgroup.procs" >"$(cgroup_mount)/cgroup.procs"
echo 1 | dd of="$T/when" conv=notrunc status=none
wait $back && pass "one moves out, and back by itself" || fail "one moves out, and back by itself"
kill -INT $recorder
wait $recorder || true
jq -r '.denied[]' "$T/rec.json" >"$T/seen"
same "... no false report" "$T/want" "$T/seen"

# Audits a cgroup of its own in the background, which is $audit, until it has said that it does.
audit_start() {
    own_cgroup
    : >"$T/err"
    "$WHITTLE" audit --json --cgroup "$CG" >"$T/out" 2>"$T/err" &
    audit=$!
    for _ in $(seq 300); do
        grep -q '^whittle: auditing' "$T/err" && break
        sleep 0.1
    done
}

# --- logged calls: a process that has left is not the target's any more, and is again when it is back

if grep -qw log /proc/sys/kernel/seccomp/actions_logged 2>/dev/null && command -v perl >/dev/null; then
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["umask"], "action": "SCMP_ACT_LOG"}]}' >"$T/log.json"
    mkfifo "$T/go"
    : >"$T/said"
    audit_start
    in_cgroup "$WHITTLE" enforce "$T/log.json" -- perl -e '$| = 1; for (1 .. 3) { umask 0; print "$_\n"; <STDIN> }' <"$T/go" >"$T/said" &
    logging=$!
    exec {go}>"$T/go"
    said() {
        for _ in $(seq 300); do
            [ "$(wc -l <"$T/said")" -ge "$1" ] && break
            sleep 0.1
        done
        sleep 0.2 # the time of a record is coarse
    }
    move() {
        echo "$pid" >"$1/cgroup.procs"
        sleep 0.1
        echo >&"$go"
    }
    said 1
    pid=$(cat "$CG/cgroup.procs")
    move "$(cgroup_mount)"
    said 2
    move "$CG"
    said 3
    exec {go}>&-
    wait $logging || true
    kill -INT "$audit"
    wait "$audit" || true
    jq -r '.denials[] | "\(.name) \(.action) \(.count)"' "$T/out" >"$T/seen"
    echo "umask log 2" >"$T/logged"
    same "logged calls: not those of a process that has left, but when it is back" "$T/logged" "$T/seen"
else
    skip "logged calls of a process that has left" "not here: the kernel does not log the action LOG"
fi

# --- what becomes of them

record errno 2
check_status 0 "--allow-denied" "$WHITTLE" record --allow-denied -o "$T/allowed.json" -- "$program" errno 2
for name in getpgid setdomainname swapoff; do
    if jq -e --arg n $name '[.syscalls[] | select(.action == "SCMP_ACT_ALLOW").names[]] | index($n)' "$T/allowed.json" >/dev/null &&
        ! jq -e --arg n $name '[.syscalls[] | select(.action == "SCMP_ACT_ALLOW").names[]] | index($n)' "$T/profile.json" >/dev/null; then
        pass "$name is allowed with --allow-denied, and only then"
    else
        fail "$name is allowed with --allow-denied, and only then"
    fi
done
if jq -e '[.syscalls[] | select(.action == "SCMP_ACT_ALLOW").names[]] | index("getsid") | not' "$T/allowed.json" >/dev/null; then
    pass "what was answered with ENOSYS is not"
else
    fail "what was answered with ENOSYS is not"
fi
# a workload that does nothing else is workload, too
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["getpgid"], "action": "SCMP_ACT_ERRNO"}]}' >"$T/no-getpgid.json"
mkdir "$CG/refused"
(
    echo "$BASHPID" >"$CG/refused/cgroup.procs"
    exec "$WHITTLE" enforce "$T/no-getpgid.json" -- perl -e '$| = 1; print "asks\n"; getpgrp 1 while 1'
) >"$T/asks" &
asking=$!
for _ in {1..300}; do [ ! -s "$T/asks" ] || break; sleep 0.1; done
check_status 0 "--allow-denied of what is denied all it calls" "$WHITTLE" record --allow-denied --denials always --for 1s \
    --cgroup "$CG/refused" -o "$T/asked.json"
kill "$asking"
wait "$asking" 2>/dev/null || :
jq -e '[.syscalls[] | select(.action == "SCMP_ACT_ALLOW").names[]] | index("getpgid")' "$T/asked.json" >/dev/null && pass "... allows that" || fail "... allows that"
check_status 2 "--allow-denied does not go with --denials never" "$WHITTLE" record --allow-denied --denials never -o "$T/p" -- true

# auto: where there is a filter at the start
"$WHITTLE" record -o "$T/p.json" --recording "$T/rec.json" -- "$program" errno 1 2>"$T/err"
jq -r '.denied[]' "$T/rec.json" >"$T/seen"
same "auto: a command without a filter at its start costs nothing, and is not looked at" "$T/want" "$T/seen"

# recordings become one: counts add up; one that is given twice counts once
for part in "a errno 3" "b trap 4" "c errno 3"; do
    read -r name case count <<<"$part"
    check "$case, $count times" "$WHITTLE" record --denials always -o "$T/p.json" --recording "$T/$name.json" -- "$program" "$case" "$count"
done
"$WHITTLE" merge "$T/a.json" "$T/b.json" "$T/c.json" "$T/a.json" -o "$T/merged.json"
jq -r '.denied[] | "\(.name) \(.action) \(.errno // 0) \(.count)"' "$T/merged.json" | sort >"$T/seen"
printf '%s\n' "getpgid errno 1 6" "getpgid trap 0 4" "getsid errno 38 6" "setdomainname errno 0 6" "swapoff errno 133 6" >"$T/want"
same "merged recordings" "$T/want" "$T/seen"

# --- whittle audit, live

check_status 1 "audit: a denial is status 1" "$WHITTLE" audit --json -- "$program" errno 3
jq -r '.denials[] | "\(.name) \(.errno // 0) \(.count) \(.finding)"' "$T/out" | sort >"$T/seen"
printf '%s\n' "getpgid EPERM 3 true" "getsid ENOSYS 3 false" "setdomainname 0 3 true" "swapoff EHWPOISON 3 true" | sort >"$T/want"
same "audit: the calls, and which of them are findings" "$T/want" "$T/seen"
check_status 1 "audit: the report beside a command that prints" "$WHITTLE" audit --json --report "$T/report" -- sh -c 'echo its own; exec "$0" errno 3' "$program"
[ "$(cat "$T/out")" = "its own" ] && pass "audit: ... which it does not mix with" || fail "audit: ... which it does not mix with"
jq -r '.denials[] | "\(.name) \(.errno // 0) \(.count) \(.finding)"' "$T/report" | sort >"$T/seen"
same "audit: ... is that of the command alone" "$T/want" "$T/seen"
check_status 0 "audit: ENOSYS is no finding" "$WHITTLE" audit -- "$program" trace 3
check_status 0 "audit: nothing denied" "$WHITTLE" audit -- "$program" innocent 2
grep -q 'the command' "$T/err" && fail "audit: ... by a command that succeeds, of which nothing is said" "$(cat "$T/err")" || pass "audit: ... by a command that succeeds, of which nothing is said"
while IFS='|' read -r ends status said; do
    check_status 0 "audit: nothing denied, and the command does: $ends" "$WHITTLE" audit --json -- sh -c "$ends"
    grep -qxF "whittle: the command ended with status $said" "$T/err" && pass "audit: ... which is told" || fail "audit: ... which is told" "$(cat "$T/err")"
    [ "$(jq .command_status "$T/out")" = "$status" ] && pass "audit: ... in JSON, too" || fail "audit: ... in JSON, too" "$(cat "$T/out")"
done <<'END'
exit 3|3|3
exit 255|255|255
kill -KILL $$|137|137, as SIGKILL makes it
END
check_status 0 "audit: nothing denied, in JSON" "$WHITTLE" audit --json -- true
[ "$(jq .command_status "$T/out")" = 0 ] && pass "audit: ... by a command that succeeds" || fail "audit: ... by a command that succeeds" "$(cat "$T/out")"
check_status 127 "audit: a command that does not exist" "$WHITTLE" audit -- "$T/none"
check_status 2 "audit: nothing to audit" "$WHITTLE" audit
status=0
timeout 60 "$WHITTLE" audit --log /dev/kmsg --comm no-such-comm >"$T/out" 2>"$T/err" || status=$?
[ $status -lt 4 ] && grep -q 'no seccomp records of such a process in the [0-9]* lines of the log' "$T/err" && pass "audit: the kernel's own log ends with what it says now" ||
    fail "audit: the kernel's own log ends with what it says now" "status $status: $(cat "$T/err")"
check_status 2 "audit: a log and a command" "$WHITTLE" audit --log - -- true
check_status 1 "audit: what was denied is added to a profile" "$WHITTLE" audit --update "$T/profile.json" -o "$T/updated.json" -- "$program" trap 3
if jq -e '[.syscalls[] | select(.action == "SCMP_ACT_ALLOW").names[]] | index("getpgid")' "$T/updated.json" >/dev/null; then
    pass "audit --update allows it"
else
    fail "audit --update allows it"
    detail <"$T/err"
fi

audit_start
in_cgroup "$program" kill-process 5
kill -INT "$audit"
status=0
wait "$audit" || status=$?
jq -r '.denials[] | "\(.name) \(.action) \(.count)"' "$T/out" >"$T/seen"
echo "getpgid kill_process 5" >"$T/want"
same "audit: a cgroup" "$T/want" "$T/seen"
jq -e 'has("command_status") | not' "$T/out" >/dev/null && pass "audit: a cgroup: no status of a command" || fail "audit: a cgroup: no status of a command"
if [ $status = 1 ]; then pass "audit: a cgroup: status 1"; else fail "audit: a cgroup: status 1" "$status"; fi

# nobody tells of what a filter only logs: that is said, and what was seen is not all
if unshare -n true 2>/dev/null; then
    "$WHITTLE" convert "$T/profile.json" --default-action log -o "$T/logs.json"
    status=0
    setpriv --bounding-set=-audit_read --inh-caps=-audit_read unshare -n "$WHITTLE" audit --json -- "$WHITTLE" enforce "$T/logs.json" -- "$program" innocent 1 >"$T/out" 2>"$T/err" || status=$?
    if ! grep -q 'only logs are not told apart' "$T/err"; then
        skip "audit: logged calls that nobody tells of" "not here: a program sees them"
    elif [ $status = 3 ] && jq -e '.complete | not' "$T/out" >/dev/null; then
        pass "audit: logged calls that nobody tells of"
    else
        fail "audit: logged calls that nobody tells of" "status $status, $(cat "$T/out" "$T/err")"
    fi
fi

# --- arguments ---

# calls DOMAIN:TYPE...: the errno of each socket() under the profile
caller=${BUILD:-build}/tests/programs/arguments
calls() {
    local profile=$1
    shift
    "$WHITTLE" enforce "$profile" -- "$caller" "${@/#/socket:}" | cut -d' ' -f1 | paste -sd' '
}
check "what a profile is of" "$WHITTLE" record -q --args socket -o "$T/args.json" -- "$caller" "socket:2:1"
denied=(16:3 2:2 2:0x80002 1:1)
jq '(.syscalls[] | select(.names == ["socket"])) |= {names: ["socket"], action: "SCMP_ACT_ERRNO", errnoRet: 38}' "$T/args.json" >"$T/enosys.json"
check "--allow-denied with --args" "$WHITTLE" record --args socket --denials always --allow-denied -o "$T/allowed.json" -- \
    sh -c '"$1" socket:2:1; exec "$0" enforce "$2" -- "$1" socket:16:3' "$WHITTLE" "$caller" "$T/enosys.json"
expect_calls() { # DESC WANT GOT
    [ "$2" = "$3" ] && pass "$1" || fail "$1" "$3"
}
expect_calls "--allow-denied opens no call that was answered ENOSYS" "0 1" "$(calls "$T/allowed.json" 2:1 10:1)"
"$WHITTLE" record -q --args socket --denials always --allow-denied -o "$T/allowed.json" -- sh -c '"$1" socket:2:1; exec "$0" enforce "$2" -- "$1" socket:16:3' "$WHITTLE" "$caller" "$T/args.json" >/dev/null
expect_calls "... and one that was refused whole" "0 0 0" "$(calls "$T/allowed.json" 2:1 16:3 1:2)"
check_status 1 "audit: a profile from a pipe" bash -c '"$0" audit --update - -o "$1" -- "$0" enforce "$2" -- "$3" "$4" <"$2"' "$WHITTLE" "$T/piped.json" "$T/args.json" "$caller" "socket:16:3"
expect_calls "... is updated" "0 0 1" "$(calls "$T/piped.json" 2:1 16:3 16:2)"
check_status 1 "audit: what was denied with other arguments" "$WHITTLE" audit --update "$T/args.json" -o "$T/more.json" -- "$WHITTLE" enforce "$T/args.json" -- "$caller" "socket:2:1" "${denied[@]/#/socket:}"
cp "$T/err" "$T/audit.err"
check "... is named with them" grep -qF 'allows socket(AF_UNIX, SOCK_STREAM, 0), socket(AF_INET, SOCK_DGRAM, 0), socket(AF_NETLINK, SOCK_RAW, 0) now' "$T/audit.err"
if [ "$(calls "$T/args.json" 2:1 "${denied[@]}" 16:2 1:2) | $(calls "$T/more.json" 2:1 "${denied[@]}" 16:2 1:2 10:1)" = "0 1 1 1 1 1 1 | 0 0 0 0 0 1 1 1" ]; then
    pass "... and allowed, with these and no others"
else
    fail "... and allowed, with these and no others" "$(calls "$T/args.json" 2:1 "${denied[@]}" 16:2 1:2) | $(calls "$T/more.json" 2:1 "${denied[@]}" 16:2 1:2 10:1)"
fi
"$WHITTLE" convert "$T/args.json" --default-action log -o "$T/twin.json"
check_status 1 "audit: under the twin that logs" "$WHITTLE" audit --args --update "$T/args.json" -o "$T/more.json" -- "$WHITTLE" enforce "$T/twin.json" -- "$caller" "${denied[@]/#/socket:}"
if grep -q 'allows socket now, whatever' "$T/err"; then
    # no program can be attached where the kernel logs: its records do not have arguments
    [ "$(calls "$T/more.json" 16:3 16:2)" = "0 0" ] && pass "... it is the same, or allowed whole" || fail "... it is the same, or allowed whole"
else
    [ "$(calls "$T/more.json" 2:1 "${denied[@]}" 16:2)" = "0 0 0 0 0 1" ] && pass "... it is the same, or allowed whole" || fail "... it is the same, or allowed whole"
fi
# ... of which the profile has nothing yet
jq 'del(.syscalls[] | select(.names | index("socket")))' "$T/args.json" >"$T/without.json"
"$WHITTLE" convert "$T/without.json" --default-action log -o "$T/twin.json"
check_status 1 "audit: under the twin that logs, a call without rules" \
    "$WHITTLE" audit --args socket --update "$T/without.json" -o "$T/more.json" -- "$WHITTLE" enforce "$T/twin.json" -- "$caller" socket:16:3
if [ "$(calls "$T/more.json" 16:3 16:2)" = "0 1" ] ||
    grep -q 'allows socket now, whatever its arguments: what it was called with is not known' "$T/err"; then
    pass "... it is held to what it was called with, or that is not known and said"
else
    fail "... it is held to what it was called with, or that is not known and said" "$(cat "$T/err")"
fi

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a recorder takes while it records: no wakeups when nothing happens, little memory, one set of programs.
set -eu
. tests/lib.sh
need jq
floor=${BUILD:-build}/tests/bench/floor

own_cgroup
mkdir "$CG"/{1..50}
recorder() { # ARGUMENT...: starts `record` without a terminal and waits until it records; its pid is in $recorder
    "$WHITTLE" record -q "$@" </dev/null >"$T/full" 2>"$T/err" {full}>&- & recorder=$!
    await_recording "$recorder" && return
    fail "a recorder starts" "$*"
    detail <"$T/err"
}
programs() { # PID
    sed -n 's/^prog_id:[[:space:]]*//p' "/proc/$1"/fdinfo/* | sort -u | wc -l
}
peak() { # PID: kB
    sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$1/status"
}
switches() { # of all threads of each recorder and of the keeper
    local pid
    for pid in "$one" "$fifty" "$command" "$keeper"; do
        cat "/proc/$pid"/task/*/status | awk '/ctxt_switches:/ { n += $2 } END { printf "%d ", n }'
    done
}

# the first one's profile goes into a pipe that is full: there it can be looked at when all is done but the end
mkfifo "$T/full"
exec {full}<>"$T/full"
dd if=/dev/zero of="$T/full" bs=4096 oflag=nonblock 2>/dev/null || :
recorder --cgroup "$CG/1" -o -
one=$recorder
targets=()
for i in {1..50}; do
    targets+=(--cgroup "$CG/$i")
done
recorder "${targets[@]}" --recording "$T/rec.json" -o "$T/fifty.json"
fifty=$recorder
recorder -o "$T/command.json" -- sleep 60
command=$recorder
children=$(cat "/proc/$command"/task/*/children)
for pid in $children; do
    [ "$(cat "/proc/$pid/comm")" = sleep ] || keeper=$pid
done
mkfifo "$T/end"
"$floor" <"$T/end" >"$T/attached" & loader=$!
exec {end}>"$T/end"
for _ in {1..500}; do
    grep -q attached "$T/attached" && break
    sleep 0.02
done

before=
for _ in {1..50}; do # until all wait
    after=$before before=$(switches)
    [ "$before" != "$after" ] || break
    sleep 0.2
done
sleep 3
after=$(switches)
if [ "$before" = "$after" ] && [ "$(wc -w <<<"$after")" = 4 ]; then
    pass "an idle recorder is not woken in 3 s: of a cgroup, of 50, of a command with its keeper"
else
    fail "an idle recorder is not woken in 3 s" "context switches before: $before, after: $after"
fi

if [ "$(programs "$one")" -ge 7 ] && [ "$(programs "$one")" = "$(programs "$fifty")" ]; then
    pass "recording 50 cgroups takes as many programs as recording one: $(programs "$one")"
else
    fail "recording 50 cgroups takes as many programs as recording one" "$(programs "$fifty") and $(programs "$one")"
fi

for i in 1 25 50; do
    (echo "$BASHPID" >"$CG/$i/cgroup.procs" && exec mkdir "$T/made.$i")
done
kill -TERM "$one" "$fifty" "$command"
wait "$fifty" || fail "recording 50 cgroups" "status $?"
made=$(jq '[.syscalls[] | select(.name == "mkdir" or .name == "mkdirat") | .calls] | add' "$T/rec.json")
if [ "$made" = 3 ]; then
    pass "... and records each: the first, one in the middle, the last"
else
    fail "... and records each: the first, one in the middle, the last" "$made of 3 calls"
fi

for _ in {1..500}; do # until it writes to its standard output
    [ "$(cut -d' ' -f2 "/proc/$one/syscall")" = 0x1 ] && break
    sleep 0.02
done
most=3072
ours=$(peak "$one") least=$(peak "$loader")
if [ "${least:-0}" -gt 0 ] && [ "${ours:-0}" -gt 0 ] && [ "$ours" -le $((least + most)) ]; then
    pass "the recorder's peak memory is at most 3 MiB above a minimal loader's ($ours kB, $least kB)"
else
    fail "the recorder's peak memory is at most 3 MiB above a minimal loader's" "$ours kB, $least kB"
fi
head -c 65536 <&$full >/dev/null
exec {full}>&- {end}>&-
wait

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `whittle record` as a person meets it: targets, exit status, signals, terminal. What goes wrong is in bad-input.sh.
set -eu
. tests/lib.sh
need jq python3 strace setsid

out=$T/profile.json
rec=$T/rec.json
programs=${BUILD:-build}/tests/programs

names() { # RECORDING
    jq -r '.syscalls[] | select(.class == "workload") | .name' "$1" | sort -u
}

expect() { # DESC COMMAND...: passes if COMMAND holds
    local desc=$1
    shift
    if "$@"; then pass "$desc"; else fail "$desc" "$*"; fi
}

# It takes 11 seconds, beside what comes before its result.
"$WHITTLE" record -q -o "$T/stubborn.json" --for 1s -- sh -c 'trap "" TERM; while :; do sleep 1; done' & stubborn=$!
end_stubborn() {
    kill -KILL $stubborn 2>/dev/null || :
}
on_exit end_stubborn

# --- exit status ---
check_status 0 "a command that succeeds: 0" "$WHITTLE" record -o "$out" -- true
check_status 3 "a command that exits with 3: 3" "$WHITTLE" record -o "$out" -- sh -c 'exit 3'
# shellcheck disable=SC2016
check_status 143 "a command killed by SIGTERM: 128 + 15" "$WHITTLE" record -o "$out" -- sh -c 'kill -TERM $$'

# --- what the command inherits ---
# what it sees of itself must be what it sees without whittle
# shellcheck disable=SC2016
inherits='grep "^Sig[PBIC]\|^Cap\|^NoNewPrivs\|^Seccomp:\|^Groups" /proc/self/status; ls -l /proc/self/fd | wc -l; ulimit -a; umask; ps -o sid=,pgid=,tty= -p $$ | sed "s/[0-9]* *$//"'
for ignored in '' CHLD 'PIPE HUP'; do
    (
        # shellcheck disable=SC2086
        [ -z "$ignored" ] || trap '' $ignored
        sh -c "$inherits" >"$T/a" </dev/null 2>/dev/null
        "$WHITTLE" record -q -o "$out" -- sh -c "$inherits" >"$T/b" </dev/null 2>/dev/null
    )
    same "signals, capabilities, files, limits as without whittle (ignored: ${ignored:-none})" "$T/a" "$T/b"
done
(trap '' CHLD && rc=0 && { "$WHITTLE" record -q -o "$out" -- sh -c 'exit 9' || rc=$?; } && [ $rc = 9 ]) &&
    pass "the status comes back even where SIGCHLD is ignored" || fail "the status comes back even where SIGCHLD is ignored"

# --- what the command gets ---
expect "standard input and output are the command's" \
    [ "$(echo hello | "$WHITTLE" record -q -o "$out" -- cat)" = hello ]
expect "--user: the command runs as that user" \
    [ "$("$WHITTLE" record -q -o "$out" --user nobody -- sh -c 'id -u; id -g; id -G' | tr '\n' ' ')" = \
    "$(id -u nobody) $(id -g nobody) $(id -G nobody) " ]
"$WHITTLE" record -q -o "$out" --recording "$rec" --user nobody -- true
expect "... and what makes it that user is not recorded" [ "$(names "$rec" | grep -c '^set[a-z]*[ug]id\|^setgroups')" = 0 ]
# a copy, which has no name but its own
cp "$(command -v sync)" "$T/descriptor"
"$WHITTLE" record -q -o "$out" --recording "$rec" -- \
    python3 -c 'import os, sys; os.execve(os.open(sys.argv[1], os.O_RDONLY), ["sync", "-f", "/"], os.environ)' "$T/descriptor"
expect "a program that is run by its descriptor goes by the name of its file" \
    [ "$(jq -r '.syscalls[] | select(.name == "syncfs").first.comm' "$rec")" = descriptor ]
own=$("$WHITTLE" record -q -o "$out" -- sed -n s/^0:://p /proc/self/cgroup)
expect "the command has a cgroup of its own" [ "${own##*/whittle-}" != "$own" ]
expect "... which is gone afterwards" [ ! -d "$(cgroup_mount)$own" ]
# shellcheck disable=SC2016
"$WHITTLE" record -q -o "$out" --recording "$rec" -- \
    sh -c 'd=$0$(sed -n s/^0:://p /proc/self/cgroup)/sub; mkdir $d; echo "$d" >"$1"; (echo 0 >$d/cgroup.procs; exec sync -f /)' "$(cgroup_mount)" "$T/sub"
expect "a cgroup that the command makes below its own is recorded" grep -q '^syncfs$' <(names "$rec")
expect "... and removed" [ -s "$T/sub" -a ! -d "$(cat "$T/sub")" ]

# --- the ways to get there agree ---
"$WHITTLE" record -q -o "$out" --recording "$rec" -- ls -l /usr >/dev/null
for off in -tp_btf -clone3 -verdicts -tp_btf,-clone3; do
    WHITTLE_FEATURES=$off "$WHITTLE" record -q -o "$T/profile2.json" --recording "$T/rec2.json" -- ls -l /usr >/dev/null
    names "$rec" >"$T/a"
    names "$T/rec2.json" >"$T/b"
    same "WHITTLE_FEATURES=$off records the same set" "$T/a" "$T/b"
    same "... and gives the same profile, byte for byte" "$out" "$T/profile2.json"
done
hooks=$(jq -r .hook "$rec" "$T/rec2.json" | xargs)
# fentry: where the kernel skips the others, from 7.2 on
wants=("tp_btf raw_tp" "fentry fentry")
! kernel_before 5.15 || wants=("raw_tp raw_tp")
expect "without tp_btf it is raw_tp that counts" grep -qxF "$hooks" <(printf '%s\n' "${wants[@]}")

# --- children, signals, time ---
"$WHITTLE" record -q -o "$out" --recording "$rec" -- sh -c '(sleep 0.5; mkdir "$0/late") & exit 7' "$T" || rc=$?
expect "a child that outlives the command is recorded to its end" grep -q '^mkdir\(at\)\?$' <(names "$rec")
expect "... and the status is the command's" [ "$rc" = 7 ]

# shellcheck disable=SC2016
"$WHITTLE" record -q -o "$out" -- sh -c 'trap "echo TERM >>$0/got; mkdir $0/cleaned; exit 5" TERM; echo up >"$0/up"; while :; do sleep 0.1; done' "$T" & w=$!
await_file "$T/up"
kill -TERM $w
rc=0; wait $w || rc=$?
expect "SIGTERM goes to the command, once, and its status comes back" [ "$(cat "$T/got") $rc" = "TERM 5" ]
expect "... and its shutdown is in the profile" grep -q '"mkdir\(at\)\?"' "$out"

rm -f "$T/up" "$T/got"
# shellcheck disable=SC2016
"$WHITTLE" record -q -o "$out" -- bash -c 'for s in USR1 USR2 ALRM WINCH CONT; do trap "echo $s >>$0/got" $s; done; trap "exit 5" TERM; echo up >"$0/up"; while :; do sleep 0.1; done' "$T" & w=$!
await_file "$T/up"
for s in USR1 USR2 ALRM WINCH CONT; do
    kill -$s $w
    for _ in {1..100}; do
        ! grep -qx $s "$T/got" 2>/dev/null || break
        sleep 0.05
    done
done
kill -TERM $w
rc=0; wait $w || rc=$?
expect "other signals go to the command, and end nothing" [ "$(xargs <"$T/got") $rc" = "USR1 USR2 ALRM WINCH CONT 5" ]
own_cgroup
in_cgroup sleep 300 & sleeper=$!
"$WHITTLE" record -q --cgroup "$CG" --for 1s -o "$out" & w=$!
await_recording $w
for s in USR1 USR2 ALRM WINCH CONT; do kill -$s $w; done
rc=0; wait $w || rc=$?
kill $sleeper
expect "... without a command they mean nothing" [ $rc = 0 ]

rm -f "$T/up" "$T/got"
# shellcheck disable=SC2016
"$WHITTLE" record -o "$out" -- sh -c 'trap "echo TERM >>$0/got" TERM; echo $$ >"$0/up"; while :; do sleep 0.1; done' "$T" 2>"$T/err" & w=$!
await_file "$T/up"
kill -TERM $w
await_file "$T/got"
rm -f "$out"
kill -TERM $w
rc=0; wait $w || rc=$?
command=$(cat "$T/up")
expect "a second signal writes at once" [ -s "$out" ]
expect "... and leaves the command running" kill -0 "$command"
expect "... says so, and ends with the signal's status" [ "$(grep -c 'runs on in cgroup' "$T/err") $rc" = "1 143" ]
left=$(sed -n 's/.*runs on in cgroup \([^,]*\),.*/\1/p' "$T/err")
expect "... whose cgroup is still there" [ -d "$left" ]
gone() { # DIRECTORY
    for _ in $(seq 50); do
        [ -d "$1" ] || return 0
        sleep 0.1
    done
    return 1
}
kill -KILL "$command"
expect "... and goes when the command ends" gone "$left"

start=$(date +%s%N)
rc=0; "$WHITTLE" record -q -o "$out" --for 1s -- sleep 60 || rc=$?
took=$((($(date +%s%N) - start) / 1000000))
expect "--for ends the command with SIGTERM (status $rc, $took ms)" [ $rc = 143 -a $took -gt 900 -a $took -lt 55000 ]
rc=0; wait $stubborn || rc=$?
expect "... and one that ignores it with SIGKILL after 10 s" [ $rc = 137 ]

start=$(date +%s%N)
rc=0; "$WHITTLE" record -q -o "$out" --for 1s -- setpriv --reuid=65534 --clear-groups sleep 60 || rc=$?
took=$((($(date +%s%N) - start) / 1000000))
expect "... one that has become another user as well (status $rc, $took ms)" [ $rc = 143 -a $took -lt 55000 ]

# what a command leaves behind, such as a daemon, gets the signal in its place
daemon='trap "mkdir $0/daemon-ended; exit" TERM; echo >"$0/up"; while :; do sleep 0.1; done'
rm -f "$T/up"
# shellcheck disable=SC2016
"$WHITTLE" record -o "$out" --recording "$rec" -- setsid -f sh -c "$daemon" "$T" 2>"$T/err" & w=$!
await_file "$T/up"
for _ in $(seq 100); do ! grep -q 'what it started runs on' "$T/err" || break; sleep 0.1; done
expect "a command that leaves a daemon behind: it is said at once" grep -q 'what it started runs on' "$T/err"
kill -TERM $w
rc=0; wait $w || rc=$?
expect "... which gets the signal, and its shutdown is recorded" [ $rc = 0 -a -d "$T/daemon-ended" ]
expect "... to the end" grep -q '^mkdir\(at\)\?$' <(names "$rec")
rm -rf "$T/up" "$T/daemon-ended"
rc=0; "$WHITTLE" record -q -o "$out" --for 2s -- setsid -f sh -c "$daemon" "$T" 2>"$T/err" || rc=$?
expect "... and with --for SIGTERM" [ $rc = 0 -a -d "$T/daemon-ended" ]
expect "... of which nothing had to be killed" [ "$(grep -c "was killed" "$T/err")" = 0 ]

rm -rf "$T/up" "$T/daemon-ended" "$T/shell-ended"
# shellcheck disable=SC2016
"$WHITTLE" record -o "$out" -- sh -c 'trap "mkdir $1/shell-ended; exit 0" TERM; setsid -f sh -c "$0" "$1"; while :; do sleep 0.1; done' "$daemon" "$T" 2>"$T/err" & w=$!
await_file "$T/up"
kill -TERM $w
for _ in $(seq 100); do ! grep -q 'what it started runs on' "$T/err" || break; sleep 0.1; done
kill -TERM $w
rc=0; wait $w || rc=$?
expect "... also when the command has got one before" [ $rc = 0 -a -d "$T/shell-ended" -a -d "$T/daemon-ended" ]

# nothing but whittle's own files take the place of a standard file that is closed
for closed in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
    rm -f "$out"
    rc=0; eval timeout -s KILL 60 '"$WHITTLE"' record -q -o '"$out"' -- true "$closed" || rc=$?
    expect "a command is recorded with $closed" [ -s "$out" -a $rc = 0 ]
done
# shellcheck disable=SC2016
"$WHITTLE" record -q -o "$out" -- sh -c 'ls -l /proc/$$/fd >"$0"' "$T/a" <&-
expect "... and the command finds it closed" [ "$(grep -c ' 0 -> ' "$T/a")" = 0 ]

# a whole process group that is killed, as CI runners do it, takes no cgroup's keeper with it
rm -f "$T/up"
# shellcheck disable=SC2016
setsid "$WHITTLE" record -q -o "$out" -- sh -c 'sed -n s/^0:://p /proc/self/cgroup >"$0/up"; exec sleep 60' "$T" & w=$!
await_file "$T/up"
kill -KILL -- -$w
wait $w 2>/dev/null || :
expect "the command's cgroup goes, also where all of whittle's process group is killed" gone "$(cgroup_mount)$(cat "$T/up")"

# the terminal sends Ctrl-C to the command itself: it must not come twice
rm -f "$T/got"
cat >"$T/terminal.py" <<'END'
import os, pty, sys, time
pid, master = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b""
while b"ready" not in seen:
    seen += os.read(master, 1000)
os.write(master, b"\x03")
while True:
    try:
        data = os.read(master, 1000)
    except OSError:
        break
    if not data:
        break
    seen += data
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.count(b"got INT"))
END
# shellcheck disable=SC2016
expect "Ctrl-C at a terminal reaches the command once" [ "$(python3 "$T/terminal.py" "$WHITTLE" record -q -o "$out" -- \
    sh -c 'trap "echo got INT" INT; echo ready; sleep 1; sleep 1; exit 4')" = "4 1" ]

# a command in a process group of its own does not get it from the terminal
own_group='import os, sys; os.setpgid(0, 0); os.execvp(sys.argv[1], sys.argv[1:])'
# shellcheck disable=SC2016
expect "Ctrl-C reaches a command that has its own process group, too" [ "$(python3 "$T/terminal.py" "$WHITTLE" record -q -o "$out" -- \
    python3 -c "$own_group" sh -c 'trap "echo got INT; exit 4" INT; echo ready; for i in $(seq 300); do sleep 0.1; done')" = "4 1" ]
cat - "$T/terminal.py" >"$T/twice.py" <<'END'
# again when the first has come and was handled, or both might be one
import os, time
write = os.write
def twice(master, data):
    seen = b""
    write(master, data)
    while b"got INT" not in seen:
        seen += os.read(master, 1000)
    print(end="again ", flush=True)
    time.sleep(0.5)
    write(master, data)
os.write = twice
END
cat >"$T/stubborn.py" <<'END'
# waits for signals, as a shell does not, nor a handler beside a sleep: one that comes just before either waits would be seen only behind it
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
with open(sys.argv[1], "w") as own:
    own.writelines(line[3:] for line in open("/proc/self/cgroup") if line.startswith("0::"))
os.write(1, b"ready\n")
for _ in range(2):
    signal.sigwait([signal.SIGINT])
    os.write(1, b"got INT\n")
sys.exit(7)
END
expect "Ctrl-C twice is the command's affair" [ "$(python3 "$T/twice.py" "$WHITTLE" record -q -o "$out" -- \
    python3 "$T/stubborn.py" "$T/own")" = "again 7 1" ]
expect "... and leaves no cgroup behind" [ -s "$T/own" -a ! -d "$(cgroup_mount)$(cat "$T/own")" ]
nohup "$WHITTLE" record -q -o "$out" -- sleep 2 >/dev/null 2>&1 & w=$!
await_recording $w
kill -HUP $w
rc=0; wait $w || rc=$?
expect "nohup is respected" [ $rc = 0 ]

# --- cgroups ---
own_cgroup
# whittle's own cgroup as a target: what whittle itself calls is not recorded
in_cgroup "$WHITTLE" record -q --cgroup "$CG" --recording "$rec" -o "$out" -- sh -c 'sync -f /'
expect "whittle records itself not, also inside a target" [ "$(names "$rec" | grep -c '^bpf$\|^epoll\|^clone3$')" = 0 ]
expect "... but the command" [ "$(jq -r '[.syscalls[] | select(.name == "execve")][0].calls' "$rec")" -le 2 ]
in_cgroup sh -c 'while :; do sleep 0.1; done' & busy=$!
sleep 0.3
unshare -pf --mount-proc "$WHITTLE" record -q --cgroup "$CG" --recording "$rec" -o "$out" --for 1s 2>"$T/err"
kill $busy
wait $busy 2>/dev/null || :
expect "from a pid namespace of its own whittle still takes those inside for workload" grep -q '^wait4$' <(names "$rec")
expect "... and says what it cannot see" grep -q 'pid namespace' "$T/err"
own_cgroup
"$WHITTLE" record -q --cgroup "$CG" --recording "$rec" -o "$out" & w=$!
await_recording $w
python3 - "$CG" <<'END'
import os, sys
for i in range(40000):
    os.mkdir(f"{sys.argv[1]}/c"); os.rmdir(f"{sys.argv[1]}/c")
END
in_cgroup true
kill -INT $w
wait $w
expect "40,000 cgroups come and go below a target: room for each" [ "$(jq .losses.cgroups "$rec")" = 0 ]
own_cgroup
mkdir "$CG/before"
"$WHITTLE" record -q --cgroup "$CG" -o "$out" --recording "$rec" & w=$!
await_recording $w
mkdir "$CG/after" "$CG/after/below"
for d in before after after/below; do
    case $d in
    before) set -- mkdir "$T/x1" ;;
    after) set -- ln -s a "$T/x2" ;;
    *) set -- mkfifo "$T/x3" ;;
    esac
    (echo "$BASHPID" >"$CG/$d/cgroup.procs" && exec "$@")
done
kill -INT $w
wait $w
expect "cgroups below a target count: made before, while recording, two levels deep" \
    [ "$(names "$rec" | grep -c '^mkdir\(at\)\?$\|^symlinkat\?$\|^mknod\(at\)\?$')" = 3 ]
id=$(stat -c %i "$CG/before")
"$WHITTLE" record -q --cgroup "$id" -o "$out" --recording "$rec" & w=$!
await_recording $w
(echo "$BASHPID" >"$CG/before/cgroup.procs" && exec mkdir "$T/x4")
kill -INT $w
wait $w
expect "a target named by its id" grep -q '^mkdir\(at\)\?$' <(names "$rec")
(echo "$BASHPID" >"$CG/before/cgroup.procs" && exec sleep 60) & sleeper=$!
await_sleep "$CG/before"
"$WHITTLE" record -q --pid $sleeper --for 1s -o "$out" --recording "$rec"
kill $sleeper
wait $sleeper || :
expect "a target named by a process in it, blocked all the time" \
    [ "$(jq -r '.syscalls[] | "\(.class) \(.name) \(.calls)"' "$rec")" = "in_flight clock_nanosleep 1" ]
own_cgroup
in_cgroup "$programs/blocked" & blocked=$!
await_sleep "$CG" blocked
rm -f "$rec"
"$WHITTLE" record -q --cgroup "$CG" --for 1s -o "$out" --recording "$rec" || :
kill $blocked
wait $blocked || :
expect "... in a call whose number has something in its upper half" \
    [ "$(jq -r '.syscalls[] | "\(.class) \(.name) \(.calls)"' "$rec")" = "in_flight ppoll 1" ]
own_cgroup
in_cgroup "$programs/faults" & faults=$!
in_cgroup "$programs/faults" & faults2=$!
: >"$T/faults"
for n in {1..30}; do
    # with nothing seen in this second there is no profile, and the status is 1
    rm -f "$rec"
    "$WHITTLE" record -q --cgroup "$CG" --for 1s -o "$out" --recording "$rec" 2>"$T/err" || [ $? = 1 ]
    jq -r '.syscalls[] | .name // .number' "$rec" | sort -u - "$T/faults" >"$T/more"
    mv "$T/more" "$T/faults"
    # five are enough, but on a busy machine they may have seen neither
    [ "$n" -lt 5 ] || [ "$(wc -l <"$T/faults")" -lt 2 ] || break
done
kill $faults $faults2
wait $faults $faults2 || :
expect "what a page fault leaves in the registers is not taken for a call" \
    [ "$(tr '\n' ' ' <"$T/faults")" = "mmap munmap " ]
own_cgroup
in_cgroup sleep 60 & sleeper=$!
await_sleep "$CG"
"$WHITTLE" record -q --cgroup "$CG" --recording "$rec" -- true
expect "a command and a cgroup together make one union" \
    [ "$(jq -r '[.syscalls[] | .class] | unique | join(" ")' "$rec")" = "in_flight workload" ]
kill $sleeper
wait $sleeper || :

# --- layouts ---
# shellcheck disable=SC2016
check "pure v2 at /sys/fs/cgroup" unshare -m sh -c \
    'umount -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && "$0" record -q -o "$1" -- true' "$WHITTLE" "$out"
own_cgroup
# shellcheck disable=SC2016
check "inside a cgroup namespace" in_cgroup unshare -C -m sh -c \
    'umount -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && "$0" record -q -o "$1" -- true' "$WHITTLE" "$out"

# --- privileges ---
# status of a running recorder: "CapPrm CapEff CapBnd's effect NoNewPrivs"
privileges() { # OPTION...
    "$WHITTLE" record -q --cgroup "$CG" "$@" & w=$!
    await_recording $w >&2
    echo "$(sed -n 's/^\(CapPrm\|CapEff\|CapInh\|NoNewPrivs\):[[:space:]]*//p' /proc/$w/status | sed 's/^0*//' | tr '\n' ' ')"
    kill -INT $w
    wait $w 2>/dev/null || :
}
# before 5.19 maps are read with CAP_BPF: bit 39; 2: CAP_DAC_OVERRIDE
reads='' reads_there=2
! kernel_before 5.19 || reads=8000000000 reads_there=8000000002
expect "a recorder keeps no capability that it does not need" [ "$(privileges -o "$out" 2>/dev/null)" = " $reads $reads 1 " ]
mkdir -m 700 "$T/theirs"
chown nobody "$T/theirs"
expect "... but what its output needs" [ "$(privileges -o "$T/theirs/p.json" 2>/dev/null)" = " $reads_there $reads_there 1 " ]
in_cgroup sleep 300 & sleeper=$!
await_sleep "$CG"
expect "... and writes it" [ -n "$(SUDO_UID=$(id -u nobody) SUDO_GID=$(id -g nobody) privileges -o "$T/theirs/p.json")" -a -s "$T/theirs/p.json" ]
expect "... for the one who called sudo" [ "$(stat -c %U "$T/theirs/p.json")" = nobody ]
kill $sleeper
wait $sleeper || :
rc=0; "$WHITTLE" record -q -o "$out" --for 1s --user nobody -- sleep 60 || rc=$?
expect "a command of another user can still be ended" [ $rc = 143 ]
in_cgroup sleep 300 & sleeper=$!
await_sleep "$CG"
capabilities=$(recording_capabilities)
setpriv --reuid nobody --clear-groups --inh-caps "-all,$capabilities" --ambient-caps "-all,$capabilities" \
    "$WHITTLE" record -q --cgroup "$CG" --for 1s >"$T/out" 2>"$T/err" || :
expect "$capabilities are enough to record a cgroup" grep -q nanosleep "$T/out"
expect "a target that called nothing meanwhile is told of" grep -q 'warning: nothing was called meanwhile' "$T/err"
kill $sleeper
wait $sleeper || :

# --- others who count the same ---
event=$(cat /sys/kernel/{tracing,debug/tracing}/events/raw_syscalls/sys_enter/id 2>/dev/null | head -n 1)
rc=0; "$programs/perf_count" "${event:-0}" >"$T/b" || rc=$?
if [ $rc != 2 ]; then
    echo 1001 >"$T/a"
    same "perf counts its own calls" "$T/a" "$T/b"
    for off in '' -unpreempted -unpreempted,-fentry; do
        WHITTLE_FEATURES=$off "$WHITTLE" record -q -o "$out" -- "$programs/perf_count" "$event" >"$T/b" || :
        same "... and as many beside whittle (WHITTLE_FEATURES=$off)" "$T/a" "$T/b"
    done
else
    skip "perf counts what it counts without whittle" "not here: perf has no raw_syscalls:sys_enter"
fi

# --- what is said ---
"$WHITTLE" record -o "$out" -- true 2>"$T/err"
expect "the summary has its figures" grep -Eq \
    '^whittle: [0-9]+ distinct syscalls in [0-9]+ calls, .*; late 0, lost 0, unknown 0, recursion misses 0$' "$T/err"
"$WHITTLE" record -q -o "$out" -- true 2>"$T/err"
expect "-q says nothing" [ ! -s "$T/err" ]
"$WHITTLE" record --progress always --cgroup "$CG" -o "$out" 2>"$T/err" & w=$!
await_recording $w
in_cgroup sh -c 'sleep 2; true'
kill -INT $w
wait $w
expect "--progress always shows a live line" grep -q 'calls, .* distinct syscalls, the last new one' "$T/err"
"$WHITTLE" record -o - --cgroup "$CG" >"$T/out" 2>"$T/err" & w=$!
await_recording $w
in_cgroup true
kill -INT $w
wait $w
expect "without a command the profile may go to standard output" grep -q '"defaultAction": ' "$T/out"

# calls and errors of --stats against strace -c
if kernel_before 5.15; then
    says "--stats is refused" 125 'needs Linux 5.15' "$WHITTLE" record --stats -- true
    exit 0
fi
# -R: how often the loader unmaps depends on where it was given room, where segments are aligned to 64 KiB (arm64)
setarch -R "$WHITTLE" record --stats -- ls -l /usr /no-such 2>"$T/err" >/dev/null || :
setarch -R strace -f -c -o "$T/strace" ls -l /usr /no-such >/dev/null 2>&1 || :
# strace -c prints: % time, seconds, usecs/call, calls, [errors,] syscall; so does whittle
columns() {
    awk '/^ *[0-9]+\.[0-9]+ / && $NF != "total" && $NF != "execve" { print $NF, $4, NF == 6 ? $5 : 0 }' "$1" | sort
}
columns "$T/err" >"$T/a"
columns "$T/strace" | grep -v '^exit_group ' >"$T/b"
grep -v '^exit_group ' "$T/a" >"$T/a2"
expect "--stats has rows" [ "$(wc -l <"$T/a2")" -gt 15 ]
same "--stats: calls and errors as strace -c counts them" "$T/b" "$T/a2"

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Recordings without a process: start, status, snapshot, stop; what they survive: kills at random moments, restarts of the
# target, a full ring, a full disk, a BPF file system that cannot be written, an upgrade. Workloads spell numbers in calls, and strace
# says what a program calls.
set -eu
. tests/own-bpffs.sh
. tests/lib.sh
need jq strace bpftool
spell=$PWD/${BUILD:-build}/tests/programs/spell
PINS=/sys/fs/bpf/whittle/v1
own_cgroup

whittle() { timeout 120 "$WHITTLE" "$@"; }

# A process that waits inside of a cgroup, so that it is there before recording begins: $SLEEPER.
sleeper() { # CGROUP
    (
        echo "$BASHPID" >"$1/cgroup.procs"
        exec sleep 1000
    ) &
    SLEEPER=$!
    until [ "$(cat "/proc/$SLEEPER/comm")" = sleep ]; do sleep 0.01; done
}
end_sleeper() {
    kill "$SLEEPER"
    wait "$SLEEPER" 2>/dev/null || :
}
run_in() { # CGROUP COMMAND...
    (
        echo "$BASHPID" >"$1/cgroup.procs"
        shift
        exec "$@"
    ) >/dev/null 2>&1
}
remove() { # CGROUP
    local i
    for ((i = 0; i < 300; i++)); do
        rmdir "$1" 2>/dev/null && return
        sleep 0.1
    done
    return 1
}
row() { # NAME MEMBER
    whittle status --json "$1" | jq -r ".recordings[0].$2"
}
nothing_pinned() {
    [ ! -e "$PINS" ] && [ ! -e "$PINS-half" ]
}

bits=(getpgid getsid getpriority times sysinfo sched_get_priority_max sched_get_priority_min getitimer getresuid sched_getscheduler)
spelled() { # PROFILE: the number that it spells
    local number=0 i
    jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' "$1" >"$T/names" 2>/dev/null || echo none
    for i in "${!bits[@]}"; do
        ! grep -qx "${bits[i]}" "$T/names" || number=$((number | 1 << i))
    done
    echo "$number"
}
spells() { # DESC NUMBER PROFILE
    local is
    is=$(spelled "$3")
    [ "$is" = "$2" ] && pass "$1" || fail "$1" "$is instead of $2"
}

# --- what strace sees of a program is in the recording, and whoever was inside is recorded in its call
mkdir "$CG/a" "$CG/b" "$CG/a/below"
sleeper "$CG/a"
check "a recording of two cgroups begins" whittle start two --cgroup "$CG/a" --cgroup "$CG/b"
check_status 1 "a second one of its name is refused" whittle start two --cgroup "$CG/c"
check_status 1 "a second one of its cgroup is refused" whittle start other --cgroup "$CG/a/below"
[ "$(row two syscalls)" = 1 ] && pass "the call that a process is in is recorded" ||
    fail "the call that a process is in is recorded" "$(whittle status)"
run_in "$CG/b" "$spell" 1
run_in "$CG/a/below" "$spell" 2
mkdir "$CG/b/later"
run_in "$CG/b/later" "$spell" 4
check "a snapshot is written" whittle snapshot two -o "$T/two.json"
spells "with what was called until then" 7 "$T/two.json"
strace -f -o "$T/strace" ls / >/dev/null
sed -n 's/^[0-9 ]*\([a-z_0-9]*\)(.*/\1/p' "$T/strace" | sort -u >"$T/want"
run_in "$CG/b" ls /
state=$(row two state)
[ "$state" = recording ] && pass "it is being recorded" || fail "it is being recorded" "$state"
masked='mount --bind /dev/null /sys/kernel/btf/vmlinux && exec "$0" status two --json'
state=$(unshare -m sh -c "$masked" "$WHITTLE" | jq -r '.recordings[].state')
[ "$state" = recording ] && pass "... also where the kernel's BTF is masked" || fail "... also where the kernel's BTF is masked" "$state"
# what is new is found by that look, or by the one before: only then is anything known of what came since
run_in "$CG/b" ls /
row two calls_since_new >/dev/null
before=$(row two calls)
run_in "$CG/b" ls /
made=$(($(row two calls) - before))
since=$(row two calls_since_new)
[ "$since" -ge "$made" ] && [ "$since" -le "$(row two calls)" ] && [ "$made" -gt 10 ] && pass "calls since the last new one are counted" ||
    fail "calls since the last new one are counted" "$since of $(row two calls), the last program made $made"
whittle status two | grep -q " $since " && pass "in the table, too" || fail "in the table, too" "$(whittle status)"
mkdir "$CG/n"
whittle start news --cgroup "$CG/n" 2>/dev/null
run_in "$CG/n" "$spell" 512
[ "$(row news calls_since_new)" = null ] && pass "unknown at the look that finds a new one" || fail "unknown at the look that finds a new one" "$(row news calls_since_new)"
run_in "$CG/n" "$spell" 512
since=$(row news calls_since_new)
[ "$since" -gt 0 ] && pass "and known at the next" || fail "and known at the next" "$since"
check "and in what is written" whittle stop news -o "$T/news.json" --recording "$T/news"
[ "$(jq .calls_since_new "$T/news")" = "$since" ] && pass "it is the same there" || fail "it is the same there" "$(jq .calls_since_new "$T/news")"
check "it is stopped" whittle stop two -o "$T/two.json" --recording "$T/two.recording.json"
spells "nothing that was called before the snapshot is missing" 7 "$T/two.json"
jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' "$T/two.json" | sort -u >"$T/names"
comm -23 "$T/want" "$T/names" >"$T/missing"
[ -s "$T/want" ] && [ ! -s "$T/missing" ] && pass "what strace sees is in it" ||
    fail "what strace sees is in it" "$(tr '\n' ' ' <"$T/missing")"
jq -e '[.. | objects | select(.name? == "clock_nanosleep")] | length > 0' "$T/two.recording.json" >/dev/null &&
    pass "the call in flight is in it" || fail "the call in flight is in it"
check "the last one takes the pins with it" nothing_pinned
check_status 1 "there is nothing to stop any more" whittle stop two
check "nothing is recorded" whittle status
grep -qx 'whittle: nothing is being recorded' "$T/err" && [ ! -s "$T/out" ] && pass "... which is said" || fail "... which is said" "$(cat "$T/err")"
check "... nor in JSON" whittle status --json
[ "$(jq -c .recordings "$T/out")" = '[]' ] && [ ! -s "$T/err" ] && pass "... and that alone" || fail "... and that alone" "$(cat "$T/err")"
end_sleeper

# --- names, and words too many
for name in "" -x ../x "a b" "$(printf '%0200d' 0)"; do
    check_status 2 "'${name:0:20}' is no name" whittle start --cgroup "$CG/a" -- "$name"
done
check_status 2 "a recording needs a target" whittle start x

# --- the target is made anew while start waits for its turn, and however its path is spelled
mkdir "$CG/late"
check "a recording begins" whittle start other --cgroup "$CG/b"
(exec 8<"${PINS%/*}" && flock 8 && exec sleep 1) &
while flock -n "${PINS%/*}" true; do sleep 0.01; done
whittle start -q late --follow --cgroup "${CG%/*}//./${CG##*/}/late/" & starter=$!
sleep 0.4
rmdir "$CG/late"
mkdir "$CG/late"
wait $starter && pass "one begins whose cgroup was made anew meanwhile" || fail "one begins whose cgroup was made anew meanwhile"
run_in "$CG/late" "$spell" 5
rmdir "$CG/late"
mkdir "$CG/late"
run_in "$CG/late" "$spell" 8
check "it is stopped" whittle stop late -o "$T/late.json"
spells "that one is recorded, and the next" 13 "$T/late.json"
whittle stop -q --force other -o "$T/nothing" 2>/dev/null || :
wait
rmdir "$CG/late"

# --- the target is made anew: its first instruction is recorded, with no process of whittle there
sleeper "$CG/a"
check "a cgroup is followed" whittle start follow --cgroup "$CG/a" --follow
end_sleeper
for i in 1 2 3; do
    rmdir "$CG/a/below" 2>/dev/null || :
    remove "$CG/a"
    state=$(row follow state)
    [ "$state" = waiting ] && pass "it is waited for ($i)" || fail "it is waited for ($i)" "$state"
    mkdir "$CG/a" "$CG/other$i"
    run_in "$CG/a" "$spell" $((1 << i))
    run_in "$CG/other$i" "$spell" 512
done
check "it is stopped" whittle stop follow -o "$T/follow.json"
cp "$T/err" "$T/said"
check "its beginning was not seen, those since were, and that is said" grep -q 'ran before recording began: what they call to start is in it only where a target was made meanwhile (3 times)' "$T/said"
spells "each of its lives is in it, and its neighbours are not" 14 "$T/follow.json"

# --- targets that do not exist yet
check_status 1 "what does not exist is refused" whittle start early --cgroup "$CG/early"
check "unless it is waited for" whittle start early --wait --cgroup "$CG/early" --cgroup "$CG/a"
[ "$(row early state)" = recording ] && pass "one of the two is there" || fail "one of the two is there"
check_status 1 "a cgroup that another recording waits for is refused" whittle start earlier --wait --cgroup "$CG/early"
cp "$T/err" "$T/said"
check "... and its name is told" grep -q "a cgroup .*early is waited for already: by recording early\$" "$T/said"
check_status 1 "it is not stopped where nothing can be written" whittle stop early -o "$T/none/early.json"
cp "$T/err" "$T/said"
check "... and that is told" grep -q "nothing was ended: cannot write $T/none/early.json: directory " "$T/said"
mkdir "$CG/early" "$CG/a/early"
run_in "$CG/early" "$spell" 5
run_in "$CG/a" "$spell" 2
check "it is stopped" whittle stop early -o "$T/early.json"
spells "both are in it" 7 "$T/early.json"
rmdir "$CG/a/early"

# --- a path that is too long to know a cgroup by
long=$(printf 'x%.0s' {1..140})
mkdir -p "$CG/$long/$long/svc" "$CG/a/svc"
check "a cgroup of a long path is followed" whittle start long --follow --cgroup "$CG/$long/$long/svc" --cgroup "$CG/a/svc"
grep -c 'svc.*: its path is longer than 254 characters: when it is made anew it is recorded only if what it lies in has stayed$' "$T/err" >"$T/seen" || :
echo 1 >"$T/want"
same "... as far as it goes, and that is told" "$T/want" "$T/seen"
rmdir "$CG/$long/$long/svc"
mkdir "$CG/$long/$long/svc"
run_in "$CG/$long/$long/svc" "$spell" 5
check "it is stopped" whittle stop long -o "$T/long.json"
spells "where its parent has stayed it is recorded" 5 "$T/long.json"
remove "$CG/$long/$long/svc"
rmdir "$CG/$long/$long" "$CG/$long" "$CG/a/svc"

# --- record follows, too, as long as it runs
sleeper "$CG/b"
: >"$T/record.err"
"$WHITTLE" record --cgroup "$CG/b" --follow --progress never -o "$T/record.json" 2>"$T/record.err" &
recorder=$!
for ((i = 0; i < 600; i++)); do ! grep -q 'recording' "$T/record.err" || break; sleep 0.05; done
end_sleeper
for i in 1 2 3; do
    rmdir "$CG/b/later" 2>/dev/null || :
    remove "$CG/b"
    mkdir "$CG/b"
    run_in "$CG/b" "$spell" $((1 << i))
done
kill -INT "$recorder"
wait "$recorder" || fail "record --follow ends" "$(cat "$T/record.err")"
spells "record --follow records each life of its target" 14 "$T/record.json"
check "... and says so" grep -q 'ran before recording began: what they call to start is in it only where a target was made meanwhile (3 times)' "$T/record.err"

# --- whittle is killed at random moments, while a workload calls something new now and then
kills=10
[ "${THOROUGH:-}" != yes ] || kills=100
whittle start kill --cgroup "$CG/a"
for ((i = 0; i < kills; i++)); do
    for command in "start more --cgroup $CG/b" "snapshot kill -o $T/kill.json" status "stop more -o $T/more.json" \
        "stop kill -o $T/killed.json"; do
        # shellcheck disable=SC2086
        "$WHITTLE" $command >/dev/null 2>&1 &
        sleep "0.0$((RANDOM % 100))"
        kill -KILL $! 2>/dev/null || :
        wait $! 2>/dev/null || :
        # a stop that was done is the end of it: what it wrote is whole, and another takes its place
        if [ "${command%% *} ${command:5:4}" = "stop kill" ] && ! whittle status kill >/dev/null 2>&1; then
            cat "$T/killed.json" >>"$T/written"
            echo >>"$T/written"
            whittle start kill --cgroup "$CG/a" 2>>"$T/kill.err"
        fi
        run_in "$CG/a" "$spell" $((1 << (i % 10)))
    done
done
check "after $kills times five kills it is stopped" whittle stop kill -o "$T/kill.json"
cat "$T/kill.json" >>"$T/written"
jq -s '{syscalls: [.[].syscalls[]]}' "$T/written" >"$T/kill.all.json"
spells "and nothing that was called is missing" 1023 "$T/kill.all.json"
whittle stop more -o "$T/more.json" >/dev/null 2>&1 || whittle stop --force more 2>/dev/null || :
[ ! -s "$T/kill.err" ] || detail <"$T/kill.err"
check "nothing is left of those that were killed" nothing_pinned

# --- twenty at once, and two of a name at once
for ((i = 0; i < 20; i++)); do mkdir "$CG/n$i"; done
pids=()
for ((i = 0; i < 20; i++)); do
    whittle start "n$i" --cgroup "$CG/n$i" 2>>"$T/many.err" &
    pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || fail "twenty start at once" "$(cat "$T/many.err")"; done
whittle help --completion bash >"$T/bash"
names=$(bash -c 'PATH=${2%/*}:$PATH; . "$1"; COMP_WORDS=(whittle stop n1); COMP_CWORD=2; _whittle; echo "${COMPREPLY[*]}"' - "$T/bash" "$WHITTLE")
[ "$names" = "$(whittle status --json | jq -r '[.recordings[].name | select(startswith("n1"))] | join(" ")')" ] && [ "$(wc -w <<<"$names")" = 11 ] && pass "a shell completes their names" ||
    fail "a shell completes their names" "$names"
[ "$(whittle status --json | jq '.recordings | length')" = 20 ] && pass "twenty start at once" || fail "twenty start at once"
for ((i = 0; i < 20; i++)); do run_in "$CG/n$i" "$spell" $((i * 7)); done
pids=()
for ((i = 0; i < 20; i++)); do
    whittle stop "n$i" -o "$T/n$i.json" --recording "$T/n$i" 2>>"$T/many.err" &
    pids+=($!)
done
# where programs are preempted a busy machine may leave a doubt, which is told (3)
in_doubt() { # RECORDING
    jq -e '.losses.calls == 0 and .losses.misses > 0 and .hook == "fentry" and (.complete | not)' "$1" >/dev/null
}
wrong=0
for ((i = 0; i < 20; i++)); do
    status=0
    wait "${pids[i]}" || status=$?
    [ $status = 0 ] || { [ $status = 3 ] && in_doubt "$T/n$i"; } || wrong=$((wrong + 1))
done
[ $wrong = 0 ] && pass "twenty stop at once" || fail "twenty stop at once" "$(tail -n 5 "$T/many.err")"
wrong=0
for ((i = 0; i < 20; i++)); do [ "$(spelled "$T/n$i.json")" = $((i * 7)) ] || wrong=$((wrong + 1)); done
[ $wrong = 0 ] && pass "each has its own calls, and no others" || fail "each has its own calls, and no others" "$wrong have not"
whittle start same --cgroup "$CG/n0" 2>/dev/null &
first=$!
whittle start same --cgroup "$CG/n1" 2>/dev/null &
second=$!
ok=0
for pid in $first $second; do ! wait "$pid" || ok=$((ok + 1)); done
[ "$ok" = 1 ] && pass "of two that start one name at once one does" || fail "of two that start one name at once one does" "$ok did"
check_status 1 "a snapshot of nothing leaves no profile" whittle snapshot same -o "$T/same.json"
[ "$(row same state)" = recording ] && pass "... and it goes on" || fail "... and it goes on"
mkdir "$T/disk"
mount -t tmpfs -o size=4k none "$T/disk"
head -c 4096 /dev/zero >"$T/disk/full"
check_status 1 "one of nothing, which cannot be written either, goes on" whittle stop same -o "$T/same.json" --recording "$T/disk/same"
[ "$(row same state)" = recording ] && pass "... until it can" || fail "... until it can" "$(whittle status)"
check_status 1 "--force ends it all the same" whittle stop --force same -o "$T/same.json" --recording "$T/disk/same"
check "and it is gone" nothing_pinned
umount "$T/disk"
whittle start same --cgroup "$CG/n0" 2>/dev/null
check_status 1 "a recording of nothing leaves no profile" whittle stop same -o "$T/same.json" --recording "$T/same"
cp "$T/err" "$T/said"
check "... which is told" grep -q 'same is not recorded any more, and no profile is written$' "$T/said"
[ ! -e "$T/same.json" ] && [ "$(jq -c .syscalls "$T/same")" = '[]' ] && pass "... but what was asked for besides" || fail "... but what was asked for besides"
check "and it is gone, too" nothing_pinned

# --- a ring without room, and a disk without room
check "a recording with a small ring begins" whittle start ring --cgroup "$CG/a" --ring-size 4096
for i in 1 2 4 8 16 32 64 128 256 512; do run_in "$CG/a" "$spell" $i; done
run_in "$CG/a" ls /
[ "$(row ring lost.late)" -gt 0 ] && pass "first sightings found no room" || fail "first sightings found no room"
mount -t tmpfs -o size=8k none "$T/disk"
head -c 8192 /dev/zero >"$T/disk/full" 2>/dev/null || :
check_status 1 "it is not stopped when the disk is full" whittle stop ring -o "$T/disk/ring.json"
[ "$(row ring state)" = recording ] && pass "it goes on" || fail "it goes on"
rm "$T/disk/full"
umount "$T/disk"
check "the next stop writes" whittle stop ring -o "$T/ring.json"
spells "and no call is missing" 1023 "$T/ring.json"

# --- a BPF file system that takes nothing
whittle start first --cgroup "$CG/a" 2>/dev/null
run_in "$CG/a" "$spell" 1
whittle stop first -o "$T/first.json" 2>/dev/null
mount -o remount,ro /sys/fs/bpf
check_status 1 "nothing begins where nothing can be pinned" whittle start ro --cgroup "$CG/a"
[ "$(wc -l <"$T/err")" = 1 ] && pass "which is told in a sentence" || fail "which is told in a sentence" "$(cat "$T/err")"
mount -o remount,rw /sys/fs/bpf
check "and nothing is left of it" nothing_pinned

# --- an upgrade: of another build, whose programs are the same, and of another version
cp "$WHITTLE" "$T/whittle"
echo >>"$T/whittle"
"$T/whittle" start upgrade --cgroup "$CG/a" 2>/dev/null
rm "$T/whittle"
run_in "$CG/a" "$spell" 3
check "another build of this version stops what the one before began" whittle stop upgrade -o "$T/upgrade.json"
spells "with all that was called" 3 "$T/upgrade.json"
whittle start old --cgroup "$CG/a" 2>/dev/null
run_in "$CG/a" "$spell" 5
bpftool -j map lookup pinned "$PINS/version" key 0 0 0 0 | jq -r '.value[]' >"$T/version"
# the version's text is behind 8 bytes of what tells programs from others
{ printf '0x%02x\n' 1 2 3 4 5 6 7 8 && tail -n +9 "$T/version"; } >"$T/other"
# shellcheck disable=SC2046
bpftool map update pinned "$PINS/version" key 0 0 0 0 value $(cat "$T/other")
for command in "status old" "stop old -o $T/old.json" "snapshot old" "start new --cgroup $CG/b" "stop --force old"; do
    # shellcheck disable=SC2086
    check_status 1 "programs of another version are not read: ${command%% *}" whittle $command
    grep -q 'another whittle, version [0-9.]*: stop them with that one' "$T/err" && [ "$(wc -l <"$T/err")" = 1 ] && [ ! -e "$T/old.json" ] &&
        pass "and it says whose they are" || fail "and it says whose they are" "$(cat "$T/err")"
done
# shellcheck disable=SC2046
bpftool map update pinned "$PINS/version" key 0 0 0 0 value $(cat "$T/version")
check "that version stops them" whittle stop old -o "$T/old.json"
spells "and nothing was lost meanwhile" 5 "$T/old.json"
whittle start old --cgroup "$CG/a" 2>/dev/null
rm "$PINS/version"
for command in "status" "stop old" "snapshot old" "start new --cgroup $CG/b"; do
    # shellcheck disable=SC2086
    check_status 1 "pins of another version are not read: ${command%% *}" whittle $command
    grep -q 'another whittle' "$T/err" && pass "and it says so" || fail "and it says so" "$(cat "$T/err")"
done
check_status 1 "stop --force of one throws not all away" whittle stop --force old
check "they are still there" test -e "$PINS"
check "stop --force throws them away" whittle stop --force
check "and nothing is left" nothing_pinned

# a target that is made anew together with what it lies in
mkdir -p "$CG/above/target" "$CG/beside/target"
check "a target in a cgroup that goes, too" whittle start anew --follow --cgroup "$CG/above/target"
run_in "$CG/above/target" "$spell" 1
rmdir "$CG/above/target" "$CG/above"
mkdir -p "$CG/above/target" "$CG/beside/above/target"
run_in "$CG/above/target" "$spell" 2
run_in "$CG/beside/target" "$spell" 4
run_in "$CG/beside/above/target" "$spell" 8
check "is recorded on" whittle stop anew -o "$T/anew.json"
spells "... and nothing of the same name elsewhere" 3 "$T/anew.json"
rmdir "$CG/above/target" "$CG/above" "$CG/beside/target" "$CG/beside/above/target" "$CG/beside/above" "$CG/beside"

# systemd makes the slice of a template's units when the first of them starts
mkdir "$T/bin"
printf '#!/bin/sh\nprintf "%%s\\n" LoadState=loaded ActiveState=inactive Slice=whittletest%s.slice ControlGroup=\n' $$ >"$T/bin/systemctl"
chmod +x "$T/bin/systemctl"
slice=$(cgroup_mount)/whittletest$$.slice
PATH=$T/bin:$PATH check "a unit that does not run, nor its slice" whittle start unit --wait --unit job@1
mkdir -p "$slice/job@1.service"
run_in "$slice/job@1.service" "$spell" 5
rmdir "$slice/job@1.service" "$slice"
check "is recorded when it starts" whittle stop unit -o "$T/unit.json"
spells "... from its first instruction" 5 "$T/unit.json"

# an executable that loads a filter and then runs the workload is the launcher of that workload; what it does in another target tells
# nothing of it, nor does it matter how many others another target has run: here more than one has room for
mkdir -p "$CG/launched" "$CG/stays"
echo '{"defaultAction": "SCMP_ACT_ALLOW"}' >"$T/allow.json"
whittle start launched --cgroup "$CG/launched" 2>/dev/null
whittle start stays --cgroup "$CG/stays" 2>/dev/null
for i in {1..70}; do
    cp /bin/true "$T/bin/true$i"
    run_in "$CG/stays" "$T/bin/true$i"
done
classes() {
    rm -f "$T/launched.json"
    whittle snapshot launched -o - --recording "$T/launched.json" >/dev/null 2>&1
    jq -r '.syscalls[] | "\(.class) \(.name) \(.calls)"' "$T/launched.json" | sort
}
run_in "$CG/launched" "$WHITTLE" enforce "$T/allow.json" true
classes >"$T/want"
grep -q '^launcher seccomp' "$T/want" && ! grep -q '^workload seccomp' "$T/want" && pass "a launcher is known by what it did" ||
    fail "a launcher is known by what it did" "$(tr '\n' ' ' <"$T/want")"
run_in "$CG/stays" "$WHITTLE" --version
classes >"$T/seen"
same "... whatever it does in another target" "$T/want" "$T/seen"
check "... and the recordings end" whittle stop launched -o "$T/launched.profile.json"
check "... both" whittle stop stays -o "$T/stays.profile.json"

# a runtime is known by the number of its file, which is another's once it is removed, and by its name; one that is installed later is
# known to the recordings that begin then
runtimes() { # in a mount namespace of its own: /usr/libexec is empty
    mount -t tmpfs tmpfs /usr/libexec
    cp "$spell" /usr/libexec/runc
    whittle start upgraded --cgroup "$CG/launched"
    mv /usr/libexec/runc /usr/libexec/server
    cp "$launcher" /usr/libexec/crun
    run_in "$CG/launched" /usr/libexec/server 21
    whittle start later --cgroup "$CG/stays"
    run_in "$CG/stays" /usr/libexec/crun - self -- /bin/true
    rm /usr/libexec/crun
}
launcher=$PWD/${BUILD:-build}/tests/programs/launcher
export -f runtimes whittle run_in
export CG WHITTLE spell launcher
unshare -m bash -euc runtimes 2>"$T/err" || fail "runtimes are installed and upgraded" "$(cat "$T/err")"
check "what runs a program that has the number of a former runtime" whittle stop upgraded -o "$T/upgraded.json"
spells "... is workload" 21 "$T/upgraded.json"
check "what runs a runtime that came later" whittle stop later -o "$T/later.json" --recording "$T/later.recording.json"
jq -r '.syscalls[] | select(.class == "workload" and .name == "getuid") | .calls' "$T/later.recording.json" >"$T/seen"
: >"$T/want"
same "... is in set-up" "$T/want" "$T/seen"

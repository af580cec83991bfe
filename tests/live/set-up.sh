#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A container's recording holds what the workload called, and nothing of what the runtime did to set it up.
set -eu
. tests/lib.sh
. tests/bundle.sh
need jq runc busybox strace
make_bundle

# One that runs for long, so that its calls leave the slow path: beside all that follows, in a cgroup of its own.
own_cgroup
"$WHITTLE" record --cgroup "$CG" --recording "$T/long.json" -o "$T/long.profile" 2>"$T/long.log" & long_recorder=$!
for _ in $(seq 600); do
    grep -q '^whittle: recording' "$T/long.log" && break
    sleep 0.05
done
# shellcheck disable=SC2016
in_cgroup bash -c 'for i in {1..500}; do umask 022; done; sleep 10.5; for i in {1..500}; do umask 022; done' & long=$!

own_cgroup
path=${CG#"$(cgroup_mount)"}
starts=${STARTS:-$(often 30 200)}

# Waits until the recorder in the background records.
wait_ready() {
    for _ in $(seq 100); do
        grep -q '^whittle: recording' "$T/log" && return
        sleep 0.05
    done
    echo "# the recorder did not start"
    return 1
}

record_start() { # OPTION...
    : >"$T/log"
    "$WHITTLE" record --cgroup "$CG" --recording "$T/rec.json" -o "$T/profile.json" "$@" 2>"$T/log" &
    recorder=$!
    wait_ready
}

record_stop() {
    kill -INT "$recorder"
    wait "$recorder"
}

run_container() { # ID
    (cd "$BUNDLE" && runc run "$1" </dev/null >>"$T/out" 2>&1)
}

of_class() { # CLASS: "NAME CALLS" a line
    jq -r --arg c "$1" '.syscalls[] | select(.class == $c) | "\(.name) \(.calls)"' "$T/rec.json" | sort
}

# The oracle: strace of the same program in the same tree, from its exec on.
strace -o "$T/strace" chroot "$BUNDLE/rootfs" /bin/ls / >"$T/out"
sed -n '/^execve("\/bin\/ls"/,$p' "$T/strace" | sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' | sort | uniq -c |
    awk -v n="$starts" '{ print $2, $1 * n }' | sort >"$T/want"

busy() {
    while :; do :; done
}
for filter in "$ALLOW" null; do
    what="with a filter"
    [ "$filter" = null ] && what="without a filter"
    bundle_config "$path/c1" "$filter" ls /
    record_start
    busy & one=$!
    busy & two=$!
    for _ in $(seq "$starts"); do
        run_container "t$$"
    done
    kill $one $two
    wait $one $two 2>/dev/null || :
    record_stop
    of_class workload >"$T/seen"
    same "runc $what, both CPUs busy, $starts starts of ls: its calls as strace counts them, nothing of runc's" "$T/want" "$T/seen"
    jq '.moved' "$T/rec.json" >"$T/seen"
    echo '[]' >"$T/none"
    same "... and runc is not told of as one that ran no exec" "$T/none" "$T/seen"
done

# what the runtime calls with the filter loaded is kept apart, and allowed: the profile starts the container
bundle_config "$path/c1" "$ALLOW" ls /
record_start
for _ in $(seq 30); do run_container "t$$"; done
record_stop
if of_class runtime | grep -q '^fstatfs\|^getdents64' && [ "$(of_class runtime | grep -c '^mount\|^pivot_root')" = 0 ]; then
    pass "what runc calls with the filter loaded is of class runtime"
else
    fail "what runc calls with the filter loaded is of class runtime"
    of_class runtime | detail
fi
bundle_config "$path/c1" "$(cat "$T/profile.json")" ls /
started=0
for _ in $(seq 20); do
    : >"$T/out"
    run_container "t$$" && grep -q '^rootfs\|^bin' "$T/out" && started=$((started + 1))
done
if [ $started = 20 ]; then
    pass "the profile starts the container under runc, 20 of 20"
else
    fail "the profile starts the container under runc" "$started of 20"
    detail <"$T/out"
fi
bundle_config "$path/c1" "$(cat "$T/profile.json")" mkdir /tmp/d
: >"$T/out"
run_container "t$$" || :
if grep -q "mkdir: can't create.*not permitted" "$T/out" && ! [ -e "$BUNDLE/rootfs/tmp/d" ]; then
    pass "... and refuses what ls did not call"
else
    fail "... and refuses what ls did not call"
    detail <"$T/out"
fi

# a container that was created but not started waits in the runtime: that is set-up, though it was inside before
bundle_config "$path/c1" "$ALLOW" ls /
(cd "$BUNDLE" && runc create "t$$" </dev/null >"$T/out" 2>&1)
record_start
runc start "t$$"
for _ in $(seq 100); do
    [ "$(runc state "t$$" | jq -r .status)" = stopped ] && break
    sleep 0.05
done
record_stop
runc delete "t$$"
of_class workload >"$T/seen"
awk -v n="$starts" '{ print $1, $2 / n }' "$T/want" >"$T/want1"
same "a container created before and started while recording: the calls of ls alone" "$T/want1" "$T/seen"

# into a running container
bundle_config "$path/c1" "$ALLOW" sleep 1000
(cd "$BUNDLE" && runc run -d "t$$" </dev/null >"$T/out" 2>&1)
record_start
for _ in $(seq 20); do runc exec "t$$" ls / >"$T/out"; done
record_stop
runc kill "t$$" KILL
for _ in $(seq 100); do runc delete "t$$" 2>/dev/null && break || sleep 0.05; done
of_class workload >"$T/seen"
awk -v n="$starts" '{ print $1, $2 / n * 20 }' "$T/want" >"$T/want20"
same "runc exec into a running container, 20 times: the calls of ls alone" "$T/want20" "$T/seen"
sleeping=$(of_class in_flight)
if [[ "$sleeping" =~ ^(clock_)?nanosleep\ 1$ ]]; then
    pass "the call that the container was blocked in is recorded as in flight"
else
    fail "the call that the container was blocked in is recorded as in flight" "'$sleeping'"
fi

# --- the rule itself, case by case, with a runtime in small ---
launcher=${BUILD:-build}/tests/programs/launcher
cp "$launcher" "$T/other"
# runc gives the container's parent controllers where v2 has any, which leaves that no room for processes of its own
LEAF=$CG/leaf
mkdir "$LEAF"

in_class() { # CLASS: the names
    of_class "$1" | cut -d' ' -f1 | tr '\n' ' '
}

await_empty() {
    for _ in $(seq 100); do
        grep -q 'populated 0' "$CG/cgroup.events" && return
        sleep 0.05
    done
}

# After STEPS the launcher runs busybox true, whose calls are known from strace. Calls named in RUNTIME and DROPPED must be of
# the class runtime and launcher, and the workload must be that of true alone.
strace -o "$T/strace" "$BUNDLE/rootfs/bin/true"
sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' "$T/strace" | sort | uniq -c | awk '{ print $2, $1 }' | sort >"$T/true"
rule() { # DESC RUNTIME LAUNCHER STEP...
    local desc=$1 runtime=$2 dropped=$3 name
    shift 3
    record_start
    "$launcher" "$LEAF" "$@" -- "$BUNDLE/rootfs/bin/true"
    await_empty
    record_stop
    of_class workload >"$T/seen"
    same "$desc: the workload is that of true" "$T/true" "$T/seen"
    for name in $runtime; do
        if [[ " $(in_class runtime)" == *" $name "* ]]; then pass "... $name is of class runtime"; else fail "... $name is of class runtime" "$(in_class runtime)"; fi
    done
    for name in $dropped; do
        if [[ " $(in_class launcher)" == *" $name "* ]]; then pass "... $name is a launcher's"; else fail "... $name is a launcher's" "$(in_class launcher)"; fi
    done
}
rule "a filter, then exec" getpgid "" filter
rule "itself again, a filter, then exec" getpgid getegid self filter
rule "a copy in memory, a filter, then exec" getpgid "" memfd filter
mkdir -p "$T"/sealed/{lower,empty}
cp "$launcher" "$T/sealed/lower/runc"
sealed=sealed:$T/sealed
rc=0
"$launcher" - "$sealed" -- "$BUNDLE/rootfs/bin/true" 2>"$T/err" || rc=$?
if [ $rc != 77 ]; then
    rule "through an overlay that is mounted nowhere, and without a filter" "" "" "$sealed"
else
    sealed=
    skip "a runtime that runs itself through an overlay" "not here: $(cat "$T/err")"
fi
rule "another image without a filter, which loads one, then exec" getpgid getegid "as:$T/other" filter
rule "another image, which forks, ends, and whose child loads a filter" getpgid getegid "as:$T/other" fork filter
rule "a fork in set-up" getpgid "" fork filter
rule "exec without a filter" "" ""

# the time and the errors of a launcher are not the workload's
if kernel_before 5.15; then
    skip "the time and the errors of launchers" "not here: --stats is refused"
else
    record_start --stats
    setarch -R "$launcher" "$LEAF" "as:$T/other" errors filter -- /bin/true
    await_empty
    record_stop
    jq -r '.syscalls[] | select(.class == "workload" and (.name | test("^exec|^exit") | not)) | "\(.name) \(.calls) \(.errors)"' "$T/rec.json" | sort >"$T/seen"
    setarch -R strace -c -o "$T/strace" /bin/true
    awk '/^ *[0-9]+\.[0-9]+ / && $NF !~ /^(total$|exec|exit)/ { print $NF, $4, NF == 6 ? $5 : 0 }' "$T/strace" | sort >"$T/want"
    same "--stats: errors of the workload as strace -c counts them, not those of a launcher" "$T/want" "$T/seen"
    record_start --stats
    "$launcher" "$LEAF" "as:$T/other" errors -- /bin/true
    await_empty
    record_stop
    if jq -e '[.syscalls[] | select(.class == "workload" and .name == "close")][0] | .errors == 100 and .total_ns > 0' "$T/rec.json" >/dev/null; then
        pass "... and those of one that loads no filter"
    else
        fail "... and those of one that loads no filter"
        jq -c '.syscalls[] | select(.name == "close")' "$T/rec.json" | detail
    fi
fi

# a runtime that waits inside before recording begins, as after `runc create`
for step in memfd $sealed; do
    "$launcher" "$LEAF" "$step" stop -- "$BUNDLE/rootfs/bin/true" & waiting=$!
    for _ in {1..1000}; do
        ! grep -q '^State:[[:space:]]*T' "/proc/$waiting/status" || break
        sleep 0.01
    done
    record_start
    kill -CONT $waiting
    wait $waiting
    record_stop
    of_class workload >"$T/seen"
    same "a runtime that waits before recording begins, ${step%%:*}: the workload is that of true" "$T/true" "$T/seen"
done

# a supervisor that forks a service with a filter of its own is workload all the same
record_start
"$launcher" "$LEAF" "as:$T/other" watch filter -- "$BUNDLE/rootfs/bin/true"
record_stop
if [[ " $(in_class workload)" == *" getppid "*" times "* ]] && [ -z "$(in_class launcher)" ]; then
    pass "a supervisor that forks a service with a filter is workload"
else
    fail "a supervisor that forks a service with a filter is workload" "$(in_class workload)"
fi

# ... also one that makes daemons of its services, so that who forked them has gone
record_start
"$launcher" "$LEAF" "as:$T/other" daemon filter -- "$BUNDLE/rootfs/bin/true"
record_stop
if [[ " $(in_class workload)" == *" getppid "*" times "* ]] && [ -z "$(in_class launcher)" ]; then
    pass "a supervisor that forks twice for a service with a filter is workload"
else
    fail "a supervisor that forks twice for a service with a filter is workload" "$(in_class workload)"
fi

# an image that was run without a filter and never loads one is the workload
record_start
"$launcher" "$LEAF" "as:$T/other" self -- "$BUNDLE/rootfs/bin/true"
record_stop
if [[ " $(in_class workload)" == *" getuid "* && " $(in_class workload)" != *" geteuid "* ]]; then
    pass "an image run without a filter that never loads one is the workload"
else
    fail "an image run without a filter that never loads one is the workload" "$(in_class workload)"
fi

# an image that is a launcher for one and the workload for another: better too much than too little
for order in "plain launch" "launch plain"; do
    record_start
    for how in $order; do
        case $how in
        plain) "$launcher" "$LEAF" "as:$T/other" self -- "$BUNDLE/rootfs/bin/true" ;;
        launch) "$launcher" "$LEAF" "as:$T/other" filter -- "$BUNDLE/rootfs/bin/true" ;;
        esac
    done
    record_stop
    if [[ " $(in_class workload)" == *" getegid "*" getuid "* ]]; then
        pass "one process's launcher is another one's workload ($order): it is workload"
    else
        fail "one process's launcher is another one's workload ($order): it is workload" "$(in_class workload)"
    fi
done

# ... also if it was not the last that one in set-up has run
record_start
(
    echo "$BASHPID" >"$LEAF/cgroup.procs"
    "$T/other" - self -- "$BUNDLE/rootfs/bin/true"
    "$BUNDLE/rootfs/bin/true"
    :
)
"$launcher" "$LEAF" "as:$T/other" filter -- "$BUNDLE/rootfs/bin/true"
record_stop
if [[ " $(in_class workload)" == *" getegid "*" getuid "* ]]; then
    pass "a shell runs it, and then something else: it is workload"
else
    fail "a shell runs it, and then something else: it is workload" "$(in_class workload)"
fi

# a supervisor that makes a daemon of itself first: who ran the image has gone, who forked the service has not
record_start
"$launcher" "$LEAF" "as:$T/other" fork watch filter -- "$BUNDLE/rootfs/bin/true"
await_empty
record_stop
if [[ " $(in_class workload)" == *" getppid "*" times "* ]] && [ -z "$(in_class launcher)" ]; then
    pass "a daemon that forks a service with a filter is workload"
else
    fail "a daemon that forks a service with a filter is workload" "$(in_class workload)"
fi

# moved in at any moment, in the middle of an exec too: a static program that never reads
record_start
mapfile -t selves < <(yes self | head -n 300)
for _ in $(seq 60); do
    "$launcher" - "${selves[@]}" -- "$BUNDLE/rootfs/bin/true" & pid=$!
    echo $pid >"$LEAF/cgroup.procs" 2>/dev/null || :
    wait $pid
done
record_stop
# getuid is what the step "self" calls; the rest is the start of a static program, and busybox true
if [ "$(of_class workload | awk '$1 == "execve" { print $2 }')" -gt 1000 ] &&
    ! of_class workload | grep -q '^\(read\|io_setup\) '; then
    pass "processes moved in while they run execs: no call that none of them made"
else
    fail "processes moved in while they run execs: no call that none of them made"
    of_class workload | detail
fi

wait $long
kill -INT $long_recorder
wait $long_recorder
umasks=$(jq -r '.syscalls[] | select(.class == "workload" and .name == "umask") | .calls' "$T/long.json")
if [ "$umasks" = 1000 ]; then
    pass "the calls of one that runs longer than a launcher could are counted exactly"
else
    fail "the calls of one that runs longer than a launcher could are counted exactly" "$umasks of umask"
fi

# a process that moves in and runs no exec
record_start
sh -c 'echo $$ >"$0/cgroup.procs"; kill -0 $$; kill -0 $$' "$LEAF" & mover=$!
wait $mover
record_stop || : # there is nothing to make a profile of
if grep -q "process $mover (sh) moved in" "$T/log" && [ -z "$(of_class workload)" ]; then
    pass "a process that moves in and runs no exec is reported, not counted"
else
    fail "a process that moves in and runs no exec is reported, not counted"
    detail <"$T/log"
fi
record_start --count-moved
sh -c 'echo $$ >"$0/cgroup.procs"; kill -0 $$; kill -0 $$' "$LEAF"
record_stop
if of_class workload | grep -q '^kill 2$'; then
    pass "--count-moved counts it"
else
    fail "--count-moved counts it"
    of_class workload | detail
fi

# what moves in and runs an exec without a filter is the workload from there on
record_start
CG=$LEAF in_cgroup ls / >"$T/out"
record_stop
strace -o "$T/strace" ls / >"$T/out"
sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' "$T/strace" | sort -u >"$T/want"
of_class workload | cut -d' ' -f1 >"$T/seen"
same "a process that moves in and runs ls: the calls of ls alone" "$T/want" "$T/seen"

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What container runtimes need once the filter is loaded: for runc and crun, with and without no_new_privs, as root and as
# another user, and for each way a process comes into a container (run; create and start; exec):
#
#   - the profile of one recording starts the container each time, and so does the baseline table with nothing measured;
#   - each name that the table calls required, for the installed version, is: without it the container does not start.
#
# Then which table is taken by what evidence, and what programs start with (--assume-startup).
#
# STARTS is how often each profile starts each container; THOROUGH=yes deletes required names for each way and user, and not
# only where the table tells another story; RUNTIMES="runc crun" which are tried.
set -eu
. tests/lib.sh
. tests/bundle.sh
need jq runc crun busybox strace
B=${BUILD:-build}
starts=${STARTS:-$(often 1 2)}
runtimes=${RUNTIMES:-runc crun}

make_bundle
chmod 1777 "$BUNDLE/rootfs/tmp"
mkdir "$BUNDLE/rootfs/started"
cp "$B/tests/programs/tiny" "$BUNDLE/rootfs/bin/tiny"
own_cgroup
path=${CG#"$(cgroup_mount)"}
started=$BUNDLE/rootfs/tmp/started

"$B/tests/live/baseline" rows >"$T/rows"
# where they are in a need string
declare -A columns=([false]=0 [true]=3) ways=([run]=0 [start]=1 [exec]=2)

# crun refuses the hybrid layout as long as the v2 hierarchy shows a controller.
runtime() { # ARGUMENT...
    local controllers
    controllers=$(cgroup_mount)/cgroup.controllers
    if [ "$rt" = crun ] && [ "$(cgroup_mount)" != /sys/fs/cgroup ]; then
        # shellcheck disable=SC2016
        timeout 30 unshare -m sh -c 'mount --bind /dev/null "$0" && exec crun "$@"' "$controllers" --root "$T/state" "$@"
    else
        timeout 30 "$rt" --root "$T/state" "$@"
    fi
}

version() {
    "$rt" --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p'
}

# The container of the cell under a filter, a file. Its tiny stays in /, and ends in /tmp. Without rules for devices: for these
# crun 1.8 wants more locked memory than it may get.
configure() { # FILTER CWD
    bundle_config "$path/c1" "$(cat "$1")" /bin/tiny
    jq --argjson nnp "$nnp" --argjson uid "$uid" --arg cwd "$2" \
        '.process.cwd = $cwd | .process.noNewPrivileges = $nnp | .process.user = {uid: $uid, gid: $uid} | del(.linux.resources)' \
        "$BUNDLE/config.json" >"$T/config.json"
    mv "$T/config.json" "$BUNDLE/config.json"
}

# $1 processes at most are left in the container's cgroup.
await_processes() {
    local _
    for _ in $(seq 3000); do
        [ "$(wc -l 2>/dev/null <"$CG/c1/cgroup.procs" || echo 0)" -gt "$1" ] || return 0
        sleep 0.01
    done
    return 1
}

remove() { # ID
    runtime delete -f "$1" >/dev/null 2>&1 || :
}

# Did the workload run, and does the runtime, whose status is $1, say so? What it said is in $T/said.
came_up() {
    [ -d "$started" ] && rmdir "$started" && [ "$1" = 0 ]
}

by_run() { # FILTER
    local rc=0
    configure "$1" /tmp
    (cd "$BUNDLE" && runtime run "r$$") </dev/null >"$T/said" 2>&1 || rc=$?
    [ $rc = 0 ] || remove "r$$"
    came_up $rc
}

by_start() { # FILTER
    local rc=0
    configure "$1" /tmp
    (cd "$BUNDLE" && runtime create "s$$") </dev/null >"$T/said" 2>&1 || rc=$?
    [ $rc != 0 ] || runtime start "s$$" >>"$T/said" 2>&1 || rc=$?
    [ $rc != 0 ] || await_processes 0
    remove "s$$"
    came_up $rc
}

# Leaves a container running, for by_exec.
up() { # FILTER
    configure "$1" /
    (cd "$BUNDLE" && runtime run -d "e$$") </dev/null >"$T/said" 2>&1 || detail <"$T/said"
}

down() {
    remove "e$$"
    await_processes 0
}

by_exec() { # the container is up, with its filter
    local rc=0 options=(--cwd /tmp)
    # crun's own exec does not ask what the container has
    [ "$rt $nnp" != "crun true" ] || options+=(--no-new-privs)
    runtime exec "${options[@]}" "e$$" /bin/tiny </dev/null >"$T/said" 2>&1 || rc=$?
    # who was refused to tell that it goes on may go on all the same
    await_processes 1
    came_up $rc
}

# What exec loads is what the runtime has kept: it can be less than what the container was started with.
keep_without() { # NAME
    case $rt in
    runc)
        jq --arg name "$1" 'del(.config.seccomp.syscalls[] | select(.name == $name))' "$T/state.json" >"$T/state/e$$/state.json"
        ;;
    crun)
        without "$1" "$T/table.json" >"$T/less.json"
        # newer ones keep filters for all containers, and this is a link
        "$B/tests/live/baseline" bpf "$T/less.json" >"$T/less.bpf"
        mv "$T/less.bpf" "$T/state/e$$/seccomp.bpf"
        ;;
    esac
}

without() { # NAME FILTER
    jq --arg name "$1" '.syscalls |= map(.names -= [$name] | select(.names != []))' "$2"
}

# The names that are required in column $1 of the need strings, for the installed version. Column $2, if given, has others.
required() {
    local runtime name need since
    while read -r runtime name need since; do
        [ "$runtime" = "$rt" ] && [ "${need:$1:1}" = r ] || continue
        [ -z "${2-}" ] || [ "${need:$2:1}" != r ] || continue
        [ "$since" = - ] || printf '%s\n' "$since" "$(version)" | sort -CV || continue
        echo "$name"
    done <"$T/rows"
}

count_starts() { # WAY FILTER
    local n=0 way=$1
    shift
    for _ in $(seq "$starts"); do
        if "by_$way" "$@"; then n=$((n + 1)); else cp "$T/said" "$T/failed"; fi
    done
    echo $n
}

starts_each_time() { # DESC FILTER
    local desc=$1 filter=$2 way n
    : >"$T/failed"
    for way in run start exec; do
        [ $way != exec ] || up "$filter"
        n=$(count_starts $way "$filter")
        if [ "$n" = "$starts" ]; then
            pass "$desc: $way: $n of $starts"
        else
            fail "$desc: $way" "$n of $starts"
            detail <"$T/failed"
        fi
    done
    down
}

# $1 is the column of `run` in the need strings.
each_is_required() {
    local column=$1 way name needless names
    for way in run start exec; do
        needless=''
        if [ $way = start ] && [ -z "${THOROUGH-}" ]; then
            names=$(required $((column + 1)) "$column")
        else
            names=$(required $((column + ways[$way])))
        fi
        [ -n "$names" ] || continue
        if [ $way = exec ]; then
            up "$T/table.json"
            cp "$T/state/e$$/state.json" "$T/state.json" 2>/dev/null || :
        fi
        for name in $names; do
            if [ $way = exec ]; then
                keep_without "$name"
            else
                without "$name" "$T/table.json" >"$T/less.json"
            fi
            ! "by_$way" "$T/less.json" || needless+=" $name"
        done
        if [ -z "$needless" ]; then
            pass "$cell: $way: each required name is: ${names//$'\n'/ }"
        else
            fail "$cell: $way: each required name is" "it starts without$needless"
        fi
    done
    down
}

record_begin() { # OPTION...
    local _
    : >"$T/log"
    "$WHITTLE" record -v --cgroup "$CG" --recording "$T/rec.json" -o "$T/auto.json" "$@" 2>"$T/log" &
    recorder=$!
    for _ in $(seq 200); do
        grep -q '^whittle: recording' "$T/log" && break
        sleep 0.05
    done
}

record_end() {
    kill -INT "$recorder"
    wait "$recorder"
}

# Records one container, run under a filter.
record_run() { # FILTER OPTION...
    local filter=$1
    shift
    record_begin "$@"
    by_run "$filter" || detail <"$T/said"
    record_end
}

# Records a sleep that runs already.
record_running() { # OPTION...
    (echo "$BASHPID" >"$CG/cgroup.procs" && exec sleep 1000) >/dev/null 2>&1 &
    local sleeper=$! _
    for _ in $(seq 1000); do
        ! grep -q '^sleep$' "/proc/$sleeper/comm" || break
        sleep 0.01
    done
    record_begin "$@"
    record_end
    kill $sleeper
    wait $sleeper || :
}

# What was added, and why, is told: PATTERN is in the summary; an empty one: nothing was.
tells() { # DESC PATTERN
    if [ -z "$2" ] && ! grep -q 'of the table' "$T/log" || [ -n "$2" ] && grep -q "$2" "$T/log"; then
        pass "$1"
    else
        fail "$1"
        detail <"$T/log"
    fi
}

names() { # PROFILE: those that it allows
    jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' "$1" | sort
}

echo "$ALLOW" >"$T/allow.json"
echo null >"$T/null.json"
for rt in $runtimes; do
    echo "# $rt $(version)"
    for nnp in false true; do
        for uid in 0 1000; do
            cell="$rt, no_new_privs $nnp, uid $uid"
            record_run "$T/allow.json"
            privs=off && [ $nnp = false ] || privs=on
            tells "$cell: the recording shows which table it needs" "of the table for $rt, no_new_privs $privs;"
            other=crun && [ "$rt" = runc ] || other=runc
            tells "... and which other runtime it does not have in it" "it starts containers under $rt; --runtime $other adds [1-9][0-9]* calls that $other needs"
            starts_each_time "$cell: the profile of one recording" "$T/auto.json"

            derive=("--$rt")
            [ $nnp = false ] || derive+=(--no-new-privs)
            jq -r '.syscalls[] | select(.class == "workload") | "\(.arch) \(.number)"' "$T/rec.json" |
                "$B/tests/golden/derive" "${derive[@]}" >"$T/table.json"
            starts_each_time "$cell: the table alone" "$T/table.json"
            [ $uid != 0 ] && [ -z "${THOROUGH-}" ] || each_is_required "${columns[$nnp]}"
        done
    done
done

# --- which table, by what evidence ---
nnp=false uid=0
for rt in $runtimes; do
    record_run "$T/null.json"
    tells "$rt without a filter: its table, the larger one" "runtime (table for $rt, no_new_privs not known): .*capset"
    starts_each_time "$rt without a filter: the profile of one recording" "$T/auto.json"
    record_run "$T/null.json" --runtime none
    tells "$rt: --runtime none: no table" ''
    record_run "$T/allow.json" --runtime none
    tells "... and what was measured all the same" 'runtime (measured):.* capset'
done
not_told() { # DESC
    ! grep -q 'it starts containers under' "$T/log" && pass "$1" || fail "$1" "$(cat "$T/log")"
}
record_run "$T/null.json" --runtime crun
not_told "--runtime: nothing to say of others"
tells "--runtime crun: its table, whoever ran it" "of the table for crun, no_new_privs not known;"
"$WHITTLE" record -o "$T/auto.json" -- true 2>"$T/log"
tells "a command needs no table" ''
not_told "... and starts under all runtimes"
"$WHITTLE" record --runtime runc -o "$T/auto.json" -- true 2>"$T/log"
tells "... unless it is to be a container's" "of the table for runc, no_new_privs not known;"

own_cgroup # fresh: no runtime has turned controllers on below it, so that processes may be in it

# a container by its name: it runs already, and nobody saw by whom
id=$(printf '%064d' $$)
mkdir "$CG/$id"
CG=$CG/$id record_running
tells "a container that runs already: both tables" "of the table for runc and crun, no_new_privs not known;"
not_told "... so that it starts under both"

# --- how programs start ---
echo "$("$B/tests/live/baseline" arch) 39" | "$B/tests/golden/derive" --startup >"$T/startup.json"
for program in nothing nothing_static; do
    strace -o "$T/strace" "$B/tests/programs/$program"
    sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' "$T/strace" | sort -u | comm -23 - <(names "$T/startup.json") >"$T/missing"
    if [ -s "$T/strace" ] && [ ! -s "$T/missing" ]; then
        pass "a C program starts with what the table has: $program"
    else
        fail "a C program starts with what the table has: $program" "it lacks $(tr '\n' ' ' <"$T/missing")"
    fi
done

record_running
tells "a program that ran before: its start was not seen" 'processes ran before recording began'
if ("$WHITTLE" enforce "$T/auto.json" -- sleep 0.01) >/dev/null 2>&1; then
    fail "... and its profile does not start it"
else
    pass "... and its profile does not start it"
fi
record_running --assume-startup
tells "--assume-startup tells what it adds" 'startup (assumed): .*brk'
check "... and the profile starts it" "$WHITTLE" enforce "$T/auto.json" -- sleep 0.01
"$WHITTLE" record --assume-startup -o "$T/auto.json" -- true 2>"$T/log"
tells "--assume-startup: nothing to assume for a command" 'the start was seen'

# runtimes make the cgroup in each v1 hierarchy too, and leave its parent there
find /sys/fs/cgroup -mindepth 2 -maxdepth 2 -type d -name "$(basename "$path")" ! -path "$(cgroup_mount)$path" -exec rmdir {} + 2>/dev/null || :

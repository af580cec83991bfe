# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Helpers for the shell tests, sourced at their top after `set -eu`. A test prints
# what tests/run counts: one "ok - DESC", "not ok - DESC: WHY" or "skip - DESC: WHY" a
# result, with "# detail" lines behind it. It goes on after a failure and its exit
# status tells whether there was one. Run from the root of the tree; a single test runs
# by hand with `bash tests/live/NAME.sh`.

# bpftool and runc live in sbin, which a user's PATH often lacks.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
WHITTLE=${WHITTLE:-$PWD/${BUILD:-build}/whittle}
T=$(mktemp -d "${TMPDIR:-/tmp}/whittle-test.XXXXXX")

_name=$(basename "$0" .sh)
_failures=0
_cgroups=()
_at_exit=()

pass() { # DESC
    echo "ok - $1"
}

fail() { # DESC [WHY]
    _failures=$((_failures + 1))
    # what comes out of a machine is looked at line by line
    echo "not ok - $1${2:+: ${2//$'\n'/; }}"
}

# In CI a skip is a failure, unless WHY begins with "not here: ": what this kernel or
# machine truly lacks, as opposed to what somebody forgot to install.
skip() { # DESC WHY
    echo "skip - $1: $2"
}

# Is this kernel older than VERSION?
kernel_before() { # MAJOR.MINOR
    [ "$(printf '%s\n' "$1" "$(uname -r | cut -d. -f1,2)" | sort -V | head -n 1)" != "$1" ]
}

# What recording a cgroup needs here, as setpriv has it; before 5.11 maps are locked memory.
recording_capabilities() {
    echo "+bpf,+perfmon$(! kernel_before 5.11 || echo ,+sys_resource)"
}

# Ends the test, skipped, when a program is missing.
need() { # PROGRAM...
    local program
    for program; do
        command -v "$program" >/dev/null && continue
        skip "$_name" "$program is not installed"
        exit 0
    done
}

detail() { # < TEXT
    tail -n 20 | sed 's/^/# /'
}

# Passes when COMMAND exits with STATUS. What it printed is shown only if it did not,
# and stays in $T/out and $T/err.
check_status() { # STATUS DESC COMMAND...
    local want=$1 desc=$2 rc=0
    shift 2
    "$@" >"$T/out" 2>"$T/err" || rc=$?
    if [ "$rc" = "$want" ]; then
        pass "$desc"
        return
    fi
    fail "$desc" "status $rc instead of $want"
    detail <"$T/out"
    detail <"$T/err"
}

check() { # DESC COMMAND...
    check_status 0 "$@"
}

# As check_status(), and standard error has these words.
says() { # DESC STATUS WORDS COMMAND...
    local desc=$1 status=$2 words=$3
    shift 3
    check_status "$status" "$desc" "$@"
    grep -qF -- "$words" "$T/err" || fail "$desc: it says '$words'" "$(head -c 300 "$T/err")"
}

# Passes when two files are the same; shows the difference if not.
same() { # DESC EXPECTED ACTUAL
    if diff -u "$2" "$3" >"$T/diff" 2>&1; then
        pass "$1"
    else
        fail "$1" "$3 differs from $2"
        detail <"$T/diff"
    fi
}

# Where the v2 hierarchy is mounted: /sys/fs/cgroup, or .../unified beside v1.
cgroup_mount() {
    local mount
    mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
    [ -n "$mount" ] && printf '%b\n' "$mount"
}

# Makes a fresh cgroup and sets CG to its directory. Not to be called in $(...), where
# the directory would be forgotten and stay behind.
own_cgroup() {
    local mount
    mount=$(cgroup_mount) || { echo "# there is no cgroup2 mount" && return 1; }
    CG=$mount/whittle-test.$$.${#_cgroups[@]}
    mkdir "$CG"
    _cgroups+=("$CG")
}

# Runs COMMAND inside CG; it is there before its first instruction.
in_cgroup() { # COMMAND...
    (
        echo "$BASHPID" >"$CG/cgroup.procs" || exit 125
        exec "$@"
    )
}

# Waits until `whittle record` or `audit`, process PID, records: the file that reads signals is the last that it opens.
await_recording() { # PID
    local _
    for _ in {1..1500}; do
        find "/proc/$1/fd" -lname '*signalfd*' 2>/dev/null | grep -q . && return
        sleep 0.02
    done
    echo "# process $1 does not record"
    return 1
}

# Waits until somebody has written to FILE, for a minute.
await_file() { # FILE
    for _ in {1..1200}; do
        [ ! -s "$1" ] || return 0
        sleep 0.05
    done
    echo "# nobody has written to $1"
    return 1
}

# Waits until a program, named sleep if nothing else is said, sleeps in this cgroup.
await_sleep() { # CGROUP [PROGRAM]
    local pid _
    for _ in {1..1500}; do
        while read -r pid; do
            awk -v want="${2:-sleep}" '/^Name:/ { name = $2 } /^State:/ { state = $2 } END { exit !(name == want && state == "S") }' "/proc/$pid/status" 2>/dev/null && return
        done <"$1/cgroup.procs"
        sleep 0.02
    done
    echo "# no ${2:-sleep} sleeps in $1"
    return 1
}

# Has FUNCTION called at the end, also after a failure, before the cgroups are removed.
on_exit() { # FUNCTION
    _at_exit+=("$1")
}

# Kills what is left in a cgroup that is ours and removes it with all below it, also what runtimes made of the same name in
# the v1 hierarchies.
_remove_cgroup() {
    local dir=$1 pid other dirs
    dirs=("$dir")
    for other in /sys/fs/cgroup/*/"${dir##*/}"; do
        [ ! -d "$other" ] || [ "$other" = "$dir" ] || dirs+=("$other")
    done
    [ -d "$dir" ] || return 0
    if [ -e "$dir/cgroup.kill" ]; then
        echo 1 >"$dir/cgroup.kill" || true
    else # before Linux 5.14
        find "$dir" -name cgroup.procs -exec cat {} + | while read -r pid; do kill -KILL "$pid"; done
    fi
    # A killed process counts until it is gone, so the directory is busy for a moment.
    for _ in {1..25}; do
        find "${dirs[@]}" -depth -type d -exec rmdir {} + 2>/dev/null && return 0
        sleep 0.2
    done
    echo "not ok - $_name: cannot remove $dir"
    return 1
}

# How often something is repeated: BRIEF times, but THOROUGH with THOROUGH=yes.
often() { # BRIEF THOROUGH
    if [ "${THOROUGH-}" = yes ]; then echo "$2"; else echo "$1"; fi
}

_finish() {
    local rc=$? dir end
    trap - EXIT
    set +e
    for end in "${_at_exit[@]}"; do
        $end
    done
    # A cgroup that we sit in could not be emptied without killing ourselves.
    if grep -qF "0::/whittle-test.$$." /proc/self/cgroup; then
        echo $$ >"$(cgroup_mount)/cgroup.procs"
    fi
    for dir in "${_cgroups[@]}"; do
        _remove_cgroup "$dir" || _failures=$((_failures + 1))
    done
    # Never into something else's files.
    if grep -qF " $T/" /proc/self/mounts; then
        _failures=$((_failures + 1))
        echo "not ok - $_name: mounts are left below $T, which is not removed"
    else
        rm -rf "$T"
    fi
    if [ $rc != 0 ]; then
        echo "not ok - $_name: ended early with status $rc"
        exit "$rc"
    fi
    [ $_failures = 0 ] || exit 1
}
trap _finish EXIT

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# whittle doctor: a row for each need, the remedy where one is missing, and exit status 1 where recording is impossible.
set -eu
. tests/lib.sh
need jq unshare setpriv

# What doctor finds of NEED, as JSON, when it is run by COMMAND...; its status in $status.
finding() { # NEED COMMAND...
    local need=$1
    shift
    status=0
    "$@" "$WHITTLE" doctor --json >"$T/json" 2>"$T/err" || status=$?
    jq --arg need "$need" '.[] | select(.name == $need)' "$T/json" >"$T/row"
}

row() { # DESC STATUS NEED FINDING PHRASE COMMAND...
    local desc=$1 want=$2 need=$3 finding=$4 phrase=$5
    shift 5
    finding "$need" "$@"
    if [ "$status" = "$want" ] && jq -e --arg f "$finding" --arg p "$phrase" \
        '.finding == $f and ((.text + " " + (.remedy // "")) | contains($p))' "$T/row" >/dev/null; then
        pass "$desc"
    else
        fail "$desc" "status $status"
        detail <"$T/row"
        jq -c '.[] | select(.finding == "failure")' "$T/json" | detail
        detail <"$T/err"
    fi
}

needs="machine capabilities lockdown BTF ring_buffer tracepoints cgroup_v2 bpffs libseccomp"
finding machine env
printf '%s\n' $needs | tr _ ' ' >"$T/expected"
jq -r '.[].name' "$T/json" >"$T/names"
same "a finding for each need" "$T/expected" "$T/names"
"$WHITTLE" doctor >"$T/lines"
[ "$(wc -l <"$T/lines")" = "$(wc -l <"$T/expected")" ] && pass "a line for each need" || fail "a line for each need"

# in a mount namespace of its own, where SCRIPT has hidden something
without() { # SCRIPT COMMAND...
    local script=$1
    shift
    # shellcheck disable=SC2016
    unshare -m bash -c "$script"' && exec "$@"' - "$@"
}

nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
mount=$(cgroup_mount)
cp "$WHITTLE" "$T/whittle" && chmod 755 "$T" "$T/whittle" && WHITTLE=$T/whittle # where nobody can read it
typed=ok
! kernel_before 5.15 || typed=warning
row "all is well" 0 tracepoints $typed 'counted by' env
row "no privilege: the remedy names the capabilities" 1 capabilities failure CAP_PERFMON "${nobody[@]}"
capabilities=$(recording_capabilities)
capable=("${nobody[@]}" "--inh-caps=$capabilities" "--ambient-caps=$capabilities")
row "$capabilities are enough" 0 capabilities ok '' "${capable[@]}"
row "no cgroup of its own for a command is a warning" 0 'cgroup v2' warning 'recording a command is impossible' "${capable[@]}"
row "no BTF" 1 BTF failure CONFIG_DEBUG_INFO_BTF without 'mount -t tmpfs none /sys/kernel/btf'
row "no cgroups" 1 'cgroup v2' failure mount without 'umount -l -a -t cgroup,cgroup2'
v1=$(awk '$3 == "cgroup" && $4 ~ /,pids(,|$)/ { print $2; exit }' /proc/self/mounts)
if [ -n "$v1" ]; then
    row "v1 beside v2" 0 'cgroup v2' ok 'beside v1 (hybrid)' env
    row "v1 only" 0 'cgroup v2' warning "v1 only, pids at $v1 containers and cgroups of v1 can be recorded; for commands" without "umount -l '$mount'"
fi
row "v2 only" 0 'cgroup v2' ok 'pure v2' without 'umount -l -a -t cgroup'
without_tracefs='while umount -l /sys/kernel/tracing 2>/dev/null || umount -l /sys/kernel/debug/tracing 2>/dev/null || umount -l /sys/kernel/debug 2>/dev/null; do :; done'
doctor=$(WHITTLE_FEATURES=-unpreempted "$WHITTLE" doctor)
case $doctor in
*'counted by fentry'* | *'counted by tracepoint'*)
    hook=${doctor##*counted by }
    row "root needs no tracefs that is mounted" 0 tracepoints "$(awk '/ tracepoints / { print $1 }' <<<"$doctor")" "counted by ${hook%%[;$'\n']*}" \
        without "$without_tracefs" env WHITTLE_FEATURES=-unpreempted
    row "without it programs may be skipped, which is told" 0 tracepoints warning 'can read tracefs' \
        without "$without_tracefs" env WHITTLE_FEATURES=-unpreempted setpriv --bounding-set=-sys_admin
    ;;
esac
case $("$WHITTLE" doctor) in
*'counted by fentry'* | *'counted by tracepoint'*)
    row "no typed tracepoints, where programs on them would be skipped: others are used" 0 tracepoints ok 'counted by' env WHITTLE_FEATURES=-tp_btf
    ;;
*) row "no typed tracepoints is a warning" 0 tracepoints warning 'costs more' env WHITTLE_FEATURES=-tp_btf ;;
esac
row "no bpffs is no obstacle to recording" 0 bpffs warning 'mount -t bpf bpf' without 'while umount -l /sys/fs/bpf 2>/dev/null; do :; done'
check_status 2 "an argument is a usage error" "$WHITTLE" doctor now

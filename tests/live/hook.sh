#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# whittle hook, run by runc itself: a container with the annotation is recorded from its first instruction to its last, without
# any process of whittle's, and its profile is what strace saw, and starts it.
set -eu
# a BPF file system of our own: the engine of the machine, if there is one, is left alone
if [ -z "${WHITTLE_TEST_PRIVATE:-}" ]; then
    WHITTLE_TEST_PRIVATE=1 exec unshare -m bash "$0"
fi
mount -t bpf bpf /sys/fs/bpf
. tests/lib.sh
. tests/bundle.sh
need jq runc busybox strace
make_bundle
own_cgroup
path=${CG#"$(cgroup_mount)"}
O=$(mktemp -d /tmp/whittle-hook.XXXXXX)
trap 'rm -rf "$O"; _finish' EXIT

# Writes a config.json with the hook in it. ANNOTATION is empty for none.
hooked() { # ANNOTATION SECCOMP COMMAND...
    local annotation=$1 seccomp=$2
    shift 2
    bundle_config "$path/${ID:-c1}" "$seccomp" "$@"
    jq --arg a "$annotation" --arg whittle "$WHITTLE" \
        '(if $a == "" then . else .annotations["io.containers.trace-syscall"] = $a end)
         | ({path: $whittle, args: ["whittle", "hook"]}) as $hook
         | .hooks = {createRuntime: [$hook], poststop: [$hook]}' "$BUNDLE/config.json" >"$T/hooked"
    mv "$T/hooked" "$BUNDLE/config.json"
}

run_container() { # ID
    (cd "$BUNDLE" && timeout 30 runc run "$1" </dev/null >"$T/out" 2>"$T/err")
}

allowed() { # PROFILE
    jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' "$1" | sort -u
}

names_of_strace() { # COMMAND...
    strace -f -o "$T/strace" chroot "$BUNDLE/rootfs" "$@" >/dev/null 2>&1 || :
    sed -n "\\|execve(\"$1\"|,\$p" "$T/strace" | sed -n 's/^[0-9 ]*\([a-z_0-9]*\)(.*/\1/p' | sort -u
}

# What a profile allows beyond strace's list is what every profile has, and what runc calls after the filter.
check_profile() { # DESC PROFILE
    comm -23 "$T/want" <(allowed "$2") >"$T/missing"
    if [ -s "$T/want" ] && [ ! -s "$T/missing" ] &&
        ! allowed "$2" | grep -qxE 'mount|pivot_root|unshare|setns|mknodat|sethostname|keyctl|clone3|pipe2|socketpair|recvfrom'; then
        pass "$1"
    else
        fail "$1" "missing: $(tr '\n' ' ' <"$T/missing")"
        allowed "$2" | tr '\n' ' ' | detail
        detail <"$T/err"
    fi
}

names_of_strace /bin/ls / >"$T/want"
for filter in "$ALLOW" null; do
    what="with a filter"
    [ "$filter" = null ] && what="without a filter"
    rm -f "$O/ls.json"
    hooked "of:$O/ls.json" "$filter" /bin/ls /
    run_container "h$$" || :
    check_profile "a container $what: its calls, nothing of the runtime's set-up" "$O/ls.json"
    [ -z "$(ls -A /sys/fs/bpf/whittle)" ] && pass "the last recording takes the pins with it ($what)" ||
        fail "the last recording takes the pins with it ($what)" "$(ls -R /sys/fs/bpf/whittle | tr '\n' ' ')"
done

hooked "" "$ALLOW" /bin/ls /
check "without the annotation nothing happens" run_container "h$$"
[ ! -s "$T/err" ] && pass "and nothing is said" || fail "and nothing is said" "$(cat "$T/err")"

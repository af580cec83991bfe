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

# the profile starts the container, 20 times, and refuses what is not in it
rm -f "$O/ls.json"
hooked "of:$O/ls.json" "$ALLOW" /bin/ls /
for _ in 1 2 3 4 5; do run_container "h$$"; done
hooked "" "$(cat "$O/ls.json")" /bin/ls /
started=0
for _ in $(seq 20); do run_container "h$$" && started=$((started + 1)); done
[ $started = 20 ] && pass "the profile starts the container 20 times" || fail "the profile starts the container 20 times" "$started: $(tail -n 1 "$T/err")"
hooked "" "$(cat "$O/ls.json")" /bin/mkdir /foo
check_status 1 "and refuses mkdir" run_container "h$$"

# an input is added to; what it refuses stays refused
jq '.syscalls += [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 1}]
    | .syscalls += [{names: ["acct"], action: "SCMP_ACT_ALLOW"}]' "$O/ls.json" >"$T/input.json"
cp "$T/input.json" "$O/input.json"
hooked "if:$O/input.json;of:$O/both.json" "$ALLOW" /bin/sh -c 'mkdir /foo; rmdir /foo; kill -0 $$; true'
check "an input is read" run_container "h$$"
names_of_strace /bin/sh -c 'mkdir /foo; rmdir /foo; kill -0 $$; true' | grep -vx 'mkdir\|mkdirat' >"$T/want"
check_profile "an input: what was called is added" "$O/both.json"
if allowed "$O/both.json" | grep -qx acct && ! allowed "$O/both.json" | grep -qx 'mkdir\|mkdirat' &&
    jq -e '.defaultAction == "SCMP_ACT_ERRNO"' "$O/both.json" >/dev/null; then
    pass "an input: what it allows is kept, what it refuses stays refused"
else
    fail "an input: what it allows is kept, what it refuses stays refused"
    jq -c . "$O/both.json" | detail
fi
hooked "" "$(cat "$O/both.json")" /bin/mkdir /foo
check_status 1 "an input: mkdir is refused" run_container "h$$"

# what stands in the way of what was called is told: runc shows nothing of a hook that succeeds
# shellcheck disable=SC2016
printf '#!/bin/sh\nexec %s "$@" 2>>%s\n' "$WHITTLE" "$T/told" >"$T/telling"
chmod +x "$T/telling"
jq '.syscalls |= map(.names -= ["clone", "fork", "vfork"] | select(.names != [])) | .syscalls += [{names: ["clone", "fork", "vfork"],
    action: "SCMP_ACT_ALLOW", args: [{index: 0, value: 1, op: "SCMP_CMP_EQ"}]}]' "$T/input.json" >"$O/limited.json"
WHITTLE=$T/telling hooked "if:$O/limited.json;of:$O/within.json" "$ALLOW" /bin/sh -c 'mkdir /foo; rmdir /foo; true'
check "an input that refuses some, and allows some on a condition" run_container "h$$"
grep -q "^whittle: hook: container h$$ needs what $O/limited.json refuses, which stays so: mkdir" "$T/told" &&
    pass "... what it refuses of what was called is told" || fail "... what it refuses of what was called is told" "$(cat "$T/told")"
grep -qE "needs what $O/limited.json allows on some arguments only, .*: (clone|fork|vfork)" "$T/told" &&
    pass "... and what it limits" || fail "... and what it limits" "$(cat "$T/told")"
jq -e '[.syscalls[] | select(.names | any(. == ("clone", "fork", "vfork"))) | .args != null] | all' "$O/within.json" >"$T/out" &&
    pass "... and stays limited" || fail "... and stays limited"

# ten at once (HOOKS_AT_ONCE): each gets its own profile
at_once=${HOOKS_AT_ONCE:-10}
commands=("stat -f /" "mkdir /tmp/x" "swapoff /tmp/x" "kill -0 1" "chmod 700 /tmp" "ln -s a /tmp/b" "touch /tmp/c" "date" "hostname" "sync")
marks=(statfs mkdir swapoff kill chmod symlink utimensat settimeofday uname sync)
pids=()
for ((i = 0; i < at_once; i++)); do
    cp -r "$BUNDLE" "$T/b$i"
    read -ra words <<<"${commands[i]}"
    BUNDLE=$T/b$i ID=m$i hooked "of:$O/m$i.json" "$ALLOW" "${words[@]}"
done
for ((i = 0; i < at_once; i++)); do
    (cd "$T/b$i" && timeout 60 runc run "m$i.$$" </dev/null >"out" 2>"err") &
    pids+=($!)
done
wait "${pids[@]}" || :
wrong=
for ((i = 0; i < at_once; i++)); do
    [ -f "$O/m$i.json" ] || { wrong+=" ${commands[i]} (no profile: $(tail -n 1 "$T/b$i/err"))"; continue; }
    # whether a call is in a profile is decided by whether that very command makes it
    read -ra words <<<"${commands[i]}"
    strace -f -qq -o "$T/strace" chroot "$BUNDLE/rootfs" "${words[@]}" >/dev/null 2>&1 || :
    for k in {0..9}; do
        grep -q "[ 0-9]${marks[k]}(" "$T/strace" && want=yes || want=
        allowed "$O/m$i.json" | grep -qx "${marks[k]}" && seen=yes || seen=
        [ "$want" = "$seen" ] || wrong+=" ${commands[i]}:${marks[k]}"
    done
done
[ -z "$wrong" ] && pass "$at_once containers at once: each gets its own profile" || fail "$at_once containers at once: each gets its own profile" "$wrong"

# what can go wrong: one sentence, the container does not start, nothing is overwritten
echo precious >"$O/file"
ln -s "$O" "$O/link"
ln -s "$O/both.json" "$O/link.json"
mkdir "$O/directory"
echo '{' >"$O/broken.json"
bad() { # DESC ANNOTATION PHRASE
    local before
    before=$(ls -lR "$O")
    hooked "$2" "$ALLOW" /bin/ls /
    if run_container "h$$"; then
        fail "$1" "the container started"
    elif [ "$(grep -o 'whittle: [^"\\]*' "$T/err" | sort -u | wc -l)" != 1 ] || ! grep -qF "$3" "$T/err"; then
        fail "$1" "$(cat "$T/err")"
    elif [ "$before" != "$(ls -lR "$O")" ] || [ -n "$(ls -A /sys/fs/bpf/whittle 2>/dev/null)" ]; then
        fail "$1" "something was left behind"
    else
        pass "$1"
    fi
}
bad "a relative path" "of:x.json" "not an absolute path"
bad "a relative input" "of:$O/x.json;if:y.json" "not an absolute path"
bad "no output" "if:$O/input.json" "of:/PATH is missing"
bad "two inputs" "of:$O/x.json;if:$O/input.json;if:$O/input.json" "given twice"
bad "two outputs" "of:$O/x.json;of:$O/y.json" "given twice"
bad "a word that is neither" "of:$O/x.json;xf:/y" "neither of:/PATH nor if:/PATH"
bad "an empty annotation part" "of:$O/x.json;" "neither of:/PATH nor if:/PATH"
bad "a path outside of what is allowed" "of:/etc/x.json" "hook.conf"
bad "a path that escapes" "of:$O/../../etc/x.json" "'..'"
bad "a symbolic link on the way" "of:$O/link/x.json" "symbolic link"
bad "a symbolic link at the end" "of:$O/link.json" "link.json"
bad "a directory" "of:$O/directory" "directory"
bad "a directory that is missing" "of:$O/none/x.json" "$O/none/x.json"
bad "a file that is no profile" "of:$O/file" "not a profile"
bad "an input that loses what is read of it" "of:$O/x.json;if:/proc/kmsg" "not a JSON profile"
bad "an input that is missing" "of:$O/x.json;if:$O/none.json" "none.json"
bad "an input that is no profile" "of:$O/x.json;if:$O/broken.json" "broken.json:"
# an /etc of our own
for link in /etc/whittle /etc/whittle/hook.conf; do
    cp -a /etc "$T/etc.own"
    mount --bind "$T/etc.own" /etc
    rm -rf /etc/whittle
    mkdir -p "${link%/*}"
    ln -s /no/such "$link"
    bad "a $link that leads nowhere is not the default" "of:$O/x.json" "cannot read /etc/whittle/hook.conf"
    umount /etc
    rm -rf "$T/etc.own"
done
echo 'root:secret:1' >"$O/shadow"
bad "an input that is a secret" "of:$O/x.json;if:$O/shadow" "shadow:1:1: this is not a JSON profile"
! grep -q root "$T/err" && pass "which is not told" || fail "which is not told" "$(cat "$T/err")"
bad "an input that is a device" "of:$O/x.json;if:/dev/null" "not a regular file"
bad "an output that would draw on a terminal" "of:$O/$(printf '\033[2Jx\ny')/x.json" "?[2Jx?y"

# the state as such
state() { # DESC STATUS PHRASE STATE
    local rc=0
    printf '%s' "$4" | timeout 10 "$WHITTLE" hook 2>"$T/err" || rc=$?
    if [ $rc = "$2" ] && { [ -z "$3" ] || grep -qF "$3" "$T/err"; } && [ "$(wc -l <"$T/err")" -le 1 ]; then
        pass "$1"
    else
        fail "$1" "status $rc: $(cat "$T/err")"
    fi
}
A="{\"io.containers.trace-syscall\": \"of:$O/x.json\"}"
state "a state that is empty" 1 "no OCI state" ''
state "a state that is cut off" 1 "no OCI state" '{"id": "a", '
state "a state that is a list" 1 "not an object" '[]'
state "a state without an id" 1 "no id" '{"status": "created"}'
state "an id that is a path" 1 "no id" '{"id": "../a", "status": "created"}'
state "an unknown status" 1 "unknown status" '{"id": "a", "status": "flying"}'
state "a pid that is none" 1 "pid" '{"id": "a", "status": "created", "pid": -4}'
state "a pid that is missing" 1 "names no pid" "{\"id\": \"a\", \"status\": \"created\", \"annotations\": $A}"
state "a process that is gone" 1 "no process" "{\"id\": \"a\", \"status\": \"created\", \"pid\": 4194304, \"annotations\": $A}"
state "a container that was never recorded" 0 "" "{\"id\": \"never\", \"status\": \"stopped\", \"annotations\": $A}"
state "an annotation that is empty" 1 "empty" '{"id": "a", "status": "created", "pid": 1, "annotations": {"io.containers.trace-syscall": ""}}'
state "no annotation" 0 "" '{"id": "a", "status": "created", "pid": 1}'
head -c 2000000 /dev/zero | tr '\0' ' ' >"$T/large"
state "a state that is too large" 1 "larger than" "$(cat "$T/large")"

# whoever feeds it keeps the pipe open: the time is only there for a hook that waits for ever
mkfifo "$T/open"
exec 8<>"$T/open"
echo '{"id": "a", ' >&8
status=0
timeout 60 "$WHITTLE" hook <"$T/open" 2>"$T/err" || status=$?
exec 8>&-
[ $status = 1 ] && [ "$(cat "$T/err")" = "whittle: error: hook: the OCI state on standard input does not end" ] &&
    pass "a state that does not end" || fail "a state that does not end" "status $status: $(cat "$T/err")"

# a container without a cgroup of its own, one that dies at its start, and a whittle that was killed in the middle
hooked "of:$O/dead.json" "$ALLOW" /no/such/program
run_container "h$$" && fail "a container that dies at its start" || pass "a container that dies at its start"
[ ! -e "$O/dead.json" ] && [ -z "$(ls -A /sys/fs/bpf/whittle)" ] && pass "and leaves nothing behind" || fail "and leaves nothing behind"
mkdir -p /sys/fs/bpf/whittle/v1-half
rm -f "$O/ls.json"
names_of_strace /bin/ls / >"$T/want"
hooked "of:$O/ls.json" "$ALLOW" /bin/ls /
run_container "h$$" || :
check_profile "pins that were half made are no obstacle" "$O/ls.json"
mktemp -p "$O" >"$T/empty"
hooked "of:$(cat "$T/empty")" "$ALLOW" /bin/ls /
check "an empty file is replaced" run_container "h$$"
[ -s "$(cat "$T/empty")" ] && pass "by the profile" || fail "by the profile"
mkdir "$CG/started"
"$WHITTLE" start "h$$" --cgroup "$CG/started" 2>"$T/err"
hooked "of:$O/x.json" "$ALLOW" /bin/ls /
if run_container "h$$"; then
    fail "a recording of whittle start under the container's id" "the container started"
elif grep -q "'whittle stop h$$' ends it" "$T/err" && [ ! -e "$O/x.json" ]; then
    pass "a recording of whittle start under the container's id"
else
    fail "a recording of whittle start under the container's id" "$(cat "$T/err")"
fi
(echo "$BASHPID" >"$CG/started/cgroup.procs" && exec true)
check "... stays" "$WHITTLE" stop "h$$" --recording "$T/started.json"
rmdir "$CG/started"
chmod 777 /sys/fs/bpf/whittle
bad "pins that others may write are not trusted" "of:$O/x.json" "mode 0777"
chmod 700 /sys/fs/bpf/whittle

rm -f "$O/ls.json"
hooked "of:$O/ls.json" "$ALLOW" /bin/ls /
(umask 0 && run_container "h$$") || :
[ "$(stat -c %a "$O/ls.json")" = 644 ] && pass "an engine without a umask: only root may write the profile" ||
    fail "an engine without a umask: only root may write the profile" "$(stat -c %a "$O/ls.json")"

# a pid namespace, as in a container that runs containers
rm -f "$O/ls.json"
hooked "of:$O/ls.json" "$ALLOW" /bin/ls /
(cd "$BUNDLE" && timeout 30 unshare -p -f --mount-proc sh -c 'runc run "$0"; exit $?' "n$$" </dev/null >"$T/out" 2>"$T/err") || :
check_profile "inside a nested pid namespace" "$O/ls.json"

# ... and under crun, which on the hybrid layout refuses a v2 hierarchy that shows controllers, and for rules for devices wants more
# locked memory than it may get
if command -v crun >/dev/null; then
    controllers=$T/nothing
    : >"$controllers"
    [ "$(cgroup_mount)" = /sys/fs/cgroup ] || controllers=$(cgroup_mount)/cgroup.controllers
    rm -f "$O/ls.json"
    hooked "of:$O/ls.json" "$ALLOW" /bin/ls /
    jq 'del(.linux.resources)' "$BUNDLE/config.json" >"$T/hooked"
    mv "$T/hooked" "$BUNDLE/config.json"
    # shellcheck disable=SC2016
    (cd "$BUNDLE" && timeout 30 unshare -m -p -f --mount-proc sh -c 'mount --bind /dev/null "$0" && crun run "$1"' "$controllers" "c$$" \
        </dev/null >"$T/out" 2>"$T/err") || :
    check_profile "inside a nested pid namespace, under crun" "$O/ls.json"
else
    skip "inside a nested pid namespace, under crun" "crun is not installed"
fi

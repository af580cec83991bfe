#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What `whittle check --consumer runc|crun` says of a profile, beside what the installed runc and crun do with it: where check has an error,
# they refuse to start a container; where it has none, they start it.
# BESIDE: nothing is recorded.
set -eu
. tests/lib.sh
. tests/bundle.sh
. tests/engines.sh
need jq busybox
[ "$(id -u)" = 0 ] || { skip "$_name" 'needs root'; exit 0; }

command -v runc >/dev/null || { skip "$_name" 'runc is not installed' && exit 0; }
make_bundle
# a cgroup of its own: a runtime kills all that is in a container's cgroup at its end
jq --arg cgroup "/whittle-check-$$" 'del(.linux.resources) | .process.terminal = false | .root.readonly = false
    | .linux.cgroupsPath = $cgroup | .process.args = ["/bin/true"]' "$BUNDLE/base.json" >"$T/config.json"

# the crun that works here, also where cgroups v1 and v2 are mixed
mkdir -p "$E"
! command -v crun >/dev/null || _make_crun
program_of() { # RUNTIME
    [ "$1" = crun ] && echo "$CRUN" || echo "$1"
}

# starts RUNTIME: 0 if a container with $T/profile.json starts
starts() {
    local id=whittle-check-$$-$RANDOM status=0
    jq --slurpfile seccomp "$T/profile.json" '.linux.seccomp = $seccomp[0]' "$T/config.json" >"$BUNDLE/config.json"
    timeout -k 5 60 "$(program_of "$1")" --root "$T/$1.$RANDOM" run --bundle "$BUNDLE" "$id" >"$T/out" 2>"$T/err" </dev/null || status=$?
    return $status
}

cat >"$T/cases" <<'E'
good~
unknown syscall name~.syscalls += [{"names": ["nonsense"], "action": "SCMP_ACT_ERRNO"}]
name of another architecture~.syscalls += [{"names": ["fstat64"], "action": "SCMP_ACT_ERRNO"}]
empty name~.syscalls += [{"names": [""], "action": "SCMP_ACT_ERRNO"}]
names: []~.syscalls += [{"names": [], "action": "SCMP_ACT_ERRNO"}]
names: null~.syscalls += [{"names": null, "action": "SCMP_ACT_ERRNO"}]
no names~.syscalls += [{"action": "SCMP_ACT_ERRNO"}]
only name~.syscalls += [{"name": "acct", "action": "SCMP_ACT_ERRNO"}]
action is the default's~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ALLOW"}]
a name twice~.syscalls += [{"names": ["acct", "acct"], "action": "SCMP_ACT_ERRNO"}]
a rule twice~.syscalls += .syscalls
an architecture twice~.architectures += .architectures
args: []~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "args": []}]
comment~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "comment": "x"}]
includes~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "includes": {"caps": ["CAP_SYS_ADMIN"]}}]
excludes~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYS_ADMIN"]}}]
unknown member~.nonsense = 1
archMap~.archMap = [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []}]
unknown action~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_NONSENSE"}]
action in small letters~.syscalls += [{"names": ["acct"], "action": "scmp_act_errno"}]
no action~.syscalls += [{"names": ["acct"]}]
unknown comparison~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_NONSENSE"}]}]
no comparison~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1}]}]
argument 5~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 5, "value": 1, "op": "SCMP_CMP_EQ"}]}]
argument 6~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 6, "value": 1, "op": "SCMP_CMP_EQ"}]}]
an argument twice~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]}]
unknown architecture~.architectures += ["SCMP_ARCH_NONSENSE"]
native architecture~.architectures += ["SCMP_ARCH_NATIVE"]
architecture without prefix~.architectures += ["X86"]
no architectures~del(.architectures)
errno on allow~.defaultAction = "SCMP_ACT_LOG" | .syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ALLOW", "errnoRet": 1}]
default errno on allow~.defaultErrnoRet = 1
errno 4094~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "errnoRet": 4094}]
errno 4095~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "errnoRet": 4095}]
default errno 4095~.defaultAction = "SCMP_ACT_ERRNO" | .defaultErrnoRet = 4095 | .syscalls = [{"names": ["acct"], "action": "SCMP_ACT_ALLOW"}]
trace 4095~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_TRACE", "errnoRet": 4095}]
trace 4096~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_TRACE", "errnoRet": 4096}]
trace 65535~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_TRACE", "errnoRet": 65535}]
kill with an errno of 5000~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_KILL", "errnoRet": 5000}]
a negative errno~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "errnoRet": -1}]
trace 65536~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_TRACE", "errnoRet": 65536}]
six conditions~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "args": [range(6) | {"index": ., "value": 1, "op": "SCMP_CMP_EQ"}]}]
seven conditions, of which two are of one argument~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "args": [range(7) | {"index": (. % 6), "value": ., "op": "SCMP_CMP_GE"}]}]
errno 4096~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_ERRNO", "errnoRet": 4096}]
no defaultAction~del(.defaultAction)
nothing at all~{}
no defaultAction and no rules~del(.defaultAction) | .syscalls = []
a defaultAction of null, and no rules~.defaultAction = null | .syscalls = null
an empty defaultAction, and no rules~.defaultAction = "" | del(.syscalls)
an empty defaultAction, and rules~.defaultAction = ""
unknown defaultAction~.defaultAction = "SCMP_ACT_NONSENSE"
kill~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_KILL"}]
kill the process~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_KILL_PROCESS"}]
log~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_LOG"}]
trap~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_TRAP"}]
trace~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_TRACE"}]
flags: []~.flags = []
unknown flag~.flags = ["SECCOMP_FILTER_FLAG_NONSENSE"]
first rule wins~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_KILL"}]
two actions by argument~.syscalls += [{"names": ["socket"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"}]}, {"names": ["socket"], "action": "SCMP_ACT_LOG", "args": [{"index": 0, "value": 41, "op": "SCMP_CMP_EQ"}]}]
... of a call that i386 multiplexes~.architectures += ["SCMP_ARCH_X86"] | .syscalls += [{"names": ["socket"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"}]}, {"names": ["socket"], "action": "SCMP_ACT_LOG", "args": [{"index": 0, "value": 41, "op": "SCMP_CMP_EQ"}]}]
... one of them whatever its arguments~.architectures += ["SCMP_ARCH_X86"] | .syscalls += [{"names": ["socket"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"}]}, {"names": ["socket"], "action": "SCMP_ACT_LOG"}]
... where i386 is not listed~.syscalls += [{"names": ["socket"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"}]}, {"names": ["socket"], "action": "SCMP_ACT_LOG"}]
mask and value exchanged~.syscalls += [{"names": ["acct"], "action": "SCMP_ACT_LOG", "args": [{"index": 0, "value": 0, "valueTwo": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}]}]
no rules~.syscalls = []
flag LOG~.flags = ["SECCOMP_FILTER_FLAG_LOG"]
flag SPEC_ALLOW~.flags = ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"]
flag TSYNC~.flags = ["SECCOMP_FILTER_FLAG_TSYNC"]
NOTIFY without a listener~.syscalls += [{"names": ["chroot"], "action": "SCMP_ACT_NOTIFY"}]
NOTIFY for write, without a listener~.syscalls += [{"names": ["write"], "action": "SCMP_ACT_NOTIFY"}]
E

judge() { # RUNTIME DESC
    local says=0 does=0
    "$WHITTLE" check -q --consumer "$1" --json "$T/profile.json" >"$T/found" 2>"$T/said" || true
    "$WHITTLE" check --consumer "$1" --json "$T/profile.json" >"$T/all" 2>"$T/said" || true
    # what the runtime's own parser says of it, not what the profile means
    says=$(jq '[.findings[] | select(.severity == "error" and (.text | test("runc|crun")))] | length' "$T/found")
    starts "$1" || does=1
    # check says this of runc's versions in a note
    if [ "$1" = runc ] && grep -q 'flags are not yet supported' "$T/err" && jq -e 'any(.findings[]; .id == "flags")' "$T/all" >/dev/null; then
        says=1
    fi
    if [ $((says > 0)) = $does ]; then
        pass "$1: $2: $([ $does = 0 ] && echo starts || echo refuses)"
    else
        fail "$1: $2" "check finds $says errors, status of $1 is $does"
        detail <"$T/found"
        detail <"$T/err"
    fi
}

# Keys that are known ones but for their case: who reads them? To Go the later one of two counts.
cat >"$T/keys" <<'E'
syscalls~.Syscalls = [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]
names~.syscalls[0].NAMES = ["mkdir"]
action~.syscalls += [{"names": ["mkdir"], "action": "SCMP_ACT_ALLOW", "Action": "SCMP_ACT_ERRNO"}]
value~.syscalls += [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 1, "value": 511, "Value": 1, "op": "SCMP_CMP_EQ"}]}]
a letter of another alphabet~.["\u017fyscalls"] = [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]
E

# does a container of RUNTIME with that profile make a directory?
makes_directory() { # RUNTIME PROFILE
    local id=whittle-check-$$-$RANDOM
    jq --slurpfile seccomp "$2" '.linux.seccomp = $seccomp[0] | .process.args = ["/bin/sh", "-c", "mkdir /tmp/made && rmdir /tmp/made"]' \
        "$T/config.json" >"$BUNDLE/config.json"
    timeout -k 5 60 "$(program_of "$1")" --root "$T/$1.$RANDOM" run --bundle "$BUNDLE" "$id" >"$T/out" 2>"$T/err" </dev/null
}

# with such keys and without: where that is not the same they are read, which check finds
judge_key() { # RUNTIME DESC
    local with=0 without=0 found=0
    jq 'walk(if type == "object" then with_entries(select(.key | test("^[a-z][a-zA-Z]*$"))) else . end)' "$T/profile.json" >"$T/plain.json"
    "$WHITTLE" check --consumer "$1" "$T/profile.json" >"$T/found" 2>"$T/said" || true
    ! grep -qF '[case]' "$T/found" || found=1
    makes_directory "$1" "$T/profile.json" || with=1
    makes_directory "$1" "$T/plain.json" || without=1
    [ $((with != without)) = $found ] && pass "$1: the case of keys: $2: $([ $found = 1 ] && echo read || echo ignored)" ||
        fail "$1: the case of keys: $2" "check finds it: $found; mkdir with it: $with, without: $without"
}

# runc refuses these whoever listens: nobody does here, and with another sentence
while IFS='~' read -r id words filter; do
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "listenerPath": "/nobody", "syscalls": [{"names": ["acct"], "action": "SCMP_ACT_ERRNO"}]}' |
        jq "$filter" >"$T/profile.json"
    "$WHITTLE" check --consumer runc "$T/profile.json" >"$T/found" 2>"$T/said" || true
    ! starts runc && grep -qF "$words" "$T/err" && grep -qF "[$id]" "$T/found" && pass "runc: $words" ||
        fail "runc: $words" "$(cat "$T/err" "$T/found")"
done <<'E'
notify-default~SCMP_ACT_NOTIFY cannot be used as default action~.defaultAction = "SCMP_ACT_NOTIFY"
notify-write~SCMP_ACT_NOTIFY cannot be used for the write syscall~.syscalls += [{"names": ["read", "write"], "action": "SCMP_ACT_NOTIFY"}]
E

# --- what they answer to, beside explain: runc knows numbers above all that a profile names as a kernel that lacks them does ---

need cc
runc=$(runc --version | sed -n 's/^runc version \([0-9.]*\).*/\1/p')
cp "$BUILD/tests/programs/answers" "$BUNDLE/rootfs/bin/answers"
numbers=(39 82 83 334 424 434 435 439 500 1000)
# all up to 334, but rename (82) and mkdir (83); $1: more rules
echo '#include <asm/unistd.h>' | cc -E -dM - | awk -v ORS=' ' '$2 ~ /^__NR_/ && $3 <= 334 && $3 != 82 && $3 != 83 { print substr($2, 6) }' >"$T/low"
answers() { # RUNTIME DESC FILTER
    local id=whittle-check-$$-$RANDOM number answer=.
    jq -n --rawfile low "$T/low" '{defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_X86_64"],
        syscalls: [{names: ($low | split(" ") - [""]), action: "SCMP_ACT_ALLOW"}, {names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 7}]}' |
        jq "$3" >"$T/profile.json"
    jq --slurpfile seccomp "$T/profile.json" '.linux.seccomp = $seccomp[0] | .process.args = ["/bin/answers", $ARGS.positional[]]' \
        "$T/config.json" --args "${numbers[@]}" >"$BUNDLE/config.json"
    timeout -k 5 60 "$(program_of "$1")" --root "$T/$1.$RANDOM" run --bundle "$BUNDLE" "$id" >"$T/got" 2>"$T/err" </dev/null || true
    "$WHITTLE" explain --arch x86_64 "$T/profile.json" clone3 >"$T/clone3"
    # an older runc forgets the machine's own architecture where it is not listed
    [ "$1" != runc ] || { grep -q 'from 1.1.15 on' "$T/clone3" && [ "$(printf '%s\n' "$runc" 1.1.15 | sort -V | tail -n 1)" != "$runc" ]; } || answer='.runc // .'
    # 334 is allowed, and the kernel answers it
    for number in "${numbers[@]}"; do
        "$WHITTLE" explain --json --arch x86_64 "$T/profile.json" "$number" |
            jq -r --arg number "$number" "$answer"' | [$number, .errno // 0] | join(" ")'
    done >"$T/want"
    sed -i 's/^334 .*/334 0/' "$T/got"
    same "$1 answers as explain says: $2" "$T/want" "$T/got"
    "$WHITTLE" check --consumer "$1" "$T/profile.json" >"$T/found" 2>"$T/said" || true
    if grep -q '^435 38$' "$T/got" && ! grep -q 'from 1.1.15 on' "$T/clone3"; then ! grep -qF '[clone3]' "$T/found"; else grep -qF '[clone3]' "$T/found"; fi &&
        pass "$1: clone3: $2" || fail "$1: clone3: $2" "$(cat "$T/got" "$T/found")"
}
for runtime in runc crun; do
    command -v $runtime >/dev/null || { skip "what $runtime answers" "$runtime is not installed" && continue; }
    while IFS='~' read -r desc filter; do
        answers $runtime "$desc" "${filter:-.}"
    done <<'E'
low numbers~
no architectures~del(.architectures)
a rule that says what the default says~.syscalls += [{"names": ["openat2"], "action": "SCMP_ACT_ERRNO"}]
clone3 itself~.syscalls += [{"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 7}]
another errno~.defaultErrnoRet = 13
ENOSYS by default~.defaultErrnoRet = 38
E
done

for runtime in runc crun; do
    command -v $runtime >/dev/null || { skip "what $runtime does" "$runtime is not installed" && continue; }
    while IFS='~' read -r desc filter; do
        echo '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["acct"], "action": "SCMP_ACT_ERRNO"}]}' |
            jq "${filter:-.}" >"$T/profile.json"
        judge $runtime "$desc"
    done <"$T/cases"
    while IFS='~' read -r desc filter; do
        echo '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["acct"], "action": "SCMP_ACT_ERRNO"}]}' |
            jq "$filter" >"$T/profile.json"
        judge_key $runtime "$desc"
    done <"$T/keys"
done

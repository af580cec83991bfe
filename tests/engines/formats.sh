#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What `whittle convert` writes, loaded by those that it is written for, as far as they are here.
# BESIDE: nothing is recorded.
set -eu
. tests/lib.sh

# Everything but uname, which is refused with an errno that nobody else uses; with a condition, so that there is one.
cat >"$T/p.json" <<'E'
{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"], "syscalls": [
 {"names": ["uname"], "action": "SCMP_ACT_ERRNO", "errnoRet": 61},
 {"names": ["socket"], "action": "SCMP_ACT_ERRNO", "errnoRet": 61, "args": [{"index": 0, "value": 38, "op": "SCMP_CMP_EQ"}]}]}
E
[ "$(uname -m)" = x86_64 ] || [ "$(uname -m)" = aarch64 ] || { skip "$_name" 'not here: another machine' && exit 0; }

if command -v bwrap >/dev/null; then
    "$WHITTLE" convert --format bpf "$T/p.json" -o "$T/filter"
    # bwrap needs no privilege that root lacks here
    if bwrap --dev-bind / / true 2>/dev/null; then
        check_status 1 'bwrap loads bpf: uname is refused' bwrap --dev-bind / / --seccomp 3 uname 3<"$T/filter"
        grep -q 'No data available' "$T/err" && pass 'with the errno of the rule' || fail 'with the errno of the rule' "$(cat "$T/err")"
        check 'and other calls are not' bwrap --dev-bind / / --seccomp 3 cat /dev/null 3<"$T/filter"
    else
        skip 'bwrap loads bpf' 'not here: bwrap cannot make namespaces'
    fi
else
    skip 'bwrap loads bpf' 'bwrap is not installed'
fi

check_status 1 'whittle enforce itself: uname is refused' "$WHITTLE" enforce "$T/p.json" -- uname
grep -q 'No data available' "$T/err" && pass 'with the same errno' || fail 'with the same errno' "$(cat "$T/err")"

if command -v systemd-analyze >/dev/null; then
    mkdir -p "$T/units"
    { echo '[Unit]'; echo 'Description=test'; echo; "$WHITTLE" convert --lossy --format systemd tests/golden/formats/plain.json
      echo 'ExecStart=/bin/true'; } >"$T/units/whittle-test.service" 2>/dev/null
    SYSTEMD_UNIT_PATH=$T/units: timeout 60 systemd-analyze verify --man=no "$T/units/whittle-test.service" >"$T/out" 2>&1 || true
    # what an older systemd neither knows nor allows is on a line of its own, and it says so
    newer=$(grep -n -A1 'which an older systemd' "$T/units/whittle-test.service" | sed -n 's/^\([0-9]*\)-.*/\1/p')
    if grep 'whittle-test' "$T/out" | grep -v ":$newer: Failed to parse system call, ignoring: " >"$T/complaints"; then
        fail 'systemd-analyze verify' 'it complains'
        detail <"$T/complaints"
    else
        pass 'systemd-analyze verify'
    fi
    if timeout 60 systemd-analyze security --offline=yes --no-pager "$T/units/whittle-test.service" >"$T/out" 2>&1; then
        bad=$(grep 'SystemCallFilter=~@' "$T/out" | grep -vc '✓' || true)
        [ "$bad" = 0 ] && [ "$(grep -c 'SystemCallFilter=~@' "$T/out")" -gt 8 ] && pass 'systemd-analyze security: every group is refused' || fail 'systemd-analyze security' "$bad groups are not refused"
    else
        skip 'systemd-analyze security' 'not here: this systemd has no --offline'
    fi
else
    skip 'systemd-analyze verify' 'systemd-analyze is not installed'
fi

if command -v firejail >/dev/null; then
    "$WHITTLE" convert --format firejail tests/golden/profile/x86_64.no-enosys.json >"$T/f.profile"
    check 'firejail reads it' timeout 60 firejail --quiet --profile="$T/f.profile" true
    timeout 60 firejail --quiet --profile="$T/f.profile" mkdir "$T/refused" >"$T/out" 2>&1 || :
    check '... and refuses what is not in it' test ! -e "$T/refused"
    check '... which works without it' timeout 60 firejail --quiet --noprofile mkdir "$T/refused"
else
    skip 'firejail reads it' 'firejail is not installed'
fi

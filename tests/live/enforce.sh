#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `whittle enforce`: the command's own status, signals and identity under a profile; what cannot be enforced is in bad-input.sh.
# BESIDE: it looks at nothing but its commands.
set -eu
. tests/lib.sh
need jq strace

profile=$T/p.json
"$WHITTLE" record -q -o "$profile" -- sh -c 'kill -TERM $$' || :
check_status 143 "killed by SIGTERM: 143, as a shell says it" sh -c '"$0" enforce "$1" -- sh -c "kill -TERM \$\$"; exit $?' "$WHITTLE" "$profile"
"$WHITTLE" record -q -o "$profile" -- sh -c 'exit 7' || :
check_status 7 "the command's status" "$WHITTLE" enforce "$profile" -- sh -c 'exit 7'
check_status 7 "without --, too" "$WHITTLE" enforce "$profile" sh -c 'exit 7'
check_status 7 "Docker's default, which is built in" "$WHITTLE" enforce -q docker sh -c 'exit 7'
for way in -c -C; do
    strace -f $way -o "$T/strace" sh -c 'ls / >/dev/null; true'
    "$WHITTLE" convert "$T/strace" -o "$T/strace.json" 2>/dev/null
    check_status 0 "a profile of what strace $way says" "$WHITTLE" enforce "$T/strace.json" sh -c 'ls / >/dev/null; true'
done
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["no_such_call"], "action": "SCMP_ACT_ERRNO"}]}' >"$T/odd.json"
check "a call that libseccomp does not know is a warning" sh -c '"$0" enforce "$1" -- true 2>&1 | grep -q no_such_call' "$WHITTLE" "$T/odd.json"
check "... but not with -q" sh -c '[ -z "$("$0" enforce -q "$1" -- true 2>&1)" ]' "$WHITTLE" "$T/odd.json"
status() { # WORD, of a process under an empty filter; PREFIX... in front
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["acct"], "action": "SCMP_ACT_ERRNO"}]}' >"$T/acct.json"
    chmod 755 "$T"
    chmod 644 "$T/acct.json"
    "${@:2}" "$WHITTLE" enforce "$T/acct.json" -- sed -n "s/^$1:[[:space:]]*//p" /proc/self/status
}
check "as root without no_new_privs, under a filter" [ "$(status NoNewPrivs) $(status Seccomp)" = "0 2" ]
check "as somebody else with no_new_privs" [ "$(status NoNewPrivs setpriv --reuid nobody --clear-groups)" = 1 ]

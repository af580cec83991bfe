#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A word that there is not, and the one that was meant.
set -eu
. tests/lib.sh
need jq

G=tests/golden/formats

while IFS='|' read -r words meant; do
    # shellcheck disable=SC2086
    check_status 2 "$words" "$WHITTLE" $words
    said=$(cat "$T/err")
    if [ -n "$meant" ]; then
        [[ $said == *"(did you mean '$meant'?)"* ]] || fail "$words: meant is $meant" "$said"
    else
        [[ $said != *'did you mean'* ]] || fail "$words: nothing is near" "$said"
    fi
done <<END
recrod|record
snap|snapshot
help exlpain|explain
version|--version
--verison|--version
nonsense|
record --contaner web|--container
record --contaner=web|--container
show --agianst docker $G/plain.json|--against
show --nonsense $G/plain.json|
record --runtime runk -- true|runc
convert --format dokcer $G/plain.json|docker
convert --format yaml $G/plain.json|
convert --default-action kill-proces $G/plain.json|kill-process
convert --arch x86_46 $G/plain.json|x86_64
show --arch amd46 $G/plain.json|amd64
show --cap SYS_ADMN $G/plain.json|SYS_ADMIN
explain $G/plain.json opne|open
explain $G/plain.json xyzzy|
explain $G/plain.json socket AF_INTE|AF_INET
END
check_status 2 'of several flags' "$WHITTLE" explain $G/plain.json clone 'CLONE_NEWNS|CLONE_NEWPDI'
grep -qF "(did you mean 'CLONE_NEWPID'?)" "$T/err" || fail 'the one that is wrong' "$(cat "$T/err")"
check_status 2 'a call of --args' "$WHITTLE" record --args sockte -o "$T/p.json" -- true
grep -qF "there is no syscall 'sockte' (did you mean 'socket'?)" "$T/err" || fail 'a call of --args: the one that was meant' "$(cat "$T/err")"

# runtimes leave out what they do not know
jq '.syscalls[0].names += ["opne", "xyzzy"]' $G/plain.json >"$T/typo.json"
"$WHITTLE" check "$T/typo.json" >"$T/out" 2>&1 || :
grep -q "has a call 'opne' (did you mean 'open'?): runtimes leave it out in silence \[unknown-name\]" "$T/out" &&
    grep -q "has a call 'xyzzy': runtimes" "$T/out" && pass 'a name in a profile: check' || fail 'a name in a profile: check' "$(grep unknown-name "$T/out")"
check 'a name in a profile: convert' "$WHITTLE" convert "$T/typo.json" -o "$T/written"
echo "whittle: warning: no architecture that whittle knows has a call 'opne' (did you mean 'open'?)" >"$T/want"
same '... warns of what looks like another' "$T/want" "$T/err"
jq -e '[.syscalls[].names[]] | index("opne")' "$T/written" >"$T/jq" && pass '... and keeps it' || fail '... and keeps it'

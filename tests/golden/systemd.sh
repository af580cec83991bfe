#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Units of systemd: whittle's table of groups beside what the installed systemd-analyze prints, and profiles written as units and read again.
set -eu
. tests/lib.sh

# members GROUP: what whittle makes of a group, without @default, which every list has
members() {
    printf '[Service]\nSystemCallFilter=~%s\n' "$1" >"$T/group.service"
    "$WHITTLE" show --json "$T/group.service" | jq -r '.rules[].names[]' | sort
}

# theirs GROUP: the same from systemd-analyze, groups in groups followed
theirs() {
    local member
    systemd-analyze syscall-filter --no-pager "$1" 2>/dev/null | sed -n 's/^    \([@a-z_][^ ]*\)$/\1/p' | while read -r member; do
        case $member in
        @*) theirs "$member" ;;
        *) echo "$member" ;;
        esac
    done | sort -u
}

if command -v systemd-analyze >/dev/null && command -v jq >/dev/null && [ -n "$(theirs @swap)" ]; then
    version=$(systemd-analyze --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
    for group in $(systemd-analyze syscall-filter --no-pager 2>/dev/null | sed -n 's/^\(@[a-z-]*\).*/\1/p' | sort -u); do
        theirs "$group" >"$T/theirs"
        members "$group" >"$T/ours"
        # an older systemd has less, a newer one may have more; the one that the table is from has the same
        case $version in
        257) same "$group of systemd $version" "$T/theirs" "$T/ours" ;;
        24? | 25[0-6])
            comm -23 "$T/theirs" "$T/ours" >"$T/only"
            [ ! -s "$T/only" ] && pass "$group has all of systemd $version" || fail "$group has all of systemd $version" "$(tr '\n' ' ' <"$T/only")"
            ;;
        *)
            # 262 moved open_tree from @mount to @file-system
            comm -13 "$T/theirs" "$T/ours" | sed "$([ "$group" != @mount ] || [ "$version" -lt 262 ] || echo '/^open_tree$/d')" >"$T/only"
            [ ! -s "$T/only" ] && pass "$group is in systemd $version" || fail "$group is in systemd $version" "$(tr '\n' ' ' <"$T/only")"
            ;;
        esac
    done
else
    skip 'groups' 'not here: no systemd-analyze with system calls, or no jq'
fi

for profile in tests/golden/formats/plain.json tests/golden/profile/{x86_64,x86_64.runc,x32,aarch64-arm}.json; do
    name=$(basename "$profile" .json)
    check "$name is written" "$WHITTLE" convert --format systemd "$profile" -o "$T/$name.service"
    machine=x86_64 # whose own calls systemd always lets in
    [[ $name != aarch64* ]] || machine=aarch64
    check "$name is read again as the same" "$WHITTLE" diff --arch $machine "$profile" "$T/$name.service"
done

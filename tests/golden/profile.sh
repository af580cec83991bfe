#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The same calls give the same profile, byte for byte: tests/golden/profile/NAME.calls
# gives NAME.json, and NAME.VARIANT.json with the options of that variant, if there is such
# a file. After a change that is meant, UPDATE=1 bash tests/golden/profile.sh writes the
# expected files anew.
set -eu
. tests/lib.sh

B=${BUILD:-build}
expected=tests/golden/profile
derive=$T/derive
flags=(-std=gnu11 -Wall -Wextra -Werror -g -D_GNU_SOURCE -Iuser -Ibpf "-I$B")
case $B in
*/san) CC=clang flags+=('-fsanitize=address,undefined' -fno-sanitize-recover=all) ;;
esac

# The profile library and what lies below it, and no other library: no libbpf.
check 'the profile library links with libseccomp, libyaml and libmd alone' \
    "${CC:-gcc}" "${flags[@]}" -o "$derive" tests/golden/derive.c \
    "$B"/user/{base,syscalls,profile}/*.o -lseccomp -lyaml -lmd
[ -x "$derive" ] || exit 1

# compare NAME CALLS JSON OPTION...
compare() {
    local name=$1 calls=$2 json=$3
    shift 3
    if ! "$derive" "$@" <"$calls" >"$T/json" 2>"$T/err"; then
        fail "$name" "derive failed"
        detail <"$T/err"
        return
    fi
    [ -z "${UPDATE-}" ] || cp "$T/json" "$json"
    same "$name" "$json" "$T/json"
}

declare -A variants=(
    [no-enosys]='--no-enosys'
    [runc]='--runc'
    [crun-nnp]='--crun --no-new-privs'
    [container]='--runc --crun --startup'
)
count=0 varied=0
for calls in "$expected"/*.calls; do
    name=$(basename "$calls" .calls)
    json=$expected/$name.json
    compare "$name" "$calls" "$json"
    # The order and the number of times in which calls come does not matter.
    tac "$calls" | cat - "$calls" >"$T/calls"
    compare "$name, backwards and twice" "$T/calls" "$json"
    for variant in "${!variants[@]}"; do
        [ -e "$expected/$name.$variant.json" ] || continue
        # shellcheck disable=SC2086
        compare "$name, $variant" "$calls" "$expected/$name.$variant.json" ${variants[$variant]}
        varied=$((varied + 1))
    done
    count=$((count + 1))
done
[ $count = 4 ] || fail 'all sets of calls' "$count instead of 4"
[ $varied = 6 ] || fail 'all variants' "$varied instead of 6"

check_status 1 'no calls give no profile' "$derive" </dev/null
cp "$T/err" "$T/said"
check 'no calls: the reason is told' grep -q 'nothing to make a profile of' "$T/said"
check_status 2 'a call that no set can hold is refused' "$derive" <<<'x86_64 1024'

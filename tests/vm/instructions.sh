#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a call costs in instructions, in a virtual machine whose clock counts them: no more than tests/vm/instructions.table says,
# and not much less, so that the table stays true. UPDATE=yes writes the table anew. THOROUGH=yes: all of it, on each kernel.
set -eu
. tests/lib.sh
. tests/vm.sh
need qemu-system-x86_64 cpio busybox jq

table=tests/vm/instructions.table
kernels=(6.12-amd64)
APPEND=
[ "${THOROUGH-}" != yes ] || kernels=(6.1-amd64 6.12-amd64) APPEND=CROWD=yes
export APPEND
need_kernels "${kernels[@]}"
tests/vm/image "$T/image" tests/vm/guest-instructions "$BUILD/tests/bench/floor" "$BUILD/tests/bench/calls"

# "WHAT INSTRUCTIONS" from absolute figures: all but the first two of GROUP/ are what comes on top of its floor, that of its untraced call
over_floor() {
    awk '$1 == "=" && !($2 in n) { n[$2] = $3; order[++count] = $2 }
        $1 == "=" && $3 < n[$2] { n[$2] = $3 } # what is measured more than once: the least
        END {
            for (i = 1; i <= count; i++) {
                group = what = order[i]
                sub("[^/]*$", "", group)
                base = what == group "untraced" ? 0 : what == group "floor" ? n[group "untraced"] : n[group "floor"]
                printf "%s %.1f\n", what, n[what] - base
            }
        }'
}

# What another compiler makes of the programs may be a tenth more, and less.
compiler=clang-$("${CLANG:-clang}" -dumpversion | cut -d. -f1)
made_by=$(sed -n 's/^# Compiled by \(clang-[0-9]*\).*/\1/p' "$table")
[ -n "$made_by" ] || fail "$table says by which compiler the programs were made"
[ "$compiler" = "$made_by" ] || echo "# the table is that of $made_by, the programs are $compiler's"

# Are they the same, to 2 %? Of processes that take turns to a quarter: those are interrupted now and then.
within() { # WHAT GOT WANT
    awk -v what="$1" -v got="$2" -v want="$3" -v same="$([ "$compiler" != "$made_by" ] || echo yes)" 'BEGIN {
        most = what ~ "/" ? want / 4 + 10 : want / 50 + 0.1
        most += same ? 0 : want / 10
        exit !(got <= want + most && got >= want - most)
    }'
}

: >"$T/all"
for kernel in "${kernels[@]}"; do
    if ! COUNT=yes tests/vm/boot "$BUILD/vm/kernels/$kernel" "$T/image" 900 >"$T/console" 2>&1; then
        fail "$kernel: instructions are counted"
        detail <"$T/console"
        continue
    fi
    over_floor <"$T/console" | sed "s/^/$kernel /" >"$T/figures"
    cat "$T/figures" >>"$T/all"
    while read -r _ what got; do
        want=$(awk -v kernel="$kernel" -v what="$what" '$1 == kernel && $2 == what { print $3 }' "$table")
        if [ -z "$want" ]; then
            fail "$kernel: $what: $got instructions" "$table has no such row: UPDATE=yes tests/run -k instructions vm"
        elif [[ ${what##*/} = @(untraced|floor) ]]; then
            pass "$kernel: $what: $got instructions (the kernel's own: $want in the table)"
        elif within "$what" "$got" "$want"; then
            pass "$kernel: $what: $got instructions ($want in the table)"
        else
            fail "$kernel: $what: $got instructions" "$want in the table; if fewer are meant: UPDATE=yes tests/run -k instructions vm"
        fi
    done <"$T/figures"
    awk '$1 == "=" && $3 !~ /^[0-9]+[.][0-9]+$/ { print $2 }' "$T/console" >"$T/unmeasured"
    awk -v kernel="$kernel" 'FILENAME == ARGV[1] { got[$2] = 1; next } $1 == kernel && !($2 in got) { print $2 }' "$T/figures" "$table" |
        { [ "${THOROUGH-}" = yes ] && cat || grep -v ^crowd/ || :; } >>"$T/unmeasured"
    [ ! -s "$T/unmeasured" ] || fail "$kernel: all is measured" "$(xargs <"$T/unmeasured")"
done
# what costs nothing was not measured: something interrupted the empty program
awk '$3 <= 0' "$T/all" >"$T/nothing"
[ ! -s "$T/nothing" ] || fail "all costs something" "$(xargs <"$T/nothing")"
if [ "${UPDATE-}" = yes ] && [ -s "$T/all" ] && [ ! -s "$T/nothing" ]; then
    # what was not measured stays
    awk 'FILENAME == ARGV[1] { got[$1, $2] = $0; order[++count] = $1 SUBSEP $2; next }
        ($1, $2) in got { print got[$1, $2]; delete got[$1, $2]; next }
        { print }
        END { for (i = 1; i <= count; i++) if (order[i] in got) print got[order[i]] }' "$T/all" "$table" |
        sed "s/^# Compiled by clang-[0-9]*/# Compiled by $compiler/" >"$T/table"
    cp "$T/table" "$table"
    scripts/check-tables --update
fi

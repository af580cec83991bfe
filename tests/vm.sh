# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# For the tests in tests/vm, which run things on other kernels in virtual machines: sourced after tests/lib.sh. Kernels are kept in
# $BUILD/vm/kernels. tests/vm/kernels says which there are.

BUILD=${BUILD:-build}
export BUILD

# Ends the test, skipped, when its kernels cannot be had.
need_kernels() { # KERNEL...
    local status=0 why
    tests/vm/kernels "$BUILD/vm/kernels" "$@" 2>"$T/kernels" || status=$?
    detail <"$T/kernels"
    why=$(sed -n 's/^kernels: \(not here: .*\)/\1/p' "$T/kernels")
    case $status in
    0) ;;
    77)
        skip "$_name" "$why"
        exit 0
        ;;
    *)
        fail "kernels can be fetched" "status $status"
        exit 1
        ;;
    esac
}

# Prints what the guest of $T/image has to say on a kernel, as results. 1: something has failed.
results() { # KERNEL SECONDS
    local rc=0 console
    console=$(mktemp "$T/console.XXXXXX")
    tests/vm/boot "$BUILD/vm/kernels/$1" "$T/image" "$2" >"$console" 2>&1 || rc=$?
    sed -n "s/^\(ok\|not ok\|skip\|fact\) - /\1 - $1: /p; /^#/p" "$console"
    if [ $rc != 0 ] && ! grep -q '^not ok - ' "$console" || ! grep -q '^ok - ' "$console"; then
        fail "$1: the machine runs its tests" "status $rc"
        detail <"$console"
    fi
    [ $rc = 0 ] && ! grep -q '^not ok - ' "$console"
}

# Runs the guest of $T/image on a kernel; its results become this test's.
boot() { # KERNEL [SECONDS]
    results "$1" "${2:-300}" || _failures=$((_failures + 1))
}

# Runs PARTS (tests/vm/guest) in a machine each, with WORDs on the kernel's command line, as many at once as there are CPUs (each machine keeps one busy). What they say of the
# kernels is left in $T/facts: "KERNEL KEY VALUE".
boot_parts() { # SECONDS "KERNEL PARTS [WORD...]"...
    local seconds=$1 machine kernel parts words out outs=()
    shift
    for machine; do
        read -r kernel parts words <<<"$machine"
        out=$T/results.${#outs[@]}
        outs+=("$out")
        while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
            wait -n || :
        done
        APPEND="PARTS=$parts $words" results "$kernel" "$seconds" >"$out" &
    done
    wait
    for out in "${outs[@]}"; do
        grep -v '^fact - ' "$out" || :
        grep -q '^not ok - ' "$out" && _failures=$((_failures + 1))
    done
    sed -n 's/^fact - \([^:]*\): /\1 /p' "${outs[@]}" >"$T/facts"
}

# Of PARTS, those that can run on a kernel; nothing if none can.
parts_of() { # KERNEL PARTS
    local part parts=
    for part in ${2//,/ }; do
        case $1:$part in
        generic-*:x32) ;;
        generic-* | *:x32) continue ;;
        5.10-*:denials) part=refusals ;;
        5.10-*:*denials | 5.10-*:live/*each | 5.10-*:live/busy) continue ;; # from 5.15 on
        5.10-*:live/verifier) continue ;;                                      # says what it did from 5.16 on
        esac
        parts=$parts${parts:+,}$part
    done
    echo "$parts"
}

# Sets machines, for boot_parts, and their kernels: with THOROUGH=yes all of tests/live, and more, on each of KERNELS, the longest first, else
# MACHINE...; with MACHINES set, those.
choose_machines() { # KERNELS MACHINE...
    local kernel words parts some all=$1
    shift
    machines=("$@")
    if [ "${THOROUGH-}" = yes ]; then
        machines=()
        # emulated, each takes five to fifteen minutes; a word VAR=VALUE is in their environment
        while read -r parts words; do
            for kernel in $all; do
                some=$(parts_of "$kernel" "$parts")
                [ -z "$some" ] || machines+=("$kernel $some $words")
            done
        done <<'END'
live/baseline RUNTIMES=runc
live/baseline RUNTIMES=crun
live/set-up
live/record
live/bad-input
live/hook
live/start
live/start-each,live/busy,live/doctor
live/each,live/denials,live/quiet
live/hook-slots
live/sanitized,live/verifier
live/start-denials,live/loop,live/nothing-lost,live/footprint
accuracy,denials,features,live/args,live/enforce,live/moving,live/names,live/truth,live/v1,live/verdicts
live/resident,live/shared possible_cpus=64
x32 syscall.x32=y
END
    fi
    [ -z "${MACHINES-}" ] || IFS=';' read -ra machines <<<"$MACHINES"
    mapfile -t kernels < <(printf '%s\n' "${machines[@]}" | awk '{ print $1 }' | sort -u)
}

# Makes the build with sanitizers, for tests/vm/image-live, if one of the machines runs tests/live/sanitized.sh.
need_sanitized() { # BUILD [MAKE-ARGUMENT...]
    [[ ${machines[*]} == *live/sanitized* ]] || return 0
    check "the build with sanitizers" flock build/san.lock make -s SAN=1 "${@:2}" all
    export SANITIZED=$T/whittle-sanitized
    cp "$1/san/whittle" "$SANITIZED"
}

# Compares what machines said of their kernels with tests/vm/kernels.table, all of it with THOROUGH=yes. UPDATE=yes writes it there: a
# kernel's lines anew, without what failed; or with MACHINES, which run a part, what is not there yet.
check_facts() {
    local table=tests/vm/kernels.table kernels
    kernels=$(cut -d' ' -f1 "$T/facts" | sort -u | paste -sd'|')
    # the version that is the newest changes, which is no failure
    facts() { # FILE
        grep -E "^($kernels) " "$1" | { [ "${UPDATE-}" = yes ] && cat || grep -v '^newest.* version'; } | sort -u
    }
    facts "$T/facts" >"$T/seen"
    if [ "${UPDATE-}" = yes ] && [ "${THOROUGH-}" = yes ] && [ -s "$T/seen" ]; then
        # of a fact there is one, of what passed any number
        awk -v part="${MACHINES-}" 'FILENAME == ARGV[1] { print; kernel[$1] = 1; key[$1, $2] = $2 != "passed"; line[$0] = 1; next }
            /^#/ || (part == "" ? $1 in kernel : key[$1, $2] || $0 in line) { next } { print }' "$T/seen" "$table" |
            sort -V | { grep '^#' "$table" && cat; } >"$T/table"
        cp "$T/table" "$table"
        scripts/check-tables --update
    fi
    facts "$table" >"$T/known" || :
    # what passed, or is of a new kernel, and is not yet in the table is no failure
    awk 'FILENAME == ARGV[1] { key[$1, $2] = 1; line[$0] = 1; next } !($0 in line) && ($2 == "passed" || !(($1, $2) in key))' \
        "$T/known" "$T/seen" >"$T/more"
    sed "s|^|# not yet in $table: |" "$T/more"
    grep -vxFf "$T/more" "$T/seen" >"$T/few" || :
    mv "$T/few" "$T/seen"
    # a part of the machines sees a part
    [ "${THOROUGH-}" = yes ] && [ -z "${MACHINES-}" ] || { comm -12 "$T/known" "$T/seen" >"$T/both" && mv "$T/both" "$T/known"; }
    [ -s "$T/facts" ] || fail "the machines say what they saw of their kernels" "nothing"
    same "what was seen of the kernels is what tests/vm/kernels.table says" "$T/known" "$T/seen"
}

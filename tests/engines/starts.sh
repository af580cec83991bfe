#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The profile of one recording starts its container each time: run and exec, runc and crun, with and without no_new_privs, root
# or not, with and without --init; STARTS times in a row each (default 3, with THOROUGH=yes 20).
#
# Then several containers at once: ten that are recorded by whittles of their own, of two engines; and TIMES (default 12, with THOROUGH=yes 200)
# containers that live for 20 ms, with all CPUs busy, of which no call is lost.
#
# What need not be tried in each layout is shared out among them: THOROUGH=yes tries all.
set -eu
. tests/lib.sh
. tests/engines.sh
ONE_BY_ONE=yes
each_layout "$@"
need strace
starts=${STARTS:-$(often 2 20)} times=${TIMES:-$(often 6 200)}
engines_up

# --- the matrix ---
# The program stays as long as it is told: recorded with 0.01 seconds.
# shellcheck disable=SC2016
program=(sh -c 'umask 077; ls / >/dev/null; sleep $1; echo done' sh)

# Counts how often COMMAND says that it is done.
count_starts() { # DIR COMMAND...
    local dir=$1 n=0 _
    shift
    for _ in $(seq "$starts"); do
        if timeout 60 "$@" </dev/null >"$dir/out" 2>"$dir/err" && [ "$(cat "$dir/out")" = "done" ]; then
            n=$((n + 1))
        else
            cp "$dir/err" "$dir/failed"
        fi
    done
    echo $n
}

judge() { # DESC N DIR
    if [ "$2" = "$starts" ]; then
        pass "$1, $2 of $starts"
    else
        fail "$1" "$2 of $starts"
        [ ! -s "$3/failed" ] || detail <"$3/failed"
    fi
}

cell() { # ENGINE RUNTIME NNP UID INIT
    local engine=$1 what="$1, ${2##*/}, no_new_privs $3, uid $4${5:+, --init}" dir name
    local options=(--network none --runtime "$2" --user "$4:$4" ${5:+--init})
    name=$1-${2##*/}-$3-$4${5:+-init}
    dir=$T/$name
    mkdir "$dir"
    [ "$3" = off ] || options+=(--security-opt no-new-privileges)
    if ! timeout 60 "$WHITTLE" record -o "$dir/p.json" -- $engine run --rm "${options[@]}" bb:1 "${program[@]}" 0.01 \
        </dev/null >"$dir/out" 2>"$dir/err"; then
        # newer engines ask crun for limits of a controller that a v1 hierarchy may have
        if [ "$1,${2##*/},$BOTH_LAYOUTS" = docker,crun,yes ] && grep -q 'controller .* is not available' "$dir/err"; then
            skip "$what" "not here: $(grep -o 'controller .*' "$dir/err" | head -n 1)"
            return
        fi
        fail "$what: is recorded"
        detail <"$dir/err"
        return
    fi
    # with no_new_privs crun's adds nothing to what was called
    [ "$3,${2##*/}" = on,crun ] || grep -q "of the table for ${2##*/}," "$dir/err" ||
        { fail "$what: the table of its runtime" && detail <"$dir/err"; }
    options+=(--security-opt seccomp="$dir/p.json")
    judge "$what: run" "$(count_starts "$dir" $engine run --rm "${options[@]}" bb:1 "${program[@]}" 0.01)" "$dir"
    if $engine run -d --name "$name" "${options[@]}" bb:1 "${program[@]}" 1000 >"$dir/out" 2>"$dir/failed"; then
        judge "$what: exec" "$(count_starts "$dir" $engine exec "$name" "${program[@]}" 0.01)" "$dir"
        # or all of this proves nothing: it runs under the profile
        if $engine exec "$name" mkdir /tmp/no >"$dir/out" 2>&1; then
            fail "$what: mkdir is refused"
        fi
    else
        fail "$what: exec" "the container does not start"
        detail <"$dir/failed"
    fi
    remove $engine "$name"
}

cells=()
for engine in "${ENGINES[@]}"; do
    for runtime in $(THOROUGH=yes runtimes_of $engine); do
        for nnp in off on; do
            for uid in 0 1000; do
                for init in '' yes; do
                    case $nnp,$uid,$init,${THOROUGH:+all} in
                    *,all | off,0,,) ;;
                    on,1000,yes,) [ "$LAYOUT,$engine,$runtime" != v2,docker,runc ] || [ -z "$BOTH_LAYOUTS" ] || continue ;;
                    *,yes,) continue ;;
                    *) [ "$LAYOUT" = hybrid ] || [ -z "$BOTH_LAYOUTS" ] || continue ;;
                    esac
                    cells+=("$engine $runtime $nnp $uid $init")
                done
            done
        done
    done
done
at_once 3 cell "${cells[@]}"

# --- ten at once ---
of_class() { # CLASS RECORDING
    jq -r --arg c "$1" '.syscalls[] | select(.class == $c) | "\(.name) \(.calls)"' "$2" | sort
}

commands=("stat -f /" "mkdir /tmp/x" "rmdir /tmp/no" "kill -0 1" "chmod 700 /tmp" "ln -s a /tmp/b" "touch /tmp/c" "mkfifo /tmp/f" "hostname" "sync")
marks='statfs|mkdir|rmdir|kill|chmod|symlink|utimensat|mknodat|uname|sync'
whittles=()
for i in {0..9}; do
    engine=${ENGINES[i % 2]}
    read -ra words <<<"${commands[i]}"
    timeout 120 "$WHITTLE" record -o "$T/m$i.json" -- $engine run --rm --network none bb:1 "/bin/${words[0]}" "${words[@]:1}" \
        </dev/null >"$T/m$i.out" 2>"$T/m$i.err" &
    whittles+=($!)
done
wait "${whittles[@]}" || : # of the commands, some fail
wrong=
for i in {0..9}; do
    read -ra words <<<"${commands[i]}"
    strace_counts "/bin/${words[0]}" "${words[@]:1}" | awk '{ print $1 }' | grep -xE "$marks" >"$T/want" || :
    [ ! -f "$T/m$i.json" ] || allowed "$T/m$i.json" | grep -xE "$marks" >"$T/seen" || :
    [ -s "$T/want" ] && [ -f "$T/m$i.json" ] && cmp -s "$T/want" "$T/seen" && continue
    wrong+=" ${commands[i]}: strace $(tr '\n' ' ' <"$T/want"), whittle $(tr '\n' ' ' <"$T/seen") "
    tail -n 3 "$T/m$i.err" | detail
done
if [ -z "$wrong" ]; then
    pass "ten containers at once, of two engines: each gets its own profile"
else
    fail "ten containers at once, of two engines: each gets its own profile" "$wrong"
fi

# --- short-lived ones, on busy CPUs ---
idle() {
    [ ${#background[@]} = 0 ] || kill "${background[@]}"
    background=()
}
on_exit idle
for _ in $(seq "$(nproc)"); do
    while :; do :; done &
    background+=($!)
done
strace_counts /bin/usleep 20000 >"$T/want"

short() { # ENGINE NUMBER
    local dir=$T/short-$1-$2
    mkdir "$dir"
    timeout 120 "$WHITTLE" record -o "$dir/p.json" --recording "$dir/rec.json" -- $1 run --rm --network none bb:1 /bin/usleep 20000 \
        </dev/null >"$dir/out" 2>"$dir/err" || { echo "not ok - status $?" && detail <"$dir/err" && return; }
    of_class workload "$dir/rec.json" >"$dir/seen"
    cmp -s "$T/want" "$dir/seen" && echo whole || diff "$T/want" "$dir/seen" | detail
}
shorts=()
[ -z "$BOTH_LAYOUTS" ] || [ -n "${THOROUGH-}" ] || times=$(((times + 1) / 2))
for i in $(seq "$times"); do
    shorts+=("${ENGINES[i % 2]} $i")
done
at_once 2 short "${shorts[@]}" >"$T/shorts"
idle
if [ -s "$T/want" ] && [ "$(grep -cx whole "$T/shorts")" = "$times" ]; then
    pass "containers that live for 20 ms are recorded whole, $times of $times"
else
    fail "containers that live for 20 ms are recorded whole" "$(grep -cx whole "$T/shorts") of $times"
    grep -vx whole "$T/shorts" | detail
fi
nothing_left && pass "nothing stays behind" || fail "nothing stays behind"

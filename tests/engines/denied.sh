#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A container under its engine's default profile tries what it must not: audit lists exactly that, for run and for exec.
set -eu
. tests/lib.sh
. tests/engines.sh
each_layout "$@"
engines_up
[ -z "${BOTH_LAYOUTS-}" ] || [ "${THOROUGH-}" = yes ] || { [ "$LAYOUT" = hybrid ] && ENGINES=(docker) || ENGINES=(podman); }
program=$PWD/${BUILD:-build}/tests/programs/forbidden

# The oracle: what the runtime was told to filter. Names in no rule that allows them are denied.
config_of() { # ENGINE CONTAINER
    if [ "$1" = podman ]; then
        podman inspect -f '{{.OCIConfigPath}}' "$2"
    else
        find "$E/containerd/state" -path "*/$(docker inspect -f '{{.Id}}' "$2")/config.json" | head -n 1
    fi
}

want_of() { # ENGINE CONTAINER TIMES: "NAME COUNT"
    jq -r '.linux.seccomp.syscalls[] | select(.action == "SCMP_ACT_ALLOW").names[]' "$(config_of "$1" "$2")" | sort -u >"$T/allowed"
    "$program" names | sort | join -v 1 - "$T/allowed" | awk -v times="$3" '{ print $1, $2 * times }'
}

# What was tried and listed. Go's runtime and libc probe for calls that are answered with ENOSYS: these are no finding.
seen() {
    jq -r '.denials[] | select(.finding or .comm == "forbidden") | "\(.name) \(.count)"' "$T/out" | awk '{ n[$1] += $2 } END { for (name in n) print name, n[name] }' | sort
}

# Runs COMMAND until its engine has answered whittle in time: this machine may be very busy. Its status in $status.
patiently() { # DIR COMMAND...: what it says is in DIR
    local dir=$1
    shift
    for _ in 1 2 3 4 5; do
        status=0
        timeout 90 "$@" >"$dir/out" 2>"$dir/err" || status=$?
        grep -q 'no answer within' "$dir/err" || break
    done
}

# What each answers, how the calls are tried, and how often all of them by default: what is only logged waits for the kernel's log, and a process
# a call takes time. Nobody traces, so TRACE is answered with ENOSYS; a process of one thread is killed with it.
actions=('ERRNO errno EPERM calls 2000' 'TRAP trap - calls 400' 'LOG log - calls 20' 'TRACE errno ENOSYS calls 1000' 'NOTIFY notify EPERM calls 40'
    'KILL_PROCESS kill_process - children 1' 'KILL_THREAD kill_thread - threads 10' 'KILL_THREAD kill_process - children 1')
listener=${program%/*}/listener
"$listener" "$T/listener" >"$T/ready" &
background+=($!)
on_exit end_listener
end_listener() {
    kill "${background[@]}"
}

# Tries all that is denied in a container whose filter answers it with ACTION.
try_action() { # ENGINE ACTION ANSWER ERRNO WAY ROUNDS
    local engine=$1 action=$2 answer=$3 error=$4 way=$5 rounds dir
    if [ "$engine $action" = "docker NOTIFY" ]; then
        skip "docker: NOTIFY" "not here: docker does not pass listenerPath on to its runtime"
        return
    fi
    if [ "$action" = LOG ] && ! grep -qw log /proc/sys/kernel/seccomp/actions_logged; then
        skip "$engine: LOG" "not here: the kernel does not log the action LOG"
        return
    fi
    rounds=$(often "$6" $(($6 * 10)))
    dir=$(mktemp -d "$T/try.XXXXXX")
    # shellcheck disable=SC2046
    jq --arg action "SCMP_ACT_$action" --arg socket "$T/listener" \
        '.syscalls |= (map(.names -= $ARGS.positional | select(.names != [])) + [{"names": $ARGS.positional, "action": $action}]) | if $action == "SCMP_ACT_NOTIFY" then .listenerPath = $socket else . end' \
        "$T/$engine.profile" --args $(cut -d' ' -f1 "$T/$engine.barred") >"$dir/profile.json"
    patiently "$dir" "$WHITTLE" audit --json -- "$engine" run --rm --network none --security-opt seccomp="$dir/profile.json" \
        -v "$program:/forbidden:ro" bb:1 /forbidden "$way" "$rounds"
    awk -v rounds="$rounds" -v rest="$answer $error" '{ print $1, rest, $2 * rounds }' "$T/$engine.barred" | sort >"$dir/want"
    sed -n '/^{/,$p' "$dir/out" | jq -r '.denials[] | select(.comm == "forbidden" and .name != "clone3") | "\(.name) \(.action) \(.errno // "-") \(.count)"' | sort >"$dir/seen"
    same "$engine: $action: $(awk '{ n += $4 } END { print n }' "$dir/want") denied $way, $(sed -n 's/^rate //p' "$dir/out") a second" "$dir/want" "$dir/seen"
    cmp -s "$dir/want" "$dir/seen" || detail <"$dir/err"
}

for engine in "${ENGINES[@]}"; do
    name=denied-$engine-$$
    if [ $engine = docker ]; then run=("${DOCKER[@]}"); else run=("${PODMAN[@]}"); fi
    "${run[@]}" -d --name "$name" -v "$program:/forbidden:ro" bb:1 sleep 1000 >/dev/null
    want_of $engine "$name" 1 >"$T/want"
    if [ "$(wc -l <"$T/want")" -ge 15 ]; then
        pass "$engine: its profile denies $(wc -l <"$T/want") of the calls"
    else
        fail "$engine: its profile denies $(wc -l <"$T/want") of the calls, fewer than 15"
    fi

    patiently "$T" "$WHITTLE" audit --json -- $engine run --rm --network none -v "$program:/forbidden:ro" bb:1 /forbidden
    seen >"$T/seen"
    same "$engine run: exactly what it tried is listed" "$T/want" "$T/seen"
    if [ $status = 1 ]; then pass "$engine run: status 1"; else fail "$engine run: status 1" "$status" && detail <"$T/err"; fi

    for _ in 1 2 3 4 5; do
        : >"$T/err"
        "$WHITTLE" audit --json --container "$engine:$name" >"$T/out" 2>"$T/err" &
        audit=$!
        for _ in $(seq 600); do
            grep -qE '^whittle: (auditing|error)' "$T/err" && break
            sleep 0.1
        done
        grep -q 'no answer within' "$T/err" || break
    done
    "$engine" exec "$name" /forbidden
    "$engine" exec "$name" /forbidden
    status=0
    kill -INT "$audit"
    wait "$audit" || status=$?
    want_of $engine "$name" 2 >"$T/want"
    seen >"$T/seen"
    same "$engine exec, twice: exactly what they tried is listed" "$T/want" "$T/seen"
    if [ $status = 1 ]; then pass "$engine exec: status 1"; else fail "$engine exec: status 1" "$status" && detail <"$T/err"; fi

    patiently "$T" "$WHITTLE" audit --json -- $engine run --rm --network none bb:1 /bin/true
    if [ $status = 0 ]; then pass "$engine run: nothing denied, status 0"; else fail "$engine run: nothing denied, status 0" "$status" && detail <"$T/err"; fi
    rm -f "$T/rec.json"
    patiently "$T" "$WHITTLE" record --filter engine -o "$T/p.json" --recording "$T/rec.json" -- $engine run --rm --network none -v "$program:/forbidden:ro" bb:1 /forbidden
    want_of $engine "$name" 1 >"$T/want"
    jq -r '.denied[] | select(.errno != 38 or .comm == "forbidden") | "\(.name) \(.count)"' "$T/rec.json" | sort >"$T/seen"
    same "$engine run --filter engine: the recording keeps them apart" "$T/want" "$T/seen"

    # --- each action, as often as the machine can ---
    jq .linux.seccomp "$(config_of "$engine" "$name")" >"$T/$engine.profile"
    want_of "$engine" "$name" 1 >"$T/$engine.barred"
    tries=()
    for action in "${actions[@]}"; do tries+=("$engine $action"); done
    at_once 2 try_action "${tries[@]}"
    $engine rm -f "$name" >/dev/null 2>&1 || true
done

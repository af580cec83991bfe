#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A container under its engine's default profile tries what it must not: audit lists exactly that, for run and for exec.
set -eu
. tests/lib.sh
. tests/engines.sh
each_layout "$@"
engines_up
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
patiently() { # COMMAND...
    for _ in 1 2 3 4 5; do
        status=0
        timeout 90 "$@" >"$T/out" 2>"$T/err" || status=$?
        grep -q 'no answer within' "$T/err" || break
    done
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

    patiently "$WHITTLE" audit --json -- $engine run --rm --network none -v "$program:/forbidden:ro" bb:1 /forbidden
    seen >"$T/seen"
    same "$engine run: exactly what it tried is listed" "$T/want" "$T/seen"
    if [ $status = 1 ]; then pass "$engine run: status 1"; else fail "$engine run: status 1" "$status" && detail <"$T/err"; fi

    for _ in 1 2 3 4 5; do
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

    patiently "$WHITTLE" audit --json -- $engine run --rm --network none bb:1 /bin/true
    if [ $status = 0 ]; then pass "$engine run: nothing denied, status 0"; else fail "$engine run: nothing denied, status 0" "$status" && detail <"$T/err"; fi
    rm -f "$T/rec.json"
    patiently "$WHITTLE" record --filter engine -o "$T/p.json" --recording "$T/rec.json" -- $engine run --rm --network none -v "$program:/forbidden:ro" bb:1 /forbidden
    want_of $engine "$name" 1 >"$T/want"
    jq -r '.denied[] | select(.errno != 38 or .comm == "forbidden") | "\(.name) \(.count)"' "$T/rec.json" | sort >"$T/seen"
    same "$engine run --filter engine: the recording keeps them apart" "$T/want" "$T/seen"
    $engine rm -f "$name" >/dev/null 2>&1 || true
done

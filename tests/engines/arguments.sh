#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# --args with runc and crun, without an engine: a container's calls with known arguments are recorded from its cgroup, and under the
# profile, in config.json, the same container makes each of them, and none of their neighbours.
# BESIDE: it looks at nothing but its containers.
set -eu
. tests/lib.sh
. tests/bundle.sh
. tests/engines.sh
need jq runc crun busybox
. tests/arguments.sh
make_bundle
cp "${BUILD:-build}/tests/programs/arguments" "$BUNDLE/rootfs/bin/"
mkdir -p "$E"
_make_crun

# Runs the program in a container with this filter; what it says.
contained() { # RUNTIME SECCOMP CALL...
    local runtime=$1 seccomp=$2 config
    shift 2
    bundle_config "${CG#"$(cgroup_mount)"}/c" '"FILTER"' /bin/arguments "$@"
    # jq rounds masks of 64 bits
    config=$(jq 'del(.linux.resources)' "$BUNDLE/config.json")
    printf '%s\n' "${config/\"FILTER\"/"$seccomp"}" >"$BUNDLE/config.json"
    timeout -k 5 60 "$runtime" --root "$T/root" run --bundle "$BUNDLE" "arguments-$$" </dev/null 2>"$T/err" || detail <"$T/err"
}

for runtime in runc "$CRUN"; do
    what=${runtime##*/}
    own_cgroup
    : >"$T/said"
    "$WHITTLE" record --args all --cgroup "$CG" --recording "$T/rec.json" -o "$T/profile.json" 2>"$T/said" &
    recorder=$!
    for _ in $(seq 300); do
        ! grep -q '^whittle: recording' "$T/said" || break
        sleep 0.1
    done
    contained "$runtime" "$ALLOW" "${calls[@]}" >"$T/free"
    kill -INT "$recorder"
    wait "$recorder" || fail "$what: the recording is complete" "$(tail -n 1 "$T/said")"

    # what libc calls by itself, and the runtime behind its filter, is there as well
    jq -r '.arguments[].texts[]?' "$T/rec.json" | sort >"$T/seen"
    texts | sort | comm -23 - "$T/seen" >"$T/missing"
    : >"$T/nothing"
    same "$what: a recording has the arguments that were used" "$T/nothing" "$T/missing"
    # what is refused is told from what the container's capabilities do not allow
    sed 's/"defaultErrnoRet": *1,/"defaultErrnoRet": 133,/' "$T/profile.json" >"$T/enforced.json"
    contained "$runtime" "$(cat "$T/enforced.json")" "${calls[@]}" >"$T/held"
    if [ "$(wc -l <"$T/held")" = ${#calls[@]} ]; then pass "$what: it runs under its profile"; else fail "$what: it runs under its profile"; fi
    same "$what: the profile allows each of its ${#calls[@]} calls: the same results" "$T/free" "$T/held"
    # what the runtime itself has called with other arguments is allowed, too
    contained "$runtime" "$(cat "$T/enforced.json")" "${neighbours[@]}" >"$T/held"
    grep -v '^133 ' "$T/held" | cut -d' ' -f2 | sort >"$T/passed" || :
    for call in "${neighbours[@]}"; do
        # shellcheck disable=SC2086
        "$WHITTLE" explain --json "$T/profile.json" ${call//:/ } | jq -e '.action == "SCMP_ACT_ERRNO"' >/dev/null || echo "$call"
    done | sort >"$T/simulated"
    same "$what: ... and of ${#neighbours[@]} neighbours those that the runtime calls, as simulation has it" "$T/simulated" "$T/passed"
    # a Go runtime behind the filter
    cut -d: -f1 "$T/passed" | grep -vxE 'futex|madvise|fcntl|epoll_ctl|mmap|tgkill' >"$T/missing" || :
    same "$what: ... and no others" "$T/nothing" "$T/missing"
    if [ "$(wc -l <"$T/held")" = ${#neighbours[@]} ]; then pass "$what: ... all were tried"; else fail "$what: ... all were tried"; fi
done

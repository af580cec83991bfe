#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The engines themselves: they run containers here, each in a v2 cgroup of its own, and nothing of them stays behind.
set -eu
. tests/lib.sh
. tests/engines.sh
. tests/bundle.sh
each_layout "$@"

# Brings the engines up and dies; whether all goes is seen from outside.
if [ "${1-}" = die ]; then
    engines_up
    "${DOCKER[@]}" -d bb:1 sleep 1000 >/dev/null
    "${PODMAN[@]}" -d bb:1 sleep 1000 >/dev/null
    echo "$T $CG ${_daemons[*]} $(docker ps -q --no-trunc) $(podman ps -q --no-trunc)"
    kill -TERM $$
fi

in_v2() { # PID
    sed -n 's/^0:://p' "/proc/$1/cgroup"
}

# Passes if the process's v2 cgroup has this path.
expect_cgroup() { # DESC PID PATH
    local path
    path=$(in_v2 "$2")
    if [ "$path" = "$3" ]; then pass "$1"; else fail "$1" "process $2 is in $path instead of $3"; fi
}

engines_up
parent=${CG#"$(cgroup_mount)"}
cat >"$T/mkdir.json" <<'E'
{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 61}]}
E
for engine in "${ENGINES[@]}"; do
    run=("${DOCKER[@]}") path=$parent/docker/
    [ $engine = docker ] || run=("${PODMAN[@]}") path=$parent/podman/libpod-
    for runtime in $(runtimes_of $engine); do
        what="$engine with ${runtime##*/}"
        if id=$("${run[@]}" -d --runtime "$runtime" bb:1 sleep 1000 2>"$T/err"); then
            expect_cgroup "$what: a cgroup of its own" "$($engine inspect -f '{{.State.Pid}}' "$id")" "$path$id"
            $engine exec "$id" true && pass "$what: exec" || fail "$what: exec"
            remove $engine "$id"
        else
            fail "$what: runs a container"
            detail <"$T/err"
        fi
    done
    # what whittle converts: mkdir has an errno that nobody else uses
    for format in oci docker; do
        "$WHITTLE" convert --format $format "$T/mkdir.json" -o "$T/$format.json"
        "${run[@]}" --rm --security-opt seccomp="$T/$format.json" bb:1 mkdir /new >"$T/out" 2>"$T/err" || :
        if grep -q 'No data available' "$T/err"; then
            pass "$engine: a profile in the format $format"
        else
            fail "$engine: a profile in the format $format"
            detail <"$T/err"
        fi
    done
    "$WHITTLE" convert --format docker docker -o "$T/default.json"
    check "$engine: Docker's default as whittle has it" "${run[@]}" --rm --security-opt seccomp="$T/default.json" bb:1 true
    # programs of the host, with their libraries
    check "$engine: redis of the host" "${run[@]}" --rm "${HOST[@]}" host:1 redis-server --version
    check "$engine: nginx of the host" "${run[@]}" --rm "${HOST[@]}" host:1 nginx -v
done

make_bundle
bundle_config "$parent/runc" null sleep 1000
for runtime in runc "$CRUN"; do
    name=${runtime##*/}
    bundle_config "$parent/$name" null sleep 1000
    (cd "$BUNDLE" && "$runtime" run -d --pid-file "$T/pid" "whittle$$$name" </dev/null >"$T/out" 2>&1) || detail <"$T/out"
    expect_cgroup "$name alone: a cgroup of its own" "$(cat "$T/pid")" "$parent/$name"
    "$runtime" delete -f "whittle$$$name"
done

# --- nothing stays behind ---
"${DOCKER[@]}" -d bb:1 sleep 1000 >/dev/null
"${PODMAN[@]}" -d bb:1 sleep 1000 >/dev/null
left() { # DIRECTORY CGROUP WORD...: what is left: processes that name one of the words, mounts, cgroups
    local directory=$1 cgroup=$2
    shift 2
    printf '%s\n' "$directory/" "$@" >"$T/words" # a file, as grep itself must not name them
    grep -lsF -f "$T/words" /proc/[0-9]*/cmdline || :
    grep -F "$directory/" /proc/self/mounts || :
    find /sys/fs/cgroup -mindepth 2 -type d -path "*/${cgroup##*/}/*" || :
}
ids=("$(docker ps -q --no-trunc)" "$(podman ps -q --no-trunc)")
left "$E" "$CG" "${ids[@]}" >"$T/before"
engines_down
left "$E" "$CG" "${ids[@]}" >"$T/after"
if [ "$(wc -l <"$T/before")" -gt 10 ] && [ ! -s "$T/after" ]; then
    pass "taken down, nothing is left: processes, mounts, cgroups"
else
    fail "taken down, nothing is left: processes, mounts, cgroups" "before: $(wc -l <"$T/before")"
    detail <"$T/after"
fi
bash "$0" die >"$T/out" 2>&1 || :
read -r directory cgroup words <<<"$(grep '^/' "$T/out")"
# shellcheck disable=SC2086
left "$directory" "$cgroup" $words >"$T/after"
if [ -n "$words" ] && [ ! -s "$T/after" ] && [ ! -e "$directory" ] && [ ! -e "$cgroup" ]; then
    pass "... nor after a test that is killed"
else
    fail "... nor after a test that is killed"
    detail <"$T/out"
    detail <"$T/after"
fi

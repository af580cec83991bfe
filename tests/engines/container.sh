#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `whittle record --container` with real docker and podman: by name and by id, what runs in it and what is run in it later, and
# the names that it refuses.
set -eu
. tests/lib.sh
. tests/engines.sh
each_layout "$@"
need jq strace
engines_up

as=()
record_start() { # ARGUMENT...
    : >"$T/log"
    "${as[@]}" "$WHITTLE" record --recording "$T/rec.json" -o "$T/profile.json" "$@" 2>"$T/log" &
    recorder=$!
    for _ in {1..200}; do
        grep -q '^whittle: recording' "$T/log" && return
        kill -0 $recorder 2>/dev/null || break
        sleep 0.05
    done
    fail "record $*" "the recorder did not start"
    detail <"$T/log"
    return 1
}

record_stop() {
    kill -INT "$recorder"
    wait "$recorder"
}

# The names of the calls that a container is known for.
has() { # DESC CALL...
    local desc=$1 call
    shift
    jq -r '.syscalls[] | select(.class == "workload") | .name' "$T/rec.json" >"$T/names"
    for call; do
        grep -qx "$call" "$T/names" || { fail "$desc" "$call is missing" && detail <"$T/names" && return; }
    done
    pass "$desc"
}

refuses() { # WORDS ARGUMENT...
    local words=$1 rc=0
    shift
    timeout 60 "$WHITTLE" record -o "$T/profile.json" "$@" 2>"$T/err" || rc=$?
    if [ $rc = 1 ] && grep -qF -- "$words" "$T/err"; then
        pass "record $*: '$words'"
    else
        fail "record $*" "status $rc, expected 1 and '$words'"
        detail <"$T/err"
    fi
}

# The oracle: what strace sees the same loop call on the host, in its rounds but the last.
# shellcheck disable=SC2016 # for the shell in the container
loop='while :; do umask 022; echo x >/tmp/x; rm /tmp/x; echo >>/tmp/n; sleep 0.1; done'
strace -f -o "$T/strace" chroot "$E/bb" sh -c "${loop/while :/for i in 1 2 3}"
tac "$T/strace" | sed -n '/ umask(/,$p' | tac | sed -n '/ umask(/,$p' | sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p' | sort -u >"$T/want"

for engine in "${ENGINES[@]}"; do
    run=("${DOCKER[@]}")
    [ "$engine" = docker ] || run=("${PODMAN[@]}")
    ids=()
    for runtime in $(runtimes_of "$engine"); do
        id=$("${run[@]}" -d --runtime "$runtime" --name "$engine-${runtime##*/}" bb:1 sh -c "$loop")
        ids+=("$id")
        names=("$engine-${runtime##*/}" "$id" "${id:0:12}" "$engine:${id:0:12}")
        # names are told from ids the same way whoever runs the container
        [ "$runtime" = runc ] || [ "${THOROUGH-}" = yes ] || names=("$engine-${runtime##*/}")
        for name in "${names[@]}"; do
            record_start --container "$name"
            rounds "$($engine inspect -f '{{.State.Pid}}' "$id")"
            record_stop
            what="$engine with ${runtime##*/}, ${name/$id/whole id}"
            what=${what/${id:0:12}/id}
            jq -r '.syscalls[] | select(.class == "workload" or .class == "in_flight") | .name' "$T/rec.json" | sort -u >"$T/seen"
            same "$what: the calls that strace sees" "$T/want" "$T/seen"
            target=$(jq -r .target "$T/rec.json")
            case $target in
            "container $engine:$engine-${runtime##*/} (cgroup "*"$id)") pass "... and the recording says what it is of" ;;
            *) fail "... and the recording says what it is of" "$target" ;;
            esac
        done
        record_start --container "$id"
        $engine exec "$id" mkdir /tmp/d
        record_stop
        has "$engine with ${runtime##*/}: a process that is run in it later is recorded" mkdir
    done

    "${run[@]}" --name "$engine-done" bb:1 true
    $engine create --network none --name "$engine-new" bb:1 true >/dev/null
    refuses "container $engine:$engine-done does not run (it is 'exited')" --container "$engine-done"
    refuses "container $engine:$engine-new does not run (it is 'created')" --container "$engine-new"
    refuses "there is no container 'nobody' in $engine" --container "$engine:nobody"
    "${run[@]}" -d --name twin bb:1 sleep 1000 >/dev/null
done

# both at once
record_start --container docker-runc --container podman-runc
sleep 0.3
record_stop
if [ "$(jq -r .target "$T/rec.json" | grep -o 'container [a-z]*:' | tr '\n' ' ')" = "container docker: container podman: " ]; then
    pass "two containers of two engines in one recording"
else
    fail "two containers of two engines in one recording" "$(jq -r .target "$T/rec.json")"
fi

refuses "there is no container 'nobody' in docker, podman" --container nobody
refuses "there are several containers 'twin': docker:twin, podman:twin" --container twin
record_start --container podman:twin
record_stop || : # it sleeps: there may be nothing to make a profile of
expect=$(jq -r .target "$T/rec.json" 2>/dev/null || sed -n 's/^whittle: recording //p' "$T/log")
case $expect in *podman:twin*) pass "... unless the engine is said" ;; *) fail "... unless the engine is said" "$expect" ;; esac

# its capabilities are the running container's; with the default profile in place nothing would go beyond it
for engine in "${ENGINES[@]}"; do
    run=("${DOCKER[@]}")
    [ "$engine" = docker ] || run=("${PODMAN[@]}")
    mkdir -p "$T/rounds"
    "${run[@]}" -d --cap-drop=SYS_CHROOT --security-opt seccomp=unconfined -v "$T/rounds:/srv" --name "$engine-drop" bb:1 \
        sh -c 'while :; do chroot / true; echo >>/srv/n; usleep 20000; done' >/dev/null
    record_start --container "$engine-drop"
    : >"$T/rounds/n"
    for _ in {1..300}; do
        [ "$(wc -l <"$T/rounds/n")" -lt 3 ] || break
        sleep 0.1
    done
    record_stop
    if grep -q "^whittle: 1 call goes beyond $engine's default profile.*: chroot$" "$T/log"; then
        pass "$engine: what goes beyond its default profile, for the container's capabilities"
    else
        fail "$engine: what goes beyond its default profile, for the container's capabilities"
        detail <"$T/log"
    fi
    remove $engine "$engine-drop"
done

# a container of v1 alone, where only v1 is mounted and where v2 is, too
if [ "$LAYOUT" = hybrid ]; then
    id=$("${DOCKER[@]}" -d --runtime old-runc --name v1-only bb:1 sh -c "$loop")
    pid=$(docker inspect -f '{{.State.Pid}}' "$id")
    grep -q "^0::.*$id" "/proc/$pid/cgroup" && fail "a container of v1 alone" "it has a cgroup of v2"
    # shellcheck disable=SC2016
    for way in env "unshare -m sh -c 'umount -l \"\$0\" && exec \"\$@\"' $(cgroup_mount)"; do
        eval "as=($way)"
        record_start --container v1-only
        as=()
        rounds "$pid"
        record_stop
        jq -r '.syscalls[] | select(.class == "workload" or .class == "in_flight") | .name' "$T/rec.json" | sort -u >"$T/seen"
        same "a container of v1 alone, $([ "$way" = env ] && echo "beside v2" || echo "where there is no v2"): the calls that strace sees" "$T/want" "$T/seen"
    done
    docker rm -f v1-only >/dev/null
    docker create --network none --runtime old-runc --name v1-created bb:1 sh -c "$loop" >/dev/null
    refuses "container 'docker:v1-created' was started, and has a cgroup of its own in v1 hierarchies only" --start --container v1-created
    remove docker v1-created
fi

# no engine at all: by the name of the cgroup
id=$(docker ps -q --no-trunc --filter name=docker-runc)
mkdir "$T/empty"
rc=0
timeout 60 env PATH="$T/empty" "$WHITTLE" record --container "${id:0:12}" --for 1 --recording "$T/rec.json" -o "$T/profile.json" 2>"$T/err" || rc=$?
if [ $rc = 0 ] && [[ $(jq -r .target "$T/rec.json") = "container $id (cgroup "*"$id)" ]]; then
    pass "without an engine an id is found by the name of its cgroup"
else
    fail "without an engine an id is found by the name of its cgroup" "status $rc"
    detail <"$T/err"
fi

# --- what it cannot be ---
DOCKER_HOST=ssh://far refuses "on another machine (DOCKER_HOST is ssh://far)" --container docker:twin
CONTAINER_HOST=ssh://far refuses "on another machine (CONTAINER_HOST is ssh://far)" --container podman:twin
# a daemon that is not there: podman is asked all the same
DOCKER_HOST=unix://$T/nothing refuses "there is no container 'nobody' in podman; docker ps: exit status 1: Cannot connect" --container nobody

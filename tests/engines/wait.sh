#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Containers that do not exist yet, or are put where the user says: caught when their cgroup is made, from the first
# instruction on; others that start meanwhile are not in the recording.
set -eu
. tests/lib.sh
. tests/engines.sh
each_layout "$@"
engines_up
mount=$(cgroup_mount)

calls_of() { # NAME
    jq --arg n "$1" '[.syscalls[] | select(.class == "workload" and .name == $n) | .calls] | add // 0' "$T/rec.json"
}

whole() { # the marker's calls, no other's, and an exec for each program: the start was seen
    [ "$(calls_of mkdir)" = 1 ] && [ "$(calls_of rmdir)" = 0 ] && [ "$(calls_of execve)" -ge 1 ] &&
        ! jq -e '.syscalls[] | select(.class == "workload" and (.name == "mount" or .name == "pivot_root"))' "$T/rec.json" >/dev/null
}

good() { # DESC CONDITION...
    local desc=$1
    shift
    if "$@"; then
        pass "$what: $desc"
    else
        fail "$what: $desc" "status ${status:-?}"
        detail <"$T/err"
        jq -c '[.target, [.syscalls[] | select(.class == "workload") | "\(.name) \(.calls)"]]' "$T/rec.json" | detail
    fi
}

wait_start() { # OPTION...
    rm -f "$T/rec.json"
    : >"$T/err"
    timeout 60 "$WHITTLE" record --wait -o "$T/p.json" --recording "$T/rec.json" "$@" 2>"$T/err" &
    recorder=$!
    for _ in {1..400}; do
        grep -q '^whittle: waiting' "$T/err" && return
        sleep 0.05
    done
    fail "$what: waits" "$(cat "$T/err")"
}

wait_end() {
    status=0
    wait $recorder || status=$?
}

for engine in "${ENGINES[@]}"; do
    what=$engine
    run=("${DOCKER[@]}")
    [ $engine = docker ] || run=("${PODMAN[@]}")
    wait_start --container $engine:web
    "${run[@]}" --rm bb:1 sh -c 'rmdir /none' 2>/dev/null || :
    "${run[@]}" --rm --name web bb:1 sh -c 'mkdir /x; sleep 2'
    "${run[@]}" --rm bb:1 sh -c 'rmdir /none' 2>/dev/null || :
    wait_end
    good "--wait, by name" whole
    good "... nothing is said of restarts" eval '! grep -q "restart policy" "$T/err"'
    good "--wait: the recording says which container it was" eval 'jq -r .target "$T/rec.json" | grep -q "container $engine:web"'
    "${run[@]}" -d --name there bb:1 sleep 60 >/dev/null
    timeout -s INT 30 "$WHITTLE" record --wait --container $engine:there -o "$T/p.json" --for 1s 2>"$T/err" || :
    good "--wait, for one that is there already" grep -q "container $engine:there.* is there already: the next one" "$T/err"
    remove $engine there
    id=$($engine create --network none "${run[@]:4}" --name made bb:1 mkdir /x)
    wait_start --container "${id:0:14}"
    "${run[@]}" --rm bb:1 sh -c 'rmdir /none' 2>/dev/null || :
    $engine start made >/dev/null
    wait_end
    good "--wait, by the beginning of its id" whole
    remove $engine made
    $engine create --network none "${run[@]:4}" --name made --restart on-failure:1 bb:1 mkdir /x >/dev/null
    status=0
    timeout 60 "$WHITTLE" record --start --container made -o "$T/p.json" --recording "$T/rec.json" 2>"$T/err" || status=$?
    good "--start: a container that was created before" eval '[ $status = 0 ] && whole'
    good "... which may be started again: that is told" grep -q "$engine:made has a restart policy: .*--follow" "$T/err"
    remove $engine made
    status=0
    timeout 60 "$WHITTLE" record --start --container made -o "$T/p.json" 2>"$T/err" || status=$?
    good "--start: a container that there is not" eval '[ $status = 1 ] && [ "$(wc -l <"$T/err")" = 1 ] && grep -q made "$T/err"'
    own=${CG#"$mount"}/own
    for detached in '' -d; do
        status=0
        timeout 60 "$WHITTLE" record -o "$T/p.json" --recording "$T/rec.json" -- \
            $engine run --network none --rm $detached --cgroup-parent "$own" bb:1 sh -c 'sleep 0.2; mkdir /x' >"$T/out" 2>"$T/err" || status=$?
        good "a cgroup parent of the user's own${detached:+, }$detached" eval '[ $status = 0 ] && whole'
    done
    status=0
    timeout 60 "$WHITTLE" record -o "$T/p.json" --recording "$T/rec.json" -- $engine run --network none -d --name again --restart on-failure:2 \
        --cgroup-parent "$own" bb:1 sh -c '[ ! -e /n ] || exec mkdir /x; touch /n; exit 1' >"$T/out" 2>"$T/err" || status=$?
    good "... -d: restarts are recorded" eval '[ $status = 0 ] && whole'
    remove $engine again
done
what=docker
# its client, which may be another user's, writes down which container it made
chmod 711 "$T" "$E"
chmod 755 "$DOCKER_CONFIG"
chmod 644 "$DOCKER_CONFIG/config.json"
chmod 666 "$E/docker.sock"
status=0
timeout 60 "$WHITTLE" record --user nobody --filter engine -o "$T/p.json" --recording "$T/rec.json" -- \
    docker run --network none --rm --cgroup-parent "$own" bb:1 mkdir /x >"$T/out" 2>"$T/err" || status=$?
good "a cgroup parent of the user's own, the client another user's" eval '[ $status = 0 ] && whole'
what=podman
# A pod's infra container is started by whoever is first: it is not the one that counts. In a pod's cgroup that podman 4.3 makes with
# cgroup_manager cgroupfs on v2, a runtime is refused devices, so no container with a file system of its own starts.
infras=false
[ "$LAYOUT" = v2 ] || infras='false true'
for infra in $infras; do
    network=()
    [ "$infra" = false ] || network=(--network none)
    podman pod create --infra="$infra" "${network[@]}" --cgroup-parent "${CG#"$mount"}/podman" --name pod1 >"$T/out" 2>"$T/err" || :
    for round in first second; do
        status=0
        timeout 60 "$WHITTLE" record -o "$T/p.json" --recording "$T/rec.json" -- \
            podman run --network none --rm --pod pod1 bb:1 mkdir /x >"$T/out" 2>"$T/err" || status=$?
        good "--pod, infra=$infra, $round container" eval '[ $status = 0 ] && whole'
    done
    podman pod rm -t 0 -f pod1 >/dev/null 2>&1 || :
done

what=cgroup
mkdir "$CG/one-$$-1.scope"
timeout -s INT 30 "$WHITTLE" record --wait --cgroup "one-$$-*.scope" -o "$T/p.json" --for 1s 2>"$T/err" || :
good "--wait, for one that is there already" grep -q "cgroup one-$$-1.scope is there already: the next one" "$T/err"
rmdir "$CG/one-$$-1.scope"
wait_start --cgroup "one-$$-*.scope"
mkdir "$CG/other.scope" "$CG/one-$$-2.scope"
(echo "$BASHPID" >"$CG/other.scope/cgroup.procs" && exec rmdir /none) 2>/dev/null || :
(echo "$BASHPID" >"$CG/one-$$-2.scope/cgroup.procs" && exec mkdir "$T/x")
sleep 0.2
rmdir "$CG/one-$$-2.scope" "$CG/other.scope"
wait_end
good "--wait, by a pattern" whole
what=unit
wait_start --unit "late-$$"
rmdir "$T/x"
mkdir "$CG/late-$$.service"
(echo "$BASHPID" >"$CG/late-$$.service/cgroup.procs" && exec mkdir "$T/x")
rmdir "$CG/late-$$.service"
wait_end
good "--wait, a unit" whole
# what is there now may be somebody else's, who records at the same time: then it goes, too
mapfile -t left < <(find /run -maxdepth 1 -name 'whittle-*')
any_left() {
    local dir
    for dir in "${left[@]}"; do
        [ ! -e "$dir" ] || return 0
    done
    return 1
}
for _ in {1..300}; do
    any_left || break
    sleep 0.1
done
if any_left; then fail "nothing stays behind in /run" "${left[*]}"; else pass "nothing stays behind in /run"; fi
what=--wait
for target in --container= --container=docker: --container=foo:web --unit= --cgroup= --container=nerdctl:web; do
    [ $target != --container=nerdctl:web ] || ! command -v nerdctl >/dev/null || continue
    status=0
    timeout 10 "$WHITTLE" record --wait "$target" -o "$T/p.json" >"$T/out" 2>"$T/err" || status=$?
    good "$target cannot come" eval '[ $status = 1 ] && [ "$(wc -l <"$T/err")" = 1 ] && grep -q "^whittle: error: " "$T/err"'
done
status=0
DOCKER_HOST=tcp://127.0.0.1:1 timeout 10 "$WHITTLE" record --wait --container docker:web -o "$T/p.json" >"$T/out" 2>"$T/err" || status=$?
good "... from another machine" eval '[ $status = 1 ] && grep -q "^whittle: error: .*another machine" "$T/err"'
DOCKER_HOST=unix://$T/none timeout 60 "$WHITTLE" record --wait --container docker:web --for 1s -o "$T/p.json" >"$T/out" 2>"$T/err" || :
good "... from an engine that does not answer: it may, later" eval 'grep -q "^whittle: warning: .*docker ps" "$T/err" && grep -q "^whittle: waiting" "$T/err"'
# one that is there by its cgroup only: none of the engines knows it
wait_start --container web
mkdir "$CG/libpod-$(printf 'd%.0s' {1..64})"
for _ in {1..100}; do
    ! grep -q "no engine knows of container dddddddddddd" "$T/err" || break
    sleep 0.1
done
kill -INT $recorder
wait_end
good "a container that no engine knows is told of, once" [ "$(grep -c "no engine knows of" "$T/err")" = 1 ]
rmdir "$CG/libpod-$(printf 'd%.0s' {1..64})"

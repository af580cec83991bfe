#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/generate-seccomp-profile with real docker and podman: from an image to a profile under which it starts, serves and stops;
# what breaks under its profile; what is refused before anything runs; and that nothing stays behind.
#
# BESIDE: its engines are its own, and most of the time it waits for them.
# Conditions are words for eval.
# shellcheck disable=SC2016,SC2034
set -eu
. tests/lib.sh
. tests/engines.sh
# the machine's own is enough: layouts are for whittle to know
LAYOUT=v2
! grep -q ' cgroup ' /proc/self/mounts || LAYOUT=hybrid
need nsenter curl
engines_up
export WHITTLE
export TMPDIR=$T/tmp # what it leaves in there it leaves behind
mkdir "$TMPDIR"
options=(--run-option --network=none)

generate() { # ARGUMENT...; its status in $status
    status=0
    timeout 120 scripts/generate-seccomp-profile "${options[@]}" "$@" >"$T/out" 2>"$T/err" || status=$?
}

good() { # DESC CONDITION...
    local desc=$1
    shift
    if "$@"; then
        pass "$what: $desc"
    else
        fail "$what: $desc" "status ${status:-?}"
        detail <"$T/err"
        detail <"$T/out"
    fi
}

nothing_left() {
    [ -z "$(docker ps -a -q)$(podman ps -a -q)$(docker volume ls -q)$(podman volume ls -q)$(ls -A "$TMPDIR")" ]
}

# It ended with this status and sentence, and left no container and no file.
ended() { # STATUS WORDS
    [ "$status" = "$1" ] && grep -qF -- "$2" "$T/err" && nothing_left
}

# Of the names that a filter has some are of other architectures only: the headers of the C library tell.
echo '#include <asm/unistd.h>' | cc -E -dM - | sed -n 's/^#define __NR_\([a-z0-9_]*\) .*/\1/p' | sort -u >"$T/native"
allowed() { # FILE
    jq -r '(.linux.seccomp // .).syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' "$1" | sort -u | comm -12 - "$T/native"
}

allows() { # FILE CALL...
    local file=$1 call
    shift
    for call; do
        allowed "$file" | grep -qx "$call" || return 1
    done
}

script() { # NAME < BODY
    { echo '#!/bin/sh' && cat; } >"$T/$1"
    chmod +x "$T/$1"
}

export MARK=$T/mark
visit=scripts/ci-examples/exercise # a client of the host, in the container's network
server='trap "mv /www /bye; exit 5" TERM; mkdir /www; echo hello >/www/index.html; httpd -f -p 8080 -h /www & wait'
# an exercise that does not do the same again
script second <<'END'
if [ -e "$MARK" ]; then
    "$WHITTLE_ENGINE" exec "$WHITTLE_CONTAINER" ln -s /a /b
else
    : >"$MARK"
    "$WHITTLE_ENGINE" exec "$WHITTLE_CONTAINER" ls /
fi
END
script signals <<'END'
[ -e "$MARK" ] && signal=18 || signal=0
: >"$MARK"
"$WHITTLE_ENGINE" exec "$WHITTLE_CONTAINER" sh -c 'kill -'$signal' $$'
END
script bad <<<'exit 9'
# whoever leaves its cgroup makes the recording incomplete
export AWAY=$CG/away
mkdir "$AWAY"
script leads <<<'echo "$WHITTLE_PID" >"$AWAY/cgroup.procs"'
script late <<<'sleep 0.5; exec "$WHITTLE_ENGINE" exec "$WHITTLE_CONTAINER" true'
script waits <<'END'
echo "$$ $WHITTLE_ENGINE $WHITTLE_CONTAINER $WHITTLE_PID" >"$MARK.part"
mv "$MARK.part" "$MARK"
exec sleep 1000
END
sleeper=(bb:1 "$T/p.json" -- sh -c 'trap "exit 0" TERM; sleep 1000 & wait')

# The engine's default, as a container that runs under it has it.
default_of() { # ENGINE: to $T/default.json
    local id
    if [ "$1" = docker ]; then
        id=$("${DOCKER[@]}" -d bb:1 sleep 1000)
        cp "$(find "$E/docker-run" "$E/containerd/state" -path "*/$id/config.json" 2>/dev/null | head -n 1)" "$T/default.json"
    else
        id=$("${PODMAN[@]}" -d bb:1 sleep 1000)
        cp "$(podman inspect -f '{{.OCIConfigPath}}' "$id")" "$T/default.json"
    fi
    remove "$1" "$id"
}

for engine in "${ENGINES[@]}"; do
    what=$engine
    rm -f "$T"/*.json* "$MARK"

    # --- it works ---
    generate --engine "$engine" --tries 2 --exercise $visit bb:1 "$T/web.json" -- sh -c "$server"
    good "a server is exercised, stopped and proven" eval '[ $status = 0 ] && [ "$(grep -c "under the profile" "$T/out")" = 2 ] && nothing_left'
    good "... its start, service and shutdown are in the profile, the runtime's set-up is not" \
        eval 'allows "$T/web.json" mkdir listen accept rename && ! allows "$T/web.json" mount && ! allows "$T/web.json" symlink'
    default_of "$engine"
    want=$(allowed "$T/default.json" | wc -l)
    good "... what was gained is told: $want are allowed by default" \
        grep -q "allows $(allowed "$T/web.json" | wc -l) syscalls, $engine's default $want: [1-9][0-9] % fewer" "$T/out"
    # the shell's children come of clone, which Docker allows on some arguments, and Podman 4.3 on all
    [ "$engine" != docker ] || good "... what goes beyond the default, too" \
        grep -q "warning: it allows what $engine's default .*allows on some arguments only: .*clone.* (--within-default takes these out)\$" "$T/out"
    generate --engine "$engine" --tries 1 --within-default --exercise $visit bb:1 "$T/within.json" -- sh -c "$server"
    good "--within-default: the server runs under a profile without that" eval '[ $status = 0 ] && ! grep -q "it allows what" "$T/out"'
    "$WHITTLE" diff --subset "$T/within.json" "$T/default.json" >"$T/diff" 2>&1 && status=0 || status=$?
    good "... which allows nothing that the default does not" [ $status = 0 ]
    run=("${DOCKER[@]}")
    [ "$engine" = docker ] || run=("${PODMAN[@]}")
    id=$("${run[@]}" -d --security-opt seccomp="$T/web.json" bb:1 sh -c "$server")
    WHITTLE_ENGINE=$engine WHITTLE_CONTAINER=$id WHITTLE_PID=$($engine inspect -f '{{.State.Pid}}' "$id") $visit && status=0 || status=$?
    good "... under it the server starts and serves" [ $status = 0 ]
    "$engine" exec "$id" ln -s /a /b 2>"$T/err" && status=0 || status=$?
    good "... and cannot do what it was not recorded to do" eval '[ $status = 1 ] && grep -q "not permitted" "$T/err"'
    remove "$engine" "$id"
    (cd "$T" && timeout 120 "$OLDPWD/scripts/generate-seccomp-profile" "${options[@]}" --engine="$engine" --tries=1 bb:1 -- ls /) \
        >"$T/out" 2>"$T/err" && status=0 || status=$?
    good "without an exercise, to its own end; the output is named after the image" \
        eval '[ $status = 0 ] && allows "$T/bb.json" getdents64 && ! allows "$T/bb.json" mkdir'
    $engine import --change 'VOLUME /data' "$E/bb.tar" volume:1 >"$T/out" 2>&1
    # of short words only those that detach are refused
    generate --engine "$engine" --run-option -edebug=1 --tries 1 volume:1 "$T/volume.json" -- mkdir /data/x
    good "an image with a volume: none is left" eval '[ $status = 0 ] && nothing_left'
    chmod 640 "$T/bb.json"
    generate --engine "$engine" --tries 1 --for 1s --record-option --recording --record-option "$T/r.json" bb:1 "$T/bb.json" -- sh -c 'trap "mkdir /bye; exit 0" TERM; sleep 1000 & wait'
    good "--for ends it; a profile is replaced, with its mode; the recorder has options, too" \
        eval '[ $status = 0 ] && allows "$T/bb.json" mkdir && [ "$(stat -c %a "$T/bb.json")" = 640 ] && [ -s "$T/r.json" ]'

    # --- it breaks, or is interrupted: what the script makes of it is the same with each engine ---
    [ "$engine" = docker ] || [ "${THOROUGH-}" = yes ] || continue
    cp "$T/web.json" "$T/p.json"
    generate --engine "$engine" --exercise "$T/second" "${sleeper[@]}"
    good "an exercise that fails under the profile, and what it lacks" \
        eval 'ended 1 "in run 1 of 3: the exercise fails with status 1" && grep -q "does not allow:.* symlink " "$T/err"'
    good "... leaves the old profile, and the new one beside it" \
        eval 'cmp -s "$T/web.json" "$T/p.json" && allows "$T/p.json.failed" getdents64 && ! allows "$T/p.json.failed" symlink'
    rm "$T/p.json" "$MARK"
    generate --engine "$engine" --record-option --args=kill:1 --record-option "--recording=$T/r.json" --exercise "$T/signals" "${sleeper[@]}"
    good "an exercise that fails for an argument, and what the profile lacks" eval 'ended 1 "in run 1 of 3" && grep -q "does not allow:.* kill (where arg1 .*== 0x12) " "$T/err"'
    good "... the recording that was asked for is that of the first run" \
        [ "$(jq -c '[.arguments[] | select(.name == "kill").values[][1]]' "$T/r.json")" = '["0x0"]' ]
    mkdir "$T/$engine.state"
    generate --engine "$engine" --run-option -v --run-option "$T/$engine.state:/state" bb:1 "$T/p.json" -- \
        sh -c 'if mkdir /state/once; then exit 0; else ln -sf a /state/link || exit 3; fi'
    good "a container whose status is another under the profile" \
        eval 'ended 1 "it ends with status 3, and with 0 without a filter" && [ ! -e "$T/p.json" ]'
    generate --engine "$engine" bb:1 "$T/p.json" -- sh -c 'echo the reason; exit 4'
    good "a container that fails already when it is recorded" eval 'ended 1 "it ends with status 4" && grep -q "    the reason" "$T/err"'
    generate --engine "$engine" bb:1 "$T/p.json" -- /no/such/program
    good "a program that there is not" ended 1 "it does not start"
    generate --engine "$engine" --exercise "$T/bad" "${sleeper[@]}"
    good "an exercise that fails already when it is recorded" ended 1 "the exercise fails with status 9"
    generate --engine "$engine" --exercise "$T/late" bb:1 "$T/p.json" -- true
    good "a container that ends before the exercise" eval 'ended 1 "exercise" && [ ! -e "$T/p.json" ]'
    generate --engine "$engine" --exercise "$T/leads" bb:1 "$T/p.json" -- sh -c 'trap "exit 143" TERM; sleep 1000 & wait'
    good "an incomplete recording of a container that a signal ends" eval 'ended 1 "the recording is incomplete" && [ ! -e "$T/p.json" ]'
    generate --engine "$engine" no/such/image:1 "$T/p.json"
    good "an image that there is not" ended 1 "has no image no/such/image:1"
    # a client that leaves its container to itself when it runs under the profile
    mkdir "$T/$engine.leaves"
    {
        echo '#!/bin/bash'
        echo 'for word; do case $word in seccomp=*) detach=-d ;; esac; done'
        echo "exec $(command -v "$engine") \"\$1\" \$detach \"\${@:2}\""
    } >"$T/$engine.leaves/$engine"
    chmod +x "$T/$engine.leaves/$engine"
    rmdir "$T/$engine.state/once"
    PATH=$T/$engine.leaves:$PATH generate --engine "$engine" --run-option -v --run-option "$T/$engine.state:/state" bb:1 "$T/p.json" -- \
        sh -c 'if ! mkdir /state/once; then trap "exit 0" TERM; while :; do sleep 1000 & wait; done; fi'
    good "a container that outlives its client proves nothing" \
        eval 'ended 1 "in run 1 of 3: it goes on without the client of $engine" && [ ! -e "$T/p.json" ]'

    # --- interrupted ---
    rm -f "$MARK"
    scripts/generate-seccomp-profile "${options[@]}" --engine "$engine" --exercise "$T/waits" "${sleeper[@]}" >"$T/out" 2>"$T/err" &
    generator=$!
    for _ in {1..200}; do
        [ -e "$MARK" ] && break
        sleep 0.1
    done
    read -r driver its_engine its_container its_pid <"$MARK"
    good "the exercise is told engine, container and process" \
        eval '[ "$its_engine" = $engine ] && [ "$("$engine" inspect -f "{{.State.Pid}}" "$its_container")" = "$its_pid" ]'
    kill -TERM $generator
    status=0
    wait $generator || status=$?
    good "interrupted: no container, process or file is left" \
        eval '[ $status = 143 ] && nothing_left && ! kill -0 $driver 2>/dev/null && [ ! -e "$T/p.json" ]'
done

# --- refused before anything runs ---
what=refused
echo precious >"$T/notes.json"
generate bb:1 "$T/notes.json" -- ls
good "an output that is no profile" eval 'ended 1 "in the way" && [ "$(cat "$T/notes.json")" = precious ]'
ln -s web.json "$T/link.json"
generate bb:1 "$T/link.json" -- ls
good "an output that is a link" ended 1 "in the way"
generate bb:1 "$T/no/such/p.json" -- ls
good "an output without a directory" ended 1 "cannot be written"
generate --exercise "$T/no-such" bb:1 "$T/p.json" -- ls
good "an exercise that there is not" ended 1 "there is no exercise $T/no-such"
generate --exercise "$T/notes.json" bb:1 "$T/p.json" -- ls
good "an exercise that cannot be executed" ended 1 "chmod +x"
for words in "" "--nonsense bb:1" "--engine lxc bb:1" "--for soon bb:1" "--tries 0 bb:1" "a b c" "--run-option seccomp=x bb:1" \
    "--run-option --rm bb:1" "--run-option -d bb:1" "--run-option -itd bb:1" "--run-option -dt bb:1" "--run-option --detach=true bb:1" "--tries" \
    "--record-option --recording bb:1"; do
    # shellcheck disable=SC2086
    generate $words
    good "usage: '$words'" ended 2 "--help"
done
mkdir "$T/bin"
for program in bash jq dirname readlink; do
    ln -s "$(command -v $program)" "$T/bin/"
done
PATH=$T/bin "$T/bin/bash" scripts/generate-seccomp-profile bb:1 "$T/p.json" >"$T/out" 2>"$T/err" && status=0 || status=$?
good "a machine without an engine" ended 1 "there is no docker and no podman"
DOCKER_HOST=unix://$T/none generate --engine docker bb:1 "$T/p.json" -- ls
good "a docker without a daemon" ended 1 "docker is installed, but does not answer"
DOCKER_HOST=unix://$T/none generate --tries 1 bb:1 "$T/p.json" -- ls
what="docker without a daemon"
good "podman is taken" eval '[ $status = 0 ] && grep -q "with podman" "$T/out"'

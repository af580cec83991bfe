#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `whittle record --each` of containers: files by the names that engines give them, one file an image, and what the runtime
# does to start them in none. The layout of cgroups makes no difference here: one is enough.
set -eu
. tests/lib.sh
. tests/engines.sh
LAYOUT=v2
! grep -q ' cgroup ' /proc/self/mounts || LAYOUT=hybrid
engines_up
top=$CG
out=$T/profiles

start() { # OPTION...
    rm -rf "$T/log" "$out"
    timeout 300 "$WHITTLE" record --each "$top" -d "$out" "$@" 2>"$T/log" &
    whittle=$!
    for _ in {1..300}; do
        ! grep -q '^whittle: recording each' "$T/log" 2>/dev/null || return 0
        sleep 0.1
    done
    fail "it starts" "$(cat "$T/log")"
}

stop() { # DESC
    local rc=0
    kill -INT "$whittle"
    wait "$whittle" || rc=$?
    if [ $rc = 0 ]; then pass "$1"; else fail "$1" "status $rc: $(cat "$T/log")"; fi
}

has() { # DESC FILE CALL WITHOUT...: the profile allows the call, and not the others
    local desc=$1 file=$out/$2.json call=$3 other
    shift 3
    if ! allowed "$file" | grep -qx "$call"; then
        fail "$desc" "$(ls "$out"): no $call in $file"
        return
    fi
    for other; do
        if allowed "$file" | grep -qx "$other"; then
            fail "$desc" "$other is in $file"
            return
        fi
    done
    pass "$desc"
}

# those that go live until slow engines have been asked for them
start
"${DOCKER[@]}" --rm --cgroup-parent "${top#"$(cgroup_mount)"}/docker" --name each-links bb:1 sh -c 'ln -s a /tmp/b; sleep 3'
"${PODMAN[@]}" --rm --name each-pipes bb:1 sh -c 'mkfifo /tmp/a; sleep 3'
"${DOCKER[@]}" -d --cgroup-parent "${top#"$(cgroup_mount)"}/docker" --name each-stays bb:1 sh -c 'mkdir /tmp/a; sleep 1000' >/dev/null
for _ in {1..300}; do
    ! docker exec each-stays test -d /tmp/a || break
    sleep 0.1
done
stop "containers of two engines: 0"
has "one of docker that came and went, without its runtime's set-up" each-links symlink mount pivot_root mkdir mknodat
has "one of podman" each-pipes mknodat mount pivot_root symlink mkdir
has "one that stays" each-stays mkdir mount pivot_root symlink

start --merge-by image
"${DOCKER[@]}" --rm --cgroup-parent "${top#"$(cgroup_mount)"}/docker" --name each-one bb:1 sh -c 'ln -s a /tmp/b; sleep 3'
"${DOCKER[@]}" --rm --cgroup-parent "${top#"$(cgroup_mount)"}/docker" --name each-two bb:1 sh -c 'mkfifo /tmp/a; sleep 3'
stop "containers of one image: 0"
has "--merge-by image: one profile" bb:1 symlink mount pivot_root
has "... with what the other one called" bb:1 mknodat mount pivot_root
remove docker each-stays

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `whittle start --each`: a recording of each cgroup without a process. Workloads spell numbers in calls, and the file of each cgroup must hold
# exactly these; what it survives: kills at random moments, files that cannot be written, pins that are gone.
set -eu
. tests/own-bpffs.sh
. tests/lib.sh
need jq python3

programs=$PWD/${BUILD:-build}/tests/programs
PINS=/sys/fs/bpf/whittle-each/v1
bits=(getpgid getsid getpriority times sysinfo sched_get_priority_max sched_get_priority_min getitimer getresuid sched_getscheduler)
own_cgroup
top=$CG
out=$T/files

whittle() { timeout 120 "$WHITTLE" "$@"; }
expect() { # DESC COMMAND...
    local desc=$1
    shift
    if "$@"; then pass "$desc"; else fail "$desc" "$*"; fi
}
inside() { # CGROUP COMMAND...: it is in there before its first instruction
    CG=$top/$1
    shift
    in_cgroup "$@"
}
row() { # NAME MEMBER
    whittle status --json "$1" | jq -r ".recordings[0].$2"
}
holds() { # DESC NAME NUMBER: the recording has the calls of this number and no others of the kind, each once
    local i
    for i in "${!bits[@]}"; do
        (($3 >> i & 1)) && echo "${bits[i]} 1"
    done | sort >"$T/want"
    jq -r '.syscalls[] | select(.class == "workload") | "\(.name) \(.calls)"' "$out/$2.recording.json" |
        grep -E "^($(IFS='|' && echo "${bits[*]}")) " | sort >"$T/got" || :
    same "$1" "$T/want" "$T/got"
}
write() { # stop|snapshot NAME OPTION...
    rm -rf "$out"
    whittle "$1" "$2" -d "$out" --recording "$out" "${@:3}"
}
nothing_pinned() {
    [ ! -e "$PINS" ] && [ ! -e "$PINS-half" ]
}
hold() { # DIRECTORY: somebody has the lock of the session that is pinned there
    (exec 8<"$1" && flock 8 && exec sleep 1000) & holder=$!
    until ! flock -n "$1" true; do sleep 0.01; done
}
let_go() {
    kill $holder || :
    wait $holder 2>/dev/null || :
}
await_lock() { # PID: it waits for a lock
    local _
    for _ in {1..1500}; do
        ! awk -v pid="$1" '$2 == "->" && $6 == pid { found = 1 } END { exit !found }' /proc/locks || return 0
        sleep 0.02
    done
    echo "# process $1 waits for no lock"
    return 1
}
clean() {
    find "$top" -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null || :
}

# --- some are there, others come and go, and nobody looks
mkdir -p "$top"/{first,before,inner/leaf,one.service/part,user@7.service/app.service}
(
    echo "$BASHPID" >"$top/before/cgroup.procs"
    exec sleep 1000
) & sleeper=$!
await_sleep "$top/before"
check "a recording of each cgroup begins" whittle start many --each "$top"
expect "no process is left" [ -z "$(pgrep -f "^$WHITTLE start" || :)" ]
check "a snapshot of it as it begins" write snapshot many
expect "has the call that a process is in" grep -q clock_nanosleep "$out/before.recording.json"
inside first "$programs/spell" 1
inside inner/leaf "$programs/spell" 24
inside one.service/part "$programs/spell" 32
inside one.service "$programs/spell" 64
inside user@7.service/app.service "$programs/spell" 128
in_cgroup true
for number in 256 512 768; do
    mkdir "$top/brief"
    inside brief "$programs/spell" $number
    rmdir "$top/brief"
done
# units and containers that divide themselves at once: their parts are theirs
id=$(printf '%064d' 7)
for dir in three.service "docker-$id.scope"; do
    mkdir "$top/$dir"
    # shellcheck disable=SC2016
    inside "$dir" bash -c 'mkdir "$0/below" && echo $$ >"$0/below/cgroup.procs" && kill -0 $$' "$top/$dir"
done
mkdir "$top/never"
check "a snapshot is written" write snapshot many
holds "with what was called until then" brief.2 512
expect "three are gone" [ "$(row many cgroups.gone)" = 3 ]
expect "ten are there, those of units and containers once" [ "$(row many cgroups.there)" = 10 ]
expect "... and the rest is free" [ "$(row many cgroups.room)" = 1021 ]
expect "calls are those of all of them" [ "$(row many calls)" -gt 300 ]
expect "the table says what is recorded" grep -q "^many .* recording .* each cgroup below $top: 10, 3 gone, room for 1021\$" <(whittle status)
since=$(row many calls_since_new)
expect "nobody has called anything since: $since" [ "$since" = 0 ]
inside first "$programs/spell" 2
expect "... and then somebody has" [ "$(row many calls_since_new)" = null ]
kill "$sleeper"
check "it is stopped" write stop many
check "the pins are gone with it" nothing_pinned
holds "a cgroup that was there" first 3
holds "... a leaf" inner_leaf 24
holds "a unit, with what lies below it" one.service 96
holds "... not what holds the units of a user" app.service 128
holds "a cgroup that came and went" brief 256
holds "... again" brief.2 512
holds "... and again" brief.3 768
for name in three.service 000000000000; do
    expect "what moves on inside of a unit or container is still counted: $name" \
        [ "$(jq -c '[.syscalls[] | select(.name == "kill" and .class == "workload").calls] + [.moved[]?]' "$out/$name.recording.json")" = "[1]" ]
done
expect "one whose process was there before is not whole" [ "$(jq .whole "$out/before.recording.json")" = false ]
expect "... and has the call that it was in" grep -q clock_nanosleep "$out/before.recording.json"
expect "one that was empty is" [ "$(jq .whole "$out/first.recording.json")" = true ]
expect "it says who was first" \
    [ "$(jq '[.syscalls[] | select(.class == "workload").first.comm] | length > 10 and all(. == "spell" or . == "bash")' "$out/brief.recording.json")" = true ]
expect "each has a profile, and nobody else has" \
    [ "$(cd "$out" && find . -name '*.json' ! -name '*.recording.json' -printf '%P\n' | sort | tr '\n' ' ')" = "000000000000.json app.service.json before.json brief.2.json brief.3.json brief.json first.json inner_leaf.json one.service.json three.service.json " ]
expect "... which allows what was called" grep -q '"getpgid"' "$out/first.json"
expect "... and not what another did" sh -c "! grep -q '\"sysinfo\"' '$out/first.json'"
clean

# --- when calls were first made is known without news, of those without a counter as well
mkdir "$top/many"
check "one with little room for news" whittle start news --each "$top" --ring-size 4096
inside many "$programs/unknown" 100
sleep 1
before=${EPOCHREALTIME/./}
inside many "$programs/spell" 1023
since=$(row news since_new_ns)
expect "the last new one is the one behind them" [ "$since" -lt $(((${EPOCHREALTIME/./} - before) * 1000)) ]
check "it is written" write stop news
expect "news found no room" [ "$(jq .losses.late "$out/many.recording.json")" -gt 0 ]
expect "each call has the time of the first one" \
    [ "$(jq '[.syscalls[] | select(.class == "workload").first.ns] | length > 100 and all(. > 0)' "$out/many.recording.json")" = true ]
clean

# --- names, and replicas as one; whittle is in one of the cgroups, and asks an engine
mkdir "$T/bin"
cat >"$T/bin/docker" <<END
#!/bin/sh
case \$1 in
context) echo unix:///run/docker.sock ;;
ps) sleep 0.1 && touch "$T/asked" && exec cat "$T/containers" ;;
esac
END
chmod +x "$T/bin/docker"
for i in 1 2 3; do
    printf '{"ID": "%064d", "Names": "web-%d", "Image": "nginx"}\n' $i $i
done >"$T/containers"
mkdir "$top/self"
check "containers to come" whittle start web --each "$top"
for i in 1 2 3 4; do
    dir=docker-$(printf '%064d' $i).scope
    mkdir "$top/$dir"
    inside "$dir" "$programs/spell" $((1 << i))
    rmdir "$top/$dir"
done
check "a snapshot, by names" env PATH="$T/bin:$PATH" "$WHITTLE" snapshot web -d "$T/names"
expect "each has the name that its engine tells, or its id" \
    [ "$(cd "$T/names" && echo *.json)" = "000000000000.json web-1.json web-2.json web-3.json" ]
rm "$T/asked"
check "... by images" inside self env PATH="$T/bin:$PATH" "$WHITTLE" stop web -d "$out" --recording "$out" --merge-by image
expect "those of one image are one" [ "$(jq -r '[.syscalls[] | select(.class == "workload").name] | map(select(. == "getsid" or . == "getpriority" or . == "times")) | sort | join(" ")' "$out/nginx.recording.json")" = "getpriority getsid times" ]
expect "an engine was asked" [ -e "$T/asked" ]
expect "and what is asked is not recorded where whittle is" \
    [ "$(jq -r '[.syscalls[] | select(.class == "workload").first.comm] | unique | map(select(. == "docker" or . == "sleep" or . == "touch" or . == "cat")) | length' "$out/self.recording.json")" = 0 ]
clean

# --- more than there is room for
cat >"$T/sums.py" <<'END'
import json, sys
file, often, bits = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
calls = json.load(open(file))["syscalls"]
got = {c["name"]: c["calls"] for c in calls if c["class"] == "workload" and c.get("name") in bits}
want = {b: sum((i % 1023 + 1) >> n & 1 for i in range(often)) for n, b in enumerate(bits)}
if got != {b: n for b, n in want.items() if n}:
    sys.exit(f"{got} instead of {want}")
END
check "room for 100" whittle start few --each "$top" --each-max 100 --count-moved
check "150 instances of a unit" "$programs/churn" "$top" job@%ld.service 150 0 vfork
expect "which is told" [ "$(row few lost.cgroups)" = 50 ]
rc=0
write stop few --merge-by unit 2>"$T/err" || rc=$?
expect "... at the end, too: 3" [ "$rc" = 3 ]
expect "... in a sentence" grep -q "incomplete: 50 cgroups were not recorded" "$T/err"
check "... and not a call of the others is missing" python3 "$T/sums.py" "$out/job@.service.recording.json" 100 "${bits[@]}"
clean

# --- what it survives
mkdir "$top/a" "$top/b"
killed=0
for ((i = 0; i < $(often 10 100); i++)); do
    "$WHITTLE" start -q it --each "$top" 2>/dev/null & pid=$!
    sleep "0.0$((RANDOM % 100))"
    ! kill -KILL $pid 2>/dev/null || killed=$((killed + 1))
    wait $pid 2>/dev/null || :
    inside a "$programs/spell" 1
    if [ "$(row it state 2>/dev/null)" = recording ]; then
        inside b "$programs/spell" 1
        for _ in 1 2; do
            "$WHITTLE" stop -q it -d "$T/killed" 2>/dev/null & pid=$!
            sleep "0.00$((RANDOM % 10))"
            kill -KILL $pid 2>/dev/null || :
            wait $pid 2>/dev/null || :
        done
        if [ -e "$PINS" ]; then
            write stop it 2>/dev/null || fail "a stop after others were killed"
            holds "what was called is there after a stop was killed" b 1 | grep -v '^ok' || :
        fi
    else
        whittle stop -q --force 2>/dev/null || fail "what is half-made is removed" "$(whittle status 2>&1)"
    fi
    nothing_pinned || fail "nothing is left" "$(ls "${PINS%/*}" && whittle status 2>&1)"
done
expect "kills at random moments, $killed of start among them" [ "$killed" -gt 0 ]
check "another one begins" whittle start it --each "$top"
inside a "$programs/spell" 5
mkdir "$T/full"
mount -t tmpfs -o size=4k none "$T/full"
head -c 4096 /dev/zero >"$T/full/all"
check_status 1 "a full disk ends nothing" whittle stop it -d "$T/full"
expect "... which is said" grep -q "it is still being recorded: this has taken nothing from it" "$T/err"
umount "$T/full"
touch "$T/file"
check_status 1 "nor does a file instead of a directory" whittle stop it -d "$T/file"
expect "... which is said, too" grep -q "nothing was ended: .*$T/file is not a directory" "$T/err"
check "... so that another stop succeeds" write stop it
holds "with all that was called" a 5
check "one whose pins are not all there" whittle start -q it --each "$top"
rm "$PINS/link-cgroup_mkdir"
for command in "status" "stop it -d $out" "start other --each $top"; do
    # shellcheck disable=SC2086
    check_status 1 "... is not read: ${command%% -*}" whittle $command
    expect "... which is told" grep -q "files of whittle were removed from $PINS" "$T/err"
done
check "... and --force throws it away" whittle stop --force
check "... all of it" nothing_pinned

# --- what cannot be
check "one" whittle start -q one --cgroup "$top/a"
check_status 1 "a name is one recording's" whittle start one --each "$top"
expect "... and why" grep -q "there is a recording one already" "$T/err"
check "and one of each" whittle start -q many --each "$top"
check_status 1 "a name is one recording's, this way round, too" whittle start many --cgroup "$top/b"
expect "... and why" grep -q "there is a recording many already" "$T/err"
check_status 1 "a second one of each is refused" whittle start more --each "$top"
expect "... and why" grep -q "many records each cgroup below $top already" "$T/err"
check_status 1 "a profile of many has no single file" whittle stop many -o "$T/x.json"
expect "... and what to do" grep -q "name a directory with -d" "$T/err"
check_status 1 "nor can it be left out" whittle stop many
check_status 1 "a profile of one needs no directory" whittle stop one -d "$out"
expect "... which is told" grep -q "one is no recording of each cgroup: -d" "$T/err"
while IFS='|' read -r command said; do
    # shellcheck disable=SC2086
    check_status 1 "there is no such recording: ${command%% -*}" whittle $command
    expect "... which is told, with the one that is meant" [ "$(cat "$T/err")" = "whittle: error: there is no recording $said; 'whittle status' lists them" ]
done <<END
stop mnay -o $T/x.json|mnay (did you mean 'many'?)
snapshot mnay -d $out|mnay (did you mean 'many'?)
stop oen -d $out|oen (did you mean 'one'?)
status oen|oen (did you mean 'one'?)
status nonsense|nonsense
END
expect "both are there" [ "$(whittle status | awk 'NR > 1 { print $1 }' | sort | tr '\n' ' ')" = "many one " ]
check "none of many called anything" whittle stop -q many -d "$out"
whittle stop -q --force one -o "$T/x.json" 2>/dev/null || :
for option in "--cgroup $top/a" --wait --follow --denials --args; do
    # shellcheck disable=SC2086
    check_status 2 "--each does not go with ${option%% *}: 2" whittle start x --each "$top" $option
done
check_status 2 "--each-max 0: 2" whittle start x --each "$top" --each-max 0
check_status 2 "--each-max alone: 2" whittle start x --cgroup "$top" --each-max 7
check_status 1 "no such cgroup: 1" whittle start x --each "$top/none"
v1=$(awk '$3 == "cgroup" { print $2; exit }' /proc/self/mounts)
if [ -n "$v1" ]; then
    check_status 1 "a directory of cgroups v1: 1" whittle start x --each "$v1"
    expect "... and why" grep -q "is of a hierarchy of cgroups v1" "$T/err"
fi
check "nothing is left" nothing_pinned

# --- one of the two sessions that is broken, or busy, is no reason not to use the other
check "one of each" whittle start -q many --each "$top"
check "and another one" whittle start -q one --cgroup "$top/a"
inside a "$programs/spell" 1
rm "$PINS/link-cgroup_mkdir"
check_status 1 "status shows what it can read" whittle status
expect "... which is the other one" grep -q "^one .* recording " "$T/out"
expect "... and says what it cannot" grep -q "files of whittle were removed from $PINS" "$T/err"
check "the other one is stopped" whittle stop one -o "$T/one.json"
check "another one begins" whittle start -q two --cgroup "$top/a"
whittle stop -q --force two -o "$T/x.json" 2>/dev/null || :
check "what is broken is thrown away" whittle stop --force
check "one of each" whittle start -q many --each "$top"
hold "${PINS%/*}"
check "another one begins while somebody has the lock" timeout 10 "$WHITTLE" start -q two --cgroup "$top/a"
inside a "$programs/spell" 1
check "... and ends" timeout 10 "$WHITTLE" stop -q two -o "$T/x.json"
check_status 1 "... of which status tells" timeout 10 "$WHITTLE" status
let_go
check_status 1 "a directory that is a file is told with --force, too" whittle stop --force many -d "$T/file"
check "... and it is ended" nothing_pinned

# --- two that begin one name at once, each under its own lock: one is first
twins() { # DESC HOME EARLY LATE: options of `start`; LATE waits for the lock of HOME meanwhile
    local late status=0
    hold "$2"
    # shellcheck disable=SC2086
    "$WHITTLE" start -q same $4 2>"$T/late" & late=$!
    await_lock $late
    # shellcheck disable=SC2086
    check "$1: the first begins" whittle start -q same $3
    let_go
    wait $late || status=$?
    expect "$1: the second does not" [ "$status $(cat "$T/late")" = "1 whittle: error: there is a recording same already" ]
    expect "$1: there is one" [ "$(whittle status --json | jq '.recordings | length')" = 1 ]
    whittle stop -q --force same "${@:5}" 2>/dev/null || :
}
twins "one of each, and one that is late" /sys/fs/bpf/whittle "--each $top" "--cgroup $top/a" -d "$out"
twins "one, and one of each that is late" "${PINS%/*}" "--cgroup $top/a" "--each $top" -o "$T/x.json"
check "nothing is left of them" nothing_pinned
check_status 1 "and nothing is meant" whittle stop same -o "$T/x.json"
expect "... where there is nothing" [ "$(cat "$T/err")" = "whittle: error: there is no recording same; 'whittle status' lists them" ]

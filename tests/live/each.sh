#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `whittle record --each`: cgroups that each run a program with calls of its own, some that are there and some that come and go;
# the file of each must hold exactly these.
set -eu
. tests/lib.sh
need jq python3

programs=${BUILD:-build}/tests/programs
bits=(getpgid getsid getpriority times sysinfo sched_get_priority_max sched_get_priority_min getitimer getresuid sched_getscheduler)
own_cgroup
top=$CG
out=$T/files

spelled() { # NUMBER: the calls that `spell NUMBER` makes for it
    local i
    for i in "${!bits[@]}"; do
        (($1 >> i & 1)) && echo "${bits[i]} 1"
    done | sort
}

# what a recording has of these calls and of numbers that no kernel has
seen() { # NAME
    jq -r '.syscalls[] | select(.class == "workload") | "\(.name // .number) \(.calls)"' "$out/$1.recording.json" |
        grep -E "^($(IFS='|' && echo "${bits[*]}")|2[0-9]{3}) " | sort
}

holds() { # DESC NAME NUMBER: the recording has the calls of this number and no others of the kind, each once
    spelled "$3" >"$T/want"
    seen "$2" >"$T/got" || true
    same "$1" "$T/want" "$T/got"
}

expect() { # DESC COMMAND...
    local desc=$1
    shift
    if "$@"; then pass "$desc"; else fail "$desc" "$*"; fi
}

poll() { # COMMAND...: until it holds, at most 30 s
    local i
    for i in {1..300}; do
        ! "$@" 2>/dev/null || return 0
        sleep 0.1
    done
    return 1
}

wait_for() { # PID...: all end well
    local pid
    for pid; do wait "$pid" || return; done
}

# Runs a program in a cgroup below PATH; it is in there before its first instruction.
inside() { # CGROUP COMMAND...
    CG=$top/$1
    shift
    in_cgroup "$@"
}

start() { # OPTION...
    rm -rf "$out" "$T/log"
    "$WHITTLE" record --each "$top" -d "$out" --recording "$out" "$@" 2>"$T/log" &
    whittle=$!
    poll grep -q '^whittle: recording each' "$T/log" || fail "it starts" "$(cat "$T/log")"
}

stop() { # STATUS DESC
    local rc=0
    kill -INT "$whittle"
    wait "$whittle" || rc=$?
    if [ "$rc" = "$1" ]; then pass "$2"; else fail "$2" "status $rc: $(cat "$T/log")"; fi
}

# --- some are there, others come and go ---
mkdir -p "$top"/{first,second,before,inner/leaf,one.service/part,user@7.service/app.service}
(
    echo "$BASHPID" >"$top/before/cgroup.procs"
    exec sleep 1000
) & sleeper=$!
poll grep -q sleep "/proc/$sleeper/comm"
start
inside first "$programs/spell" 1 & first=$!
inside second "$programs/spell" 6
wait "$first"
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
poll test -e "$out/brief.3.json"
expect "one that was removed is written at once" test -e "$out/brief.json" -a -e "$out/brief.recording.json"
# a unit that divides itself at once
mkdir -p "$top/two.service/a/b"
inside two.service/a/b "$programs/spell" 3
inside two.service/a "$programs/spell" 12
# ... while whittle cannot look: who moves on inside of it stays what it was
kill -STOP "$whittle"
id=$(printf '%064d' 7)
for dir in three.service "docker-$id.scope" "libpod-$id"; do
    mkdir "$top/$dir"
    # shellcheck disable=SC2016
    inside "$dir" bash -c 'mkdir "$0/below" && echo $$ >"$0/below/cgroup.procs" && kill -0 $$' "$top/$dir"
done
rmdir "$top/libpod-$id/below" "$top/libpod-$id"
# ... and who has come and gone by the time that it looks was where it was, and is known by its news
mkdir -p "$top/gone/leaf"
inside gone "$programs/spell" 5
inside gone/leaf "$programs/spell" 10
rmdir "$top/gone/leaf" "$top/gone"
kill -CONT "$whittle"
mkdir -p "$top/never" "$top/failed"
# what a runtime calls behind its filter, and then there is no such program
"$programs/launcher" "$top/failed" filter -- /no/such/program 2>/dev/null || :
kill "$sleeper"
stop 0 "Ctrl-C ends it: 0"
holds "a cgroup that was there" first 1
holds "... another one at the same time" second 6
holds "... a leaf" inner_leaf 24
holds "a unit, with what lies below it" one.service 96
holds "... not what holds the units of a user" app.service 128
holds "... one that divides itself as soon as it is made" two.service 15
holds "a cgroup that came and went" brief 256
for name in gone gone_leaf; do
    expect "news of one that was gone before whittle looked: $name" \
        [ "$(jq '[.syscalls[] | select(.class == "workload").first.comm] | length > 10 and all(. != null)' "$out/$name.recording.json")" = true ]
done
holds "... and its calls" gone 5
holds "... where it was" gone_leaf 10
for name in gone gone_leaf; do rm "$out/$name.json" "$out/$name.recording.json"; done
holds "... again" brief.2 512
holds "... and again" brief.3 768
divided=(three.service 000000000000 000000000000.2)
for name in "${divided[@]}"; do
    expect "what moves on inside of a unit or container is still counted: $name" \
        [ "$(jq -c '[.syscalls[] | select(.name == "kill" and .class == "workload").calls] + [.moved[]?]' "$out/$name.recording.json")" = "[1]" ]
done
for name in "${divided[@]}"; do rm "$out/$name.json" "$out/$name.recording.json"; done
expect "one whose process was there before is not whole" [ "$(jq .whole "$out/before.recording.json")" = false ]
expect "... and has the call that it was in" grep -q clock_nanosleep "$out/before.recording.json"
expect "one that was empty is" [ "$(jq .whole "$out/first.recording.json")" = true ]
expect "a container whose program does not start has no profile" [ ! -e "$out/failed.json" ]
expect "each has a profile, and nobody else has" \
    [ "$(cd "$out" && echo *.json)" = "app.service.json app.service.recording.json before.json before.recording.json brief.2.json brief.2.recording.json brief.3.json brief.3.recording.json brief.json brief.recording.json first.json first.recording.json inner_leaf.json inner_leaf.recording.json one.service.json one.service.recording.json second.json second.recording.json two.service.json two.service.recording.json" ]
expect "... which allows what was called" grep -q '"getpgid"' "$out/first.json"
expect "... and not what another did" sh -c "! grep -q '\"sysinfo\"' '$out/first.json'"

# --- many processes in each, with calls that have no counter ---
rm -rf "$out"
start
for i in 1 2 3; do
    mkdir "$top/many$i"
    inside "many$i" "$programs/brief" $((i * 20)) &
    many[i]=$!
done
wait "${many[@]}"
rmdir "$top"/many?
stop 0 "many processes in each: 0"
for i in 1 2 3; do
    for ((n = 0; n < i * 20; n++)); do echo "$((2000 + n)) 1"; done | sort >"$T/want"
    seen "many$i" >"$T/got"
    same "$((i * 20)) processes, a call of its own each" "$T/want" "$T/got"
done

# --- slots (1,024) are used again ---
cat >"$T/check.py" <<'END'
import json, sys
stem, rounds, bits = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
for file, i in ((f"{stem}{r}-{i}", i) for r in range(rounds) for i in range(400)):
    calls = json.load(open(f"{file}.recording.json"))["syscalls"]
    got = {c["name"]: c["calls"] for c in calls if c["class"] == "workload" and c.get("name") in bits}
    want = {b: 1 for n, b in enumerate(bits) if (i % 1023 + 1) >> n & 1}
    if got != want:
        sys.exit(f"{file}: {got} instead of {want}")
    json.load(open(f"{file}.json"))
END
# fewer at once than slots: however slow whittle is here, there is room
rounds=$(often 3 12)
start --count-moved
for ((round = 0; round < rounds; round++)); do
    check "400 cgroups, one after the other" "$programs/churn" "$top" "job$round-%ld" 400 0 vfork
    poll test -e "$out/job$round-399.json" || fail "... are written" "$(cat "$T/log")"
done
stop 0 "... are all recorded: 0"
check "... each with its own calls, and a profile" python3 "$T/check.py" "$out/job" "$rounds" "${bits[@]}"

# --- replicas as one, 1,000 a second ---
cat >"$T/sums.py" <<'END'
import json, os, sys
directory, groups, bits = sys.argv[1], sys.argv[2].split(), sys.argv[3:]
rounds = int(os.environ.get("ROUNDS", 1))
for name, often in (group.split(":") for group in groups):
    calls = json.load(open(f"{directory}/{name}.recording.json"))["syscalls"]
    got = {c["name"]: c["calls"] for c in calls if c["class"] == "workload" and c.get("name") in bits}
    want = {b: rounds * sum((i % 1023 + 1) >> n & 1 for i in range(int(often))) for n, b in enumerate(bits)}
    want = {b: n for b, n in want.items() if n}
    if got != want:
        sys.exit(f"{name}: {got} instead of {want}")
    json.load(open(f"{directory}/{name}.json"))
END
missed() { # how many whittle says that there was no room for
    sed -n 's/^whittle: warning: incomplete: \([0-9]*\) cgroups were not recorded: .*/\1/p' "$T/log"
}
often=$(often 200 15000) # all fit into the slots, unless it is long
start --merge-by name --count-moved
"$programs/churn" "$top" other.%ld 20 &
churns=($!)
for name in a b c d; do
    "$programs/churn" "$top" "$name-%ld" "$often" 250 vfork &
    churns+=($!)
done
check "4 x $often replicas, and 20 that are others" wait_for "${churns[@]}"
stop 0 "... with --merge-by name: 0"
n=$often
check "... not a call of them is missing in one recording for each name" python3 "$T/sums.py" "$out" "a:$n b:$n c:$n d:$n other:20" "${bits[@]}"
expect "... and there are no other files" [ "$(cd "$out" && echo *.json)" = "a.json a.recording.json b.json b.recording.json c.json c.recording.json d.json d.recording.json other.json other.recording.json" ]

# --- containers of a few images, 1,000 a second, gone before an engine that takes half a second has told of them ---
mkdir "$T/bin"
cat >"$T/bin/docker" <<END
#!/bin/sh
case \$1 in
context) echo unix:///run/docker.sock ;;
ps) sleep 0.5 && exec cat "$T/containers" ;;
esac
END
chmod +x "$T/bin/docker"
at_once=$(often 200 1000) rounds=$(often 1 15)
for name in a b c d; do
    for ((i = 0; i < at_once; i++)); do
        printf '{"ID": "%s%063d", "Names": "%s%d", "Image": "image-%s"}\n' $name $i $name $i $name
    done
done >"$T/containers"
replicas() { # NAME
    local round
    for ((round = 0; round < rounds; round++)); do
        "$programs/churn" "$top" "docker-$1%063ld.scope" "$at_once" 250 vfork || return
    done
}
churns=()
PATH=$T/bin:$PATH start --merge-by image --count-moved
for name in a b c d; do
    replicas $name &
    churns+=($!)
done
check "4 x $((at_once * rounds)) containers" wait_for "${churns[@]}"
stop 0 "... with --merge-by image: 0"
n=$at_once
check "... not a call of them is missing in one recording for each image" env ROUNDS="$rounds" python3 "$T/sums.py" "$out" "image-a:$n image-b:$n image-c:$n image-d:$n" "${bits[@]}"
expect "... and there are no other files" [ "$(cd "$out" && echo *.json)" = "image-a.json image-a.recording.json image-b.json image-b.recording.json image-c.json image-c.recording.json image-d.json image-d.recording.json" ]

# --- a container that an engine tells of once, asked for another one; and whittle is in a cgroup below PATH itself ---
cat >"$T/bin/docker" <<END
#!/bin/sh
case \$1 in
context) echo unix:///run/docker.sock ;;
ps) ! mkdir "$T/asked" 2>/dev/null || { sleep 0.5 && exec cat "$T/containers"; } ;;
esac
END
rm -rf "$out" "$T/log"
mkdir "$top/self"
PATH=$T/bin:$PATH inside self "$WHITTLE" record --each "$top" -d "$out" --recording "$out" --count-moved 2>"$T/log" &
whittle=$!
poll grep -q '^whittle: recording each' "$T/log" || fail "it starts" "$(cat "$T/log")"
for container in a b; do
    id=$container$(printf '%063d' 0)
    mkdir "$top/docker-$id.scope"
    inside "docker-$id.scope" "$programs/spell" 1
    poll test -d "$T/asked" || fail "the engine is asked"
    rmdir "$top/docker-$id.scope"
done
poll test -e "$out/a0.json" -a -e "$out/b0.json" || :
# whoever asks takes no signal
mapfile -t processes <"$top/self/cgroup.procs"
kill -INT "${processes[@]}"
wait "$whittle" && pass "... an engine that forgets: 0" || fail "... an engine that forgets: 0" "status $?: $(cat "$T/log")"
rmdir "$top/self"
expect "... the names are known, and whittle and those that it asks are in no file" \
    [ "$(cd "$out" && echo *.json)" = "a0.json a0.recording.json b0.json b0.recording.json" ]

# --- more than there is room for, while whittle cannot look ---
start --merge-by unit --count-moved
kill -STOP "$whittle"
check "1,100 instances of a unit" "$programs/churn" "$top" job@%ld.service 1100 0 vfork
kill -CONT "$whittle"
stop 3 "... more than slots: 3"
recorded=$((1100 - $(missed)))
expect "... it says how many were not recorded" grep -q "^whittle: recorded $recorded cgroups," "$T/log"
check "... and not a call of the others is missing" python3 "$T/sums.py" "$out" "job@.service:$recorded" "${bits[@]}"

# --- threads of one process in cgroups of their own ---
mkdir -p "$top/process/"{first,second}
if echo threaded 2>/dev/null >"$top/process/first/cgroup.type" && echo threaded 2>/dev/null >"$top/process/second/cgroup.type"; then
    inside process "$programs/threaded" "$top/process/first" "$top/process/second" "$T/up" "$T/go" & threads=$!
    poll test -e "$T/up"
    start
    touch "$T/go"
    wait "$threads"
    stop 0 "threads of one process in two cgroups"
    for one in 'process_first getsid' 'process_second getpgid'; do
        read -r name call <<<"$one"
        file=$(find "$out" -name "*${name#process_}.recording.json" | head -n 1)
        got=$(jq -r '.syscalls[] | select(.name == "getsid" or .name == "getpgid") | "\(.class) \(.name) \(.calls)"' "${file:-/dev/null}")
        expect "... each with its own calls: $call" [ "$got" = "workload $call 100" ]
        [ "$got" = "workload $call 100" ] || { cat "$T/log" && ls -l "$out" && jq -c '.moved, .losses, [.syscalls[] | "\(.name) \(.class) \(.calls)"]' "$out"/*.recording.json; } | detail
    done
else
    skip "threads of one process in two cgroups" "not here: cgroups cannot be threaded"
fi

# --- privileges ---
start
# 1 and 8: CAP_CHOWN and CAP_FOWNER, for files of others in the directory
expect "while it records it keeps no capability but for its files" \
    [ "$(sed -n 's/^\(CapPrm\|CapEff\|NoNewPrivs\):[[:space:]]*0*//p' "/proc/$whittle/status" | tr '\n' ' ')" = "9 9 1 " ]
stop 0 "... and writes"
SUDO_UID=$(id -u nobody) SUDO_GID=$(id -g nobody) timeout 60 "$WHITTLE" record -q --each "$top" -d "$T/made" --for 1s 2>"$T/log" || :
expect "a directory that it makes is that of who called sudo" [ "$(stat -c %U "$T/made")" = nobody ]

# --- what cannot be ---
check_status 2 "--each without -d: 2" "$WHITTLE" record --each "$top"
check_status 2 "... with another target: 2" "$WHITTLE" record --each "$top" -d "$out" --pid 1
check_status 2 "--merge-by without --each: 2" "$WHITTLE" record --merge-by name -o "$out" -- true
check_status 2 "-d without --each: 2" "$WHITTLE" record -d "$out" -- true
v1=$(awk '$3 == "cgroup" { print $2; exit }' /proc/self/mounts)
if [ -n "$v1" ]; then
    check_status 1 "a directory of cgroups v1: 1" "$WHITTLE" record --each "$v1" -d "$out"
    expect "... and why" grep -q "is of a hierarchy of cgroups v1" "$T/err"
fi
check_status 1 "no such cgroup: 1" "$WHITTLE" record --each "$top/none" -d "$out"
touch "$T/file"
check_status 1 "a file instead of a directory: 1" "$WHITTLE" record --each "$top" -d "$T/file"

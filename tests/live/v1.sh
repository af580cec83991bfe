#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What has a cgroup in a v1 hierarchy only is recorded by it: exactly what it calls, and nothing of a neighbour that is in the same cgroup
# of v2. Hierarchies do not mix.
set -eu
. tests/lib.sh
need jq unshare
point=$(awk '$3 == "cgroup" && $4 ~ /,pids(,|$)/ { print $2; exit }' /proc/self/mounts)
[ -n "$point" ] || {
    skip "cgroups v1" "not here: the controller pids is not mounted as a v1 hierarchy"
    exit 0
}
V1=$point/whittle-test-$$
remove_v1() {
    find "$V1" -depth -type d -exec rmdir {} + 2>/dev/null || :
}
on_exit remove_v1
mkdir "$V1"
own_cgroup
spell=${BUILD:-build}/tests/programs/spell
# each bit of the number is one call: 682 and 341 have none in common
odd="getitimer getsid sched_get_priority_max sched_getscheduler times"
even="getpgid getpriority getresuid sched_get_priority_min sysinfo"
id=$(printf '%08x%056d' $$ 0 | tr 0 e)

inside() { # CGROUP COMMAND...
    (
        echo "$BASHPID" >"$1/cgroup.procs" || exit 125
        shift
        exec "$@"
    )
}

# Where only v1 is mounted.
v1_only() { # COMMAND...
    # shellcheck disable=SC2016
    exec unshare -m sh -c 'umount -l "$0" && exec "$@"' "$(cgroup_mount)" "$@"
}

as=()
begin() { # OPTION...
    rm -f "$T/rec.json"
    : >"$T/err"
    "${as[@]}" "$WHITTLE" record -o "$T/p.json" --recording "$T/rec.json" "$@" 2>"$T/err" &
    recorder=$!
    for _ in {1..600}; do
        grep -q '^whittle: recording' "$T/err" && return
        kill -0 $recorder 2>/dev/null || break
        sleep 0.05
    done
    fail "record $*: begins"
    detail <"$T/err"
}

end() {
    kill -INT $recorder
    wait $recorder || fail "record: ends well" "$(cat "$T/err")"
}

# "NAME COUNT" of the spelled calls in the recording
spelled() {
    jq -r --arg names "$odd $even" '.syscalls[] | select(.name as $n | $names | split(" ") | index($n)) | "\(.name) \(.calls)"' \
        "$T/rec.json" | sort
}

times_each() { # COUNT NAME...
    local count=$1
    shift
    printf "%s $count\n" "$@"
}

begin --cgroup "$V1"
mkdir "$V1/below"
for _ in 1 2 3; do
    inside "$V1" "$spell" 682
    inside "$V1/below" "$spell" 682
    in_cgroup "$spell" 341 # beside it
done
end
# shellcheck disable=SC2086
times_each 6 $odd >"$T/expected"
spelled >"$T/spelled"
same "what is called in a v1 cgroup and below, counted to the last call, and nothing else" "$T/expected" "$T/spelled"

begin --cgroup "$CG"
inside "$V1" "$spell" 341
in_cgroup "$spell" 682
end
# shellcheck disable=SC2086
times_each 1 $odd >"$T/expected"
spelled >"$T/spelled"
same "a v2 cgroup as ever" "$T/expected" "$T/spelled"

# --- numbers: two cgroups of different hierarchies that have the same one ---
# Sets twins: makes cgroups where their numbers are lower until there are two. What is made with a controller more is further apart.
find_twins() {
    local -A seen=()
    local dirs=("$V1/n" "$CG/n") numbers=() at=0 i dir
    mkdir "${dirs[@]}" "$CG/n/with"
    ! read -r i _ <"$CG/n/cgroup.controllers" || echo "+$i" >"$CG/n/cgroup.subtree_control"
    mapfile -t numbers < <(stat -c %i "${dirs[@]}")
    apart=$((numbers[1] > numbers[0] ? numbers[1] - numbers[0] : numbers[0] - numbers[1]))
    for ((i = 0; i < 1000 && apart < 4000; i++)); do
        at=$((numbers[1] < numbers[0]))
        dir=${dirs[at]}/$i
        [ $((at && i % 2)) = 0 ] || dir=$CG/n/with/$i
        mkdir "$dir"
        numbers[at]=$(stat -c %i "$dir")
        seen[$at.${numbers[at]}]=$dir
        twins=("${seen[0.${numbers[at]}]-}" "${seen[1.${numbers[at]}]-}")
        [ -z "${twins[0]}" ] || [ -z "${twins[1]}" ] || return 0
    done
    return 1
}
if find_twins; then
    for at in 0 1; do
        begin --cgroup "${twins[at]}"
        mkdir "${twins[0]}/below" "${twins[1]}/below"
        for dir in "${twins[at]}" "${twins[at]}/below"; do inside "$dir" "$spell" 682; done
        for dir in "${twins[1 - at]}" "${twins[1 - at]}/below"; do inside "$dir" "$spell" 341; done
        rmdir "${twins[0]}/below"
        # that the other one goes is no end of this one
        [ $at = 0 ] || rmdir "${twins[0]}"
        inside "${twins[at]}" "$spell" 682
        end
        rmdir "${twins[1]}/below"
        # shellcheck disable=SC2086
        times_each 3 $odd >"$T/expected"
        spelled >"$T/spelled"
        same "of two cgroups with the same number, $(stat -c %i "${twins[at]}"), the one of v$((at + 1)) is recorded" "$T/expected" "$T/spelled"
    done
elif [ $apart -lt 4000 ]; then
    fail "there are two cgroups with the same number"
else
    skip "two cgroups with the same number" "not here: the numbers of v1 and v2 are $apart apart"
fi

# a container whose engine knows v1 only: it begins when a word comes through the pipe
mkdir "$T/bin" "$T/empty" "$V1/$id"
mkfifo "$T/go"
exec 3<>"$T/go"
create() {
    (
        echo "$BASHPID" >"$V1/$id/cgroup.procs"
        read -r _ <"$T/go"
        exec "$spell" 682
    ) &
    container=$!
    for _ in {1..600}; do
        ! grep -q "^$container\$" "$V1/$id/cgroup.procs" || break
        sleep 0.05
    done
}
exact() { # DESC
    echo >&3
    wait $container
    end
    # shellcheck disable=SC2086
    times_each 1 $odd >"$T/expected"
    spelled >"$T/spelled"
    same "$1" "$T/expected" "$T/spelled"
}
create
cat >"$T/bin/docker" <<END
#!/bin/sh
case \$1 in
ps) echo '{"ID":"$id","Names":"web"}' ;;
container) echo '[{"State":{"Status":"running","Pid":$container}}]' ;;
context) echo unix:///run/docker.sock ;;
esac
END
chmod +x "$T/bin/docker"
PATH=$T/bin:$PATH begin --container docker:web
exact "a container that has only v1 cgroups"
create
as=(v1_only env PATH="$T/empty")
begin --container "${id:0:12}"
as=()
exact "... by its id, where no engine is installed and only v1 is mounted"

# --- refused ---
refuses() { # DESC STATUS WORDS COMMAND...
    local desc=$1 status=$2 words=$3 rc=0
    shift 3
    ("$@") >"$T/out" 2>"$T/err" || rc=$?
    if [ $rc = "$status" ] && grep -qF "$words" "$T/err" && [ "$(wc -l <"$T/err")" = 1 ]; then
        pass "$desc"
    else
        fail "$desc" "status $rc, expected $status and '$words'"
        detail <"$T/err"
    fi
}
hook() { # of a container of v1
    echo "{\"id\": \"$id\", \"status\": \"created\", \"pid\": $$, \"annotations\": {\"io.containers.trace-syscall\": \"of:/tmp/$id.json\"}}" |
        (v1_only "$WHITTLE" hook)
}
refuses "hierarchies do not mix" 1 "are of different hierarchies" "$WHITTLE" record -o "$T/p.json" --cgroup "$V1" --cgroup "$CG"
refuses "a command is of v2" 125 "is of a hierarchy of cgroups v1" "$WHITTLE" record -o "$T/p.json" --cgroup "$V1" -- true
refuses "start is of v2" 1 "is of a hierarchy of cgroups v1" "$WHITTLE" start --cgroup "$V1" "test-$$"
refuses "what is waited for is of v2" 1 "cgroup v2 is not mounted: try 'mount" v1_only "$WHITTLE" record -o "$T/p.json" --wait --container "$id"
timeout -s INT 60 "$WHITTLE" record -o "$T/p.json" --wait --container web --for 1s 2>"$T/err" || :
if grep -q 'no container engine is installed' "$T/err"; then
    skip "who waits beside cgroups v1 is told what is not seen" "not here: no container engine is installed"
else
    grep -q "not seen here; once it runs, --container without --wait" "$T/err" && pass "who waits beside cgroups v1 is told what is not seen" ||
        fail "who waits beside cgroups v1 is told what is not seen" "$(cat "$T/err")"
fi
refuses "an id that there is not" 1 "no container engine is installed, and no cgroup carries this id" \
    v1_only env PATH="$T/empty" "$WHITTLE" record -o "$T/p.json" --container 0123456789ab
refuses "the hook is of v2" 1 "cgroup v2 is not mounted: try 'mount" hook
refuses "the root of a v1 hierarchy is everybody's" 1 "is the root cgroup" "$WHITTLE" record -o "$T/p.json" --cgroup "$point"

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Targets by name: cgroups as engines and systemd make them, with programs in PATH that tell of them. (Real engines: tests/engines.)
# BESIDE: its cgroups and its recordings are its own.
set -eu
. tests/lib.sh
need jq
own_cgroup
path=${CG#"$(cgroup_mount)"}
id=$(printf '%064x' $$ | tr 0 e)
bin=$T/bin
mkdir "$bin"

# A process in a fresh cgroup below CG; sets pid.
start_in() { # NAME
    mkdir -p "$CG/$1"
    sh -c 'echo $$ >"$0/cgroup.procs"; exec sleep 1000' "$CG/$1" &
    pid=$!
    for _ in {1..100}; do
        grep -q "^$pid\$" "$CG/$1/cgroup.procs" && return
        sleep 0.05
    done
    return 1
}

program() { # NAME < SCRIPT
    { echo '#!/bin/sh' && cat; } >"$bin/$1"
    chmod +x "$bin/$1"
}

# docker with one container, web.
fake_docker() { # PID
    program docker <<END
case \$1 in
ps) echo '{"ID":"$id","Names":"web"}' ;;
container) echo '[{"State":{"Status":"running","Pid":$1}}]' ;;
context) echo unix:///run/docker.sock ;;
esac
END
}

# Passes when ARGUMENT... names this cgroup.
records() { # DESC TARGET ARGUMENT...
    local desc=$1 want=$2 rc=0
    shift 2
    env PATH="$bin" "$WHITTLE" record --for 1 --recording "$T/rec.json" -o "$T/profile.json" "$@" 2>"$T/err" || rc=$?
    if [ $rc = 0 ] && [ "$(jq -r .target "$T/rec.json")" = "$want" ]; then
        pass "$desc"
    else
        fail "$desc" "status $rc, expected target '$want'"
        jq -r .target "$T/rec.json" | detail
        detail <"$T/err"
    fi
}

refuses() { # DESC WORDS ARGUMENT...
    local desc=$1 words=$2 rc=0
    shift 2
    env PATH="$bin" "$WHITTLE" record --for 1 -o "$T/profile.json" "$@" 2>"$T/err" || rc=$?
    if [ $rc = 1 ] && grep -qF -- "$words" "$T/err"; then
        pass "$desc"
    else
        fail "$desc" "status $rc, expected 1 and '$words'"
        detail <"$T/err"
    fi
}

# --- containers ---
# each of the names that engines give to cgroups, also where the first process is in one below
for name in "docker-$id.scope" "libpod-$id" "libpod-$id/init.scope" "cri-containerd-$id.scope" "$id/a/b"; do
    start_in "$name"
    fake_docker $pid
    own=$CG/${name%%/*}
    records "the cgroup ${name/$id/ID}" "container docker:web (cgroup $own)" --container web
    rm "$bin/docker"
    records "... without an engine" "container $id (cgroup $own)" --container "${id:0:62}"
    kill $pid
    wait $pid 2>/dev/null || :
    find "$own" -depth -type d -exec rmdir {} +
done
start_in other
fake_docker $pid
refuses "a process in a cgroup that is not the container's" "$path/other, is not container docker:web's own" --container web
mkdir "$CG/$id" "$CG/docker-$id.scope"
rm "$bin/docker"
refuses "two cgroups that carry the id" "there are several containers '${id:0:12}': $path/" --container "${id:0:12}"
rmdir "$CG/$id" "$CG/docker-$id.scope"
if [ "$(sed -n 's/^0:://p' /proc/self/cgroup)" = / ]; then
    fake_docker $$
    refuses "a container without a v2 cgroup of its own" "has no cgroup of its own, neither in cgroup v2" --container web
fi

# --- units ---
start_in "whittle-test-$$.service"
refuses "without systemctl: no such unit" "there is no cgroup of this name; command 'systemctl' not found" --unit nobody
records "without systemctl a unit is found by the name of its cgroup" \
    "unit whittle-test-$$ (cgroup $CG/whittle-test-$$.service)" --unit "whittle-test-$$"
mkdir -p "$CG/a/whittle-test-$$.service"
refuses "... if there is only one" "there are 2 cgroups of this name" --unit "whittle-test-$$"
program systemctl <<END
printf '%s\n' LoadState=loaded ActiveState=active ControlGroup=$path/whittle-test-$$.service
END
records "systemctl says where the unit is" \
    "unit whittle-test-$$.service (cgroup $CG/whittle-test-$$.service)" --unit "whittle-test-$$.service"
program systemctl <<END
printf '%s\n' LoadState=loaded ActiveState=active ControlGroup=/
END
refuses "a unit in the root cgroup" "root cgroup" --unit=-.slice

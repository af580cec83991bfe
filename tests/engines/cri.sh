#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Containers of CRI, as a kubelet makes them: a real containerd, asked by a client of ours that stands for crictl (cri.py), which Debian
# does not have. What it answers is containerd's: names and ids, processes, cgroups, when each is there. Then the profile, applied.
set -eu
. tests/lib.sh
. tests/engines.sh
each_layout "$@"
need jq strace ctr python3
# the package's module is for Debian's python3, which need not be the first
for python in python3 /usr/bin/python3 ''; do
    [ -n "$python" ] || { skip cri "python3-grpcio is not installed" && exit 0; }
    ! $python -c 'import grpc' 2>"$T/err" || break
done
pod=
# it must be gone before the daemons are: these leave their shims behind
pod_down() { [ -z "$pod" ] || crictl rmp "$pod" >/dev/null 2>&1; }
on_exit pod_down
engines_up
starts=$(often 2 20)

parent=${CG#"$(cgroup_mount)"}/kubepods
cat >"$E/cri.toml" <<END
version = 2
root = "$E/cri/root"
state = "$E/cri/state"
[grpc]
address = "$E/cri.sock"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "docker.io/library/pause:1"
stream_server_address = "127.0.0.1"
stream_server_port = "0"
disable_apparmor = true
restrict_oom_score_adj = true
disable_hugetlb_controller = true
END
docker import -c 'CMD ["/bin/sleep", "1000000"]' "$E/bb.tar" pause:1 >/dev/null
docker save -o "$E/images.tar" bb:1 pause:1
_start_daemon cri containerd --config "$E/cri.toml"
_wait_for cri test -S "$E/cri.sock"
ctr -a "$E/cri.sock" -n k8s.io images import "$E/images.tar" >/dev/null

mkdir "$T/bin"
export CRI_ENDPOINT=$E/cri.sock PATH=$T/bin:$PATH
printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$python" "$PWD/tests/engines/cri.py" >"$T/bin/crictl"
chmod +x "$T/bin/crictl"

if ! pod=$(crictl runp pod "$parent" 2>"$T/err"); then
    # on v2 it wants the controllers that it sets limits with
    if ! _has_controller cpu && grep -q 'cpu\|controller' "$T/err"; then
        skip "a pod" "not here: $(tail -n 1 "$T/err" | cut -c 1-200)"
    else
        fail "a pod" "$(cat "$T/err")"
        tail -n 20 "$E/cri.log" | detail
    fi
    exit 0
fi

make() { # NAME PROFILE WORD...: its id in $id
    id=$(crictl create "$pod" "$1" "$2" docker.io/library/bb:1 "${@:3}")
}

of_workload() { # prints "NAME CALLS"
    jq -r '.syscalls[] | select(.class == "workload") | "\(.name) \(.calls)"' "$T/rec.json" | sort
}

record_start() { # ARGUMENT...
    : >"$T/log"
    timeout 90 "$WHITTLE" record --recording "$T/rec.json" -o "$T/p.json" "$@" 2>"$T/log" &
    recorder=$!
    for _ in {1..600}; do
        grep -q '^whittle: \(recording\|waiting\)' "$T/log" && return
        kill -0 $recorder 2>/dev/null || break
        sleep 0.05
    done
    fail "record $*" "the recorder did not start"
    detail <"$T/log"
    return 1
}

record_end() {
    status=0
    wait "$recorder" || status=$?
}

# --- one that runs ---
# shellcheck disable=SC2016 # for the shell in the container
loop='while :; do umask 022; echo x >/tmp/x; rm /tmp/x; echo >>/tmp/n; sleep 0.1; done'
strace -f -o "$T/strace" chroot "$E/bb" /bin/sh -c "${loop/while :/for i in 1 2 3}"
tac "$T/strace" | sed -n '/ umask(/,$p' | tac | sed -n '/ umask(/,$p' | sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p' | sort -u >"$T/want"
make web "" /bin/sh -c "$loop"
crictl start "$id" >/dev/null
make other "" /bin/sh -c 'while :; do chmod 700 /tmp; sleep 0.1; done' && other=$id
id=$(crictl ps --output json | jq -r '.containers[0].id')
crictl start "$other" >/dev/null
for name in web crictl:web "$id" "crictl:${id:0:13}"; do
    record_start --container "$name"
    rounds "$(crictl inspect --output json "$id" | jq .info.pid)"
    kill -INT "$recorder"
    record_end
    jq -r '.syscalls[] | select(.class == "workload" or .class == "in_flight") | .name' "$T/rec.json" | sort -u >"$T/seen"
    same "a container that runs, ${name/$id/whole id}: the calls that strace sees" "$T/want" "$T/seen"
done
target=$(jq -r .target "$T/rec.json")
if [[ $target == "container crictl:web (cgroup "*"$id)" ]]; then
    pass "... and the recording says what it is of"
else
    fail "... and the recording says what it is of" "$target"
fi
status=0
timeout 60 "$WHITTLE" record --container crictl:nobody -o "$T/p.json" 2>"$T/err" || status=$?
if [ $status = 1 ] && grep -q "there is no container 'nobody' in crictl" "$T/err"; then
    pass "one that there is not"
else
    fail "one that there is not" "status $status" && detail <"$T/err"
fi

# --- from the first instruction ---
words=(/bin/usleep 20000)
strace_counts "${words[@]}" >"$T/want"
make made "" "${words[@]}"
for way in start wait; do
    if [ $way = start ]; then
        record_start --start --container "crictl:${id:0:13}"
    else
        make late "" "${words[@]}"
        record_start --wait --container crictl:late
        crictl start "$id" >/dev/null
    fi
    record_end
    of_workload >"$T/seen"
    same "--$way: every call, as often as strace counts it" "$T/want" "$T/seen"
    [ $status = 0 ] || { fail "--$way: status" "$status" && detail <"$T/log"; }
done

# --- under the profile ---
n=0
for i in $(seq "$starts"); do
    make "again-$i" "$T/p.json" "${words[@]}"
    crictl start "$id" >/dev/null
    for _ in {1..300}; do
        state=$(crictl ps --all --output json | jq -r --arg id "$id" '.containers[] | select(.id == $id).state')
        [ "$state" != CONTAINER_RUNNING ] || { sleep 0.1 && continue; }
        break
    done
    [ "$(crictl inspect --output json "$id" | jq -r '.status | "\(.state) \(.exitCode)"')" != "CONTAINER_EXITED 0" ] || n=$((n + 1))
done
if [ "$n" = "$starts" ]; then pass "it runs under its profile, $n of $starts"; else fail "it runs under its profile" "$n of $starts"; fi
make refused "$T/p.json" /bin/chmod 700 /tmp
crictl start "$id" >/dev/null
for _ in {1..300}; do
    code=$(crictl inspect --output json "$id" | jq -r 'select(.status.state == "CONTAINER_EXITED").status.exitCode')
    [ -z "$code" ] || break
    sleep 0.1
done
if [ "${code:-0}" != 0 ]; then pass "... which refuses what it did not do"; else fail "... which refuses what it did not do" "exit code '${code-}'"; fi
nothing_left && pass "nothing stays behind" || fail "nothing stays behind"

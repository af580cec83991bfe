#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# With a real systemd, which is the first process of a podman container: `whittle record --unit`, for it gives units cgroups of
# their own in a v2 hierarchy; and engines in that container that let systemd make the cgroups of theirs.
set -eu
. tests/lib.sh
. tests/engines.sh
each_layout "$@"
[ "$LAYOUT" = v2 ] || exit 0
need jq podman nsenter systemctl strace
systemd=/lib/systemd/systemd
[ -x $systemd ] || need systemd
engines_up

# An /etc with our units alone; nothing of the host's is started.
mkdir -p "$T/etc/systemd/system"
cp /etc/ld.so.cache /etc/passwd /etc/group "$T/etc/"
echo 0123456789abcdef0123456789abcdef >"$T/etc/machine-id"
printf '[Unit]\nDescription=test\nWants=busy.service\n' >"$T/etc/systemd/system/test.target"
# shellcheck disable=SC2016 # for the shell of the unit
loop='while :; do umask 022; echo x >/tmp/x; rm /tmp/x; sleep 0.1; done'
unit() { # NAME COMMAND [LINE]
    printf '[Service]\nExecStart=/usr/bin/busybox sh -c "%s"\n%s\n' "$2" "${3-}" >"$T/etc/systemd/system/$1.service"
}
unit busy "$loop"
unit brief 'mkdir /tmp/brief; exec sync'
unit lives 'if [ -d /tmp/life ]; then exec sync; fi; mkdir /tmp/life; exec sleep 1000'
unit filtered 'mkdir /tmp/filtered; exec sync' 'SystemCallFilter=~reboot'

whittle=$(readlink -f "$WHITTLE")
id=$("${PODMAN[@]}" -d --name "systemd-$$" --systemd=always --cap-add BPF,PERFMON,SYS_ADMIN -v /usr:/usr:ro -v "$T/etc:/etc" -v "$(dirname "$whittle"):/srv:ro" -v "$T:/mnt" \
    --tmpfs /run --tmpfs /tmp host:1 $systemd --unit=test.target)
pid=$(podman inspect -f '{{.State.Pid}}' "$id")
inside() {
    nsenter -t "$pid" -m -p -n -i -u -C "$@"
}
up() {
    [ "$(inside systemctl is-active busy.service 2>/dev/null)" = active ]
}
for _ in {1..300}; do
    ! up || break
    sleep 0.1
done
if ! up; then
    skip "units of a systemd" "not here: systemd does not come up in a container: $(podman logs "$id" 2>&1 | tail -n 1 | tr -d '\r')"
    exit 0
fi

# Records in the background, until the line that says so.
record() { # OPTION...
    rm -f "$T/p.json" "$T/rec.json"
    : >"$T/log"
    inside timeout -s INT 60 /srv/whittle record -o /mnt/p.json --recording /mnt/rec.json "$@" 2>"$T/log" &
    recorder=$!
    for _ in {1..300}; do
        ! grep -q '^whittle: \(recording\|waiting\)' "$T/log" || return 0
        kill -0 $recorder 2>/dev/null || break
        sleep 0.1
    done
    fail "record $*" "it does not begin"
    detail <"$T/log"
}
calls() {
    jq -r '.syscalls[] | select(.class == "workload" or .class == "in_flight") | .name' "$T/rec.json" | sort -u
}
good() { # DESC CONDITION...
    local desc=$1
    shift
    if "$@"; then
        pass "$desc"
    else
        fail "$desc"
        detail <"$T/log"
        calls | tr '\n' ' ' | detail
    fi
}
set_up='mount|umount2|pivot_root|unshare|setns|seccomp|keyctl'

# The oracle: strace of the same loop, of its rounds but the last. Its /tmp is its own there.
rounds=${loop/while :/for i in 1 2 3}
strace -f -o "$T/strace" busybox sh -c "${rounds//\/tmp\/x/$T/x}"
tac "$T/strace" | sed -n '/ umask(/,$p' | tac | sed -n '/ umask(/,$p' | sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p' | sort -u >"$T/want"
record --unit busy --for 3s
wait $recorder || :
calls >"$T/seen"
same "a unit that runs: the calls that strace sees" "$T/want" "$T/seen"
good "... and the recording says which it is" eval '[ "$(jq -r .target "$T/rec.json")" = "unit busy (cgroup /sys/fs/cgroup/system.slice/busy.service)" ]'
for unit in brief filtered; do
    record --wait --unit "$unit"
    # systemctl has no bus to wait at; the end is that of the recording
    inside systemctl start "$unit.service" || kill -INT $recorder
    status=0
    wait $recorder || status=$?
    good "a unit that is started later, $unit: from its first instruction to its last" \
        eval '[ $status = 0 ] && calls | grep -qx mkdir && calls | grep -qx sync && ! calls | grep -qxE "$set_up"'
done
status=0
inside /srv/whittle record --unit nobody -o /mnt/p.json 2>"$T/log" || status=$?
good "a unit that there is not" eval '[ $status = 1 ] && grep -q "there is no unit nobody.service" "$T/log"'
status=0
inside /srv/whittle record --unit brief -o /mnt/p.json 2>"$T/log" || status=$?
good "a unit that does not run" eval '[ $status = 1 ] && grep -q "unit brief.service does not run (it is .inactive.)" "$T/log"'

# a recording without a process goes on over a restart
inside mount -t bpf bpf /sys/fs/bpf
is() { # STATE UNIT
    local _
    for _ in {1..300}; do
        [ "$(inside systemctl is-active "$2" 2>/dev/null)" != "$1" ] || return 0
        sleep 0.1
    done
    return 1
}
rm -f "$T/p.json" "$T/rec.json"
inside /srv/whittle start lives --wait --unit lives 2>"$T/log"
inside systemctl start lives.service && is active lives.service || fail "a unit starts"
# it sleeps in the end
for _ in {1..300}; do
    inside test ! -d /tmp/life || break
    sleep 0.1
done
inside systemctl restart lives.service && is inactive lives.service || fail "a unit starts again, and ends"
status=0
inside /srv/whittle stop lives -o /mnt/p.json --recording /mnt/rec.json 2>"$T/log" || status=$?
good "whittle start: both lives of a unit that systemd restarts" \
    eval '[ $status = 0 ] && calls | grep -qx mkdir && calls | grep -qx sync && ! calls | grep -qxE "$set_up"'

# the unit that an administrator has for it, with all that its lines take from it
sed 's,@BINDIR@,/srv,' scripts/systemd/whittle@.service.in >"$T/etc/systemd/system/whittle@.service"
inside systemctl daemon-reload
rm -f "$T/rec.json"
inside systemctl start whittle@brief.service && is active whittle@brief.service || fail "whittle@brief.service starts"
inside systemctl start brief.service && is inactive brief.service || fail "a unit starts and ends beside whittle@.service"
inside systemctl stop whittle@brief.service && is inactive whittle@brief.service || fail "whittle@brief.service stops"
inside systemctl status whittle@brief.service >"$T/log" 2>&1 || :
inside cat /var/lib/whittle/brief.recording.json >"$T/rec.json" || :
inside cat /var/lib/whittle/brief.json >"$T/p.json" || :
good "whittle@.service records a unit, and its stop writes what was called" \
    eval 'calls | grep -qx mkdir && calls | grep -qx sync && ! calls | grep -qxE "$set_up" && allowed "$T/p.json" | grep -qx mkdir'
good "... in files that are root's alone" eval '[ "$(inside stat -c %a,%U /var/lib/whittle/brief.json)" = 600,root ]'
# there is nothing to write of a unit that has not run
inside systemctl start whittle@lives.service && is active whittle@lives.service || fail "whittle@lives.service starts"
inside systemctl stop whittle@lives.service && is failed whittle@lives.service || :
inside systemctl status whittle@lives.service >"$T/log" 2>&1 || :
good "... of one that did not run its stop says so" grep -q "no syscall was recorded of the workload" "$T/log"
good "... fails, and leaves nothing behind" \
    eval '[ "$(inside systemctl is-active whittle@lives.service)" = failed ] && ! inside test -e /var/lib/whittle/lives.json &&
        inside /srv/whittle status >"$T/log" 2>&1 && ! grep -q lives "$T/log"'

# --- the systemd cgroup driver ---
cat >"$T/etc/containers.conf" <<END
[containers]
pids_limit = 0
log_driver = "k8s-file"
default_ulimits = ["nofile=1024:4096", "nproc=4096:32768"]
[engine]
cgroup_manager = "systemd"
runtime = "runc"
events_logger = "file"
lock_type = "file"
tmp_dir = "/run/podman/tmp"
END
printf '[storage]\ndriver = "vfs"\ngraphroot = "/run/podman/root"\nrunroot = "/run/podman/run"\n' >"$T/etc/storage.conf"
cat >"$T/etc/containerd.toml" <<END
version = 2
root = "/run/c/root"
state = "/run/c/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "/run/c/containerd.sock"
END
mkdir "$T/etc/docker-client" "$T/etc/containers"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$T/etc/containers/policy.json"
echo '{}' >"$T/etc/docker-client/config.json"
engine() { # WORDS...
    inside env -u DOCKER_CONTEXT CONTAINERS_CONF=/etc/containers.conf CONTAINERS_STORAGE_CONF=/etc/storage.conf \
        DOCKER_HOST=unix:///run/c/docker.sock DOCKER_CONFIG=/etc/docker-client "$@"
}
daemons=()
end_daemons() {
    # the end of the container's systemd may have been theirs
    kill "${daemons[@]}" 2>/dev/null || :
    wait "${daemons[@]}" || :
}
on_exit end_daemons
engine containerd --config /etc/containerd.toml </dev/null >"$T/containerd" 2>&1 & daemons+=($!)
for _ in {1..100}; do ! inside test -S /run/c/containerd.sock || break; sleep 0.1; done
engine dockerd --containerd /run/c/containerd.sock --host unix:///run/c/docker.sock --data-root /run/c/docker --exec-root /run/c/exec \
    --pidfile /run/c/docker.pid --iptables=false --ip6tables=false --bridge=none --storage-driver=vfs --exec-opt native.cgroupdriver=systemd \
    </dev/null >"$T/dockerd" 2>&1 & daemons+=($!)
for _ in {1..100}; do ! engine docker version >/dev/null 2>&1 || break; sleep 0.1; done
if [ "$(engine docker info -f '{{.CgroupDriver}}' 2>&1)" != systemd ]; then
    fail "dockerd with the systemd cgroup driver does not start"
    detail <"$T/dockerd"
fi
engine docker import /mnt/engines/bb.tar bb:1 >/dev/null
engine podman import -q /mnt/engines/bb.tar localhost/bb:1 >/dev/null
# what runc, conmon and podman call, which are in the same slice for a while
around='socket|connect|sendmsg|recvmsg|epoll_ctl|clone3'
for name in docker podman; do
    # the container's shell tells the scope's directory only where it sees the host's cgroups
    command=($name run --rm --network none --cgroupns host)
    workload=(bb:1 sh -c 'mkdir /tmp/d && rmdir /tmp/d && grep ^0: /proc/self/cgroup')
    rm -f "$T/p.json" "$T/rec.json"
    status=0
    engine /srv/whittle record -o /mnt/p.json --recording /mnt/rec.json -- "${command[@]}" "${workload[@]}" \
        </dev/null >"$T/out" 2>"$T/log" || status=$?
    good "$name with the systemd cgroup driver: a container is recorded, in a slice of its own, without those around it" \
        eval '[ $status = 0 ] && grep -q "/whittle_[0-9a-f_]*[.]slice/.*[.]scope" "$T/out" && calls | grep -qx mkdir && calls | grep -qx rmdir &&
            ! calls | grep -qxE "$set_up|$around"'
    good "... and the slice is gone afterwards" eval '! inside systemctl list-units --all | grep "whittle_"'
    # caught when its cgroup is made
    for detached in '' -d; do
        status=0
        rm -f "$T/rec.json"
        engine timeout 60 /srv/whittle record -o /mnt/own.json --recording /mnt/rec.json -- \
            "${command[@]}" $detached --cgroup-parent own.slice bb:1 sh -c 'sleep 0.2; mkdir /tmp/d' </dev/null >"$T/out" 2>"$T/log" || status=$?
        good "... in a slice of the user's own${detached:+, }$detached" \
            eval '[ $status = 0 ] && jq -r .target "$T/rec.json" | grep -q "/own[.]slice/.*[.]scope" && calls | grep -qx mkdir &&
                ! calls | grep -qxE "$set_up|$around"'
    done
    status=0
    engine "${command[@]}" --security-opt seccomp=/mnt/p.json "${workload[@]}" </dev/null >"$T/out" 2>"$T/log" || status=$?
    good "... and its profile starts the container" eval '[ $status = 0 ] && grep -q "[.]scope" "$T/out"'
done
for infra in false true; do
    network=()
    [ $infra = false ] || network=(--network none)
    engine podman pod create --infra=$infra "${network[@]}" --name pod1 >"$T/out" 2>"$T/log" || :
    status=0
    rm -f "$T/rec.json"
    engine timeout 60 /srv/whittle record -o /mnt/own.json --recording /mnt/rec.json -- \
        podman run --rm --network none --pod pod1 bb:1 sh -c 'sleep 0.2; mkdir /tmp/d' </dev/null >"$T/out" 2>"$T/log" || status=$?
    good "podman with the systemd cgroup driver: a pod, infra=$infra" \
        eval '[ $status = 0 ] && calls | grep -qx mkdir && ! calls | grep -qxE "$set_up|$around"'
    engine podman pod rm -t 0 -f pod1 >/dev/null 2>&1 || :
done

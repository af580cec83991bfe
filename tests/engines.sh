# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Real container engines for tests, sourced after tests/lib.sh: podman and dockerd, with runc and crun. All that they
# keep lies below $T, all that they run in cgroups of this test, without network; at the end everything is taken down
# again. Nothing of the engines that the machine may have otherwise is touched.
#
#     set -eu
#     . tests/lib.sh
#     . tests/engines.sh
#     each_layout "$@"     # from here on: once for each cgroup layout, which is $LAYOUT: hybrid or v2
#     engines_up
#     "${DOCKER[@]}" -d bb:1 sleep 60
#     "${PODMAN[@]}" -d bb:1 sleep 60
#
# DOCKER and PODMAN are `ENGINE run` with what keeps a container inside the test. Images: bb:1, a busybox; host:1, an
# empty tree for programs of the host, to be run with "${HOST[@]}".

# Nothing of the user's, such as a remote engine.
unset DOCKER_HOST DOCKER_CONTEXT CONTAINER_HOST CONTAINER_CONNECTION

E=$T/engines
ENGINES=(docker podman)
# shellcheck disable=SC2034 # for tests
HOST=(-v /usr:/usr:ro -v /etc:/etc:ro --tmpfs /run --tmpfs /tmp)
_daemons=()
_layout_up=

# Runs the test again for each layout of cgroups that this machine can show, and ends it. The results are those of the
# runs, with the layout in front. A v2 mount made here shows the same hierarchy, in a mount namespace that goes with it.
# Both at once: most of the time engines are waited for. A test that keeps all CPUs busy sets ONE_BY_ONE=yes.
each_layout() {
    local layout layouts=v2 pid pids=() failed=0
    [ -z "${LAYOUT-}" ] || return 0
    if grep -q ' cgroup ' /proc/self/mounts; then
        layouts='hybrid v2'
        # what need not be tried in each layout can be shared out among them
        export BOTH_LAYOUTS=yes
    else
        skip "$_name: hybrid layout" "not here: there are no v1 hierarchies"
    fi
    for layout in $layouts; do
        _in_layout "$layout" "$@" &
        pids+=($!)
        [ -z "${ONE_BY_ONE-}" ] || wait $! || :
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || failed=1
    done
    exit $failed
}

_in_layout() { # hybrid|v2 WORD...
    local layout=$1 enter=()
    shift
    set -o pipefail
    if [ "$layout" = v2 ] && [ -n "${BOTH_LAYOUTS-}" ]; then
        # shellcheck disable=SC2016
        enter=(unshare -m sh -c 'umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"' sh)
    fi
    LAYOUT=$layout "${enter[@]}" bash "$0" "$@" 2>&1 | sed -u -e "s/^\(ok\|not ok\|skip\) - /&$layout: /" -e "s/^# /&$layout: /"
}
export LAYOUT=${LAYOUT-} BOTH_LAYOUTS=${BOTH_LAYOUTS-}

# Can a hard limit be raised? It takes CAP_SYS_RESOURCE.
_can_raise() { # OPTION-OF-PRLIMIT
    prlimit "$1" true 2>/dev/null
}

# Does the v2 hierarchy, where it is the only one, have this controller?
_has_controller() { # NAME
    [ "$LAYOUT" = hybrid ] || grep -qw "$1" "$(cgroup_mount)/cgroup.controllers"
}

# What podman cannot do here, it is not asked for: without CAP_SYS_RESOURCE its default limits fail, and so does a limit of
# processes where the controller is not in the v2 hierarchy.
_podman_config() {
    local ulimits='' pids=''
    _can_raise --nofile=1048576:1048576 || ulimits='default_ulimits = ["nofile=1024:4096", "nproc=4096:32768"]'
    _has_controller pids || pids='pids_limit = 0'
    cat >"$E/containers.conf" <<END
[containers]
$ulimits
$pids
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
events_logger = "file"
lock_type = "file"
tmp_dir = "$E/podman/tmp"
END
    cat >"$E/storage.conf" <<END
[storage]
driver = "overlay"
graphroot = "$E/podman/root"
runroot = "$E/podman/run"
END
    export CONTAINERS_CONF=$E/containers.conf CONTAINERS_STORAGE_CONF=$E/storage.conf
}

# A crun that works here. On the hybrid layout it refuses to run if the v2 hierarchy has controllers: they are hidden from
# it. On v2 some versions insist on raising RLIMIT_MEMLOCK, which no kernel of today needs for BPF; and docker's weight of 0, which
# is none, makes it ask for the controller io: without that the weight is taken out of the bundle.
_make_crun() {
    local crun preload='' weightless=''
    crun=$(command -v crun)
    CRUN=$E/crun
    if ! _can_raise --memlock=unlimited:unlimited; then
        cat >"$E/memlock.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/resource.h>
#define WRAP(name, type)                                                        \
    int name(__rlimit_resource_t resource, const struct type *limit)            \
    {                                                                           \
        int (*real)(__rlimit_resource_t, const struct type *) = dlsym(RTLD_NEXT, #name); \
        int rc = real(resource, limit);                                         \
        return resource == RLIMIT_MEMLOCK ? 0 : rc;                             \
    }
WRAP(setrlimit, rlimit)
WRAP(setrlimit64, rlimit64)
END
        "${CC:-gcc}" -shared -fPIC -o "$E/memlock.so" "$E/memlock.c" -ldl
        preload="export LD_PRELOAD=$E/memlock.so"
    fi
    # shellcheck disable=SC2016 # for the wrapper
    _has_controller io || weightless='
for word; do
    [ "$before" != --bundle ] || config=$word/config.json
    before=$word
done
if [ -n "$config" ] && jq -e "try (.linux.resources.blockIO.weight == 0) catch false" "$config" >/dev/null; then
    jq "del(.linux.resources.blockIO)" "$config" >"$config.new" && mv "$config.new" "$config"
fi'
    cat >"$CRUN" <<END
#!/bin/sh
if [ -e /sys/fs/cgroup/unified/cgroup.controllers ]; then
    exec unshare -m sh -c 'mount --bind /dev/null /sys/fs/cgroup/unified/cgroup.controllers && exec "\$@"' sh $crun "\$@"
fi
$preload$weightless
exec $crun "\$@"
END
    chmod +x "$CRUN"
}

# A runc that knows v1 only, for docker: its containers have cgroups in v1 hierarchies, and in v2 none of their own.
_make_old_runc() {
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexec %s runc "$@"\n' "unshare -m sh -c 'umount -l /sys/fs/cgroup/unified && exec \"\$@\"' sh" >"$E/old-runc"
    chmod +x "$E/old-runc"
}

_start_daemon() { # NAME PROGRAM...
    local name=$1
    shift
    "$@" </dev/null >"$E/$name.log" 2>&1 &
    _daemons+=("$!")
}

# A containerd of our own: dockerd would use the machine's if there is one.
_start_docker() {
    local parent=${CG#"$(cgroup_mount)"}
    cat >"$E/containerd.toml" <<END
version = 2
root = "$E/containerd/root"
state = "$E/containerd/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "$E/containerd.sock"
END
    export DOCKER_HOST=unix://$E/docker.sock DOCKER_CONFIG=$E/docker-config
    mkdir "$DOCKER_CONFIG"
    echo '{}' >"$DOCKER_CONFIG/config.json" # without it podman complains
    _start_daemon containerd containerd --config "$E/containerd.toml"
    _wait_for containerd test -S "$E/containerd.sock"
    _start_daemon dockerd dockerd --containerd "$E/containerd.sock" --host "$DOCKER_HOST" --data-root "$E/docker" \
        --exec-root "$E/docker-run" --pidfile "$E/docker.pid" --iptables=false --ip6tables=false --bridge=none \
        --storage-driver=overlay2 --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "$parent/docker" \
        --add-runtime "crun=$CRUN" --add-runtime "old-runc=$E/old-runc"
    _wait_for dockerd docker version
}

_wait_for() { # NAME COMMAND...: until COMMAND succeeds
    local name=$1
    shift
    for _ in {1..100}; do
        "$@" >/dev/null 2>&1 && return
        sleep 0.1
    done
    echo "# $name does not start:"
    detail <"$E/$name.log"
    return 1
}

_make_images() {
    local tree=$E/bb dir
    mkdir -p "$tree"/{bin,etc,proc,sys,dev,tmp,root,run}
    cp "$(command -v busybox)" "$tree/bin/busybox"
    chroot "$tree" /bin/busybox --install -s /bin
    tar -C "$tree" -cf "$E/bb.tar" .
    # where the host's directories go, and those that its services write to
    tree=$E/host
    mkdir -p "$tree"/{usr,etc,proc,sys,dev,tmp,root,run} "$tree"/var/{lib,log,tmp,lib/nginx,log/nginx}
    chmod 1777 "$tree/tmp" "$tree/var/tmp"
    for dir in /bin /sbin /lib*; do
        [ ! -L "$dir" ] || cp -P "$dir" "$tree/"
    done
    tar -C "$tree" -cf "$E/host.tar" .
    docker import "$E/bb.tar" bb:1 >/dev/null
    docker import "$E/host.tar" host:1 >/dev/null
    podman import -q "$E/bb.tar" localhost/bb:1 >/dev/null
    podman import -q "$E/host.tar" localhost/host:1 >/dev/null
}

engines_up() {
    need docker dockerd containerd podman conmon runc crun busybox jq nginx redis-server
    local parent
    own_cgroup
    parent=${CG#"$(cgroup_mount)"}
    mkdir -p "$E"
    _layout_up=yes
    on_exit engines_down
    _podman_config
    _make_crun
    _make_old_runc
    _start_docker
    _make_images
    # shellcheck disable=SC2034 # for tests
    DOCKER=(docker run --network none)
    # shellcheck disable=SC2034
    PODMAN=(podman run --network none --cgroup-parent "$parent/podman")
}

allowed() { # PROFILE
    jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' "$1" | sort -u
}

# The cgroups that whittle made for containers, and did not take with it: it is gone (whittle_PID_...). Somebody else may
# record here, too.
_whittles() {
    local dir pid
    find /sys/fs/cgroup "$(cgroup_mount)" -maxdepth 2 -name 'whittle_*' | sort -u | while read -r dir; do
        pid=${dir##*/whittle_}
        [ -d "/proc/${pid%%_*}" ] || echo "$dir"
    done
}
_whittles >"$T/whittles"

# One that whittle has just left may be on its way out, some seconds after its container.
nothing_left() {
    local _
    for _ in {1..100}; do
        [ -n "$(comm -13 "$T/whittles" <(_whittles))" ] || return 0
        sleep 0.1
    done
    return 1
}

# The oracle: strace of the same program in the same tree, from its exec on, which is a busybox's. Prints "NAME CALLS".
strace_counts() { # WORD...
    strace -f -qq -o "$T/strace" chroot "$E/bb" "$@" >/dev/null 2>&1 || :
    sed -n "\\|execve(\"$1\"|,\$p" "$T/strace" | sed -n 's/^[0-9 ]*\([a-z_0-9]*\)(.*/\1/p' | sort | uniq -c | awk '{ print $2, $1 }' | sort
}

# Returns when the loop in a process, which adds a line to /tmp/n each time, has gone round twice.
rounds() { # PID
    local n before
    n=/proc/$1/root/tmp/n
    before=$(wc -l 2>/dev/null <"$n" || echo 0)
    for _ in {1..600}; do
        [ "$(wc -l 2>/dev/null <"$n" || echo 0)" -lt $((before + 3)) ] || return 0
        sleep 0.05
    done
}

# Kills and removes a container.
remove() { # docker|podman CONTAINER
    local at_once=()
    [ "$1" = docker ] || at_once=(-t 0)
    "$1" rm -f "${at_once[@]}" "$2" >/dev/null
}

# The runtimes that an engine has: docker names them, podman takes their paths.
runtimes_of() { # docker|podman
    if [ "$1" = podman ]; then
        echo "runc $CRUN"
    elif _has_controller io || [ "${THOROUGH-}" = yes ]; then
        echo "runc crun"
    else
        echo runc # crun with docker is tried on the other layout, and by starts.sh
    fi
}

# Runs FUNCTION with each ARGUMENTS, words in one, N of them at a time. What they print comes in this order, and its failures
# count.
at_once() { # N FUNCTION ARGUMENTS...
    local n=$1 run=$2 said=() pids=() arguments
    shift 2
    for arguments; do
        said+=("$(mktemp "$T/said.XXXXXX")")
        # shellcheck disable=SC2086
        $run $arguments >"${said[-1]}" 2>&1 &
        pids+=($!)
        # not wait -n, which may wait for a daemon when all of these have just ended
        while [ "$(jobs -rp | wc -l)" -ge $((n + ${#_daemons[@]} + ${#background[@]})) ]; do sleep 0.05; done
    done
    wait "${pids[@]}" || :
    [ ${#said[@]} = 0 ] || cat "${said[@]}" >"$T/said"
    cat "$T/said"
    _failures=$((_failures + $(grep -c '^not ok' "$T/said" || :)))
}
# processes that at_once is not to wait for
background=()

_end_daemon() { # PID
    kill "$1" 2>/dev/null
    for _ in {1..80}; do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL "$1"
}

# Takes everything down, whatever state it is in. Safe to call again.
engines_down() {
    local -; set +e
    local i mount ids
    [ -n "$_layout_up" ] || return 0
    _layout_up=
    timeout 30 podman rm -a -f -t 0 >/dev/null 2>&1
    if [ ${#_daemons[@]} = 2 ] && ids=$(timeout 5 docker ps -a -q 2>/dev/null) && [ -n "$ids" ]; then
        # shellcheck disable=SC2086
        timeout 30 docker rm -f $ids >/dev/null 2>&1
    fi
    # the last one uses the first
    for ((i = ${#_daemons[@]} - 1; i >= 0; i--)); do
        _end_daemon "${_daemons[i]}"
    done
    _daemons=()
    while read -r _ mount _; do
        case $mount in "$E"/*) umount -l "$mount" ;; esac
    done < <(tac /proc/self/mounts)
    _remove_cgroup "$CG"
}

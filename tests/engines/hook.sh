#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# whittle hook in real podman, with runc and crun: what oci-seccomp-bpf-hook is tested for, and what it is not. STARTS is how
# often a profile starts its container.
set -eu
# a BPF file system of our own: the hook of the machine, if there is one, is left alone
if [ -z "${WHITTLE_TEST_PRIVATE:-}" ]; then
    WHITTLE_TEST_PRIVATE=1 exec unshare -m bash "$0" "$@"
fi
. tests/lib.sh
. tests/engines.sh
each_layout "$@"
need jq strace python3
mount -t bpf bpf /sys/fs/bpf
engines_up
starts=${STARTS:-$(often 2 5)}
programs=$PWD/${BUILD:-build}/tests/programs
# a directory that the hook may write to
O=$(mktemp -d /tmp/whittle-hook.XXXXXX)
remove_output() { rm -rf "$O"; }
on_exit remove_output
if [ -e /etc/whittle/hook.conf ]; then
    echo /tmp >"$T/hook.conf"
    mount --bind "$T/hook.conf" /etc/whittle/hook.conf
fi
run=("${PODMAN[@]:1}") # without the program
hooks=$T/hooks.d
mkdir "$hooks" "$T/strace"
sed "s,@BINDIR@,$(dirname "$WHITTLE")," scripts/hook/whittle.json.in >"$hooks/whittle.json"

hooked() { # PODMAN-WORD...
    timeout 60 podman --hooks-dir "$hooks" "$@" </dev/null >"$T/out" 2>"$T/err"
}
# Runs a container with an annotation, "of:..."; what the hook says goes to $T/said with crun, which shows it nowhere else.
trace() { # ANNOTATION OPTION-OR-WORD...
    rm -f "$T/said"
    hooked "${run[@]}" --runtime "$runtime" --annotation "io.containers.trace-syscall=$1" \
        --annotation "run.oci.hooks.stderr=$T/said" "${@:2}"
}
plain() { # OPTION-OR-WORD...
    hooked "${run[@]}" --rm --runtime "$runtime" "$@"
}
under() { # PROFILE OPTION-OR-WORD...
    plain --security-opt seccomp="$1" "${@:2}"
}
refused() { # COMMAND...
    ! "$@"
}

good() { # DESC CONDITION...
    local desc=$1
    shift
    if "$@"; then
        pass "$what: $desc"
    else
        fail "$what: $desc"
        detail <"$T/err"
        detail <"$T/out"
    fi
}

# podman may end before the process that cleans up behind it
written() { # PROFILE
    for _ in {1..100}; do
        [ ! -s "$1" ] || return 0
        sleep 0.1
    done
    return 1
}
# The hook's last run may be at the pins still.
nothing_left() {
    for _ in {1..50}; do
        [ -n "$(ls -A /sys/fs/bpf/whittle)" ] || return 0
        sleep 0.1
    done
    return 1
}

allowed() { # PROFILE
    jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' "$1" | sort -u
}
# By either name: mkdir or mkdirat.
allows() { # PROFILE NAME...
    local call profile=$1
    shift
    written "$profile" || return 1
    for call; do allowed "$profile" | grep -qxE "$call(at)?" || return 1; done
}
lacks() { # PROFILE NAME...
    local call profile=$1
    shift
    for call; do ! allowed "$profile" | grep -qxE "$call(at)?" || return 1; done
}
no_set_up() { # PROFILE
    written "$1" && lacks "$1" mount umount2 pivot_root unshare setns sethostname keyctl seccomp bpf
}

# What a profile may allow beyond what the workload calls: what each has, and what the runtime may call behind the filter.
always='execve exit exit_group restart_syscall rt_sigreturn clock_getres clock_gettime getcpu gettimeofday time
    sigreturn clock_getres_time64 clock_gettime64'
declare -A behind_filter=(
    [runc]='close execve fcntl fstat fstatfs getdents64 openat openat2 readlinkat statx write epoll_ctl epoll_pwait futex
        getpid gettid madvise mmap munmap nanosleep rt_sigprocmask sched_yield sigaltstack tgkill'
    [runc, privileges]='capget capset chdir close_range faccessat2 fchown getcwd getppid newfstatat prctl read setgid setgroups setuid'
    [crun]='close close_range umask write'
    [crun, privileges]='capset fchown fstat ioctl openat openat2 prctl pselect6 read rt_sigaction rt_sigprocmask select setgroups
        setresgid setresuid statx'
)
additions() { # [no-new-privileges]
    local names="$always ${behind_filter[$name]}"
    [ -n "${1-}" ] || names+=" ${behind_filter[$name, privileges]}"
    tr -s ' \n' '\n' <<<"$names"
}

# The oracle: strace of the program, in the same container, without the hook; from the program's exec on.
strace_of() { # OPTION... IMAGE COMMAND...: the words of podman run; options take no word of their own
    local options=()
    while [[ $1 == -* ]]; do options+=("$1") && shift; done
    rm -f "$T/strace/log"
    plain -v "$T/strace:/strace" -v "$programs:/programs:ro" "${HOST[@]}" "${options[@]}" host:1 \
        strace -f -o /strace/log "$@" || detail <"$T/err"
    names_in "$T/strace/log"
}
# Numbers without a call are in no profile (break is a name without one); of socketcall and ipc the calls behind them are.
names_in() { # LOG
    sed -n 's/^[0-9 ]*\([a-z_0-9]*\)(.*/\1/p' "$1" | grep -vx 'syscall_0x.*\|break\|socketcall\|ipc' | sort -u
}
# In busybox's image there is no strace; its programs are static, so where they run makes no difference.
strace_of_busybox() { # USER COMMAND...
    rm -rf "$T/tree"
    cp -a "$E/bb" "$T/tree"
    mkdir -m 1777 "$T/tree/w"
    env -i PATH="$PATH" HOSTNAME=x HOME=/ TERM=xterm strace -f -o "$T/strace/log" chroot --userspec="$1" "$T/tree" "${@:2}" \
        </dev/null 2>&1 | cat >"$T/out"
    sed -i "\\|execve(\"$2\"|,\$!d" "$T/strace/log"
    names_in "$T/strace/log"
}

# Passes if a profile is what was called and nothing but what is documented beside it.
exact() { # DESC PROFILE WANT [no-new-privileges]
    local desc=$1
    written "$2" || { fail "$what: $desc" "there is no profile" && detail <"$T/err" && return; }
    comm -23 "$3" <(allowed "$2") >"$T/missing"
    comm -23 <(allowed "$2") <({ cat "$3" && additions "${4-}"; } | sort -u) >"$T/beyond"
    if [ -s "$3" ] && [ ! -s "$T/missing" ] && [ ! -s "$T/beyond" ]; then
        pass "$what: $desc"
    else
        fail "$what: $desc" "missing: $(tr '\n' ' ' <"$T/missing"); beyond: $(tr '\n' ' ' <"$T/beyond")"
    fi
}
starts_each_time() { # DESC PROFILE OPTION-OR-WORD...
    local desc=$1 started=0
    for ((i = 0; i < starts; i++)); do under "${@:2}" && started=$((started + 1)) || break; done
    good "$desc: its profile starts it $starts times" [ $started = "$starts" ]
}
# One sentence of the hook's in podman's own error, or with crun where its hooks' errors go; nothing starts, nothing is written.
bad() { # DESC ANNOTATION PHRASE
    local desc=$1 said before status=0
    before=$(ls -lR "$O")
    trace "$2" --rm bb:1 ls / || status=$?
    said=$(cat "$T/err" "$T/said" 2>/dev/null | grep -o 'whittle: error: [^\\]*' | sort -u)
    if [ $status != 0 ] && [ "$(wc -l <<<"$said")" = 1 ] && [[ $said == *"$3"* ]] &&
        [ "$before" = "$(ls -lR "$O")" ] && nothing_left; then
        pass "$what: $desc"
    else
        fail "$what: $desc" "status $status: $said"
        detail <"$T/err"
    fi
}

check "podman runs a container" hooked "${run[@]}" --rm bb:1 ls
[ "$("$WHITTLE" --version)" = "whittle $(sed -n 's/^VERSION := //p' Makefile)" ] && pass "the version" || fail "the version" "$("$WHITTLE" --version)"
# a system log of our own, in a /dev of our own
listen='import socket, subprocess, sys
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("/dev/log")
log.settimeout(20)
subprocess.run([sys.argv[1], "hook"])
print(log.recv(4096).decode())'
# shellcheck disable=SC2016
echo '{}' | unshare -m sh -c 'mount -t tmpfs tmpfs /dev && ln -s /proc/self/fd/0 /dev/stdin && exec python3 -c "$@"' sh \
    "$listen" "$WHITTLE" >"$T/out" 2>"$T/err" || :
what=whittle
good "errors go to the system log" grep -q 'whittle\[[0-9]*\]: hook: the OCI state .* has no id' "$T/out"

# What need not be tried with each runtime in each layout is shared out among them: THOROUGH=yes tries all.
runtimes=$(runtimes_of podman)
if [ -n "$BOTH_LAYOUTS" ] && [ "${THOROUGH-}" != yes ]; then
    runtimes=runc
    [ "$LAYOUT" = hybrid ] || runtimes=$CRUN
fi
for runtime in $runtimes; do
    name=${runtime##*/} what=${runtime##*/}
    rm -rf "${O:?}"/*

    # --- what the other hook's tests are about ---
    trace "of:$O/ls.json" bb:1 ls / || :
    good "a profile is written" written "$O/ls.json"
    good "... and starts its container" under "$O/ls.json" bb:1 ls /
    good "... and refuses what was not called" refused under "$O/ls.json" bb:1 mkfifo /tmp/p
    good "... which without it would work" plain bb:1 mkfifo /tmp/p
    good "an input is added to: traced" trace "if:$O/ls.json;of:$O/more.json" --rm bb:1 mkfifo /tmp/p
    good "... the old works" under "$O/more.json" bb:1 ls /
    good "... and the new" under "$O/more.json" bb:1 mkfifo /tmp/p
    good "mkdir: traced" trace "of:$O/mkdir.json" --rm bb:1 mkdir /foo
    good "... and works under its profile" under "$O/mkdir.json" bb:1 mkdir /foo
    echo '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}' >"$O/block.json"
    good "an input that refuses mkdir: traced" trace "of:$O/blocked.json;if:$O/block.json" --rm bb:1 mkdir /foo
    good "... it stays refused" refused under "$O/blocked.json" bb:1 mkdir /foo
    good "... and only that" grep -q "mkdir.*Operation not permitted" "$T/err"
    native=$(jq -r '.architectures[0]' "$O/ls.json")
    for has in '' "$native" 'SCMP_ARCH_AARCH64 SCMP_ARCH_ARM'; do
        # shellcheck disable=SC2086
        jq -n '{defaultAction: "SCMP_ACT_ERRNO", architectures: $ARGS.positional, syscalls: [{names: ["acct"], action: "SCMP_ACT_ALLOW"}]}' \
            --args $has >"$O/input.json"
        rm -f "$O/x.json"
        trace "if:$O/input.json;of:$O/x.json" --rm bb:1 true || :
        # shellcheck disable=SC2086
        good "an input for the architectures '$has': this one is added once" \
            [ "$(jq -r '.architectures | sort | join(" ")' "$O/x.json" 2>&1)" = "$(printf '%s\n' "$native" $has | sort -u | paste -sd ' ')" ]
    done
    bad "two inputs" "if:$O/ls.json;of:$O/y.json;if:$O/ls.json" "given twice"
    bad "no output" "if:$O/ls.json" "of:/PATH is missing"
    bad "a relative input" "if:ls.json;of:$O/y.json" "not an absolute path"
    bad "a relative output" "of:y.json" "not an absolute path"
    bad "an input that is missing" "of:$O/y.json;if:$O/none.json" "none.json"

    # --- each call, and nothing else ---
    # shellcheck disable=SC2016 # for the shell in the container
    words=(/bin/sh -c 'mkdir /w/d && mkfifo /w/d/p && ln -s p /w/d/l && stat -f / && renice -n 1 $$ && (cat /etc/none; exit 0) && sync')
    strace_of_busybox 0:0 "${words[@]}" >"$T/want"
    strace_of_busybox 1000:1000 "${words[@]}" >"$T/want_user"
    words=(--tmpfs /w:mode=1777 bb:1 "${words[@]}")
    trace "of:$O/exact.json" --rm "${words[@]}" || :
    exact "exactly what strace sees, and what is documented" "$O/exact.json" "$T/want"
    good "... of the set-up nothing" no_set_up "$O/exact.json"
    starts_each_time "a shell with children" "$O/exact.json" "${words[@]}"
    trace "of:$O/nnp.json" --rm --security-opt no-new-privileges "${words[@]}" || :
    exact "no_new_privs: exact" "$O/nnp.json" "$T/want" no-new-privileges
    starts_each_time "no_new_privs" "$O/nnp.json" --security-opt no-new-privileges "${words[@]}"
    trace "of:$O/user.json" --rm --user 1000:1000 "${words[@]}" || :
    exact "another user: exact" "$O/user.json" "$T/want_user"
    starts_each_time "another user" "$O/user.json" --user 1000:1000 "${words[@]}"
    trace "of:$O/unconfined.json" --rm --security-opt seccomp=unconfined "${words[@]}" || :
    exact "unconfined: exact" "$O/unconfined.json" "$T/want"
    good "... of the set-up nothing" no_set_up "$O/unconfined.json"
    good "... starts under its profile" under "$O/unconfined.json" "${words[@]}"
    for program in threads children int80 i386; do
        case $program in int80 | i386)
            "$programs/i386" >/dev/null 2>&1 || { skip "$what: $program" "not here: 32-bit programs do not run" && continue; } ;;
        esac
        command=("/programs/$program")
        # its grandchild outlives it, and a container ends with its first process
        # shellcheck disable=SC2016
        [ $program != children ] || command=(sh -c '/programs/children; until [ -d late ]; do sleep 0.05; done')
        words=(-v "$programs:/programs:ro" "${HOST[@]}" -w /tmp host:1 "${command[@]}")
        strace_of -w/tmp "${command[@]}" >"$T/want"
        trace "of:$O/$program.json" --rm "${words[@]}" || :
        exact "$program: exact" "$O/$program.json" "$T/want"
        good "... of the set-up nothing" no_set_up "$O/$program.json"
        good "... starts under its profile" under "$O/$program.json" "${words[@]}"
    done
    good "nothing stays behind" nothing_left

    # --- lives of a container ---
    # shellcheck disable=SC2016
    loop='trap "exit 0" TERM; if [ -d /first ]; then mkfifo /again; else mkdir /first; fi; : >/ready; while :; do sleep 0.05; done'
    is_ready() { for _ in {1..100}; do ! hooked exec life rm /ready || return 0; done; return 1; }
    trace "of:$O/life.json" -d --name life bb:1 sh -c "$loop"
    good "-d: it runs" is_ready
    good "exec: a program in it" hooked exec life renice -n 1 1
    good "... no profile yet" [ ! -e "$O/life.json" ]
    hooked stop life
    good "stop: the profile, with what exec ran" allows "$O/life.json" mkdir setpriority
    good "... of its set-up nothing" no_set_up "$O/life.json"
    mv "$O/life.json" "$O/life1.json"
    hooked start life
    good "start again: it runs" is_ready
    hooked restart life
    good "restart: a profile of the run that ended, not of the one before" eval 'allows "$O/life.json" mknod && lacks "$O/life.json" mkdir setpriority'
    good "... it runs" is_ready
    good "... a program in it" hooked exec life truncate -s 1 /tmp/x
    hooked rm -f -t 5 life
    good "rm -f: the second run's profile replaces the first's" eval '
        for _ in {1..50}; do ! allows "$O/life.json" ftruncate || break; sleep 0.1; done; allows "$O/life.json" ftruncate mknod'
    good "... and starts the container" under "$O/life1.json" bb:1 mkdir /first
    hooked create "${run[@]:1}" --runtime "$runtime" --name life --annotation "io.containers.trace-syscall=of:$O/create.json" bb:1 mkfifo /p
    good "create: nothing is recorded" eval '[ -z "$(ls -A /sys/fs/bpf/whittle)" ]'
    hooked start -a life
    good "create and start: a profile" allows "$O/create.json" mknod
    hooked rm -f life
    trace "of:$O/init.json" --rm --init bb:1 mkfifo /p || :
    good "--init: a profile" allows "$O/init.json" mknod wait4
    good "... of the set-up nothing" no_set_up "$O/init.json"
    # names and depth as systemd makes them
    hooked "${run[@]}" --rm --runtime "$runtime" --cgroup-parent "${CG#"$(cgroup_mount)"}/user.slice.d/user-1000.slice.d/$(printf 'crio-%064d.scope' 7)" \
        --annotation "io.containers.trace-syscall=of:$O/deep.json" bb:1 mkfifo /p || :
    good "a cgroup far down, with a long name" allows "$O/deep.json" mknod

    words=("mkdir /tmp/x" "mkfifo /tmp/x" "ln -s a /tmp/b" "truncate -s 1 /tmp/x")
    marks=(mkdir mknod symlink ftruncate)
    pids=()
    for i in "${!words[@]}"; do
        # shellcheck disable=SC2086
        (T=$(mktemp -d "$T/one.XXXX") && trace "of:$O/m$i.json" --rm bb:1 ${words[i]}) &
        pids+=($!)
    done
    wait "${pids[@]}" || :
    for i in "${!words[@]}"; do
        others=("${marks[@]}")
        unset "others[$i]"
        good "several at once: ${words[i]} has a profile of its own" eval 'allows "$O/m$i.json" "${marks[i]}" && lacks "$O/m$i.json" "${others[@]}"'
    done
    good "nothing stays behind" nothing_left

    # --- what goes wrong ---
    good "a program that there is not: it does not start" refused trace "of:$O/dead.json" --rm bb:1 /no/such/program
    good "... no profile" [ ! -e "$O/dead.json" ]
    trace "of:$O/alive.json" --rm bb:1 true || :
    good "... and the next container takes what it left with it" eval 'written "$O/alive.json" && nothing_left'
    mkdir "$O/goes"
    trace "of:$O/goes/x.json" -d --rm --name life bb:1 sleep 1000 || :
    rmdir "$O/goes"
    hooked stop -t 0 life
    for _ in {1..50}; do podman container exists life || break && sleep 0.1; done
    left=$("$WHITTLE" status --json | jq -r '.recordings[] | select(.state == "gone").name')
    "$WHITTLE" stop "${left:-none}" -o "$O/late.json" >"$T/out" 2>&1 || :
    good "a directory that goes meanwhile: its recording is kept, and nothing else" eval 'allows "$O/late.json" "nanosleep|clock_nanosleep" && nothing_left'
    input=/usr/share/containers/seccomp.json
    if [ -e $input ]; then
        good "podman's own profile as an input: traced" trace "of:$O/own.json;if:$input" --rm bb:1 ls /
        good "... it is added to, in the form that all engines read" eval 'allows "$O/own.json" getdents64 mkdir symlink &&
            jq -e "has(\"archMap\") | not" "$O/own.json" >"$T/out"'
        good "... and starts the container" under "$O/own.json" bb:1 mkfifo /p
    else
        skip "$what: podman's own profile as an input" "$input is not there"
    fi

    # --- how long it holds a start up ---
    # The bound is far above what it takes: 0.1 s.
    fastest() { # COMMAND...: ms, of three
        local from best=
        for _ in 1 2 3; do
            from=${EPOCHREALTIME/./}
            "$@" || return
            from=$(((${EPOCHREALTIME/./} - from) / 1000))
            [ -n "$best" ] && [ "$best" -le $from ] || best=$from
        done
        echo "$best"
    }
    without=$(fastest plain bb:1 true)
    with=$(fastest trace "of:$O/time.json" --rm bb:1 true)
    echo "# $what: podman run takes $without ms, $with with the hook"
    good "a start is held up for less than 2 s" [ $((with - without)) -lt 2000 ]
    hold() { # SECONDS: locks the pins for so long, in $locker
        (exec 8</sys/fs/bpf/whittle && flock 8 && exec sleep "$1") &
        locker=$!
        while flock -n /sys/fs/bpf/whittle true; do sleep 0.01; done
    }
    rm -f "$O/time.json"
    hold 0.5
    trace "of:$O/time.json" --rm bb:1 true || :
    good "a lock that somebody holds is waited for" written "$O/time.json"
    wait "$locker"
    hold 1000
    bad "but not for good" "of:$O/y.json" "locked"
    kill "$locker"
    wait "$locker" || :
done

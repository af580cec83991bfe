#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# whittle record -- ENGINE run: the container from its first instruction to its last, and nothing of the runtime's set-up.
set -eu
. tests/lib.sh
. tests/engines.sh
each_layout "$@"
need strace script
engines_up
starts=$(often 2 10)

# What need not be tried in each layout is shared out among them: THOROUGH=yes tries all.
engines=("${ENGINES[@]}")
if [ -n "${BOTH_LAYOUTS-}" ] && [ "${THOROUGH-}" != yes ]; then
    engines=(docker)
    [ "$LAYOUT" = hybrid ] || engines=(podman)
fi

of_class() { # CLASS
    jq -r --arg c "$1" '.syscalls[] | select(.class == $c) | "\(.name) \(.calls)"' "$T/rec.json" | sort
}

# Records ENGINE RUN...; its status in $status.
record() { # ENGINE OPTION-OR-WORD...
    status=0
    rm -f "$T/p.json" "$T/rec.json"
    timeout 90 "$WHITTLE" record "${record_options[@]}" -o "$T/p.json" --recording "$T/rec.json" -- \
        "$1" run --network none "${@:2}" >"$T/out" 2>"$T/err" || status=$?
}
record_options=()

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

# the oracle: strace of the same program in the same tree, from its exec on
strace -o "$T/strace" chroot "$E/bb" /bin/ls / >"$T/out"
sed -n '/^execve("\/bin\/ls"/,$p' "$T/strace" | sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' | sort | uniq -c |
    awk '{ print $2, $1 }' | sort >"$T/want"

no_set_up() { # PROFILE
    ! allowed "$1" | grep -qxE 'mount|umount2|pivot_root|unshare|setns|mknodat|sethostname|keyctl|clone3|symlinkat|seccomp'
}

calls_of() { # NAME
    jq --arg n "$1" '[.syscalls[] | select(.class == "workload" and .name == $n) | .calls] | add // 0' "$T/rec.json"
}

# a filter that whittle would not make: mkdir has an errno that nobody else uses
echo '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"], "syscalls": [{"names": ["mkdir", "mkdirat"],
    "action": "SCMP_ACT_ERRNO", "errnoRet": 61}]}' >"$T/own.json"
mkfifo "$T/fifo"
exec 9<>"$T/fifo"
for engine in "${ENGINES[@]}"; do
    for runtime in $(runtimes_of $engine); do
        what="$engine, ${runtime##*/}"
        record $engine --rm --runtime "$runtime" bb:1 /bin/ls /
        of_class workload >"$T/seen"
        same "$what: ls: its calls as strace counts them" "$T/want" "$T/seen"
        good "nothing of the set-up in the profile, what the runtime calls behind the filter in a class of its own" \
            eval 'no_set_up "$T/p.json" && of_class runtime | grep -q "^capset"'
        good "nothing stays behind" nothing_left
        record $engine --rm --runtime "$runtime" --security-opt no-new-privileges bb:1 /bin/ls /
        of_class workload >"$T/seen"
        same "$what: no_new_privs: its calls as strace counts them" "$T/want" "$T/seen"
        started=0
        for _ in $(seq "$starts"); do
            $engine run --network none --rm --runtime "$runtime" --security-opt no-new-privileges \
                --security-opt seccomp="$T/p.json" bb:1 /bin/ls / >"$T/out" 2>"$T/err" && started=$((started + 1))
        done
        good "no_new_privs: starts under its profile $starts times" [ $started = "$starts" ]
    done
done
for engine in "${engines[@]}"; do
    what=$engine
    record $engine --rm bb:1 sh -c 'exit 7'
    good "the container's status is whittle's, and that it has a filter is told" eval '[ $status = 7 ] && grep -q "gets a seccomp filter that refuses nothing" "$T/err"'
    echo "from outside" >"$T/in"
    timeout 60 "$WHITTLE" record -q -o "$T/p.json" -- $engine run --network none --rm -i bb:1 cat <"$T/in" >"$T/out" 2>"$T/err"
    same "$what: standard input and output pass through" "$T/in" "$T/out"
    # the terminal's other side must not see the end of its input
    timeout 60 script -qec "'$WHITTLE' record -q -o '$T/p.json' -- $engine run --network none --rm -it bb:1 tty" /dev/null \
        <&9 >"$T/out" 2>"$T/err" || :
    good "-it: the container has a terminal" grep -q '/dev/pts/\|/dev/console' "$T/out"
    record $engine --rm --init bb:1 sh -c 'for i in 1 2 3; do mkdir /$i & done; wait'
    good "--init and several processes: each counts" [ "$(calls_of mkdir)" = 3 ]
    record $engine --rm no/such/image:1 ls
    good "an image that there is not: the engine's word and status" eval '[ $status = 125 ] && grep -qi "image\|pull\|denied" "$T/err"'
    good "... and nothing stays behind" nothing_left
    record $engine --rm bb:1 /no/such/program
    good "a program that there is not: the engine's status" [ $status = 127 ]
    good "... what the runtime called makes no profile" eval '[ ! -e "$T/p.json" ] && grep -q "no syscall was recorded of the workload itself" "$T/err"'
    timeout 90 "$WHITTLE" record -o "$T/p.json" -- env A=b $engine run --network none --rm bb:1 true >"$T/out" 2>"$T/err" || :
    good "a client that something else runs: whittle says whose calls these are" grep -q "warning: $engine ran inside the command: its own calls" "$T/err"
    # the runtime loads no filter here: who loads one and runs another program is the workload
    record $engine --rm --security-opt seccomp=unconfined -v "$PWD/build/tests/programs:/programs:ro" "${HOST[@]}" host:1 \
        /programs/launcher - filter -- /bin/true
    good "what loads a filter in an unconfined container is workload" \
        eval '[ $status = 0 ] && [ "$(calls_of getegid)" = 1 ] && [ "$(calls_of seccomp)" = 1 ] && ! of_class launcher | grep -q .'
    # a signal goes to the client, which passes it on
    "$WHITTLE" record -o "$T/p.json" --recording "$T/rec.json" -- \
        $engine run --network none --rm --init bb:1 sleep 1000 >"$T/out" 2>"$T/err" &
    recorder=$!
    for _ in {1..100}; do
        [ -n "$($engine ps -q)" ] && break
        sleep 0.1
    done
    sleep 0.3
    kill -TERM $recorder
    status=0
    wait $recorder || status=$?
    good "SIGTERM ends the container, and the profile is written" eval '[ $status = 143 ] && allowed "$T/p.json" | grep -qx "nanosleep\|clock_nanosleep"'
    # the client is gone, as after Ctrl-P Ctrl-Q, and its container is not
    : >"$T/err"
    "$WHITTLE" record -o "$T/p.json" --recording "$T/rec.json" -- \
        $engine run --network none --name left bb:1 sh -c 'mkdir /x; sleep 1000' >"$T/out" 2>"$T/err" &
    recorder=$!
    for _ in {1..300}; do
        [ "$($engine inspect -f '{{.State.Running}}' left 2>/dev/null)" != true ] || break
        sleep 0.1
    done
    sleep 0.5
    pkill -KILL -P $recorder -x $engine
    for _ in {1..100}; do
        ! grep -q "its container runs on" "$T/err" || break
        sleep 0.1
    done
    good "the client goes before the container: that is told" grep -q "its container runs on" "$T/err"
    kill -INT $recorder
    status=0
    wait $recorder || status=$?
    good "... and a signal ends the recording" eval '[ $status = 137 ] && [ "$(calls_of mkdir)" = 1 ]'
    remove $engine left
    # detached: the end is the container's
    record $engine -d --rm bb:1 sh -c 'sleep 1; mkdir /late'
    good "-d: recorded to the container's end" eval '[ $status = 0 ] && [ "$(calls_of mkdir)" = 1 ]'
    good "... a container that goes needs no warning" eval '! grep -q "container stays" "$T/err"'
    record $engine -d --name again --restart on-failure:2 bb:1 sh -c 'sleep 0.3; mkdir /late; exit 1'
    good "-d: restarts are recorded" [ "$(calls_of mkdir)" = 3 ]
    good "... and whittle says that the container stays as it is" grep -q "^whittle: warning: the container stays, .* cgroup parent /whittle" "$T/err"
    remove $engine again
    # one program that forks nothing, of which it is not known for ten seconds that it is no launcher
    record $engine --rm --security-opt seccomp=unconfined bb:1 mkdir /late
    good "a container without a filter that is one program: it is seen" \
        eval '[ $status = 0 ] && [ "$(calls_of mkdir)" = 1 ] && ! grep -q "nothing was seen" "$T/err"'
    record $engine -d --name again --restart on-failure:2 --security-opt seccomp=unconfined bb:1 rmdir /none
    good "... and its restarts are recorded" eval '[ "$(calls_of rmdir)" = 3 ] && ! grep -q "nothing was seen" "$T/err"'
    remove $engine again
    if [ $engine = docker ]; then # podman's client waits for the last
        record docker --name again --restart on-failure:2 bb:1 sh -c 'sleep 0.3; mkdir /late; exit 1'
        good "--restart without -d: restarts are recorded" eval '[ $status = 1 ] && [ "$(calls_of mkdir)" = 3 ]'
        remove docker again
    fi
    : >"$T/out"
    timeout 90 "$WHITTLE" record -o "$T/p.json" --recording "$T/rec.json" -- \
        $engine run --network none -d --name again bb:1 sh -c '[ -e /n ] && exec mkdir /late; touch /n; sleep 1000' >"$T/out" 2>"$T/err" &
    recorder=$!
    await_file "$T/out"
    $engine restart -t 0 again >/dev/null
    status=0
    wait $recorder || status=$?
    good "-d: a restart by hand is recorded" eval '[ $status = 0 ] && [ "$(calls_of mkdir)" = 1 ]'
    remove $engine again
    : >"$T/out"
    "$WHITTLE" record -q -o "$T/p.json" -- $engine run --network none -d --name again bb:1 sleep 1000 >"$T/out" 2>"$T/err" &
    recorder=$!
    await_recording $recorder
    await_file "$T/out"
    kill -KILL $recorder
    $engine restart -t 0 again >/dev/null
    remove $engine again
    good "... without whittle, too, and its cgroup goes with the container" nothing_left
    # swapoff is in no default profile, chroot is there for those that may; the kernel refuses both
    record $engine --rm bb:1 sh -c 'swapoff /bin/busybox; chroot / true'
    good "what goes beyond the engine's default profile" grep -q "^whittle: 1 call goes beyond $engine's default profile.*: swapoff$" "$T/err"
    record $engine --rm --cap-drop=SYS_CHROOT bb:1 sh -c 'swapoff /bin/busybox; chroot / true'
    good "... which depends on capabilities" grep -q "^whittle: 2 calls go beyond $engine's default profile.*: chroot swapoff$" "$T/err"
    record $engine --rm --security-opt seccomp="$T/own.json" bb:1 sh -c 'ls /; chroot / true; mkdir /no'
    good "... and of what does not, nothing is said" eval '[ $status != 0 ] && ! grep -q "beyond $engine.s default" "$T/err"'
    good "a filter of the user's own stays, and is measured behind" eval '! grep -q "refuses nothing" "$T/err" && of_class runtime | grep -q "^capset" &&
        grep -q "mkdir.*No data available" "$T/err" && [ "$(jq -r ".denied[] | select(.name == \"mkdir\" or .name == \"mkdirat\").count" "$T/rec.json")" = 1 ]'
    record_options=(--for 2s)
    record $engine -d --name stays bb:1 sh -c 'mkdir /early; sleep 1000'
    record_options=()
    good "-d --for: the recording ends, the container runs on" \
        eval '[ $status = 0 ] && [ "$(calls_of mkdir)" = 1 ] && [ "$($engine inspect -f "{{.State.Running}}" stays)" = true ]'
    remove $engine stays
    good "... and its cgroup goes with it" nothing_left
done

what=docker
for line in 'docker exec c ls' 'docker start c' 'docker compose up' 'podman kube play c.yml'; do
    status=0
    rm -f "$T/p.json"
    # shellcheck disable=SC2086
    "$WHITTLE" record -o "$T/p.json" -- $line >"$T/out" 2>"$T/err" || status=$?
    good "$line: the way to record it" eval '[ $status = 2 ] && [ ! -e "$T/p.json" ] && grep -q "^whittle: error: ${line%% *} .* --container NAME.*--plain" "$T/err"'
done
status=0
"$WHITTLE" record --plain -q -o "$T/p.json" --recording "$T/rec.json" -- docker exec nobody ls >"$T/out" 2>"$T/err" || status=$?
good "--plain records docker exec itself" eval '[ $status = 1 ] && [ "$(calls_of connect)" -gt 0 ]'
status=0
"$WHITTLE" record -o "$T/p.json" -- docker -H tcp://127.0.0.1:1 run bb:1 ls >"$T/out" 2>"$T/err" || status=$?
good "a remote daemon is refused" eval '[ $status = 2 ] && grep -q "another machine" "$T/err"'
"$WHITTLE" record --plain -q -o "$T/p.json" --recording "$T/rec.json" -- docker run --rm --network none bb:1 mkdir /x 2>"$T/err" || :
good "--plain records the client" eval '[ "$(calls_of connect)" -gt 0 ] && [ "$(calls_of mkdir)" = 0 ]'
# podman-docker: a docker that is podman
mkdir "$T/shim"
printf '#!/bin/sh\nexec podman "$@"\n' >"$T/shim/docker"
chmod +x "$T/shim/docker"
status=0
PATH=$T/shim:$PATH timeout 60 "$WHITTLE" record -o "$T/p.json" --recording "$T/rec.json" -- docker run --network none --rm localhost/bb:1 mkdir /x >"$T/out" 2>"$T/err" || status=$?
good "a docker that is podman" eval '[ $status = 0 ] && [ "$(calls_of mkdir)" = 1 ]'
status=0
"$WHITTLE" record -o "$T/p.json" -- podman run --cgroups=disabled --rm bb:1 ls >"$T/out" 2>"$T/err" || status=$?
good "podman run --cgroups=disabled is refused" eval '[ $status = 2 ] && grep -q "cannot be told from others" "$T/err"'
if [ "$LAYOUT" = hybrid ]; then
    for option in --rm -d "--rm --cgroup-parent ${CG#"$(cgroup_mount)"}/own"; do
        # shellcheck disable=SC2086
        record docker $option --name old --runtime old-runc bb:1 sleep 1
        good "${option%% /*}: a runtime that makes no cgroup in v2" eval '[ $status = 125 ] && grep -q "^whittle: warning: nothing was seen of a container.*--container" "$T/err"'
        docker rm -f old >/dev/null 2>&1 || :
    done
    good "... and nothing stays behind" nothing_left
fi

# Hooks that the runtime runs in the container's namespaces are set-up like the rest of it, and so is what they start.
what=podman
mkdir "$T/hooks"
cat >"$T/hook" <<'END'
#!/bin/sh
cat >/dev/null
unshare -m mount -t tmpfs tmpfs /mnt
chroot / /bin/true
END
chmod +x "$T/hook"
echo "{\"version\": \"1.0.0\", \"hook\": {\"path\": \"$T/hook\"}, \"when\": {\"always\": true}, \"stages\": [\"createContainer\"]}" >"$T/hooks/hook.json"
for runtime in $(runtimes_of podman); do
    status=0
    rm -f "$T/p.json" "$T/rec.json"
    timeout 90 "$WHITTLE" record -o "$T/p.json" --recording "$T/rec.json" -- \
        podman --hooks-dir "$T/hooks" --runtime $runtime run --network none --rm bb:1 sh -c 'mkdir /x; ls /' >"$T/out" 2>"$T/err" || status=$?
    good "${runtime##*/}: what a createContainer hook calls is not in the profile" \
        eval '[ $status = 0 ] && [ "$(calls_of mkdir)" = 1 ] && [ "$(calls_of mount)$(calls_of chroot)$(calls_of unshare)" = 000 ] && no_set_up "$T/p.json"'
done

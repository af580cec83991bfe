#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `whittle record -- ENGINE run`: clients that hang, talk nonsense or are not there, and command lines that run nothing. One
# sentence of whittle's, the right status, the container is not started, and nothing stays behind.
set -eu
. tests/lib.sh
. tests/engines.sh
need docker podman
real_docker=$(command -v docker)
mkdir "$T/bin" "$T/empty"

# A client that does BODY when it is asked for its cgroups, and tells that it ran when it is to run something.
client() { # NAME BODY
    cat >"$T/bin/$1" <<END
#!/bin/sh
case " \$* " in
*' context inspect '*) exec $real_docker "\$@" ;;
*' run '*) exec touch "$T/ran" ;;
*' info '*) ;;
esac
$2
END
    chmod +x "$T/bin/$1"
}

# Where two contexts lead.
export DOCKER_CONFIG=$T/docker-config
mkdir "$DOCKER_CONFIG"
"$real_docker" context create near --docker host=unix:///run/none.sock >"$T/out" 2>&1
"$real_docker" context create far --docker host=ssh://far >"$T/out" 2>&1

settings=() options=()
# Passes if whittle ends with STATUS, and says PATTERN in the one sentence that it says.
refused() { # STATUS DESC PATTERN COMMAND...
    local want=$1 desc=$2 pattern=$3 status=0
    shift 3
    rm -f "$T/ran" "$T/p.json"
    # the deadline is only there for a whittle that waits for ever
    timeout 120 env PATH="$path" "${settings[@]}" "$WHITTLE" record "${options[@]}" -o "$T/p.json" -- "$@" >"$T/out" 2>"$T/err" </dev/null || status=$?
    if [ $status = "$want" ] && [ "$(wc -l <"$T/err")" = 1 ] && grep -qE "^whittle: error: .*$pattern" "$T/err" &&
        ! LC_ALL=C grep -q '[^[:print:]]' "$T/err" && [ ! -e "$T/ran" ] && [ ! -e "$T/p.json" ] && nothing_left; then
        pass "$desc"
    else
        fail "$desc" "status $status instead of $want"
        detail <"$T/err"
    fi
}

# A client that is right up to here must run, or the tests below prove nothing.
path=$T/bin:$PATH
for engine in "${ENGINES[@]}"; do
    client "$engine" 'echo cgroupfs'
    PATH=$path "$WHITTLE" record -q -o "$T/p.json" -- $engine run bb:1 ls >"$T/out" 2>"$T/err" || :
    [ -e "$T/ran" ] && pass "$engine: a client that answers is run" || { fail "$engine: a client that answers is run" && detail <"$T/err"; }
    # a client whose containers run elsewhere
    case $engine in
    docker) elsewhere=('-H tcp://127.0.0.1:1' '--host=ssh://far' '--context far' DOCKER_HOST=ssh://far DOCKER_HOST=tcp://127.0.0.1:1) ;;
    podman) elsewhere=(--remote -r '--connection far' '--url tcp://far:1' CONTAINER_HOST=ssh://far CONTAINER_CONNECTION=far) ;;
    esac
    for where in "${elsewhere[@]}"; do
        words=()
        case $where in
        -*) read -ra words <<<"$where" ;;
        *) settings=("$where") ;;
        esac
        refused 2 "$engine: elsewhere: $where" "another machine" $engine "${words[@]}" run bb:1 ls
        settings=()
    done
    if [ $engine = podman ]; then
        options=(--user nobody --filter engine)
        refused 125 "$engine: rootless" "podman, run by another user, is rootless" $engine run bb:1 ls
        options=()
    fi
    # an option wins over the environment
    case $engine in
    docker) here=('-H unix:///run/none.sock' '--context near') ;;
    podman) here=('--url unix:///run/none.sock') ;;
    esac
    for where in "${here[@]}"; do
        rm -f "$T/ran"
        read -ra words <<<"$where"
        PATH=$path DOCKER_HOST=tcp://127.0.0.1:1 CONTAINER_HOST=ssh://far timeout 60 \
            "$WHITTLE" record -q -o "$T/p.json" -- $engine "${words[@]}" run bb:1 ls >"$T/out" 2>"$T/err" || :
        [ -e "$T/ran" ] && pass "$engine: here: $where" || { fail "$engine: here: $where" && detail <"$T/err"; }
    done
    # it takes its time, and is the same whichever engine it is
    if [ "$engine" = docker ] || [ "${THOROUGH-}" = yes ]; then
        client $engine "sleep 1000 & echo \$! >$T/child; wait"
        refused 125 "$engine: a client that hangs" "$engine info: no answer within 15000 ms" $engine run bb:1 ls
        # a zombie has no program
        [ -s "$T/child" ] && ! readlink "/proc/$(cat "$T/child")/exe" >/dev/null && pass "$engine: ... nothing is left of it" || fail "$engine: ... nothing is left of it"
    fi
    client $engine 'echo rubbish'
    refused 125 "$engine: a client that says what it should not" "'rubbish' makes its cgroups" $engine run bb:1 ls
    client $engine 'echo cgroupfs and more'
    refused 125 "$engine: a client that says more than it should" "'cgroupfs and more' makes its cgroups" $engine run bb:1 ls
    client $engine 'head -c 60000 /dev/urandom'
    refused 125 "$engine: a client that prints random bytes" "makes its cgroups" $engine run bb:1 ls
    client $engine 'exec head -c 100000000 /dev/zero'
    refused 125 "$engine: a client that prints 100 MB" "more than 65536 bytes" $engine run bb:1 ls
    client $engine ':'
    refused 125 "$engine: a client that says nothing" "'' makes its cgroups" $engine run bb:1 ls
    client $engine 'echo "no daemon here" >&2; exit 1'
    refused 125 "$engine: a client that fails" "$engine info: exit status 1: no daemon here" $engine run bb:1 ls
    client $engine 'kill -KILL $$'
    refused 125 "$engine: a client that is killed" "$engine info: killed by signal 9" $engine run bb:1 ls
    echo nonsense >"$T/bin/$engine"
    refused 125 "$engine: a client that is no program" "cannot execute '$engine': Exec format error" $engine run bb:1 ls
    chmod -x "$T/bin/$engine"
    path=$T/bin refused 126 "$engine: a client that may not be executed" "cannot execute '$engine': Permission denied" $engine run bb:1 ls
    path=$T/empty refused 127 "$engine: a client that is not there" "'$engine' not found in PATH" $engine run bb:1 ls
    refused 127 "$engine: ... by its path" "'$T/empty/$engine': No such file" "$T/empty/$engine" run bb:1 ls
    rm "$T/bin/$engine"
done

# Command lines that run nothing: the client's own words and status; whittle says why there is no profile.
says_itself() { # DESC COMMAND...
    local desc=$1 status=0 want=0
    shift
    rm -f "$T/p.json"
    "$@" >"$T/want" 2>&1 || want=$?
    PATH=$path timeout 120 "$WHITTLE" record -o "$T/p.json" -- "$@" >"$T/out" 2>"$T/err" </dev/null || status=$?
    grep -v '^whittle: ' "$T/err" >"$T/said" || :
    if [ $status = $want ] && [ "$(grep -c '^whittle: error: no syscall was recorded' "$T/err")" = 1 ] &&
        [ "$(grep -c '^whittle: error: ' "$T/err")" = 1 ] && cat "$T/out" "$T/said" | cmp -s - "$T/want" &&
        [ ! -e "$T/p.json" ] && nothing_left; then
        pass "$desc"
    else
        fail "$desc" "status $status instead of $want"
        detail <"$T/err"
    fi
}
# docker's client needs no daemon to refuse a command line
cat >"$T/bin/docker" <<END
#!/bin/sh
[ "\$1" != info ] || exec echo cgroupfs
exec $real_docker "\$@"
END
chmod +x "$T/bin/docker"
for engine in "${ENGINES[@]}"; do
    says_itself "$engine run without an image" $engine run
    says_itself "$engine container run without an image" $engine container run --rm
    says_itself "$engine run with an option that lacks its value" $engine run --name
    says_itself "$engine run with an option that there is not" $engine run --no-such-option bb:1 ls
done

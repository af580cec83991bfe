#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What goes wrong around `record` and `enforce`, one row each: what whittle says, its status, and what it leaves behind.
#
# Each row runs in a fresh directory, which holds an older p.json, and in a fresh cgroup. It must end with exactly that
# status, say nothing on stdout, and on stderr one error line with the phrase in it, or nothing where the phrase is "-".
# "kept": every file is as it was, and none is new. "new": p.json alone is replaced, by a profile; its mode and owner are
# the old ones. Afterwards no cgroup, no process and nothing in bpffs is left. A BPF program or link of whittle's kinds lives by a
# file that a process has open or by a pin, so none of them is left either.
set -eu
# mounts are made and hidden below, and bpffs is to be ours alone
[ "${IN_MOUNTS-}" = "$$" ] || exec env IN_MOUNTS=$$ unshare -m --propagation private bash "$0"
. tests/lib.sh
need jq strace bpftool setpriv
# the kernel's own files there are called *.debug
mount -t bpf whittle-test /sys/fs/bpf
chmod 755 "$T"

# --- set-ups, in the row's directory: `run` goes before whittle, `meanwhile PID` beside it, `afterwards` behind it ---

unprivileged() { run=(setpriv --reuid nobody --clear-groups) && mkdir -m 777 ours; }
# shellcheck disable=SC2054 # no array there
# nobody, with all that recording a cgroup needs
minimal() { run=(setpriv --reuid nobody --clear-groups --inh-caps -all,+bpf,+perfmon --ambient-caps -all,+bpf,+perfmon); }
# a mount namespace where SCRIPT has been run
# shellcheck disable=SC2016
without() { run=(unshare -m sh -ec "$1"' && exec "$@"' sh); }
no_btf() { without 'mount -t tmpfs none /sys/kernel/btf'; }
masked_btf() { without 'mount --bind /dev/null /sys/kernel/btf/vmlinux'; }
# shellcheck disable=SC2016
no_bpffs() { without 'while grep -q "^[^ ]* /sys/fs/bpf " /proc/self/mounts; do umount -l /sys/fs/bpf; done'; }
# shellcheck disable=SC2016
no_cgroup2() { without 'for m in $(sed -n "s/^[^ ]* \([^ ]*\) cgroup2 .*/\1/p" /proc/self/mounts); do umount -l "$m"; done'; }
v1() {
    V1=$(awk '$3 == "cgroup" && $4 ~ /,name=/ { print $2; exit }' /proc/self/mounts)
    [ -n "$V1" ] || { V1=$T/v1 && mkdir "$V1" && mount -t cgroup -o none,name=whittle-test none "$V1"; }
}
# this very process
rooted() { ROOTED=$BASHPID && echo "$ROOTED" >"$(cgroup_mount)/cgroup.procs"; }
plain_file() { echo '#!/bin/sh' >plain; }
no_interpreter() { echo '#!/no/such/interpreter' >script && chmod +x script; }
link() { ln -s p.json link; }
dangling() { ln -s nowhere link; }
directory() { mkdir dir; }
pipe() { mkfifo pipe; }
# a file system of one page and the old file
disk() { mkdir disk && mount -t tmpfs -o "size=$1" whittle-test disk && cp p.json disk/; }
full() { disk 4k; }
no_inodes() { disk 64k,nr_inodes=2; }
nearly_full() { disk 64k; }
limited() { run=(prlimit --fsize=1000); }
read_only() { disk 64k && mount -o remount,ro disk; }
theirs() { mkdir theirs && cp p.json theirs/ && chown -R nobody theirs && chmod 500 theirs; }
mine() { minimal && mkdir mine && cp p.json mine/ && chmod "$1" mine; }
unreadable() { mine 700; }
unwritable() { mine 755; }
owned() { mine 777; }
planted() { mkdir -m 1777 anybody && cp p.json anybody/ && chown nobody anybody/p.json; }
planted_sudo() { planted && run=(env SUDO_UID=65534 SUDO_GID=65534); }
profile() { printf '%s' "$1" >bad.json; }
truncated() { profile '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["acct"'; }
no_json() { profile 'hello'; }
empty_profile() { profile ''; }
unknown_action() { profile '{"defaultAction": "SCMP_ACT_PERHAPS"}'; }
unknown_rule_action() { profile '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["acct"], "action": "X"}]}'; }
mounted() { mount --bind p.json p.json; }
allow() { profile '{"defaultAction": "SCMP_ACT_ALLOW"}'; }
feature() { run=(env WHITTLE_FEATURES=-nonsense); }
no_execve() { profile '{"defaultAction": "SCMP_ACT_ERRNO"}'; }

in_target() { # COMMAND...
    # at the same addresses each time, by which the loader maps in one call or in two
    # shellcheck disable=SC2016
    setarch -R bash -c 'echo $$ >"$0/cgroup.procs" && exec "$@" >/dev/null' "$TARGET" "$@"
}
recording() { # PID: waits until it records; the file that reads signals is the last that it opens
    for _ in {1..500}; do
        find "/proc/$1/fd" -lname '*signalfd*' 2>/dev/null | grep -q . && return
        sleep 0.02
    done
    echo "it does not record"
    return 1
}
removed() { meanwhile=remove_target; }
remove_target() {
    recording "$1" && in_target true && rmdir "$TARGET"
}
# shellcheck disable=SC2016
full_output() { run=(sh -c 'exec "$@" >/dev/full' sh) meanwhile=call_and_end; }
call_and_end() { recording "$1" && in_target true && kill -TERM "$1"; }
killed() { meanwhile=kill_recorder; }
kill_recorder() {
    local ids remains cgroup
    recording "$1"
    ids=$(sed -n 's/^prog_id:[[:space:]]*//p' "/proc/$1"/fdinfo/* | sort -u)
    [ "$(wc -l <<<"$ids")" -gt 5 ] || echo "it had no programs: '$ids'"
    kill -KILL "$1"
    for _ in {1..100}; do
        remains=$(comm -12 <(echo "$ids") <(bpftool prog show | sed -n 's/^\([0-9]*\):.*/\1/p' | sort))
        [ -n "$remains" ] || break
        sleep 0.02
    done
    [ -z "$remains" ] || echo "programs stay attached: $remains"
    # the command, which has nothing to do with it, and its keeper live on
    for cgroup in "$CG"/whittle-*; do
        [ ! -d "$cgroup" ] || grep -q . "$cgroup/cgroup.procs" || echo "the command has ended, too"
    done
}
together() { meanwhile=record_it_too afterwards=same_as_strace; }
record_it_too() {
    "$WHITTLE" record -q --cgroup "$TARGET" -o second.json --recording second.rec & second=$!
    recording "$1" && recording $second
    in_target ls -l /usr
    kill -TERM "$1" $second
    wait $second || echo "the second one: status $?"
}
same_as_strace() {
    local recording
    setarch -R strace -o trace ls -l /usr >/dev/null
    sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' trace | sort | uniq -c | awk '{ print $2, $1 }' | sort >want
    for recording in first second; do
        jq -r '.syscalls[] | select(.class == "workload") | "\(.name) \(.calls)"' $recording.rec | sort >$recording.seen
        diff want $recording.seen || echo "the $recording one is not what strace saw"
    done
    cmp p.json second.json
    rm -f first.* second.* trace want
}

# --- the table ---
# shellcheck disable=SC2016
table() {
    cat <<'END'
no such cgroup               | -       | record -o p.json --cgroup /no/such                     | 1   | kept | there is no cgroup '/no/such'
... and a command            | -       | record -o p.json --cgroup /no/such -- true             | 125 | kept | there is no cgroup '/no/such'
no such cgroup, by directory | -       | record -o p.json --cgroup $CG/none                     | 1   | kept | there is no cgroup '$CG/none'
a relative path              | -       | record -o p.json --cgroup no/such                      | 1   | kept | 'no/such': a path in the hierarchy begins with '/'
an empty path                | -       | record -o p.json --cgroup ""                           | 1   | kept | there is no cgroup ''
a path to wait for           | -       | record -o p.json --wait --cgroup /no/such              | 2   | kept | with --wait it is the name of a directory, or a pattern of names, and no path
no such cgroup id            | -       | record -o p.json --cgroup 999999999                    | 1   | kept | no cgroup with id 999999999
a v1 path                    | v1      | record -o p.json --cgroup $V1                          | 1   | kept | $V1 is a cgroup of a v1 hierarchy without a controller
a file, not a directory      | -       | record -o p.json --cgroup $CG/cgroup.procs             | 1   | kept | $CG/cgroup.procs is a file, not a cgroup: name its directory
a directory elsewhere        | -       | record -o p.json --cgroup /tmp                         | 1   | kept | /tmp is not a cgroup
the root cgroup              | -       | record -o p.json --cgroup $(cgroup_mount)              | 1   | kept | root cgroup, which holds every process of the machine; --allow-root-cgroup
... by a process             | rooted  | record -o p.json --pid $ROOTED                         | 1   | kept | process $ROOTED is in the root cgroup
pid gone                     | -       | record -o p.json --pid 2147483646                      | 1   | kept | there is no process 2147483646
pid not a number             | -       | record -o p.json --pid abc                             | 2   | kept | pid 'abc' is not a number
pid too large                | -       | record -o p.json --pid 2147483648                      | 2   | kept | pid 2147483648 is above 2147483647
command not found            | -       | record -o p.json -- no-such-command                    | 127 | kept | command 'no-such-command' not found in PATH
... without a name           | -       | record -o p.json -- ""                                 | 127 | kept | command '' not found in PATH
... by path                  | -       | record -o p.json -- ./no-such-command                  | 127 | kept | './no-such-command': No such file
command not executable       | plain_file | record -o p.json -- ./plain                         | 126 | kept | cannot execute './plain': Permission denied
no such interpreter          | no_interpreter | record -o p.json -- ./script                    | 127 | kept | cannot execute './script': No such file
no such user                 | -       | record -o p.json --user no-such-user -- true           | 125 | kept | there is no user 'no-such-user'
the command fails            | -       | record -q -o p.json -- sh -c "exit 3"                  | 3   | new  | -
output directory missing     | -       | record -o no/p.json -- true                            | 125 | kept | cannot write no/p.json: directory no
... for the recording        | -       | record -o p.json --recording no/r.json -- true         | 125 | kept | cannot write no/r.json: directory no
output directory goes        | directory | record -q -o dir/p.json -- rmdir dir                 | 125 | gone dir | cannot write dir/p.json: directory dir: No such file
... and the command fails    | directory | record -q -o dir/p.json -- sh -c "rmdir dir; exit 4" | 4   | gone dir | cannot write dir/p.json: directory dir: No such file
disk full                    | full    | record -o disk/p.json -- touch ran                     | 125 | kept | cannot write disk/p.json: No space left
disk without inodes          | no_inodes | record -o disk/p.json -- touch ran                   | 125 | kept | cannot write disk/p.json: no file can be made beside it: No space left
disk full at the end         | nearly_full | record -q -o disk/p.json -- sh -c "cat /dev/zero >disk/x 2>/dev/null; true" | 125 | gone disk/x | cannot write disk/p.json: No space left
file size limit              | limited | record -o p.json -- true                               | 125 | kept | cannot write p.json: File too large
standard output full         | full_output | record -q --cgroup $TARGET                         | 1   | kept | cannot write the profile to standard output: No space left
read-only file system        | read_only | record -o disk/p.json -- touch ran                   | 125 | kept | cannot write disk/p.json: no file can be made beside it: Read-only
output is a symlink          | link    | record -o link -- true                                 | 125 | kept | cannot write link: it is a symbolic link; name the file that it means
output is a dangling symlink | dangling | record -o link -- true                                | 125 | kept | cannot write link: it is a symbolic link; name the file that it means
output is a directory        | directory | record -o dir -- true                                | 125 | kept | cannot write dir: it is a directory
output is a directory/       | directory | record -o dir/ -- true                               | 125 | kept | cannot write 'dir/': it names no file
output is a mount            | mounted | record -o p.json -- touch ran                          | 125 | kept | cannot write p.json: something is mounted there
output is a pipe             | pipe    | record -o pipe -- true                                 | 125 | kept | cannot write pipe: it is not a regular file
output is standard output's  | -       | record -o /dev/stdout -- true                          | 125 | kept | it is a symbolic link; name the file that it means ('-': standard output)
output is thrown away        | -       | record -q -o /dev/null -- true                         | 0   | kept | -
output of a stranger in /tmp | planted | record -o anybody/p.json -- true                       | 125 | kept | cannot write anybody/p.json: it belongs to user 65534, in a directory where others may make files
... of the one who called    | planted_sudo | record -q -o anybody/p.json -- true                | 0   | new anybody/p.json | -
output is nothing            | -       | record -o "" -- true                                   | 125 | kept | cannot write '': it names no file
a directory of others, root  | theirs  | record -q -o theirs/p.json -- true                     | 0   | new theirs/p.json | -
unreadable directory         | unreadable | record -o mine/p.json --cgroup $TARGET              | 1   | kept | cannot write mine/p.json: Permission denied
unwritable directory         | unwritable | record -o mine/p.json --cgroup $TARGET              | 1   | kept | cannot write mine/p.json: no file can be made beside it: Permission denied
output of somebody else      | owned   | record -o mine/p.json --cgroup $TARGET                 | 1   | kept | cannot write mine/p.json: its owner would change, so name another file
no BTF                       | no_btf  | record -o p.json -- true                               | 125 | kept | this kernel shows no BTF (it needs CONFIG_DEBUG_INFO_BTF): /sys/kernel/btf/vmlinux
masked BTF                   | masked_btf | record -o p.json --cgroup $TARGET                   | 1   | kept | /sys/kernel/btf/vmlinux holds no BTF
masked BTF                   | masked_btf | start --cgroup $TARGET masked                       | 1   | kept | /sys/kernel/btf/vmlinux holds no BTF
no privilege                 | unprivileged | record -o ours/p.json --cgroup $TARGET            | 1   | kept | CAP_BPF and CAP_PERFMON: try sudo
no privilege, a command      | unprivileged | record -o ours/p.json -- true                     | 125 | kept | CAP_BPF and CAP_PERFMON: try sudo
a cgroup that is not ours    | owned   | record -o mine/q.json -- true                          | 125 | kept | cannot make a cgroup for the command below $CG (root can, or who owns it)
bpffs not mounted            | no_bpffs | record -q -o p.json -- true                           | 0   | new  | -
cgroup2 not mounted          | no_cgroup2 | record -o p.json -- true                            | 125 | kept | cgroup v2 is not mounted: try 'mount -t cgroup2
... a cgroup                 | no_cgroup2 | record -o p.json --cgroup /a                        | 1   | kept | cgroup v2 is not mounted: try 'mount -t cgroup2
... a process                | no_cgroup2 | record -o p.json --pid $$                           | 1   | kept | cgroup v2 is not mounted: try 'mount -t cgroup2
two recordings of one cgroup | together | record -q -o p.json --recording first.rec --cgroup $TARGET | 0 | new  | -
target removed               | removed | record -q -o p.json --cgroup $TARGET                   | 0   | new  | -
SIGKILL                      | killed  | record -q -o p.json -- sleep 3                         | 137 | kept | -
SIGKILL, --cgroup            | killed  | record -q -o p.json --cgroup $TARGET                   | 137 | kept | -
nothing was called           | -       | record -q -o p.json --cgroup $TARGET --for 1s          | 1   | kept | no syscall was recorded
nothing to record            | -       | record -o p.json                                       | 2   | kept | nothing to record: name a --container, a --unit, a --cgroup, a --pid, or a command
no output                    | -       | record -- true                                         | 2   | kept | say where the profile goes with -o FILE
output is standard output    | -       | record -o - -- true                                    | 2   | kept | standard output belongs to the command: name a file
... the recording's          | -       | record --recording - -- true                           | 2   | kept | --recording -: standard output is the command's: name a file
... both                     | -       | record --recording - --cgroup $TARGET                  | 2   | kept | --recording -: standard output is the profile's: name a file
both outputs are one         | -       | record -o p.json --recording ./p.json -- true          | 2   | kept | -o and --recording name the same file: p.json
--filter without a container | -       | record -o p.json --filter engine -- true               | 2   | kept | --filter is for a command that runs a container
... which is not looked for  | -       | record -o p.json --filter engine --plain -- true       | 2   | kept | --filter does not go with --plain
all of it is thrown away     | -       | record -q -o /dev/null --recording /dev/null -- true   | 0   | kept | -
--user alone                 | -       | record -o p.json --user nobody --cgroup $TARGET        | 2   | kept | --user needs a command
not a duration               | -       | record -o p.json --for 5x -- true                      | 2   | kept | '5x' is not a duration: say for instance 90s
milliseconds                 | -       | record -q -o p.json --cgroup $TARGET --for 200ms       | 1   | kept | no syscall was recorded
not a size                   | -       | record -o p.json --ring-size 1z -- true                | 2   | kept | ring-size '1z' is not a size: say for instance 64k
too large a size             | -       | record -o p.json --ring-size 1g -- true                | 2   | kept | ring-size 1g is above 67108864 bytes
not a choice                 | -       | record -o p.json --progress maybe -- true              | 2   | kept | --progress 'maybe' is none of auto, always, never
twice                        | -       | record -o p.json -o q.json -- true                     | 2   | kept | --output was given twice
unknown option               | -       | record -o p.json --no-such-option -- true              | 2   | kept | there is no option --no-such-option; see 'whittle record --help'
unknown letter               | -       | record -o p.json -x -- true                            | 2   | kept | there is no option -x; see 'whittle record --help'
a value too much             | -       | record -o p.json --quiet=3 -- true                     | 2   | kept | option --quiet takes no argument: --quiet=3
no value                     | -       | record -o                                              | 2   | kept | option -o needs an argument; see 'whittle record --help'
... in full                  | -       | record --output                                        | 2   | kept | option --output needs an argument
audit, profile missing       | -       | audit --update none.json --cgroup $TARGET --for 1h     | 2   | kept | cannot open none.json: No such file
audit, no profile            | -       | audit --update p.json --cgroup $TARGET --for 1h        | 2   | kept | p.json:1:1: it has no "defaultAction"
audit, its output            | -       | audit --update docker -o no/q.json --cgroup $TARGET --for 1h | 2 | kept | cannot write no/q.json: directory no
audit, its report            | -       | audit --report no/r --cgroup $TARGET --for 1h          | 2   | kept | cannot write no/r: directory no
audit, both are one          | -       | audit --update p.json --report ./p.json --cgroup $TARGET | 2 | kept | --report and p.json are the same file
... of another output        | -       | audit --update p.json -o q.json --report p.json --cgroup $TARGET | 2 | kept | --report and p.json are the same file
unknown feature              | feature | record -o p.json -- true                               | 2   | kept | WHITTLE_FEATURES: '-nonsense' turns no feature off
unknown command              | -       | rekord -o p.json -- true                               | 2   | kept | there is no command 'rekord' (did you mean 'record'?); see 'whittle help'
no command                   | -       |                                                        | 2   | kept | a command is missing; see 'whittle help'
help for an unknown command  | -       | help rekord                                            | 2   | kept | there is no command 'rekord' (did you mean 'record'?); see 'whittle help'
enforce, profile missing     | -       | enforce none.json -- touch ran                         | 125 | kept | cannot open none.json: No such file
enforce, a directory         | directory | enforce dir -- touch ran                             | 125 | kept | cannot read dir: Is a directory
enforce, truncated JSON      | truncated | enforce bad.json -- touch ran                        | 125 | kept | bad.json:1:67: the file ends where ',' or ']' is expected
enforce, not JSON            | no_json | enforce bad.json -- touch ran                          | 125 | kept | bad.json:1:1: no word of it is the name of a call
enforce, nothing in it       | empty_profile | enforce bad.json -- touch ran                    | 125 | kept | bad.json:1:1: the file ends where a value is expected
enforce, unknown action      | unknown_action | enforce bad.json -- touch ran                   | 125 | kept | bad.json:1:19: "defaultAction": there is no action 'SCMP_ACT_PERHAPS'
... in a rule                | unknown_rule_action | enforce bad.json -- touch ran              | 125 | kept | bad.json:1:80: rule 1: "action": there is no action 'X'
enforce, no execve           | no_execve | enforce bad.json -- touch ran                        | 125 | kept | bad.json: it does not allow execve
enforce, command not found   | allow   | enforce bad.json -- no-such-command                    | 127 | kept | command 'no-such-command' not found in PATH
... without a name           | allow   | enforce bad.json -- ""                                 | 127 | kept | command '' not found in PATH
enforce, not executable      | allow   | enforce bad.json -- ./bad.json                         | 126 | kept | cannot execute './bad.json': Permission denied
enforce, no command          | -       | enforce p.json                                         | 2   | kept | a command to run is missing; see 'whittle enforce --help'
enforce, no profile          | -       | enforce                                                | 2   | kept | a profile is missing; see 'whittle enforce --help'
enforce, unknown option      | -       | enforce --no-such-option p.json true                   | 2   | kept | there is no option --no-such-option; see 'whittle enforce --help'
END
}

# --- how a row is judged ---

# all that can be told about the files here, but for one
state() { # EXCEPT
    find . -path "./$1" -o -printf '%p %y %m %u %g %l\n' | sort
    find . -path "./$1" -o -type f -exec cksum {} + | sort -k 3
}

# Prints what is wrong with a row; nothing if all is right.
judge() { # SETUP COMMAND STATUS OUTPUT PHRASE
    local run=() meanwhile=: afterwards=: rc=0 changed=- before words pid
    case $4 in
    new) changed=p.json ;;
    *\ *) changed=${4#* } ;;
    esac
    echo '{"precious": true}' >p.json
    chmod 640 p.json
    [ "$1" = - ] || "$1" || echo "the set-up fails"
    eval "words=($2)" # after the set-up, whose variables it may use
    before=$(state "$changed")
    (echo "$BASHPID" >"$CG/cgroup.procs" && exec "${run[@]}" "$WHITTLE" "${words[@]}") >"$T/out" 2>"$T/err" </dev/null &
    pid=$!
    "$meanwhile" $pid 2>&1
    ended $pid || echo "it does not end"
    wait $pid 2>/dev/null || rc=$?
    "$afterwards"

    [ $rc = "$3" ] || echo "status $rc"
    [ ! -s "$T/out" ] || echo "it speaks on stdout: $(cat "$T/out")"
    judge_words "$5"
    [ "${4%% *}" != new ] || judge_output "$changed"
    diff <(echo "$before") <(state "$changed") || echo "files have changed"
    leftovers
}

ended() { # PID
    for _ in {1..1000}; do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.01
    done
    kill -KILL "$1"
    return 1
}

judge_words() { # PHRASE
    local phrase
    eval "phrase=\"${1//\"/\\\"}\""
    if [ "$phrase" = - ]; then
        [ ! -s "$T/err" ] || echo "it speaks"
        return
    fi
    [ "$(wc -l <"$T/err")" = 1 ] || echo "not one line"
    grep '^whittle: error: ' "$T/err" | grep -qF -- "$phrase" || echo "no error says: $phrase"
}

judge_output() { # FILE: a profile, with mode and owner of the old one
    local owner=root
    case ${1%/*} in theirs | anybody) owner=nobody ;; esac
    jq -e .defaultAction "$1" >/dev/null || echo "$1 is no profile"
    [ "$(stat -c '%a %U' "$1")" = "640 $owner" ] || echo "$1 is now $(stat -c '%a %U' "$1")"
}

# What outlives the row, once a command that was left running has ended.
leftovers() {
    local left
    for _ in {1..100}; do
        left=$(find "$CG" -mindepth 1 -type d ! -path "$TARGET"; cat "$CG/cgroup.procs"; find /sys/fs/bpf -mindepth 1 ! -name '*.debug')
        [ -n "$left" ] || return 0
        sleep 0.05
    done
    echo "left behind: $left"
}

row() { # NAME SETUP COMMAND STATUS OUTPUT PHRASE
    local wrong mount
    own_cgroup
    TARGET=$CG/target
    mkdir "$TARGET" "$T/row"
    wrong=$(cd "$T/row" && judge "${@:2}") || :
    if [ -z "$wrong" ]; then
        pass "$1: $3: $4"
    else
        fail "$1: $3: $4"
        detail <<<"$wrong"
        detail <"$T/err"
    fi
    for mount in row/disk row/p.json v1; do
        ! mountpoint -q "$T/$mount" || umount "$T/$mount"
    done
    rm -rf "$T/row"
}

while IFS='|' read -r name setup command status output phrase; do
    # a blank at either end is not part of a column
    read -r name <<<"$name"
    read -r setup <<<"$setup"
    read -r command <<<"$command"
    read -r status <<<"$status"
    read -r output <<<"$output"
    read -r phrase <<<"$phrase"
    row "$name" "$setup" "$command" "$status" "$output" "$phrase"
done < <(table)

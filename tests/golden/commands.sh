#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The commands about profiles, as a person meets them: exit status, what they print, and each format byte for byte
# (tests/golden/formats; UPDATE=1 bash tests/golden/commands.sh writes the expected files anew).
set -eu
. tests/lib.sh

G=tests/golden/formats
box=(--arch x86_64 --kernel 6.1)
to=(--arch x86_64,x86,x32 --kernel 6.1)

# gives DESC EXPECTED COMMAND...: standard output is that file's
gives() {
    local desc=$1 expected=$2
    shift 2
    if ! "$@" >"$T/got" 2>"$T/said"; then
        fail "$desc" "exit status not 0"
        detail <"$T/said"
        return
    fi
    [ -z "${UPDATE-}" ] || cp "$T/got" "$expected"
    same "$desc" "$expected" "$T/got"
}

# Of the CPU's: a machine that is busy is no failure.
within() { # SECONDS COMMAND...
    local seconds=$1
    shift
    (ulimit -t "$seconds" && exec "$@")
}

# --- what a profile of Docker's kind means ---

gives 'oci, from a profile of containers' $G/container.oci.json "$WHITTLE" convert "${to[@]}" $G/container.json
gives 'oci, with capabilities' $G/container.admin.json \
    "$WHITTLE" convert "${to[@]}" --cap CAP_SYS_ADMIN --cap CAP_CHOWN $G/container.json
# without the numbers, which depend on the installed libseccomp
gives 'show' $G/container.show bash -o pipefail -c '"$@" | grep -v ": allows "' - "$WHITTLE" show "${box[@]}" $G/container.json
"$WHITTLE" convert "${to[@]}" $G/container.json >"$T/oci.json" 2>/dev/null
check 'oci says the same' "$WHITTLE" diff "${box[@]}" $G/container.json "$T/oci.json"
"$WHITTLE" convert "$T/oci.json" >"$T/again.json"
same 'what is written is read as the same' "$T/oci.json" "$T/again.json"
"$WHITTLE" convert --format docker "$T/oci.json" >"$T/docker.json"
check 'docker says the same' "$WHITTLE" diff "${box[@]}" "$T/docker.json" "$T/oci.json"
check_status 1 'an older kernel has no ptrace' "$WHITTLE" diff --kernel 4.7 --arch x86_64 $G/container.json "$T/oci.json"
grep -q '^ptrace: A errno EPERM, B allow' "$T/out" || fail 'the difference is ptrace'
check 'no more is allowed on the older kernel' "$WHITTLE" diff --subset --kernel 4.7 --arch x86_64 $G/container.json "$T/oci.json"
check_status 1 'more is allowed on the newer one' "$WHITTLE" diff --subset "$T/oci.json" $G/container.admin.json

# docker, whose conditions on container and host are kept: read, written and read again it is the same, for jq as well
gives 'docker, with its conditions' $G/container.docker "$WHITTLE" convert --format docker $G/container.json
gives 'which are read as the same' $G/container.docker "$WHITTLE" convert --format docker $G/container.docker
[ ! -s "$T/said" ] || fail 'nothing was resolved' "$(cat "$T/said")"
meaning='def when: if . == null or . == {} then null else map_values(if type == "array" then sort else . end) end;
    [.defaultAction, .defaultErrnoRet, (.archMap | map([.architecture, (.subArchitectures | sort)]) | sort),
        (.syscalls[] | [(.names // [.name] | sort), .action, (if .errno == "ENOSYS" then 38 else .errnoRet end),
            ((.args // [])[] | [.index, .value, (.valueTwo // 0), .op]), (.includes | when), (.excludes | when)])]'
jq "$meaning" $G/container.json >"$T/want"
jq "$meaning" $G/container.docker >"$T/got"
same 'docker: nothing is lost' "$T/want" "$T/got"
for who in '--cap none' '--cap SYS_ADMIN --kernel 4.7' '--arch aarch64 --cap ALL' '--arch s390x'; do
    # shellcheck disable=SC2086
    check "docker means the same, with $who" "$WHITTLE" diff $who $G/container.json $G/container.docker
done
for option in '--cap none' '--kernel 4.7' '--arch x86_64' --portable '--default-action log'; do
    # shellcheck disable=SC2086
    "$WHITTLE" convert --format docker $option $G/container.json >"$T/resolved" 2>"$T/err" || true
    grep -q 'depend on container and host' "$T/err" && [ "$(jq '[.syscalls[] | .includes, .excludes | values] | length' "$T/resolved")" = 0 ] &&
        pass "docker, for one container: $option" || fail "docker, for one container: $option" "$(cat "$T/err")"
done

# what was resolved, and for whom, is said in one sentence
told() { # SENTENCE ARG...
    local sentence=$1
    shift
    "$WHITTLE" convert "$@" >"$T/out" 2>"$T/err" || true
    [ "$(cat "$T/err")" = "$sentence" ] && pass "told: $*" || fail "told: $*" "$(cat "$T/err")"
}
C="whittle: $G/container.json: 6 of 11 rules depend on container and host;"
told "$C 4 of them hold, with Docker's 14 capabilities (--cap), on x86_64 (--arch), Linux 6.1 (--kernel); of archMap, x86_64 alone counts" "${box[@]}" $G/container.json
told "$C 4 of them hold, with no capability (--cap), on x86_64 (--arch), Linux 6.1 (--kernel); of archMap, x86_64 alone counts" "${box[@]}" --cap none $G/container.json
told "$C 4 of them hold, with CAP_CHOWN, CAP_SYS_ADMIN (--cap), on x86_64 (--arch), Linux 6.1 (--kernel); of archMap, x86_64 alone counts" "${box[@]}" --cap sys_admin --cap CAP_CHOWN $G/container.json
told "$C 2 of them hold, with all capabilities (--cap), on aarch64 (--arch), Linux 4.4 (--kernel); of archMap, aarch64 alone counts" --arch aarch64 --kernel 4.4 --cap ALL $G/container.json
for command in show check merge convert "explain docker read" "diff docker"; do
    # shellcheck disable=SC2086
    says "no capability: $command" 2 "there is no capability 'CAP_NONE'; see 'whittle ${command%% *} --help'" "$WHITTLE" $command --cap CAP_NONE docker
done
says 'a file that there is not has no findings' 2 'cannot open' "$WHITTLE" check "$T/none.json"
check 'x86-64, as systemd calls it' "$WHITTLE" explain --arch x86-64 docker read
told '' "$T/oci.json"
for version in -5.4 x 5 5.-4; do
    says "no kernel: $version" 2 "'$version' is not a version such as 4.8" "$WHITTLE" convert --kernel=$version "$T/oci.json"
done
told "whittle: $T/docker.json: of archMap, aarch64 alone counts (--arch)" --arch aarch64 "$T/docker.json"
check_status 1 'which diff does not say when it is to be quiet' "$WHITTLE" diff -q --kernel 4.7 --arch x86_64 $G/container.json "$T/oci.json"
[ ! -s "$T/err" ] || fail 'diff -q says nothing' "$(cat "$T/err")"
check 'standard input' bash -c '"$0" diff - "$1" <"$1"' "$WHITTLE" "$T/oci.json"

# --- Docker's default, which needs no file ---

check 'beside itself' "$WHITTLE" diff "${box[@]}" docker docker
"$WHITTLE" show "${box[@]}" --json --against docker $G/container.json >"$T/against" 2>/dev/null
jq -e '.against[0] | .arch == "x86_64" and .removed > 250 and .added == []' "$T/against" >"$T/out" && pass 'against docker' || fail 'against docker' "$(cat "$T/against")"
check_status 1 'no ptrace before 4.8' "$WHITTLE" diff --arch x86_64 --kernel 4.7 docker $G/container.json
# a copy of moby's default.json, by the variable: it is not ours to keep
if [ -e "${DOCKER_DEFAULT-}" ]; then
    "$WHITTLE" convert --format docker "$DOCKER_DEFAULT" >"$T/moby"
    jq "$meaning" <(jq '.archMap[].subArchitectures |= (. // [])' "$DOCKER_DEFAULT") >"$T/want"
    jq "$meaning" "$T/moby" >"$T/got"
    same 'moby, read and written' "$T/want" "$T/got"
    for caps in '' '--cap none' '--cap CAP_SYS_ADMIN' '--cap CAP_SYS_PTRACE --cap CAP_BPF --cap CAP_SYS_NICE'; do
        # shellcheck disable=SC2086
        check "docker is what moby says: $caps" "$WHITTLE" diff "${box[@]}" $caps "$DOCKER_DEFAULT" docker
    done
else
    skip 'docker is what moby says' 'not here: DOCKER_DEFAULT names no default.json'
fi

# --- formats ---

for format in docker kubernetes systemd minijail firecracker firejail list; do
    gives "$format" "$G/plain.$format" "$WHITTLE" convert --lossy --format $format $G/plain.json
done
gives 'portable' $G/plain.portable.json "$WHITTLE" convert --portable $G/plain.json
gives 'the twin that only logs' $G/plain.log.json "$WHITTLE" convert --default-action log $G/plain.json
# Another default action leaves alone what rules decide, also where one of them says what it says.
P() { # DEFAULT-ACTION RULES
    printf '{"defaultAction": "SCMP_ACT_%s", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [%s]}' "$1" "$2"
}
P KILL_PROCESS '{"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}, {"names": ["mount", "read"], "action": "SCMP_ACT_ALLOW"}' >"$T/kill.json"
check 'another default action' "$WHITTLE" convert --default-action errno "$T/kill.json" -o "$T/errno.json"
[ "$(jq -c '[.defaultAction, .syscalls[].names]' "$T/errno.json")" = '["SCMP_ACT_ERRNO",["read"]]' ] && pass '... allows no more' || fail '... allows no more' "$(cat "$T/errno.json")"
P ERRNO '{"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}, {"names": ["mount", "read"], "action": "SCMP_ACT_ALLOW"}' >"$T/void.json"
"$WHITTLE" convert --default-action kill-process "$T/void.json" -o "$T/errno.json"
[ "$(jq -c '[.defaultAction, .syscalls[].names]' "$T/errno.json")" = '["SCMP_ACT_KILL_PROCESS",["mount","read"]]' ] && pass '... nor less' || fail '... nor less' "$(cat "$T/errno.json")"
printf '%s' '{"defaultAction": "SCMP_ACT_KILL_PROCESS", "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "includes": {"caps": ["CAP_BPF"]}},
    {"names": ["mount", "read"], "action": "SCMP_ACT_ALLOW"}]}' >"$T/depends.json"
says '... where rules depend on the container' 1 'some depend on the container: --cap' "$WHITTLE" convert --format docker --default-action errno "$T/depends.json"
check '... for one of them' "$WHITTLE" convert --format docker --cap BPF --default-action errno "$T/depends.json" -o "$T/errno.json"
"$WHITTLE" convert --format bpf -o "$T/plain.bpf" $G/plain.json
[ $(($(wc -c <"$T/plain.bpf") % 8)) = 0 ] && pass 'bpf: whole instructions' || fail 'bpf: whole instructions'
check 'pfc' "$WHITTLE" convert --format pfc $G/plain.json
grep -q 'action ALLOW' "$T/out" && grep -qF '$a0.lo32 == 1' "$T/out" && pass 'pfc: what libseccomp says' || fail 'pfc: what libseccomp says'
says 'a list has no conditions' 1 'rule 2 (socket): a list has no conditions; --lossy leaves it out' "$WHITTLE" convert --format list $G/plain.json
printf '%s' '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["execve", "read"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}' >"$T/enosys.json"
for format in kubernetes firecracker firejail; do
    check "... which --lossy leaves out" "$WHITTLE" convert --lossy --format $format "$T/enosys.json"
    says "$format has one errno" 1 '; --lossy leaves it out' "$WHITTLE" convert --format $format "$T/enosys.json"
done
sed 's/"SCMP_ARCH_X86_64"/&, "SCMP_ARCH_X86"/; s/"read"/"accept", &/' "$T/enosys.json" >"$T/both.json"
"$WHITTLE" convert --lossy --format firejail "$T/both.json" 2>/dev/null | sed -n 2,3p >"$T/got"
printf 'seccomp.32.keep %s\nseccomp.keep %s\n' execve,read accept,execve,read >"$T/want"
same 'firejail: 32-bit code has what of it there is' "$T/want" "$T/got"
for arch in '' , ,,; do
    says "no architecture: '$arch'" 2 'names no architecture' "$WHITTLE" convert --arch "$arch" $G/plain.json
done
says 'kubernetes: a name of its own' 2 "'-' and '.'" "$WHITTLE" convert --format kubernetes --name My_App $G/plain.json
check '... that looks like a number' "$WHITTLE" convert --format kubernetes --name 12 $G/plain.json
grep -qx '  name: "12"' "$T/out" && pass '... has quotes' || fail '... has quotes'
says 'a list has no errno' 0 "errnos that differ from the default one (names: 1): a list only allows" "$WHITTLE" convert --format list "$T/enosys.json"
says 'a name where there is none' 2 '--name goes with --format kubernetes: systemd names nothing' "$WHITTLE" convert --format systemd --name foo $G/plain.json
says 'a name for what is no format' 2 "format 'elf' is none of" "$WHITTLE" convert --format elf --name foo $G/plain.json
says 'no such format' 2 "format 'elf' is none of oci, docker, " "$WHITTLE" convert --format elf $G/plain.json

# what is said about a rule is true of it
while read -r name arch index op value two comment; do
    printf '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_%s"], "syscalls": [{"names": ["%s"], "action": "SCMP_ACT_ALLOW", "args": [{"index": %s, "op": "SCMP_CMP_%s", "value": %s, "valueTwo": %s}]}]}' \
        "$arch" "$name" "$index" "$op" "$value" "$two" >"$T/why.json"
    echo "$comment" >"$T/want"
    "$WHITTLE" convert --format docker "$T/why.json" 2>"$T/err" | jq -r '.syscalls[0].comment' >"$T/got"
    same "why: $name $arch $index $op $value" "$T/want" "$T/got"
done <<'E'
socket X86_64 0 EQ 2 0 the address family AF_INET
socket X86_64 0 EQ 4294967298 0 these arguments only
socket X86_64 1 EQ 2 0 these arguments only
clone X86_64 0 MASKED_EQ 2114060288 0 processes and threads, but no new namespaces
clone X86_64 1 MASKED_EQ 2114060288 0 these arguments only
clone X86_64 3 MASKED_EQ 2114060288 0 these arguments only
clone S390X 1 MASKED_EQ 2114060288 0 processes and threads, but no new namespaces
clone S390X 0 MASKED_EQ 2114060288 0 these arguments only
E

# what always holds, and what never does; calls that the architecture lacks, and other architectures
ioctl_if() { # OP VALUE VALUETWO
    printf '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": [{"names": ["read", "_llseek", "mmap2"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["ioctl"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "op": "SCMP_CMP_%s", "value": %s, "valueTwo": %s}]}]}' "$@" >"$T/if.json"
}
while read -r op value two line; do
    ioctl_if "$op" "$value" "$two"
    printf '@default return 1\n%sread: allow\n' "${line:+$line$'\n'}" >"$T/want"
    gives "minijail: $op $value $two" "$T/want" "$WHITTLE" convert --format minijail "$T/if.json"
    "$WHITTLE" convert --format firecracker "$T/if.json" 2>"$T/said" | jq -c '[.vmm.filter[] | [.syscall, (.args // [] | length)]]' >"$T/got"
    case $line in
    '') echo '[["read",0]]' ;;
    *allow) echo '[["ioctl",0],["read",0]]' ;;
    *) echo '[["ioctl",1],["read",0]]' ;;
    esac >"$T/want"
    same "firecracker: $op $value $two" "$T/want" "$T/got"
    printf '%s\n' 'whittle: it is for x86_64 alone; left out: x86' 'whittle: left out, because x86_64 has no such calls: _llseek mmap2' >"$T/want"
    same "... and what is left out is told: $op $value $two" "$T/want" "$T/said"
done <<'E'
GE 0 0 ioctl: allow
MASKED_EQ 0 0 ioctl: allow
LT 0 0
EQ 3 0 ioctl: arg0 == 0x3
E
sed 's/SCMP_ACT_ERRNO/SCMP_ACT_ALLOW/; s/"SCMP_ACT_ALLOW"}/"SCMP_ACT_LOG"}/' "$T/if.json" >"$T/open.json"
# of a call that is refused in part nothing is left, whatever the order of its rules
for order in '.' '.syscalls |= reverse'; do
    printf '%s' '{"defaultAction": "SCMP_ACT_KILL", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "op": "SCMP_CMP_EQ", "value": 1}]},
        {"names": ["socket"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "op": "SCMP_CMP_EQ", "value": 2}]}]}' | jq "$order" >"$T/parts.json"
    says "firecracker: refused in part, $order" 0 'left out: socket: ' "$WHITTLE" convert --lossy --format firecracker "$T/parts.json" -o "$T/parts"
    jq -c '[.vmm.filter[].syscall]' "$T/parts" >"$T/got"
    echo '["read"]' >"$T/want"
    same "... and left out, $order" "$T/want" "$T/got"
    jq '.defaultAction = "SCMP_ACT_LOG"' "$T/parts.json" >"$T/logged.json"
    says "... but not where that allows more, $order" 1 'without it more would be allowed' "$WHITTLE" convert --lossy --format firecracker "$T/logged.json"
done
says 'firecracker: allowed by default' 1 'takes no filter that allows by default' "$WHITTLE" convert --lossy --format firecracker "$T/open.json"

printf '%s' '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read\nExecStart=/bin/sh"], "action": "SCMP_ACT_ALLOW"}]}' >"$T/evil.json"
for format in systemd kubernetes minijail firejail firecracker list; do
    says "a name that would be a line of $format" 1 'is no name of a call' "$WHITTLE" convert --format $format "$T/evil.json"
done
# what is written could not be read again
printf '%s' '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["READ"], "action": "SCMP_ACT_ALLOW"}]}' >"$T/upper.json"
for format in systemd list firejail; do
    says "a name in capitals, for $format" 1 "'READ' is no name of a call" "$WHITTLE" convert --lossy --format $format "$T/upper.json"
done
# YAML by what may come first
while IFS= read -r head; do
    printf '%b\n' "$head" 'syscalls:\n- names: [read]\n  action: SCMP_ACT_ALLOW' >"$T/head.yaml"
    grep -qi defaultAction "$T/head.yaml" || echo 'defaultAction: SCMP_ACT_ERRNO' >>"$T/head.yaml"
    "$WHITTLE" convert --format list "$T/head.yaml" >"$T/got" 2>"$T/err" || :
    echo read | diff - "$T/got" >/dev/null && pass "YAML: $head" || fail "YAML: $head" "$(cat "$T/err")"
done <<'E'
architectures: [SCMP_ARCH_X86_64]
flags: []
"defaultAction": SCMP_ACT_ERRNO
'defaultAction': SCMP_ACT_ERRNO
%YAML 1.1\n---
  \ndefaultAction: SCMP_ACT_ERRNO
# a comment
E
check 'firecracker is JSON' jq -e '.vcpu.filter | length == 5' $G/plain.firecracker
# What is written is read again as the same.
check 'kubernetes and back' "$WHITTLE" diff $G/plain.json $G/plain.kubernetes
printf 'read write # and nothing else\nexit_group\n' >"$T/list"
check 'a list' "$WHITTLE" convert "$T/list" -o "$T/list.json"
"$WHITTLE" convert --format list "$T/list.json" >"$T/names"
printf 'exit_group\nread\nwrite\n' | diff - "$T/names" >"$T/diff" && pass 'a list and back' || fail 'a list and back'
cat >"$T/summary" <<'E'
total 0
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
  0.00    0.000000           0         9           read
  0.00    0.000000           0        10         4 openat
------ ----------- ----------- --------- --------- ----------------
100.00    0.000000           0        19         4 total
E
printf 'exit\nexit_group\nopenat\nread\n' >"$T/want"
gives 'strace -c, which does not count what ends a program' "$T/want" "$WHITTLE" convert --format list "$T/summary"
check '... and that is said' grep -q 'counts no calls that do not return, which no program can do without: added exit exit_group$' "$T/said"
{ printf '%s\n' '4711 close(3)          = 0' 'ptrace(PTRACE_ATTACH): Operation not permitted' 'bind() failed' '--- SIGCHLD {si_signo=SIGCHLD} ---' '4711 exit_group(0) = ?' && cat "$T/summary"; } >"$T/both"
printf 'close\nexit\nexit_group\nopenat\nread\n' >"$T/want"
gives 'strace -C: the log as well, but not what the program says' "$T/want" "$WHITTLE" convert --format list "$T/both"
cat >"$T/log" <<'E'
4711 openat(AT_FDCWD, "/x", O_RDONLY) = 3
[pid  4712] 12:00:00.5 read(3,  <unfinished ...>
4711 --- SIGCHLD {si_signo=SIGCHLD} ---
[pid  4712] <... read resumed>"", 1) = 0
4711 +++ exited with 0 +++
E
printf 'openat\nread\n' >"$T/want"
gives 'strace -f' "$T/want" "$WHITTLE" convert --format list "$T/log"
cat >"$T/log" <<'E'
4711<a (b> [ 257] [00007f9245cf4ad7] openat(AT_FDCWD, "/x", O_RDONLY) = 3
 > /usr/lib/libc.so.6(_dl_catch_error+0x26f0) [0x1ab70]
[pid  4712<c>] 12:00:00.5 [   0] [00007fc6a4800c47] read(3, "", 1) = 0
4711< close(3) = 0
E
gives 'strace -f -n -i -Y -k' "$T/want" "$WHITTLE" convert --format list "$T/log"
cat >"$T/log" <<'E'
[ 257] [00007f9245cf4ad7] openat(AT_FDCWD, "/x", O_RDONLY) = 3
[   0] [00007fc6a4800c47] read(3, "", 1) = 0
E
gives 'strace -n -i, which begins as JSON does' "$T/want" "$WHITTLE" convert --format list "$T/log"

# What the program says on strace's own stderr is no call, and may stand within one.
cat >"$T/log" <<'E'
write(2, "a\nmount(2) failed\n", 18a
mount(2) failed
)      = 18
bpf(BPF_PROG_LOAD) ...
wait4(-1, ls: cannot access (2)
swapon(2) failed: :-)
[{WIFEXITED(s) && WEXITSTATUS(s) == 2}], 0, NULL) = 4712
write(2, ":-)\n", 4:-)
) = 4
[pid  4712] writev(2, [{iov_base="b\n", iov_len=2}], 1b
 <unfinished ...>
reboot(2): no
[pid  4711] <... read resumed>"", 1) = 0
getrandom(0x7ffd, 8, 0) = 8 <0.000010>
12:00:00.000001 nanosleep({tv_sec=9, tv_nsec=0}, NULL) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)
     0.000012 pause() = ? ERESTARTNOHAND (To be restarted if no handler)
4711 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f9245cf4000
4711 futex(0x5581, FUTEX_WAIT, 2, NULL <unfinished ...>) = ?
4711 epoll_pwait(4, <unavailable>)     = ? <unavailable>
4711 exit_group(0)                     = ?
4711 +++ exited with 0 +++
4713 vfork(strace: Process 4713 detached
 <detached ...>
read(0, kexec_load(2) is not
E
printf '%s\n' epoll_pwait exit_group futex getrandom mmap nanosleep pause read vfork wait4 write writev >"$T/want"
gives 'strace and what the program says' "$T/want" "$WHITTLE" convert --format list "$T/log"
check '... which is told' grep -q '4 lines begin like a call and are none: left out$' "$T/said"
printf 'mount(2) failed\n' >"$T/log"
says '... alone is no log' 1 'names no call' "$WHITTLE" convert --format list "$T/log"

# strace tells of processes of another architecture, but not whose each call is.
cat >"$T/log" <<'E'
4711 execve("/bin/a", ["a"], 0x7ffd /* 9 vars */) = 0
4711 [ Process PID=4711 runs in 32 bit mode. ]
4711 openat(AT_FDCWD, "/x", O_RDONLY) = 3
4711 write(1, "[ Process PID=1 runs in x32 mode. ]", 35) = 35
[ Process PID=4711 runs in 64 bit mode. ]
[pid  4712] [ Process PID=4712 runs in 32 bit mode. ]
E
# lists DESC MACHINE ARCHITECTURES FILE: of that machine, and says so once
lists() {
    "$WHITTLE" merge --arch "$2" "$4" 2>"$T/said" | jq -c '.architectures | map(ltrimstr("SCMP_ARCH_"))' >"$T/got"
    [ "$(cat "$T/got")" = "$3" ] && [ "$(grep -c 'is listed as well' "$T/said")" = 1 ] && pass "$1" || fail "$1" "$(cat "$T/got" "$T/said")"
}
lists 'strace of 32 bits on x86_64' x86_64 '["X86_64","X86"]' "$T/log"
lists 'strace of 32 bits on aarch64' aarch64 '["AARCH64","ARM"]' "$T/log"
{ cat "$T/summary"; echo 'System call usage summary for 32 bit mode:'; sed 1d "$T/summary"; } >"$T/modes"
lists 'strace -c of 32 bits' x86_64 '["X86_64","X86"]' "$T/modes"
sed 's/32 bit/x32/' "$T/modes" >"$T/x32"
lists 'strace -c of x32' x86_64 '["X86_64","X32"]' "$T/x32"
cat "$T/log" "$T/summary" >"$T/modes"
lists 'strace -C of 32 bits' x86_64 '["X86_64","X86"]' "$T/modes"
[ "$("$WHITTLE" convert --arch x86_64 "$T/log" 2>/dev/null | jq -c .architectures)" = '["SCMP_ARCH_X86_64"]' ] && pass '... unless convert is told which' || fail '... unless convert is told which'

# the filter of a container, in the config.json of its runtime
jq '{ociVersion: "1.2.0", process: {}, linux: {seccomp: .}}' $G/plain.json >"$T/config.json"
check 'config.json' "$WHITTLE" diff $G/plain.json "$T/config.json"
jq '{kind: "SeccompProfile", spec: (. + {baseProfileName: "runc-v1.3"})}' $G/plain.json >"$T/base.json"
says 'a base profile is not read' 0 'joins the profile that "baseProfileName" names with this one: it is not read here' "$WHITTLE" convert "$T/base.json" -o "$T/based.json"
jq '{kind: "SeccompProfile", spec: .}' $G/plain.json >"$T/crd.json"
for form in config.json crd.json; do
    "$WHITTLE" check --json $G/plain.json | jq '[.findings[].id] | unique' >"$T/want" || true
    "$WHITTLE" check --json "$T/$form" | jq '[.findings[].id] | unique' >"$T/got" || true
    same "check of $form" "$T/want" "$T/got"
done

# flags and a listener: where there is a place for them
gives 'docker, with comments' $G/flags.docker "$WHITTLE" convert --format docker $G/flags.json
for format in oci docker kubernetes; do
    "$WHITTLE" convert --format $format $G/flags.json -o "$T/flags.$format"
    check "$format keeps flags and listener" "$WHITTLE" diff $G/flags.json "$T/flags.$format"
done
jq 'del(.flags)' $G/flags.json >"$T/no-flags"
check_status 1 'other flags are another profile' "$WHITTLE" diff $G/flags.json "$T/no-flags"
grep -q '^flags or listener:' "$T/out" && pass 'which diff tells' || fail 'which diff tells' "$(cat "$T/out")"
check 'but allows no more' "$WHITTLE" diff --subset $G/flags.json "$T/no-flags"
jq '.flags += ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"]' $G/flags.json >"$T/opens"
check_status 1 'SPEC_ALLOW opens more' "$WHITTLE" diff --subset "$T/opens" $G/flags.json
grep -q '^flags: only A has SECCOMP_FILTER_FLAG_SPEC_ALLOW$' "$T/out" && pass '... which diff tells' || fail '... which diff tells' "$(cat "$T/out")"
check '... not the other way round' "$WHITTLE" diff --subset $G/flags.json "$T/opens"
P NOTIFY '' >"$T/notify.json"
P ERRNO '' >"$T/errno.json"
check_status 1 'what somebody else may let through' "$WHITTLE" diff --subset "$T/notify.json" "$T/errno.json"
grep -q '^every other call: A notify' "$T/out" && pass '... is told' || fail '... is told' "$(cat "$T/out")"
check '... not the other way round' "$WHITTLE" diff --subset "$T/errno.json" "$T/notify.json"
says 'systemd has no flags' 1 'no place for flags' "$WHITTLE" convert --format systemd $G/flags.json
jq '.listenerPath = "/x"' $G/flags.json >"$T/other"
says 'two listeners' 1 'different listeners' "$WHITTLE" merge $G/flags.json "$T/other"
jq '.flags = ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"]' $G/flags.json >"$T/other"
"$WHITTLE" merge $G/flags.json "$T/other" -o "$T/merged"
[ "$(jq -c '.flags | map(ltrimstr("SECCOMP_FILTER_FLAG_"))' "$T/merged")" = '["TSYNC","LOG","SPEC_ALLOW"]' ] && pass 'merged flags' || fail 'merged flags' "$(jq -c .flags "$T/merged")"

# the digest is that of what is said, not of how
digest() {
    "$WHITTLE" show --json "$1" | jq -r .sha256
}
jq '.syscalls |= reverse | .syscalls[].names |= reverse | .syscalls[].comment = "x"' $G/flags.json >"$T/otherwise"
[ "$(digest $G/flags.json)" = "$(digest "$T/otherwise")" ] && pass 'the same digest in another order' || fail 'the same digest in another order'
[ "$(digest $G/flags.json)" = "$(digest "$T/flags.kubernetes")" ] && pass 'and in another format' || fail 'and in another format'
jq '.syscalls[0].names += ["openat"]' $G/flags.json >"$T/more"
[ "$(digest $G/flags.json)" != "$(digest "$T/more")" ] && pass 'another digest with one call more' || fail 'another digest with one call more'
"$WHITTLE" merge $G/plain.json $G/plain.json -o "$T/canonical"
[ "$(digest $G/plain.json)" = "$(sha256sum <"$T/canonical" | cut -d' ' -f1)" ] && pass 'the digest is SHA-256 of the canonical form' ||
    fail 'the digest is SHA-256 of the canonical form'

# what oci-seccomp-bpf-hook writes
cat >"$T/hook.json" <<'E'
{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["close","execve"],"action":"SCMP_ACT_ALLOW","args":[],"comment":"","includes":{},"excludes":{}}]}
E
printf 'close\nexecve\n' >"$T/want"
gives 'oci-seccomp-bpf-hook' "$T/want" "$WHITTLE" convert --format list "$T/hook.json"

# --- merge ---

printf 'read write\n' >"$T/a"
printf 'read openat\n' >"$T/b"
printf 'openat\nread\nwrite\n' >"$T/want"
"$WHITTLE" merge "$T/a" "$T/b" | "$WHITTLE" convert --format list - >"$T/got"
same 'a union' "$T/want" "$T/got"
echo read >"$T/want"
"$WHITTLE" merge --intersect "$T/a" "$T/b" | "$WHITTLE" convert --format list - >"$T/got"
same 'an intersection' "$T/want" "$T/got"
cp "$T/a" "$T/c"
printf 'whittle: read: first allowed by %s\nwhittle: write: first allowed by %s\nwhittle: openat: first allowed by %s\n' "$T/a" "$T/a" "$T/b" | sort >"$T/want"
"$WHITTLE" merge --origins "$T/a" "$T/b" 2>&1 >"$T/got" | sort >"$T/origins"
same 'which file a call comes from' "$T/want" "$T/origins"
P ERRNO '{"names": ["execve"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 5, "op": "SCMP_CMP_EQ"}]}, {"names": ["execve"], "action": "SCMP_ACT_KILL"}' >"$T/never.json"
"$WHITTLE" merge --origins "$T/never.json" 2>"$T/origins" >"$T/got"
[ ! -s "$T/origins" ] && pass '... unless no call comes through' || fail '... unless no call comes through' "$(cat "$T/origins")"
says 'not of an intersection' 2 'for a union' "$WHITTLE" merge --origins --intersect "$T/a" "$T/b"
check 'onto its own input' "$WHITTLE" merge "$T/c" "$T/b" -o "$T/c"
check 'which is whole then' "$WHITTLE" diff --subset "$T/b" "$T/c"

recording() { # CALLS COMPLETE
    cat <<E
{"format": "whittle-recording", "version": 1, "host": {"kernel": "6.1", "machine": "x86_64", "libseccomp": "2.5.4"},
 "target": "command $1", "hook": "tp_btf", "started": "2026-01-02T03:04:05.678Z", "elapsed_ns": 1000, "whole": true,
 "complete": true, "losses": {"late": 0, "cgroups": 0, "processes": 0, "calls": $2, "misses": 0},
 "syscalls": [
    {"arch": "x86_64", "number": 0, "name": "read", "class": "workload", "calls": 3, "first": {"ns": 7, "pid": 1, "comm": "a", "args": ["0x3"]}},
    {"arch": "x86_64", "number": $1, "class": "workload", "calls": 1}],
 "moved": []}
E
}
recording 1 0 >"$T/r1"
recording 257 0 >"$T/r2"
check 'recordings give a profile' "$WHITTLE" profile -q "$T/r1" "$T/r2" -o "$T/p.json"
for name in read write openat execve; do
    "$WHITTLE" explain --arch x86_64 "$T/p.json" $name | grep -q ': allow$' && pass "it allows $name" || fail "it allows $name"
done
check 'recordings are merged' "$WHITTLE" merge "$T/r1" "$T/r2" -o "$T/r"
check 'and give the same profile' bash -c '"$0" profile -q "$1" | cmp - "$2"' "$WHITTLE" "$T/r" "$T/p.json"
[ "$(jq '[.syscalls[] | select(.number == 0) | .calls] | add' "$T/r")" = 6 ] && pass 'calls add up' || fail 'calls add up'
recording 257 5 >"$T/r3"
check_status 3 'an incomplete recording' "$WHITTLE" profile -q "$T/r1" "$T/r3" -o "$T/p.json"
says 'mixed' 2 'cannot be merged together' "$WHITTLE" merge "$T/r1" "$T/a"
says 'a recording is no profile' 1 "'whittle profile' makes one" "$WHITTLE" convert "$T/r1"
check 'a recording is shown' "$WHITTLE" show "$T/r1"
grep -qE '^x86_64 +workload +3 +0 ms +a +read$' "$T/out" && pass 'who called first, when, how often' ||
    fail 'who called first, when, how often' "$(cat "$T/out")"

# --- what libseccomp makes of it, where that is not what stands there ---

# the blocks that stand for an order want bits that 32-bit architectures do not compare
printf '%s' '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": [
    {"names": ["ioctl"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_LT"}, {"index": 1, "value": 1, "op": "SCMP_CMP_EQ"}]},
    {"names": ["ioctl"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_GT"}]}
]}' >"$T/wide.json"
says 'conditions that 32 bits do not hold are not written' 0 'were left as they are: they cannot be rewritten for 32-bit architectures' \
    "$WHITTLE" convert "$T/wide.json" -o "$T/kept.json"
jq -S .syscalls "$T/wide.json" >"$T/want"
jq -S .syscalls "$T/kept.json" >"$T/got"
same '... nor changed' "$T/want" "$T/got"
says '... nor merged' 1 'cannot be put together for 32-bit architectures' "$WHITTLE" merge "$T/wide.json" "$T/wide.json"
says '... nor turned round' 1 'cannot be turned round for 32-bit architectures' "$WHITTLE" convert --default-action log "$T/wide.json"
# what one call compares says nothing of another's
jq '.syscalls = [{"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 4294967296, "op": "SCMP_CMP_EQ"}]}] + .syscalls' "$T/wide.json" >"$T/beside.json"
says '... also beside a call that has such bits' 0 'were left as they are: they cannot be rewritten for 32-bit architectures' \
    "$WHITTLE" convert "$T/beside.json" -o "$T/kept.json"
says '... nor merged with them' 1 'cannot be put together for 32-bit architectures' "$WHITTLE" merge "$T/beside.json" "$T/beside.json"
says '... nor turned round' 1 'cannot be turned round for 32-bit architectures' "$WHITTLE" convert --default-action log "$T/beside.json"
jq '.syscalls |= .[:1]' "$T/beside.json" >"$T/said.json"
check '... what stands there itself is merged' "$WHITTLE" merge "$T/said.json" "$T/said.json"
# on 64 bits the first is within the second, on 32 it holds for all
printf '%s' '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": [
    {"names": ["ioctl"], "action": "SCMP_ACT_KILL_THREAD", "args": [{"index": 1, "value": 9223372036854775808, "op": "SCMP_CMP_GE"}]},
    {"names": ["ioctl"], "action": "SCMP_ACT_KILL_THREAD", "args": [{"index": 1, "value": 2, "op": "SCMP_CMP_NE"}]}]}' >"$T/within.json"
"$WHITTLE" explain --arch x86 "$T/within.json" ioctl 0 2 >"$T/out"
grep -q ': kill-thread$' "$T/out" && pass '... a condition within another decides on 32 bits' || fail '... a condition within another decides on 32 bits' "$(cat "$T/out")"
says '... is not dropped in silence' 1 'cannot be put together for 32-bit architectures' "$WHITTLE" merge "$T/within.json" "$T/within.json"
sed 's/, "SCMP_ARCH_X86"//' "$T/within.json" >"$T/within-64.json"
check '... but where 64 are compared' "$WHITTLE" merge "$T/within-64.json" "$T/within-64.json"
sed 's/"syscalls".*/"syscalls": []}/; 2,$d' "$T/within.json" >"$T/open.json"
# what one of them decides alone, and what all of them come to, hangs on no order
for order in 'open within wide' 'open wide within' 'within open wide' 'within wide open' 'wide open within' 'wide within open'; do
    # shellcheck disable=SC2086
    (cd "$T" && "$WHITTLE" merge ${order// /.json }.json >"merged.${order// /}" 2>"$T/err") && pass "... nor where another profile allows the call anyhow: $order" ||
        fail "... nor where another profile allows the call anyhow: $order" "$(cat "$T/err")"
    same "... which comes to the same: $order" "$T/merged.openwithinwide" "$T/merged.${order// /}"
done
for order in 'within wide' 'wide within'; do
    says "... but not without it: $order" 1 'cannot be put together for 32-bit architectures' "$WHITTLE" merge "$T/${order% *}.json" "$T/${order#* }.json"
done
check '... and turned round' "$WHITTLE" convert --default-action log "$T/said.json"
says '... but for 64 bits they are' 0 'were rewritten' "$WHITTLE" convert --arch x86_64 "$T/wide.json" -o "$T/narrow.json"
for value in 0 1 2 0x100000000 0x8000000000000000; do
    want=$([ $value = 0 ] || [ $value = 1 ] && echo 'errno EPERM' || echo allow)
    check "... and hold for the same: $value" "$WHITTLE" explain "$T/narrow.json" --arch x86_64 ioctl $value
    grep -q ": $want\$" "$T/out" || fail "... and hold for the same: $value" "$(cat "$T/out")"
done

# a multiplexed call: libseccomp looks at the subcall in place of the argument, and has two actions for one thing
printf '%s' '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": [
    {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]}]}' >"$T/inet.json"
sed 's/"SCMP_ACT_ERRNO"/"SCMP_ACT_KILL_PROCESS"/; s/, "args".*/}]}/' "$T/inet.json" >"$T/any.json"
jq '.syscalls += [{"names": ["socket"], "action": "SCMP_ACT_LOG", "args": [{"index": 0, "value": 10, "op": "SCMP_CMP_EQ"}]}]' "$T/inet.json" >"$T/two.json"
check_status 1 'two actions for a multiplexed call: check' "$WHITTLE" check "$T/two.json"
grep -q 'error: socket: .* runc and crun refuse such a profile' "$T/out" && pass '... says why' || fail '... says why' "$(cat "$T/out")"
says '... explain' 1 'runc and crun refuse such a profile' "$WHITTLE" explain "$T/two.json" socket 10
jq '.syscalls += [{"names": ["execve"], "action": "SCMP_ACT_ALLOW"}]' "$T/two.json" >"$T/two-run.json"
says '... enforce' 125 'runc and crun refuse such a profile' "$WHITTLE" enforce "$T/two-run.json" -- true
says '... no merge makes one' 1 'cannot be put together: socket: ' "$WHITTLE" merge --intersect "$T/inet.json" "$T/any.json"

check 'names of arguments' "$WHITTLE" explain --arch x86_64 "$T/inet.json" socket AF_INET 'SOCK_STREAM|SOCK_CLOEXEC' 0
grep -q '^x86_64 socket (41) with 0x2 (AF_INET), 0x80001 (SOCK_STREAM|SOCK_CLOEXEC), 0: allow$' "$T/out" && pass '... are printed as well' || fail '... are printed as well' "$(cat "$T/out")"

# libseccomp takes the bits of valueTwo away that are not in the mask
printf '%s' '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["clone"], "action": "SCMP_ACT_ALLOW",
    "args": [{"index": 0, "value": 0, "valueTwo": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}]}]}' >"$T/exchanged.json"
says 'mask and value exchanged' 0 'libseccomp ignores them (are the two exchanged?)' "$WHITTLE" explain --arch x86_64 "$T/exchanged.json" clone 0x10000000
grep -q 'clone (56) with 0x10000000 (CLONE_NEWUSER): allow$' "$T/out" && grep -q 'by rule 1' "$T/out" && pass '... allows all' || fail '... allows all' "$(cat "$T/out")"
jq 'del(.syscalls[0].args)' "$T/exchanged.json" >"$T/all.json"
jq '.syscalls = []' "$T/exchanged.json" >"$T/none.json"
check '... is the same as no condition' "$WHITTLE" diff "$T/exchanged.json" "$T/all.json"
# of two rules without conditions the first decides: each command says what the filter does
jq '.syscalls += [.syscalls[0] | del(.args)] | .syscalls[0].action = "SCMP_ACT_KILL_PROCESS"' "$T/exchanged.json" >"$T/first.json"
check_words() { # NAME STATUS WORDS COMMAND...: on standard output
    local name=$1 status=$2 words=$3
    shift 3
    check_status "$status" "$name" "$@"
    grep -qF "$words" "$T/out" && pass "$name: it says '$words'" || fail "$name: it says '$words'" "$(cat "$T/out")"
}
check_words '... before a rule without: explain' 0 'clone (56): kill-process' "$WHITTLE" explain --arch x86_64 "$T/first.json" clone
check_words '... by which rule' 0 '  by rule 1' "$WHITTLE" explain --arch x86_64 "$T/first.json" clone
check_words '... show' 0 'rule 1: kill-process, 1 name: clone' "$WHITTLE" show "$T/first.json"
check_words '... check' 1 'rule 2 has no effect on clone: rule 1 decides all its calls [shadowed]' "$WHITTLE" check "$T/first.json"
check_words '... diff' 1 'clone: A kill-process, B allow' "$WHITTLE" diff "$T/first.json" "$T/all.json"
"$WHITTLE" merge "$T/first.json" "$T/first.json" 2>"$T/err" | jq -c '[.syscalls[] | [.names, .action, .args]]' >"$T/out"
echo '[[["clone"],"SCMP_ACT_KILL_PROCESS",null]]' | same '... merge' - "$T/out"
# with bits above 32 alone it is one where 32 bits are compared
sed 's/"value": 0/"value": 18446744069414584320/; s/"valueTwo": [0-9]*/"valueTwo": 0/' "$T/first.json" >"$T/upper-64.json"
sed 's/"SCMP_ARCH_X86_64"/&, "SCMP_ARCH_X86"/' "$T/upper-64.json" >"$T/upper.json"
says '... of upper bits alone' 1 'clone: a rule whose mask has none of the 32 bits that SCMP_ARCH_X86 compares decides there' "$WHITTLE" explain "$T/upper.json" clone
says '... of upper bits alone: convert' 0 'were left as they are: they cannot be rewritten for 32-bit architectures' "$WHITTLE" convert "$T/upper.json"
says '... of upper bits alone: merge' 1 'cannot be put together for 32-bit architectures' "$WHITTLE" merge "$T/upper.json" "$T/upper.json"
check_words '... of upper bits alone, on 64 bits' 0 'clone (56): allow' "$WHITTLE" explain --arch x86_64 "$T/upper-64.json" clone
# a number less 32 bits is a term a bit
sed 's/"value": 0, "valueTwo": 2114060288/"value": 4294967295, "valueTwo": 5/' "$T/exchanged.json" >"$T/five.json"
check_status 1 'all but one value differ' "$WHITTLE" diff "$T/five.json" "$T/all.json"
echo 'clone: A errno EPERM, B allow, unless arg0 & 0xffffffff == 0x5 (x86_64)' | same '... in few words' - "$T/out"
check_status 1 'one value differs' "$WHITTLE" diff "$T/five.json" "$T/none.json"
echo 'clone: A allow, B errno EPERM, where arg0 & 0xffffffff == 0x5 (x86_64)' | same '... in few words, too' - "$T/out"
sed 's/"value": 0, "valueTwo": 2114060288, "op": "SCMP_CMP_MASKED_EQ"/"op": "SCMP_CMP_EQ"/' "$T/exchanged.json" >"$T/zero.json"
says 'a condition without a value' 0 'a condition without "value" compares with 0' "$WHITTLE" explain --arch x86_64 "$T/zero.json" clone 0
grep -q ': allow$' "$T/out" && pass '... compares with 0' || fail '... compares with 0' "$(cat "$T/out")"

# --- explain ---

printf 'read\n' >"$T/list"
"$WHITTLE" convert --arch x86_64 "$T/list" -o "$T/amd64.json"
"$WHITTLE" explain --arch aarch64 "$T/amd64.json" read | grep -qx '  by rule 1' && pass 'a filter has the architecture of its machine' ||
    fail 'a filter has the architecture of its machine' "$("$WHITTLE" explain --arch aarch64 "$T/amd64.json" read)"

explains() { # WORDS ARG...
    local words=$1 got
    shift
    got=$("$WHITTLE" explain "${box[@]}" $G/container.json "$@" 2>&1) || true
    [[ $got == *"$words"* ]] && pass "explain $*: $words" || fail "explain $*: $words" "$got"
}
explains ': allow' socket 2
explains ': errno EPERM' socket AF_ALG
explains 'nor a name that socket has for it' socket AF_NOTHING
explains 'by rule 9, where arg0 == 1 (AF_UNIX) or arg0 == 2 (AF_INET)' socket 1
explains ': errno EPERM' socket 38
explains 'no rule matches' socket 38
explains ': errno ENOSYS' clone3
explains 'rule 5, allow, does not hold here: includes caps CAP_CHOWN CAP_SYS_ADMIN' mount
explains 'by the default action: no rule matches' mount
got=$("$WHITTLE" explain "${box[@]}" --json $G/container.json mount 2>"$T/err" | jq -c .absent)
[ "$got" = '[{"rule":5,"action":"SCMP_ACT_ALLOW","because":"includes caps CAP_CHOWN CAP_SYS_ADMIN"}]' ] && pass 'which rules do not hold, as JSON' ||
    fail 'which rules do not hold, as JSON' "$got"
got=$("$WHITTLE" explain "${box[@]}" --json --cap ALL $G/container.json clone3 2>"$T/err" | jq -r '.absent[].because')
[ "$got" = 'excludes caps CAP_SYS_ADMIN' ] && pass 'a rule that excludes does not hold' || fail 'a rule that excludes does not hold' "$got"
explains ': errno ENOSYS' 250
explains ': errno EPERM' clone 0x10000000
explains ': allow' clone 17
explains 'at most 6' read 1 2 3 4 5 6 7
explains "no call 'nonsense'" nonsense
explains 'not a number' read x

# --- what libseccomp would get wrong ---

cat >"$T/hazard.json" <<'E'
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
 {"names": ["getpid"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_LT"}, {"index": 1, "value": 1, "op": "SCMP_CMP_EQ"}]},
 {"names": ["getpid"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_GT"}]}]}
E
says 'a filter that is not what the rules say' 1 "'whittle convert' writes them so" "$WHITTLE" explain "$T/hazard.json" getpid 0 2
check 'is rewritten' "$WHITTLE" convert "$T/hazard.json" -o "$T/safe.json"
check 'and means the same' "$WHITTLE" diff "$T/hazard.json" "$T/safe.json"
[[ $("$WHITTLE" explain --arch x86_64 "$T/safe.json" getpid 0 2) == *': errno EPERM'* ]] && pass 'also as a filter' || fail 'also as a filter'

# the same shape, of which the filter is right: Podman's socket
for arches in '"SCMP_ARCH_X86_64"' '"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"' '"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"'; do
    cat >"$T/socket.json" <<E
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": [$arches], "syscalls": [
 {"names": ["read", "socketcall"], "action": "SCMP_ACT_ALLOW"},
 {"names": ["socket"], "action": "SCMP_ACT_ERRNO", "errnoRet": 22, "args": [{"index": 0, "value": 16, "op": "SCMP_CMP_EQ"}, {"index": 2, "value": 9, "op": "SCMP_CMP_EQ"}]},
 {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 2, "value": 9, "op": "SCMP_CMP_NE"}]},
 {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 16, "op": "SCMP_CMP_NE"}]}]}
E
    check "a filter that is what the rules say: $arches" "$WHITTLE" convert "$T/socket.json" -o "$T/kept.json"
    grep -q rewritten "$T/err" && fail '... stays' "$(cat "$T/err")" || pass '... stays'
    "$WHITTLE" check "$T/socket.json" >"$T/out" 2>&1 || :
    grep -q '\[filter\]' "$T/out" && fail '... and check finds nothing' "$(cat "$T/out")" || pass '... and check finds nothing'
done

# only for what libseccomp compiles
for format in minijail firecracker; do
    check "not rewritten for $format" "$WHITTLE" convert --format $format "$T/hazard.json"
    grep -q rewritten "$T/err" && fail "... and so it is: $format" "$(cat "$T/err")" || pass "... and so it is: $format"
done

# what another architecture has in another place, and what stands for a call with conditions
printf '%s' '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["clone"], "action": "SCMP_ACT_ALLOW",
    "args": [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]}]}' >"$T/clone.json"
says 'the flags of clone are elsewhere on s390x' 1 'clone: a rule compares argument 0, which on s390x is something else' "$WHITTLE" convert --arch s390x "$T/clone.json"
check '... and here on arm64' "$WHITTLE" convert --arch aarch64 "$T/clone.json"
check "... Docker's default knows it" "$WHITTLE" convert --arch s390x docker
says 'nothing stands for conditions' 0 'not added: what stands for clone: ' "$WHITTLE" convert --portable "$T/clone.json"

jq 'del(.architectures) | .archMap = [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []}]' "$T/hazard.json" >"$T/map.json"
says 'in the format docker, too' 0 'were rewritten' "$WHITTLE" convert --format docker "$T/map.json" -o "$T/safe.json"
got=$(jq -c .archMap "$T/safe.json")
[ "$got" = "$(jq -c .archMap "$T/map.json")" ] && pass '... with its map' || fail '... with its map' "$got"
[[ $("$WHITTLE" explain --arch x86_64 "$T/safe.json" getpid 0 2) == *': errno EPERM'* ]] && pass '... and as a filter' || fail '... and as a filter'
jq '.syscalls[0].includes = {caps: ["CAP_SYS_ADMIN"]}' "$T/map.json" >"$T/depends.json"
says '... unless they depend on the container' 0 'were left as they are' "$WHITTLE" convert --format docker "$T/depends.json" -o "$T/safe.json"
check '... for one of them they are rewritten' "$WHITTLE" convert --format docker --cap ALL "$T/depends.json" -o "$T/safe.json"
"$WHITTLE" explain docker clone3 --json --arch x86_64 | jq -c '[.rule] + [.absent[].rule] | sort' >"$T/got"
"$WHITTLE" convert --format docker docker | jq -c '[.syscalls | to_entries[] | select(.value.names | index("clone3")).key + 1]' >"$T/want"
same 'rules of docker are counted as it is written' "$T/want" "$T/got"

# --- what a file says stays in its line ---

printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["x\\n::error::y\\u001b[2J"], "action": "SCMP_ACT_ALLOW", "a\\nb:1:1: c": 1}]}' >"$T/hostile.json"
"$WHITTLE" check "$T/hostile.json" >"$T/got" 2>&1 || :
if grep -q 'x?::error::y?\[2J' "$T/got" && [ "$(grep -c "^$T/hostile.json:[0-9]*:[0-9]*: " "$T/got")" = "$(wc -l <"$T/got")" ]; then
    pass 'check: names with control characters'
else
    fail 'check: names with control characters' "$(cat -v "$T/got")"
fi
# ... whoever prints it: as a name, comment and listener, with what is ESC [ in one character, too
odd='a\u001b[31mX\nwhittle: fake line\u007f\u009b2J'
printf '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "listenerPath": "%s", "syscalls": [{"names": ["%s"], "comment": "%s", "action": "SCMP_ACT_ALLOW"}]}' "$odd" "$odd" "$odd" >"$T/hostile.json"
printf '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": []}' >"$T/nothing.json"
while read -r command; do
    # shellcheck disable=SC2086
    (cd "$T" && "$WHITTLE" $command) >"$T/got" 2>&1 || :
    if [ ! -s "$T/got" ]; then
        fail "what a file says stays in its line: $command" 'nothing is said'
    elif LC_ALL=C grep -qaP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|^whittle: (warning: )?fake' "$T/got"; then
        fail "what a file says stays in its line: $command" "$(cat -v "$T/got")"
    else
        pass "what a file says stays in its line: $command"
    fi
done <<'E'
show hostile.json
show --json hostile.json
show --against nothing.json hostile.json
check hostile.json
check --json hostile.json
explain hostile.json read
diff hostile.json nothing.json
diff --json hostile.json nothing.json
merge --origins hostile.json nothing.json
convert hostile.json
convert --format docker hostile.json
convert --format pfc --lossy hostile.json
convert --format list hostile.json
E
printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "comment": "bpf", "action": "SCMP_ACT_ALLOW"}, {"names": ["bpf"], "action": "SCMP_ACT_ALLOW"}]}' >"$T/line.json"
"$WHITTLE" check --json "$T/line.json" | jq -c '[.findings[] | select(.text | test("bpf")).column] | unique' >"$T/got"
grep -ob '"bpf"\]' "$T/line.json" | awk -F: '{ print "[" $1 + 2 "]" }' >"$T/want"
same 'check: a name has its place in a file of one line' "$T/want" "$T/got"

# --- lenient (tests/golden/bad-input.sh has what is refused) ---

H='{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": ['
printf '%s{"names": [""], "action": "SCMP_ACT_ALLOW"}, {"names": ["read"], "action": "SCMP_ACT_ALLOW", "errnoRet": 1}]}' "$H" >"$T/lenient.json"
check 'lenient' "$WHITTLE" convert --lenient "$T/lenient.json" -o "$T/written"
[ "$(grep -c warning "$T/err")" = 2 ] && pass 'lenient: a warning each' || fail 'lenient: a warning each'

# --- check ---

# placed DESC LINE...: reads a profile; each finding has a place, and some begin so behind the file's name
placed() {
    local desc=$1 line
    shift
    cat >"$T/placed"
    "$WHITTLE" check --arch x86_64 "$T/placed" >"$T/out" 2>"$T/err" || true
    [ -s "$T/out" ] && ! grep -vqE "^$T/placed:[0-9]+:[0-9]+: (note|warning|error): " "$T/out" && pass "placed: $desc: every finding" ||
        fail "placed: $desc: every finding" "$(cat "$T/out")"
    for line; do
        grep -qF -- "$T/placed:$line" "$T/out" && pass "placed: $desc: $line" || fail "placed: $desc: $line" "$(cat "$T/out")"
    done
    [ ! -s "$T/err" ] || fail "placed: $desc: nothing else is said" "$(cat "$T/err")"
}
placed JSON '2:13: warning: runtimes ignore the member "comment"' '4:3: error: a rule without names' '5:25: warning: no architecture' \
    '6:5: note: rule 3 ' <<'E'
{"defaultAction": "SCMP_ACT_ALLOW",
 "comment": "reading",
 "syscalls": [
  {"action": "SCMP_ACT_ERRNO"},
    {"names": ["read", "reads"], "action": "SCMP_ACT_ERRNO"},
    {"names": ["read_", "wread", "read"], "action": "SCMP_ACT_ALLOW"}]}
E
placed YAML '4:3: error: execve is not allowed' '5:8: warning: runtimes ignore' '6:19: error: an architecture without SCMP_ARCH_' '8:13: warning: bpf is allowed' \
    '8:18: error: an empty name' '10:15: error: an errno for' <<'E'
apiVersion: security-profiles-operator.x-k8s.io/v1beta1
kind: SeccompProfile
spec:
  defaultAction: SCMP_ACT_ERRNO
  foo: 1
  architectures: [X86]
  syscalls:
  - names: [bpf, ""]
    action: SCMP_ACT_ALLOW
    errnoRet: 3
E
placed 'a list' '1:1: error: execve is not' '2:7: warning: no architecture' '3:1: warning: io_uring_setup' <<'E'
read # and write
write writes
io_uring_setup
E
placed strace '2:12: warning: bpf is allowed' <<'E'
4711 read(3, "bpf_", 4) = 4
[pid 4712] bpf(0) = 0
E
placed systemd '3:1: warning: userfaultfd' '3:34: warning: whittle knows no group' '3:38: warning: mount is allowed' '4:1: warning: RestrictNamespaces=' <<'E'
[Service]
User=mount
SystemCallFilter=@system-service @no mount
RestrictNamespaces=yes
E
placed 'what cannot be read' '1:3: error: ' <<<'{ x}'
printf 'read bpf' | "$WHITTLE" check --json --arch x86_64 - >"$T/place.json" || true
check 'the place as JSON' jq -e '[.findings[] | select(.id == "risky")] | length == 1 and all(.line == 1 and .column == 6)' "$T/place.json"

# finds DESC ID STATUS CONSUMER JSON
finds() {
    printf '%s' "$5" >"$T/check.json"
    check_status "$3" "check: $1" "$WHITTLE" check --arch x86_64 --consumer "$4" "$T/check.json"
    if [ -n "$2" ]; then
        grep -qF "[$2]" "$T/out" || fail "check: $1: [$2]" "$(head -c 300 "$T/out")"
    fi
}
ALWAYS='{"names": ["execve", "exit", "exit_group", "rt_sigreturn", "restart_syscall"], "action": "SCMP_ACT_ALLOW"}, {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}'
A='"architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": ['"$ALWAYS"
P="{\"defaultAction\": \"SCMP_ACT_ERRNO\", $A"
finds 'a good one' '' 0 any "$P]}"
[ ! -s "$T/out" ] && pass 'check: a good one has no finding' || fail 'check: a good one has no finding' "$(cat "$T/out")"
finds 'unknown name' unknown-name 0 any "$P, {\"names\": [\"nonsense\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
finds 'no execve' missing-always 1 any '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []}'
finds 'execve, which a later rule kills' missing-always 1 any "$(cat "$T/never.json")"
V='{"names": ["execve", "exit_group"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}'
finds 'a rule that is none, before one that allows' default-rule 0 any "${P/"$ALWAYS"/"$V, $ALWAYS"}]}"
finds 'no 32-bit programs' no-compat 0 any "${P/, \"SCMP_ARCH_X86\"/}]}"
finds 'clone3' clone3 0 any "${P/38/1}]}"
# above all numbers that a profile names runc answers ENOSYS
LOW='{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": [{"names": ["execve", "exit", "exit_group", "rt_sigreturn", "restart_syscall"], "action": "SCMP_ACT_ALLOW"}'
HIGH='{"names": ["close_range"], "action": "SCMP_ACT_ERRNO"}'
for consumer in runc docker kubernetes; do
    finds "clone3, $consumer" '' 0 $consumer "$LOW]}"
    ! grep -qF '[clone3]' "$T/out" && pass "check: $consumer answers ENOSYS" || fail "check: $consumer answers ENOSYS" "$(cat "$T/out")"
    finds "clone3, $consumer, below a name" clone3 0 $consumer "$LOW, $HIGH]}"
    finds "clone3, $consumer, named" clone3 0 $consumer "$LOW, {\"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ERRNO\"}]}"
done
for consumer in any crun podman; do
    finds "clone3, $consumer" clone3 0 $consumer "$LOW]}"
done
finds 'later and for nothing' shadowed 1 any "$P, {\"names\": [\"exit\"], \"action\": \"SCMP_ACT_KILL\"}]}"
finds 'conditions and for nothing' shadowed 1 any "$P, {\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38, \"args\": [{\"index\": 0, \"value\": 38, \"op\": \"SCMP_CMP_EQ\"}]}, {\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
finds 'wide' wide 0 any "$P, {\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
finds 'risky' risky 0 any "$P, {\"names\": [\"bpf\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
finds 'io_uring' io-uring 0 any "$P, {\"names\": [\"io_uring_setup\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
if ! pkg-config --atleast-version=2.6.1 libseccomp; then
    finds 'newer than libseccomp' newer-name 0 any "$P, {\"names\": [\"listns\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
    grep -qF 'Linux 6.19' "$T/out" && pass 'check: since which kernel' || fail 'check: since which kernel' "$(cat "$T/out")"
else
    printf 'listns' | "$WHITTLE" check - >"$T/out" 2>&1 || true
    grep -q newer-name "$T/out" && fail 'check: libseccomp knows it' "$(cat "$T/out")" || pass 'check: libseccomp knows it'
fi
finds "beyond Docker's default" beyond-docker 0 any "$P, {\"names\": [\"mount\", \"read\", \"socket\", \"arm_fadvise64_64\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
grep -qF "it allows 2 calls that Docker's default refuses: mount socket (some arguments) " "$T/out" && pass 'check: which calls' || fail 'check: which calls' "$(cat "$T/out")"
finds 'no more than Docker' '' 0 docker "$P, {\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
! grep -q beyond-docker "$T/out" && pass 'check: nothing beyond' || fail 'check: nothing beyond'
finds 'what libseccomp gets wrong' filter 1 any "$(cat "$T/hazard.json")"
finds 'includes, of runc' includes 0 runc "$P, {\"names\": [\"bpf\"], \"action\": \"SCMP_ACT_ALLOW\", \"includes\": {\"caps\": [\"CAP_BPF\"]}}]}"
finds 'minKernel, of podman' min-kernel 0 podman "$P, {\"names\": [\"bpf\"], \"action\": \"SCMP_ACT_ALLOW\", \"includes\": {\"minKernel\": \"4.8\"}}]}"
# many names, with something to find in one rule: minutes, once
jq -n '{defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_X86_64"], syscalls: ([range(2000) as $rule | {names: [range(50) | "n\($rule)_\(.)"], action: "SCMP_ACT_ALLOW"}]
    + [{names: ["mount", "n7_7"], action: "SCMP_ACT_LOG"}])}' -c >"$T/many.json"
within 30 "$WHITTLE" check "$T/many.json" >"$T/out" 2>"$T/err" && status=0 || status=$?
[ $status = 1 ] && grep -qF 'rule 2001 has no effect on n7_7: rule 8 decides' "$T/out" && grep -qF "it allows 1 call that Docker's default refuses: mount " "$T/out" &&
    pass 'check: many names' || fail 'check: many names' "status $status: $(head -c 300 "$T/err")"
"$WHITTLE" convert --format list --lossy "$T/many.json" 2>"$T/err" | md5sum >"$T/got"
jq -r '.syscalls[:-1][].names[]' "$T/many.json" | LC_ALL=C sort | md5sum >"$T/want"
same 'a list of many names' "$T/want" "$T/got"

# one by one they would be looked for in all rules
jq -nc '{defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], syscalls: [range(9000) | {names: ["socket", "connect", "bind", "listen", "accept"], action: "SCMP_ACT_ALLOW"}]}' >"$T/same.json"
check 'another default of many rules' within 6 "$WHITTLE" convert --default-action kill-process "$T/same.json"
jq -e '.defaultAction == "SCMP_ACT_KILL_PROCESS" and (.syscalls | length) == 9000' "$T/out" >"$T/said" && pass '... which stay' || fail '... which stay' "$(head -c 300 "$T/out")"
jq -nc '{defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_X86_64"], syscalls: [range(6000) as $i | {names: ["read", "n\($i)_\(range(20))"], action: "SCMP_ACT_ERRNO", errnoRet: 5}]}' >"$T/names.json"
check 'a unit of many names' within 6 "$WHITTLE" convert --lossy --format systemd "$T/names.json"

# few rules that come to many regions: seconds, once
while read -r action rest; do
    read -ra c <<<"$rest"
    jq -nc --arg action "$action" '{names: ["ioctl"], action: "SCMP_ACT_\($action)", args: [range(4) as $i | {index: $i, op: "SCMP_CMP_\($ARGS.positional[2 * $i])", value: ($ARGS.positional[2 * $i + 1] | tonumber)}]}' --args "${c[@]}"
done <<'E' | jq -sc '{defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_X86_64"], syscalls: .}' >"$T/regions.json"
LOG LT 3503074255122127410 LT 8776282599422980546 LT 3434298343398869075 LT 2615658569448273025
ALLOW LT 2905253213385723192 LT 1098524073332020107 LT 4463060877950266255 LT 8558080291786333376
ALLOW LT 4310001221363913056 LT 84740076263776809 GT 7503743213781757724 LT 1534833204221468122
LOG LT 4236588067953812162 LT 1295394847072309850 LT 7386072787156277550 LT 7129916304139001011
ALLOW LT 3938410926543451778 LT 965181487211582687 LT 7743784594255485643 LT 3661496718176023809
E
for command in show merge check 'convert --format minijail' 'convert --format firecracker'; do
    # shellcheck disable=SC2086
    within 5 "$WHITTLE" $command "$T/regions.json" >"$T/out" 2>&1 && status=0 || status=$?
    [ $status = 1 ] && grep -qF 'the rules for ioctl are too many to put together' "$T/out" && pass "regions beyond measure: $command" ||
        fail "regions beyond measure: $command" "status $status: $(tail -n 3 "$T/out")"
done

# more than 32 bits, where 32 are compared: explain runs the filter
ioctl() { # OP VALUE [VALUETWO]
    echo "{\"names\": [\"ioctl\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 1, \"op\": \"SCMP_CMP_$1\", \"value\": $2, \"valueTwo\": ${3:-0}}]}"
}
while read -r id status condition; do
    # shellcheck disable=SC2086
    finds "high bits: $condition" "${id#-}" "$status" any "$P, $(ioctl $condition)]}"
    [ $id != - ] || { ! grep -qF '[high-bits]' "$T/out" && pass "check: nothing: $condition" || fail "check: nothing: $condition" "$(cat "$T/out")"; }
done <<'E'
high-bits 1 GE 4294967296
high-bits 1 GT 4294967297
high-bits 1 EQ 4294967297
high-bits 1 MASKED_EQ 4294967296 4294967296
high-bits 0 LT 4294967296
high-bits 0 NE 4294967297
high-bits 0 EQ 18446744073709551615
- 0 MASKED_EQ 18446744069414584320 0
- 0 GE 4294967295
E
finds 'high bits: of a refusal' high-bits 1 any "{\"defaultAction\": \"SCMP_ACT_LOG\", ${P#*, }, {\"names\": [\"ioctl\"], \"action\": \"SCMP_ACT_ERRNO\", \"args\": [{\"index\": 1, \"op\": \"SCMP_CMP_LE\", \"value\": 4294967296}]}]}"
finds 'high bits' high-bits 1 any "$P, $(ioctl GE 4294967296)]}"
grep -qF 'rule 3 compares argument 1 of ioctl with more than 32 bits, but on x86 only the lower 32 are compared' "$T/out" && pass 'check: high bits: which, and where' || fail 'check: high bits: which, and where' "$(cat "$T/out")"
for arch in 'x86: allow' 'x86_64: errno EPERM'; do
    "$WHITTLE" explain --arch "${arch%:*}" "$T/check.json" ioctl 0 1 >"$T/out"
    grep -q "^${arch%:*} ioctl .*: ${arch#*: }$" "$T/out" && pass "... and so it is: $arch" || fail "... and so it is: $arch" "$(cat "$T/out")"
done
finds 'high bits, of 64-bit architectures' '' 0 any "${P/, \"SCMP_ARCH_X86\"/}, $(ioctl GE 4294967296)]}"
! grep -qF '[high-bits]' "$T/out" && pass 'check: high bits, where they count' || fail 'check: high bits, where they count' "$(cat "$T/out")"

# what goes around the conditions of a call
SOCKET='{"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}'
finds 'socketcall goes around socket' multiplexed 0 any "$P, $SOCKET, {\"names\": [\"socketcall\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
grep -qF 'the conditions of socket hold nothing back on x86: socketcall' "$T/out" && pass 'check: which goes around what' || fail 'check: which goes around what' "$(cat "$T/out")"
"$WHITTLE" explain --arch x86 "$T/check.json" socketcall 1 >"$T/out"
grep -q ': allow$' "$T/out" && pass '... and so it does' || fail '... and so it does' "$(cat "$T/out")"
finds 'socketcall, by default' '' 0 any "{\"defaultAction\": \"SCMP_ACT_ALLOW\", ${P#*, }, ${SOCKET/ALLOW/ERRNO}]}"
! grep -qF '[multiplexed]' "$T/out" && pass 'check: goes nowhere by default' || fail 'check: goes nowhere by default' "$(cat "$T/out")"
"$WHITTLE" explain --arch x86 "$T/check.json" socketcall 1 >"$T/out"
grep -q ': errno EPERM$' "$T/out" && pass '... and so it is' || fail '... and so it is' "$(cat "$T/out")"
finds 'socketcall where there is none' '' 0 any "${P/, \"SCMP_ARCH_X86\"/}, $SOCKET, {\"names\": [\"socketcall\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
! grep -qF '[multiplexed]' "$T/out" && pass 'check: there is no socketcall' || fail 'check: there is no socketcall' "$(cat "$T/out")"

# NOTIFY, with somebody who listens
N='"listenerPath": "/run/x", "syscalls": ['
while read -r id status consumer json; do
    finds "NOTIFY: $id, $consumer" "$id" "$status" "$consumer" "$json"
done <<E
notify-default 1 runc {"defaultAction": "SCMP_ACT_NOTIFY", $N]}
notify-default 1 docker {"defaultAction": "SCMP_ACT_NOTIFY", $N]}
notify-default 1 kubernetes {"defaultAction": "SCMP_ACT_NOTIFY", $N]}
notify-write 1 runc {"defaultAction": "SCMP_ACT_ALLOW", $N{"names": ["read", "write"], "action": "SCMP_ACT_NOTIFY"}]}
E
finds 'NOTIFY: write, of crun' '' 0 crun "{\"defaultAction\": \"SCMP_ACT_ALLOW\", $N{\"names\": [\"write\"], \"action\": \"SCMP_ACT_NOTIFY\"}]}"

# keys that are known ones but for their case: to Go's encoding/json, with which runc and the engines read, they are the same
for key in Syscalls SYSCALLS '\u017fyscalls'; do
    finds "$key" case 1 any "$P], \"$key\": [{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
    says "$key: refused" 1 'as "syscalls", crun ignores it' "$WHITTLE" convert "$T/check.json"
    says "$key: lenient" 0 'as "syscalls", crun ignores it' "$WHITTLE" convert --lenient "$T/check.json" -o "$T/written"
done
finds 'Syscalls, of crun' ignored 0 crun "$P], \"Syscalls\": []}"
while read -r key what; do
    finds "$key in $what" case 1 any "${P/\"SCMP_ACT_ALLOW\"/\"SCMP_ACT_ALLOW\", $what}]}"
done <<'E'
Names "Names": ["mkdir"]
ERRNORET "ERRNORET": 1
Op "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ", "Op": "SCMP_CMP_GE"}]
Caps "includes": {"Caps": ["CAP_BPF"]}
minkernel "excludes": {"caps": [], "minkernel": "4.8"}
E
finds 'subarchitectures in archMap' case 1 docker "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"archMap\": [{\"architecture\": \"SCMP_ARCH_X86_64\", \"subarchitectures\": [\"SCMP_ARCH_X86\"]}], \"syscalls\": [$ALWAYS]}"
printf '{"ociVersion": "1.2.0", "linux": {"seccomp": %s]}, "Seccomp": {}}}' "$P" >"$T/config.json"
says 'Seccomp in config.json' 1 'runc reads the member "Seccomp" as "seccomp"' "$WHITTLE" convert "$T/config.json"
# Kubernetes reads keys to the letter
printf '{"kind": "SeccompProfile", "spec": %s], "Syscalls": []}}' "$P" >"$T/check.json"
check_status 0 'Syscalls in a SeccompProfile' "$WHITTLE" check "$T/check.json"
grep -qF '[ignored]' "$T/out" && pass 'check: which is ignored' || fail 'check: which is ignored' "$(cat "$T/out")"
finds 'name and names, of docker' name-and-names 1 docker "$P, {\"name\": \"bpf\", \"names\": [\"bpf\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
finds 'no JSON' unreadable 1 any '{"defaultAction"'
check 'check prints JSON' bash -c '"$0" check --json "$1" | jq -e ".findings | length > 0"' "$WHITTLE" $G/container.json

# --- what is printed and cannot be: told once ---
for command in help --version "help record" "show docker" "explain docker read" "explain --json docker read" "check docker" "convert docker"; do
    status=0
    # shellcheck disable=SC2086
    "$WHITTLE" $command 2>"$T/said" >/dev/full || status=$?
    [ $status != 0 ] && [ "$(grep -c 'standard output: No space left' "$T/said")" = 1 ] && pass "a full standard output: $command" ||
        fail "a full standard output: $command" "status $status: $(cat "$T/said")"
done

# What a command had to tell is 2; the result that it was to write, 1.
printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []}' >"$T/empty.json"
for row in 2:'check docker' 2:'check --json docker' 2:"check --json $T/empty.json" 2:'show docker' 2:'show --json docker' 2:"show --json --against docker $T/empty.json" \
    2:"show --json $T/r1" 2:"show --json $T/r1 $T/r1" 2:'diff --json docker docker' 2:'explain --json docker read' 1:'convert docker' 1:'merge docker docker'; do
    check_status "${row%%:*}" "a full standard output: status of ${row#*:}" bash -c "\"\$0\" ${row#*:} >/dev/full" "$WHITTLE"
done

# --- no architectures are the machine's own ---
echo '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}]}' >"$T/none.json"
jq --arg arch "SCMP_ARCH_$(uname -m | tr a-z A-Z)" '.architectures = [$arch]' "$T/none.json" >"$T/native.json"
check "they are the same" "$WHITTLE" diff "$T/none.json" "$T/native.json"
check "... either way" "$WHITTLE" diff "$T/native.json" "$T/none.json"
"$WHITTLE" merge --intersect "$T/none.json" "$T/native.json" -o "$T/both.json" 2>"$T/said" && [ ! -s "$T/said" ] && pass "and have one in common" || fail "and have one in common" "$(cat "$T/said")"
jq '.architectures = ["SCMP_ARCH_AARCH64"]' "$T/none.json" >"$T/arm.json"
check "... of the machine that --arch names" "$WHITTLE" diff --arch aarch64 "$T/none.json" "$T/arm.json"
"$WHITTLE" merge --arch aarch64 "$T/none.json" "$T/arm.json" 2>"$T/said" | jq -e '.architectures == ["SCMP_ARCH_AARCH64"]' >/dev/null && pass "... which merge lists alone" || fail "... which merge lists alone" "$(cat "$T/said")"
check_status 0 "of two that list none one is made" "$WHITTLE" merge "$T/none.json" "$T/none.json" -o "$T/twice.json"
check "... that lists none" jq -e '.architectures // [] | length == 0' "$T/twice.json"
check "... which is that" "$WHITTLE" diff "$T/both.json" "$T/native.json"

# --- conditions that are too many to compare ---

echo '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "op": "SCMP_CMP_MASKED_EQ", "value": 4294967295, "valueTwo": 2}]}]}' >"$T/low.json"
check 'a list that is too long is not needed: show' "$WHITTLE" show "$T/low.json" --against docker
grep -q 'conditions tightened: 1: socket$' "$T/out" && grep -q 'conditions loosened: 0$' "$T/out" && pass '... knows the direction' || fail '... knows the direction' "$(cat "$T/out")"
check '... so does diff --subset' "$WHITTLE" diff --subset "$T/low.json" docker
check_status 1 '... the other way round, too' "$WHITTLE" diff --subset --json docker "$T/low.json"
jq -e '.subset == false and .unclear == [] and (.differences[] | select(.name == "socket") | .where == "arg0 < 38 or arg0 == 39 or arg0 > 40" and .unless == "arg0 & 0xffffffff == 0x2")' "$T/out" >"$T/jq" && pass '... and JSON says for what' ||
    fail '... and JSON says for what' "$(cat "$T/out")"
check_status 1 '... diff' "$WHITTLE" diff "$T/low.json" docker
grep -qxF 'socket: A errno EPERM, B allow, where arg0 < 38 (AF_ALG) or arg0 == 39 (AF_NFC) or arg0 > 40 (AF_VSOCK), unless arg0 & 0xffffffff == 0x2 (AF_INET) (x86_64)' "$T/out" && pass '... says it by the two' || fail '... says it by the two' "$(grep ^socket: "$T/out")"
"$WHITTLE" merge --intersect docker "$T/low.json" 2>"$T/err" | jq -S .syscalls >"$T/both.json"
jq -S .syscalls "$T/low.json" | jq -S 'map(if .args then (.args[] |= {index, op, value, valueTwo}) else . end)' | same 'what the other allows whole is not cut' - "$T/both.json"

# as many rules as there may be, on both sides, and other defaults
many() { # ERRNO ACTION FIRST
    jq -n --argjson errno "$1" --arg action "SCMP_ACT_$2" --argjson first "$3" '{defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: $errno, architectures: ["SCMP_ARCH_X86_64"],
        syscalls: [range(200) | {names: ["ioctl"], action: $action, args: [{index: 1, op: "SCMP_CMP_EQ", value: (2 * . + $first)}]}]}'
}
many 1 ALLOW 0 >"$T/even.json"
many 38 LOG 1 >"$T/odd.json"
check 'too many to compare: show' "$WHITTLE" show "$T/even.json" --against "$T/odd.json"
grep -q 'conditions too many to compare: 1: ioctl' "$T/out" && pass '... names the call' || fail '... names the call' "$(cat "$T/out")"
check_status 1 '... diff' "$WHITTLE" diff "$T/even.json" "$T/odd.json"
grep -q '^every other call: ' "$T/out" && grep -q 'stays open.*: ioctl$' "$T/err" && pass '... tells the others' || fail '... tells the others' "$(cat "$T/err")"
check_status 2 '... diff --subset stays open' "$WHITTLE" diff --subset "$T/even.json" "$T/odd.json"
"$WHITTLE" diff --subset --json "$T/even.json" "$T/odd.json" >"$T/out" 2>"$T/err" || :
[ "$(jq -c '[.equal, .subset, .unclear]' "$T/out")" = '[false,null,["ioctl"]]' ] && pass '... in JSON, too' || fail '... in JSON, too' "$(cat "$T/out")"
jq '.syscalls = []' "$T/regions.json" >"$T/none.json"
check_status 2 '... where nothing else differs it stays open' "$WHITTLE" diff "$T/regions.json" "$T/none.json"
jq '.architectures += ["SCMP_ARCH_AARCH64"]' "$T/regions.json" >"$T/more.json"
check_status 1 '... but not if an architecture does' "$WHITTLE" diff "$T/regions.json" "$T/more.json"
check_status 1 '... and -q says nothing' "$WHITTLE" diff -q "$T/regions.json" "$T/more.json"
[ ! -s "$T/out" ] && [ ! -s "$T/err" ] && pass '... at all' || fail '... at all' "$(cat "$T/out" "$T/err")"

# --- the machine that a profile is shown for ---

jq '.architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]' "$T/low.json" >"$T/x86.json"
jq '.architectures = ["SCMP_ARCH_AARCH64"]' "$T/low.json" >"$T/arm.json"
jq '.architectures = ["SCMP_ARCH_S390X"]' "$T/low.json" >"$T/s390x.json"
for more in '' '--json' '--against docker'; do
    # shellcheck disable=SC2086
    says "none that it does not list: $more" 1 'x86.json does not list aarch64: --arch names' "$WHITTLE" show --arch arm64 $more "$T/x86.json"
done
check 'but any that it lists' "$WHITTLE" show --arch x86 "$T/x86.json"
check "its own, as the default's" "$WHITTLE" show --against docker "$T/arm.json"
grep -q '^aarch64: allows 2, the other 2[0-9][0-9]: 2' "$T/out" && grep -qx '  added beyond it: 0' "$T/out" && pass '... with which it is compared' || fail '... with which it is compared' "$(cat "$T/out")"
check 'what the other does not list' "$WHITTLE" show --against "$T/s390x.json" "$T/x86.json"
grep -qx 'x86: allows 2, the other does not list it' "$T/out" && ! grep -q added "$T/out" && pass '... is not compared' || fail '... is not compared' "$(cat "$T/out")"

jq '.syscalls += [{names: ["mount", "umount2"], action: "SCMP_ACT_ALLOW"}] | .syscalls[0].names = ["write"]' "$T/low.json" >"$T/two.json"
check 'some are removed, and more added' "$WHITTLE" show --against "$T/low.json" "$T/two.json"
grep -qx 'x86_64: allows 4, the other 2: 1 removed (50.0 %), 3 added' "$T/out" && pass '... which is not less' || fail '... which is not less' "$(cat "$T/out")"

# --- calls that another architecture does not have ---

jq '.syscalls[0].names = ["access", "arch_prctl", "no_such_call", "read"]' "$T/low.json" >"$T/amd64.json"
absent() { # WORDS ARG...: standard error is that
    local words=$1
    shift
    "$WHITTLE" convert "$@" "$T/amd64.json" -o "$T/out" 2>"$T/err" && [ "$(grep -v 'added: ' "$T/err")" = "${words:+whittle: $words: access arch_prctl}" ] && pass "told: $*" || fail "told: $*" "$(cat "$T/err")"
}
absent 'kept, though aarch64 has no such calls (--portable adds what stands for them)' --arch aarch64
absent 'kept, though aarch64 has no such calls (--portable adds what stands for them)' --arch aarch64,x86_64 --format kubernetes
absent 'kept, though aarch64 has no such calls' --arch aarch64 --portable
absent '' --arch x86_64
"$WHITTLE" convert --lossy --arch aarch64 --format minijail "$T/amd64.json" -o "$T/out" 2>"$T/err" && ! grep -q 'kept' "$T/err" && grep -q 'left out, because aarch64 has no such calls: access arch_prctl no_such_call$' "$T/err" && pass '... once' || fail '... once' "$(cat "$T/err")"

# --- what a format cannot say is not left out where more would be allowed then ---

echo '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_TRACE", "errnoRet": 3},
    {"names": ["ptrace"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5, "args": [{"index": 0, "op": "SCMP_CMP_EQ", "value": 16}]}]}' >"$T/open.json"
for format in minijail systemd firejail list firecracker; do
    "$WHITTLE" convert --lossy --format $format "$T/open.json" -o "$T/lossy" 2>"$T/err" && fail "nothing is opened by --lossy: $format" "$(cat "$T/lossy")" ||
        { grep -qi 'allow' "$T/err" && pass "nothing is opened by --lossy: $format" || fail "nothing is opened by --lossy: $format" "$(cat "$T/err")"; }
done

# --- check names all that a profile is refused for ---

cat >"$T/broken.json" <<'E'
{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": "x",
 "architectures": {}, "listenerPath": 1,
 "syscalls": [
  {"names": "read", "action": "SCMP_ACT_ALLOW"},
  {"names": ["write", 3, []], "action": "SCMP_ACT_ALOW",
   "args": [{"index": 9, "op": "SCMP_CMP_EQ"}, {"index": 0, "op": "SCMP_CMP_EQUAL"}], "comment": 2},
  {"names": ["close"], "action": "SCMP_ACT_ALLOW"},
  7]}
E
check_status 1 'all that is wrong: check' "$WHITTLE" check --consumer runc "$T/broken.json"
grep -F '[unreadable]' "$T/out" | sed "s|^$T/broken.json:||; s|: error: |: |; s| .unreadable.\$||" >"$T/said"
cat >"$T/want" <<'E'
1:56: "defaultErrnoRet" is not a number from 0 to 4095
2:19: "architectures" is not an array
2:39: "listenerPath" is not a string
4:13: rule 1: "names" is not an array of syscall names
5:41: rule 2: "action": there is no action 'SCMP_ACT_ALOW'
5:23: rule 2: "names" holds something that is no name
5:26: rule 2: "names" holds something that is no name
6:23: rule 2: "index" is not a number from 0 to 5
6:67: rule 2: there is no comparison 'SCMP_CMP_EQUAL'
6:98: rule 2: "comment" is not a string
8:3: rule 4: it is not an object
E
same '... each with its place' "$T/want" "$T/said"
"$WHITTLE" convert "$T/broken.json" 2>"$T/said" || :
grep -qx "whittle: error: $T/broken.json:1:56: \"defaultErrnoRet\" is not a number from 0 to 4095" "$T/said" && [ "$(wc -l <"$T/said")" = 1 ] && pass '... of which others tell the first' ||
    fail '... of which others tell the first' "$(cat "$T/said")"
jq -n '{defaultAction: "SCMP_ACT_ERRNO", syscalls: [range(9000)]}' >"$T/many.json"
check_status 1 'not without end' "$WHITTLE" check "$T/many.json"
n=$(grep -c 'it is not an object' "$T/out") && [ "$n" -gt 50 ] && [ "$n" -lt 1000 ] && grep -q 'note: what comes behind so many errors was not looked at' "$T/out" && pass '... which is told' ||
    fail '... which is told' "$n: $(tail -n 1 "$T/out")"

# --- a key in another case is there to runc ---

for text in '{"DefaultAction": "SCMP_ACT_ERRNO"}' '{"Syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}]}'; do
    echo "$text" >"$T/case.json"
    "$WHITTLE" check --consumer docker "$T/case.json" >"$T/out" 2>&1 || :
    grep -qF '[case]' "$T/out" && ! grep -qF '[disabled]' "$T/out" && pass "no filter is not what it is: $text" || fail "no filter is not what it is: $text" "$(cat "$T/out")"
done

# --- what the runtime itself needs ---

runc='capget capset prctl setgid setgroups setuid fstat chdir getcwd newfstatat getppid read close execve fstatfs getdents64 openat write'
needs() { # DESC WHO PHRASE NAME...
    printf '%s\n' "${@:4}" | jq -R . | jq -s '{defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_X86_64"],
        syscalls: [{names: (. + ["exit_group", "exit", "rt_sigreturn", "restart_syscall"]), action: "SCMP_ACT_ALLOW"}]}' >"$T/needs.json"
    "$WHITTLE" check -q --consumer "$2" "$T/needs.json" >"$T/out" 2>&1 || :
    if [ -z "$3" ]; then
        grep -q '\[runtime\]' "$T/out" && fail "$1" "$(cat "$T/out")" || pass "$1"
    else
        grep -q "$3.*\[runtime\]" "$T/out" && pass "$1" || fail "$1" "$(cat "$T/out")"
    fi
}
# shellcheck disable=SC2086
{
    needs 'all that runc needs' runc '' $runc
    needs '... is not what crun needs' crun 'crun starts a container under it only with no_new_privs, for it lacks .*setresgid' $runc
    needs 'what runc needs with no_new_privs' docker 'runc starts a container under it only with no_new_privs, for it lacks capget' \
        close execve fstatfs getdents64 openat write
    needs 'nothing that runc needs' kubernetes 'runc starts no container under it, for it lacks .*fstatfs' execve close
    needs '... of a profile that need not be for containers nothing is said' any '' execve close
}

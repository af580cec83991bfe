#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Profiles for machines that are not this one: read, written, explained and checked, and what no filter can be.
set -eu
. tests/lib.sh

S=tests/golden/formats/s390x.json

# says DESC STATUS WORDS COMMAND...: fails with that status, and what it prints has these words
says() {
    local desc=$1 status=$2 words=$3
    shift 3
    check_status "$status" "$desc" "$@"
    cat "$T/out" "$T/err" | grep -qF -- "$words" || fail "$desc: it says '$words'" "$(cat "$T/out" "$T/err" | head -c 300)"
}

# profile NAME...: a profile that lists these and allows what every program needs, as p.json
profile() {
    local names
    names=$(printf ', "SCMP_ARCH_%s"' "$@")
    cat >"$T/p.json" <<P
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": [${names#, }], "syscalls": [
  {"names": ["execve", "exit", "exit_group", "read", "restart_syscall", "rt_sigreturn"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["clone3", "openat2"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}
P
}

# --- one machine, all commands ---

"$WHITTLE" convert $S >"$T/oci.json"
same 'oci is written as it was read' $S "$T/oci.json"
for format in docker systemd oci; do
    check "$format is written" "$WHITTLE" convert --format $format -o "$T/p.$format" $S
    check "$format is read again as the same" "$WHITTLE" diff --arch s390x $S "$T/p.$format"
done
grep -qx 'SystemCallArchitectures=s390x s390' "$T/p.systemd" && pass 'as systemd spells it' || fail 'as systemd spells it' "$(grep Arch "$T/p.systemd")"
check 'kubernetes is written' "$WHITTLE" convert --lossy --format kubernetes -o "$T/p.yaml" $S
grep -qx '  - SCMP_ARCH_S390X' "$T/p.yaml" && pass 'as Kubernetes spells it' || fail 'as Kubernetes spells it'
check 'check' "$WHITTLE" check $S
grep -q 'unknown-name\|filter' "$T/out" "$T/err" && fail 'nothing is unknown' "$(cat "$T/out" "$T/err")" || pass 'nothing is unknown'
says 'a call of its own' 0 's390x s390_runtime_instr (342): allow' "$WHITTLE" explain --arch s390x $S s390_runtime_instr
says 'by number' 0 '(342): allow' "$WHITTLE" explain --arch s390x $S 342
says 'through a multiplexer' 0 'socketcall (102) with 0x1: allow' "$WHITTLE" explain --arch s390x $S socketcall 1
says 'another through it' 0 'socketcall (102) with 0x2: errno EPERM' "$WHITTLE" explain --arch s390 $S socketcall 2
says 'not this machine' 1 'have different byte orders' "$WHITTLE" explain --arch x86_64 $S read
says 'counts' 0 's390: allows 8 of ' "$WHITTLE" show $S
profile S390X RISCV64
says 'both byte orders' 1 'SCMP_ARCH_S390X and SCMP_ARCH_RISCV64 have different byte orders' "$WHITTLE" explain --arch riscv64 "$T/p.json" read
says 'both byte orders: check' 1 'byte orders' "$WHITTLE" check "$T/p.json"
check_status 1 'beside another machine' "$WHITTLE" diff $S "$T/p.json"
grep -qx 'architecture riscv64: only in B' "$T/out" && pass 'the other one is named' || fail 'the other one is named' "$(cat "$T/out")"
check 'merge' "$WHITTLE" merge --arch s390x $S docker
profile NO_SUCH
says 'no architecture' 1 "does not know the architecture 'SCMP_ARCH_NO_SUCH'" "$WHITTLE" show "$T/p.json"
says 'no such machine' 2 "architecture 'vax' is none of x86_64, x86," "$WHITTLE" show --arch vax $S

# --- all of them ---

while read -r token name number; do
    profile "$name"
    if "$WHITTLE" explain --arch "$token" "$T/p.json" read 2>&1 | grep -q 'does not know'; then
        skip "$token" "not here: libseccomp does not know $token"
        continue
    fi
    says "$token: allowed" 0 "$token read ($number): allow" "$WHITTLE" explain --arch "$token" "$T/p.json" read
    says "$token: refused" 0 'errno ENOSYS' "$WHITTLE" explain --arch "$token" "$T/p.json" openat2 # sh has no clone3
    check "$token: check" "$WHITTLE" check "$T/p.json"
    check "$token: compiled" "$WHITTLE" convert --format bpf -o "$T/filter" "$T/p.json"
done <<'A'
x86_64 X86_64 0
x86 X86 3
x32 X32 0
aarch64 AARCH64 63
arm ARM 3
loongarch64 LOONGARCH64 63
m68k M68K 3
mips64 MIPS64 0
mips MIPS 3
mips64n32 MIPS64N32 0
mipsel64 MIPSEL64 0
mipsel MIPSEL 3
mipsel64n32 MIPSEL64N32 0
parisc64 PARISC64 3
parisc PARISC 3
ppc64 PPC64 3
ppc PPC 3
ppc64le PPC64LE 3
riscv64 RISCV64 63
s390x S390X 3
s390 S390 3
sh SH 3
sheb SHEB 3
A
says 'MIPS by its own number' 0 'mips read (3): allow' "$WHITTLE" explain --arch mips docker 4003
profile M68K
says 'systemd has no m68k' 1 'systemd has no architecture m68k' "$WHITTLE" convert --format systemd "$T/p.json"
profile X86_64 SHEB
says 'Kubernetes has no sheb' 1 'no architecture sheb' "$WHITTLE" convert --format kubernetes "$T/p.json"

# --- Docker's archMap, and its own default ---

cat >"$T/docker.json" <<'P'
{"defaultAction": "SCMP_ACT_ERRNO", "archMap": [
   {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
   {"architecture": "SCMP_ARCH_MIPSEL64", "subArchitectures": ["SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64N32"]},
   {"architecture": "SCMP_ARCH_S390X", "subArchitectures": ["SCMP_ARCH_S390"]}],
 "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"},
   {"names": ["s390_sthyi"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["s390", "s390x"]}},
   {"names": ["sync"], "action": "SCMP_ACT_ALLOW", "excludes": {"arches": ["mipsel64"]}}]}
P
while read -r machine arches names; do
    "$WHITTLE" show --json --arch "$machine" "$T/docker.json" | jq -r '"\([.architectures[].arch] | join(",")) \([.rules[].names[]] | join(","))"' >"$T/got"
    echo "$arches $names" >"$T/want"
    same "archMap and arches on $machine" "$T/want" "$T/got"
done <<'A'
x86_64 x86_64,x86,x32 read,sync
mipsel64 mipsel64,mipsel,mipsel64n32 read
s390x s390x,s390 read,s390_sthyi,sync
A
for machine in x86_64 aarch64 mips64 mipsel64 riscv64 s390x; do
    if [ -e "${DOCKER_DEFAULT-}" ]; then
        check "docker on $machine is what moby says" "$WHITTLE" diff --kernel 6.1 --arch $machine "$DOCKER_DEFAULT" docker
    else
        skip "docker on $machine is what moby says" 'not here: DOCKER_DEFAULT names no default.json'
    fi
done
says 'clone on s390x' 0 'errno EPERM' "$WHITTLE" explain --arch s390x docker clone 0 0x10000000
says 'clone elsewhere' 0 'errno EPERM' "$WHITTLE" explain --arch mips64 docker clone 0x10000000 0

# --- logs ---

printf '[    1.0] audit: type=1326 audit(1.2:3): auid=0 uid=0 gid=0 ses=1 pid=9 comm="a" exe="/a" sig=0 arch=%s syscall=%s compat=0 ip=0x1 code=0x50000\n' \
    8 4003 80000016 342 c0000008 5435 c0009026 4 >"$T/log"
"$WHITTLE" audit --json --log "$T/log" 2>/dev/null | jq -r '.denials[] | "\(.arch) \(.name)"' >"$T/got" || true
printf '%s\n' 'unknown null' 'mips read' 'mipsel64 clone3' 's390x s390_runtime_instr' | sort >"$T/want"
sort -o "$T/got" "$T/got"
same 'denials of a log' "$T/want" "$T/got"
cp $S "$T/s390x.json"
says 'an update for a machine' 1 'is for another machine than the one that denied read' "$WHITTLE" audit --log "$T/log" --update "$T/s390x.json" --arch s390x
says 'what is there already' 1 "allows s390_runtime_instr already" "$WHITTLE" audit --log "$T/log" --update "$T/s390x.json" --arch s390x

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# whittle audit --log: reports, updates, exit status, each byte for byte (tests/golden/audit; UPDATE=1 writes the expected files anew).
set -eu
. tests/lib.sh

G=tests/golden/audit
LOG=$G/dmesg.log

# gives DESC STATUS EXPECTED COMMAND...: standard output is that file's
gives() {
    local desc=$1 status=$2 expected=$3
    shift 3
    check_status "$status" "$desc: status $status" "$@"
    [ -z "${UPDATE-}" ] || cp "$T/out" "$expected"
    same "$desc" "$expected" "$T/out"
}

# said DESC EXPECTED: and standard error is that one's
said() {
    sed "s,$T/,," "$T/err" >"$T/said"
    [ -z "${UPDATE-}" ] || cp "$T/said" "$2"
    same "$1" "$2" "$T/said"
}

# --- reports ---

gives 'table' 1 $G/report.txt "$WHITTLE" audit --log $LOG
gives 'JSON' 1 $G/report.json "$WHITTLE" audit --log $LOG --json
check 'it is JSON' python3 -m json.tool "$G/report.json"
gives 'from standard input' 1 $G/report.txt bash -c '"$0" audit --log - <"$1"' "$WHITTLE" $LOG
gives 'of one program' 1 $G/nginx.txt "$WHITTLE" audit --log $LOG --comm nginx
gives 'of one process' 1 $G/4243.txt "$WHITTLE" audit --log $LOG --only-pid 4243
says 'of a process that was denied nothing' 0 'no seccomp records of such a process in the 10 lines' "$WHITTLE" audit --log $LOG --only-pid 1
sed 1q $LOG >"$T/line.log"
says 'in a log of one line' 0 'no seccomp records of such a process in the 1 line of the log' "$WHITTLE" audit --log "$T/line.log" --only-pid 1
says 'of an empty log: who reads it may not' 3 'the log is empty' "$WHITTLE" audit --log /dev/null
{
    cat $LOG
    echo '[   14.0] kauditd_printk_skb: 36 callbacks suppressed'
} >"$T/lossy.log"
says 'a log with losses' 1 'not complete: the kernel printed only some of its messages (36 messages at least)' "$WHITTLE" audit --log "$T/lossy.log"
says 'nothing denied, but lost' 3 'not complete' "$WHITTLE" audit --log "$T/lossy.log" --only-pid 1
# burst MS: ten records, so many milliseconds apart
burst() {
    for i in {0..9}; do
        printf '[    1.0] audit: type=1326 audit(%d.%03d:%d): pid=7 comm="x" arch=c000003e syscall=41 code=0x50001\n' $((100 + i * $1 / 1000)) $((i * $1 % 1000)) "$i"
    done
}
burst 500 >"$T/burst.log"
burst 600 >"$T/slow.log"
says 'a log that ends with as many records as the kernel prints' 1 'may not be complete: it ends with ten records within five seconds' "$WHITTLE" audit --log "$T/burst.log"
check_status 3 '... of another process: it may have been denied something' "$WHITTLE" audit --log "$T/burst.log" --only-pid 1
check_status 1 'one that does not' "$WHITTLE" audit --log "$T/slow.log"
! grep -q complete "$T/err" && pass '... is complete' || fail '... is complete' "$(cat "$T/err")"
{
    cat "$T/burst.log"
    echo '[   14.0] kauditd_printk_skb: 36 callbacks suppressed'
    burst 0 | head -n 1
} >"$T/told.log"
says 'one that tells of what it lacks, once' 1 'is not complete: the kernel printed only some of its messages (36 messages at least)' "$WHITTLE" audit --log "$T/told.log"
! grep -q 'may not be' "$T/err" && pass '... says no more' || fail '... says no more' "$(cat "$T/err")"
{
    burst 500 | head -n 9
    burst 500 | sed -n '10s/type=1326/type=1400/p'
} >"$T/mixed.log"
says '... records of other kinds count as well' 1 'may not be complete' "$WHITTLE" audit --log "$T/mixed.log"
{
    burst 500
    echo '[   99.0] audit: type=1400 audit(900.000:99): apparmor="STATUS"'
} >"$T/later.log"
check_status 1 'one that would have told of more since' "$WHITTLE" audit --log "$T/later.log"
! grep -q complete "$T/err" && pass '... is complete' || fail '... is complete' "$(cat "$T/err")"
{
    burst 100
    burst 100
    burst 100
} >"$T/unlimited.log"
check_status 1 'a log that has no limit' "$WHITTLE" audit --log "$T/unlimited.log"
! grep -q complete "$T/err" && pass '... is complete' || fail '... is complete' "$(cat "$T/err")"
sed 's/.*audit: type=1326 /type=SECCOMP msg=/' "$T/burst.log" >"$T/auditd.log"
check_status 1 "auditd's log is not the kernel's printing" "$WHITTLE" audit --log "$T/auditd.log"
! grep -q complete "$T/err" && pass '... and complete' || fail '... and complete' "$(cat "$T/err")"
grep nginx $LOG | grep -v 6E67 | sed 's/.*audit: /Nov 14 22:13:20 host joe: audit: /' >"$T/joe.log"
says 'what anybody may write' 0 '2 lines look like seccomp records' "$WHITTLE" audit --log "$T/joe.log"
grep -m 1 type=1326 "$T/joe.log" >"$T/one.log"
says '... a line alone' 0 '1 line looks like a seccomp record, but neither the kernel nor the audit daemon wrote it: left out' "$WHITTLE" audit --log "$T/one.log"
printf 'audit: type=1326 audit(1.1:1): pid=1 comm="x" arch=c000003e syscall=435 code=0x50026\n' >"$T/enosys.log"
check 'ENOSYS is listed and no finding' bash -c '"$0" audit --log "$1" | grep -q "clone3.*errno ENOSYS"' "$WHITTLE" "$T/enosys.log"
check_status 0 'ENOSYS: status 0' "$WHITTLE" audit --log "$T/enosys.log"

# dmesg --json tells by the facility who wrote a line; with --decode in words
R='audit: type=1326 audit(1.1:1): pid=7 comm=\"x\" arch=c000003e syscall=41 code=0x50001'
cat >"$T/dmesg.json" <<E
{
   "dmesg": [
      {
         "pri": 5,
         "time":     1.000000,
         "msg": "$R"
      },{
         "pri": 13,
         "time":     2.000000,
         "msg": "${R/syscall=41/syscall=165}"
      },{
         "pri": 4,
         "time":     2.500000,
         "msg": "audit: printk limit exceeded"
      },{
         "fac": "kern",
         "pri": "notice",
         "time":     3.000000,
         "msg": "$R"
      },{
         "fac": "user",
         "pri": "notice",
         "time":     4.000000,
         "msg": "${R/syscall=41/syscall=165}"
      }
   ]
}
E
says 'dmesg --json: what a program wrote' 1 '2 lines look like seccomp records' "$WHITTLE" audit --log "$T/dmesg.json"
grep -q '^ *2  socket ' "$T/out" && ! grep -q mount "$T/out" && grep -q 'not complete: the kernel printed only some' "$T/err" && pass 'dmesg --json: what the kernel wrote' || fail 'dmesg --json: what the kernel wrote' "$(cat "$T/out")"

# --- updates ---

cp $G/profile.json "$T/p.json"
chmod 640 "$T/p.json"
gives 'an update reports as well' 1 $G/report.txt "$WHITTLE" audit --log $LOG --update "$T/p.json" --arch x86_64
said 'an update names what it adds' $G/updated.said
[ -z "${UPDATE-}" ] || cp "$T/p.json" $G/updated.json
same 'the updated profile' $G/updated.json "$T/p.json"
[ "$(stat -c %a "$T/p.json")" = 640 ] && pass 'an update keeps the mode' || fail 'an update keeps the mode'
before=$(stat -c '%i %Y' "$T/p.json")
says 'again: nothing to add' 1 "nothing to add to $T/p.json" "$WHITTLE" audit --log $LOG --update "$T/p.json" --arch x86_64
[ "$(stat -c '%i %Y' "$T/p.json")" = "$before" ] && pass 'nothing to add: not touched' || fail 'nothing to add: not touched'
check 'only more is allowed' "$WHITTLE" diff --subset "$G/profile.json" "$T/p.json" --arch x86_64
cp $G/profile.json "$T/unread.json"
check_status 2 'an update whose report nobody can read' bash -c '"$@" >/dev/full' sh "$WHITTLE" audit --log $LOG --update "$T/unread.json" --arch x86_64
same '... is made all the same' "$T/p.json" "$T/unread.json"
# a call is allowed whole whatever its rules were, and however many
jq -n '{defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_X86_64"], syscalls: [range(300) | {names: ["socket"], action: "SCMP_ACT_ALLOW", args: [{index: 0, value: ., op: "SCMP_CMP_EQ"}]}]}' >"$T/rules.json"
echo 'audit: type=1326 audit(1.1:2): pid=5 comm="c" sig=0 arch=c000003e syscall=41 compat=0 ip=0x1 code=0x50001' >"$T/socket.log"
says 'rules that nobody can put together' 1 'allows socket now, whatever its arguments' "$WHITTLE" audit --log "$T/socket.log" --update "$T/rules.json" --arch x86_64
check '... and it is allowed' bash -c '"$0" explain --arch x86_64 "$1" socket 1000 | grep -q ": allow"' "$WHITTLE" "$T/rules.json"
check_status 1 'elsewhere' "$WHITTLE" audit --log $LOG --update $G/profile.json --output "$T/new.json" --arch x86_64
same 'elsewhere: the same' $G/updated.json "$T/new.json"
check_status 1 'to standard output' "$WHITTLE" audit --log $LOG --update $G/profile.json -o - --arch x86_64
same 'to standard output: the profile alone' $G/updated.json "$T/out"
check_status 1 'from standard input' bash -c '"$0" audit --log "$1" --update - -o - --arch x86_64 <"$2"' "$WHITTLE" $LOG $G/profile.json
same 'from standard input: the same' $G/updated.json "$T/out"
check_status 1 'from a pipe' "$WHITTLE" audit --log $LOG --update <(cat $G/profile.json) -o "$T/piped.json" --arch x86_64
same 'from a pipe: the same' $G/updated.json "$T/piped.json"
check_status 2 'from a pipe, live' "$WHITTLE" audit --update <(cat $G/profile.json) --cgroup /no/such -o "$T/piped2.json"
grep -q "there is no cgroup '/no/such'" "$T/err" && pass '... which is not read before' || fail '... which is not read before' "$(cat "$T/err")"
check_status 1 'with what was answered ENOSYS' "$WHITTLE" audit --log $LOG --update $G/profile.json -o "$T/enosys.json" --enosys --arch x86_64
"$WHITTLE" explain --arch x86_64 "$T/enosys.json" clone3 >"$T/explained" 2>&1 || true
grep -q allow "$T/explained" && pass 'clone3 is allowed then' || fail 'clone3 is allowed then' "$(cat "$T/explained")"

# Docker's own form, and Kubernetes' in JSON
"$WHITTLE" convert --format docker $G/profile.json -o "$T/docker.json" 2>/dev/null
check_status 1 "Docker's form" "$WHITTLE" audit --log $LOG --update "$T/docker.json" --arch x86_64
"$WHITTLE" diff --arch x86_64 "$T/docker.json" $G/updated.json >"$T/diff" || fail "Docker's form: the same meaning" "$(head -n 3 "$T/diff")"
grep -q archMap "$T/docker.json" && pass "Docker's form stays" || fail "Docker's form stays"
printf '{"kind": "SeccompProfile", "metadata": {"name": "x"}, "spec": %s}' "$(cat $G/profile.json)" >"$T/k8s.json"
check_status 1 "Kubernetes' form" "$WHITTLE" audit --log $LOG --update "$T/k8s.json" --arch x86_64
"$WHITTLE" diff --arch x86_64 "$T/k8s.json" $G/updated.json >"$T/diff" || fail "Kubernetes' form: the same meaning" "$(head -n 3 "$T/diff")"
grep -q '"metadata"' "$T/k8s.json" && pass "Kubernetes' form stays" || fail "Kubernetes' form stays"
printf '{"ociVersion": "1.2.0", "linux": {"seccomp": %s}}' "$(cat $G/profile.json)" >"$T/config.json"
check_status 1 'config.json of a runtime' "$WHITTLE" audit --log $LOG --update "$T/config.json" --arch x86_64
"$WHITTLE" diff --arch x86_64 "$T/config.json" $G/updated.json >"$T/diff" || fail 'config.json: the same meaning' "$(head -n 3 "$T/diff")"

check_status 1 "Docker's default, elsewhere" "$WHITTLE" audit --log $LOG --update docker -o "$T/default.json" --enosys --arch x86_64 --kernel 6.1
sed -n 's/.*default.json allows \([a-z0-9_]*\) now.*/\1/p' "$T/err" | sort -u >"$T/named"
[ -s "$T/named" ] && pass "Docker's default: names what it adds" || fail "Docker's default: names what it adds" "$(cat "$T/err")"
check_status 1 "Docker's default: it is allowed then" "$WHITTLE" audit --log $LOG --update "$T/default.json" --enosys --arch x86_64 --kernel 6.1
grep -q "nothing to add to $T/default.json" "$T/err" && pass "Docker's default: nothing is left" || fail "Docker's default: nothing is left" "$(cat "$T/err")"

# --- bad input ---

says 'no source' 2 'nothing to audit' "$WHITTLE" audit
says 'a word' 2 "'x'" "$WHITTLE" audit --log $LOG x
says 'no log' 2 'cannot open' "$WHITTLE" audit --log "$T/none"
says 'a directory' 2 'Is a directory' "$WHITTLE" audit --log "$T"
says 'both standard input' 2 'both' "$WHITTLE" audit --log - --update -
says 'no output for standard input' 2 '--output' "$WHITTLE" audit --log $LOG --update -
says 'in place of what is no file' 2 '--output FILE' "$WHITTLE" audit --log $LOG --update docker
says 'output without update' 2 '--update' "$WHITTLE" audit --log $LOG -o "$T/x"
for option in --enosys '--arch arm64' --lenient '--cap SYS_ADMIN' '--kernel 5.10'; do
    # shellcheck disable=SC2086
    says "$option without update" 2 "${option%% *} goes with --update" "$WHITTLE" audit --log $LOG $option
done
says 'a pid that is none' 2 'only-pid' "$WHITTLE" audit --log $LOG --only-pid x
says 'no profile' 2 'none.json' "$WHITTLE" audit --log $LOG --update "$T/none.json"
printf 'read\nwrite\n' >"$T/list"
says 'a list of names' 2 'is no JSON' "$WHITTLE" audit --log $LOG --update "$T/list"
printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [' >"$T/broken.json"
cp "$T/broken.json" "$T/broken.before"
says 'a broken profile' 2 'broken.json:1:' "$WHITTLE" audit --log $LOG --update "$T/broken.json"
same 'a broken profile stays as it is' "$T/broken.before" "$T/broken.json"

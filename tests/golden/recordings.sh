#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Recordings shown, counted and folded: the curve as text and as JSON, and what only one of several saw.
set -eu
. tests/lib.sh
need jq python3
unset LC_ALL LC_CTYPE LANG COLUMNS

# recording NUMBER:NS...   of 100 s
recording() {
    python3 - "$@" <<'E'
import json, sys
calls = [dict(arch="x86_64", number=int(n), **{"class": "workload"}, calls=2, first={"ns": int(ns)}) for n, ns in (a.split(":") for a in sys.argv[1:])]
print(json.dumps({"format": "whittle-recording", "version": 1, "host": {"kernel": "6.1", "machine": "x86_64", "libseccomp": "2.5.4"},
    "target": "cgroup /a", "hook": "tp_btf", "started": "2026-01-02T03:04:05.678Z", "elapsed_ns": 100 * 10**9, "calls_since_new": 5,
    "whole": True, "losses": {}, "syscalls": calls, "moved": []}))
E
}

recording 0:0 1:0 2:25000000000 3:50000000000 >"$T/a"
jq '.target = "a\u001b]0;b\nfake" | .host.kernel = "6\u0007"' "$T/a" >"$T/hostile"
"$WHITTLE" show "$T/hostile" | sed -n 1p >"$T/first"
echo 'a?]0;b?fake on Linux 6?, x86_64; complete' >"$T/want"
same 'what another host wrote does not reach the terminal' "$T/want" "$T/first"
COLUMNS=30 "$WHITTLE" show "$T/a" | sed '1,/^4 distinct/d' >"$T/curve"
cat >"$T/want" <<'E'
   4 |           #############
     |           #############
     |     ###################
     |     ###################
     |########################
     |########################
     |########################
   0 |########################
     +------------------------
      0                  1m40s
E
same 'the curve in ASCII' "$T/want" "$T/curve"
COLUMNS=30 LANG=C.UTF-8 "$WHITTLE" show "$T/a" | sed '1,/^4 distinct/d' >"$T/curve8"
sed -e 's/█/#/g; s/│/|/; s/─/-/g; s/└/+/' "$T/curve8" >"$T/curve"
same 'the curve in UTF-8 is the same one' "$T/want" "$T/curve"
grep -q █ "$T/curve8" && pass 'with blocks' || fail 'with blocks'
for columns in 1 0 -5 99999999999 word; do
    widest=$(COLUMNS=$columns "$WHITTLE" show "$T/a" | sed '1,/^4 distinct/d' | awk '{ if (length > n) n = length } END { print n }')
    [ "$widest" -ge 30 ] && [ "$widest" -le 200 ] && pass "COLUMNS=$columns" || fail "COLUMNS=$columns" "$widest columns"
done
if command -v script >/dev/null; then
    TERM=xterm script -qec "'$WHITTLE' show '$T/a'" /dev/null </dev/null >"$T/tty"
    grep -q $'\033\\[36m' "$T/tty" && pass 'a terminal gets color' || fail 'a terminal gets color'
    NO_COLOR=1 TERM=xterm script -qec "'$WHITTLE' show '$T/a'" /dev/null </dev/null >"$T/tty"
    ! grep -q $'\033' "$T/tty" && pass 'not with NO_COLOR' || fail 'not with NO_COLOR'
fi
"$WHITTLE" show "$T/a" >"$T/text"
grep -q '^4 distinct syscalls in 8 calls, 1m40s; the last new one 50.0 s and at least 5 calls before the end$' "$T/text" &&
    pass 'since the last new one' || fail 'since the last new one' "$(grep distinct "$T/text")"
"$WHITTLE" show --json "$T/a" | jq -c '[.distinct, .calls, .since_new_ns, .calls_since_new, [.points[] | [.ns, .distinct]]]' >"$T/points"
echo '[4,8,50000000000,5,[[0,2],[25000000000,3],[50000000000,4]]]' >"$T/want"
same 'its points as JSON' "$T/want" "$T/points"

# a whittle to come may know of losses that this one does not
jq '.complete = false | .losses.more = 7' "$T/a" >"$T/lossy"
"$WHITTLE" show "$T/lossy" | sed -n 1p >"$T/first"
grep -q 'incomplete' "$T/first" && pass 'a recording that calls itself incomplete is' || fail 'a recording that calls itself incomplete is' "$(cat "$T/first")"
[ "$("$WHITTLE" merge "$T/a" "$T/lossy" | jq .complete)" = false ] && pass '... merged, too' || fail '... merged, too'
check_status 3 '... and its profile' "$WHITTLE" profile "$T/lossy" -o "$T/p.json"

# any program can call what is no call, and be recorded at it
recording -1:7 9223372036854775807:8 -9223372036854775808:9 0:5 >"$T/odd"
"$WHITTLE" merge "$T/odd" | grep -o '"number":[-0-9]*' | cut -d: -f2 >"$T/numbers" # jq rounds them
printf '%s\n' -9223372036854775808 -1 0 9223372036854775807 >"$T/want"
same 'any number is read' "$T/want" "$T/numbers"
check 'and left out of a profile' bash -c '"$0" profile "$1" 2>&1 >/dev/null | grep -q "^whittle: warning: 3 calls have no name"' "$WHITTLE" "$T/odd"
recording -1:7 0:5 >"$T/odd"
says 'one of them, too' 0 'warning: 1 call has no name and is left out' "$WHITTLE" profile "$T/odd" -o "$T/p.json"

# --- of one architecture ---
masks='["0xf", "0x0", "0x0", "0x0", "0x0", "0x0"]'
jq --argjson masks "$masks" '.syscalls += [.syscalls[2] | .arch = "x86" | .number = 3 | .calls = 7]
    | .denied = [("x86", "x86_64") as $arch | {arch: $arch, number: (if $arch == "x86" then 26 else 101 end), action: "errno", errno: 1, count: 3, pid: 1, comm: "a"}]
    | .arguments = [("x86_64", "x86") as $arch | {arch: $arch, number: 3, masks: $masks, values: [$masks]}]' "$T/a" >"$T/two"
check 'of one architecture' "$WHITTLE" show --arch x86 "$T/two"
sed -n '3,6s/  */ /gp' "$T/out" >"$T/shown"
cat >"$T/want" <<'E'
x86 workload 7 25.0 s read
x86 denied 3 a ptrace: EPERM
arguments: read(0xf)
1 distinct syscall in 7 calls, 1m40s; the last new one 1m15s before the end
E
same '... are its calls, what it was denied, its arguments' "$T/want" "$T/shown"
[ "$("$WHITTLE" show --json --arch x86 "$T/two" | jq -c '[.distinct, .calls, .calls_since_new, .points]')" = '[1,7,null,[{"ns":25000000000,"distinct":1}]]' ] && pass '... in JSON' || fail '... in JSON'
check '... that called nothing' "$WHITTLE" show --arch arm64 "$T/two"
grep -q '^0 distinct syscalls in 0 calls' "$T/out" && pass '... which is shown' || fail '... which is shown' "$(cat "$T/out")"
"$WHITTLE" show --json --arch x86 "$T/a" "$T/two" | jq -c '[.distinct, [.recordings[].distinct]]' >"$T/got"
echo '[1,[0,1]]' >"$T/want"
same '... of several' "$T/want" "$T/got"

# --- several ---
recording 0:0 1:1000 9:1000 >"$T/b"
recording 0:0 1:1000 2:1000 >"$T/c"
"$WHITTLE" show --json "$T/a" "$T/b" "$T/c" | jq -c '[.distinct, .only_in_one, .only_in_one_percent, [.recordings[].only_here]]' >"$T/only"
echo '[5,2,40.0,[1,1,0]]' | jq -c . >"$T/want"
jq -c . "$T/only" >"$T/got"
same 'what only one of several saw' "$T/want" "$T/got"
words='2 of 5 distinct syscalls (40.0 %) were seen by only one of 3 recordings'
"$WHITTLE" show "$T/a" "$T/b" "$T/c" >"$T/text"
grep -qxF "$words" "$T/text" && pass 'the same in words' || fail 'the same in words'
"$WHITTLE" profile "$T/a" "$T/b" "$T/c" 2>"$T/text" >"$T/p"
grep -qxF "whittle: $words" "$T/text" && pass 'whittle profile tells it' || fail 'whittle profile tells it'
check_status 1 'a profile among them is refused' "$WHITTLE" show "$T/a" "$T/p"
check_status 2 'several are not compared with one' "$WHITTLE" show --against docker "$T/a" "$T/b"
check_status 1 'a recording is not compared' "$WHITTLE" show --against docker "$T/a"
# what says how a profile is read says nothing of a recording
for option in --lenient '--cap SYS_ADMIN' '--kernel 5.10'; do
    # shellcheck disable=SC2086
    says "show $option of a recording" 1 "a: ${option% *} is for profiles, this is a recording" "$WHITTLE" show $option "$T/a"
    # shellcheck disable=SC2086
    says "show $option of several" 2 "${option% *} is for a profile, several files must be recordings" "$WHITTLE" show $option "$T/a" "$T/b"
done
for option in --lenient '--cap SYS_ADMIN' '--kernel 5.10' '--arch arm64' --intersect --origins; do
    # shellcheck disable=SC2086
    says "merge $option of recordings" 2 "a: ${option% *} is for profiles, this is a recording" "$WHITTLE" merge $option "$T/a" "$T/b"
done

# --- folded ---
# with arguments of a call that one of them made otherwise, and one did not look at
for row in a:0xff:0x1 b:0x0f:0x12; do
    IFS=: read -r name mask value <<<"$row"
    jq --arg mask "$mask" --arg value "$value" --argjson zero '["0x0", "0x0", "0x0", "0x0", "0x0"]' '. + {arguments: [{arch: "x86_64", number: (1, 9), masks: [$mask, $zero[]], values: [[$value, $zero[]]]}
        | select(.number != 9 or $mask == "0x0f")]}' "$T/$name" >"$T/with"
    mv "$T/with" "$T/$name"
done
for order in "a b c" "c b a" "b a c"; do
    # shellcheck disable=SC2086
    (cd "$T" && "$WHITTLE" merge $order) >"$T/merged.${order// /}"
done
same 'the order does not matter' "$T/merged.abc" "$T/merged.cba"
same 'whatever it is' "$T/merged.abc" "$T/merged.bac"
for files in "a b c" "c b a" merged.abc; do
    # shellcheck disable=SC2086
    (cd "$T" && "$WHITTLE" profile -q $files) >"$T/profile.${files// /}"
done
same 'nor for their profile' "$T/profile.abc" "$T/profile.cba"
same 'which is that of all in one' "$T/profile.abc" "$T/profile.merged.abc"
"$WHITTLE" merge "$T/a" "$T/b" >"$T/ab"
"$WHITTLE" merge "$T/ab" "$T/c" >"$T/ab.c"
same 'nor how they are grouped' "$T/merged.abc" "$T/ab.c"
"$WHITTLE" merge "$T/a" "$T/b" "$T/a" 2>"$T/err" >"$T/aba"
same 'one that is given twice counts once' "$T/ab" "$T/aba"
grep -q 'the same recording was given before' "$T/err" && pass 'and that is told' || fail 'and that is told'
"$WHITTLE" profile "$T/a" "$T/a" "$T/b" 2>"$T/text" >/dev/null
grep -q '3 of 5 distinct syscalls (60.0 %) were seen by only one of 2 recordings$' "$T/text" && pass 'nor is it two that saw the same' ||
    fail 'nor is it two that saw the same' "$(cat "$T/text")"

# what came late in each came late in all, however many there are
recording 0:0 1:98000000000 >"$T/late"
for n in 1 2 3 4 5; do jq ".target = \"cgroup /$n\" | .host.kernel = \"6.$n\"" "$T/late" >"$T/late.$n"; done
"$WHITTLE" merge "$T"/late.? >"$T/lates"
"$WHITTLE" show "$T/lates" >"$T/text"
grep -qx '2 distinct syscalls in 20 calls, 8m20s; the last new one 2.0 s before the end of the longest recording, 1m40s' "$T/text" &&
    pass 'the last new one of several' || fail 'the last new one of several' "$(cat "$T/text")"
"$WHITTLE" show --json "$T/lates" | jq -c '[.elapsed_ns, .longest_ns, .since_new_ns]' >"$T/got"
echo '[500000000000,100000000000,2000000000]' >"$T/want"
same '... in JSON' "$T/want" "$T/got"
[ "$(jq -r .target "$T/lates")" = 'cgroup /1; cgroup /2; cgroup /3; cgroup /4; cgroup /5' ] && pass 'all targets are in one' || fail 'all targets are in one'
seq -f 'cgroup /number/%03.0f' -s '; ' 300 >"$T/targets"
jq --rawfile targets "$T/targets" '.target = $targets' "$T/late" >"$T/fleet"
"$WHITTLE" show "$T/fleet" | sed -n 1p >"$T/first"
grep -Eq '^cgroup /number/001; .*; \.\.\. on Linux' "$T/first" && [ "$(wc -c <"$T/first")" -lt 500 ] && pass 'shown are the first of them' || fail 'shown are the first of them' "$(cat "$T/first")"
# 60,000 in each, which are no numbers of calls
for n in 1 2 3 4; do
    jq -c --argjson n $n '.syscalls[0] as $call | .syscalls = [range(60000) | $call + {number: (100000 * $n + .)}]' "$T/late" >"$T/huge.$n"
done
check_status 1 'what could not be read again' "$WHITTLE" merge "$T"/huge.? -o "$T/huge"
grep -q 'the recordings make one that could not be read again, merge fewer: it:.*more than 1000000 values' "$T/err" && [ ! -e "$T/huge" ] && pass '... is not written' ||
    fail '... is not written' "$(cat "$T/err")"

# --- containers ---
# that ran before: some runtime has started them, and nobody has seen them start
jq '.container = true | .whole = false' "$T/late" >"$T/ran"
check 'a recording of a container' "$WHITTLE" profile "$T/ran" -o "$T/p"
grep -q 'what they call to start is in it only where it was seen; record a start of them, or guess with --assume-startup' "$T/err" && pass '... that ran before' ||
    fail '... that ran before' "$(cat "$T/err")"
jq -e '.syscalls[0].names | contains(["fstatfs", "getdents64", "capset"])' "$T/p" >"$T/out" && pass '... has what runtimes need' || fail '... has what runtimes need'
jq -e '.syscalls[0].names | contains(["arch_prctl"]) | not' "$T/p" >"$T/out" && pass '... and not what loaders call' || fail '... and not what loaders call'
check '--assume-startup' "$WHITTLE" profile --assume-startup "$T/ran" -o "$T/p"
jq -e '.syscalls[0].names | contains(["arch_prctl", "brk", "capset"])' "$T/p" >"$T/out" && pass '... has it' || fail '... has it'
check '... is not needed if one has seen a start' "$WHITTLE" profile --assume-startup "$T/ran" "$T/late" -o "$T/p"
grep -q 'the start was seen, there is nothing to assume' "$T/err" && pass '... which is told' || fail '... which is told' "$(cat "$T/err")"
# of hosts of two architectures, whichever comes first
jq '.host.machine = "aarch64" | .syscalls[].arch = "aarch64"' "$T/ran" >"$T/arm"
for files in "ran arm" "arm ran"; do
    # shellcheck disable=SC2086
    (cd "$T" && "$WHITTLE" profile -q --runtime crun $files) | jq -S '.syscalls' >"$T/two.${files// /}"
done
same 'containers of two architectures, in any order' "$T/two.ranarm" "$T/two.armran"
grep -q '"select"' "$T/two.ranarm" && pass '... have what the runtime needs on each' || fail '... have what the runtime needs on each'

# --- arguments of which a recording does not tell all ---
# beside one that tells them: what is not known of one is not known of both
arguments() { # MEMBERS: of a call of ptrace
    recording 101:1 | jq --argjson zero '["0x0", "0x0", "0x0", "0x0", "0x0"]' ".arguments = [{arch: \"x86_64\", number: 101} + $1]"
}
arguments '{masks: ["0xff", $zero[]], values: [["0x10", $zero[]]]}' >"$T/told"
while IFS='|' read -r members want; do
    arguments "$members" >"$T/untold"
    got=$("$WHITTLE" merge "$T/told" "$T/untold" | jq -c '.arguments | map([.open, (.values | length)])')
    [ "$got" = "$want" ] && pass "arguments: $members" || fail "arguments: $members" "$got"
done <<'E'
{masks: ["0xff", $zero[]], values: [["0x11", $zero[]]]}|[[null,2]]
{masks: ["0xff", $zero[]], values: []}|[["unknown",0]]
{masks: ["0xff", $zero[]]}|[["unknown",0]]
{masks: ["0x0", $zero[]], values: [["0x0", $zero[]]]}|[["unknown",0]]
{masks: ["0xff", $zero[]], open: "many", values: []}|[["many",0]]
{masks: ["0xff", $zero[]], open: "a reason of tomorrow", values: []}|[["unknown",0]]
E

# --- arguments of more than 32 bits ---
# ptrace of 64-bit code, beside getpid of both
recording 101:1 39:2 | jq '.arguments = [{arch: "x86_64", number: 101, masks: ["0xffffffffffffffff", "0x0", "0x0", "0x0", "0x0", "0x0"],
    values: [["0x100000010", "0x0", "0x0", "0x0", "0x0", "0x0"]]}]' >"$T/wide"
jq '.syscalls += [.syscalls[1] | .arch = "x86" | .number = 20]' "$T/wide" >"$T/both"
"$WHITTLE" profile -q -o "$T/out" "$T/wide" 2>"$T/err"
[ ! -s "$T/err" ] && pass 'more than 32 bits, by 64-bit code alone' || fail 'more than 32 bits, by 64-bit code alone' "$(cat "$T/err")"
"$WHITTLE" profile -q -o "$T/out" "$T/both" 2>"$T/err"
grep -q 'warning: ptrace was called with values above 32 bits, and the profile lists x86, ' "$T/err" && pass '... beside 32-bit code: what it may as well is told' ||
    fail '... beside 32-bit code: what it may as well is told' "$(cat "$T/err")"
"$WHITTLE" explain --arch x86 "$T/out" ptrace 16 >"$T/text"
grep -q ': allow' "$T/text" && pass '... and so it is' || fail '... and so it is' "$(cat "$T/text")"

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Bad input, for every format that is read: one sentence with its place (FILE:LINE:COLUMN), status 1, nothing written.
set -eu
. tests/lib.sh

# refuses DESC PLACE WORDS: of $T/bad. The sentence is the whole of what is printed.
refuses() {
    local desc=$1 place=$2 words=$3 rc=0 said
    rm -f "$T/written"
    "$WHITTLE" convert --arch x86_64 --kernel 6.1 "$T/bad" -o "$T/written" >"$T/out" 2>"$T/err" || rc=$?
    if [ $rc != 1 ] || [ -e "$T/written" ] || [ -s "$T/out" ]; then
        fail "$desc" "status $rc; $(ls "$T/written" 2>&1)"
        return
    elif [ "$(wc -l <"$T/err")" != 1 ]; then
        fail "$desc" "not one line: $(head -c 500 "$T/err")"
        return
    fi
    said=$(cat "$T/err")
    # shellcheck disable=SC2053 # 1:* is a place, too
    if [[ ${said#"whittle: error: $T/bad:"} == $place:\ * && $said == *"$words"* ]]; then
        pass "$desc"
    else
        fail "$desc" "not '$place: ...$words': ${said:0:500}"
    fi
}

bad() { # DESC PLACE WORDS TEXT(printf %b)
    printf '%b' "$4" >"$T/bad"
    refuses "$@"
}

# --- what can happen to any file ---

J='{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": ['
Y='kind: SeccompProfile\nspec:\n  defaultAction: SCMP_ACT_ERRNO\n  syscalls:\n'
S='[Service]\nSystemCallFilter=read\n'
L='read\nwrite # and\n'
C='% time     seconds  usecs/call     calls    errors syscall\n------ ----------- ----------- --------- --------- -------\n'
F='12 read(3, "", 1) = 0\n'

# name | place of the end | head
while IFS='|' read -r name place head; do
    bad "$name: NUL" "$place" 'a NUL' "$head\\0000"
    bad "$name: NUL at the beginning" 1:1 'a NUL' "\\0000$head"
    bad "$name: UTF-16" 1:4 'a NUL' "\xff\xfe[\\0000$head"
    bad "$name: byte order mark" 1:1 'a byte order mark' "\xef\xbb\xbf$head"
    { printf '%b' "$head" && head -c 100000000 /dev/zero | tr '\0' ' '; } >"$T/bad"
    refuses "$name: 100 MB" "${place%:*}:*" 'goes on behind 4194304 bytes'
    check_status 1 "$name: 100 MB of standard input" "$WHITTLE" convert - <"$T/bad"
    grep -q "^whittle: error: standard input:${place%:*}:[0-9]*: it goes on behind 4194304 bytes" "$T/err" ||
        fail "$name: 100 MB of standard input" "$(head -c 300 "$T/err")"
done <<E
JSON|1:50|$J
YAML|5:1|$Y
systemd|3:1|$S
list|3:1|$L
strace -c|3:1|$C
strace -f|2:1|$F
E

# --- JSON ---

bad 'JSON: empty' 1:1 'the file ends' ''
bad 'JSON: blank' 3:1 'the file ends' ' \n\n'
bad 'JSON: truncated in rules' 1:50 'the file ends' "$J"
bad 'JSON: truncated in a string' 1:32 'the file ends' "${J:0:31}"
bad 'JSON: truncated in a name' 1:67 "the file ends where ',' or ']'" "$J{\"names\": [\"read\""
bad 'JSON: something behind it' 2:1 "'x' where the end" '{"defaultAction": "SCMP_ACT_ERRNO"}\nx'
bad 'JSON: NUL in a string' '1:*' 'a NUL in a string' "$J{\"names\": [\"a\\\\u0000\"]}]}"
bad 'JSON: control character' '1:*' 'the byte 0x01' "$J{\"names\": [\"a\x01\"]}]}"
bad 'JSON: no UTF-8' 2:7 'not UTF-8' '{\n"a": "\xff"}'
bad 'JSON: columns are characters' 1:10 'not UTF-8' '{"\xc3\xa4\xc3\xb6": "\xe2\x82\xac\xff", "b": "c"}'
bad 'JSON: comment' 1:1 "'/' where" '// x\n{}'
bad 'JSON: half of a pair' '1:*' 'half of a surrogate pair' '{"a": "\\udc00"}'
bad 'JSON: a key twice' 2:1 '"a" is there already, in line 1' '{"a": 1,\n"a": 2}'
bad 'JSON: a key twice, in a rule' 2:18 '"names" is there already, in line 2' "$J\n{\"names\": [\"a\"], \"names\": [\"b\"]}]}"
bad 'JSON: an array' 1:1 'not an object' '["read"]'
bad 'JSON: a Pod' 1:10 'a Pod is no profile' '{"kind": "Pod", "spec": {}}'
bad 'JSON: no spec' 1:1 'no "spec"' '{"kind": "SeccompProfile"}'
bad 'JSON: config.json without a filter' 1:1 'no linux.seccomp' '{"ociVersion": "1.2.0", "linux": {}}'
bad 'JSON: a recording' 2:11 "'whittle profile' makes one" '{\n"format": "whittle-recording"}'
bad 'JSON: no default' 1:1 'no "defaultAction"' '{"syscalls": []}'
bad 'JSON: empty action' 1:19 "there is no action ''" '{"defaultAction": ""}'
bad 'JSON: unknown action' 3:12 "rule 1: \"action\": there is no action 'SCMP_ACT_NO'" "$J\n{\"names\": [\"read\"],\n \"action\": \"SCMP_ACT_NO\"}]}"
bad 'JSON: no action' 2:1 'rule 1: it has no "action"' "$J\n{\"names\": [\"read\"]}]}"
bad 'JSON: unknown flag' 1:74 "there is no flag 'F'" '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": [],       "flags": ["F"]}'
bad 'JSON: unknown architecture' 1:55 "the architecture 'SCMP_ARCH_VAX'" '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_VAX"]}'
bad 'JSON: empty architecture' 1:55 "the architecture ''" '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": [""]}'
bad 'JSON: archMap with architectures' 2:12 'one too many' '{"defaultAction": "SCMP_ACT_ERRNO",\n"archMap": [{"architecture": "SCMP_ARCH_X86_64"}], "architectures": ["SCMP_ARCH_X86"]}'
bad 'JSON: archMap without one' 2:13 'an entry without "architecture"' '{"defaultAction": "SCMP_ACT_ERRNO",\n"archMap": [{}]}'
bad 'JSON: a text for archMap' 2:12 '"archMap" is not an array' '{"defaultAction": "SCMP_ACT_ERRNO",\n"archMap": "x"}'
bad 'JSON: an array in archMap' 2:13 'an entry that is not an object' '{"defaultAction": "SCMP_ACT_ERRNO",\n"archMap": [["x"]]}'
# of what depends on them the rule would be free
while read -r member place value; do
    bad "JSON: $member $value" "$place" "rule 1: \"$member\" is not an object" "$J\n{\"names\": [\"mount\"], \"action\": \"SCMP_ACT_ALLOW\",\n\"$member\": $value}]}"
    check_status 1 "JSON: $member $value, checked" "$WHITTLE" check --consumer docker "$T/bad"
    grep -q "^$T/bad:$place: error: rule 1: \"$member\" is not an object" "$T/out" || fail "JSON: $member $value, checked" "$(head -n 3 "$T/out")"
done <<'E'
includes 3:13 "CAP_SYS_ADMIN"
includes 3:13 7
excludes 3:13 true
excludes 3:13 []
E
for text in '["read"]' '[[]]' '{"ociVersion": "1.2.0", "linux": {"seccomp": ["x"]}}' '{"kind": "SeccompProfile", "spec": ["x"]}'; do
    echo "$text" >"$T/bad"
    check_status 1 "JSON: $text, checked" "$WHITTLE" check "$T/bad"
    grep -q 'error: it is not a profile: not an object' "$T/out" || fail "JSON: $text, checked" "$(head -n 3 "$T/out")"
done
bad 'JSON: name and names' 2:10 '"name" and "names"' "$J\n{\"name\": \"a\", \"names\": [\"b\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
bad 'JSON: no names' 2:11 '"names" is not an array' "$J\n{\"names\": [], \"action\": \"SCMP_ACT_ALLOW\"}]}"
bad 'JSON: empty name' 2:12 'something that is no name' "$J\n{\"names\": [\"\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"
bad 'JSON: a number for a name' 2:12 'something that is no name' "$J\n{\"names\": [1], \"action\": \"SCMP_ACT_ALLOW\"}]}"
printf '%0100000d' 0 | tr 0 '[' >"$T/bad"
refuses 'JSON: deep' 1:33 'nested deeper than 32'
printf '{"a": %0100000d}' 0 >"$T/bad"
refuses 'JSON: a long number' 1:8 'a leading zero'

# integers, by member | place | value | words
while IFS='|' read -r member place value words; do
    bad "JSON: $member $value" "$place" "$words" \
        "$(printf '%s\\n{"names": ["a"], "action": "SCMP_ACT_ERRNO",\\n"%s": %s}]}' "$J" "$member" "$value")"
done <<'E'
errnoRet|3:13|-1|"errnoRet" is not a number from 0 to 4095
errnoRet|3:13|4096|"errnoRet" is not a number from 0 to 4095
errnoRet|3:13|99999999999999999999|"errnoRet" is not a number from 0 to 4095
errnoRet|3:13|1.0|"errnoRet" is not a number from 0 to 4095
errnoRet|3:13|1e3|"errnoRet" is not a number from 0 to 4095
errnoRet|3:13|"1"|"errnoRet" is not a number from 0 to 4095
errnoRet|3:14|01|a number with a leading zero
errno|3:10|"ENONE"|there is no errno 'ENONE'
errno|3:10|"4096"|there is no errno '4096'
args|3:20|[{"index": 6, "value": 0, "op": "SCMP_CMP_EQ"}]|"index" is not a number from 0 to 5
args|3:20|[{"index": -1, "value": 0, "op": "SCMP_CMP_EQ"}]|"index" is not a number from 0 to 5
args|3:32|[{"index": 0, "value": 18446744073709551616, "op": "SCMP_CMP_EQ"}]|"value" is not a number
args|3:32|[{"index": 0, "value": -1, "op": "SCMP_CMP_EQ"}]|"value" is not a number
args|3:41|[{"index": 0, "value": 0, "op": "SCMP_CMP"}]|there is no comparison 'SCMP_CMP'
args|3:10|[{}]|needs "index" and "op"
includes|3:27|{"minKernel": "new"}|not a version
includes|3:23|{"caps": [1]}|"caps" holds something that is no text
E

# --- YAML ---

bad 'YAML: truncated in a string' 3:23 'unexpected end' 'kind: SeccompProfile\nspec:\n  defaultAction: "SCMP'
bad 'YAML: truncated in a list' 6:1 "expected ',' or ']'" "$Y  - names: [read"
bad 'YAML: truncated behind the kind' 1:1 'no "spec"' 'kind: SeccompProfile\n'
bad 'YAML: truncated behind spec' 1:1 'no "spec"' 'kind: SeccompProfile\nspec:\n'
bad 'YAML: no UTF-8' 3:18 'UTF-8' 'kind: SeccompProfile\nspec:\n  defaultAction: \xff\n'
bad 'YAML: control character' 3:19 'control characters' 'kind: SeccompProfile\nspec:\n  defaultAction: "\x01"\n'
bad 'YAML: NUL in a string' 3:18 'a NUL in a string' 'kind: SeccompProfile\nspec:\n  defaultAction: "\\0"\n'
bad 'YAML: tabulator' 3:1 'cannot start any token' 'kind: SeccompProfile\nspec:\n\tdefaultAction: x\n'
bad 'YAML: deep' 2:38 'nested deeper than 32' "kind: SeccompProfile\nspec: $(printf '[%.0s' {1..100})"
bad 'YAML: unknown action' 5:13 "rule 1: \"action\": there is no action 'SCMP_ACT_NO'" "$Y  - action: SCMP_ACT_NO\n    names: [read]\n"
bad 'YAML: alias' 5:13 'an alias' "$Y  - action: *a\n"
bad 'YAML: anchor' 5:13 'an anchor' "$Y  - action: &a SCMP_ACT_ALLOW\n"
bad 'YAML: anchor of a list' 5:12 'an anchor' "$Y  - names: &a [read]\n"
bad 'YAML: tag' 5:13 'a tag' "$Y  - action: !!str SCMP_ACT_ALLOW\n"
bad 'YAML: merge of keys' 5:5 'a merge of keys' "$Y  - <<: {action: SCMP_ACT_ALLOW}\n"
bad 'YAML: a key twice' 6:1 '"kind" is there already, in line 1' "$Y\nkind: x\n"
bad 'YAML: two documents' 6:1 'more than one document' "$Y\n---\na: b\n"
bad 'YAML: a Pod' 2:7 'a Pod is no profile' 'apiVersion: v1\nkind: Pod\nspec:\n  containers: []\n'
bad 'YAML: errnoRet 4096' 6:15 '"errnoRet" is not a number from 0 to 4095' "$Y  - action: SCMP_ACT_ERRNO\n    errnoRet: 4096\n    names: [read]\n"
bad 'YAML: errnoRet 010' 6:15 '"errnoRet" is not a number from 0 to 4095' "$Y  - action: SCMP_ACT_ERRNO\n    errnoRet: 010\n    names: [read]\n"
bad 'YAML: errnoRet 65536 for a tracer' 6:15 '"errnoRet" is not a number from 0 to 65535' "$Y  - action: SCMP_ACT_TRACE\n    errnoRet: 65536\n    names: [read]\n"
bad 'YAML: value -1' 7:30 '"value" is not a number' "$Y  - action: SCMP_ACT_ALLOW\n    names: [read]\n    args: [{index: 0, value: -1, op: SCMP_CMP_EQ}]\n"
bad 'YAML: empty name' 6:13 'something that is no name' "$Y  - action: SCMP_ACT_ALLOW\n    names: ['']\n"
bad 'YAML: archMap with architectures' 6:3 'one too many' 'kind: SeccompProfile\nspec:\n  defaultAction: SCMP_ACT_ERRNO\n  architectures: [SCMP_ARCH_X86_64]\n  archMap:\n  - architecture: SCMP_ARCH_X86_64\n'

# --- systemd ---

bad 'systemd: truncated' 3:1 "no '='" "${S}SystemCallFil"
bad 'systemd: nothing about calls' 1:1 'about system calls' '[Service]\nExecStart=/bin/true\n'
bad 'systemd: no UTF-8' 3:18 'is no name' "${S}SystemCallFilter=\xff\n"
bad 'systemd: unknown group' 3:23 "no group '@nope'" "${S}SystemCallFilter=read @nope\n"
bad 'systemd: empty name' 3:19 "'' is no name" "${S}SystemCallFilter=~:EPERM\n"
bad 'systemd: errno 4096' 3:19 "no errno '4096'" "${S}SystemCallFilter=~read:4096\n"
bad 'systemd: errno -1' 3:19 "no errno '-1'" "${S}SystemCallFilter=~read:-1\n"
bad 'systemd: large errno' 3:23 "no errno '99999999999999999999'" "${S}SystemCallErrorNumber=99999999999999999999\n"
bad 'systemd: architecture' 3:32 "the architecture 'vax'" "${S}SystemCallArchitectures=native vax\n"
bad 'systemd: family' 3:25 "no address family 'AF_X'" "${S}RestrictAddressFamilies=AF_X\n"
{ printf '%b' "${S}SystemCallFilter=" && printf 'read %.0s' {1..19900}; } >"$T/bad"
check 'systemd: as many words as it takes' "$WHITTLE" convert --arch x86_64 "$T/bad"
bad 'systemd: many words' '3:*' 'more than 20000 words' "${S}SystemCallFilter=$(printf 'read %.0s' {1..20001})"

# --- names ---

bad 'list: no name' 2:6 "'W!' is no name" 'read\nread W!\n'
bad 'list: control character' 2:1 'is no name' 'read\n\x01\n'
bad 'list: a number' 2:1 "'42' is no name" 'read\n42\n'
bad 'list: any text' 1:1 'no word of it is the name of a call' 'hello world\n'
bad 'list: too many' 10001:1 'more than 10000 names' "$(printf 'read\\n' && seq -f 'a%g\n' 2 10001 | tr -d '\n')"
bad 'something else' 1:1 'does not know what this is' '<html>\n'
bad 'a comment' 1:1 'does not know what this is' '# nothing\n'
bad 'strace -c: truncated' 4:1 'ends within the table' "${C}  0.00    0.000000           0         9           read\n"
bad 'strace -c: no name' 3:54 "'READ' is no name" "${C}  0.00    0.000000           0         9             READ\n------\n"
bad 'strace -c: no call' 4:1 'names no call' "${C}------ ----\n"
bad 'strace -f: a number' 2:4 'neither strace nor whittle knows the call syscall_0x3fff' "${F}12 syscall_0x3fff(0) = -1\n"

printf '%b' "${F}12 syscall_0x1b3(0) = -1\n" >"$T/bad"
printf 'clone3\nread\n' >"$T/want"
"$WHITTLE" convert --arch x86_64 --format list "$T/bad" >"$T/got"
same 'a number of strace that whittle knows is a name' "$T/want" "$T/got"

# --- every command that reads a profile, and those that read any file ---

printf '%s' "${J:0:31}" >"$T/bad"
cp tests/golden/formats/plain.json "$T/good"
# status | words of the command
while IFS='|' read -r status command; do
    # shellcheck disable=SC2086
    (cd "$T" && "$WHITTLE" $command >"$T/out" 2>"$T/err") && rc=0 || rc=$?
    if [ "$rc" = "$status" ] && grep -qE 'bad:1:32: (error: )?the file ends' "$T/err" "$T/out" && [ "$(cat "$T/err" "$T/out" | wc -l)" = 1 ]; then
        pass "whittle $command"
    else
        fail "whittle $command" "status $rc: $(cat "$T/err" "$T/out")"
    fi
done <<'E'
1|show bad
1|show --against bad good
1|explain bad read
2|diff bad good
2|diff good bad
1|check bad
1|merge good bad
1|convert bad
1|convert --format list bad
125|enforce bad true
E

# --- under a long name ---

deep=$T/$(printf "%0200d/%0200d/%0200d/%0200d" 1 2 3 4)
mkdir -p "$deep"

# has_line DESC FILE LINE
has_line() {
    if grep -qxF -- "$3" "$2"; then
        pass "$1"
    else
        fail "$1" "not '${3##*/}': $(sed 's,^.*/,,; 3q' "$2")"
    fi
}

printf '{"defaultAction": "SCMP_ACT_ERRNO",\n "more": 1,\n "syscalls": [\n  {"names": ["read"], "action": "SCMP_ACT_ALLOW", "more": 1}]}' >"$deep/p.json"
"$WHITTLE" check --arch x86_64 "$deep/p.json" >"$T/found" || true
"$WHITTLE" convert --format list "$deep/p.json" >/dev/null 2>"$T/told"
for line in '2:10: warning: runtimes ignore' '4:59: warning: rule 1: runtimes ignore'; do
    has_line "a long name: ${line%: runtimes*}" "$T/found" "$deep/p.json:$line the member \"more\" [ignored]"
done
has_line 'a long name: what is ignored is told' "$T/told" "whittle: warning: $(head -c 500 <<<"$deep"):4:59: rule 1: runtimes ignore the member \"more\""

# text | its place | what is wrong there
while IFS='|' read -r text place words; do
    printf '%b' "$text" >"$deep/bad"
    "$WHITTLE" check --arch x86_64 "$deep/bad" >"$T/found" || true
    "$WHITTLE" convert --arch x86_64 "$deep/bad" >/dev/null 2>"$T/told" || true
    has_line "a long name: check: $words" "$T/found" "$deep/bad:$place: error: $words [unreadable]"
    has_line "a long name: $words" "$T/told" "whittle: error: $(head -c 500 <<<"$deep"):$place: $words"
done <<E
${J:0:31}|1:32|the file ends where the end of a string is expected
$J\n{"names": [1], "action": "SCMP_ACT_ALLOW"}]}|2:12|rule 1: "names" holds something that is no name
${Y}  - names: *a\n|5:12|an alias, which whittle does not read
read\nread W!\n|2:6|'W!' is no name of a call
[Service]\nExecStart=/bin/true\n|1:1|nothing in it is about system calls: no SystemCallFilter= in [Service]
E

printf '%b' "${C}  0.00    0.000000           0         9           read\n------\n" >"$T/calls"
"$WHITTLE" check --arch x86_64 "$T/calls" >"$T/found" || true
has_line 'check: what is said of a whole file stands at its beginning' "$T/found" "$T/calls:1:1: warning: strace -c counts no calls that do not return, which no program can do without: added exit exit_group [ignored]"

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The loop of the manual, with the kernel's own records: a program is recorded on one path and takes another one; its profile refuses
# that, the twin lets it through and logs it, audit finds what is missing and allows it. What must be found is what strace sees.
set -eu
. tests/lib.sh

need perl strace python3
program=$T/loop$$ # its own name, so that nobody else's records count
cp "$(readlink -f "$(command -v perl)")" "$program"
cat >"$T/script" <<'SCRIPT'
my ($dir, $other) = @ARGV;
print "one\n";
exit 0 unless $other;
mkdir "$dir/d" or die "mkdir: $!";
symlink "x", "$dir/l" or die "symlink: $!";
readlink "$dir/l" eq "x" or die "readlink";
rename "$dir/l", "$dir/m" or die "rename: $!";
unlink "$dir/m" or die "unlink: $!";
rmdir "$dir/d" or die "rmdir: $!";
umask 077;
getpgrp > 0 or die "getpgrp";
setpgrp 0, 0 or die "setpgrp: $!";
print "other\n";
SCRIPT
mkdir "$T/dir"
one=("$program" "$T/script" "$T/dir")
other=("${one[@]}" other)

if ! grep -qw log /proc/sys/kernel/seccomp/actions_logged 2>/dev/null; then
    skip "$_name" 'not here: the kernel does not log the action LOG (kernel.seccomp.actions_logged)'
    exit 0
fi

# --- the listener ---

python3 tests/live/audit_listen.py >"$T/log" 2>"$T/listen.err" &
listener=$!
stop_listener() {
    kill "$listener" 2>/dev/null || true
    wait "$listener" 2>/dev/null || true
}
on_exit stop_listener

# until COMMAND...: up to 30 s
until_true() {
    for _ in {1..300}; do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}
listens() {
    grep -q '^ready' "$T/log" || ! kill -0 "$listener" 2>/dev/null
}
until_true listens || fail 'the listener starts' "$(cat "$T/listen.err")"
if ! kill -0 "$listener" 2>/dev/null; then
    skip "$_name" "not here: the kernel's audit does not let us listen: $(tail -n 1 "$T/listen.err")"
    exit 0
fi

# Records come in order: when the last one of a program that runs after ours is there, all of ours are.
cat >"$T/all.json" <<'PROFILE'
{"defaultAction": "SCMP_ACT_LOG", "syscalls": []}
PROFILE
ends=0
has_end() {
    grep -q "comm=\"end$ends\.$$\"" "$T/log"
}
drain() {
    ends=$((ends + 1))
    cp "$(readlink -f "$(type -P true)")" "$T/end$ends.$$"
    "$WHITTLE" enforce "$T/all.json" "$T/end$ends.$$"
    until_true has_end || fail 'the records arrive'
}

# --- record, and take the other path ---

check 'record one path' "$WHITTLE" record -q -o "$T/p.json" -- "${one[@]}"
check 'it runs under its profile' "$WHITTLE" enforce "$T/p.json" "${one[@]}"
if "$WHITTLE" enforce "$T/p.json" "${other[@]}" >"$T/out" 2>&1; then
    fail 'the profile refuses the other path'
else
    pass 'the profile refuses the other path'
fi

# --- under the twin ---

check 'the twin' "$WHITTLE" convert "$T/p.json" --default-action log -o "$T/twin.json"
check 'the other path runs under the twin' "$WHITTLE" enforce "$T/twin.json" "${other[@]}"
drain
cp "$T/log" "$T/log.1"

strace -f -qq -o "$T/trace" "${other[@]}" >/dev/null
sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' "$T/trace" | sort -u >"$T/called"
jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' "$T/p.json" | sort -u >"$T/allowed"
comm -23 "$T/called" "$T/allowed" >"$T/want"
[ -s "$T/want" ] || fail 'the other path calls what the profile lacks'

# --- audit ---

check_status 1 'audit finds denials' "$WHITTLE" audit --log "$T/log.1" --comm "${program##*/}" --json
jq -r '.denials[].name' "$T/out" | sort -u >"$T/got"
same 'what was logged is what strace sees beyond the profile' "$T/want" "$T/got"
check_status 1 'audit updates the profile' "$WHITTLE" audit --log "$T/log.1" --comm "${program##*/}" --update "$T/p.json"
sed -n 's/.* allows \([a-z0-9_]*\) now.*/\1/p' "$T/err" | sort -u >"$T/named"
same 'it names each' "$T/want" "$T/named"

# --- enforce ---

check 'the other path runs under the updated profile' "$WHITTLE" enforce "$T/p.json" "${other[@]}"
check 'and the one' "$WHITTLE" enforce "$T/p.json" "${one[@]}"
check 'the twin of the updated profile' "$WHITTLE" convert "$T/p.json" --default-action log -o "$T/twin.json"
before=$(wc -l <"$T/log")
check 'the other path runs under that' "$WHITTLE" enforce "$T/twin.json" "${other[@]}"
drain
tail -n "+$((before + 1))" "$T/log" >"$T/log.2"
check_status 0 'and nothing is logged any more' "$WHITTLE" audit --log "$T/log.2" --comm "${program##*/}"

# --- the same without a log: audit watches the twin itself ---

check 'record anew' "$WHITTLE" record -q -o "$T/q.json" -- "${one[@]}"
check 'its twin' "$WHITTLE" convert "$T/q.json" --default-action log -o "$T/twin.json"
watch=("$WHITTLE" audit --update "$T/q.json" -- "$WHITTLE" enforce "$T/twin.json" "${other[@]}")
if kernel_before 5.15; then
    says 'audit cannot watch the twin here, and says so' 2 'Linux 5.15 does' "${watch[@]}"
else
    check_status 1 'audit watches the twin' "${watch[@]}"
    check 'the other path runs under what it made' "$WHITTLE" enforce "$T/q.json" "${other[@]}"
fi

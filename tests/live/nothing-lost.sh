#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Nothing is lost: not a syscall from the set, not a call from the counts, however little userspace gets to run.
set -eu
. tests/lib.sh
need jq join

programs=${BUILD:-build}/tests/programs

# the workload's calls of a recording, "NUMBER CALLS" a line
calls() { # RECORDING
    jq -r '.syscalls[] | select(.class == "workload") | "\(.number) \(.calls)"' "$1" | sort
}

# Two threads flood; the ring is one page, and its consumer stopped before they start.
# shellcheck disable=SC2016
"$WHITTLE" record -q --ring-size 4k --recording "$T/flood.json" -- \
    sh -c 'kill -STOP $PPID; "$0"; kill -CONT $PPID' "$programs/flood" >"$T/flood.made"
calls "$T/flood.json" >"$T/flood.seen"
sort "$T/flood.made" >"$T/flood.want"
# the shell, the start of the program and its output make other calls, and some of the same ones
join "$T/flood.want" "$T/flood.seen" | awk '$1 >= 600 && $2 != $3 || $1 < 600 && ($3 < $2 || $3 > $2 + 20)' >"$T/flood.wrong"
missing=$(join -v1 "$T/flood.want" "$T/flood.seen" | wc -l)
wanted=$(wc -l <"$T/flood.want")
if [ "$wanted" -gt 400 ] && [ "$missing" = 0 ] && ! [ -s "$T/flood.wrong" ]; then
    pass "two threads flood, ring of one page, consumer stopped: $wanted syscalls, every call counted"
else
    fail "two threads flood, ring of one page, consumer stopped" "$missing of $wanted missing, wrong counts:"
    detail <"$T/flood.wrong"
fi
late=$(jq .losses.late "$T/flood.json")
if [ "$late" -gt 100 ] && [ "$(jq .complete "$T/flood.json")" = true ]; then
    pass "news that found no room are counted as late ($late), not as lost"
else
    fail "news that found no room are counted as late" "late is $late"
fi
# getppid, getuid ... exactly: calls that neither sh nor the C library make here
join "$T/flood.want" "$T/flood.seen" | awk '$2 == 40000 { n++; exact += $2 == $3 } END { exit !(n > 30 && exact > n - 12) }' &&
    pass "most flooded calls are made by nobody else, and counted to the last one" ||
    { fail "flooded calls are counted to the last one"; join "$T/flood.want" "$T/flood.seen" | awk '$2 == 40000 && $2 != $3' | detail; }

# a hundred runs, a hundred equal sets
for i in $(seq 100); do
    "$WHITTLE" record -q --recording "$T/run.json" -- ls -l /usr >/dev/null
    calls "$T/run.json" | cut -d' ' -f1 | sort -n | tr '\n' ' '
    echo
done >"$T/runs"
if [ "$(sort -u "$T/runs" | wc -l)" = 1 ] && [ "$(head -n1 "$T/runs" | wc -w)" -gt 15 ]; then
    pass "100 runs of ls -l give 100 equal sets"
else
    fail "100 runs of ls -l give 100 equal sets" "$(sort -u "$T/runs" | wc -l) different ones"
    sort "$T/runs" | uniq -c | detail
fi

# 500 commands that live some milliseconds
"$WHITTLE" record -q --recording "$T/brief.json" -- "$programs/brief" 500
calls "$T/brief.json" | awk '$1 >= 2000 { if ($1 > 2499 || $2 != 1) bad++; n++ } END { exit !(n == 500 && !bad) }' &&
    pass "500 commands of a few milliseconds: each one's own call is there, once" ||
    fail "500 commands of a few milliseconds are recorded whole"
execs=$(jq '[.syscalls[] | select(.name == "execve")][0].calls' "$T/brief.json")
exits=$(jq '[.syscalls[] | select(.name == "exit_group")][0].calls' "$T/brief.json")
if [ "$execs $exits" = "501 501" ]; then
    pass "... with 501 execs and 501 exits"
else
    fail "... with 501 execs and 501 exits" "$execs execs, $exits exits"
fi

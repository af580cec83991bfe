#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The unit template whittle@.service: systemd finds nothing wrong with it, and little to harden.
set -eu
. tests/lib.sh
need systemd-analyze

unit=$T/whittle@web.service
sed "s,@BINDIR@,$(dirname "$(realpath "$WHITTLE")")," scripts/systemd/whittle@.service.in >"$unit"
check 'systemd-analyze verify' systemd-analyze verify --man=no "$unit"
[ ! -s "$T/err" ] && pass 'and it warns of nothing' || fail 'and it warns of nothing' "$(cat "$T/err")"
# the options of its commands exist
sed -n 's/^Exec[A-Za-z]*=.*\/whittle //p' "$unit" | while read -r command options; do
    "$WHITTLE" "$command" --help >"$T/help"
    for option in $(grep -o -e ' --[a-z-]*' -e ' -[a-z]\b' <<<" $options") --unit; do
        if [ "$command" = stop ] && [ "$option" = --unit ]; then continue; fi
        grep -qe "$option\b" "$T/help" && pass "$command $option" || fail "$command $option"
    done
done
if systemd-analyze security --offline=true "$unit" >"$T/security" 2>&1; then
    score=$(sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\).*/\1/p' "$T/security")
    echo "# systemd-analyze security: exposure $score"
    awk -v s="$score" 'BEGIN { exit !(s != "" && s <= 2.5) }' && pass 'its exposure is at most 2.5' || fail 'its exposure is at most 2.5' "$score"
else
    skip 'its exposure' 'not here: this systemd-analyze reads no unit offline'
fi

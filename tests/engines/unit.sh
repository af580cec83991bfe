#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `whittle record --unit` with a real systemd, which is the first process of a podman container: it gives units cgroups of their
# own in a v2 hierarchy.
set -eu
. tests/lib.sh
. tests/engines.sh
each_layout "$@"
[ "$LAYOUT" = v2 ] || exit 0
need jq podman nsenter systemctl strace
systemd=/lib/systemd/systemd
[ -x $systemd ] || need systemd
engines_up

# An /etc with our units alone; nothing of the host's is started.
mkdir -p "$T/etc/systemd/system"
cp /etc/ld.so.cache /etc/passwd /etc/group "$T/etc/"
echo 0123456789abcdef0123456789abcdef >"$T/etc/machine-id"
printf '[Unit]\nDescription=test\nWants=busy.service\n' >"$T/etc/systemd/system/test.target"
# shellcheck disable=SC2016 # for the shell of the unit
loop='while :; do umask 022; echo x >/tmp/x; rm /tmp/x; sleep 0.1; done'
unit() { # NAME COMMAND [LINE]
    printf '[Service]\nExecStart=/usr/bin/busybox sh -c "%s"\n%s\n' "$2" "${3-}" >"$T/etc/systemd/system/$1.service"
}
unit busy "$loop"
unit brief 'mkdir /tmp/brief; exec sync'
unit filtered 'mkdir /tmp/filtered; exec sync' 'SystemCallFilter=~reboot'

whittle=$(readlink -f "$WHITTLE")
id=$("${PODMAN[@]}" -d --name "systemd-$$" --systemd=always -v /usr:/usr:ro -v "$T/etc:/etc" -v "$(dirname "$whittle"):/srv:ro" -v "$T:/mnt" \
    --tmpfs /run --tmpfs /tmp host:1 $systemd --unit=test.target)
pid=$(podman inspect -f '{{.State.Pid}}' "$id")
inside() {
    nsenter -t "$pid" -m -p -n -i -u -C "$@"
}
up() {
    [ "$(inside systemctl is-active busy.service 2>/dev/null)" = active ]
}
for _ in {1..300}; do
    ! up || break
    sleep 0.1
done
if ! up; then
    skip "units of a systemd" "not here: systemd does not come up in a container: $(podman logs "$id" 2>&1 | tail -n 1 | tr -d '\r')"
    exit 0
fi

# Records in the background, until the line that says so.
record() { # OPTION...
    rm -f "$T/p.json" "$T/rec.json"
    : >"$T/log"
    inside timeout -s INT 60 /srv/whittle record -o /mnt/p.json --recording /mnt/rec.json "$@" 2>"$T/log" &
    recorder=$!
    for _ in {1..300}; do
        ! grep -q '^whittle: \(recording\|waiting\)' "$T/log" || return 0
        kill -0 $recorder 2>/dev/null || break
        sleep 0.1
    done
    fail "record $*" "it does not begin"
    detail <"$T/log"
}
calls() {
    jq -r '.syscalls[] | select(.class == "workload" or .class == "in_flight") | .name' "$T/rec.json" | sort -u
}
good() { # DESC CONDITION...
    local desc=$1
    shift
    if "$@"; then
        pass "$desc"
    else
        fail "$desc"
        detail <"$T/log"
        calls | tr '\n' ' ' | detail
    fi
}
set_up='mount|umount2|pivot_root|unshare|setns|seccomp|keyctl'

# The oracle: strace of the same loop, of its rounds but the last.
strace -f -o "$T/strace" busybox sh -c "${loop/while :/for i in 1 2 3}"
tac "$T/strace" | sed -n '/ umask(/,$p' | tac | sed -n '/ umask(/,$p' | sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p' | sort -u >"$T/want"
record --unit busy --for 3s
wait $recorder || :
calls >"$T/seen"
same "a unit that runs: the calls that strace sees" "$T/want" "$T/seen"
good "... and the recording says which it is" eval '[ "$(jq -r .target "$T/rec.json")" = "unit busy (cgroup /sys/fs/cgroup/system.slice/busy.service)" ]'
for unit in brief filtered; do
    record --wait --unit "$unit"
    # systemctl has no bus to wait at; the end is that of the recording
    inside systemctl start "$unit.service" || kill -INT $recorder
    status=0
    wait $recorder || status=$?
    good "a unit that is started later, $unit: from its first instruction to its last" \
        eval '[ $status = 0 ] && calls | grep -qx mkdir && calls | grep -qx sync && ! calls | grep -qxE "$set_up"'
done
status=0
inside /srv/whittle record --unit nobody -o /mnt/p.json 2>"$T/log" || status=$?
good "a unit that there is not" eval '[ $status = 1 ] && grep -q "there is no unit nobody.service" "$T/log"'
status=0
inside /srv/whittle record --unit brief -o /mnt/p.json 2>"$T/log" || status=$?
good "a unit that does not run" eval '[ $status = 1 ] && grep -q "unit brief.service does not run (it is .inactive.)" "$T/log"'

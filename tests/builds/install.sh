#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# make install puts everything where it belongs, make uninstall takes it away.
set -eu
. tests/lib.sh

check "make install DESTDIR= PREFIX=" make -s install DESTDIR="$T/root" PREFIX=/usr
check "the installed program runs" "$T/root/usr/bin/whittle" --version
check "the generator of profiles is installed, as a command" "$T/root/usr/bin/whittle-generate-seccomp-profile" --help
check "... with examples for CI" diff -r scripts/ci-examples "$T/root/usr/share/doc/whittle/ci-examples"
for page in man1/whittle.1 man5/whittle-recording.5 man5/whittle-profile.5; do
    check "$page is installed" test -s "$T/root/usr/share/man/$page"
done
check "the hook is installed, and names the program" grep -q '"/usr/bin/whittle"' "$T/root/usr/share/containers/oci/hooks.d/whittle.json"
check "the unit template is installed, and names the program" grep -q "^ExecStart=/usr/bin/whittle start" "$T/root/usr/lib/systemd/system/whittle@.service"
echo /srv >"$T/root/etc/whittle/hook.conf"
check "installing again" make -s install DESTDIR="$T/root" PREFIX=/usr
check "... leaves what an administrator wrote" grep -qx /srv "$T/root/etc/whittle/hook.conf"
check "make uninstall" make -s uninstall DESTDIR="$T/root" PREFIX=/usr
check "... leaves nothing but the administrator's file" test "$(find "$T/root" -type f)" = "$T/root/etc/whittle/hook.conf"
check "make help lists the targets" sh -c 'make -s help | grep -q check-live'

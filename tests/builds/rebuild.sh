#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A header that is edited rebuilds what depends on it, BPF objects too, and nothing else.
set -eu
. tests/lib.sh

# What make would do if FILE were new (-W). The tree is built, so without it there is nothing to do.
would_build() { # FILE
    make -n -W "$1" tests 2>/dev/null | sed -n 's/.* -c -o \(build[^ ]*\.o\)\(\.tmp\)\? .*/\1/p' | sort -u >"$T/would"
}

make -s tests >"$T/out" 2>&1
would_build README.md
if [ -s "$T/would" ]; then
    fail "nothing is built twice"
    detail <"$T/would"
else
    pass "nothing is built twice"
fi
while read -r header object; do
    would_build "$header"
    if grep -qx "build/$object" "$T/would"; then
        pass "$header rebuilds $object"
    else
        fail "$header rebuilds $object"
    fi
done <<'END'
bpf/event.h tracer.bpf.o
bpf/event.h user/record/session.o
bpf/count.bpf.h tracer.bpf.o
vmlinux/vmlinux.h tracer.bpf.o
user/base/err.h user/target/cgroup.o
user/syscalls/set.h user/profile/derive.o
END
would_build user/target/mount.h
if grep -q profile "$T/would"; then fail "user/target/mount.h rebuilds no profile"; else pass "user/target/mount.h rebuilds no profile"; fi

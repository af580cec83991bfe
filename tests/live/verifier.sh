#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What each compiler here makes of the BPF side loads, and is verified in few steps: a loop that one compiler turns into
# branches can cost the verifier a million. Its twin for Linux 5.10 has no instruction that is newer, and its variables lie where those of the other
# do (user/record/session_object.c).
# BESIDE: nothing is recorded.
set -eu
. tests/lib.sh
need bpftool clang llvm-objdump llvm-nm

most=50000
arch=$(uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')
pins=/sys/fs/bpf/whittle-test-$$ # no dots there
for compiler in clang clang-{14..25}; do
    command -v "$compiler" >/dev/null || continue
    compile() { # OBJECT OPTION...
        "$compiler" -g -O2 -mcpu=v3 -target bpf "-D__TARGET_ARCH_$arch" -Ibpf -Ivmlinux -c bpf/tracer.bpf.c -o "$@"
    }
    compile "$T/tracer.bpf.o" -DWITHOUT_FENTRY
    bpftool -d prog loadall "$T/tracer.bpf.o" "$pins" >"$T/log" 2>&1 || :
    loaded=$(find "$pins" -type f 2>/dev/null | wc -l)
    rm -rf "$pins"
    steps=$(sed -n 's/^processed \([0-9]*\) insns.*/\1/p' "$T/log" | sort -n | tail -n 1)
    if [ "$loaded" -ge 15 ] && [ "$steps" -le $most ]; then
        pass "$compiler $("$compiler" -dumpversion): $loaded programs load, the largest in $steps steps"
    else
        fail "$compiler $("$compiler" -dumpversion): programs load in at most $most steps each" "$loaded loaded, ${steps:-?} steps"
        grep -v '^[0-9;R]' "$T/log" | detail
    fi
    compile "$T/tracer.bpf.o"
    compile "$T/twin.bpf.o" -DLINUX_5_10
    compile "$T/twin_6_1.bpf.o" -DLINUX_6_1
    llvm-objdump -d "$T/twin.bpf.o" | awk '/^[0-9a-f]+ </ { program = $2 } /atomic_|xchg|<unknown>/ { print program }' | sort -u >"$T/newer"
    : >"$T/none"
    same "$compiler: the twin for Linux 5.10 only adds" "$T/none" "$T/newer"
    for object in tracer twin twin_6_1; do
        llvm-nm -n "$T/$object.bpf.o" | grep ' [BDR] ' >"$T/$object.variables" || fail "$object has variables"
    done
    same "$compiler: ... and has the same variables in the same places" "$T/tracer.variables" "$T/twin.variables"
    same "$compiler: that for Linux 6.1 has them, too" "$T/tracer.variables" "$T/twin_6_1.variables"
    # libbpf 1.1 does not look for functions of the kernel without CAP_SYS_ADMIN
    same "$compiler: ... and both need no function of the kernel" "$T/none" <(llvm-nm -u "$T/twin.bpf.o" "$T/twin_6_1.bpf.o" | grep '^ ' || :)
done

#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What whittle loads is verified in few steps, by this kernel; and what each compiler here makes of the BPF side loads, and is: a loop that one compiler
# turns into branches can cost the verifier a million. Its twin for Linux 5.10 has no instruction that is newer, and its variables lie where those of
# the other do (user/record/session_object.c).
# COMPILERS= (empty): only what whittle loads. BESIDE: only an empty cgroup is recorded.
set -eu
. tests/lib.sh
need bpftool

most=50000

# --- what whittle loads, in each way of recording ---
# "STEPS ID" of each program that a process holds
verified() { # PID
    awk '/^prog_id:/ { id = $2 } /^verified_insns:/ { print $2, id }' /proc/"$1"/fdinfo/* 2>/dev/null | sort -rn | uniq
}

loads_in_few_steps() { # DESC PROGRAMS OPTION...
    local desc=$1 programs=$2 w steps id
    shift 2
    own_cgroup
    "$WHITTLE" record --cgroup "$CG" -o "$T/p.json" "$@" >"$T/out" 2>"$T/err" & w=$!
    await_recording $w
    verified $w >"$T/verified"
    read -r steps id <"$T/verified"
    bpftool prog show id "${id:-0}" >"$T/largest" 2>&1 || :
    kill -INT $w
    wait $w || :
    if [ "$(wc -l <"$T/verified")" -ge "$programs" ] && [ "$steps" -le $most ]; then
        pass "$desc: $(wc -l <"$T/verified") programs load, the largest in $steps steps ($(sed -n '1s/.* name \([^ ]*\).*/\1/p' "$T/largest"))"
    else
        fail "$desc: $programs programs and more load in at most $most steps each" "$(paste -sd, "$T/verified")"
        detail <"$T/largest"
        detail <"$T/err"
    fi
}
loads_in_few_steps "a recording" 8
loads_in_few_steps "... with arguments" 8 --args all
loads_in_few_steps "... with statistics and denials" 11 --stats --denials always
WHITTLE_FEATURES=-tp_btf,-fetch,-cpu_rows loads_in_few_steps "... with the fallbacks" 8

# --- what each compiler makes of the BPF side ---
read -ra compilers <<<"${COMPILERS-clang $(echo clang-{14..25})}"
if [ ${#compilers[@]} = 0 ]; then
    skip "what each compiler makes of the BPF side loads" "not here: COMPILERS is empty"
    exit 0
fi
need clang llvm-objdump llvm-nm
arch=$(uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')
pins=/sys/fs/bpf/whittle-test-$$ # no dots there
for compiler in "${compilers[@]}"; do
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

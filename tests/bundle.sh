# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# An OCI bundle with busybox for tests that run real containers; sourced after tests/lib.sh.

# Makes the bundle $BUNDLE.
make_bundle() {
    BUNDLE=$T/bundle
    mkdir -p "$BUNDLE"/rootfs/{bin,etc,proc,sys,dev,tmp,root,run}
    cp "$(command -v busybox)" "$BUNDLE/rootfs/bin/busybox"
    chroot "$BUNDLE/rootfs" /bin/busybox --install -s /bin
    (cd "$BUNDLE" && runc spec && mv config.json base.json)
}

# Writes the bundle's config.json. CGROUP is a path in the v2 hierarchy, SECCOMP a JSON object, or null.
bundle_config() { # CGROUP SECCOMP COMMAND...
    local cgroup=$1 seccomp=$2
    shift 2
    jq --arg cgroup "$cgroup" --argjson seccomp "$seccomp" \
        '.process.terminal = false | .root.readonly = false | .linux.cgroupsPath = $cgroup
         | .linux.seccomp = $seccomp | .process.args = $ARGS.positional' \
        "$BUNDLE/base.json" --args -- "$@" >"$BUNDLE/config.json"
}

# A filter that refuses nothing that anybody here calls: it is loaded, and that is what matters.
# shellcheck disable=SC2034
ALLOW='{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
        "syscalls": [{"names": ["acct"], "action": "SCMP_ACT_ERRNO"}]}'

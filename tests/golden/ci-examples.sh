#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The examples for CI: YAML of the right shape, shell that parses, options that there are, and a comparison of profiles that
# tells what differs. (tests/engines/generate.sh runs the exercise.)
set -eu
. tests/lib.sh
need python3 jq
examples=scripts/ci-examples

check "YAML of the right shape" python3 tests/golden/ci_examples.py "$examples" "$T"
for script in "$examples/exercise" "$T"/*.sh; do
    check "${script##*/}: shell that parses" sh -n "$script"
done

# every option behind the generator's name is in its help
scripts/generate-seccomp-profile --help >"$T/help"
grep -ho 'generate-seccomp-profile --.*' "$examples"/*.yml | grep -o -- '--[a-z][a-z-]*' | sort -u >"$T/options"
grep -o -- '--record-option[^`]*' "$examples/README.md" | grep -o -- '--[a-z][a-z-]*' >>"$T/options"
check "there are options" test "$(wc -l <"$T/options")" -ge 4
while read -r option; do
    check "$option is in its help" grep -qF -- "$option" "$T/help"
done <"$T/options"

# The step of each CI that compares, as it stands in the YAML.
profile() { # FILE NAME...
    local file=$1
    shift
    jq -n '{defaultAction: "SCMP_ACT_ERRNO", syscalls: [{names: $ARGS.positional, action: "SCMP_ACT_ALLOW"},
        {names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38}]}' --args "$@" >"$file"
}
compare() { # CI
    (cd "$T" && PROFILE=committed.json IMAGE=web:ci bash -eo pipefail "$1.compare.sh")
}
for ci in github-actions gitlab-ci; do
    profile "$T/committed.json" read write
    profile "$T/web.json" write read
    check "$ci: the same names in another order are the same" compare $ci
    profile "$T/web.json" write read mkdir
    check_status 1 "$ci: one more is a difference" compare $ci
    cp "$T/out" "$T/told"
    check "... and told" grep -qx +mkdir "$T/told"
    profile "$T/web.json" write
    check_status 1 "$ci: one less is a difference" compare $ci
    profile "$T/web.json" write read clone3
    check_status 1 "$ci: what was answered ENOSYS and is allowed now is a difference" compare $ci
    rm "$T/committed.json"
    check_status 1 "$ci: the first time there is none to compare with" compare $ci
    cp "$T/out" "$T/told"
    check "... and what to do is told" grep -q '^there is no committed.json yet: commit the web.json' "$T/told"
    check "... and nothing else" test "$(cat "$T/told" "$T/err" | wc -l)" = 1
    profile "$T/committed.json" read write
    rm "$T/web.json"
    check "$ci: no profile is no success" sh -c '! "$@"' sh env -C "$T" PROFILE=committed.json IMAGE=web:ci bash -eo pipefail "$ci.compare.sh"
done

#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The manifests of scripts/kubernetes: fields of the API, securityContext, and what they have run.
set -eu
. tests/lib.sh
need python3
python3 -c 'import yaml' 2>/dev/null || { skip kubernetes 'python3-yaml is not installed'; exit 0; }

manifests=(scripts/kubernetes/*.yaml)
check "${#manifests[@]} manifests have only known fields, and all that are required" python3 tests/golden/kubernetes.py "${manifests[@]}"
# The check can fail.
breaks() { # DESC SED-SCRIPT FILE
    sed "$2" "scripts/kubernetes/$3" >"$T/broken.yaml"
    check_status 1 "refused: $1" python3 tests/golden/kubernetes.py "$T/broken.yaml"
}
breaks 'a field that is not there' 's/hostPID:/hostPids:/' record.yaml
breaks 'another kind' 's/kind: DaemonSet/kind: DemonSet/' record.yaml
breaks 'a privilege too much' 's/add: \[BPF/add: [SYS_ADMIN, BPF/' record.yaml
breaks 'a volume that is not there' 's/^            - name: recordings/            - name: others/' fold.yaml
breaks 'a selector of other pods' '0,/app: whittle-record/s//app: other/' record.yaml
breaks 'text for a number' 's/backoffLimit: 2/backoffLimit: two/' fold.yaml
breaks 'no restartPolicy' '/restartPolicy/d' fold.yaml

# Their shell is shell, and the options exist.
python3 - "${manifests[@]}" <<'E' >"$T/script"
import sys, yaml
for path in sys.argv[1:]:
    for document in yaml.safe_load_all(open(path)):
        for container in document["spec"].get("template", {}).get("spec", {}).get("containers", []):
            print("\n".join(container["args"]))
E
check 'what they run is shell' sh -n "$T/script"
grep -o 'whittle [a-z]* .*' "$T/script" | while read -r _ command rest; do
    "$WHITTLE" "$command" --help >"$T/help"
    for option in $(grep -oE -e ' --?[a-z-]+' <<<" $rest"); do
        grep -qe "$option\b" "$T/help" && pass "$command $option" || fail "$command $option"
    done
done

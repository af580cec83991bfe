#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The manifests of scripts/kubernetes: fields of the API, securityContext, and what they have run.
set -eu
. tests/lib.sh
need python3 jq
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

# What a node runs, with stand-ins for time, crictl and the recorder: no container at first, then two of one name. The first hour is over at once, and
# TERM ends the second.
python3 - "$T/mnt" <<'E' >"$T/record"
import re, sys, yaml
for document in yaml.safe_load_all(open("scripts/kubernetes/record.yaml")):
    if document["kind"] == "DaemonSet":
        script = document["spec"]["template"]["spec"]["containers"][0]["args"][0]
        print(re.sub("(?=/(recordings|tmp)/)", sys.argv[1], script))
E
mkdir -p "$T/bin" "$T/mnt/recordings" "$T/mnt/tmp"
cat >"$T/bin/crictl" <<'E'
#!/bin/sh
[ "$*" = 'ps -q --name ^web$' ] || exit 1
[ ! -e "$T/asked" ] || printf '%s\n' 1234567890ab 234567890abc
: >"$T/asked"
E
cat >"$T/bin/whittle" <<'E'
#!/bin/bash
[ "$1" = record ] || exec "$WHITTLE" "$@"
echo "$*" >>"$T/hours"
number=$(wc -l <"$T/hours")
until [ "$1" = --recording ]; do shift; done
file=$2
end() { # STATUS
    echo '{"format": "whittle-recording", "version": 1, "host": {"kernel": "6.1", "machine": "x86_64", "libseccomp": "2.5.4"}, "target": "web",
        "hook": "tp_btf", "started": "2026-01-02T03:04:05.678Z", "elapsed_ns": 1, "whole": false, "losses": {}, "moved": [],
        "syscalls": [{"arch": "x86_64", "number": '"$number"', "class": "workload", "calls": 2, "first": {"ns": 0}}]}' >"$file"
    exit "$1"
}
trap 'end 3' TERM
[ "$number" -gt 1 ] || { sleep 1 && end 0; }
: >"$T/second"
while :; do sleep 1; done
E
printf '#!/bin/sh\nexec %s 0.1\n' "$(command -v sleep)" >"$T/bin/sleep"
# shellcheck disable=SC2016 # for the stand-in: two hours are two seconds
printf '#!/bin/sh\n[ "$1" != +%%s ] || exec %s +%%s%%N\nexec %s "$@"\n' "$(command -v date)" "$(command -v date)" >"$T/bin/date"
chmod +x "$T"/bin/*
touch -d '40 days ago' "$T/mnt/recordings/n2.old.recording.json"
(
    export T NODE=n1 WHITTLE PATH=$T/bin:$PATH
    exec timeout 60 sh "$T/record" >"$T/log" 2>&1
) &
node=$!
for _ in {1..300}; do [ ! -e "$T/second" ] || break; sleep 0.1; done
kill -TERM $node
wait $node || :
sed 's/ --for.*//' "$T/hours" | sort -u >"$T/said"
echo 'record --container crictl:1234567890ab --container crictl:234567890abc' >"$T/want"
same 'all containers of the name are recorded' "$T/want" "$T/said"
"$WHITTLE" merge "$T"/mnt/recordings/*.recording.json | jq -c '[.syscalls[].number]' >"$T/said" 2>&1 || :
echo '[1,2]' >"$T/want"
same 'each hour of theirs, the one that TERM ends as well' "$T/want" "$T/said"
find "$T/mnt" -type f -name '*.recording.json' -printf '%P\n' >"$T/said"
echo "recordings/n1.$(date +%Y-%m).recording.json" >"$T/want"
same '... in one file a month, and old ones are gone' "$T/want" "$T/said"

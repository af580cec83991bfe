# SPDX-License-Identifier: BSD-2-Clause
"""Are manifests what Kubernetes takes, as far as their fields go? A table of the fields of its API that they may use: a
field that is not in it is refused, so that none is invented. Prints a line for each thing that is wrong."""
import sys

import yaml

TEXT, NUMBER, FLAG, TEXTS, MAP = str, int, bool, [str], {"*": str}
SECCOMP = {"type!": TEXT, "localhostProfile": TEXT}
RESOURCES = {"requests": MAP, "limits": MAP}
CONTAINER = {
    "name!": TEXT, "image!": TEXT, "command": TEXTS, "args": TEXTS,
    "env": [{"name!": TEXT, "value": TEXT, "valueFrom": {"fieldRef": {"apiVersion": TEXT, "fieldPath!": TEXT}}}],
    "securityContext!": {"runAsUser": NUMBER, "runAsGroup": NUMBER, "runAsNonRoot": FLAG, "privileged": FLAG,
                         "allowPrivilegeEscalation!": FLAG, "readOnlyRootFilesystem!": FLAG,
                         "capabilities!": {"add": TEXTS, "drop!": TEXTS}, "seccompProfile": SECCOMP},
    "resources!": RESOURCES,
    "volumeMounts": [{"name!": TEXT, "mountPath!": TEXT, "readOnly": FLAG, "subPath": TEXT}],
}
POD = {
    "hostPID": FLAG, "automountServiceAccountToken": FLAG, "terminationGracePeriodSeconds": NUMBER, "restartPolicy": TEXT,
    "securityContext": {"runAsUser": NUMBER, "runAsGroup": NUMBER, "runAsNonRoot": FLAG, "fsGroup": NUMBER, "seccompProfile": SECCOMP},
    "containers!": [CONTAINER],
    "volumes": [{"name!": TEXT, "persistentVolumeClaim": {"claimName!": TEXT}, "emptyDir": {"medium": TEXT},
                 "hostPath": {"path!": TEXT, "type": TEXT}}],
}
TEMPLATE = {"metadata!": {"labels!": MAP}, "spec!": POD}
KINDS = {
    ("v1", "PersistentVolumeClaim"): {"accessModes!": TEXTS, "resources!": RESOURCES},
    ("apps/v1", "DaemonSet"): {"selector!": {"matchLabels!": MAP}, "template!": TEMPLATE},
    ("batch/v1", "Job"): {"backoffLimit": NUMBER, "template!": TEMPLATE},
}
wrong = []


def check(value, shape, where):
    if isinstance(shape, type):
        if type(value) is not shape:
            wrong.append(f"{where}: {value!r} is no {shape.__name__}")
    elif isinstance(shape, list):
        if not isinstance(value, list) or not value:
            wrong.append(f"{where}: no list, or an empty one")
            return
        for i, member in enumerate(value):
            check(member, shape[0], f"{where}[{i}]")
    elif not isinstance(value, dict):
        wrong.append(f"{where}: no object")
    elif "*" in shape:
        for key, member in value.items():
            check(member, shape["*"], f"{where}.{key}")
    else:
        fields = {name.rstrip("!"): kind for name, kind in shape.items()}
        wrong.extend(f"{where}: there is no field {key}" for key in value if key not in fields)
        wrong.extend(f"{where}: {name[:-1]} is missing" for name in shape if name.endswith("!") and name[:-1] not in value)
        for key in value.keys() & fields.keys():
            check(value[key], fields[key], f"{where}.{key}")


def check_pod(spec, where):
    """What the shape does not say."""
    volumes = {volume.get("name") for volume in spec.get("volumes", [])}
    for container in spec.get("containers", []):
        context = {**spec.get("securityContext", {}), **container.get("securityContext", {})}
        for mount in container.get("volumeMounts", []):
            if mount.get("name") not in volumes:
                wrong.append(f"{where}: there is no volume {mount.get('name')}")
        if context.get("privileged") or context.get("allowPrivilegeEscalation") is not False:
            wrong.append(f"{where}: {container['name']} may become more than it is")
        if context.get("capabilities", {}).get("drop") != ["ALL"]:
            wrong.append(f"{where}: {container['name']} keeps capabilities")
        if not set(context.get("capabilities", {}).get("add", [])) <= {"BPF", "PERFMON"}:
            wrong.append(f"{where}: {container['name']} gets more capabilities than recording takes")
        if context.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
            wrong.append(f"{where}: {container['name']} has no seccomp profile")


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        for document in yaml.safe_load_all(file):
            kind = (document.get("apiVersion"), document.get("kind"))
            where = f"{path}: {kind[1]}"
            if kind not in KINDS:
                wrong.append(f"{where}: not a known kind of {kind[0]}")
                continue
            check(document, {"apiVersion!": TEXT, "kind!": TEXT, "metadata!": {"name!": TEXT, "namespace": TEXT, "labels": MAP},
                             "spec!": KINDS[kind]}, where)
            template = document.get("spec", {}).get("template", {})
            if template:
                check_pod(template.get("spec", {}), where)
            selector = document["spec"].get("selector", {}).get("matchLabels", {})
            if not selector.items() <= template.get("metadata", {}).get("labels", {}).items():
                wrong.append(f"{where}: its selector does not match its own pods")
            if kind[1] == "Job" and template.get("spec", {}).get("restartPolicy") not in ("Never", "OnFailure"):
                wrong.append(f"{where}: a job's restartPolicy is Never or OnFailure")
for line in wrong:
    print(line)
sys.exit(bool(wrong))

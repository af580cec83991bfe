# SPDX-License-Identifier: BSD-2-Clause
"""usage: ci_examples.py EXAMPLES OUT: checks their shape, and writes their shell to OUT/*.sh, a file a step."""

import pathlib
import sys

import yaml


class Loader(yaml.SafeLoader):
    """YAML lets a key stand twice, and the last one wins; CI does not."""


def mapping(loader, node):
    keys = [loader.construct_object(key) for key, _ in node.value]
    assert len(keys) == len(set(keys)), f"line {node.start_mark.line + 1}: a key stands twice: {keys}"
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)


def only(given, *allowed):
    assert set(given) <= set(allowed), f"unknown keys: {set(given) - set(allowed)}"


def github(doc):
    # "on" is a boolean in YAML 1.1
    only(doc, "name", True, "permissions", "env", "jobs")
    assert doc[True]
    for job in doc["jobs"].values():
        only(job, "runs-on", "steps")
        for step in job["steps"]:
            only(step, "name", "id", "if", "uses", "with", "run", "working-directory")
            assert ("run" in step) != ("uses" in step), step
            assert "uses" not in step or "@" in step["uses"], "no version"
            if "run" in step:
                yield step.get("id"), step["run"]


def gitlab(doc):
    stages = doc.pop("stages")
    for job in doc.values():
        only(job, "stage", "tags", "variables", "before_script", "script", "artifacts")
        only(job["artifacts"], "when", "paths")
        assert job["stage"] in stages and job["artifacts"]["paths"] and job["tags"]
        for line in job["before_script"] + job["script"]:
            assert isinstance(line, str), f"not a string: {line}"
            yield "compare" if "diff" in line else None, line


def compose(doc):
    only(doc, "services")
    for service in doc["services"].values():
        only(service, "image", "security_opt")
        assert "seccomp=./web.json" in service["security_opt"]
    return ()


def pod(doc):
    assert (doc["apiVersion"], doc["kind"]) == ("v1", "Pod")
    only(doc, "apiVersion", "kind", "metadata", "spec")
    only(doc["spec"], "securityContext", "containers")
    for container in doc["spec"]["containers"]:
        only(container, "name", "image", "securityContext")
        profile = container["securityContext"]["seccompProfile"]
        only(profile, "type", "localhostProfile")
        path = pathlib.PurePosixPath(profile["localhostProfile"])
        assert profile["type"] == "Localhost" and not path.is_absolute() and ".." not in path.parts
    return ()


SHAPES = {"github-actions.yml": github, "gitlab-ci.yml": gitlab, "compose.yaml": compose, "pod.yaml": pod}


def main(examples, out):
    files = sorted(path.name for path in pathlib.Path(examples).iterdir() if path.suffix in (".yml", ".yaml"))
    assert files == sorted(SHAPES), f"not what is known: {files}"
    for name in files:
        try:
            doc = yaml.load((pathlib.Path(examples) / name).read_text(), Loader)
            for number, (step, text) in enumerate(SHAPES[name](doc)):
                (pathlib.Path(out) / f"{name.split('.')[0]}.{step or number}.sh").write_text(text)
        except (AssertionError, KeyError, TypeError, yaml.YAMLError) as error:
            sys.exit(f"{name}: {type(error).__name__}: {error}")


main(*sys.argv[1:])

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What crictl does, as far as whittle and its test ask for it: a client of CRI, the interface between kubelet and containerd or CRI-O.

usage: CRI_ENDPOINT=/run/containerd/containerd.sock cri.py COMMAND [WORD...]

    runp NAME CGROUP                       a pod on the host's network; prints its id
    create POD NAME PROFILE IMAGE WORD...  a container in it, which does not run yet, under a profile, "" for none; prints its id
    start ID
    rmp POD                                stops and removes a pod with what is in it
    ps [--all] --output json               the containers that run, or all
    inspect --output json ID

The answers have the shape that crictl gives them (cri-tools, cmd/crictl/util.go: outputProtobufObjAsJSON, outputStatusInfo), the
values are the engine's. Messages are put together by field numbers, which are those of k8s.io/cri-api, runtime/v1/api.proto.
"""
import json
import os
import sys

import grpc

NODE = 2  # NamespaceMode: the host's
UNCONFINED, LOCALHOST = 1, 2  # SecurityProfile.ProfileType
STATES = "CONTAINER_CREATED", "CONTAINER_RUNNING", "CONTAINER_EXITED", "CONTAINER_UNKNOWN"


def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def message(fields):
    """{field: int | str | {...} | [...]} -> bytes"""
    out = b""
    for field, values in fields.items():
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, int):
                out += varint(field << 3) + varint(value)
            else:
                data = message(value) if isinstance(value, dict) else value.encode()
                out += varint(field << 3 | 2) + varint(len(data)) + data
    return out


def parse(data):
    """bytes -> {field: [int | bytes]}"""
    fields, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = number()
        if key & 7 == 0:
            value = number()
        elif key & 7 == 2:
            length = number()
            value = data[at:at + length]
            at += length
        else:
            raise ValueError(f"wire type {key & 7}")
        fields.setdefault(key >> 3, []).append(value)
    return fields


def call(method, request):
    with grpc.insecure_channel("unix://" + os.environ["CRI_ENDPOINT"]) as channel:
        ask = channel.unary_unary(f"/runtime.v1.RuntimeService/{method}", request_serializer=message,
                                  response_deserializer=parse)
        return ask(request, timeout=30)


def text(fields, *path):
    for field in path[:-1]:
        fields = parse(fields[field][0])
    return fields.get(path[-1], [b""])[0].decode()


def pod_config(name, cgroup):
    return {1: {1: name, 2: name, 3: "default"}, 8: {1: cgroup, 2: {1: {1: NODE}}}}


def runp(name, cgroup):
    print(text(call("RunPodSandbox", {1: pod_config(name, cgroup)}), 1))


def create(pod, name, profile, image, *words):
    security = {3: {1: NODE}, 15: {1: LOCALHOST, 2: "localhost/" + profile} if profile else {1: UNCONFINED}}
    config = {1: {1: name}, 2: {1: image}, 3: list(words), 15: {2: security}}
    print(text(call("CreateContainer", {1: pod, 2: config, 3: pod_config("pod", "")}), 1))


def start(container):
    call("StartContainer", {1: container})
    print(container)


def rmp(pod):
    call("StopPodSandbox", {1: pod})
    call("RemovePodSandbox", {1: pod})


def ps(*options):
    wanted = {} if "--all" in options else {1: {2: {1: 1}}}
    rows = [parse(row) for row in call("ListContainers", wanted).get(1, [])]
    print(json.dumps({"containers": [
        {"id": text(row, 1), "podSandboxId": text(row, 2), "metadata": {"name": text(row, 3, 1), "attempt": 0},
         "state": STATES[row.get(6, [0])[0]]} for row in rows]}, indent=2))


def inspect(option, form, container):
    answer = call("ContainerStatus", {1: container, 2: 1})
    status = parse(answer[1][0])
    shown = {"status": {"id": text(status, 1), "metadata": {"name": text(status, 2, 1), "attempt": 0},
                        "state": STATES[status.get(3, [0])[0]], "exitCode": status.get(7, [0])[0]}}
    for entry in map(parse, answer.get(2, [])):
        shown[text(entry, 1)] = json.loads(text(entry, 2))
    print(json.dumps(shown, indent=2))


try:
    {f.__name__: f for f in (runp, create, start, rmp, ps, inspect)}[sys.argv[1]](*sys.argv[2:])
except grpc.RpcError as error:
    sys.exit(f"{sys.argv[1]}: {error.details()}")

# SPDX-License-Identifier: BSD-2-Clause
"""Many processes of a target that take turns on one CPU: what the hot path remembers of the last one is of no use to the next."""
import host
import tracers
from host import CALLS, FLOOR, WHITTLE

ROUNDS = 5
# name -> processes, calls of each besides the two that pass the turn on, batches
CROWDS = {"2 processes, every call another's": (2, 0, 300),
          "1,000 processes in 1,000 cgroups, 12 calls each": (1000, 10, 30)}


def ways(work, cgroup):
    record = [WHITTLE, "record", "--count-moved"]
    return {tracers.UNTRACED: None,
            tracers.FLOOR: ([FLOOR], "attached"),
            tracers.WHITTLE: ([*record, "-o", f"{work.directory}/crowd.json", "--cgroup", str(cgroup)], "recording"),
            "whittle --each": ([*record, "-d", f"{work.directory}/crowd", "--each", str(cgroup)], "recording")}


def ring(crowd, cgroup):
    processes, calls, batches = crowd
    return float(host.run([CALLS, "ring", str(batches), str(processes), str(calls), str(cgroup)]))


def measure(way, crowd, cgroup):
    if not way:
        return ring(crowd, cgroup)
    with host.Beside(*way) as tracer:
        ns = ring(crowd, cgroup)
        tracer.end()
    return ns


def measure_all(work):
    cgroup = work.child("crowd")
    for number in range(max(processes for processes, _, _ in CROWDS.values())):
        work.child(f"crowd/{number}")
    best = {name: {} for name in CROWDS}
    for _ in range(ROUNDS):
        for name, crowd in CROWDS.items():
            for name_of_way, way in ways(work, cgroup).items():
                ns = measure(way, crowd, cgroup)
                best[name][name_of_way] = min(ns, best[name].get(name_of_way, ns))
    return best

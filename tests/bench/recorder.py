# SPDX-License-Identifier: BSD-2-Clause
"""What whittle itself takes: memory, time until it records, programs loaded, wake-ups while nothing happens."""
import contextlib
import os
import re
import signal
import statistics
import time
from pathlib import Path

import host

STARTS = 21
IDLE_SECONDS = 5
TARGETS = 100


def status(pid, field):
    return int(re.search(rf"^{field}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[1])


def record(work, cgroups):
    targets = [word for cgroup in cgroups for word in ("--cgroup", str(cgroup))]
    return [host.WHITTLE, "record", "-o", str(work.directory / "profile.json"), *targets]


def peak(command, ready, cgroup):
    """KiB of memory at the most, until the very end: read over and over while the tracer ends."""
    with host.Beside(command, ready) as tracer:
        pid = tracer.process.pid
        host.run([host.CALLS, "1"], cgroup=cgroup)
        most = status(pid, "VmHWM")
        tracer.process.send_signal(signal.SIGINT)
        deadline = time.monotonic() + 20
        # the field is gone first, then all of /proc/PID
        with contextlib.suppress(TypeError, FileNotFoundError, ProcessLookupError):
            while time.monotonic() < deadline:
                most = max(most, status(pid, "VmHWM"))
    return most


def start_time(command, ready):
    """Milliseconds until it says that it is ready, and the BPF programs that it holds then."""
    with host.Beside(command, ready) as tracer:
        return tracer.took * 1000, programs(tracer.process.pid)


def programs(pid):
    """Distinct BPF programs that a process has loaded: the ones on this machine may be anybody's."""
    ids = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if "bpf-prog" in os.readlink(fd):
                ids.add(re.search(r"^prog_id:\s+(\d+)", Path(f"/proc/{pid}/fdinfo/{fd.name}").read_text(), re.MULTILINE)[1])
    return len(ids)


def switches(pid):
    return sum(status(f"{pid}/task/{task.name}", "voluntary_ctxt_switches") for task in Path(f"/proc/{pid}/task").iterdir())


def wake_ups(command, ready):
    with host.Beside(command, ready) as tracer:
        time.sleep(0.5)
        before = switches(tracer.process.pid)
        time.sleep(IDLE_SECONDS)
        return switches(tracer.process.pid) - before


def measure_all(work):
    work.child("many")
    cgroups = [work.child(f"many/{i}") for i in range(TARGETS)]
    ways = {"floor": ([host.FLOOR], "attached"),
            "whittle_1": (record(work, cgroups[:1]), "recording"),
            f"whittle_{TARGETS}": (record(work, cgroups), "recording")}
    times, loaded = {name: [] for name in ways}, {}
    for _ in range(STARTS):
        for name, way in ways.items():
            took, loaded[name] = start_time(*way)
            times[name].append(took)
    return {"start_ms": {name: round(statistics.median(took), 1) for name, took in times.items()},
            "best_start_ms": {name: round(min(took), 1) for name, took in times.items()},
            "starts": STARTS,
            "programs": loaded,
            "peak_kib": {name: peak(*way, cgroups[0]) for name, way in ways.items()},
            "idle_seconds": IDLE_SECONDS,
            "idle_wake_ups": wake_ups(*ways["whittle_1"])}

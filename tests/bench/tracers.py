# SPDX-License-Identifier: BSD-2-Clause
"""The tracers that are compared, as tables: how each is started, how it says that it is ready, and what it counted."""
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import host

UNTRACED, FLOOR, WHITTLE = "untraced", "the floor: an empty program", "whittle"


@dataclass(frozen=True)
class Subject:
    """What is traced: a cgroup and a process in it; and where a tracer may write."""
    cgroup: Path
    pid: int
    out: Path


@dataclass(frozen=True)
class Tracer:
    name: str
    command: Callable[[Subject], list]
    ready: str = ""
    settle: float = 0.0
    slow: bool = False  # gets less work, and fewer rounds
    counts: bool = True  # whether it can be asked what it counted


def record(subject, *options):
    return [host.WHITTLE, "record", "-o", str(subject.out / "profile.json"), "--recording", str(subject.out / "counts"),
            "--cgroup", str(subject.cgroup), *options]


def bpftrace(subject, predicate=""):
    return host.with_tracefs(["bpftrace", "-e",
                              f"tracepoint:raw_syscalls:sys_enter {predicate} {{ @[args->id] = count(); }}"])


def strace_pid(subject):
    return ["strace", "-f", "-c", "-o", str(subject.out / "counts"), "-p", str(subject.pid)]


# beside a server that is running; each only looks at this server, if it can
SERVER_TRACERS = (
    Tracer(FLOOR, lambda s: [host.FLOOR], "attached", counts=False),
    Tracer(WHITTLE, record, "recording"),
    Tracer("bpftrace, count() of one cgroup", lambda s: bpftrace(s, f'/cgroup == cgroupid("{s.cgroup}")/'),
           "Attaching", 1.0, slow=True),
    Tracer("syscount -c (libbpf-tools)", lambda s: host.with_tracefs(
        ["syscount", "-T", "400", "-c", str(s.cgroup)]), "", 1.0, slow=True),
    Tracer("perf trace -s -p", lambda s: host.with_tracefs(
        ["perf", "trace", "-s", "-o", str(s.out / "counts"), "-p", str(s.pid)]), "", 1.0, slow=True),
    Tracer("strace -f -c -p", strace_pid, "attached", 0.2, slow=True),
)

# a line of a table that counts getppid: 110 on x86-64, 173 on arm64
GETPPID = re.compile(r"^.*\bgetppid\b.*|^@\[(?:110|173)\]:.*", re.MULTILINE)
ANY = re.compile(r"^.+", re.MULTILINE)
WHOLE_NUMBER = re.compile(r"(?<![\d.\[])\d+(?![\d.\]])")


def counted(said, out, lines=GETPPID):
    """How many calls of a syscall a tracer says it saw, in what it printed or in the file `counts`: the highest number in a
    line of its table that matches."""
    path = out / "counts"
    text = path.read_text() if path.exists() else ""
    path.unlink(missing_ok=True)
    if text.startswith("{"):
        rows = json.loads(text)["syscalls"]
        text = "\n".join(f"{row['name']} {row['calls']}" for row in rows)
    numbers = [int(n) for line in lines.findall(f"{said}\n{text}") for n in WHOLE_NUMBER.findall(line)]
    return max(numbers, default=0)

# SPDX-License-Identifier: BSD-2-Clause
"""What tracing adds to one system call: a loop of getppid, alone, under a tracer, and alone again, within a second. Neighbours and the
machine's clock change by the minute by more than a program costs, so that only times beside each other can be compared: what a way adds is
the median of its differences. The best batch of a loop counts: it is what a call costs, the others are what the neighbours cost."""
import contextlib
import os
import statistics
from dataclasses import dataclass
from typing import Callable

import host
import tracers
from host import CALLS, FLOOR, WHITTLE, Unusable

ROUNDS = int(os.environ.get("BENCH_ROUNDS", 30))
ROUNDS_OF_SLOW = 3
# a millisecond: such batches pass undisturbed on a machine that others use as well
CALLS_A_BATCH = 1000
TARGETS = 1000, 10000
MANY, FEW = 60, 20
TRACED, MANY_TARGETS, FOUR = "whittle, a traced call", "whittle, a traced call of {:,} targets", "whittle, a traced call, four recordings"
ARGS_OTHER, ARGS_KNOWN = "whittle --args, an unrelated call", "whittle --args, a recorded call, known"


@dataclass(frozen=True)
class Way:
    """`command` is given (subject, loop) and returns the tracer's. One that takes a while to settle or says when it is ready
    runs beside the loop; another starts the loop itself."""
    name: str
    command: Callable
    ready: str = ""
    settle: float = 0.0
    cgroup: str = ""  # of the loop
    batches: int = MANY
    exact: bool = True  # tells how many calls it counted
    peer: bool = False
    others: int = 0  # recordings of another cgroup meanwhile


def whittle_of(cgroup, *options):
    return lambda s, loop: [WHITTLE, "record", "-o", f"{s.out}/profile.json", "--recording", f"{s.out}/counts",
                            *options, "--cgroup", str(s.cgroup / cgroup)]


def whittle_command(*options, filtered=False):
    return lambda s, loop: [WHITTLE, "record", "-q", "-o", f"{s.out}/profile.json", "--recording", f"{s.out}/counts",
                            *options, "--", *loop, *(["filter"] if filtered else [])]


def strace(*options):
    return lambda s, loop: ["strace", "-f", *options, "-o", f"{s.out}/counts", *loop]


WAYS = (
    Way(tracers.FLOOR, lambda s, loop: [FLOOR], "attached", exact=False),
    Way("whittle, a call outside", whittle_of("other"), "recording", exact=False),
    Way(TRACED, whittle_of("in", "--count-moved"), "recording", cgroup="in"),
    *(Way(MANY_TARGETS.format(n), whittle_of(str(n), "--count-moved"), "recording", cgroup=f"{n}/77") for n in TARGETS),
    Way(FOUR, whittle_of("in", "--count-moved"), "recording", cgroup="in", others=3),
    Way(ARGS_OTHER, whittle_of("in", "--count-moved", "--args", "default"), "recording", cgroup="in"),
    Way(ARGS_KNOWN, whittle_of("in", "--count-moved", "--args", "getppid:0"), "recording", cgroup="in"),
    # until it is clear that it is no launcher
    Way("whittle, within 10 s of a move in", whittle_of("in"), "recording", cgroup="in", exact=False),
    Way("whittle --, a traced command", whittle_command()),
    Way("whittle --denials, a traced command", whittle_command("--denials", "always")),
    # the filter's own cost is in the first of these as well
    Way("no tracer, a command with a filter", lambda s, loop: [*loop, "filter"], exact=False),
    Way("whittle, a command with a filter", whittle_command(filtered=True)),
    Way("whittle --denials, a command with a filter", whittle_command("--denials", "always", filtered=True)),
    Way("whittle audit, a command with a filter", lambda s, loop: [WHITTLE, "audit", "--", *loop, "filter"], exact=False),
    Way("bpftrace, count()", lambda s, loop: tracers.bpftrace(s), "Attaching", 1.0, peer=True),
    Way("syscount (libbpf-tools)", lambda s, loop: host.with_tracefs(["syscount", "-T", "400"]), settle=1.0, peer=True),
    Way("perf trace -s", lambda s, loop: host.with_tracefs(
        ["perf", "trace", "-s", "-o", f"{s.out}/counts", "--", *loop]), batches=FEW, peer=True),
    Way("strace -f --seccomp-bpf -e openat", strace("--seccomp-bpf", "-e", "trace=openat"), exact=False, peer=True),
    Way("strace -f -c", strace("-c"), batches=FEW, peer=True),
)


def measure(way, subject):
    """Nanoseconds a call, and the share of the calls that the tracer says it saw."""
    loop = [CALLS, str(way.batches), str(CALLS_A_BATCH)]
    cgroup = subject.cgroup / way.cgroup if way.cgroup else None
    command = way.command(subject, loop)
    said = ""
    if way.ready or way.settle:
        with contextlib.ExitStack() as stack:
            for other in range(way.others):
                stack.enter_context(host.Beside([WHITTLE, "record", "-o", f"{subject.out}/other.{other}", "--cgroup",
                                                 str(subject.cgroup / "other")], "recording"))
            tracer = stack.enter_context(host.Beside(command, way.ready, way.settle))
            out = host.run(loop, cgroup=cgroup)
            tracer.end()
        said = tracer.said
    else:
        out = host.run(command)
    seen = tracers.counted(said, subject.out) / (way.batches * CALLS_A_BATCH) if way.exact else None
    return float(out.split()[0]), seen


@dataclass(frozen=True)
class Sample:
    over: float  # nanoseconds that a call takes more than untraced
    seen: float | None


def untraced():
    return float(host.run([CALLS, str(MANY), str(CALLS_A_BATCH)]))


def run_round(number, subject, samples, unusable):
    """Adds a sample to each way's, and gives the untraced times: each is the one after a way and the one before the next."""
    bases = [untraced()]
    for way in WAYS:
        if way.name in unusable or way.peer and number >= ROUNDS_OF_SLOW:
            continue
        try:
            host.need(host.program_of(way.command(subject, [CALLS])))
            ns, seen = measure(way, subject)
        except Unusable as why:
            if not way.peer:
                raise
            unusable[way.name] = str(why)
            bases.append(untraced())
            continue
        bases.append(untraced())
        samples.setdefault(way.name, []).append(Sample(ns - (bases[-2] + bases[-1]) / 2, seen))
    return bases


def row_of(way, samples, base, floor):
    overs = [sample.over for sample in samples]
    low, over, high = statistics.quantiles(overs, n=4) if len(overs) > 1 else overs * 3
    return {"way": way.name, "ns": base + over, "of_floor": round(over / floor, 3),
            "of_floor_quartiles": [round(low / floor, 3), round(high / floor, 3)], "of_untraced": round(1 + over / base, 3),
            "saw": min(sample.seen for sample in samples) if way.exact else None, "rounds": len(samples)}


def measure_all(work):
    subject = tracers.Subject(work.child("micro"), 0, work.directory)
    for name in "in", "other", *map(str, TARGETS):
        work.child(f"micro/{name}")
    for targets in TARGETS:
        for number in range(targets):
            work.child(f"micro/{targets}/{number}")
    bases, samples, unusable = [], {}, {}
    for number in range(ROUNDS):
        bases += run_round(number, subject, samples, unusable)
    base = statistics.median(bases)
    floor = statistics.median(sample.over for sample in samples[tracers.FLOOR])
    if floor <= 0:
        raise Unusable("an empty program seems to cost nothing: too much else runs here to measure what a call costs")
    return {"untraced_ns": base, "rows": [
        {"way": way.name, "unusable": unusable[way.name]} if way.name in unusable else
        row_of(way, samples[way.name], base, floor) for way in WAYS]}

# SPDX-License-Identifier: BSD-2-Clause
"""What tracing costs a server end to end: redis and nginx under load, untraced and under each tracer in turn.

The server runs through all of it, in a cgroup that it was started in, so that a recording finds it there and counts it as
workload. Ratios are taken within a round, and their median counts. Windows in which others than the bench used the CPUs are
left out as long as enough remain: neighbours distort, and favour a tracer that brings processes of its own. Server and load
each have a CPU of their own where there are two."""
import contextlib
import os
import random
import signal
import socket
import statistics
import time
import urllib.request

import host
import tracers
from host import Unusable

SECONDS_A_SERVER = int(os.environ.get("BENCH_SERVER_SECONDS", 130))
ENOUGH = 60  # quiet rounds; then it ends earlier
FEW = 3  # with fewer quiet rounds than that the others count, too
QUIET = 0.3  # of a CPU that others may use
EACH_SLOW = 10  # slow tracers run in one of so many rounds
SECONDS = 0.3  # of load: short, so that neighbours are the same for all in a round


def cpus():
    """(the server's, the load's)"""
    ours = sorted(os.sched_getaffinity(0))
    return ({ours[0]}, {ours[1]}) if len(ours) > 1 else (set(ours), set(ours))


class Redis:
    name, needs = "redis", ("redis-server", "redis-benchmark")

    def __init__(self, directory, load_cgroup):
        self.socket = directory / "redis.sock"
        self.directory, self.load_cgroup = directory, load_cgroup

    def command(self):
        return ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no",
                "--dir", str(self.directory), "--daemonize", "no"]

    def answers(self):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.socket))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        return False

    def load(self, rate):
        """Requests, and requests a second, of SECONDS of load at about this rate."""
        n = max(200, int(rate * SECONDS))
        out = host.run(["redis-benchmark", "-s", str(self.socket), "-t", "get", "-c", "16", "-n", str(n), "--csv"],
                       cpus=cpus()[1], cgroup=self.load_cgroup)
        return n, float(host.last_line(out).split(",")[1].strip('"'))


class Nginx:
    name, needs = "nginx", ("nginx", "wrk")
    CONFIG = """
        daemon off; worker_processes 1; pid {d}/nginx.pid; error_log {d}/error.log;
        events {{ worker_connections 256; }}
        http {{
            access_log off; sendfile on; root {d}/www;
            client_body_temp_path {d}/body; proxy_temp_path {d}/proxy; fastcgi_temp_path {d}/fastcgi;
            uwsgi_temp_path {d}/uwsgi; scgi_temp_path {d}/scgi;
            server {{ listen 127.0.0.1:{port}; }}
        }}
    """

    def __init__(self, directory, load_cgroup):
        self.load_cgroup = load_cgroup
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}/"
            config = self.CONFIG.format(d=directory, port=free.getsockname()[1])
        self.config = directory / "nginx.conf"
        self.config.write_text(config)
        (directory / "www").mkdir()
        (directory / "www/index.html").write_text("x" * 612)

    def command(self):
        return ["nginx", "-c", str(self.config), "-e", "/dev/null"]

    def answers(self):
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(self.url, timeout=1).status == 200
        return False

    def load(self, _rate):
        # told in whole seconds, but it also ends when asked
        wrk = host.start(["wrk", "-t", "1", "-c", "16", "-d", "10s", self.url], cpus=cpus()[1],
                         cgroup=self.load_cgroup, stdout=host.subprocess.PIPE, text=True)
        with host.ended(wrk):
            time.sleep(SECONDS)
            wrk.send_signal(signal.SIGINT)
            words = wrk.communicate(timeout=20)[0].split()
        if "Requests/sec:" not in words:
            raise Unusable("wrk tells no figure")
        return int(words[words.index("requests") - 1]), float(words[words.index("Requests/sec:") + 1])


@contextlib.contextmanager
def running(server, cgroup):
    """The server, started in its cgroup; gives what a tracer needs to find it."""
    process = host.start(server.command(), cgroup=cgroup, cpus=cpus()[0], stdin=host.subprocess.DEVNULL,
                         stdout=host.subprocess.DEVNULL, stderr=host.subprocess.DEVNULL)
    with host.ended(process):
        if not host.wait_until(server.answers, 10):
            raise Unusable(f"{server.name} does not answer")
        pids = [int(pid) for pid in (cgroup / "cgroup.procs").read_text().split()]
        # nginx: the worker is the one that serves
        yield max(pids, key=lambda pid: (pid != process.pid, pid))


def guessed(server):
    """About how many requests a second it answers, as it is traced now."""
    rate = 1000
    for _ in range(4):
        requests, rate = server.load(rate)
        if requests / rate > SECONDS / 2:
            break
    return rate


class Measured:
    """A way's throughput, and the server's CPU time a request, by round; and the rounds in which others kept quiet."""

    def __init__(self):
        self.rate, self.cpu, self.saw, self.quiet = {}, {}, None, set()

    def add(self, number, server, subject):
        guess = statistics.median(self.rate.values()) if self.rate else guessed(server)
        ours = subject.cgroup.parent  # server, load and tracer
        cpu, us, all_of_us, begin = (host.cpu_time(subject.cgroup), host.cpu_time(ours), host.cpu_time_of_all(),
                                     time.monotonic())
        requests, self.rate[number] = server.load(guess)
        took = time.monotonic() - begin
        others = (host.cpu_time_of_all() - all_of_us - (host.cpu_time(ours) - us)) / 1e6 / took
        self.cpu[number] = (host.cpu_time(subject.cgroup) - cpu) / requests
        if others < QUIET:
            self.quiet.add(number)
        return requests


def measure(tracer, measured, number, server, subject):
    if not tracer:
        return measured.add(number, server, subject)
    command = tracer.command(subject)
    host.need(host.program_of(command))
    with host.Beside(command, tracer.ready, tracer.settle, server.load_cgroup) as beside:
        requests = measured.add(number, server, subject)
        beside.end()
    if tracer.counts:
        measured.saw = min(1.0, tracers.counted(beside.said, subject.out, tracers.ANY) / requests)
        if not measured.saw:
            raise Unusable(f"it counted nothing: {host.last_line(beside.said)}")


def measure_server(server, subject):
    ways = {tracers.UNTRACED: None, **{tracer.name: tracer for tracer in tracers.SERVER_TRACERS}}
    all_measured = {name: Measured() for name in ways}
    unusable = {}
    end, number = time.monotonic() + SECONDS_A_SERVER, 0
    while time.monotonic() < end and number_of_quiet(all_measured) < ENOUGH:
        for name in order(ways, number):
            if name in unusable:
                continue
            try:
                measure(ways[name], all_measured[name], number, server, subject)
            except Unusable as why:
                if name in (tracers.FLOOR, tracers.WHITTLE):
                    raise SystemExit(f"bench: {server.name}: {why}") from None
                if name == tracers.UNTRACED:
                    raise
                unusable[name] = str(why)
        number += 1
    return [row(name, all_measured, unusable) for name in ways]


def number_of_quiet(all_measured):
    return len(all_measured[tracers.FLOOR].quiet & all_measured[tracers.WHITTLE].quiet)


def order(ways, number):
    """By chance, so that no way always follows the same one; those that are compared most closely stay together."""
    fast = [name for name, tracer in ways.items() if not (tracer and tracer.slow)]
    slow = [name for name in ways if name not in fast]
    return random.sample(fast, len(fast)) + (random.sample(slow, len(slow)) if number % EACH_SLOW == 0 else [])


def common(one, other):
    """The rounds in which both ran, without those that others disturbed if enough are left; and whether these were quiet."""
    both = one.rate.keys() & other.rate.keys()
    quiet = both & one.quiet & other.quiet
    return (quiet, True) if len(quiet) >= FEW else (both, False)


def ratios(what, one, other):
    return sorted(getattr(one, what)[number] / getattr(other, what)[number] for number in common(one, other)[0])


def row(name, all_measured, unusable):
    if not all_measured[name].rate:
        return {"way": name, "unusable": unusable[name]}
    this, untraced, floor = all_measured[name], all_measured[tracers.UNTRACED], all_measured[tracers.FLOOR]
    of_floor = ratios("rate", this, floor)
    return {"way": name, "per_second": round(statistics.median(this.rate.values())),
            "of_untraced": round(statistics.median(ratios("rate", this, untraced)), 4),
            "of_floor": round(statistics.median(of_floor), 4),
            "of_floor_quartiles": [round(of_floor[len(of_floor) * i // 4], 4) for i in (1, 3)],
            "cpu_of_untraced": round(statistics.median(ratios("cpu", this, untraced)), 4),
            "cpu_of_floor": round(statistics.median(ratios("cpu", this, floor)), 4),
            "saw": this.saw, "rounds": len(of_floor), "quiet": common(this, floor)[1],
            **({"failed": unusable[name]} if name in unusable else {})}


def measure_all(work):
    results = {}
    for kind in Redis, Nginx:
        try:
            for program in kind.needs:
                host.need(program)
            directory = work.directory / kind.name
            directory.mkdir()
            directory.chmod(0o755)
            cgroup = work.child(kind.name)
            server = kind(directory, work.child("load"))
            with running(server, cgroup) as pid:
                results[kind.name] = measure_server(server, tracers.Subject(cgroup, pid, work.directory))
        except Unusable as why:
            results[kind.name] = [{"way": "all", "unusable": str(why)}]
    return results

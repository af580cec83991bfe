# SPDX-License-Identifier: BSD-2-Clause
"""What every part of the bench stands on: a cgroup and a directory of its own, and processes that end with it."""
import contextlib
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

BUILD = Path(os.environ.get("BUILD", "build")).absolute()
WHITTLE = str(BUILD / "whittle")
FLOOR = str(BUILD / "tests/bench/floor")
CALLS = str(BUILD / "tests/bench/calls")

# redis-server, nginx and the libbpf tools live in sbin, which a user's PATH often lacks
os.environ["PATH"] += ":/usr/local/sbin:/usr/sbin:/sbin"


class Unusable(Exception):
    """A program is not there, or does not work here; the message says which and why."""


def need(program):
    if not shutil.which(program):
        raise Unusable(f"{program} is not installed (scripts/setup bench)")


IN_NAMESPACE = ["unshare", "-m", "sh", "-c",
                'grep -q " /sys/kernel/tracing tracefs " /proc/mounts || mount -t tracefs nodev /sys/kernel/tracing; '
                'exec "$@"', "sh"]


def with_tracefs(command):
    """In a mount namespace of its own that has tracefs: perf would mount it for the whole machine and leave it there."""
    return IN_NAMESPACE + command


def program_of(command):
    return command[len(IN_NAMESPACE) if command[:len(IN_NAMESPACE)] == IN_NAMESPACE else 0]


def cgroup_mount():
    for line in Path("/proc/self/mounts").read_text().splitlines():
        if line.split()[2] == "cgroup2":
            return Path(line.split()[1])
    raise SystemExit("bench: cgroup v2 is not mounted")


class Work:
    """The bench's own cgroup and directory. What is still in the cgroup at the end is killed: the bench started it."""

    def __init__(self):
        self.cgroup = cgroup_mount() / f"whittle-bench.{os.getpid()}"

    def __enter__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="whittle-bench."))
        self.directory.chmod(0o755)  # servers drop privileges
        self.cgroup.mkdir()
        return self

    def __exit__(self, *_):
        (self.cgroup / "cgroup.kill").write_text("1")
        wait_until(lambda: "populated 0" in (self.cgroup / "cgroup.events").read_text(), 10)
        for path, _, _ in os.walk(self.cgroup, topdown=False):
            os.rmdir(path)
        shutil.rmtree(self.directory)

    def child(self, name):
        (self.cgroup / name).mkdir(exist_ok=True)
        return self.cgroup / name


def cpu_time(cgroup):
    """Microseconds that the cgroup has used; there without any controller."""
    return int(re.search(r"^usage_usec (\d+)", (cgroup / "cpu.stat").read_text(), re.MULTILINE)[1])


def cpu_time_of_all():
    """Microseconds that everybody has used, in ticks of ten milliseconds."""
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) * 1000000 // os.sysconf("SC_CLK_TCK")


def wait_until(happened, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.01)
    return False


def start(command, cgroup=None, cpus=None, **options):
    """Popen, inside a cgroup from its first instruction, on some CPUs only."""
    def place():
        if cgroup:
            (cgroup / "cgroup.procs").write_text(str(os.getpid()))
        if cpus:
            os.sched_setaffinity(0, cpus)
    # without a preexec_fn Python need not fork, which matters to the times to start
    return subprocess.Popen(command, preexec_fn=place if cgroup or cpus else None, **options)


def run(command, **options):
    """What a command prints; Unusable if it fails."""
    process = start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, **options)
    try:
        out, errors = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise Unusable(f"{program_of(command)} was not done after 120 seconds") from None
    if process.returncode:
        raise Unusable(f"{program_of(command)}: {last_line(errors) or last_line(out) or f'exit status {process.returncode}'}")
    return out


def last_line(text):
    return (text.strip().splitlines() or [""])[-1].strip()


@contextlib.contextmanager
def ended(process, seconds=20):
    """The process ends with the block: asked, then made to."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Beside:
    """A tracer that runs beside the work. Entered once it says that it is ready, or, as bpftrace and perf never do, a while
    after it said what it does say. `said` is what it printed, whole once it has ended."""

    def __init__(self, command, ready, settle=0.0, cgroup=None):
        self.command, self.ready, self.settle, self.cgroup, self.said = command, ready, settle, cgroup, ""
        self.name = Path(program_of(command)).name

    def __enter__(self):
        begin = time.monotonic()
        self.process = start(self.command, cgroup=self.cgroup, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        try:
            self._wait_ready(begin + 20)
            self.took = time.monotonic() - begin
            if self.settle:
                self._read_until(lambda: False, time.monotonic() + self.settle)
                if self.process.poll() is not None:
                    raise Unusable(f"{self.name}: {last_line(self.said)}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait_ready(self, deadline):
        if self.ready and not self._read_until(lambda: self.ready in self.said, deadline):
            raise Unusable(f"{self.name} did not start: {last_line(self.said) or 'it says nothing'}")

    def _read_until(self, enough, deadline):
        fd = self.process.stdout.fileno()
        while not enough():
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                return False
            data = os.read(fd, 65536)
            if not data:
                self.process.wait()
                return False
            self.said += data.decode(errors="replace")
        return True

    def end(self):
        """Ask it to end, as a person would, and take what it says then. bpftrace does not always listen at once."""
        for _ in range(5):
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.said += self.process.communicate(timeout=5)[0].decode(errors="replace")
                return
        self.process.kill()
        self.process.communicate()
        raise Unusable(f"{self.name} did not end")

    def __exit__(self, *_):
        if not self.process.stdout.closed:
            with contextlib.suppress(Unusable):
                self.end()

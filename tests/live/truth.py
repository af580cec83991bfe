#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Judges whittle's recordings of real programs by what strace -f sees of them.

usage: WHITTLE=build/whittle tests/live/truth.py [CASE...]

Each case of truth_cases.py runs some times under each of the two, in the same environment and an empty
directory. A call is what the kernel tells apart: ABI, number, and the subcall of i386 socketcall and
ipc. Every run of whittle must have every call that all runs of strace have, and none that no run of
strace has. So a call that strace sees in some of its runs only proves nothing; when whittle
differs, strace gets a few more runs to show that it differs from itself, too. What is an artefact of
ptrace is a row in truth.artefacts. Cases that are marked `exact` compare the numbers of calls as well.
Names are compared with those of the kernel's headers.

Prints one result a line, as tests/lib.sh says. What the runs left is in $BUILD/tests/truth/CASE.
"""
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True  # nothing may be left in the source tree
from truth_cases import CASES  # noqa: E402

RUNS = int(os.environ.get("TRUTH_RUNS", 3))
MORE_RUNS = 10  # of strace, to prove that a case is unsteady
ENFORCED = 5  # runs under the profile that came of it
REFUSED = "getsid", "mincore", "sched_getparam", "timer_getoverrun"  # what tests/programs/refused.c calls
AT_ONCE = 2  # cases: strace and what it traces take turns
MOST_LINES = 40  # about one case
TIMEOUT = int(os.environ.get("TRUTH_TIMEOUT", 60))  # of one run; the slowest takes three seconds
CI = os.environ.get("CI") == "true"
BUILD = Path(os.environ.get("BUILD", "build")).resolve()
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NATIVE = os.uname().machine
COMPAT = {"x86_64": "x86", "aarch64": "arm"}.get(NATIVE)
X32_BIT = 0x40000000

# i386 multiplexers: number, and the names of their subcalls (linux/net.h, linux/ipc.h)
SUBCALLS = {
    102: ("socketcall", dict(enumerate(
        "socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom"
        " shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg".split(), 1))),
    117: ("ipc", {1: "semop", 2: "semget", 3: "semctl", 4: "semtimedop", 11: "msgsnd", 12: "msgrcv",
                  13: "msgget", 14: "msgctl", 21: "shmat", 22: "shmdt", 23: "shmget", 24: "shmctl"}),
}


class Broken(Exception):
    """A run that says nothing about syscalls: it failed, hung, or its output cannot be read."""


# --- names ---


def header_names():
    """The kernel's names: {abi: {number: name}}, empty for ABIs whose header is not here."""
    files = {"x86_64": "asm/unistd_64.h", "x86": "asm/unistd_32.h", "x32": "asm/unistd_x32.h",
             "aarch64": "asm-generic/unistd.h"}
    define = re.compile(r"#define __NR(?:3264)?_(\w+)\s+\(?(?:__X32_SYSCALL_BIT \+ )?(\d+)\)?$", re.M)
    names = {}
    for abi, file in files.items():
        for root in "/usr/include", f"/usr/include/{NATIVE}-linux-gnu":
            path = Path(root, file)
            if path.exists():
                names[abi] = {int(number): name for name, number in define.findall(path.read_text())}
    if "aarch64" in names:
        names["aarch64"][79] = "newfstatat"  # the only 64-bit name that is not that behind __NR3264_
    return names


NAMES = header_names()
NEW_NAMES = {}  # what recordings call numbers that the headers do not know, only to be printed


def name_of(call):
    abi, number, sub = call
    name = NAMES.get(abi, {}).get(number) or NEW_NAMES.get((abi, number)) or f"number {number}"
    if sub is not None:
        name += f":{SUBCALLS.get(number, ('', {}))[1].get(sub, sub)}"
    return name if abi == NATIVE else f"{abi} {name}"


def names_of(calls):
    return " ".join(sorted(map(name_of, calls)))


# --- what the two say ---


class StraceLog:
    """Counts the calls in the output of strace -f -n -o FILE --quiet=attach:

        7  [  59] execve("./a", ...) = 0
        7  [  59] [ Process PID=7 runs in 32 bit mode. ]
        7  [   7] waitpid(8,  <unfinished ...>
        7  [   7] <... waitpid resumed>NULL, 0) = 8
        7  [   7] --- SIGCHLD {...} ---
        7  [???] syscall_0xffffffffffffffff(0, 0, 0, 0, 0, 0) = -1 ENOSYS
        7  [   1] +++ exited with 0 +++

    The number in front of anything but a call is an old one. The mode is told when it changes, but a
    new process begins in whatever mode strace was in when it met it, and the order of these events is
    not in the log. So calls that the headers cannot tell apart wait for what says the mode: one whose
    name and number go together in one ABI only (below 424 they always do), or the first change.
    """

    LINE = re.compile(r"(\d+) +\[ *(\d+|\?+)\] (.*)")
    MODE = re.compile(r"\[ Process PID=\d+ runs in (\w+)(?: bit)? mode\. \]")
    SUPERSEDED = re.compile(r"\+\+\+ superseded by execve in pid (\d+) \+\+\+")
    CALL = re.compile(r"(\w+)\(([^,)]*)")
    NO_CALL = re.compile(r"<\.\.\. |--- |\+\+\+ |\?+\(")  # "????(": it was killed before it entered

    def __init__(self, lines):
        self.calls = Counter()
        self.abi = {}  # of processes, if known: NATIVE or COMPAT
        self.waiting = {}  # calls of the others
        for line in lines:
            self.add(line.rstrip("\n"))
        if self.waiting:
            raise Broken(f"strace does not tell the ABI of {self.waiting}")

    def add(self, line):
        match = self.LINE.fullmatch(line)
        if not match:
            raise Broken(f"strace wrote what is no line of a log: {line}")
        pid, number, rest = match.groups()
        if match := self.MODE.fullmatch(rest):
            abi = COMPAT if match[1] == "32" else NATIVE
            self.settle(pid, NATIVE if abi == COMPAT else COMPAT)
            self.abi[pid] = abi
        elif match := self.SUPERSEDED.fullmatch(rest):
            self.abi[pid] = self.abi.pop(match[1])
        elif not self.NO_CALL.match(rest):
            match = self.CALL.match(rest)
            if not match:
                raise Broken(f"strace wrote what is no call: {line}")
            self.add_call(pid, number, *match.groups())
        elif rest.startswith(("+++ exited", "+++ killed")):
            self.abi.pop(pid, None)  # another process may get the number

    def add_call(self, pid, number, name, argument):
        if number.startswith("?"):  # -1
            number = int(name.removeprefix("syscall_"), 16)
        number = int(number)
        if number >= 1 << 63:
            number -= 1 << 64
        abis = [abi for abi in (NATIVE, COMPAT) if NAMES.get(abi, {}).get(number) == name]
        if len(abis) == 1:
            self.settle(pid, abis[0])
            if self.abi[pid] != abis[0]:
                raise Broken(f"{pid} calls {number}, {name}, in a mode where that is another call")
        if pid in self.abi:
            self.calls[self.identify(self.abi[pid], number, name, argument)] += 1
        else:
            self.waiting.setdefault(pid, []).append((number, name, argument))

    def settle(self, pid, abi):
        """Now the ABI that the process began with is known."""
        if pid not in self.abi:
            self.abi[pid] = abi
            for call in self.waiting.pop(pid, []):
                self.calls[self.identify(abi, *call)] += 1

    def identify(self, abi, number, name, argument):
        if abi == "x86_64" and number >= X32_BIT:
            return "x32", number - X32_BIT, None
        if abi == "x86" and number in SUBCALLS:
            return "x86", number, self.subcall(number, name, argument)
        return abi, number, None

    @staticmethod
    def subcall(number, name, argument):
        """Strace names the subcall, or socketcall(SYS_ACCEPT, ...) if it cannot read its arguments."""
        multiplexer, subnames = SUBCALLS[number]
        if name == multiplexer:
            name = argument.split("|")[-1].removeprefix("SYS_").lower()
        for sub, subname in subnames.items():
            if name == subname:
                return sub
        # 32 bits without a sign; those of ipc begin with a version
        return int(name, 0) & (0xffff if multiplexer == "ipc" else 0xffffffff)


def read_recording(file):
    """The calls of the workload, and complaints about the recording itself."""
    recording = json.loads(file.read_text())
    calls, complaints = Counter(), []
    if recording["format"] != "whittle-recording" or recording["version"] != 1:
        raise Broken(f"{file} is no recording")
    if not recording["complete"]:
        complaints.append(f"incomplete: {recording['losses']}")
    for row in recording["syscalls"]:
        abi, number, sub = call = row["arch"], row["number"], row.get("subcall")
        NEW_NAMES[abi, number] = row.get("name")
        want = NAMES.get(abi, {}).get(number, row.get("name"))
        if row.get("name") != want:
            complaints.append(f"{abi} {number} is named {row.get('name')} instead of {want}")
        if (abi == "x86" and number in SUBCALLS) != (sub is not None):
            complaints.append(f"{name_of(call)} should be told by subcall, and nothing else should")
        elif sub is not None and row.get("subname") != SUBCALLS[number][1].get(sub):
            complaints.append(f"subcall {sub} of {want} is named {row.get('subname')}")
        if row["class"] == "workload":
            if call in calls:
                complaints.append(f"{name_of(call)} has two rows")
            calls[call] += row["calls"]
    return calls, complaints


def read_probe(file):
    calls = Counter()
    for line in file.read_text().splitlines():
        abi, number, sub, name, times = line.split()
        call = abi, int(number), None if sub == "-" else int(sub)
        if name != "-" and NAMES.get(abi, {}).get(call[1], name) != name:
            raise Broken(f"the probe says {name} for {name_of(call)}")
        calls[call] += int(times)
    return calls


# --- the judgement ---


def read_artefacts(file):
    """{(name, who alone may have it, case or "*")}"""
    rows = (line.split(maxsplit=3) for line in file.read_text().splitlines() if line and line[0] != "#")
    return {(name, side, case) for name, side, case, _ in rows}


ARTEFACTS = read_artefacts(Path(__file__).with_suffix(".artefacts"))


def is_artefact(call, side, case):
    name = NAMES.get(call[0], {}).get(call[1])
    return not {(name, side, "*"), (name, side, case)}.isdisjoint(ARTEFACTS)


def judge(truths, calls, exact, case):
    """Differences between a run and the runs that are true: [(call, got, least, most)]."""
    differences = []
    for call in set(calls).union(*truths):
        got = calls[call]
        seen = [truth[call] for truth in truths]
        least = 0 if is_artefact(call, "strace", case) else min(seen)
        most = sys.maxsize if is_artefact(call, "whittle", case) else max(seen)
        if not exact:  # only whether it was called
            least, most = min(least, 1), sys.maxsize if most else 0
        if not least <= got <= most:
            differences.append((call, got, min(seen), max(seen)))
    return sorted(differences, key=str)


def unsteady(truths):
    return {call for truth in truths for call in truth if not all(truth[call] for truth in truths)}


# --- running ---


class Bench:
    """Runs the command of a case, always at the same place: paths are arguments, too."""

    def __init__(self, case, place):
        self.case, self.place = case, place
        self.logs = BUILD / "tests/truth" / case.name
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir(parents=True)
        text = re.sub(r"@(\w+)", lambda match: str(program(match[1])), case.command)
        self.command = ["/bin/sh", "-ec", text] if case.shell else shlex.split(text)

    def run(self, prefix, log):
        shutil.rmtree(self.place, ignore_errors=True)
        for name in "work", "home", "tmp":
            (self.place / name).mkdir(parents=True)
        env = {"PATH": PATH, "HOME": f"{self.place}/home", "TMPDIR": f"{self.place}/tmp", "LC_ALL": "C"}
        with open(f"{log}.out", "wb") as out, open(f"{log}.err", "wb") as err:
            process = subprocess.Popen(prefix + self.command, cwd=self.place / "work", env=env, stdout=out, stderr=err,
                                       stdin=subprocess.DEVNULL, start_new_session=True)
            try:
                status = process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                end(process)
                raise Broken(f"not done after {TIMEOUT} seconds, see {log}.err") from None
        if status < 0:  # strace dies as its command did, a shell and whittle say 128 + signal
            status = 128 - status
        if status != self.case.status:
            raise Broken(f"status {status} instead of {self.case.status}, see {log}.err")

    def strace(self, i):
        log = self.logs / f"strace.{i}"
        # with -o it keeps quiet about the mode unless it is told what else to be quiet about
        self.run(["strace", "-f", "-n", "-o", f"{log}.log", "--quiet=attach"], log)
        with open(f"{log}.log", errors="replace") as lines:
            return StraceLog(lines).calls

    def whittle(self, i):
        log = self.logs / f"whittle.{i}"
        self.run([os.path.abspath(os.environ["WHITTLE"]), "record", "-q", "-o", f"{log}.profile.json",
                  "--recording", f"{log}.json", "--"], log)
        return read_recording(Path(f"{log}.json"))


    def enforce(self, run):
        """Complaints about the command under the profile of a run: it must run as before, and others must be refused."""
        profile = self.logs / f"whittle.{run}.profile.json"
        enforce = [os.path.abspath(os.environ["WHITTLE"]), "enforce", "-q", str(profile), "--"]
        wrong = []
        for i in range(1, ENFORCED + 1):
            try:
                # in a child, as under strace and while recording: setsid(1) does other things in a group's leader
                self.run(["timeout", "--foreground", str(TIMEOUT), *enforce], self.logs / f"enforce.{i}")
            except Broken as error:
                wrong.append(f"under its own profile: {error}")
        allowed = {name for rule in json.loads(profile.read_text())["syscalls"] for name in rule["names"]
                   if rule["action"] == "SCMP_ACT_ALLOW"}
        # the program's calls, as bits of its status, lowest first
        bits = sum(1 << bit for bit, name in enumerate(REFUSED) if name in allowed)
        status = subprocess.run([*enforce, program("refused")], check=False).returncode
        if status != bits:
            wrong.append(f"of the calls {' '.join(REFUSED)} the profile lets through {status:#b} instead of {bits:#b}")
        return wrong


def end(process):
    """Whittle passes the first signal on; what is left dies with its session."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def program(name):
    return BUILD / "tests/programs" / name


def why_not(case):
    """A reason to skip the case, or nothing."""
    words = [] if case.shell or case.command.startswith("@") else case.command.split()[:1]
    for name in words + case.needs.split():
        if not shutil.which(name, path=PATH):
            return f"{name} is not installed"
    if case.i386:
        if COMPAT != "x86":
            return "not here: this is no x86 machine"
        try:
            subprocess.run([program("i386")], stdout=subprocess.DEVNULL, check=True)
        except OSError as error:
            if error.strerror == "Exec format error":
                return "not here: this kernel runs no 32-bit programs"
            raise
    return None


def try_case(case, place):
    """Returns a summary and what is wrong, as lines."""
    bench = Bench(case, place)
    truths, runs, wrong = [], [], []
    for i in range(1, RUNS + 1):
        truths.append(bench.strace(i))
        calls, complaints = bench.whittle(i)
        runs.append(calls)
        wrong += complaints
        if case.probe:
            for who, got in ("strace", truths[-1]), ("whittle", calls):
                printed = read_probe(bench.logs / f"{who}.{i}.out")
                differing = {call for call in printed | got if printed[call] != got[call]}
                if differing:
                    wrong.append(f"the probe counted other numbers than {who} (run {i}): {names_of(differing)}")

    def judge_all():
        return [judge(truths, calls, case.exact, case.name) for calls in runs]

    while len(truths) < RUNS + MORE_RUNS and any(judge_all()):
        truths.append(bench.strace(len(truths) + 1))
    wrong += describe(judge_all(), len(truths))
    # the run that saw the most: what is unsteady may come again
    wrong += bench.enforce(1 + max(range(len(runs)), key=lambda i: len(runs[i])))
    steady = sum(all(truth[call] for truth in truths) for call in truths[0])
    summary = f"{steady} calls" + (", exact numbers" if case.exact else "")
    if loose := unsteady(truths):
        summary += f"; unsteady: {names_of(loose)}"
    return summary, list(dict.fromkeys(wrong))


def describe(judgements, truths):
    """One line a call, for all runs that differ in it."""
    lines = {}
    for run, differences in enumerate(judgements, 1):
        for call, got, least, most in differences:
            word = "missing" if not got else "extra" if not most else "miscounted"
            truth = least if least == most else f"{least} to {most}"
            lines.setdefault((word, call, truth), []).append(f"{got} (run {run})")
    return [f"{word}: {name_of(call)}: {truth} times in {truths} runs of strace; whittle: {', '.join(got)}"
            for (word, call, truth), got in lines.items()]


# --- the tests of the test ---

SAMPLE = """\
7  [  59] execve("/a", ["/a"], 0x7ffd /* 4 vars */) = 0
7  [  59] [ Process PID=7 runs in 32 bit mode. ]
7  [   2] fork( <unfinished ...>
8  [1000] syscall_0x3e8(0, 0, 0, 0, 0, 0) = -1 ENOSYS (Function not implemented)
8  [  20] getpid()                         = 8
7  [   2] <... fork resumed>)              = 8
7  [ 102] socket(AF_UNIX, SOCK_STREAM, 0)  = 3
7  [ 102] socketcall(SYS_ACCEPT, NULL)     = -1 EFAULT (Bad address)
7  [ 102] socketcall(99, NULL)             = -1 EINVAL (Invalid argument)
7  [ 117] ipc(65635, 0, 0, 0x75, 0x63, 0)  = -1 ENOSYS (Function not implemented)
7  [ 117] shmctl(0, IPC_RMID, 0x63)        = -1 EINVAL (Invalid argument)
7  [???] syscall_0xffffffffffffffff(0, 0, 0, 0, 0, 0) = -1 ENOSYS (Function not implemented)
7  [   7] waitpid(8,  <unfinished ...>
8  [  11] execve("/b", ["/b"], 0xff /* 0 vars */) = 0
8  [  11] [ Process PID=8 runs in 64 bit mode. ]
8  [1000] syscall_0x3e8(0, 0, 0, 0, 0, 0) = -1 ENOSYS (Function not implemented)
8  [  11] munmap(0x7f, 8)                  = 0
8  [  11] [ Process PID=8 runs in x32 mode. ]
8  [1073741863] getpid()                   = -1 ENOSYS (Function not implemented)
8  [18446744073709551611] syscall_0xfffffffffffffffb(0) = -1 ENOSYS (Function not implemented)
8  [18446744073709551611] [ Process PID=8 runs in 64 bit mode. ]
10 [1001] syscall_0x3e9(0, 0, 0, 0, 0, 0) = -1 ENOSYS (Function not implemented)
10 [1001] [ Process PID=10 runs in 64 bit mode. ]
10 [ 231] exit_group(0 <unfinished ...>
10 [ 231] +++ killed by SIGKILL +++
9  [ 334] rseq(0x7f, 0x20, 0, 0x53053053)  = 0
9  [  59] execve("/c", ["/c"], 0x7f /* 1 var */ <unfinished ...>
8  [  34] pause( <unfinished ...>
8  [  34] <... pause resumed>)             = ?
8  [  59] +++ superseded by execve in pid 9 +++
8  [  59] <... execve resumed>)            = 0
8  [  59] ????( <unfinished ...>
8  [  59] <... ???? resumed>)              = ?
8  [ 231] exit_group(0)                    = ?
8  [ 231] +++ exited with 0 +++
7  [   7] <... waitpid resumed>NULL, 0)    = 8
7  [   7] --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=8} ---
7  [   1] exit(0)                          = ?
7  [   1] +++ exited with 0 +++
"""


def self_test():
    """A judge that lets everything pass would make all the rest worthless."""
    def same(what, got, want):
        if got != want:
            failures.append(f"{what}: {got} instead of {want}")

    failures = []
    read, write, restart = [(NATIVE, number, None) for number in (900, 901, 902)]
    NAMES.setdefault(NATIVE, {})[restart[1]] = "restart_syscall"
    steady = [Counter({read: 2}), Counter({read: 2})]
    shaky = [Counter({read: 2, write: 3, restart: 1}), Counter({read: 1, restart: 1})]

    def found(truths, calls, exact=False):
        return [call for call, *_ in judge(truths, Counter(calls), exact, "self-test")]

    same("equal", found(steady, {read: 2}, True), [])
    same("missing", found(steady, {}), [read])
    same("extra", found(steady, {read: 2, write: 1}), [write])
    same("missing and extra", found(steady, {write: 1}), [read, write])
    same("count that does not matter", found(steady, {read: 9}), [])
    same("count too high", found(steady, {read: 3}, True), [read])
    same("count too low", found(steady, {read: 1}, True), [read])
    same("unsteady, absent", found(shaky, {read: 1}), [])
    same("unsteady, present", found(shaky, {read: 1, write: 1}), [])
    same("unsteady count", found(shaky, {read: 2, write: 4}, True), [write])
    same("unsteady calls", unsteady(shaky), {write})
    same("artefact of strace, in whittle", found(steady, {read: 1, restart: 1}), [restart])

    if COMPAT == "x86" and "x86" in NAMES:
        want = {("x86", 102, 1): 1, ("x86", 102, 5): 1, ("x86", 102, 99): 1, ("x86", 117, 24): 1, ("x86", 117, 99): 1}
        want |= {("x86", number): 1 for number in (-1, 1, 2, 7, 11, 20, 1000, 1001)}
        want |= {("x86_64", number): 1 for number in (-5, 11, 34, 334, 1000)}
        want |= {("x86_64", 59): 2, ("x86_64", 231): 2, ("x32", 39): 1}
        got = StraceLog(SAMPLE.splitlines()).calls
        same("log", {call if call[2] else call[:2]: times for call, times in got.items()}, want)
    for line in "strace: exec: no such file", "7  [   1] not a call", "7  [1000] syscall_0x3e8(0) = 0":
        try:
            StraceLog([line])
            failures.append(f"took {line!r} for a line of a log")
        except Broken:
            pass
    del NAMES[NATIVE][restart[1]]
    return failures


# --- the results ---


def report(desc, wrong, summary=""):
    """Prints a result, which is good if nothing is wrong."""
    if not wrong:
        print(f"ok - truth: {desc}" + (f": {summary}" if summary else ""), flush=True)
        return
    print(f"not ok - truth: {desc}: {wrong[0]}")
    for line in wrong[1:MOST_LINES]:
        print(f"# {line}")
    if len(wrong) > MOST_LINES:
        print(f"# and {len(wrong) - MOST_LINES} more")
    sys.stdout.flush()


def result_of(case, place):
    """Why it cannot be tried, what is wrong, and a summary."""
    try:
        if reason := why_not(case):
            if not CI or reason.startswith("not here: "):
                return reason, [], ""
            raise Broken(f"{reason}, which is a failure in CI")
        summary, wrong = try_case(case, place)
        return None, wrong, summary
    except (Broken, OSError) as error:
        return None, [str(error)], ""


def main(wanted):
    report("the test finds what is missing and what is extra", self_test())
    if unknown := set(wanted) - {case.name for case in CASES}:
        sys.exit(f"no case is named {' or '.join(unknown)}")
    cases = [case for case in CASES if not wanted or case.name in wanted]
    if not NAMES:
        report("the kernel's headers", ["no asm/unistd_64.h: names cannot be checked"])
    with tempfile.TemporaryDirectory(prefix="whittle-truth.") as place, ThreadPoolExecutor(AT_ONCE) as pool:
        # names of one length: a path may decide what is called
        places = [Path(place, f"{number:05}") for number in range(len(cases))]
        for case, (reason, wrong, summary) in zip(cases, pool.map(result_of, cases, places)):
            if reason:
                print(f"skip - truth: {case.name}: {reason}", flush=True)
            else:
                report(case.name, wrong, summary)


if __name__ == "__main__":
    main(sys.argv[1:])

"""What can watch system calls during a measurement: nothing, the floor programs, syslat, and what people use instead of it.

A tracer's `attach` is a context manager that gives an observation. Inside it, the tracer is attached; afterwards, the observation
has the tracer's counts.
"""

import contextlib
import functools
import json
import os
import re
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from .processes import PARTS, ROOT, Child, Failure, missing_program

START_SECONDS = 60  # for a tool to attach, or to end: a busy machine may take long
QUIET_SECONDS = 60  # for other tracers to go away

# What a user would type for the distribution of every call.
BPFTRACE_SCRIPT = """
tracepoint:raw_syscalls:sys_enter %(filter)s { @start[tid] = nsecs; }
tracepoint:raw_syscalls:sys_exit /@start[tid]/ { @ns[args->id] = hist(nsecs - @start[tid]); delete(@start[tid]); }
"""


class Absent(Exception):
    """This tracer can't be measured here; the text says why."""


class Disturbed(Exception):
    """Somebody else attached to system calls during the measurement."""


@dataclass
class Target:
    """The processes under test, and another process to watch instead of them."""
    pids: list
    other: int = 0


@dataclass
class Observation:
    """What a tracer saw until it ended: calls by name (or number), their total, and what was wrong."""
    calls: dict = field(default_factory=dict)
    total: int = 0
    troubles: list = field(default_factory=list)


class Nothing:
    """No tracer."""

    links = (0, 0)  # programs on sys_enter and on sys_exit
    sees = None  # whether there is an observation
    stops_the_program = False  # the watched program waits for it, so the program's CPU time doesn't show the cost
    slow = False  # so slow that fewer calls must do
    lingers = 0  # seconds for which the kernel still does work for it after its end

    def absence(self):
        """Why it can't be measured here, or None."""
        return None

    @contextlib.contextmanager
    def attach(self, target, cpus):
        yield Observation()


class Floor(Nothing):
    """A pair of programs that do next to nothing (floor.bpf.c)."""

    links = (1, 1)

    def __init__(self, pair):
        self.pair = pair

    @contextlib.contextmanager
    def attach(self, target, cpus):
        with Child([PARTS / "hold-floor", PARTS / "floor.bpf.o", self.pair], cpus) as holder:
            holder.line(START_SECONDS)
            yield Observation()


class Syslat(Nothing):
    """syslat itself. `target` is "-p", "-a", or "other": -p of the other process, which isn't measured."""

    links = (1, 1)
    sees = True

    def __init__(self, binary, target, *options):
        self.binary, self.target, self.options = binary, target, options

    def absence(self):
        lacking = [option for option in self.options if option.startswith("--") and option not in help_text(self.binary)]
        return f"this build of syslat has no {lacking[0]}" if lacking else None

    @contextlib.contextmanager
    def attach(self, target, cpus):
        pids = [target.other] if self.target == "other" else target.pids
        scope = ["-a"] if self.target == "-a" else ["-p", ",".join(map(str, pids))]
        # The duration ends it if the harness can't.
        command = [self.binary, "profile", "--format", "json", "--duration", "300s", *self.options, *scope]
        observation = Observation()
        with Child(command, cpus) as tool:
            tool.wait_until(lambda: tracers(tool.pid) == self.links, "was attached", START_SECONDS)
            # It records once it sleeps in its event loop, and never sleeps there earlier.
            tool.wait_until(tool.sleeps_in_poll, "began to record", START_SECONDS)
            yield observation
            text = tool.interrupt(START_SECONDS)
            if tool.process.returncode != 0:
                raise Failure(tool.epitaph())
            self.observe(json.loads(text), observation)

    @staticmethod
    def observe(report, observation):
        balance = report["balance"]
        kept = sum(balance[fate] for fate in ("completed", "in_flight", "never_returned", "lost"))
        if balance["entered"] != kept:
            observation.troubles.append(
                f"the balance doesn't close: {balance['entered']} calls entered, {kept} are accounted for")
        if balance["lost"]:
            observation.troubles.append(f"{balance['lost']} calls were lost: {balance['lost_by_cause']}")
        observation.total = balance["completed"]
        for row in report["syscalls"]:
            observation.calls[row["name"]] = observation.calls.get(row["name"], 0) + row["calls"]


class Peer(Nothing):
    """Another tool. SIGINT ends it, and it then prints what it has seen."""

    links = (1, 1)
    sees = True
    program = None
    tracefs = True
    misses_signals = False

    def absence(self):
        return f"there is no {self.program}" if missing_program(self.program) else None

    def command(self, target):
        raise NotImplementedError

    def attached(self, tool, target):
        return tracers(tool.pid) == self.links

    def count(self, text):
        """Calls by name, or by number, from what it printed."""
        raise NotImplementedError

    @contextlib.contextmanager
    def attach(self, target, cpus):
        observation = Observation()
        with Child(self.command(target), cpus, tracefs=self.tracefs) as tool:
            try:
                tool.wait_until(lambda: self.attached(tool, target), "was attached", START_SECONDS)
            except Failure as refusal:
                raise Absent(str(refusal)) from None
            yield observation
            try:
                printed = tool.interrupt(START_SECONDS, again=self.misses_signals)
            except Failure as refusal:
                raise Absent(str(refusal)) from None
            observation.calls = self.count(printed + "\n" + tool.said())
            observation.total = sum(observation.calls.values())


class Syscount(Peer):
    """syscount of libbpf-tools. It watches one process or the whole machine."""

    program = "/usr/sbin/syscount"  # bpfcc-tools has another tool of that name, in Python

    def __init__(self, whole_machine=False):
        self.whole_machine = whole_machine

    def command(self, target):
        scope = [] if self.whole_machine else ["-p", target.pids[0]]
        return [self.program, "-L", "-T", 500, *scope]

    def count(self, text):
        return {name: int(calls) for name, calls in re.findall(r"^(\w+) +(\d+) +[\d.]+$", text, re.MULTILINE)}


class Bpftrace(Peer):
    program = "bpftrace"
    misses_signals = True  # 0.17 notices a signal only if it comes while it sleeps

    def __init__(self, whole_machine=False):
        self.whole_machine = whole_machine

    def command(self, target):
        wanted = "" if self.whole_machine else f"/pid == {target.pids[0]}/"
        return [self.program, "-e", BPFTRACE_SCRIPT % {"filter": wanted}]

    def count(self, text):
        names = call_names()
        return {names.get(number, number): sum(map(int, re.findall(r"[)\]] +(\d+) \|", histogram)))
                for number, histogram in re.findall(r"^@ns\[(-?\d+)\]: ?\n((?:[\[(].*\n?)+)", text, re.MULTILINE)}


class PerfTrace(Peer):
    program = "perf"
    links = (0, 0)  # it reads events without a program in the kernel
    stops_the_program = True
    slow = True
    lingers = 1.5  # context switches look for events of threads until a second after the last event is gone

    def command(self, target):
        return [self.program, "trace", "-s", "-p", ",".join(map(str, target.pids))]

    def attached(self, tool, target):
        return tool.sleeps_in_poll() and any("perf_event" in link for link in open_files(tool))

    def count(self, text):
        calls = {}
        for name, count in re.findall(r"^ +(\w+) +(\d+) +\d+ +[\d.]+ ", text, re.MULTILINE):
            calls[name] = calls.get(name, 0) + int(count)
        return calls


class Strace(Peer):
    program = "strace"
    links = (0, 0)
    stops_the_program = True
    slow = True
    tracefs = False

    def command(self, target):
        return [self.program, "-c", "-f", *(word for pid in target.pids for word in ("-p", pid))]

    def attached(self, tool, target):
        return all(f"TracerPid:\t{tool.pid}\n" in status.read_text()
                   for pid in target.pids for status in Path(f"/proc/{pid}/task").glob("*/status"))

    def count(self, text):
        rows = re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", text, re.MULTILINE)
        return {name: int(calls) for calls, name in rows if name != "total"}


@functools.cache
def help_text(binary):
    return subprocess.run([binary, "profile", "--help"], stdout=subprocess.PIPE, text=True, timeout=START_SECONDS).stdout


@functools.cache
def call_names():
    """The names of this machine's native system calls, by number as text."""
    rows = (line.split("\t") for line in (ROOT / "Tools/syscall-tables/syscalls.tsv").read_text().splitlines())
    return {row[1]: row[2] for row in rows if row[0] == os.uname().machine}


def open_files(tool):
    for entry in Path(f"/proc/{tool.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            yield str(entry.readlink())


def tracers(pid=None):
    """How many BPF programs are attached to sys_enter and to sys_exit, on the whole machine or by one process."""
    result = subprocess.run([PARTS / "count-tracers", *([str(pid)] if pid else [])], stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise Failure("the BPF programs of this machine can't be listed; are you root?")
    return tuple(map(int, result.stdout.split()))


def wait_for_quiet():
    end = time.monotonic() + QUIET_SECONDS
    while (found := tracers()) != (0, 0):
        if time.monotonic() > end:
            raise Failure(f"{found[0]} programs are attached to sys_enter and {found[1]} to sys_exit, where none should be: "
                          f"does something else trace system calls? (bpftool link, bpftrace, other captures)")
        time.sleep(0.02)


def watched(tracer, target, cpus, work, beside_others=False):
    """Does some work under a tracer that runs on these CPUs. Returns the result of the work, and what the tracer saw.

    Starts over if somebody else attached to system calls meanwhile, unless `beside_others` is set.
    """
    end = time.monotonic() + QUIET_SECONDS
    while True:
        if not beside_others:
            wait_for_quiet()
        try:
            with tracer.attach(target, cpus) as observation:
                check(tracer, beside_others)
                result = work()
                check(tracer, beside_others)
            time.sleep(tracer.lingers)
            return result, observation
        except Disturbed:
            if time.monotonic() > end:
                raise Failure("something else keeps attaching to system calls") from None


def check(tracer, beside_others):
    if not beside_others and tracers() != tracer.links:
        raise Disturbed

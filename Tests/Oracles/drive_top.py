"""drive_top.py FILE: `syslat top` on a terminal of its own, below a shell, as a person has it.

FILE is JSON: "syslat", the program; "target", the words that name what is watched; "scenario", one of those below; "seed". The answer is
the list of what is wrong, in sentences; empty if nothing is. The shell is dash, which leaves a terminal as it finds it: what `stty -a` says
afterwards is what syslat left. pyte shows what a person would see.
"""
import fcntl
import json
import os
import pty
import random
import re
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time

import pyte

PATIENCE = 40


class Failure(Exception):
    pass


class Shell:
    def __init__(self, columns=100, rows=30, **environment):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            for number in range(1, signal.NSIG):
                if number not in (signal.SIGKILL, signal.SIGSTOP) and number < 32:
                    signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            settings = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PS1": "$ ", "PATH": os.environ["PATH"], **environment}
            os.execvpe("dash", ["dash", "-i"], settings)
        self.bytes = b""
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.resize(columns, rows)
        self.wait_for(lambda: b"$ " in self.bytes, "the shell's prompt")

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def read(self, seconds):
        """Takes in what comes in that time. False once the terminal has gone."""
        end = time.monotonic() + seconds
        while True:
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            if not ready:
                return True
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return False
            self.bytes += data
            self.stream.feed(data)

    def wait_for(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise Failure(f"{what} did not come; the screen is:\n" + "\n".join(self.screen.display))
            self.read(0.05)

    def type(self, text):
        os.write(self.master, text.encode() if isinstance(text, str) else text)

    def ask(self, command):
        """The output of a command of the shell. Between it and the prompt the shell may say that a job has ended."""
        start = len(self.bytes)
        self.type(f"{command}; echo en''d=$?\n")
        self.wait_for(lambda: re.search(rb"end=\d+\r\n(\[[^\n]*\n)*\$ ", self.bytes[start:]), f"the end of {command}")
        lines = self.bytes[start:].decode(errors="replace").split("\r\n")
        return lines[1 : next(place for place, line in enumerate(lines) if line.startswith("end="))]

    def shows(self, *words):
        text = "\n".join(self.screen.display)
        return all(word in text for word in words)

    @property
    def is_full_screen(self):
        """Whether the last that was asked for is the alternate screen."""
        return self.bytes.rfind(b"\x1b[?1049h") > self.bytes.rfind(b"\x1b[?1049l")

    @property
    def hides_cursor(self):
        return self.bytes.rfind(b"\x1b[?25l") > self.bytes.rfind(b"\x1b[?25h")

    @property
    def wraps(self):
        return self.bytes.rfind(b"\x1b[?7l") <= self.bytes.rfind(b"\x1b[?7h")

    def close(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.close(self.master)
        os.waitpid(self.pid, 0)


def child_of(pid):
    """The process that the shell waits for."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            children = file.read().split()
        if children:
            return int(children[0])
        time.sleep(0.02)
    raise Failure("syslat did not start")


def start(shell, test, *options):
    shell.type(shlex.join([test["syslat"], "top", *options, *test["target"]]) + "\n")
    # The header, a figure, and the keys.
    shell.wait_for(lambda: shell.is_full_screen and shell.shows("syslat top", "calls/s", "CALLS/S"), "the first screen")
    return child_of(shell.pid)


def state_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return None


def settle(shell, pid):
    shell.wait_for(lambda: state_of(pid) in (None, "Z"), "the end of syslat")
    shell.wait_for(lambda: shell.bytes.rstrip(b" ").endswith(b"$"), "the shell's prompt")


def check(shell, before, table):
    """What must hold once the terminal is the shell's again."""
    after = shell.ask("stty -a")
    if after != before:
        yield f"stty -a says {after} instead of {before}"
    if shell.is_full_screen or shell.hides_cursor or not shell.wraps:
        yield f"full screen: {shell.is_full_screen}, cursor hidden: {shell.hides_cursor}, wraps: {shell.wraps}"
    left = shell.bytes[shell.bytes.rfind(b"\x1b[?1049l"):]
    if table and not all(word in left for word in (b"syslat top", b"CALLS/S")):
        yield f"the last table is not left: {left!r}"


def ending(test, end, table=True, status=0):
    """Starts it, ends it by `end`, and looks at what is left."""
    shell = Shell()
    try:
        before = shell.ask("stty -a")
        if not any("icanon" in line for line in before):
            yield f"stty says {before}"
        pid = start(shell, test)
        end(shell, pid)
        settle(shell, pid)
        found = shell.ask("echo status=$?")
        if f"status={status}" not in found:
            yield f"the exit status is not {status}: {found}"
        yield from check(shell, before, table)
    finally:
        shell.close()


def key(text):
    return lambda shell, pid: shell.type(text)


def sends(number):
    return lambda shell, pid: os.kill(pid, number)


def suspension(test, stop, again):
    """Stops it, looks at the terminal, lets it go on, and ends it."""
    shell = Shell()
    try:
        before = shell.ask("stty -a")
        pid = start(shell, test)
        for _ in range(2):
            stop(shell, pid)
            shell.wait_for(lambda: state_of(pid) == "T", "the stop")
            shell.wait_for(lambda: shell.bytes.rstrip(b" ").endswith(b"$"), "the shell's prompt")
            yield from check(shell, before, table=False)
            again(shell, pid)
            shell.wait_for(lambda: shell.is_full_screen and shell.shows("syslat top", "q quit"), "the screen after the stop")
        shell.type("q")
        settle(shell, pid)
        yield from check(shell, before, table=True)
    finally:
        shell.close()


def foreground(shell, pid):
    shell.type("fg\n")


def background(test):
    """Ctrl-Z and bg: the capture goes on while the shell has the terminal, fg brings the screen back."""
    shell = Shell()
    try:
        before = shell.ask("stty -a")
        pid = start(shell, test)
        shell.type("\x1a")
        shell.wait_for(lambda: state_of(pid) == "T", "the stop")
        shell.ask("bg")
        start_of_wait = len(shell.bytes)
        shell.read(2)
        if state_of(pid) not in ("S", "R"):
            yield f"in the background its state is {state_of(pid)}"
        if shell.bytes[start_of_wait:]:
            yield f"in the background it writes {shell.bytes[start_of_wait:]!r}"
        yield from check(shell, before, table=False)
        foreground(shell, pid)
        shell.wait_for(lambda: shell.is_full_screen and shell.shows("syslat top", "q quit"), "the screen after fg")
        shell.type("\x1a")
        shell.wait_for(lambda: state_of(pid) == "T", "the second stop")
        # A shell that ends a stopped job sends both.
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGCONT)
        shell.wait_for(lambda: state_of(pid) in (None, "Z"), "the end in the background")
        yield from check(shell, before, table=False)
    finally:
        shell.close()


def closed(test):
    """The window is closed: nothing of it is left."""
    shell = Shell()
    pid = start(shell, test)
    os.close(shell.master)
    end = time.monotonic() + PATIENCE
    while state_of(pid) not in (None, "Z") and time.monotonic() < end:
        time.sleep(0.05)
    if state_of(pid) not in (None, "Z"):
        yield "it runs on without a terminal"
        os.kill(pid, signal.SIGKILL)
    os.kill(shell.pid, signal.SIGKILL)
    os.waitpid(shell.pid, 0)


def stuck(test):
    """A terminal that takes nothing (a stopped emulator, a dead connection) holds nothing up."""
    shell = Shell(300, 100)
    try:
        pid = start(shell, test, "--refresh", "100ms")
        for place in range(200):
            # Every screen differs from the last: what isn't read fills the terminal up.
            fcntl.ioctl(shell.master, termios.TIOCSWINSZ, struct.pack("HHHH", 100 - place % 2, 300 - place % 2, 0, 0))
            time.sleep(0.02)
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 10
        while state_of(pid) not in (None, "Z") and time.monotonic() < end:
            time.sleep(0.05)
        if state_of(pid) not in (None, "Z"):
            yield "SIGTERM does not end it"
            os.kill(pid, signal.SIGKILL)
    finally:
        shell.close()


def storm(test, seconds=20):
    """Another size every 100 ms, and keys: it lives, and the last screen is whole."""
    generator = random.Random(test["seed"])
    shell = Shell()
    try:
        before = shell.ask("stty -a")
        pid = start(shell, test)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            shell.resize(generator.randint(20, 300), generator.randint(4, 100))
            shell.type(generator.choice(["", "s", "g", "\r", "\x1b", "t", "r", " ", "?", "\x1b[A", "\x1b[B", "\x1b[6~", "/re\r"]))
            if not shell.read(0.1) or state_of(pid) in (None, "Z"):
                yield "it ended in the storm"
                return
        for columns, rows in ((60, 15), (120, 40)):
            shell.resize(columns, rows)
            shell.read(0.7)
            shell.type("\x1b")
            shell.read(0.3)
            shell.type("\x1b")
            shell.read(1)
            first, last = shell.screen.display[0], shell.screen.display[rows - 1]
            if not first.startswith("syslat top") or "q quit" not in last:
                yield f"at {columns} x {rows} the first line is {first!r}, the last {last!r}"
        shell.resize(100, 30)
        shell.type("q")
        settle(shell, pid)
        yield from check(shell, before, table=True)
    finally:
        shell.close()


def refusals(test):
    """Where no full screen can be, a sentence names --batch, and the terminal is left alone."""
    cases = [
        ("TERM=dumb", "", "TERM=dumb"), ("TERM=", "", "TERM is not set"), ("", "| cat", "Standard output is no terminal"),
        ("", "</dev/null", "Standard input is no terminal"),
    ]
    shell = Shell(300)
    try:
        before = shell.ask("stty -a")
        for variable, redirection, words in cases:
            command = shlex.join([test["syslat"], "top", *test["target"]])
            lines = shell.ask(f"{variable} {command} {redirection}")
            text = " ".join(lines)
            if words not in text or "--batch" not in text:
                yield f"{variable} {redirection}: {text}"
        yield from check(shell, before, table=False)
    finally:
        shell.close()


def colours(test):
    """NO_COLOR, and a locale without UTF-8."""
    shell = Shell(NO_COLOR="1", LANG="C")
    try:
        pid = start(shell, test)
        shell.type("\x1b[B\r")
        shell.wait_for(lambda: shell.shows("Distribution"), "the opened row")
        shell.type("q")
        settle(shell, pid)
        drawn = shell.bytes[shell.bytes.find(b"\x1b[?1049h"):]
        if any(byte >= 0x80 for byte in drawn):
            yield "something is not ASCII"
        styles = {part for style in re.findall(rb"\x1b\[([0-9;]*)m", drawn) for part in style.split(b";")}
        if not styles <= {b"", b"0", b"1", b"2", b"7"}:
            yield f"something is coloured: {styles}"
    finally:
        shell.close()


def command(test):
    """A command gets no terminal, and its end is shown until a key ends the view; its exit status is passed on."""
    shell = Shell()
    try:
        before = shell.ask("stty -a")
        script = "test -t 0 || test -t 1 || test -t 2 && echo I-HAVE-IT; i=0; while [ $i -lt 20 ]; do i=$((i+1)); sleep 0.1; done; exit 7"
        pid = start(shell, {**test, "target": ["--", "dash", "-c", script]})
        shell.wait_for(lambda: shell.shows("The target has ended"), "the end of the target")
        shell.type("\x1b[B\r")
        shell.wait_for(lambda: shell.shows("Distribution"), "an opened row after the end")
        shell.type("q")
        settle(shell, pid)
        found = shell.ask("echo status=$?")
        if "status=7" not in found:
            yield f"the exit status is {found}"
        if b"\r\nI-HAVE-IT" in shell.bytes:
            yield "the command has the terminal"
        yield from check(shell, before, table=True)
    finally:
        shell.close()


def replay(test):
    """A saved time series, finished or not: the arrows step through it."""
    shell = Shell()
    try:
        before = shell.ask("stty -a")
        for file in test["target"]:
            pid = start(shell, {**test, "target": [file]})
            shell.wait_for(lambda: re.search(r"step (\d+) of \1 ", shell.screen.display[0]), "the last step")
            shell.type("\x1b[D\x1b[D")
            shell.wait_for(
                lambda: (found := re.search(r"step (\d+) of (\d+) ", shell.screen.display[0]))
                and int(found[1]) == int(found[2]) - 2, "the step before the last but one")
            shell.type("q")
            settle(shell, pid)
            yield from check(shell, before, table=True)
    finally:
        shell.close()


def groups(test):
    """Rows that are threads and files: asked for at the start, left and found again with g, opened."""
    for kind, found in (("thread", "sleep"), ("comm", "sleep"), ("file", "(no file)")):
        shell = Shell()
        try:
            before = shell.ask("stty -a")
            pid = start(shell, test, "--by", kind, "--window", "start")
            shell.wait_for(lambda: shell.shows(f"{kind.upper()} ", f"by {kind} ", found), f"rows by {kind}")
            for title in ("call", "process", kind):
                shell.type("g")
                shell.wait_for(lambda: shell.shows(f"{title.upper()} ", f"by {title} "), f"rows by {title}")
            shell.type("\x1b[B\r")
            shell.wait_for(lambda: shell.shows("Distribution") or shell.shows("calls,"), "an opened row")
            shell.type("\x1b")
            shell.wait_for(lambda: shell.shows("CALLS/S"), "the table")
            shell.type("q")
            settle(shell, pid)
            yield from check(shell, before, table=True)
        finally:
            shell.close()


SCENARIOS = {
    "q": lambda test: ending(test, key("q")),
    "Ctrl-C": lambda test: ending(test, key("\x03")),
    "SIGINT": lambda test: ending(test, sends(signal.SIGINT)),
    "SIGTERM": lambda test: ending(test, sends(signal.SIGTERM)),
    "SIGHUP": lambda test: ending(test, sends(signal.SIGHUP)),
    "SIGQUIT": lambda test: ending(test, sends(signal.SIGQUIT), table=False, status=128 + signal.SIGQUIT),
    "SIGSEGV": lambda test: ending(test, sends(signal.SIGSEGV), table=False, status=128 + signal.SIGSEGV),
    "SIGABRT": lambda test: ending(test, sends(signal.SIGABRT), table=False, status=128 + signal.SIGABRT),
    "SIGUSR1": lambda test: ending(test, sends(signal.SIGUSR1), table=False, status=128 + signal.SIGUSR1),
    # Nothing can help against this one: the terminal stays raw. It shows that the others are told apart.
    "SIGKILL": lambda test: ending(test, sends(signal.SIGKILL), table=False, status=128 + signal.SIGKILL),
    "Ctrl-Z": lambda test: suspension(test, key("\x1a"), foreground),
    "SIGTSTP": lambda test: suspension(test, sends(signal.SIGTSTP), foreground),
    "background": background,
    "closed": closed,
    "stuck": stuck,
    "storm": storm,
    "refusals": refusals,
    "colours": colours,
    "command": command,
    "groups": groups,
    "replay": replay,
}

with open(sys.argv[1], encoding="utf-8") as file:
    given = json.load(file)
try:
    problems = list(SCENARIOS[given["scenario"]](given))
except Failure as failure:
    problems = [str(failure)]
json.dump(problems, sys.stdout)

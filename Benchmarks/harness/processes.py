"""Processes that end with the harness, however it ends. They are ended by their ids."""

import contextlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = ROOT / ".build" / "bench"
SYSLAT = ROOT / ".build" / "release" / "syslat"

# Peers find tracepoints through files in tracefs. If it isn't mounted, it is mounted for the peer alone, in a mount namespace of
# its own, which leaves the machine as it was.
TRACEFS = Path("/sys/kernel/tracing")
WITH_TRACEFS = ["unshare", "--mount", "sh", "-c", f'mount -t tracefs tracefs {TRACEFS} && exec "$@"', "sh"]
AHEAD = '[ ! -e /proc/self/autogroup ] || echo -20 >/proc/self/autogroup; exec "$@"'


class Failure(Exception):
    """The measurement can't go on; the text says why."""


class Child:
    """A process that ends with the harness, whatever happens: the kernel ends it when the harness is killed.

    Its output is a pipe, unless it goes to a file. Its standard error is kept, to explain a failure. With `ahead` it goes before
    other work of the machine.
    """

    def __init__(self, arguments, cpus=None, tracefs=False, user=None, end_by="TERM", output=subprocess.PIPE, ahead=False,
                 **options):
        self.name, self.end_by = Path(str(arguments[0])).name, end_by
        command = ["taskset", "--cpu-list", ",".join(map(str, cpus))] if cpus else []
        # If the scheduler groups tasks by session, priorities count only within a session, so it gets one of its own, ahead.
        command += ["nice", "-n", "-20", "sh", "-c", AHEAD, "sh"] if ahead else []
        command += ["setpriv", "--pdeathsig", end_by]
        command += [f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        command += WITH_TRACEFS if tracefs and not (TRACEFS / "events").exists() else []
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([*command, *map(str, arguments)], stdin=subprocess.PIPE, stdout=output,
                                        stderr=self.errors, text=True, start_new_session=ahead, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.running():
            self.process.send_signal(getattr(signal, f"SIG{self.end_by}"))
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        if self.process.stdout:
            self.process.stdout.close()
        self.errors.close()

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process.poll() is None

    def said(self):
        """What it wrote to standard error."""
        self.errors.seek(0)
        return self.errors.read().strip()

    def epitaph(self):
        """How it ended, and its last words."""
        words = self.said().splitlines()
        return f"{self.name} ended with status {self.process.returncode}" + (f": {words[-1]}" if words else "")

    def line(self, seconds):
        """The next line of its output."""
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        text = self.process.stdout.readline() if ready else ""
        if not text:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
            raise Failure(f"{self.name} printed nothing within {seconds} s" if self.running() else self.epitaph())
        return text

    def sleeps_in_poll(self):
        """Whether it sleeps in ep_poll, do_epoll_wait, poll_schedule_timeout or do_sys_poll."""
        with contextlib.suppress(OSError):
            return "poll" in Path(f"/proc/{self.pid}/wchan").read_text()
        return False

    def interrupt(self, seconds, again=False):
        """Ends it as Ctrl-C does and returns what it printed. With `again`, for tools that miss signals, it tries repeatedly."""
        end = time.monotonic() + seconds
        self.process.send_signal(signal.SIGINT)
        while True:
            try:
                return self.process.communicate(timeout=2)[0]
            except subprocess.TimeoutExpired:
                if time.monotonic() > end:
                    raise Failure(f"{self.name} didn't end within {seconds} s after SIGINT") from None
                if again and self.sleeps_in_poll():
                    self.process.send_signal(signal.SIGINT)

    def wait_until(self, condition, what, seconds):
        """Waits for something that this process does."""
        end = time.monotonic() + seconds
        while not condition():
            if not self.running():
                raise Failure(f"{self.epitaph()}, before it {what}")
            if time.monotonic() > end:
                raise Failure(f"{seconds} s passed before {self.name} {what}")
            time.sleep(0.01)


def missing_program(*names):
    """The first of these programs that isn't installed, or None."""
    return next((name for name in names if not shutil.which(str(name))), None)


def run(main, name):
    """Runs a harness: signals end it through its context managers, and a failure is printed in one line."""
    for caught in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(caught, lambda number, _: sys.exit(128 + number))
    # Even if a shell ignored it for us, as shells do for background jobs: children would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(print(f"{name}: {failure}", file=sys.stderr) or 2)
    except KeyboardInterrupt:
        sys.exit(130)


def progress(text):
    """Shows what is being done, on a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()

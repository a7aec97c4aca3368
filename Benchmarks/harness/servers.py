"""Services to be measured under load. Each runs in its own folder, on a free port or on a socket in that folder."""

import contextlib
import csv
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from .processes import Child, Failure, missing_program

START_SECONDS = 30

# The newest version's programs, without Debian's wrappers, which read the configuration of the machine's own clusters.
POSTGRESQL = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name),
                 default=Path("/usr/lib/postgresql/bin"))


class Server:
    title = loader = program = None
    programs = []
    user = None  # the user to run as, if it refuses to run as root
    end_by = "TERM"
    rate = 10_000  # requests a second, until the real rate is known

    def __init__(self, cpus, ahead):
        self.cpus, self.ahead = cpus, ahead  # of the service and of its load

    def absence(self):
        """Why it can't be measured here, or None."""
        missing = missing_program(*self.programs)
        return f"there is no {missing}" if missing else None

    def command(self):
        raise NotImplementedError

    def prepare(self):
        """Sets up what it needs to start."""

    def answers(self):
        raise NotImplementedError

    def load(self, seconds):
        """Puts load on it for about that long. Returns requests answered, and requests a second."""
        raise NotImplementedError

    def warm_up(self, seconds):
        for _ in range(2):
            _, self.rate = self.load(seconds)

    @contextlib.contextmanager
    def running(self):
        self.folder = Path(tempfile.mkdtemp(prefix="syslat-bench-"))
        try:
            self.folder.chmod(0o755)
            if self.user:
                shutil.chown(self.folder, self.user, self.user)
            self.prepare()
            with open(self.folder / "log", "w") as log:
                with Child(self.command(), self.cpus, user=self.user, end_by=self.end_by, output=log, ahead=self.ahead,
                           cwd=self.folder) as child:
                    self.child = child
                    child.wait_until(self.answers, "answered", START_SECONDS)
                    yield self
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def pids(self):
        """The process and all its descendants, once those that served the last load have ended."""
        found, end = self.family(), time.monotonic() + START_SECONDS
        while True:
            time.sleep(0.1)
            before, found = found, self.family()
            if found == before:
                return found
            if time.monotonic() > end:
                raise Failure(f"{self.title} keeps starting and ending processes without a load")

    def cpu_seconds(self):
        """CPU time of its processes, including ended ones, once those that served the last load have ended."""
        total = 0
        for pid in self.pids():
            total += sum(int(times.read_text().split()[0]) for times in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9
            of_children = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
            total += sum(map(int, of_children)) / os.sysconf("SC_CLK_TCK")
        return total

    def family(self):
        parents = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        found = [self.child.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def run(self, command, seconds, **options):
        """Runs a client and returns its output."""
        with Child(command, self.cpus, ahead=self.ahead, **options) as client:
            try:
                printed, _ = client.process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                raise Failure(f"{client.name} took longer than {seconds} s") from None
            if client.process.returncode != 0:
                raise Failure(client.epitaph())
        return printed


class Redis(Server):
    title, loader = "Redis", "redis-benchmark, GET, 50 connections"
    programs = ["redis-server", "redis-benchmark"]
    def command(self):
        self.port = free_port()
        return ["redis-server", "--bind", "127.0.0.1", "--port", self.port, "--save", "", "--appendonly", "no",
                "--dir", self.folder]

    def answers(self):
        return listens(self.port)

    def load(self, seconds):
        # redis-benchmark takes a number of requests, not a time.
        count = max(1000, int(self.rate * seconds))
        printed = self.run(["redis-benchmark", "-p", self.port, "-t", "get", "-c", 50, "-n", count, "--csv"], 60 + 10 * seconds)
        rates = [float(row["rps"]) for row in csv.DictReader(printed.splitlines()) if row["test"] == "GET"]
        if not rates:
            raise Failure(f"redis-benchmark gave no result: {printed.strip()}")
        return count, rates[0]


class PostgreSQL(Server):
    title, loader = "PostgreSQL", "pgbench -S -M prepared, 4 connections"
    user = "postgres"
    end_by = "QUIT"  # at once: its files are thrown away
    programs = [POSTGRESQL / name for name in ("initdb", "postgres", "pgbench")]

    def absence(self):
        with contextlib.suppress(KeyError):
            pwd.getpwnam(self.user)
            return super().absence()
        return f"there is no user {self.user}, and it refuses to run as root"

    def client(self, *arguments):
        return [POSTGRESQL / "pgbench", "-h", self.folder, "-U", "postgres", *arguments, "postgres"]

    def prepare(self):
        self.run([POSTGRESQL / "initdb", "-D", self.folder / "data", "-U", "postgres", "--auth", "trust", "--no-sync",
                  "--no-locale", "-E", "UTF8"], 120, user=self.user, cwd=self.folder)

    def command(self):
        settings = {"listen_addresses": "", "unix_socket_directories": self.folder, "fsync": "off", "autovacuum": "off"}
        return [POSTGRESQL / "postgres", "-D", self.folder / "data",
                *(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))]

    def answers(self):
        with contextlib.suppress(Failure):
            self.run(self.client("-i", "-s", 1, "-q"), 60)
            return True
        return False

    def load(self, seconds):
        printed = self.run(self.client("-S", "-n", "-M", "prepared", "-c", 4, "-T", seconds), 60 + 10 * seconds)
        return (int(number(r"transactions actually processed: (\d+)", printed, "pgbench")),
                number(r"tps = ([\d.]+)", printed, "pgbench"))


class Nginx(Server):
    title, loader = "nginx", "wrk, 16 connections, a file of 612 bytes"
    programs = ["nginx", "wrk"]

    def prepare(self):
        self.port = free_port()
        (self.folder / "index.html").write_text("x" * 612)
        temporary = "".join(f"{kind}_temp_path {self.folder}/{kind};\n" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(f"""
            daemon off; worker_processes 1; user nobody nogroup; pid {self.folder}/pid; error_log stderr;
            events {{ worker_connections 256; }}
            http {{
                access_log off; keepalive_requests 1000000000; {temporary}
                server {{ listen 127.0.0.1:{self.port}; root {self.folder}; }}
            }}""")

    def command(self):
        return ["nginx", "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", "stderr"]

    def answers(self):
        return listens(self.port)

    def load(self, seconds):
        printed = self.run(["wrk", "-t", 1, "-c", 16, "--timeout", "20s", "-d", f"{seconds}s",
                            f"http://127.0.0.1:{self.port}/index.html"], 60 + 10 * seconds)
        refused = re.search(r"Non-2xx.*|Socket errors.*", printed)
        if refused:
            raise Failure(f"wrk: {refused.group(0)}")
        return int(number(r"(\d+) requests in", printed, "wrk")), number(r"Requests/sec: +([\d.]+)", printed, "wrk")


SERVERS = {"redis": Redis, "postgresql": PostgreSQL, "nginx": Nginx}


def number(pattern, printed, program):
    found = re.search(pattern, printed)
    if not found:
        raise Failure(f"{program} gave no result: {printed.strip()}")
    return float(found.group(1))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False

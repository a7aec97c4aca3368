"""drive_serve.py FILE: runs `syslat serve` as its users do, and prints what is wrong as a list of sentences.

FILE has {"syslat": the program, "prometheus": the server, "scenario": one of those below}. Figures go to standard error if SHOW_FIGURES is set.
"""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

with open(sys.argv[1], encoding="utf-8") as file:
    job = json.load(file)
problems = []
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"


def figure(text):
    if os.environ.get("SHOW_FIGURES"):
        print(text, file=sys.stderr)


def check(condition, sentence):
    if not condition:
        problems.append(sentence)


class Loop:
    """What is watched: it reads a byte, opens what is not there, and sleeps a little, again and again."""

    SOURCE = """
import os, time
null = os.open("/dev/zero", os.O_RDONLY)
while True:
    for _ in range(200):
        os.read(null, 1)
    try:
        os.open("/nowhere/at/all", os.O_RDONLY)
    except OSError:
        pass
    time.sleep(0.002)
"""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-I", "-S", "-c", self.SOURCE])
        return self

    def __exit__(self, *arguments):
        self.process.kill()
        self.process.wait()


class Serve:
    def __init__(self, *arguments, **options):
        self.process = subprocess.Popen(
            [job["syslat"], "serve", *arguments], stderr=subprocess.PIPE, text=True, start_new_session=True, **options
        )
        # Test runners block signals.
        self.line = self.process.stderr.readline()
        match = re.search(r"http://([\d.]+:\d+)/metrics", self.line)
        self.base = "http://" + match[1] if match else None
        if not match:
            raise SystemExit(json.dumps([f"serve said: {self.line}{self.process.stderr.read()}"]))

    def get(self, path, **headers):
        request = urllib.request.Request(self.base + path, headers=headers)
        with opener.open(request, timeout=10) as answer:
            return answer.read(), answer.headers

    def text(self, path, **headers):
        return self.get(path, **headers)[0].decode()

    def value(self, name, text=None):
        text = self.text("/metrics") if text is None else text
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(rf"{name}[ {{]", line))

    def end(self, number=signal.SIGTERM):
        start = time.time()
        self.process.send_signal(number)
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return None, 10
        return status, time.time() - start

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def served(loop, *arguments, **options):
    return Serve("--listen", "127.0.0.1:0", "-p", str(loop.process.pid), *arguments, **options)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus:
    def __init__(self, target, folder):
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(
                "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n  - job_name: syslat\n    static_configs:\n"
                f"      - targets: ['{target}']\n"
            )
        port = free_port()
        self.base = f"http://127.0.0.1:{port}/api/v1/"
        self.process = subprocess.Popen(
            [
                job["prometheus"], f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=native-histograms",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )

    def ask(self, query):
        with opener.open(self.base + "query?" + urllib.parse.urlencode({"query": query}), timeout=5) as answer:
            return json.load(answer)["data"]["result"]

    def wait_until(self, query, seconds=40):
        deadline = time.time() + seconds
        while time.time() < deadline:
            try:
                if self.ask(query):
                    return True
            except OSError:
                pass
            time.sleep(0.3)
        return False

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        self.process.terminate()
        self.process.wait(20)


def prometheus():
    """The quantiles that Prometheus computes are those of the report; increase() goes over a restart."""
    name = "syslat_syscall_duration_seconds"
    with Loop() as loop, tempfile.TemporaryDirectory() as folder, served(loop) as serve:
        with Prometheus(serve.base[len("http://"):], folder) as server:
            check(server.wait_until("up == 1"), "Prometheus doesn't scrape")
            time.sleep(5)
            # Now nothing changes any more, and both see the same.
            loop.process.send_signal(signal.SIGSTOP)
            time.sleep(3.5)
            profile = json.loads(serve.text("/api/v1/profile"))
            counts = {
                (result["metric"]["syscall"], result["metric"]["outcome"]): float(result["value"][1])
                for result in server.ask(f"histogram_count({name})")
            }
            compared, worst = 0, 0
            for call in profile["syscalls"]:
                for outcome, figures in call["outcomes"].items():
                    if not figures["calls"]:
                        continue
                    found = counts.get((call["name"], outcome))
                    check(found == figures["calls"], f"{call['name']} {outcome}: {found} calls instead of {figures['calls']}")
                    if figures["calls"] < 1000:
                        continue
                    for quantile, key in ((0.5, "p50_ns"), (0.99, "p99_ns")):
                        selector = f'{name}{{syscall="{call["name"]}",outcome="{outcome}"}}'
                        result = server.ask(f"histogram_quantile({quantile}, {selector})")
                        value = float(result[0]["value"][1])
                        error = abs(value / (figures[key] / 1e9) - 1)
                        worst, compared = max(worst, error), compared + 1
                        check(error < 0.022, f"{call['name']} {outcome} {key}: {value} for {figures[key]} ns")
            check(compared >= 4, f"only {compared} quantiles were compared")
            errors = {r["metric"]["errno"]: float(r["value"][1]) for r in server.ask("syslat_syscall_errors_total")}
            wanted = {}
            for call in profile["syscalls"]:
                for errno, count in call["errnos"].items():
                    wanted[errno] = wanted.get(errno, 0) + count
            check(errors.get("ENOENT", 0) > 0 and errors == wanted, f"errors {errors} instead of {wanted}")
            loop.process.send_signal(signal.SIGCONT)
            figure(f"{compared} quantiles, the worst {worst:.2%} off")


def signals():
    """SIGHUP does nothing; SIGTERM and SIGINT end it within a second, whoever is connected."""
    with Loop() as loop:
        for number in (signal.SIGTERM, signal.SIGINT):
            with served(loop) as serve:
                serve.process.send_signal(signal.SIGHUP)
                time.sleep(1.5)
                check(serve.process.poll() is None, "SIGHUP ended it")
                check(serve.text("/-/healthy") == "syslat is running.\n", "it isn't healthy after SIGHUP")
                idle = [socket.create_connection(serve.base[len("http://"):].split(":")) for _ in range(20)]
                status, seconds = serve.end(number)
                check(status == 0, f"{number}: status {status}")
                check(seconds < 1, f"{number}: {seconds:.2f} s")
                figure(f"{number}: {seconds:.2f} s")
                for connection in idle:
                    connection.close()


def systemd():
    """A socket is taken over, READY and signs of life are sent."""
    with Loop() as loop, tempfile.TemporaryDirectory() as folder:
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.bind(folder + "/notify")
        manager.settimeout(20)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        environment = dict(os.environ, NOTIFY_SOCKET=folder + "/notify", WATCHDOG_USEC="1500000", LISTEN_FDS="1")
        # LISTEN_PID has to be that of the program: a shell becomes it.
        command = f'exec 3<&{listener.fileno()}; LISTEN_PID=$$ exec "$0" serve -p {loop.process.pid}'
        process = subprocess.Popen(
            ["bash", "-c", command, job["syslat"]], env=environment, pass_fds=[listener.fileno()], stderr=subprocess.PIPE, text=True
        )
        try:
            line = process.stderr.readline()
            check(f"http://127.0.0.1:{port}/" in line, f"it doesn't serve the socket: {line}")
            first = manager.recv(4096).decode()
            check(first.startswith("READY=1\n"), f"{first} instead of READY")
            start = time.time()
            lives = [manager.recv(4096) for _ in range(4)]
            check(all(life == b"WATCHDOG=1" for life in lives), f"{lives}")
            check(0.9 < time.time() - start < 4, f"four signs of life in {time.time() - start:.1f} s")
            with opener.open(f"http://127.0.0.1:{port}/-/ready", timeout=10) as answer:
                check(answer.status == 200, "it isn't ready")
            process.terminate()
            check(process.wait(10) == 0, "SIGTERM ends it badly")
            manager.settimeout(1)
            rest = []
            try:
                while True:
                    rest.append(manager.recv(4096))
            except TimeoutError:
                pass
            check(b"STOPPING=1" in rest, "STOPPING isn't sent")
        finally:
            if process.poll() is None:
                process.kill()


def capabilities():
    """No thread has more than the page says, and the one that reads HTTP has none."""
    with Loop() as loop, served(loop) as serve:
        page = serve.text("/")
        held = re.search(r"Capabilities still held</dt><dd>([^;]*);", page)
        check(held is not None and held[1] in serve.line, f"the page and the first line differ: {serve.line}")
        root = f"/proc/{serve.process.pid}/task"
        for thread in os.listdir(root):
            with open(f"{root}/{thread}/status", encoding="utf-8") as file:
                fields = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
            effective, permitted = int(fields["CapEff"], 16), int(fields["CapPrm"], 16)
            is_main = thread == str(serve.process.pid)
            check(effective == permitted, f"{fields['Name']} can raise {permitted:x}")
            check(permitted == 0 or is_main and held[1] != "none", f"{fields['Name']} holds {permitted:x}")
            check(fields["NoNewPrivs"] == "1", f"{fields['Name']} could gain privileges")
        before = serve.value("syslat_entered_calls_total")
        time.sleep(3)
        check(serve.value("syslat_entered_calls_total") > before, "it counts no more")
        check(serve.value("syslat_lost_calls_total") == 0, "calls are lost")
        figure(serve.line.strip())


def counters():
    """A hundred scrapes a second: nothing is lost, no counter falls, and the answers are quick."""
    with Loop() as loop, served(loop, "--sample", "1/4") as serve:
        time.sleep(2)
        times, before = [], {}
        begin = time.time()
        for index in range(400):
            start = time.time()
            body, headers = serve.get("/metrics", Accept=PROTOBUF if index % 2 else "*/*")
            times.append(time.time() - start)
            if index % 2:
                check("protobuf" in headers["Content-Type"], "no protobuf")
                continue
            now = {}
            for line in body.decode().splitlines():
                if not line.startswith("#"):
                    name, value = line.rsplit(" ", 1)
                    now[name] = float(value)
            for name, value in before.items():
                if re.match(r"\w+_(total|bucket|sum|count)\b", name) and now.get(name, -1) < value:
                    problems.append(f"{name} fell from {value} to {now.get(name)}")
            before = now
            time.sleep(max(0, begin + index / 100 - time.time()))
        times.sort()
        check(len(before) > 100, "there are few series")
        check(not any('pid="' in name for name in before), "a process id is a label")
        lost = sum(value for name, value in before.items() if name.startswith("syslat_lost_calls_total"))
        check(lost == 0, f"{lost} calls are lost")
        figure(f"scrapes: median {times[200] * 1e3:.1f} ms, p99 {times[396] * 1e3:.1f} ms; {len(before)} samples")


def windows():
    """The last windows have about the calls of their time, as JSON and as a file for the report; what makes no sense is refused."""
    with Loop() as loop, served(loop, "--keep", "3s") as serve:
        time.sleep(6)
        recent = json.loads(serve.text("/api/v1/profile?window=2s"))
        whole = json.loads(serve.text("/api/v1/profile"))
        longest = json.loads(serve.text("/api/v1/profile?window=1h"))
        seconds = [profile["capture"]["duration_ns"] / 1e9 for profile in (recent, longest, whole)]
        check(1.9 <= seconds[0] <= 3.2 and seconds[1] <= 4.5 and seconds[2] > 5.5, f"the stretches take {seconds}")

        def reads(profile):
            return next((call["calls"] for call in profile["syscalls"] if call["name"] == "read"), 0)

        rates = [reads(profile) / second for profile, second in zip((recent, longest, whole), seconds)]
        check(min(rates) > 0.4 * max(rates) > 0, f"reads a second: {rates}")
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/now.syslat", "wb") as file:
                file.write(serve.get("/api/v1/profile?window=2s&format=syslat")[0])
            report = subprocess.run([job["syslat"], "report", file.name], capture_output=True, text=True, check=False)
            check(report.returncode == 0 and "read" in report.stdout, f"the report fails: {report.stderr}")
        for path, status in (("/api/v1/profile?window=x", 400), ("/nothing", 404)):
            try:
                serve.get(path)
                problems.append(f"{path} is answered")
            except urllib.error.HTTPError as error:
                check(error.code == status, f"{path}: {error.code}")
        try:
            serve.get("/metrics", Host="evil.example")
            problems.append("another host's name is answered")
        except urllib.error.HTTPError as error:
            check(error.code == 421, f"another host's name: {error.code}")


globals()[job["scenario"]]()
json.dump(problems, sys.stdout)

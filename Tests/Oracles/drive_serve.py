"""drive_serve.py FILE: runs `syslat serve` as its users do, and prints what is wrong as a list of sentences.

FILE has {"syslat": the program, "oracles": the folder of other programs, "packaging": that of ours, "scenario": one of those below}. Figures go to standard error if SHOW_FIGURES is set.
"""
import base64
import json
import os
import re
import signal
import socket
import ssl
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

    def __init__(self, source=SOURCE):
        self.source = source

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-I", "-S", "-c", self.source])
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
    def __init__(self, target, folder, rules=()):
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(
                "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\n  evaluation_interval: 1s\nscrape_configs:\n  - job_name: syslat\n"
                f"    static_configs:\n      - targets: ['{target}']\n"
            )
            file.write("".join(["rule_files:\n"] + [f"  - {rule}\n" for rule in rules]) if rules else "")
        port = free_port()
        self.base = f"http://127.0.0.1:{port}/api/v1/"
        self.process = subprocess.Popen(
            [
                job["oracles"] + "/prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
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
    """The quantiles that Prometheus computes are those of the report."""
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


def restart():
    """A server that is killed and started anew is a reset of its counters, and increase() goes over it."""
    port = free_port()
    name = 'syslat_syscall_duration_seconds{syscall="read"}'

    def reads(serve):
        profile = json.loads(serve.text("/api/v1/profile"))
        return next(call["calls"] for call in profile["syscalls"] if call["name"] == "read")

    with Loop() as loop, tempfile.TemporaryDirectory() as folder:
        counts = []
        with Serve("--listen", f"127.0.0.1:{port}", "-p", str(loop.process.pid)) as serve:
            with Prometheus(f"127.0.0.1:{port}", folder) as server:
                check(server.wait_until(f"histogram_count({name})"), "Prometheus doesn't scrape")
                first = float(server.ask(f"sum(histogram_count({name}))")[0]["value"][1])
                for index in range(2):
                    time.sleep(6)
                    loop.process.send_signal(signal.SIGSTOP)
                    time.sleep(3)
                    counts.append(reads(serve))
                    if index == 0:
                        serve.process.kill()
                        serve.process.wait()
                        loop.process.send_signal(signal.SIGCONT)
                        serve = Serve("--listen", f"127.0.0.1:{port}", "-p", str(loop.process.pid))
                with serve:
                    wanted = counts[0] - first + counts[1]
                    found = float(server.ask(f"sum(histogram_count(increase({name}[5m])))")[0]["value"][1])
                    # increase() goes on to the ends of its range, by half an interval at most.
                    check(0.85 * wanted < found < 1.15 * wanted, f"increase() is {found}, and {wanted} calls were made")
                    resets = float(server.ask("resets(syslat_completed_calls_total[5m])")[0]["value"][1])
                    check(resets == 1, f"{resets} resets")
                    figure(f"increase() {found:.0f} of {wanted:.0f}")


def victoria():
    """VictoriaMetrics reads the text, with the counts of the report."""
    with Loop() as loop, tempfile.TemporaryDirectory() as folder, served(loop) as serve:
        config = folder + "/scrape.yml"
        with open(config, "w", encoding="utf-8") as file:
            file.write(
                "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n  - job_name: syslat\n    static_configs:\n"
                f"      - targets: ['{serve.base[len('http://'):]}']\n"
            )
        port = free_port()
        process = subprocess.Popen(
            [
                job["oracles"] + "/victoria-metrics", f"-promscrape.config={config}", f"-storageDataPath={folder}/data",
                f"-httpListenAddr=127.0.0.1:{port}", "-search.latencyOffset=1s", "-memory.allowedBytes=100MB",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        try:
            base = f"http://127.0.0.1:{port}/api/v1/query?"

            def ask(query):
                with opener.open(base + urllib.parse.urlencode({"query": query, "step": "1s"}), timeout=5) as answer:
                    return json.load(answer)["data"]["result"]

            time.sleep(6)
            loop.process.send_signal(signal.SIGSTOP)
            time.sleep(5)
            profile = json.loads(serve.text("/api/v1/profile"))
            calls = {call["name"]: call for call in profile["syscalls"]}
            counts = {result["metric"]["syscall"]: float(result["value"][1]) for result in
                      ask("sum by (syscall) (syslat_syscall_duration_seconds_count)")}
            check(counts == {name: call["calls"] for name, call in calls.items()}, f"VictoriaMetrics counts {counts}")
            sums = {result["metric"]["syscall"]: float(result["value"][1]) for result in
                    ask("sum by (syscall) (syslat_syscall_duration_seconds_sum)")}
            for name, call in calls.items():
                check(abs(sums.get(name, 0) * 1e9 / max(1, call["total_ns"]) - 1) < 1e-6, f"the sum of {name} is {sums.get(name)}")
            quantile = float(ask('histogram_quantile(0.5, sum by (le) (syslat_syscall_duration_seconds_bucket{syscall="read"}))')[0]["value"][1])
            # One bound an octave.
            check(0.5 < quantile * 1e9 / calls["read"]["p50_ns"] < 2, f"the median of read is {quantile}")
        finally:
            process.terminate()
            process.wait(20)


def dashboard():
    """Every expression of the dashboard, the rules and the alerts works, on metrics that are exported; the tests of the alerts pass."""
    packaging = job["packaging"]
    promtool = job["oracles"] + "/promtool"
    for arguments in (["check", "rules", "syslat-rules.yml", "syslat-alerts.yml"], ["test", "rules", "tests.yml"]):
        run = subprocess.run([promtool, *arguments], cwd=packaging + "/prometheus", capture_output=True, text=True, check=False)
        check(run.returncode == 0, f"promtool {arguments[0]}: {run.stdout}{run.stderr}")
    check_config = subprocess.run(
        [promtool, "check", "config", "scrape.yml"], cwd=packaging + "/prometheus", capture_output=True, text=True, check=False
    )
    check(check_config.returncode == 0, f"promtool check config: {check_config.stdout}{check_config.stderr}")
    with open(packaging + "/grafana/syslat.json", encoding="utf-8") as file:
        board = json.load(file)
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    expressions += [annotation["expr"] for annotation in board["annotations"]["list"]]
    optional = re.compile(r"changes\(")
    # Calls that the vDSO serves, as often as possible: their number is estimated from ticks.
    clock = Loop("import time\nwhile True:\n    for _ in range(10000): time.monotonic_ns()")
    rules = [f"{packaging}/prometheus/syslat-{name}.yml" for name in ("rules", "alerts")]
    with Loop(), clock, tempfile.TemporaryDirectory() as folder, Serve("--listen", "127.0.0.1:0", "-a") as serve:
        copies = []
        for rule in rules:
            copies.append(os.path.join(folder, os.path.basename(rule)))
            with open(rule, encoding="utf-8") as source, open(copies[-1], "w", encoding="utf-8") as copy:
                # Nobody waits for five minutes here.
                copy.write(re.sub(r"\[(5|10)m\]", "[10s]", source.read()).replace("interval: 1m", "interval: 1s"))
        with Prometheus(serve.base[len("http://"):], folder, copies) as server:
            check(server.wait_until("instance_syscall:syslat_duration_seconds:p99_5m", 60), "the rules give nothing")
            time.sleep(6)
            if json.loads(serve.text("/api/v1/profile")).get("vdso", {}).get("ticks", {}).get("state") == "on":
                check(server.wait_until("syslat_vdso_served_calls_estimate", 60), "no call of the vDSO was seen")
            else:
    # The kernel gives no ticks here.
                optional = re.compile(r"changes\(|syslat_vdso_served_calls_estimate")
            metrics = set(re.findall(r"^# TYPE (\w+)", serve.text("/metrics"), re.MULTILINE))
            for expression in expressions:
                for name in re.findall(r"\b(?:syslat|process)_\w+", expression):
                    is_there = name in metrics or name.removesuffix("_total") in metrics
                    check(is_there or optional.search(name), f"{name} is not exported")
                query = expression.replace("$__rate_interval", "10s").replace("$instance", ".*").replace("$syscall", "read")
                result = server.ask(query)
                check(result or optional.search(query), f"{query} gives nothing")
                unit = re.search(r"histogram_quantile", query)
                for series in result if unit else []:
                    check(1e-8 < float(series["value"][1]) < 100, f"{query} gives {series['value'][1]} s")
            with opener.open(server.base + "rules", timeout=5) as answer:
                groups = json.load(answer)["data"]["groups"]
            for rule in (rule for group in groups for rule in group["rules"]):
                check(rule["health"] == "ok", f"{rule['name']}: {rule.get('lastError')}")
                if rule["type"] == "recording":
                    check(server.ask(rule["name"]), f"{rule['name']} gives nothing")


def proxy():
    """Behind nginx it has TLS, a password and a name; events come through."""
    with Loop() as loop, tempfile.TemporaryDirectory() as folder, served(loop) as serve:
        port = free_port()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder + "/key", "-out", folder + "/crt", "-days", "2",
             "-subj", "/CN=node5.example", "-addext", "subjectAltName=DNS:node5.example,IP:127.0.0.1"],
            check=True, capture_output=True,
        )
        password = subprocess.run(["openssl", "passwd", "-apr1", "secret"], check=True, capture_output=True, text=True).stdout
        with open(folder + "/passwords", "w", encoding="utf-8") as file:
            file.write("prometheus:" + password)
        with open(job["packaging"] + "/nginx/syslat.conf", encoding="utf-8") as file:
            site = file.read()
        for old, new in (
            ("listen 443", f"listen 127.0.0.1:{port}"), ("/etc/nginx/syslat.crt", folder + "/crt"), ("/etc/nginx/syslat.key", folder + "/key"),
            ("user_file /etc/nginx/syslat.passwords", f"user_file {folder}/passwords"), ("http://127.0.0.1:10042", serve.base),
        ):
            check(old in site, f"the example has no {old}")
            site = site.replace(old, new)
        with open(folder + "/nginx.conf", "w", encoding="utf-8") as file:
            file.write(
                f"{'user root;' if os.getuid() == 0 else ''} daemon off; pid {folder}/pid; error_log {folder}/errors;\n"
                f"events {{}}\nhttp {{ access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;\n"
                f"uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;\n{site} }}\n"
            )
        process = subprocess.Popen([job["oracles"] + "/nginx", "-p", folder, "-c", folder + "/nginx.conf"], stderr=subprocess.DEVNULL)
        try:
            context = ssl.create_default_context(cafile=folder + "/crt")
            secure = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
            login = {"Authorization": "Basic " + base64.b64encode(b"prometheus:secret").decode(), "Host": "node5.example"}

            def get(path, headers):
                return secure.open(urllib.request.Request(f"https://127.0.0.1:{port}{path}", headers=headers), timeout=20)

            for _ in range(100):
                try:
                    get("/", {})
                except urllib.error.HTTPError as error:
                    check(error.code == 401, f"without a password: {error.code}")
                    break
                except OSError:
                    time.sleep(0.1)
            else:
                problems.append("nginx doesn't start")
            with get("/metrics", login | {"Accept": PROTOBUF, "Accept-Encoding": "gzip"}) as answer:
                check(answer.headers["Content-Encoding"] == "gzip" and "protobuf" in answer.headers["Content-Type"], "no metrics come through")
            with get("/", login) as answer:
                check(b"<table" in answer.read(), "the page doesn't come through")
            with get("/events", login) as answer:
                start = time.time()
                lines = [answer.readline() for _ in range(6)]
                check(sum(line.startswith(b"data: ") for line in lines) >= 2 and time.time() - start < 6, f"events come as {lines}")
        finally:
            process.terminate()
            process.wait(20)


def groups():
    """Calls by program: a program that ends keeps its series while it is asked for, and no more groups are shown than were asked for."""
    # A call that nobody else makes: others change their names between their calls.
    source = "import ctypes, os, sys\nctypes.CDLL(None).prctl(15, sys.argv[1].encode(), 0, 0, 0)\nfor _ in range(2000): os.sched_get_priority_max(0)\n"

    def values(text):
        found = re.findall(r'^syslat_group_duration_seconds_count\{comm="([^"]*)"\} (\d+)', text, re.MULTILINE)
        return {name: int(value) for name, value in found}

    with Serve("--listen", "127.0.0.1:0", "-a", "-e", "sched_get_priority_max", "--by", "comm", "--max-groups", "4") as serve:
        before = {}
        for index in range(8):
            subprocess.run([sys.executable, "-I", "-S", "-c", source, f"job{index}"], check=True)
            time.sleep(2.2)
            now = values(serve.text("/metrics"))
            check(len(now) <= 5, f"there are {len(now)} groups: {now}")
            for name, value in before.items():
                check(now.get(name, -1) >= value, f"{name} fell from {value} to {now.get(name)}")
            before = now
        jobs = sum(value for name, value in before.items() if name.startswith("job") or name == "other")
        check(jobs == 16000 and before.get("other", 0) >= 4000, f"the jobs made 16,000 calls, and {before} are shown")
        total = serve.value('syslat_syscall_duration_seconds_count')
        check(sum(before.values()) == total == 16000, f"the groups have {sum(before.values())} calls of {total}")
    # More processes at a time than snapshots have rows for: the calls of all are in a group.
    crowd = "import os, time\nfor _ in range(600):\n  if os.fork() == 0: os.sched_get_priority_max(0); time.sleep(2); os._exit(0)\ntime.sleep(4)"
    with Serve("--listen", "127.0.0.1:0", "-a", "-e", "sched_get_priority_max", "--by", "comm") as serve:
        subprocess.run([sys.executable, "-I", "-S", "-c", crowd], check=True)
        time.sleep(3)
        text = serve.text("/metrics")
        found, total = sum(values(text).values()), serve.value("syslat_syscall_duration_seconds_count", text)
        check(found == total == 600, f"the groups have {found} calls of {total}, and 600 were made")
    if os.path.isdir("/sys/fs/cgroup"):
        with Serve("--listen", "127.0.0.1:0", "-a", "--by", "cgroup") as serve:
            time.sleep(3)
            check("syslat_group_call_seconds_total{cgroup=" in serve.text("/metrics"), "there is no cgroup")
            profile = json.loads(serve.text("/api/v1/profile?window=2s"))
            check(profile["balance"]["completed"] > 0, "the window is empty")


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
        command = f'exec 3<&{listener.fileno()}; LISTEN_PID=$$ exec "$0" serve -p {loop.process.pid} --listen 127.0.0.1:1'
        process = subprocess.Popen(
            ["bash", "-c", command, job["syslat"]], env=environment, pass_fds=[listener.fileno()], stderr=subprocess.PIPE, text=True
        )
        try:
            line = process.stderr.readline()
            check("--listen is left aside" in line, f"nothing is said of --listen: {line}")
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
        held = re.search(r"Capabilities still held</dt><dd><bdi>([^;]*);", page)
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

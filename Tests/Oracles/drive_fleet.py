"""drive_fleet.py FILE: lets a fleet of posed hosts be scraped by a real Prometheus, runs `syslat compare` about it as an operator does, and prints
what is wrong as a list of sentences.

FILE has {"syslat": the program, "oracles": the folder of other programs, "files": the folder with base-*.syslat and new-*.syslat of the same data,
"hosts": {name: {phase: base64 of what /metrics answers}}, "slower": the call that takes longer on NEW}. The phases are base-0 and base-1 before the
upgrade, new-0 and new-1 after it: in each the counters begin low and then rise.
"""
import base64
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

with open(sys.argv[1], encoding="utf-8") as file:
    job = json.load(file)
problems = []
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
PROTOBUF = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
state = {"phase": "base-0", "restarting": None, "prometheus": None}
TOKEN = "open sesame"


def check(condition, sentence):
    if not condition:
        problems.append(sentence)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Hosts(http.server.BaseHTTPRequestHandler):
    """/host/NAME is what a host's `syslat serve` says. The others are servers of an operator's, good and bad."""

    protocol_version = "HTTP/1.1"

    def answer(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        name = self.path.removeprefix("/host/")
        phase = state["phase"]
        if state["restarting"] == name:
            phase = phase[:-1] + "0"
        self.answer(200, base64.b64decode(job["hosts"][name][phase]), PROTOBUF)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/locked/"):
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return self.answer(401, b"Unauthorized\n", "text/plain")
            request = urllib.request.Request(state["prometheus"] + self.path.removeprefix("/locked"), data=body)
            with opener.open(request, timeout=20) as reply:
                return self.answer(200, reply.read())
        if self.path.startswith("/flood/"):
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(4096):
                    self.wfile.write(b" " * 65536)
            except OSError:
                pass
            self.close_connection = True
            return None
        if self.path.startswith("/numbers/"):
            # As a server that has the difference of two histograms: a number.
            return self.answer(200, b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0"]}]}}')
        return self.answer(404, b"404 page not found\n", "text/plain")

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that leave early are what is tested."""


site = Server(("127.0.0.1", 0), Hosts)
address = f"127.0.0.1:{site.server_address[1]}"
threading.Thread(target=site.serve_forever, daemon=True).start()


def prometheus(folder):
    config = os.path.join(folder, "prometheus.yml")
    targets = "".join(
        f"      - targets: ['{address}']\n        labels: {{instance: '{name}', __metrics_path__: '/host/{name}'}}\n" for name in job["hosts"]
    )
    with open(config, "w", encoding="utf-8") as file:
        file.write(
            "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n  - job_name: syslat\n    static_configs:\n" + targets
        )
    port = free_port()
    state["prometheus"] = f"http://127.0.0.1:{port}"
    return subprocess.Popen(
        [
            job["oracles"] + "/prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=native-histograms",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )


def ask(query):
    url = state["prometheus"] + "/api/v1/query?" + urllib.parse.urlencode({"query": query})
    with opener.open(url, timeout=5) as answer:
        return json.load(answer)["data"]["result"]


def wait_for(query, wanted, seconds=60):
    deadline = time.time() + seconds
    while time.time() < deadline:
        try:
            found = ask(query)
            if found and float(found[0]["value"][1]) == wanted:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(json.dumps([f"Prometheus never said {wanted} to {query}"]))


def syslat(*arguments, **environment):
    variables = {**os.environ, "NO_PROXY": "*", "HOME": "/nonexistent", **environment}
    run = subprocess.run(
        [job["syslat"], "compare", *arguments], capture_output=True, text=True, timeout=200, env=variables, stdin=subprocess.DEVNULL
    )
    return run.returncode, run.stdout, run.stderr


def compare(base, new, *more, url=None, **environment):
    server = url or state["prometheus"]
    return syslat("--prometheus", server, "--base", base, "--new", new, "--window", "10s", *more, **environment)


def verdicts(text):
    found = json.loads(text)
    return found["outcome"], {cell["name"]: cell["verdict"] for cell in found["gated"]}


def expect(what, run, status, *words):
    code, output, error = run
    text = re.sub(r"\s+", " ", output + error)
    check(code == status, f"{what}: status {code}, not {status}: {text[:600]}")
    for word in words:
        check(word in text, f"{what}: no '{word}' in: {text[:1500]}")


def upgraded():
    """Two windows, before and after the upgrade; the time at which each ends."""
    wait_for("count(up == 1)", len(job["hosts"]))
    time.sleep(2)
    state["phase"] = "base-1"
    time.sleep(3)
    before = time.time()
    state["phase"] = "new-0"
    time.sleep(7)
    state["phase"] = "new-1"
    time.sleep(2)
    # One host's server is restarted, under the same kernel: a reset inside the window.
    state["restarting"] = next(iter(job["hosts"]))
    time.sleep(1.5)
    state["restarting"] = None
    time.sleep(4)
    return before, time.time()


with tempfile.TemporaryDirectory() as folder:
    server = prometheus(folder)
    try:
        before, after = upgraded()
        count = len(job["hosts"])
        base, new = f"{{}}@{before:.3f}", f'kernel_release="6.12.1"@{after:.3f}'
        wait = max(0, after + 1 - time.time())
        time.sleep(wait)
        paired = compare(base, new, "--gate", "p50", "--format", "json")
        check(paired[0] == 1, f"an upgrade that made {job['slower']} slower: status {paired[0]}: {paired[1][:900]} {paired[2]}")
        if paired[0] == 1:
            found = json.loads(paired[1])
            outcome, cells = verdicts(paired[1])
            check(found["unit"] == "host" and found["paired"], f"not paired: {found['unit']}")
            check(0.021 < found["bucket_width"] < 0.023, f"the width of a bucket is {found['bucket_width']}")
            check(found["base"]["boots"] == count == found["new"]["boots"], f"hosts: {found['base']}, {found['new']}")
            check([name for name, verdict in cells.items() if verdict == "REGRESSED"] == [job["slower"]], f"verdicts: {cells}")
            read = subprocess.run(
                f"\"$SYSLAT\" compare --gate p50 --format json {job['files']}/base-*.syslat -- {job['files']}/new-*.syslat", shell=True,
                env={**os.environ, "SYSLAT": job["syslat"]}, capture_output=True, text=True, timeout=200,
            )
            check(read.returncode == 1, f"files of the same data: status {read.returncode}: {read.stderr}")
            same, others = verdicts(read.stdout)
            check((same, others) == (outcome, cells), f"files say {same} {others}, and the server {outcome} {cells}")
            for cell in found["gated"]:
                twin = next(other for other in json.loads(read.stdout)["gated"] if other["name"] == cell["name"])
                check(abs(cell["change"] - twin["change"]) < 0.045, f"{cell['name']} changed by {cell['change']} and by {twin['change']}")
                check(abs(cell["base_ns"] / twin["base_ns"] - 1) < 0.03, f"{cell['name']}: {cell['base_ns']} and {twin['base_ns']} ns")
        expect("text", compare(base, new, "--gate", "p50"), 1, f"BASE {count} hosts of 6.1.0 · NEW {count} hosts of 6.12.1", "REGRESSED: 1 of",
               "widened by 2.2 %")
        expect("markdown", compare(base, new, "--gate", "p50", "--format", "markdown"), 1, "## syslat compare: REGRESSED")
        page = os.path.join(folder, "page.html")
        expect("html", compare(base, new, "--gate", "p50", "--format", "html", "-o", page), 1)
        check("Host by host" in open(page, encoding="utf-8").read(), "the page has no hosts")
        expect("the same twice", compare(base, base, "--gate", "p50"), 0, "NO REGRESSION", "windows of the two sides overlap")
        first = "|".join(list(job["hosts"])[: count // 2])
        expect("other hosts", compare(f'instance=~"{first}"@{before:.3f}', f'instance!~"{first}"@{before:.3f}', "--gate", "p50"), 3,
               "Mann-Whitney", "INCONCLUSIVE")
        name = next(iter(job["hosts"]))
        expect("one host", compare(f'instance="{name}"@{before:.3f}', f'instance="{name}"@{after:.3f}'), 3, "one host a side says nothing")
        across = compare(f'instance="{name}"@{before:.3f}', f'{{}}@{before + 5:.3f}')
        expect("a window with both kernels", across, 2, "ran more than one kernel within the window")
        expect("no such host", compare('kernel_release="7"', new), 2, "fits BASE {kernel_release=\"7\"}", "6.12.1 (")
        expect("long ago", compare("{}@-30d", new), 2, "has nothing of syslat in the 10 s to")
        expect("another label", compare(base, new, "--host-label", "node"), 2, "have no label 'node'", "instance")
        expect("bad PromQL", compare('instance=~"("', new), 2, "refused a query:", "HTTP 400")
        expect("locked", compare(base, new, url=f"http://{address}/locked"), 2, "HTTP 401", "--curl-config")
        secret = os.path.join(folder, "curl.conf")
        with open(secret, "w", encoding="utf-8") as file:
            file.write(f'header = "Authorization: Bearer {TOKEN}"\n')
        expect("a token", compare(base, new, "--gate", "p50", "--curl-config", secret, url=f"http://{address}/locked/"), 1, "REGRESSED: 1 of")
        expect("no such file", compare(base, new, "--curl-config", folder + "/none"), 2, "See that the file of --curl-config can be read")
        expect("a flood", compare(base, new, url=f"http://{address}/flood"), 2, "more than 64 MiB came")
        expect("another site", compare(base, new, url=f"http://{address}/somewhere"), 2, "HTTP 404", "/api/v1/query")
        expect("numbers", compare(base, new, url=f"http://{address}/numbers"), 2, "doesn't tell the time")
        expect("nobody there", compare(base, new, url=f"http://127.0.0.1:{free_port()}"), 2, "can't be asked: curl:", "See that the server runs")
        expect("no TLS there", compare(base, new, url=f"https://{address}"), 2, "can't be asked: curl:")
        expect("no such name", compare(base, new, url="http://nowhere.invalid"), 2, "can't be asked: curl:", "nowhere.invalid")
        expect("no curl", compare(base, new, PATH=folder), 2, "curl, which asks the server, is not in PATH. Install it")
        # A proxy of the environment is used.
        expect("a proxy", compare(base, new, url="http://prometheus.invalid", http_proxy=f"http://{address}", NO_PROXY=""), 2, "HTTP 404")
    finally:
        server.terminate()
        server.wait(10)

json.dump(problems, sys.stdout)

"""ask_prometheus.py FILE: what a Prometheus server says of an exposition that it has scraped.

FILE has {"server": the program, "content_type": ..., "body": base64, "queries": [...], "exemplars": a selector or null}. The exposition is
served on loopback. Prints {"accept": what the server asked for, "up": ..., "answers": {query: result}, "exemplars": [...]}.
"""
import base64
import http.server
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

with open(sys.argv[1], encoding="utf-8") as file:
    spec = json.load(file)
body = base64.b64decode(spec["body"])
asked = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.headers.get("Accept"))
        self.send_response(200)
        self.send_header("Content-Type", spec["content_type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=target.serve_forever, daemon=True).start()

with tempfile.TemporaryDirectory() as folder:
    config = os.path.join(folder, "prometheus.yml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(
            "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n  - job_name: syslat\n    static_configs:\n"
            f"      - targets: ['127.0.0.1:{target.server_address[1]}']\n"
        )
    port = free_port()
    server = subprocess.Popen(
        [
            spec["server"], f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=native-histograms,exemplar-storage",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )

    def ask(path, **parameters):
        url = f"http://127.0.0.1:{port}/api/v1/{path}?" + urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.load(answer)["data"]

    try:
        deadline = time.time() + 40
        up = None
        while time.time() < deadline and up != "1":
            try:
                result = ask("query", query="up")["result"]
                up = result[0]["value"][1] if result else None
                # A target that is down says why.
                if up == "0":
                    up = ask("targets")["activeTargets"][0]["lastError"] or up
                    if len(asked) > 3:
                        break
            except OSError:
                pass
            time.sleep(0.2)
        answers = {query: ask("query", query=query)["result"] for query in spec["queries"]} if up == "1" else {}
        exemplars = []
        if spec.get("exemplars") and up == "1":
            exemplars = ask("query_exemplars", query=spec["exemplars"], start=0, end=int(time.time()) + 10)
    finally:
        server.terminate()
        server.wait(10)

json.dump({"accept": asked[0] if asked else "", "up": up, "answers": answers, "exemplars": exemplars}, sys.stdout)

"""drive_page.py FILE: opens the page of a running `syslat serve` in Chromium as its readers do, and prints what is wrong as a list of sentences.

FILE has {"syslat": the program, "scenario": one of those below}. With SHOW_PAGES=FOLDER, pictures of the page go there. Needs Debian's chromium.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

with open(sys.argv[1], encoding="utf-8") as file:
    job = json.load(file)
problems = []
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
HOSTILE = "<img src=x>"

LOOP = """
import ctypes, os, time
ctypes.CDLL(None).prctl(15, b"<img src=x>", 0, 0, 0)
null = os.open("/dev/zero", os.O_RDONLY)
while True:
    for _ in range(50):
        os.read(null, 1)
    try:
        os.open("/nowhere/at/all", os.O_RDONLY)
    except OSError:
        pass
    time.sleep(0.005)
"""


def check(condition, sentence):
    if not condition:
        problems.append(sentence)


class Serve:
    """A server and what it watches."""

    def __enter__(self):
        self.loop = subprocess.Popen([sys.executable, "-I", "-S", "-c", LOOP])
        self.process = subprocess.Popen(
            [job["syslat"], "serve", "--listen", "127.0.0.1:0", "-p", str(self.loop.pid), "--slowest", "3"], stderr=subprocess.PIPE, text=True
        )
        line = self.process.stderr.readline()
        match = re.search(r"(http://[\d.]+:\d+)/metrics", line)
        if not match:
            raise SystemExit(json.dumps([f"serve said: {line}{self.process.stderr.read()}"]))
        self.base = match[1]
        return self

    def __exit__(self, *arguments):
        for process in (self.process, self.loop):
            process.kill()
            process.wait()

    def json(self, path):
        with opener.open(self.base + path, timeout=20) as answer:
            return json.load(answer)


class Reader:
    """A page in a browser, and what it complained of and asked for."""

    def __init__(self, browser, serve, **options):
        self.context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        self.page = self.context.new_page()
        self.messages, self.requests = [], []
        self.page.on("console", lambda message: self.messages.append(f"{message.text} {message.location}"))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(serve.base + "/")

    def wait(self, expression, seconds=20):
        """The page's policy forbids what playwright's own way of waiting evaluates in it."""
        deadline = time.time() + seconds
        while not self.page.evaluate(f"Boolean({expression})"):
            if time.time() > deadline:
                raise TimeoutError(f"it never became true: {expression}; the page says '{self.state()}'")
            time.sleep(0.1)

    def rows(self):
        return self.page.evaluate(
            """[...document.querySelectorAll('table.calls > tbody > tr:not(.more)')].map(row =>
                [...row.cells].map(cell => cell.dataset.v || cell.textContent.replaceAll(',', '')))"""
        )

    def cell(self, name, column):
        return next((row[column] for row in self.rows() if row[0] == name), None)

    def state(self):
        return self.page.locator("#state").inner_text()

    def picture(self, name):
        if folder := os.environ.get("SHOW_PAGES"):
            self.page.screenshot(path=f"{folder}/{name}.png")


def live(browser, serve):
    """It goes on by itself, holds when it is told to, and its figures are those of the interface for programs."""
    reader = Reader(browser, serve)
    page = reader.page
    reader.wait("document.querySelector('#state').textContent.startsWith('Live')")
    reader.wait("document.querySelectorAll('table.calls > tbody > tr').length > 2")
    before = int(reader.cell("read", 10))
    reader.wait(f"Number([...document.querySelectorAll('table.calls > tbody > tr')].find(r => r.cells[0].textContent === 'read')"
                f".cells[10].textContent.replaceAll(',', '')) > {before}")
    page.keyboard.press("p")
    reader.wait("location.search.includes('until=') && document.querySelector('.stretch strong').textContent === 'Held: '")
    reader.wait("document.querySelector('#state').textContent.startsWith('Paused')")
    held, end = reader.rows(), page.locator(".stretch").get_attribute("data-v")
    time.sleep(2.5)
    check(reader.rows() == held, "a page on hold changes")
    profile = serve.json(f"/api/v1/profile?window=60s&until={end}ns")
    wanted = sorted(
        [call["name"]] + [str(call[key] or 0) for key in ("calls", "errors", "total_ns", "p50_ns", "p99_ns", "p999_ns", "max_ns")]
        for call in profile["syscalls"]
    )
    # Call, Distribution, Total, Time, p50, p90, p99, p99.9, Max, Mean, Calls, Calls/s, Errors
    found = sorted([row[place] for place in (0, 10, 12, 2, 4, 6, 7, 8)] for row in held)
    check(found == wanted, f"the page has {found[:3]} and the interface {wanted[:3]}")
    page.keyboard.press("p")
    reader.wait("!location.search.includes('until=') && document.querySelector('.stretch strong').textContent === 'Live: '")
    download = page.locator("[data-key=syslat]").get_attribute("href")
    with opener.open(serve.base + download, timeout=20) as answer:
        check(answer.status == 200 and "serve.syslat" in answer.headers["Content-Disposition"], "the stretch can't be downloaded")
    check(reader.messages == [], f"messages: {reader.messages[:3]}")
    check(all(request.startswith(serve.base + "/") for request in reader.requests), f"it asks others: {reader.requests}")
    reader.picture("light")
    # A stretch of the past, as the form gives it.
    time.sleep(1)
    page.select_option("select[name=window]", "10s")
    reader.wait("location.search.includes('window=10s')")
    check(float(profile["capture"]["duration_ns"]) > 0, "the stretch has no length")


def rows(browser, serve):
    """Rows open and stay open, with the focus; the table has the order and the names that were asked for; names are no markup."""
    reader = Reader(browser, serve)
    page = reader.page
    reader.wait("document.querySelectorAll('table.calls > tbody > tr').length > 2")
    time.sleep(2)
    page.locator("[data-key='call read']").focus()
    page.keyboard.press("Enter")
    reader.wait("document.querySelector('.detail svg[data-kind=heat]') && document.querySelector('.detail svg[data-kind=curve]')")
    end = page.locator(".stretch").get_attribute("data-v")
    reader.wait(f"document.querySelector('.stretch').dataset.v > '{end}'")
    check(page.locator(".detail").count() == 1, "a row doesn't stay open")
    focused = page.evaluate("document.activeElement.dataset.key")
    check(focused == "call read", f"the focus went to {focused}")
    check(page.locator("[data-key='call read']").get_attribute("aria-expanded") == "true", "the row isn't said to be open")
    words = page.locator(".detail").inner_text()
    check("Errors: none." in words and "The slowest calls" in words, f"the details are {words[-600:]}")
    box = page.locator(".detail svg[data-kind=curve]").bounding_box()
    page.locator(".detail svg[data-kind=curve]").scroll_into_view_if_needed()
    box = page.locator(".detail svg[data-kind=curve]").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    reader.wait("!document.querySelector('.tip').hidden && /slower than/.test(document.querySelector('.tip').textContent)")
    reader.picture("open")
    page.locator("[data-key='sort max']").click()
    reader.wait("document.querySelector('th[aria-sort=descending]')?.textContent === 'Max'")
    page.keyboard.press("p")
    reader.wait("document.querySelector('.stretch strong').textContent === 'Held: '")
    largest = [int(row[8]) for row in reader.rows() if row[8].isdigit()]
    check(largest == sorted(largest, reverse=True) and len(largest) > 2, f"the order by maximum is {largest}")
    page.keyboard.press("p")
    page.keyboard.press("/")
    page.keyboard.type("open")
    reader.wait("[...document.querySelectorAll('table.calls > tbody > tr:not(.more)')].every(row => row.cells[0].textContent.includes('open'))")
    names = [row[0] for row in reader.rows()]
    check(names == ["openat"], f"the filter leaves {names}")
    check("sort=max" in page.url and "filter=open" in page.url, f"the address forgets: {page.url}")
    page.go_back()
    reader.wait("!location.search.includes('filter=open')")
    text = page.locator("main").inner_text()
    check(HOSTILE in text or "&lt;" not in text and HOSTILE in page.content().replace("&lt;", "<").replace("&gt;", ">"), "the process isn't named")
    check(page.locator("img").count() == 0, "a name became markup")
    check(reader.messages == [], f"messages: {reader.messages[:3]}")


def cut(browser, serve):
    """Without a network it says so, and goes on by itself afterwards."""
    reader = Reader(browser, serve)
    reader.wait("document.querySelector('#state').textContent.startsWith('Live')")
    os.kill(serve.process.pid, 19)
    reader.wait("document.querySelector('table.calls')")
    reader.context.set_offline(True)
    os.kill(serve.process.pid, 18)
    reader.wait("document.querySelector('#state').textContent.includes('does not answer')", 30)
    check(len(reader.rows()) > 2, "the table is gone")
    reader.context.set_offline(False)
    reader.wait("document.querySelector('#state').textContent.startsWith('Live')", 30)


def static(browser, serve):
    """Without a script it is a table, whose links and form do the same."""
    time.sleep(2)
    reader = Reader(browser, serve, java_script_enabled=False)
    page = reader.page
    names = page.locator("table.calls > tbody > tr > th").all_inner_texts()
    check("read" in "".join(names) and len(names) > 2, f"the rows are {names}")
    page.locator("[data-key='call read']").click()
    check(page.locator(".detail svg").count() >= 3, "the row doesn't open")
    page.locator("input[name=filter]").fill("open")
    page.locator("form button").click()
    check(len(page.locator("table.calls > tbody > tr:not(.more)").all()) == 1, "the form doesn't filter")
    check("call=read" in page.url, "the form forgets what is open")
    check(reader.messages == [], f"messages: {reader.messages[:3]}")


def sizes(browser, serve):
    """It fits a phone and a wall, in light and dark, and axe finds nothing."""
    time.sleep(2)
    for width, height, scheme, ratio in ((360, 740, "dark", 2), (1280, 900, "light", 1), (1280, 900, "dark", 1), (3840, 2160, "light", 1)):
        reader = Reader(browser, serve, viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=ratio)
        page = reader.page
        reader.wait("document.querySelector('#state').textContent.startsWith('Live')")
        page.locator("[data-key='call read']").click()
        reader.wait("document.querySelector('.detail svg')")
        wide = page.evaluate("document.documentElement.scrollWidth")
        check(wide <= width, f"at {width} px the page is {wide} px wide")
        # What changes under the eyes of axe is no fault of the page.
        page.keyboard.press("p")
        reader.wait("document.querySelector('.stretch strong').textContent === 'Held: '")
        time.sleep(0.3)
        for rule in Axe().run(page).response["violations"]:
            for node in rule["nodes"][:3]:
                problems.append(f"axe, {width} px, {scheme}: {rule['id']}: {node['html'][:150]} {node['failureSummary'][:200]}")
        reader.picture(f"{width}-{scheme}")
        reader.context.close()


with Serve() as serve, sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    )
    try:
        time.sleep(1.5)
        globals()[job["scenario"]](browser, serve)
    except Exception as error:  # What the browser says of a page that doesn't do what it should.
        problems.append(str(error)[:1500])
    browser.close()
json.dump(problems, sys.stdout)

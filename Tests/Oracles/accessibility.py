"""Asks axe, the rules of accessibility that many checkers use, about pages in Chromium: prints what each page breaks, as JSON.

The file has a JSON list of pages. The answer: {"engine": …, "pages": [{"passes": n, "violations": […]}]}, with each page in light on a wide screen
and in dark on a phone, everything unfolded. Needs Debian's chromium.
"""
import json
import pathlib
import shutil
import sys
import tempfile

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright


def check(browser, address, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True)
    page = context.new_page()
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(element => { element.open = true; })")
    found = Axe().run(page).response
    context.close()
    violations = [
        f"{rule['id']}, {scheme}: {node['html'][:200]} {node['failureSummary'][:300]}" for rule in found["violations"] for node in rule["nodes"]
    ]
    return found["testEngine"], {"passes": len(found["passes"]), "violations": violations}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        pages = json.load(file)
    folder = pathlib.Path(tempfile.mkdtemp())
    answers, engine = [], {}
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            for page in pages:
                (folder / "page.html").write_text(page, encoding="utf-8")
                for width, scheme in [(1280, "light"), (360, "dark")]:
                    engine, answer = check(browser, (folder / "page.html").as_uri(), width, scheme)
                    answers.append(answer)
            browser.close()
    finally:
        shutil.rmtree(folder)
    print(json.dumps({"engine": engine.get("name", ""), "pages": answers}))


main()

"""Opens a page in Chromium, without a network, and prints as JSON what a reader would see and could do.

The file has JSON: {"page": HTML, "links": whether to follow the link of the second call}. The answer: see `look`. Needs Debian's chromium.
"""
import json
import pathlib
import shutil
import sys
import tempfile

from playwright.sync_api import sync_playwright


def cells(page):
    """The rows of the table of calls: the name, and each figure exactly, as text or as what it is sorted by."""
    return page.eval_on_selector_all(
        "table.calls tbody tr",
        """rows => rows.map(row => [...row.cells].map((cell, column) => column === 0 ? cell.textContent
            : cell.dataset.v ?? cell.textContent.replaceAll(',', '')))""",
    )


def luminance(color):
    def linear(part):
        part /= 255
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in color[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(page):
    """The lowest contrast of text to the page, over every element with text of its own."""
    colors = page.evaluate(
        """() => {
            const parse = text => text.match(/[\\d.]+/g).map(Number);
            const paper = element => {
                for (let at = element; at; at = at.parentElement) {
                    const color = parse(getComputedStyle(at).backgroundColor);
                    if (color.length < 4 || color[3] > 0) return color;
                }
                return parse(getComputedStyle(document.body).backgroundColor);
            };
            return [...document.querySelectorAll('body *')]
                .filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) &&
                    !['SCRIPT', 'STYLE', 'title', 'desc'].includes(e.tagName))
                .map(e => [parse(e instanceof SVGElement ? getComputedStyle(e).fill : getComputedStyle(e).color), paper(e)]);
        }"""
    )
    ratios = []
    for ink, paper in colors:
        dark, light = sorted([luminance(ink), luminance(paper)])
        ratios.append((light + 0.05) / (dark + 0.05))
    return min(ratios, default=21)


def collisions(page):
    """Labels of one axis that touch each other. The boxes of two rows overlap by what letters have below the line."""
    return page.evaluate(
        """() => [...document.querySelectorAll('svg .xl')].flatMap(axis => {
            const boxes = [...axis.querySelectorAll('text')].filter(text => text.checkVisibility())
                .map(text => [text.getBoundingClientRect(), text.textContent]).sort((a, b) => a[0].left - b[0].left);
            return boxes.flatMap((box, index) => boxes.slice(index + 1).map(later => [box, later]))
                .filter(([a, b]) => a[0].right + 2 > b[0].left &&
                    Math.min(a[0].bottom, b[0].bottom) - Math.max(a[0].top, b[0].top) > a[0].height / 2)
                .map(([a, b]) => `${a[1]} | ${b[1]}`);
        })""")


def look(browser, address, width, scheme, folder):
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True)
    page = context.new_page()
    messages, requests = [], []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    found = {
        "width": page.evaluate("document.documentElement.scrollWidth"),
        "rows": cells(page),
        "contrast": contrast(page),
        "collisions": collisions(page),
        "canary": page.evaluate("typeof window.canary"),
    }
    heads = page.locator("table.calls thead [role=button]")
    found["sorted"] = {}
    for index in range(heads.count()):
        head = heads.nth(index)
        name = head.inner_text()
        head.click()
        found["sorted"][name] = [[row[0] for row in cells(page)], head.locator("..").get_attribute("aria-sort")]
        head.click()
        found["sorted"][name].append([row[0] for row in cells(page)])
    found["seen"] = page.evaluate(
        """() => {
            const table = document.querySelector('table.calls');
            if (!table) return [];
            const edge = table.closest('.scroll').getBoundingClientRect().right;
            return [...table.tHead.rows[0].cells].filter(head => {
                const box = head.getBoundingClientRect();
                return box.width > 0 && box.right <= edge;
            }).map(head => head.firstChild.textContent);
        }"""
    )
    found["unmatched"] = []
    if (field := page.locator(".tools input")).count():
        shown = "[...document.querySelectorAll('table.calls tbody tr')].filter(row => !row.hidden).length"
        before = page.evaluate(shown)
        field.fill("no call is called this")
        found["unmatched"] = [str(before), str(page.evaluate(shown)), page.locator(".tools [role=status]").inner_text()]
        field.fill("")
    found["tips"] = []
    for kind in ["dist", "curve", "heat"]:
        plot = page.locator(f"details[open] svg[data-kind={kind}]").first
        if not plot.count():
            continue
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        for share in range(1, 10):
            page.mouse.move(box["x"] + box["width"] * share / 10, box["y"] + box["height"] / 2)
            tip = page.locator(".tip")
            if tip.is_visible():
                found["tips"].append([kind, tip.inner_text()])
                break
    links = page.locator("table.calls tbody a")
    if links.count() > 1:
        links.nth(1).click()
        target = links.nth(1).get_attribute("href")
        page.wait_for_timeout(200)
        found["unfolds"] = page.locator(target).is_visible()
    if scheme == "light":
        pdf = folder / "page.pdf"
        page.pdf(path=str(pdf), prefer_css_page_size=True)
        found["pdf"] = pdf.stat().st_size
    context.close()
    return found | {"messages": messages, "requests": requests}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        given = json.load(file)
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        (folder / "page.html").write_text(given["page"], encoding="utf-8")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            address = (folder / "page.html").as_uri()
            print(json.dumps([look(browser, address, *view, folder) for view in [(1280, "light"), (360, "dark")]]))
            browser.close()
    finally:
        shutil.rmtree(folder)


main()

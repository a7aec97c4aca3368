"""Parses pages and drawings: prints what is wrong with each as JSON, and what a browser would find in it.

The file has a JSON list of {"kind": "html" | "svg", "text": …}. The answer is a list of {"errors": […], "tags": […], "attributes": […],
"text": …, "drawings": n}: the names of all elements and attributes, sorted, and the visible text of the page.
"""
import json
import sys
import xml.etree.ElementTree as ElementTree

import html5lib


def local(name):
    return name.split("}")[-1] if isinstance(name, str) else "comment"


def drawing_errors(text):
    try:
        ElementTree.fromstring(text)
        return []
    except ElementTree.ParseError as error:
        return [f"XML: {error}"]


def inline_drawings(text):
    start = text.find("<svg ")
    while start >= 0:
        end = text.index("</svg>", start) + len("</svg>")
        yield text[start:end]
        start = text.find("<svg ", end)


def check(document):
    text = document["text"]
    if document["kind"] == "svg":
        errors = drawing_errors(text)
        tree = ElementTree.fromstring(text) if not errors else None
        drawings = 1
    else:
        parser = html5lib.HTMLParser(strict=False)
        tree = parser.parse(text)
        # A slash at the end of a void element is allowed, and what makes the page XML too.
        errors = [f"{place}: {code} {data}" for place, code, data in parser.errors]
        found = list(inline_drawings(text))
        drawings = len(found)
        errors += [error for drawing in found for error in drawing_errors(drawing)]
    elements = list(tree.iter()) if tree is not None else []
    hidden = {"script", "style"}
    visible = [
        part or "" for element in elements for part in ((element.text if local(element.tag) not in hidden else ""), element.tail)
    ]
    return {
        "errors": errors,
        "tags": sorted({local(element.tag) for element in elements}),
        "attributes": sorted({local(name) for element in elements for name in element.attrib}),
        "text": " ".join(visible),
        "drawings": drawings,
    }


with open(sys.argv[1], encoding="utf-8") as file:
    print(json.dumps([check(document) for document in json.load(file)]))

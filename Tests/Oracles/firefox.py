"""Opens pages in Firefox, without a window and without a network, and prints what it drew as JSON.

The file has a JSON list of {"page": HTML, "width": …}. The answer is a list of {"width", "height", "colors"}: the size of the picture, and how many
colours it has. A page that was not understood, or whose style was refused, has hardly any. Needs Debian's firefox-esr.
"""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib


def pixels(png):
    """The size of a picture in PNG, and its distinct pixels. Source: PNG specification (ISO 15948), section 9 (filters)."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert depth == 8 and kind in (2, 6)
    size = 3 if kind == 2 else 4
    data, at = b"", 8
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at:at + 8])
        if name == b"IDAT":
            data += png[at + 8:at + 8 + length]
        at += length + 12
    raw, row, colors = zlib.decompress(data), bytearray(width * size), set()
    for y in range(height):
        line = raw[y * (width * size + 1):(y + 1) * (width * size + 1)]
        before, row = row, bytearray(line[1:])
        for x in range(width * size):
            left, up = row[x - size] if x >= size else 0, before[x]
            corner = before[x - size] if x >= size else 0
            guess = left + up - corner
            paeth = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
            row[x] = (row[x] + (0, left, up, (left + up) // 2, paeth)[line[0]]) & 255
        colors.update(bytes(row[x:x + size]) for x in range(0, width * size, size))
    return {"width": width, "height": height, "colors": len(colors)}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        given = json.load(file)
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        answers = []
        for number, item in enumerate(given):
            page, picture = folder / f"{number}.html", folder / f"{number}.png"
            page.write_text(item["page"], encoding="utf-8")
            subprocess.run(
                ["firefox-esr", "--headless", "--no-remote", "--profile", str(folder), "--window-size", f"{item['width']},700",
                 "--screenshot", str(picture), page.as_uri()],
                env=os.environ | {"HOME": str(folder), "MOZ_HEADLESS": "1"}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, timeout=50, check=True)
            answers.append(pixels(picture.read_bytes()))
        print(json.dumps(answers))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()

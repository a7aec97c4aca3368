"""show_screen.py FILE: what a terminal emulator shows after some updates, compared with what it should.

FILE is a list of sessions; a session is a list of "updates". Each update has the bytes that were sent, the size that the terminal has
from then on, and for each cell its text ("" for the right half of a wide character) and its look: "b" for bold, "r" for reversed, and the
colours as parameters of SGR. The answer is the list of differences, in sentences; empty if there are none.
"""
import json
import sys
import unicodedata

import pyte
from pyte import graphics


def look(cell):
    return cell.bold, cell.reverse, cell.fg, cell.bg


def expected(text):
    """The look that some parameters give to a cell, by the emulator's own tables."""
    flags, parameters = text[: len(text) - len(text.lstrip("br"))], text.lstrip("br")
    fg = bg = "default"
    values = [int(value) for value in parameters.split(";") if value]
    while values:
        value = values.pop(0)
        if value in (38, 48) and values.pop(0) == 5:
            color = graphics.FG_BG_256[values.pop(0)]
        elif value in (38, 48):
            color = "{:02x}{:02x}{:02x}".format(*(values.pop(0) for _ in range(3)))
        elif value in graphics.FG_ANSI or value in graphics.FG_AIXTERM:
            fg = graphics.FG_ANSI.get(value) or graphics.FG_AIXTERM[value]
            continue
        if value == 48:
            bg = color
        else:
            fg = color
    return "b" in flags, "r" in flags, fg, bg


def differences(number, session):
    screen, stream = None, None
    for place, update in enumerate(session["updates"]):
        size = (update["rows"], update["columns"])
        if screen is None:
            screen = pyte.Screen(update["columns"], update["rows"])
            stream = pyte.Stream(screen)
            # As the owner of a terminal does before the first update.
            stream.feed("\x1b[?1049h\x1b[?25l\x1b[?7l")
        elif (screen.lines, screen.columns) != size:
            screen.resize(*size)
        stream.feed(update["bytes"])
        for row in range(update["rows"]):
            for column in range(update["columns"]):
                cell = screen.buffer[row][column]
                text = unicodedata.normalize("NFC", update["text"][row][column])
                wanted = (text, *expected(update["looks"][row][column]))
                found = (unicodedata.normalize("NFC", cell.data), *look(cell))
                # The right half of a wide character has no look of its own.
                if text == "" and found[0] == "":
                    continue
                if wanted != found:
                    yield f"session {number}, update {place}, row {row}, column {column}: {found} instead of {wanted}"
                    return


with open(sys.argv[1], encoding="utf-8") as file:
    sessions = json.load(file)
json.dump([found for number, session in enumerate(sessions) for found in differences(number, session)], sys.stdout)

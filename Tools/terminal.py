"""A program on a terminal of its own, and what a person would see there as a page of HTML."""

import fcntl
import html
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

# A dark terminal. The colours below 16 are the user's own; these can be read on the ground.
INK, GROUND = "#d8dee9", "#1b1f27"
NAMED = {
    "black": "#1b1f27", "red": "#ef6f79", "green": "#9ccb8a", "brown": "#ebc67a", "blue": "#82b1f0", "magenta": "#c792ea",
    "cyan": "#7fd0d8", "white": "#d8dee9", "brightblack": "#6b7385", "brightwhite": "#ffffff",
}
# Inside the font's line, so that blocks of neighbouring lines and columns touch.
STYLE = f"""
body {{ margin: 0; padding: 14px 16px; background: {GROUND}; color: {INK}; width: max-content; }}
pre {{ margin: 0; font: 14px/17px 'DejaVu Sans Mono', monospace; }}
b {{ font-weight: 700; }}
span, b {{ display: inline-block; height: 17px; vertical-align: top; }}
"""


class Terminal:
    """A program, and an emulator that takes in what it writes."""

    def __init__(self, command, columns, rows):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            settings = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
            settings.pop("NO_COLOR", None)
            os.execvpe(command[0], [str(word) for word in command], settings)

    def watch(self, seconds):
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.master], [], [], rest)
            if ready:
                try:
                    self.stream.feed(os.read(self.master, 65536))
                except OSError:
                    return

    def press(self, keys, seconds=1.5):
        """Types keys, and lets their effect be drawn."""
        os.write(self.master, keys.encode())
        self.watch(seconds)

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)
        self.watch(1.5)

    def mark(self, name):
        """Moves the mark down to the row of a name."""
        def marked():
            return [row for row in range(self.screen.lines) if self.screen.buffer[row][2].reverse]

        last = []
        for _ in range(20):
            os.write(self.master, b"\x1b[B")
            # A slow machine draws late.
            for _ in range(60):
                self.watch(0.5)
                if marked() and marked() != last:
                    break
            last = marked()
            if any(self.screen.display[row].startswith(f"{name} ") for row in last):
                return
        raise SystemExit(f"screenshots: there is no row of {name}; the screen is:\n" + "\n".join(self.screen.display))

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        self.watch(1)
        os.waitpid(self.pid, 0)
        os.close(self.master)


def color(name, usual):
    if name == "default":
        return usual
    return NAMED.get(name, f"#{name}")


def page(screen, rows=None):
    """The first rows of a screen as HTML: a piece for each stretch of one look."""
    lines = []
    for row in range(rows or screen.lines):
        pieces, column = [], 0
        cells = [screen.buffer[row][place] for place in range(screen.columns)]
        while column < len(cells):
            def look(cell):
                ink, ground = color(cell.fg, INK), color(cell.bg, GROUND)
                return (ground, ink, cell.bold) if cell.reverse else (ink, ground, cell.bold)

            first = column
            while column < len(cells) and look(cells[column]) == look(cells[first]):
                column += 1
            text = html.escape("".join(cell.data for cell in cells[first:column]))
            ink, ground, is_bold = look(cells[first])
            style = f"color:{ink}" + ("" if ground == GROUND else f";background:{ground}")
            pieces.append(f'<{"b" if is_bold else "span"} style="{style}">{text}</{"b" if is_bold else "span"}>')
        lines.append("".join(pieces))
    return f"<!DOCTYPE html><meta charset=utf-8><style>{STYLE}</style><pre>" + "\n".join(lines) + "</pre>"

"""Medians with their quartiles, tables, and the machine that they come from."""

import datetime
import os
import re
import shlex
import statistics
import sys
from pathlib import Path


def quartiles(values):
    """Lower quartile, median, upper quartile."""
    return tuple(statistics.quantiles(values, n=4, method="inclusive")) if len(values) > 1 else tuple(values) * 3


def spread(values, digits):
    """The same for JSON."""
    low, middle, high = quartiles(values)
    return {"low": round(low, digits), "median": round(middle, digits), "high": round(high, digits)}


def shown(figure, pattern, unit=""):
    """A spread as text: "1.19 × (1.17 – 1.26)"."""
    low, middle, high = (format(figure[name], pattern) for name in ("low", "median", "high"))
    return f"{middle}{unit} ({low} – {high})"


def table(headings, rows):
    """The lines of a table: the first column aligned to the left, the others to the right, each as wide as its widest cell."""
    columns = [[str(row[index]) for row in [headings, *rows]] for index in range(len(headings))]
    widths = [max(map(len, column)) for column in columns]
    return ["  ".join(cell.ljust(width) if index == 0 else cell.rjust(width)
                      for index, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in zip(*columns)]


def machine():
    found = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "command": shlex.join([os.path.relpath(sys.argv[0]), *sys.argv[1:]]),
            "kernel": os.uname().release, "cpu": found.group(1) if found else os.uname().machine, "cpus": os.cpu_count()}


def machine_line(measured):
    return f"Linux {measured['kernel']}, {measured['cpu']}, {measured['cpus']} CPUs, {measured['date']}, {measured['command']}"

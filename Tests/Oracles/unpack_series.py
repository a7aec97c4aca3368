"""unpack_series.py FILE: the series of a profile file, packed or not, as the lines of a file that packs none.

Written from Documentation/formats.md alone.
"""
import json
import sys


def lowest(index):
    """The lowest value of a bucket."""
    if index < 256:
        return index
    power, place = divmod(index - 256, 128)
    return (128 + place) << (power + 1)


def buckets(text):
    """Pairs of lowest value and count."""
    found, index, place = [], -1, 0
    while place < len(text):
        while text[place] == "+":
            index += 52
            place += 1
        letter = text[place]
        index += ord(letter) - ord("A") + 1 if letter <= "Z" else ord(letter) - ord("a") + 27
        place += 1
        end = place
        while end < len(text) and text[end].isdigit():
            end += 1
        found.append([lowest(index), int(text[place:end] or 1)])
        place = end
    return found


def line_of(one):
    return json.dumps({"series": one}, sort_keys=True, separators=(",", ":"))


names, series = [], []
for line in open(sys.argv[1], encoding="utf-8"):
    line = json.loads(line)
    names += line.get("series_names", [])
    if "series" in line:
        series.append(line_of(line["series"]))
    for name, total, shortest, longest, packed, *seldom in line.get("packed_series", []):
        above, inferred, unrepresented = seldom + [0] * (3 - len(seldom))
        pairs = buckets(packed)
        count = above + sum(calls for _, calls in pairs)
        one = {**names[name], "count": count, "sum_ns": total, "min_ns": shortest, "max_ns": longest, "above_range": above, "buckets": pairs}
        if inferred:
            one["measured"] = count - inferred
        if unrepresented:
            one["unrepresented"] = unrepresented
        series.append(line_of(one))
json.dump(series, sys.stdout)

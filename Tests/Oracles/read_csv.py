"""read_csv.py FILE: the rows of a CSV file as JSON, read by the rules of RFC 4180 and no others."""
import csv
import json
import sys

with open(sys.argv[1], encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file, restkey="surplus", restval="missing", strict=True))
json.dump(rows, sys.stdout)

"""check_dashboard.py FILE: what Grafana's own models (grafana-foundation-sdk) find wrong in a dashboard, as a list of sentences.

FILE names the dashboard. What the models don't know is lost when they write it again.
"""
import json
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

with open(sys.argv[1], encoding="utf-8") as file:
    with open(file.read().strip(), encoding="utf-8") as dashboard:
        written = json.load(dashboard)
# Grafana's data source for Prometheus has it; the models are for all data sources.
KNOWN = {"titleFormat"}
problems = []


def compare(mine, theirs, place):
    if isinstance(mine, dict):
        for name, value in mine.items():
            if not isinstance(theirs, dict) or name not in theirs:
                if name not in KNOWN:
                    problems.append(f"{place}.{name} is no field of Grafana's")
            else:
                compare(value, theirs[name], f"{place}.{name}")
    elif isinstance(mine, list):
        if not isinstance(theirs, list) or len(mine) != len(theirs):
            problems.append(f"{place} has another length")
        else:
            for number, (value, other) in enumerate(zip(mine, theirs)):
                compare(value, other, f"{place}[{number}]")
    elif mine != theirs:
        problems.append(f"{place} is {mine!r}, and Grafana reads {theirs!r}")


model = Dashboard.from_json(written)
compare(written, json.loads(JSONEncoder().encode(model)), "dashboard")
if not model.title or not model.panels:
    problems.append("it has no title or no panels")
identities = [panel["id"] for panel in written["panels"]]
if len(set(identities)) != len(identities):
    problems.append("two panels have one id")
for panel in written["panels"]:
    place = panel["gridPos"]
    if panel["type"] != "row" and not panel.get("targets"):
        problems.append(f"'{panel['title']}' asks nothing")
    if place["x"] + place["w"] > 24:
        problems.append(f"'{panel['title']}' is wider than the page")
json.dump(problems, sys.stdout)

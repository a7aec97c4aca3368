"""ask_duckdb.py FILE: what DuckDB finds in profiles, as JSON.

FILE has {"views": packaging/duckdb/profiles.sql, "profiles": a pattern of names, "queries": [...]}. Prints a list of rows for each query.
"""
import json
import sys

import duckdb

with open(sys.argv[1], encoding="utf-8") as file:
    asked = json.load(file)
database = duckdb.connect(":memory:")
database.execute("SET VARIABLE profiles = '" + asked["profiles"].replace("'", "''") + "'")
with open(asked["views"], encoding="utf-8") as file:
    database.execute(file.read())
answers = [[[str(value) for value in row] for row in database.execute(query).fetchall()] for query in asked["queries"]]
json.dump(answers, sys.stdout)

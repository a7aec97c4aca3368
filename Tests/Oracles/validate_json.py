"""Validates JSON documents, one a line, against Documentation/schema.

Each line is {"schema": NAME, "document": {...}}. The answer for each line is the list of the schema's objections and, if the
line has "plant", the places at which a name that the schema doesn't know would go unnoticed.
"""
import copy
import json
import pathlib
import sys

import jsonschema
import referencing

FOLDER = pathlib.Path(__file__).parents[2] / "Documentation/schema"
# Objects whose names are data: mitigations, errors, margins, thresholds.
MAPS = {"mitigations", "errnos", "lost_by_cause", "outcomes", "delta", "slower_ns"}

resources = {path.name: json.loads(path.read_text()) for path in FOLDER.glob("*.schema.json")}
registry = referencing.Registry().with_resources(
    (name, referencing.Resource.from_contents(schema)) for name, schema in resources.items())
for schema in resources.values():
    jsonschema.Draft202012Validator.check_schema(schema)


def validator(name):
    schema = {"$ref": f"{name}.schema.json"}
    return jsonschema.Draft202012Validator(schema, registry=registry)


def objects(value, path=()):
    """The paths of all objects whose names are the schema's."""
    if isinstance(value, dict):
        if not (path and path[-1] in MAPS):
            yield path
        for key, item in value.items():
            yield from objects(item, path + (key,))
    elif isinstance(value, list) and value:
        # The first and the last item stand for all of them.
        for place in {0, len(value) - 1}:
            yield from objects(value[place], path + (place,))


def at(value, path):
    for step in path:
        value = value[step]
    return value


def unnoticed(check, document):
    for path in objects(document):
        planted = copy.deepcopy(document)
        at(planted, path)["planted_name"] = 1
        if check.is_valid(planted):
            yield "/".join(map(str, path)) + "/planted_name"


answers = []
for line in pathlib.Path(sys.argv[1]).read_text().split("\n"):
    if not line:
        continue
    request = json.loads(line)
    check = validator(request["schema"])
    errors = ["/".join(map(str, error.absolute_path)) + ": " + error.message[:300]
              for error in check.iter_errors(request["document"])]
    places = list(unnoticed(check, request["document"])) if request.get("plant") else []
    answers.append({"errors": errors, "unnoticed": places})
print(json.dumps(answers))

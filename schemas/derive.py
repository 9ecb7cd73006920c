"""Make the derived documents from `openapi.yaml`: `python -m interpact.schemas.derive [--check]`.

Run from the checkout; `--check` writes nothing and fails where a derived document is not what the source says.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from .document import DOCUMENTS

if TYPE_CHECKING:
    from .document import Schema
    from .values import Json

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_BASE: Final = "https://interpact.dev/schemas/2.0/"
_ROOTS: Final = {"response": "InteractionResponse", "error": "ErrorEnvelope"}


def derive(source: Schema) -> dict[str, Schema]:
    """Every derived document, by its name in `DOCUMENTS`, from the parsed OpenAPI document."""
    bodies = {name: _standalone(source, name, root) for name, root in _ROOTS.items()}
    return {**bodies, "request": _request(source), "openapi": source}


def render(document: Schema) -> str:
    """The text of a derived document."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _standalone(source: Schema, name: str, root: str) -> Schema:
    schemas = source["components"]["schemas"]
    needed = _references(schemas, root) - {root}
    body = _relocate(schemas[root])
    head = {"$schema": _DIALECT, "$id": _BASE + DOCUMENTS[name]}
    return head | body | {"$defs": {key: _relocate(schemas[key]) for key in schemas if key in needed}}


def _references(schemas: Schema, root: str) -> set[str]:
    found: set[str] = set()
    todo = [root]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [ref.rpartition("/")[2] for ref in _refs(schemas[name])]
    return found


def _refs(node: Json) -> list[str]:
    if isinstance(node, dict):
        here = [str(node["$ref"])] if "$ref" in node else []
        return here + [ref for value in node.values() for ref in _refs(value)]
    return [ref for value in node for ref in _refs(value)] if isinstance(node, list) else []


def _relocate(schema: Schema) -> Schema:
    """The same schema with its references pointing into `$defs`."""
    return json.loads(json.dumps(schema).replace('"#/components/schemas/', '"#/$defs/'))


def _request(source: Schema) -> Schema:
    (item, *_) = source["paths"].values()
    names = [ref["$ref"].rpartition("/")[2] for ref in item["get"]["parameters"]]
    parameters = [source["components"]["parameters"][name] for name in names]
    return {
        "$schema": _DIALECT,
        "$id": _BASE + DOCUMENTS["request"],
        "title": "Query parameters of the customer interaction operation",
        "type": "object",
        "required": [parameter["name"] for parameter in parameters if parameter["required"]],
        "properties": {
            parameter["name"]: {"description": parameter["description"], **parameter["schema"]}
            for parameter in parameters
        },
        "allOf": [clause for parameter in parameters for clause in _dependencies(parameter)],
    }


def _dependencies(parameter: Schema) -> list[Schema]:
    """`x-interpact-depends` as JSON Schema: with this value, that parameter (where given) has one of those values."""
    return [
        {
            "if": {"properties": {parameter["name"]: {"const": value}}, "required": [parameter["name"], other]},
            "then": {"properties": {other: {"enum": allowed, "x-interpact-owners": {"enum": "IP156"}}}},
        }
        for other, table in parameter["schema"].get("x-interpact-depends", {}).items()
        for value, allowed in table.items()
    ]


def main(arguments: list[str]) -> int:
    """Write the derived documents, or with `--check` compare them; 1 where one is out of date."""
    room = Path(__file__).parent
    source = yaml.safe_load((room / "openapi.yaml").read_text(encoding="utf-8"))
    stale: list[str] = []
    for name, document in derive(source).items():
        target = room / "derived" / DOCUMENTS[name]
        if target.exists() and target.read_text(encoding="utf-8") == render(document):
            continue
        stale.append(target.name)
        if "--check" not in arguments:
            target.write_text(render(document), encoding="utf-8")
    for name in stale:
        sys.stderr.write(f"{name}: {'out of date' if '--check' in arguments else 'written'}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

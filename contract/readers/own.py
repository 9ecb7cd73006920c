"""Bodies of this API among other JSON objects, told by their members at the top level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...schemas.document import load
from ...schemas.shapes import BODY_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable

_MEMBERS: Final = frozenset[str](load("response")["properties"])
_ROWS: Final = frozenset(name for name, schema in load("response")["properties"].items() if schema["type"] == "array")
_ENOUGH: Final = 2
_FOREIGN: Final = frozenset({
    "$id", "$schema", "__export_format", "_type", "asyncapi", "collections", "creator", "entries",
    "environments", "exporter", "exports", "folders", "generator", "httprequest", "imposters", "info",
    "interactions", "item", "items", "log", "mappings", "meta", "metadata", "packets", "records", "requests",
    "resources", "resourcespans", "scenarios", "sessions", "spans", "swagger", "traces", "version",
})  # fmt: skip
"""Members that documents of other tools have at the top, in lower case."""


def is_body(keys: Iterable[str]) -> bool:
    """Whether an object with these keys is a body, whatever else stands in it: no record, no archive, no cassette.

    >>> is_body(["name", "errors", "log"]), is_body(["name", "request", "response"])
    (True, False)
    """
    known = _lowered(keys) & _MEMBERS
    return bool(known & _ROWS) or len(known) >= _ENOUGH


def may_be_body(keys: Iterable[str]) -> bool:
    """Whether an object with these keys was rather meant to be a body than to be something else.

    >>> may_be_body(["NAME", "Errors", "a", "b", "c"]), may_be_body(["name", "version", "scripts"])
    (True, False)
    """
    lowered = _lowered(keys)
    known = lowered & BODY_KEYS
    return is_body(known) or len(known) >= _ENOUGH or (bool(known) and 2 * len(known) >= len(lowered))


def is_foreign(keys: Iterable[str]) -> bool:
    """Whether an object with these keys is a document of some other tool, rather than a body that went wrong.

    >>> is_foreign(["_type", "resources"]), is_foreign(["Request", "Response"]), is_foreign(["detail"])
    (True, True, False)
    """
    keys = set(keys)
    lowered = _lowered(keys)
    return {"Request", "Response"} <= keys or (not lowered & BODY_KEYS and bool(lowered & _FOREIGN))


def _lowered(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(key.lower() for key in keys)

"""The structure of a body that the typed decoder refused: where exactly it departs from its JSON Schema."""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..schemas.document import load, resolve
from ..schemas.frames import FRAME_RULES
from ..schemas.owners import owner
from ..schemas.rules import ABSENT
from ..schemas.values import is_array, is_object
from .jsontext import Decimal, Path

if TYPE_CHECKING:
    from collections.abc import Iterator

    import jsonschema
    from jsonschema.protocols import Validator

    from ..schemas.document import Schema


_RANGE: Final = "IP106"


_MOST: Final = 10_000
"""Departures of one body that are told; who finds as many needs no more."""


class Departure(NamedTuple):
    """A place where a body departs from its schema: the rule, the path, the value there, and what was declared."""

    code: str
    path: Path
    value: Any
    schema: Schema | None


def departures(body: Any, document: str) -> list[Departure]:
    """Where `body` departs from the schema of `document` (`response` or `error`), each place once.

    What a frame rule owns is left to the frames.
    """
    errors = islice(_validator(document).iter_errors(body), _MOST)
    found = {(one.code, one.path): one for error in errors for one in _owned(error)}
    too_large = {path for code, path in found if code == _RANGE}
    return [one for one in found.values() if _is_told_here(one, too_large)]


def _is_told_here(one: Departure, too_large: set[Path]) -> bool:
    """Whether no frame tells it: cells hold 64 bits. A number that is too large (1e400) is not of a wrong type too."""
    if one.path in too_large and one.code != _RANGE:
        return False
    return one.code not in FRAME_RULES or (isinstance(one.value, (int, float)) and abs(one.value) >= 2**63)


def liberties(body: Any, document: str) -> list[Departure]:
    """What the schema allows but a rule has something to say about: undeclared properties, integers spelled 1.0."""
    return list(_liberties(body, load(document), load(document), ()))


@cache
def _validator(document: str) -> Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - needed for a body that is broken only

    return Draft202012Validator(load(document))


def _owned(error: jsonschema.ValidationError) -> Iterator[Departure]:
    path: Path = tuple(error.absolute_path)
    schema = error.schema if is_object(error.schema) else {}
    keyword, declared = str(error.validator), error.validator_value
    code = owner(keyword, schema, error.instance, root=not path)
    if keyword != "required" or not is_array(declared):
        yield Departure(code, path, error.instance, schema)
        return
    for name in declared:
        if name not in error.instance:
            yield Departure(code, (*path, str(name)), ABSENT, schema.get("properties", {}).get(name))


def _liberties(value: Any, declared: Any, root: Schema, path: Path) -> Iterator[Departure]:
    schema = resolve(declared, root)
    if isinstance(value, Decimal) and schema.get("type") == "integer" and value.is_integer():
        yield Departure("IP105", path, value, schema)
    if is_array(value):
        for index, item in enumerate(value):
            yield from _liberties(item, schema.get("items"), root, (*path, index))
    if is_object(value) and "properties" in schema:
        for key, item in value.items():
            if key in schema["properties"]:
                yield from _liberties(item, schema["properties"][key], root, (*path, key))
            else:
                yield Departure("IP109", (*path, key), item, None)

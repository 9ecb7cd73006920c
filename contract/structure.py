"""The structure of a body that the typed decoder refused: where exactly it departs from its JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from ..schemas.document import load, resolve
from ..schemas.frames import FRAME_RULES
from ..schemas.owners import owner
from ..schemas.rules import ABSENT
from ..schemas.values import is_array, is_object
from .jsontext import Decimal, Path
from .loose import is_cell
from .typed import definition, is_accepted

if TYPE_CHECKING:
    from collections.abc import Iterator

    import jsonschema
    from jsonschema.protocols import Validator

    from ..schemas.document import Schema


_Errors = Iterable[Any]
_Keyword = Callable[[Any, Any, Any, Any], _Errors]
_TYPE: Final = "IP103"


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
    twice = {path for code, path in found if code != _TYPE and (_TYPE, path) in found}
    return [one for one in found.values() if _is_told_here(one, twice)]


def _is_told_here(one: Departure, twice: set[Path]) -> bool:
    """Whether no frame tells it, and nothing else at its path, as at those of `twice`: cells hold 64 bits.

    A number that is too large for them (1e400) is not of a wrong type too, nor is a fraction (-0.5) out of range.
    """
    beyond = isinstance(one.value, (int, float)) and not is_cell(one.value)
    if one.path in twice and (one.code == _TYPE) is beyond:
        return False
    return beyond or one.code not in FRAME_RULES


def liberties(body: Any, document: str) -> list[Departure]:
    """What the schema allows but a rule has something to say about: undeclared properties, integers spelled 1.0."""
    return list(_liberties(body, load(document), load(document), ()))


@cache
def _validator(document: str) -> Validator:
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 - needed for a body that is broken only

    usual: Any = Draft202012Validator.VALIDATORS["items"]
    sparing: Any = cast("Any", validators).extend(Draft202012Validator, {"items": partial(_items, usual)})
    return (sparing if document == "response" else Draft202012Validator)(load(document))


def _items(usual: _Keyword, validator: Validator, items: Any, instance: Any, schema: Schema) -> _Errors:
    """The keyword `items`, for those items that the typed decoder does not take: most of a long list are sound."""
    name = definition(items)
    if name is None or not is_array(instance):
        yield from usual(validator, items, instance, schema)
        return
    for index, item in enumerate(instance):
        if not is_accepted(item, name):
            yield from cast("Any", validator).descend(item, items, path=index)


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
        name = definition(schema.get("items"))
        for index, item in enumerate(value):
            if name is None or not is_accepted(item, name, strict=True):
                yield from _liberties(item, schema.get("items"), root, (*path, index))
    if is_object(value) and "properties" in schema:
        for key, item in value.items():
            if key in schema["properties"]:
                yield from _liberties(item, schema["properties"][key], root, (*path, key))
            else:
                yield Departure("IP109", (*path, key), item, None)
